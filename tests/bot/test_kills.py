"""Killed at any write, the bot is left in a state that its owner was told of, and answers once when it is back."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analytics.people import pseudonym
from bot import sealing, snapshots
from bot.simulator import Person, Server, Telegram, serve
from bot.simulator.profile import Profile
from bot.store import backups
from tests.bot.test_erasing import COMMENTS, CUSTOMERS, EMAIL, LABEL, NAME, ORDERS, OTHER, PHONE, WRITTEN
from tests.searching import found
from tests.talk import Talk, running

ROOT = Path(__file__).parents[2]
OWNER = 7
BEFORE = datetime(2027, 6, 1, tzinfo=UTC)
MONDAY = datetime(2027, 6, 7, 9, 0, 30, tzinfo=UTC)
PATIENCE = 30.0
RECEIVED = "INSERT OR IGNORE INTO updates"
RANDOM_POINTS = 40
# The bot presents itself once for all its lives.
PROFILE = Profile()


def orders(first: int, count: int) -> bytes:
    rows = (
        f"O{n},2027-0{1 + n % 5}-{1 + n % 28:02},C{n % 40:03},Soap,{5 + n % 90}" for n in range(first, first + count)
    )
    return "\n".join(["Order ID,Date,Customer ID,Product,Total", *rows]).encode()


@dataclass(frozen=True)
class Scenario:
    """What stood there, and what is asked when the bot may die, from the first write that begins with `since` on.

    A letter is nobody's question, and may come twice. The quick test tries every `step`th write, the slow one `FINER`.
    Once it is done no file holds any of the texts in `gone`; `given` are settings, `environment` variables of the bot.
    """

    name: str
    stands: Callable[[Talk], Any]
    asks: Callable[[Person, Path], object]
    now: datetime = BEFORE
    answers: tuple[int, ...] = (1,)
    since: str = RECEIVED
    step: int = 6
    gone: tuple[str, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


async def two_files(talk: Talk) -> None:
    await talk.send("orders.csv", orders(0, 200))
    await talk.send("more.csv", orders(200, 50))


async def a_trial(talk: Talk) -> None:
    await talk.send("orders.csv", orders(0, 200))
    await talk.say("/split all A B holdout 20%")


async def a_letter(talk: Talk) -> None:
    await talk.send("orders.csv", orders(0, 200))
    await talk.say("/digest zone UTC")
    await talk.say("/digest on")


async def a_backed_up_shop(talk: Talk) -> None:
    """Orders, comments and customers, a trial, groups, a backup of it all, one file more, and a question about a name."""
    for name, sheet in (("orders.csv", ORDERS), ("comments.csv", COMMENTS), ("customers.csv", CUSTOMERS)):
        await talk.send(name, sheet)
    await talk.say("/split all A B")
    await talk.say("/segments 3")
    backups.back_up(talk.running.services.store.folder, "2027-05-31T0330", keep=3)
    await talk.send(f"{NAME}.csv", CUSTOMERS + b"\nC9999,Zoe New,zoe@example.com,07700 900777,nick C9999\n")
    await talk.say(f"/forget {NAME}")


def forgets(ann: Person, data: Path, how: str) -> None:
    """Tap the key under the question."""
    ((secret,),) = query(data / "pocket.sqlite", f"SELECT secret FROM owners WHERE user_id = {OWNER}")
    ann.say(f"/forget {how} {pseudonym(LABEL, secret)}")


THEIRS = (LABEL, NAME, EMAIL, PHONE, WRITTEN)
CONTACTS = (EMAIL, PHONE, WRITTEN, OTHER[2])

FINER = 8
SCENARIOS = (
    Scenario("upload", two_files, lambda ann, _: ann.send_document("last.csv", orders(250, 50)), step=8),
    Scenario("analysis", two_files, lambda ann, _: ann.say("/segments")),
    Scenario("undo", two_files, lambda ann, _: ann.say("/undo"), step=4),
    Scenario("only", two_files, lambda ann, _: ann.say("/only 1")),
    Scenario("language", two_files, lambda ann, _: ann.say("/language zh"), since=""),
    Scenario("draft", two_files, lambda ann, _: ann.say("/split all A B holdout 20%")),
    Scenario("sent", a_trial, lambda ann, _: ann.say("/sent 1 today")),
    Scenario("digest", a_letter, lambda ann, _: None, MONDAY, (1, 2), ""),
    Scenario("forget", a_backed_up_shop, lambda ann, _: ann.say("/forget yes"), step=19, gone=(*THEIRS, *OTHER)),
    Scenario("person", a_backed_up_shop, lambda ann, data: forgets(ann, data, "keep"), step=71, gone=THEIRS),
    Scenario("and sales", a_backed_up_shop, lambda ann, data: forgets(ann, data, "drop"), step=97, gone=THEIRS),
    Scenario("export", a_backed_up_shop, lambda ann, _: ann.say("/export"), step=7),
    Scenario(
        "retention",
        a_backed_up_shop,
        lambda ann, _: ann.say("/files"),
        datetime(2028, 6, 1, tzinfo=UTC),
        since="",
        step=37,
        gone=CONTACTS,
        given={"retention_days": 30},
    ),
    Scenario(
        "sealing",
        a_backed_up_shop,
        lambda ann, _: ann.say("/files"),
        since="",
        step=31,
        gone=(*CONTACTS, OTHER[1]),
        environment={"POCKET_KEY": sealing.new_key()},
    ),
)


@dataclass
class Mortal:
    """The process that forks bots."""

    process: asyncio.subprocess.Process
    child: int = 0
    ended: asyncio.Task[int] = field(init=False)

    async def born(self, **order: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.child = await self._line()
        self.ended = asyncio.create_task(self._line())

    async def killed(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            if not self.ended.done():
                os.kill(self.child, signal.SIGKILL)
        await self.ended

    async def _line(self) -> int:
        assert self.process.stdout is not None
        return int(await self.process.stdout.readline())


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def mortal() -> AsyncIterator[Mortal]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("mortal.py")),
        env={name: value for name, value in os.environ.items() if not name.startswith("POCKET_")}
        | {"PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    yield Mortal(process)
    assert process.stdin is not None
    process.stdin.close()
    await process.wait()


@dataclass
class World:
    """A Telegram, the data folder as it stood, and the bot that may die over it."""

    scenario: Scenario
    mortal: Mortal
    telegram: Telegram
    server: Server
    data: Path
    person: Person = field(init=False)
    heard: int = field(init=False)

    def __post_init__(self) -> None:
        self.person = self.telegram.person(OWNER, "Ann", "en")
        self.person.started = True
        self.heard = 0

    @property
    def answers(self) -> int:
        return len(self.telegram.chat(OWNER).replies)

    def ask(self) -> None:
        self.scenario.asks(self.person, self.data)

    async def live(self, dies_at: int = 0) -> None:
        await self.mortal.born(
            dies_at=dies_at,
            since=self.scenario.since,
            environment=self.scenario.environment,
            **self.scenario.given,
            now=self.scenario.now.isoformat(),
            token=self.telegram.token,
            api_url=self.server.address,
            data=str(self.data),
        )

    async def is_settled(self) -> None:
        """Wait until everything is answered, or the bot is dead."""
        await self.telegram.until(
            lambda: self.mortal.ended.done() or (self.answers and not len(self.telegram.updates) and self._is_done()),
            PATIENCE,
        )

    def _is_done(self) -> bool:
        waiting = query(self.data / "inbox.sqlite", "SELECT count(*) FROM updates WHERE done = 0")
        sending = query(self.data / "pocket.sqlite", "SELECT count(*) FROM digests WHERE sending IS NOT NULL")
        due = query(self.data / "pocket.sqlite", f"SELECT count(*) FROM digests WHERE next_at < '{MONDAY:%Y-%m-%d %H}'")
        letters = sending == [(0,)] and (self.scenario.now != MONDAY or due == [(0,)])
        return waiting == [(0,)] and letters and self._is_tidy()

    def _is_tidy(self) -> bool:
        """Whether nothing of what was said is left in the log of the inbox, and names went whose time was up."""
        log = self.data / "inbox.sqlite-wal"
        kept = query(self.data / "pocket.sqlite", "SELECT count(*) FROM retention WHERE state = 'gone'")
        return not (log.exists() and log.stat().st_size) and (
            "retention_days" not in self.scenario.given or kept == [(1,)]
        )


@contextlib.asynccontextmanager
async def world(scenario: Scenario, mortal: Mortal, stood: Path, folder: Path) -> AsyncIterator[World]:
    shutil.copytree(stood, folder)
    # An hour later, so that no number of an update comes again.
    telegram = Telegram(clock=lambda: time.time() + 3600)
    telegram.profile = PROFILE
    server = await serve(telegram)
    try:
        yield World(scenario, mortal, telegram, server, folder)
    finally:
        await mortal.killed()
        await server.close()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
async def stood(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What stood there before each scenario, made once."""
    made: dict[str, Path] = {}
    for stands in {scenario.stands for scenario in SCENARIOS}:
        folder = tmp_path_factory.mktemp("stood") / "data"
        async with running(folder, now=lambda: BEFORE) as bot:
            await stands(bot.person("en", OWNER))
        made |= {scenario.name: folder for scenario in SCENARIOS if scenario.stands is stands}
    return made


