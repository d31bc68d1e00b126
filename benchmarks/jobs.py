"""What each job costs a worker, and each owner the disk: the figures behind docs/scale.md.

Two shops: Online Retail, as large as a company of one person gets, and the export of an ordinary shop. Jobs are called as
the bot calls them, in a warm worker with one thread; seconds are medians, memory is what the worker grows by at most. The
disk is what twenty owners more leave in the data folder, each with one file, a digest agreed on and two questions asked.
Messages are answers to /help, all at once, with the loopback Telegram in the same process.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.costs import Cost
from benchmarks.data import Missing, find
from benchmarks.measure import in_worker, interleaved, peak
from benchmarks.work import ask_anew, take_in
from bot.jobs import References

if TYPE_CHECKING:
    from tests.talk import Running

SHOPS = ("online_retail.csv.gz", "shopify_orders_export.csv.gz")
QUESTIONS = (("overview",), ("segments",), ("lifecycle",), ("basket",), ("digest", "weekly"))
ROUNDS = 3
OWNERS = 20
MESSAGES = 1_000


def run() -> Iterator[Cost | Missing]:
    """Jobs of each shop, then owners, then messages."""
    for name in SHOPS:
        try:
            yield from _jobs(find(name))
        except Missing as missing:
            yield missing
    for name in SHOPS:
        try:
            rows, files = asyncio.run(_owners(find(name)))
        except Missing:
            continue
        yield Cost("an owner's rows in SQLite", name, disk=rows)
        yield Cost("an owner's files", name, disk=files)
    yield Cost("one answer of the bot's own process", "/help", seconds=asyncio.run(_message()))


def _jobs(file: Path) -> Iterator[Cost]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        references = in_worker(take_in, file, folder)
        seconds = in_worker(_timed, file, references)
        yield Cost("upload", file.name, seconds["upload"], peak(take_in, file, folder))
        for question in QUESTIONS:
            yield Cost(
                f"/{question[0]}",
                file.name,
                seconds[question[0]],
                peak(ask_anew, question[0], references, *question[1:]),
            )


def _timed(file: Path, references: References) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        calls = {question[0]: partial(ask_anew, question[0], references, *question[1:]) for question in QUESTIONS}
        return interleaved({"upload": partial(take_in, file, Path(folder)), **calls}, ROUNDS)


async def _owners(file: Path) -> tuple[float, float]:
    """Bytes that one owner more leaves in the database, and in files."""
    # Not in the workers, which would be larger for it.
    from tests.talk import running

    with tempfile.TemporaryDirectory() as name:
        async with running(Path(name) / "data", workers=2) as bot:
            await _settle_in(bot, file)
            before = _sizes(bot)
            for _ in range(OWNERS):
                await _settle_in(bot, file)
            after = _sizes(bot)
    return (after[0] - before[0]) / OWNERS, (after[1] - before[1]) / OWNERS


async def _settle_in(bot: Running, file: Path) -> None:
    owner = bot.person("en")
    await owner.send_file(file)
    await owner.say("/segments")
    await owner.say("/lifecycle")
    await owner.say("/digest friday 18:00")


def _sizes(bot: Running) -> tuple[int, int]:
    """Bytes of the database's pages in use, and of all files of owners."""
    store = bot.services.store
    pages, free, size = (
        store.db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size, sum(
        path.stat().st_size for path in (store.folder / "owners").rglob("*") if path.is_file()
    )


async def _message() -> float:
    """Seconds from the first question to the last answer, per answer."""
    from tests.talk import running

    with tempfile.TemporaryDirectory() as name:
        async with running(Path(name) / "data", workers=1) as bot:
            people = [bot.person("en") for _ in range(MESSAGES)]
            await people[0].say("/help")
            start = time.perf_counter()
            for talk in people:
                talk.person.say("/help")
            await bot.settled()
            assert all(talk.last.from_bot for talk in people)
            return (time.perf_counter() - start) / MESSAGES
