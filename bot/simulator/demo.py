"""The demo: the real bot, a loopback Telegram, and a chat page, in one process."""

from __future__ import annotations

import asyncio
import secrets
import signal
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click

from bot import app, resources
from bot.settings import EVERYBODY, Settings
from bot.simulator.samples import up_to
from bot.simulator.server import serve
from bot.simulator.telegram import Telegram

# What the environment may say of the real bot's way to Telegram, and of other machines.
NOT_ITS_OWN = ("webhook", "dask", "storage")


async def run(load: Callable[..., Settings], port: int) -> None:
    """Serve the chat page, with samples that end yesterday, until the process is told to end."""
    with tempfile.TemporaryDirectory(prefix="pocket-samples-") as folder:
        await _serve(load, port, up_to(_yesterday(), resources.SAMPLES, Path(folder)))


async def _serve(load: Callable[..., Settings], port: int, samples: Path) -> None:
    """Serve the chat page until the process is told to end. The token is made up; nothing leaves this machine."""
    token = f"{secrets.randbelow(10**9) + 10**9}:{secrets.token_urlsafe(24)}"
    telegram = Telegram(token)
    try:
        server = await serve(telegram, port, samples, key=secrets.token_urlsafe(24))
    except OSError as taken:
        raise click.ClickException(
            f"port {port} is taken ({taken.strerror}); try: pocket-marketer demo --port 0"
        ) from None
    try:
        settings = load(token=token, api_url=server.address, owners=EVERYBODY, backups=0, **dict.fromkeys(NOT_ITS_OWN))
        settings = settings.model_copy(update={"data": settings.data.with_name(f"{settings.data.name}-demo")})
        ended = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        async with app.running(app.build(settings)):
            print(f"\nOpen the chat in a browser:\n\n    {server.page}\n", flush=True)
            print(
                "A demo: the bot is the real one, Telegram is not; nothing leaves this machine. Ctrl+C ends it.",
                flush=True,
            )
            await ended.wait()
    finally:
        await server.close()


def _yesterday() -> date:
    return datetime.now(UTC).date() - timedelta(days=1)
