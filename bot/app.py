"""The composition root: settings in, a running bot out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import cast

from telegram import Update
from telegram.ext import Application, ContextTypes, Defaults
from telegram.request import BaseRequest, HTTPXRequest

from analytics.language import LANGUAGES
from bot import resources
from bot.access import Access
from bot.compute import Compute
from bot.context import App, Context, Services
from bot.handlers import chat, dispatch, door, problems
from bot.inbox import Conversations, KeepingBot, keeper
from bot.ratelimit import ChatRateLimiter
from bot.render import Renderer
from bot.settings import Settings
from bot.store import Store

log = logging.getLogger(__name__)

WANTED = (Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER)


@dataclass
class Transport:
    """How requests reach Telegram: one for everything, one of its own for the long poll."""

    requests: BaseRequest
    polling: BaseRequest

    @classmethod
    def http(cls) -> Transport:
        """Over the network, with time for large files, and connections to spare should a long poll hang."""
        return cls(
            HTTPXRequest(connection_pool_size=64, pool_timeout=10, media_write_timeout=120, read_timeout=20),
            HTTPXRequest(connection_pool_size=4, read_timeout=40),
        )


def build(settings: Settings, transport: Transport | None = None) -> App:
    """The telegram Application with everything in its place; nothing is started yet."""
    transport = transport or Transport.http()
    store = Store(settings.data)
    access = Access(settings, store)
    services = Services(
        settings=settings,
        store=store,
        access=access,
        compute=Compute(settings.workers, settings.job_seconds, settings.data / "compiled"),
        renderer=Renderer(resources.TEMPLATES),
    )
    assert settings.token is not None
    bot = KeepingBot(
        token=settings.token.get_secret_value(),
        base_url=f"{settings.api_url}/bot",
        base_file_url=f"{settings.api_url}/file/bot",
        request=transport.requests,
        get_updates_request=transport.polling,
        defaults=Defaults(tzinfo=settings.zone),
        rate_limiter=ChatRateLimiter(),
        keep=keeper(store, access),
    )
    builder = Application.builder().bot(bot).context_types(ContextTypes(context=Context))
    app = cast("App", builder.concurrent_updates(Conversations(store, dispatch.urgent)).build())
    app.bot_data["services"] = services
    for handlers in (door, dispatch, problems):
        handlers.register(app)
    return app


@contextlib.asynccontextmanager
async def running(app: App, poll_seconds: int = 25) -> AsyncIterator[App]:
    """The bot at work: menu set, unfinished updates taken up again, polling. Leaving it stops all within seconds."""
    services: Services = app.bot_data["services"]
    try:
        async with app:
            await _introduce(app)
            await app.start()
            for body in services.store.waiting():
                await app.update_queue.put(Update.de_json(body, app.bot))
            assert app.updater is not None
            await app.updater.start_polling(allowed_updates=WANTED, timeout=poll_seconds, bootstrap_retries=-1)
            try:
                yield app
            finally:
                await app.updater.stop()
                services.compute.stop()
                await app.stop()
    finally:
        services.compute.stop()
        services.store.close()


async def run(settings: Settings) -> None:
    """Serve until the process is told to end."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    app = build(settings)
    async with running(app):
        link = app.bot_data["services"].access.pairing_link(app.bot.username)
        print(f"@{app.bot.username} is listening. Ctrl+C ends it.", flush=True)
        if link:
            print(f"Open this link once, on the phone that owns the shop:\n\n    {link}\n", flush=True)
        await ended.wait()
        print("Ending …", flush=True)


async def _introduce(app: App) -> None:
    """Commands, description and profile line in every language, set only where they differ."""
    renderer = app.bot_data["services"].renderer
    for language in LANGUAGES:
        # The first language is everybody's whose own there is not.
        code = None if language == LANGUAGES[0] else language
        commands = chat.menu(renderer, language)
        if list(await app.bot.get_my_commands(language_code=code)) != commands:
            await app.bot.set_my_commands(commands, language_code=code)
        description = renderer.say("chat", "description", language).html
        if (await app.bot.get_my_description(language_code=code)).description != description:
            await app.bot.set_my_description(description, language_code=code)
