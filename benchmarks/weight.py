"""What the bot weighs: the process that the README starts, at rest and with Online Retail taken in and answered.

`pocket-marketer run` with one worker talks over HTTP to a loopback Telegram in another process. It is at rest once it has
answered in both languages. Memory is what the kernel counts for each process. Together means bot, worker, and what Python
keeps beside them, each at its own highest: no moment of the upload and the answer can have needed more. Pages that they
share count for each.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.data import Missing, find
from benchmarks.measure import MEGABYTE, Line, highest, resident
from bot.simulator.messages import Message
from bot.simulator.people import Person
from bot.simulator.server import serve
from bot.simulator.telegram import Telegram

PATIENCE = 120.0
GOES_QUIET = 2.0


@dataclass(frozen=True)
class Weight:
    """Bytes in memory; `together` includes the processes that Python keeps to look after the others."""

    bot: int
    bot_after: int
    bot_highest: int
    worker: int
    worker_highest: int
    together: int


def run() -> Iterator[Line | Missing]:
    """The bot's process, the worker's, and all of them."""
    try:
        file = find("online_retail.csv.gz")
    except Missing as missing:
        yield missing
        return
    weight = asyncio.run(_weigh(file))
    yield Line("bot at rest", weight.bot, "limit", 180 * MEGABYTE, 1, unit="MB")
    yield Line("bot after an upload and /segments", weight.bot_after, "bot at rest", weight.bot, unit="MB")
    yield Line("bot's highest", weight.bot_highest, "bot at rest", weight.bot, unit="MB")
    yield Line("worker's highest", weight.worker_highest, "worker at rest", weight.worker, unit="MB")
    yield Line("all together, highest", weight.together, "limit", 700 * MEGABYTE, 1, unit="MB")


async def _weigh(file: Path) -> Weight:
    telegram = Telegram()
    async with _running(telegram) as bot:
        for number, language in enumerate(("zh-hans", "en"), start=1):
            owner = telegram.person(number, "Ann", language)
            await _answered(telegram, owner, lambda asker: asker.say("/help"), lambda message: bool(message.text))
        worker = await _warm_worker(bot)
        at_rest = resident(bot), resident(worker)
        content = file.read_bytes()
        await _answered(
            telegram,
            owner,
            lambda asker: asker.send_document(file.name, content),
            lambda message: bool(message.buttons),
        )
        await _answered(telegram, owner, lambda asker: asker.say("/segments"), lambda message: bool(message.photo))
        everybody = [bot, *(child.pid for child in psutil.Process(bot).children(recursive=True))]
        return Weight(
            bot=at_rest[0],
            bot_after=resident(bot),
            bot_highest=highest(bot),
            worker=at_rest[1],
            worker_highest=highest(worker),
            together=sum(map(highest, everybody)),
        )


async def _warm_worker(bot: int) -> int:
    """The largest of the bot's children, once it has stopped growing."""
    before = 0
    while True:
        worker = max((child.pid for child in psutil.Process(bot).children()), key=resident)
        if resident(worker) == before:
            return worker
        before = resident(worker)
        await asyncio.sleep(GOES_QUIET)


async def _answered(
    telegram: Telegram, owner: Person, act: Callable[[Person], object], done: Callable[[Message], bool]
) -> None:
    before = len(telegram.chat(owner.user_id).messages)
    act(owner)
    await telegram.until(
        lambda: any(one.from_bot and done(one) for one in telegram.chat(owner.user_id).messages[before:]), PATIENCE
    )


@asynccontextmanager
async def _running(telegram: Telegram) -> AsyncIterator[int]:
    """The bot as a process of its own, by its number, with a worker that is warm."""
    server = await serve(telegram)
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith("POCKET_")},
                "POCKET_TOKEN": telegram.token,
                "POCKET_API_URL": server.address,
                "POCKET_DATA": folder,
                "POCKET_OWNERS": "*",
                "POCKET_WORKERS": "1",
                "POCKET_BACKUPS": "0",
            },
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            yield process.pid
        finally:
            process.terminate()
            await process.wait()
            await server.close()