@pytest.mark.parametrize(
    ("scenario", "step"),
    [
        *(pytest.param(scenario, scenario.step, id=scenario.name) for scenario in SCENARIOS),
        *(
            pytest.param(scenario, max(1, scenario.step // FINER), id=f"{scenario.name} finely", marks=pytest.mark.slow)
            for scenario in SCENARIOS
        ),
    ],
)
async def test_killed_at_every_write(
    scenario: Scenario, step: int, mortal: Mortal, stood: dict[str, Path], tmp_path: Path
) -> None:
    before, after = state(stood[scenario.name]), await unharmed(scenario, mortal, stood[scenario.name], tmp_path)
    point, died = 1 - step, True
    while died:
        point += step
        async with world(scenario, mortal, stood[scenario.name], tmp_path / "data") as shop:
            shop.ask()
            await shop.live(dies_at=point)
            await shop.is_settled()
            died = mortal.ended.done()
            await mortal.killed()
            check(shop, before, after, f"killed at write {point}")
            if died:
                await recovers(shop, after, f"killed at write {point}")
    assert point > 5, "nothing was ever written"


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS])
async def test_killed_at_random_instants(
    scenario: Scenario, mortal: Mortal, stood: dict[str, Path], tmp_path: Path
) -> None:
    dice = random.Random(scenario.name)
    before, began = state(stood[scenario.name]), time.monotonic()
    after = await unharmed(scenario, mortal, stood[scenario.name], tmp_path)
    lasts = time.monotonic() - began
    for _ in range(RANDOM_POINTS):
        instant = dice.uniform(0, lasts)
        said = f"{scenario.name} killed after {instant:.4f} s"
        async with world(scenario, mortal, stood[scenario.name], tmp_path / "data") as shop:
            shop.ask()
            await shop.live()
            await asyncio.sleep(instant)
            await mortal.killed()
            check(shop, before, after, said)
            await recovers(shop, after, said)


