"""The whole bot at work: does it stay awake while files are read?

The real bot talks to the loopback Telegram without a network, in one process, with the pool of workers it would have.
Eight people send Online Retail at once. Meanwhile the event loop is asked to wake every 5 ms, and its lateness is the lag;
somebody else keeps asking for /help. The floor is the same loop, awake beside the same eight jobs in the same workers,
with no conversation around them: what it lags is the machine's doing. The loopback Telegram shares the bot's process, so
its own work counts as the bot's.

In the crowd there are two hundred people: twenty of them upload, more than both workers can take, and the others keep
asking for /help, together as often as Telegram lets a bot answer. The limit is on the way from question to answer.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import ParamSpec, TypeVar

from benchmarks.data import Missing, find
from benchmarks.measure import Line, percentile
from benchmarks.work import ask, take_in
from bot.compute import Compute
from bot.simulator.telegram import Event
from tests.talk import Running, Talk, running

P = ParamSpec("P")
T = TypeVar("T")

UPLOADS = 8
CROWD, UPLOADING = 200, 20
# Telegram takes about 30 messages a second from a bot.
ANSWERS_A_SECOND = 30
ROUNDS = 3
TICK = 0.005
PAUSE = 0.05
PATIENCE = 300.0
ASKED_AT_REST = 50


def run() -> Iterator[Line | Missing]:
    """Lag and answers under load."""
    try:
        file = find("online_retail.csv.gz")
    except Missing as missing:
        yield missing
        return
    lags = _in_process(_lags, file)
    for share, name in ((0.5, "p50"), (0.99, "p99"), (1.0, "max")):
        ours, floor = percentile(lags.ours, share), percentile(lags.floor, share)
        yield Line(f"loop's lag, {UPLOADS} uploads in work: {name}", ours, "the jobs alone", floor)
    yield Line(f"loop's lag, {UPLOADS} uploads in work: p99", percentile(lags.ours, 0.99), "limit", 0.005, 1)
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        busy, idle = percentile(lags.help_busy, share), percentile(lags.help_idle, share)
        yield Line(f"/help meanwhile, to its answer: {name}", busy, "nothing in work", idle)
    yield Line(f"{UPLOADS} uploads to their answers", lags.uploads, "the jobs alone", lags.jobs)
    crowd = _in_process(_crowd, file)
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        label = f"/help in a crowd of {CROWD}, {UPLOADING} of them uploading: {name}"
        yield Line(label, percentile(crowd.asked, share), "limit", 0.3, 1)
    yield Line(f"{CROWD} say /help in the same instant: the last answer", crowd.burst, "limit", 0.3 * CROWD / 30, 1)


@dataclass(frozen=True)
class Lags:
    """Seconds: each wake-up's lateness, each /help's way to its answer, and the median round of uploads and of jobs."""

    ours: tuple[float, ...]
    floor: tuple[float, ...]
    help_busy: tuple[float, ...]
    help_idle: tuple[float, ...]
    uploads: float
    jobs: float


@dataclass(frozen=True)
class Crowd:
    """Seconds: each /help's way to its answer while others upload, and the last one's where all ask at once."""

    asked: tuple[float, ...]
    burst: float


def _in_process(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call in a fresh process of its own that may have workers (which a worker may not)."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *args, **kwargs).result()


def _lags(file: Path) -> Lags:
    return asyncio.run(_measure_lags(file))


async def _measure_lags(file: Path) -> Lags:
    content = file.read_bytes()
    with tempfile.TemporaryDirectory() as name:
        aside = Path(name) / "aside"
        aside.mkdir()
        async with running(Path(name) / "bot", workers=2) as bot:
            asker = _Asker(bot)
            # Workers and templates warm, in both.
            await _jobs(bot.services.compute, file, aside)
            await _uploads(bot, file.name, content)
            await asker.ask()
            alone, busy = _Watch(), _Watch(asker)
            at_rest = [await asker.ask() for _ in range(ASKED_AT_REST)]
            for _ in range(ROUNDS):
                await alone.during(_jobs(bot.services.compute, file, aside))
                await busy.during(_uploads(bot, file.name, content))
    return Lags(
        tuple(busy.lags), tuple(alone.lags), tuple(busy.asked), tuple(at_rest), median(busy.took), median(alone.took)
    )


def _crowd(file: Path) -> Crowd:
    return asyncio.run(_measure_crowd(file))


async def _measure_crowd(file: Path) -> Crowd:
    content = file.read_bytes()
    with tempfile.TemporaryDirectory() as name:
        async with running(Path(name) / "bot", workers=2) as bot:
            askers = [_Asker(bot) for _ in range(CROWD - UPLOADING)]
            await asyncio.gather(*(asker.ask() for asker in askers))
            burst = max(await asyncio.gather(*(asker.ask() for asker in askers)))
            uploads = asyncio.create_task(_uploads(bot, file.name, content, UPLOADING))
            asked: list[float] = []

            async def keep_asking(number: int, asker: _Asker) -> None:
                pause = len(askers) / ANSWERS_A_SECOND
                await asyncio.sleep(pause * number / len(askers))
                while not uploads.done():
                    asked.append(await asker.ask())
                    await asyncio.sleep(pause)

            await asyncio.gather(uploads, *(keep_asking(*one) for one in enumerate(askers)))
    return Crowd(tuple(asked), burst)


async def _jobs(compute: Compute, file: Path, folder: Path) -> None:
    """The work of the uploads without the talk."""

    async def one() -> None:
        references = await compute(take_in, file, folder)
        await compute(ask, "overview", references)

    await asyncio.gather(*(one() for _ in range(UPLOADS)))


async def _uploads(bot: Running, filename: str, content: bytes, many: int = UPLOADS) -> None:
    """So many new people send the file at once; done when each is offered the next question."""
    people = [bot.person("en") for _ in range(many)]
    for talk in people:
        talk.person.send_document(filename, content)
    await bot.telegram.until(lambda: all(map(_is_answered, people)), PATIENCE)


def _is_answered(talk: Talk) -> bool:
    return any(button.data == "segments" for row in talk.last.buttons for button in row)


class _Asker:
    """Somebody who asks for /help, and the seconds until the answer stands in the chat."""

    def __init__(self, bot: Running) -> None:
        self._person = bot.person("en").person
        self._answered = asyncio.Event()
        bot.telegram.listeners.append(self._hear)

    async def ask(self) -> float:
        loop = asyncio.get_running_loop()
        self._answered.clear()
        start = loop.time()
        self._person.say("/help")
        await self._answered.wait()
        return loop.time() - start

    def _hear(self, event: Event) -> None:
        if event.kind == "message" and event.chat_id == self._person.user_id and event.subject.from_bot:
            self._answered.set()


class _Watch:
    """How late the loop wakes, how long an asker waits, and how long it all takes, while something is in work."""

    def __init__(self, asker: _Asker | None = None) -> None:
        self.lags: list[float] = []
        self.asked: list[float] = []
        self.took: list[float] = []
        self._asker = asker
        self._ended = False

    async def during(self, work: Awaitable[None]) -> None:
        self._ended = False
        start = asyncio.get_running_loop().time()
        watching = asyncio.gather(self._tick(), self._ask())
        await work
        self.took.append(asyncio.get_running_loop().time() - start)
        self._ended = True
        await watching

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._ended:
            due = loop.time() + TICK
            await asyncio.sleep(TICK)
            self.lags.append(loop.time() - due)

    async def _ask(self) -> None:
        while self._asker is not None and not self._ended:
            self.asked.append(await self._asker.ask())
            await asyncio.sleep(PAUSE)
