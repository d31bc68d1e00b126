"""The whole as its owner runs it: a process of its own, HTTP, a spawned pool, and what happens when it is killed."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import sealing
from bot.resources import SAMPLES
from bot.simulator.people import Person
from bot.simulator.server import Server, serve
from bot.simulator.telegram import Telegram
from tests.data_sets import shared_file

ORDERS = (SAMPLES / "en" / "orders.csv").read_bytes()


class World:
    """A Telegram on a port, and the bot as a process that can be killed and started again."""

    def __init__(self, telegram: Telegram, server: Server, data: Path) -> None:
        self.telegram, self.server, self.data = telegram, server, data
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, **settings: str) -> None:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("POCKET_")},
            "POCKET_TOKEN": self.telegram.token,
            "POCKET_API_URL": self.server.address,
            "POCKET_DATA": str(self.data),
            "POCKET_OWNERS": "*",
            "POCKET_WORKERS": "1",
            **{f"POCKET_{name.upper()}": value for name, value in settings.items()},
        }
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), 60)
        assert b"is listening" in line, (await self.process.stderr.read()).decode() if self.process.stderr else line

    async def end(self, how: signal.Signals) -> int:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(how)
        await asyncio.wait_for(self.process.communicate(), 20)
        return self.process.returncode or 0

    def said(self, person: Person) -> list[str]:
        return [message.words for message in self.telegram.chat(person.user_id).messages if message.from_bot]

    async def says_more(self, person: Person, before: int) -> None:
        await self.telegram.until(lambda: len(self.said(person)) > before, 20)

    async def hears(self, person: Person, words: str, seconds: float = 60) -> None:
        await self.telegram.until(lambda: any(words in said for said in self.said(person)), seconds)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    telegram = Telegram()
    server = await serve(telegram)
    made = World(telegram, server, tmp_path / "data")
    try:
        yield made
    finally:
        if made.process is not None and made.process.returncode is None:
            await made.end(signal.SIGKILL)
        await server.close()


async def test_from_upload_to_list_and_a_clean_end(world: World) -> None:
    await world.start()
    ann = world.telegram.person(1)
    ann.send_document("orders.csv", ORDERS)
    await world.hears(ann, "I read 2,117 lines")
    ann.say("/segments")
    await world.hears(ann, "of your sales")
    answer = world.telegram.chat(1).messages[-1]
    assert answer.photo is not None
    ann.tap(answer.message_id, answer.button("Download list").data or "")
    await world.telegram.until(lambda: world.telegram.chat(1).messages[-1].document, 30)
    assert await world.end(signal.SIGTERM) == 0
    assert not list(world.data.rglob("sent-*.part"))


async def test_help_is_answered_while_a_large_file_is_read(world: World) -> None:
    retail = gzip.decompress(shared_file("online_retail.csv.gz").read_bytes())[:8_000_000]
    await world.start()
    ann, wang = world.telegram.person(1), world.telegram.person(2, language="zh-hans")
    ann.send_document("orders.csv", retail)
    await world.telegram.until(lambda: world.telegram.chat(1).actions, 30)
    waits = []
    while not world.said(ann) or "⏳" in world.said(ann)[-1]:
        before, asked = len(world.said(wang)), time.monotonic()
        wang.say("/help")
        await world.says_more(wang, before)
        waits.append(time.monotonic() - asked)
        await asyncio.sleep(0.05)
    assert len(waits) >= 3
    assert sorted(waits)[len(waits) // 2] < 1


async def test_a_kill_during_an_upload_leaves_the_previous_state_and_the_upload_is_taken_up_again(world: World) -> None:
    retail = gzip.decompress(shared_file("online_retail.csv.gz").read_bytes())[:20_000_000]
    await world.start()
    ann = world.telegram.person(1)
    ann.send_document("orders.csv", ORDERS)
    await world.hears(ann, "I read 2,117 lines")
    confirmed = {path.name for path in world.data.rglob("*.parquet")}
    ann.send_document("retail.csv", retail)
    await world.telegram.until(lambda: list(world.data.rglob("sent-*.part")), 30)
    await asyncio.sleep(0.1)
    await world.end(signal.SIGKILL)
    assert confirmed <= {path.name for path in world.data.rglob("*.parquet")}
    assert not any("added them" in said for said in world.said(ann))
    await world.start()
    await world.hears(ann, "added them to what I had")
    assert confirmed <= {path.name for path in world.data.rglob("*.parquet")}
    assert sum("added them" in said for said in world.said(ann)) == 1
    await world.telegram.until(lambda: not list(world.data.rglob("sent-*.part")))
    assert not list(world.data.rglob("*.part"))


async def test_everything_confirmed_is_there_after_a_kill(world: World) -> None:
    await world.start()
    ann = world.telegram.person(1)
    ann.say("/language zh")
    await world.hears(ann, "以后说中文")
    ann.send_document("orders.csv", ORDERS)
    await world.hears(ann, "读好了")
    await world.end(signal.SIGKILL)
    await world.start()
    ann.say("/segments")
    await world.hears(ann, "的销售额")


async def test_sigterm_during_an_analysis_ends_it_within_seconds_and_the_question_is_kept(world: World) -> None:
    retail = gzip.decompress(shared_file("online_retail.csv.gz").read_bytes())[:20_000_000]
    await world.start()
    ann = world.telegram.person(1)
    ann.send_document("retail.csv", retail)
    await world.telegram.until(lambda: list(world.data.rglob("sent-*.part")), 30)
    began = time.monotonic()
    assert await world.end(signal.SIGTERM) == 0
    assert time.monotonic() - began < 10
    assert not any("went wrong" in said for said in world.said(ann))
    await world.start()
    await world.hears(ann, "I read 230,")


async def test_a_job_past_its_time_is_stopped_and_told(world: World) -> None:
    sheet = b"Order ID,Date,Customer ID,Total\n" + b"".join(
        b"%d,2026-%02d-%02d,%d,%d.5\n" % (row, 1 + row % 12, 1 + row % 28, row % 90_000, row % 50)
        for row in range(2_500_000)
    )
    await world.start(job_seconds="1")
    ann = world.telegram.person(1)
    ann.send_document("long.csv.gz", gzip.compress(sheet, 1))
    await world.hears(ann, "longer than 1 second")
    ann.say("/help")
    await world.hears(ann, "Send a spreadsheet")


async def test_a_second_process_and_a_restore_are_refused_while_the_bot_runs(world: World) -> None:
    await world.start()
    environment = os.environ | {
        "POCKET_TOKEN": world.telegram.token,
        "POCKET_API_URL": world.server.address,
        "POCKET_DATA": str(world.data),
    }
    for command, fine in (("backup",), True), (("run",), False), (("restore", "2*"), False):
        backup = [path.name for path in (world.data / "backups").glob(command[-1])]
        words = [command[0], *backup[:1]] if command[0] == "restore" else list(command)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *words, env=environment, stderr=asyncio.subprocess.PIPE
        )
        _, told = await asyncio.wait_for(process.communicate(), 60)
        assert (process.returncode == 0) is fine, told
        assert fine or b"is running in" in told
        assert b"Traceback" not in told


async def test_wrong_settings_are_all_told(tmp_path: Path) -> None:
    environment = os.environ | {"POCKET_OWNERS": "bob", "POCKET_TIMEZONE": "Mars", "POCKET_TOKEN": ""}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=environment, stderr=asyncio.subprocess.PIPE
    )
    _, told = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    for name in (b"POCKET_OWNERS", b"POCKET_TIMEZONE", b"POCKET_TOKEN"):
        assert name in told
    assert b"Traceback" not in told


async def test_the_demo_prints_its_address_and_ends_cleanly(tmp_path: Path) -> None:
    environment = os.environ | {"POCKET_DATA": str(tmp_path / "data")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--port", "0", env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    text = b""
    while b"http://127.0.0.1:" not in text:
        text += await asyncio.wait_for(process.stdout.readline(), 60)
    process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0
    assert (tmp_path / "data-demo" / "pocket.sqlite").exists()


async def test_what_reads_strangers_files_has_the_key_and_not_the_token(world: World) -> None:
    key = sealing.new_key()
    await world.start(key=key)
    assert world.process is not None
    world.telegram.person(1).send_document("orders.csv", ORDERS)
    await world.hears(world.telegram.person(1), "I read 2,117 lines")
    parents = {
        int(folder.name): int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        for folder in Path("/proc").iterdir()
        if folder.name.isdecimal()
    }
    below = [pid for pid, parent in parents.items() if world.process.pid in {parent, parents.get(parent)}]
    told = [(Path("/proc") / str(pid) / "environ").read_bytes() for pid in below]
    assert any(key.encode() in environment for environment in told), "the worker"
    for environment in told:
        assert world.telegram.token.encode() not in environment
        assert b"POCKET_TOKEN" not in environment
