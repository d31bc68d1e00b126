"""The composition root: settings in, a running bot out."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from functools import partial
from typing import cast

from telegram import Update
from telegram.error import InvalidToken
from telegram.ext import Application, ContextTypes, Defaults

from analytics.language import LANGUAGES
from bot import resources, webhook
from bot.access import Access
from bot.context import App, Context, Services
from bot.conversations import Conversations
from bot.digest import Desk
from bot.handlers import chat, digest, dispatch, door, problems
from bot.inbox import KeepingBot, keeper
from bot.metrics import Measured, Metrics
from bot.nightly import Night
from bot.outbox import Outbox, in_passing, until_answered
from bot.queue import FairQueue
from bot.ratelimit import ChatRateLimiter
from bot.render import Renderer
from bot.retention import Retention
from bot.sealing import Unreadable
from bot.settings import Settings
from bot.store import Store
from bot.transport import Checked, Transport

WANTED = (Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER)


def build(settings: Settings, transport: Transport | None = None) -> App:
    """The telegram Application with everything in its place; nothing is started yet."""
    transport = transport or Transport.http()
    store = Store(settings.data)
    try:
        store.seal()
    except Unreadable:
        store.close()
        raise
    access, outbox = Access(settings, store), Outbox(store.inbox)
    metrics = Metrics()
    metrics.owners.set_function(store.count_owners)
    services = Services(
        settings=settings,
        store=store,
        access=access,
        compute=Measured(
            metrics,
            settings.workers,
            settings.job_seconds,
            settings.data / "compiled",
            settings.dask,
            settings.data,
            settings.storage,
        ),
        renderer=Renderer(resources.TEMPLATES),
        queue=FairQueue(settings.workers or 1),
        metrics=metrics,
    )
    metrics.queue.set_function(lambda: len(services.queue))
    assert settings.token is not None
    bot = KeepingBot(
        token=settings.token.get_secret_value(),
        base_url=f"{settings.api_url}/bot",
        base_file_url=f"{settings.api_url}/file/bot",
        request=Checked(transport.requests),
        get_updates_request=Checked(transport.polling),
        defaults=Defaults(tzinfo=settings.zone),
        rate_limiter=ChatRateLimiter(partial(outbox.saw, own=True), transport.limits),
        keep=keeper(store.inbox, access, outbox),
    )
    conversations = Conversations(
        store.inbox,
        outbox,
        services.turn,
        urgent=partial(dispatch.urgent, services.renderer),
        question=dispatch.question,
        page=dispatch.page,
        excuse=lambda update: problems.give_up(update, Context.from_update(update, app)),
    )
    builder = Application.builder().bot(bot).context_types(ContextTypes(context=Context))
    app = cast("App", builder.concurrent_updates(conversations).build())
    app.bot_data["services"] = services
    for handlers in (door, dispatch, digest, problems):
        handlers.register(app)
    return app


@contextlib.asynccontextmanager
async def running(app: App, poll_seconds: int = 25, desk: Desk | None = None) -> AsyncIterator[App]:
    """The bot at work: menu set, unfinished updates taken up again, new ones coming in, letters sent from the desk.

    Leaving it stops all within seconds; what is not answered then is taken up at the next start.
    """
    services: Services = app.bot_data["services"]
    desk, night, retention = desk or Desk(app), Night(services), Retention(app)
    try:
        async with app:
            await in_passing("menu and description", partial(_introduce, app))
            await app.start()
            for body in services.store.inbox.take_up():
                await app.update_queue.put(Update.de_json(body, app.bot))
            try:
                async with _listening(app, poll_seconds):
                    desk.open()
                    night.open()
                    retention.open()
                    yield app
            finally:
                services.compute.stop()
                await desk.close()
                await night.close()
                await retention.close()
                await cast("Conversations", app.update_processor).stop()
                await app.stop()
    finally:
        services.compute.stop()
        services.store.close()


@contextlib.asynccontextmanager
async def _listening(app: App, poll_seconds: int) -> AsyncIterator[None]:
    """New updates come in: fetched, or brought to the webhook that the settings name."""
    services: Services = app.bot_data["services"]
    settings, updater = services.settings, app.updater
    assert updater is not None
    if settings.webhook is None:
        # What goes wrong with a fetch is told where it is made.
        await updater.start_polling(
            allowed_updates=WANTED, timeout=poll_seconds, bootstrap_retries=-1, error_callback=lambda error: None
        )
        try:
            yield
        finally:
            await updater.stop()
        return
    secret = services.store.fact(webhook.SECRET) or webhook.new_secret()
    services.store.set_fact(webhook.SECRET, secret)
    server = webhook.serve(
        cast("KeepingBot", app.bot), app.update_queue, settings.webhook, secret, *settings.webhook_listen
    )
    try:
        await until_answered(
            partial(app.bot.set_webhook, settings.webhook, allowed_updates=WANTED, secret_token=secret)
        )
        yield
    finally:
        server.stop()
        await server.close_all_connections()


async def run(settings: Settings) -> None:
    """Serve until the process is told to end."""
    ended = asyncio.Event()
    app = build(settings)
    async with running(app), showing(app):
        # Not before: until Telegram is reached the process may end at once.
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        services: Services = app.bot_data["services"]
        link = services.access.opening_link(app.bot.username, services.now())
        print(f"@{app.bot.username} is listening. Ctrl+C ends it.", flush=True)
        if link:
            print(f"Open this link within an hour, on the phone that owns the shop:\n\n    {link}\n", flush=True)
        refused = cast("KeepingBot", app.bot).refused
        waited = [asyncio.ensure_future(event.wait()) for event in (ended, refused)]
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        for task in waited:
            task.cancel()
        print("Ending …", flush=True)
    if refused.is_set():
        raise InvalidToken


@contextlib.asynccontextmanager
async def showing(app: App) -> AsyncIterator[None]:
    """Figures for Prometheus, where the settings want them."""
    services: Services = app.bot_data["services"]
    if services.settings.metrics is None:
        yield
        return
    server = services.metrics.serve(*services.settings.metrics)
    yield
    server.stop()
    await server.close_all_connections()


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
