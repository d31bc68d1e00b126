"""Whole conversations, kept as text in both languages: every change of words shows up in a diff.

A line that begins with `>` is what the owner does: `> send FILE` (from `data/`), `> tap LABEL`, or anything typed. What
follows, up to the next such line, is the bot's answer. To take new answers over after reading them:
POCKET_WRITE_CONVERSATIONS=1 pytest tests/test_conversations.py
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from distributed import LocalCluster

from analytics.language import LANGUAGES, day
from bot.resources import SAMPLES
from bot.simulator.messages import Message
from tests.machines import machines
from tests.talk import Running, Talk, running

FOLDER = Path(__file__).parent / "conversations"
CONVERSATIONS = sorted(FOLDER.glob("*.txt"))


def morning_after() -> datetime:
    """When the samples are as fresh as an export of yesterday."""
    return datetime(2026, 11, 1, 9, tzinfo=UTC)


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path / "data", now=morning_after) as started:
        yield started


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with machines() as started:
        yield started


@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda path: path.stem)
async def test_conversation(path: Path, bot: Running) -> None:
    said = await _said(path, bot)
    if os.environ.get("POCKET_WRITE_CONVERSATIONS"):
        path.write_text(said, encoding="utf-8")
    assert said == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["second-day-zh"])
async def test_other_machines_say_the_same(name: str, cluster: LocalCluster, tmp_path: Path) -> None:
    path, storage = FOLDER / f"{name}.txt", (tmp_path / "storage").as_uri()
    async with running(
        tmp_path / "data", now=morning_after, workers=2, dask=cluster.scheduler_address, storage=storage
    ) as bot:
        assert await _said(path, bot) == path.read_text(encoding="utf-8")


def test_both_languages_have_the_same_conversations() -> None:
    names = {path.stem for path in CONVERSATIONS}
    assert {name.removesuffix("-zh") for name in names if name.endswith("-zh")} == {
        name.removesuffix("-en") for name in names if name.endswith("-en")
    }
    assert names


async def _said(path: Path, bot: Running) -> str:
    """The conversation of that file, held anew."""
    person = bot.person("zh-hans" if path.stem.endswith("-zh") else "en")
    lines: list[str] = []
    for act in (line[1:].strip() for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(">")):
        answers = await _do(person, act)
        lines += [f"> {act}", *(line for answer in answers for line in _shown(answer)), ""]
    said = "\n".join(lines).replace(str(bot.services.settings.data), "(folder)")
    for language in LANGUAGES:
        said = said.replace(day(datetime.now(UTC), language), "(today)")
    return said


async def _do(person: Talk, act: str) -> list[Message]:
    verb, _, rest = act.partition(" ")
    if verb == "send":
        return await person.send_file(SAMPLES / rest)
    if verb == "tap":
        return await person.tap(rest)
    return await person.say(act)


def _shown(message: Message) -> list[str]:
    parts = []
    if message.photo:
        parts.append("[picture]")
    if message.document:
        parts.append(f"[{message.document.name}]")
    keys = ["".join(f"[{button.label}]" for button in row) for row in message.buttons]
    return [*parts, *message.html.splitlines(), *keys]
