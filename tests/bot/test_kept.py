"""What is kept beside a snapshot makes the same answers come sooner, goes with it, and is never needed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.analysis import Asked, Outcome
from analytics.choices import Choices
from analytics.dataset import Kind
from bot import jobs, snapshots
from bot.resources import SAMPLES
from bot.simulator.telegram import Telegram
from bot.snapshots import Beside
from bot.store import backups
from tests.talk import Running, Talk, running

MARK, OTHER = b"m" * 32, b"o" * 32
CONTENT = b"what was found"
ORDERS = SAMPLES / "en" / "orders.csv"
ASKED = Asked(seed=3, pictures=False)
QUESTIONS = ("basket", "basket segment", "campaigns")
FEW = {"rules-product", "sequences-product", "past", "group"}


def taken_in(file: Path, folder: Path, secret: bytes = b"s" * 32) -> jobs.References:
    folder.mkdir(exist_ok=True)
    taken = jobs.take_in(file, file.name, Choices(), {}, folder, secret)
    return {table.kind: table.merged for table in taken.written}


def answered(references: jobs.References, question: str) -> str:
    name, *words = question.split()
    outcome: Outcome = jobs.answer(name, references, words, ASKED)
    return repr(outcome)


def beside(folder: Path) -> dict[str, Path]:
    """Files that lie beside the orders, by what is in them."""
    return {file.suffix[1:]: file for file in folder.glob("orders-*") if file.suffix != snapshots.SUFFIX}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "orders-1.parquet"
    file.write_bytes(b"orders")
    return file


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[jobs.References, dict[str, str]]:
    """A shop on disk, and all answers before anything was kept, each from a folder of its own."""
    root = tmp_path_factory.mktemp("shop")
    references = taken_in(ORDERS, root / "kept")
    answers = {}
    for question in QUESTIONS:
        bare = shutil.copytree(root / "kept", root / question)
        answers[question] = answered({kind: bare / path.name for kind, path in references.items()}, question)
    return references, answers


def test_every_answer_is_the_same_again(shop: tuple[jobs.References, dict[str, str]]) -> None:
    references, answers = shop
    folder = references[Kind.ORDERS].parent
    assert {question: answered(references, question) for question in QUESTIONS} == answers
    kept = beside(folder)
    assert set(kept) == FEW
    written = {name: file.stat().st_mtime_ns for name, file in kept.items()}
    assert {question: answered(references, question) for question in QUESTIONS} == answers
    assert {name: file.stat().st_mtime_ns for name, file in beside(folder).items()} == written, "nothing was done again"
    assert not list(folder.glob("*.part"))


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def longer(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\0")


def flipped(file: Path) -> None:
    held = bytearray(file.read_bytes())
    held[len(held) // 2] ^= 1
    file.write_bytes(held)


def huge(file: Path) -> None:
    os.truncate(file, 1 << 40)


def swapped(file: Path) -> None:
    """Whole, but of another table, or of something else."""
    other = next(one for name, one in beside(file.parent).items() if name not in {file.suffix[1:], "past"})
    shutil.copyfile(other, file)


def linked(file: Path) -> None:
    file.unlink()
    file.symlink_to("/dev/zero")


def piped(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def gone(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize("harm", [emptied, cut, longer, flipped, huge, swapped, linked, piped, gone])
def test_what_is_damaged_is_worked_out_anew(
    shop: tuple[jobs.References, dict[str, str]], tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    references, answers = shop
    for question in QUESTIONS:
        answered(references, question)
    bare = shutil.copytree(references[Kind.ORDERS].parent, tmp_path / "copy")
    here = {kind: bare / path.name for kind, path in references.items()}
    held = {name: file.read_bytes() for name, file in beside(bare).items()}
    for file in beside(bare).values():
        harm(file)
    assert {question: answered(here, question) for question in QUESTIONS} == answers
    assert {name: file.read_bytes() for name, file in beside(bare).items()} == held


def test_a_folder_in_its_place_is_in_nobody_s_way(shop: tuple[jobs.References, dict[str, str]], tmp_path: Path) -> None:
    references, answers = shop
    bare = shutil.copytree(references[Kind.ORDERS].parent, tmp_path / "copy")
    here = {kind: bare / path.name for kind, path in references.items()}
    for name in FEW:
        here[Kind.ORDERS].with_suffix(f".{name}").unlink(missing_ok=True)
        (here[Kind.ORDERS].with_suffix(f".{name}") / "inside").mkdir(parents=True)
    assert answered(here, "campaigns") == answers["campaigns"]
    assert not list(bare.glob("*.part"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=st.binary(max_size=100))
def test_no_other_bytes_are_taken_for_what_was_put_there(table: Path, held: bytes) -> None:
    table.with_suffix(".rules").write_bytes(held)
    assert Beside(table).get("rules", MARK) is None


def test_it_is_there_under_its_name_and_mark_alone(table: Path) -> None:
    kept = Beside(table)
    assert kept.get("rules", MARK) is None
    kept.put("rules", MARK, CONTENT)
    assert kept.get("rules", MARK) == CONTENT
    assert kept.get("rules", OTHER) is None
    assert kept.get("sequences", MARK) is None
    kept.put("rules", OTHER, b"")
    assert kept.get("rules", MARK) is None
    assert kept.get("rules", OTHER) == b""


def test_nothing_is_put_beside_what_is_gone_and_nothing_too_large(table: Path) -> None:
    Beside(table).put("rules", MARK, bytes(snapshots.MOST + 1))
    assert list(table.parent.iterdir()) == [table]
    table.unlink()
    Beside(table).put("rules", MARK, CONTENT)
    assert list(table.parent.iterdir()) == []
    Beside(table.parent / "no folder" / "orders-1.parquet").put("rules", MARK, CONTENT)
    assert list(table.parent.iterdir()) == []


def test_two_shops_share_nothing(tmp_path: Path) -> None:
    one, other = taken_in(ORDERS, tmp_path / "1"), taken_in(ORDERS, tmp_path / "2", b"t" * 32)
    answered(one, "campaigns")
    assert beside(tmp_path / "1")
    assert not beside(tmp_path / "2")
    assert one[Kind.ORDERS].stem != other[Kind.ORDERS].stem


# In the bot


ANN = 5
MORE = b"HL-99999,2026-10-30 09:00,C0001,Morwenna Rowe,Harbour Blend 250 g,Beans,1,8.50,8.50,Plymouth,Paid\n"


async def asked(bot: Running) -> Talk:
    """The sample shop, asked about baskets."""
    ann = bot.person(user_id=ANN)
    await ann.send_file(ORDERS)
    await ann.say("/basket")
    return ann


def home(bot: Running) -> Path:
    return bot.services.store.folder_of(ANN)


async def test_it_stays_with_the_orders_and_goes_with_them(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        ann = await asked(bot)
        first = bot.services.store.current(ANN)[Kind.ORDERS]
        await ann.send("more.csv", ORDERS.read_bytes().splitlines(keepends=True)[0] + MORE)
        await ann.say("/basket page 1")
        latest = bot.services.store.current(ANN)[Kind.ORDERS]
        assert first != latest
        there = {file.with_suffix(".rules-product") for file in (first, latest)}
        assert set(home(bot).glob("*.rules-product")) == there
        await ann.say("/undo")
        assert bot.services.store.current(ANN)[Kind.ORDERS] == first
        assert list(home(bot).glob("*.rules-product")) == [first.with_suffix(".rules-product")]


async def test_a_start_leaves_it_and_sweeps_what_belongs_to_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        await asked(bot)
        there = set(home(bot).iterdir())
        (home(bot) / "orders-0123456789abcdef.rules-product").write_bytes(b"of a table that is gone")
        (home(bot) / "rules-product-0123456789abcdef.part").write_bytes(b"half of it")
    async with running(tmp_path) as bot:
        assert set(home(bot).iterdir()) == there


async def test_who_is_forgotten_takes_it_along(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        ann = await asked(bot)
        there = set(home(bot).glob("*.rules-product"))
        await ann.say("/forget C0001")
        await ann.tap("the sales stay")
        assert there
        assert not there & set(home(bot).iterdir())
        await ann.say("/basket")
        assert list(home(bot).glob("*.rules-product"))
        await ann.say("/forget")
        await ann.tap("Yes, remove everything")
        assert not list(tmp_path.rglob("*.rules-product"))


async def test_backups_do_without_it(tmp_path: Path) -> None:
    telegram = Telegram()
    async with running(tmp_path, telegram) as bot:
        answer = (await (await asked(bot)).say("/basket"))[-1].html
        backups.back_up(tmp_path, "2027-06-01T0330", keep=3)
    backups.restore(tmp_path, "2027-06-01T0330")
    assert not list(tmp_path.rglob("*.rules-product"))
    async with running(tmp_path, telegram) as bot:
        assert (await bot.person(user_id=ANN).say("/basket"))[-1].html == answer
        assert list(home(bot).glob("*.rules-product"))