async def unharmed(scenario: Scenario, mortal: Mortal, stood: Path, folder: Path) -> list[Any]:
    """The state where nothing goes wrong."""
    async with world(scenario, mortal, stood, folder / "data") as shop:
        shop.ask()
        await shop.live()
        await shop.is_settled()
        assert shop.answers == 1
        await mortal.killed()
        assert {text for text, _ in found(stood, *scenario.gone)} == set(scenario.gone)
        forgotten(shop, "unharmed")
        return state(shop.data)


async def recovers(shop: World, after: list[Any], said: str) -> None:
    """Started again, the bot finishes what it was asked, says so once, and leaves nothing half done."""
    await shop.live()
    await shop.is_settled()
    assert not shop.mortal.ended.done(), f"{said}: it does not start again"
    await shop.mortal.killed()
    assert state(shop.data) == after, said
    forgotten(shop, said)
    told = [message.words[:80] for message in shop.telegram.chat(OWNER).replies]
    assert len(told) in shop.scenario.answers, f"{said}: {told}"


def check(shop: World, before: list[Any], after: list[Any], said: str) -> None:
    """What is left is what stood there, or what was asked for, and every file that it speaks of is there."""
    assert state(shop.data) in (before, after), said


def forgotten(shop: World, said: str) -> None:
    """Nothing can be read of what had to go, and no file lies about that nobody knows."""
    assert found(shop.data, *shop.scenario.gone, unlock=False) == [], said
    for home in (shop.data, *(shop.data / "backups").glob("*")):
        assert files(home) == named(home), f"{said}: in {home.name}"


def named(home: Path) -> set[str]:
    """The files that the database of a data folder or of a backup speaks of."""
    told = query(
        home / "pocket.sqlite",
        "SELECT own FROM snapshots UNION SELECT merged FROM snapshots UNION SELECT people FROM trials"
        " UNION SELECT raw FROM uploads WHERE raw IS NOT NULL",
    )
    return {name for (name,) in told}


def files(home: Path) -> set[str]:
    """The files that are there."""
    return {
        file.name for file in (home / "owners").glob("*/*") if snapshots.table_of(file) == file.name or not file.suffix
    }


def state(data: Path) -> list[Any]:
    """All that the owner could tell: languages, files, trials, what is remembered, letters."""
    database = data / "pocket.sqlite"
    for home in (data, *(data / "backups").glob("*")):
        assert named(home) <= files(home), home.name
    return [
        query(database, statement)
        for statement in (
            "SELECT user_id, language FROM owners ORDER BY user_id",
            "SELECT id, filename, sha256, afresh, raw IS NULL FROM uploads ORDER BY id",
            "SELECT upload, kind, own = merged FROM snapshots ORDER BY upload, kind",
            "SELECT id, kind, sent, result FROM trials ORDER BY id",
            "SELECT analysis, upload FROM memories ORDER BY analysis, upload",
            "SELECT kind, state, sent_for FROM digests ORDER BY kind",
            "SELECT count(*) FROM forgotten",
        )
    ]


def query(database: Path, statement: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(database)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()
