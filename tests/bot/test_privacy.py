"""What is kept is told truly, handed over whole, removed in time, and unreadable without the key where there is one."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from analytics import lists, private_counts
from analytics.dataset import Kind
from bot import retention, sealing, settings, snapshots, zips
from bot.__main__ import main
from bot.errors import Cancelled, Misplaced
from bot.simulator.telegram import Telegram
from bot.store import backups
from tests.searching import found
from tests.talk import Running, Talk, running

ORDERS = b"""Order ID,Date,Customer ID,Name,Email,Total
1,2026-05-01,C1,Ann Lee,ann@example.com,12.50
2,2026-05-02,C2,@cmd,bob@example.com,7.00
3,2026-05-03,C1,Ann Lee,ann@example.com,5.00
"""
NAMES = ("Ann Lee", "ann@example.com", "bob@example.com")


def tables(content: bytes) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name: list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
            for name in archive.namelist()
            if name.endswith(".csv") and not name.startswith("sent/")
        }


async def test_privacy_tells_what_is_kept_and_how_long(tmp_path: Path) -> None:
    async with running(tmp_path, backups=3) as bot:
        ann = bot.person()
        await ann.send("orders.csv", ORDERS)
        (told,) = await ann.say("/privacy")
        for words in (str(tmp_path), "1 file now", "only the latest", "/export", "/forget"):
            assert words in told.words
        assert "encrypted" not in told.words
        (more,) = await ann.tap("More")
        for words in ("the last 3 stay", "/digest", "/abtest", "log", "/share"):
            assert words in more.words
        assert "fingerprint" not in more.words
        await ann.say("/forget C1")
        await ann.tap("the sales stay")
        assert "fingerprint" in (await ann.say("/privacy more"))[0].words


async def test_everything_is_handed_over_readable_and_nothing_stays_behind(bot: Running, ann: Talk) -> None:
    await ann.send("orders.csv", ORDERS)
    await ann.say("/abtest A 1000 50 B 1000 65")
    before = sorted(bot.services.store.folder.rglob("*"))
    (told,) = await ann.say("/export")
    assert "everything that I keep" in told.words
    assert told.document is not None
    handed = tables(told.document.content)
    assert [(row["Order ID"], row["Customer ID"]) for row in handed["orders.csv"]] == [
        ("1", "C1"),
        ("2", "C2"),
        ("3", "C1"),
    ]
    assert {row["Name"] for row in handed["people.csv"]} == {"Ann Lee", "'@cmd"}
    assert {row["E-mail"] for row in handed["people.csv"]} == {"ann@example.com", "bob@example.com"}
    with zipfile.ZipFile(io.BytesIO(told.document.content)) as archive:
        about = json.loads(archive.read("about.json"))
        assert archive.read("sent/orders.csv") == ORDERS
    assert about["files"][0]["filename"] == "orders.csv"
    assert any(name == "abtest" for name, _, _ in about["remembered"])
    assert sorted(bot.services.store.folder.rglob("*")) == before


async def test_trials_are_handed_over_with_who_was_in_them(bot: Running, ann: Talk) -> None:
    rows = "\n".join(f"{n},2026-05-0{1 + n % 9},C{n % 30},{5 + n % 4}" for n in range(90))
    await ann.send("orders.csv", f"Order ID,Date,Customer ID,Total\n{rows}".encode())
    await ann.say("/split all A B")
    (told,) = await ann.say("/export")
    assert told.document is not None
    (trial,) = (rows for name, rows in tables(told.document.content).items() if name.startswith("trial-"))
    assert {row["Version"] for row in trial} == {"A", "B"}
    assert all(row["Customer"].startswith("C") for row in trial)


async def test_what_no_chat_takes_at_once_comes_in_parts(
    bot: Running, ann: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zips, "LARGEST", 100_000)
    ids = [hashlib.blake2b(b"%d" % n, digest_size=12).hexdigest() for n in range(20_000)]
    rows = "\n".join(f"{number},2026-05-0{1 + n % 9},C{n % 99},{n % 97}.{n % 89:02}" for n, number in enumerate(ids))
    await ann.send("orders.csv", f"Order ID,Date,Customer ID,Total\n{rows}".encode())
    told = await ann.say("/export")
    parts = [message.document for message in told if message.document]
    assert len(parts) > 2
    assert [part.name for part in parts] == [f"pocket-marketer-{n}.zip" for n in range(1, len(parts) + 1)]
    # What the last file was sent as is whole.
    assert all(len(part.content) < 200_000 for part in parts[:-1])
    orders = [
        row["Order ID"]
        for part in parts
        for name, rows in tables(part.content).items()
        if name.startswith("orders")
        for row in rows
    ]
    assert sorted(orders) == sorted(ids)


async def test_files_put_aside_and_rows_replaced_are_handed_over_too(bot: Running, ann: Talk) -> None:
    await ann.send("orders.csv", ORDERS)
    await ann.send("more.csv", b"Order ID,Date,Customer ID,Name,Total\n3,2026-05-03,C1,Ann Lee,6.00\n")
    await ann.say("/only 2")
    (told,) = await ann.say("/export")
    assert told.document is not None
    handed = tables(told.document.content)
    assert [row["Total"] for row in handed["orders.csv"]] == ["6"]
    assert [row["Customer ID"] for row in handed["files/1-orders.csv"]] == ["C1", "C2", "C1"]
    assert {row["E-mail"] for row in handed["files/1-people.csv"]} == {"ann@example.com", "bob@example.com"}
    assert "files/2-orders.csv" not in handed


async def test_what_is_handed_over_opens_in_chinese_and_runs_no_formula(bot: Running, wang: Talk) -> None:
    sheet = "订单号,下单时间,客户编号,客户姓名,商品名称,金额\n1,2026-05-01 10:30,K1,李若溪,＝HYPERLINK(1),5\n2,2026-05-02,K2,+王,茶,7"
    await wang.send("五月订单.csv", sheet.encode("gb18030"))
    (told,) = await wang.say("/export")
    assert told.document is not None
    with zipfile.ZipFile(io.BytesIO(told.document.content)) as archive:
        assert archive.read("sent/五月订单.csv").decode("gb18030") == sheet
        assert archive.read("orders.csv").startswith(b"\xef\xbb\xbf")
    handed = tables(told.document.content)
    assert [(row["商品名称"], row["下单时间"]) for row in handed["orders.csv"]] == [
        ("'＝HYPERLINK(1)", "2026-05-01 10:30:00"),
        ("茶", "2026-05-02 00:00:00"),
    ]
    assert {row["姓名"] for row in handed["people.csv"]} == {"李若溪", "'+王"}


async def test_an_export_that_is_stopped_leaves_nothing_behind(
    bot: Running, ann: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ann.send("orders.csv", ORDERS)
    before = sorted(bot.services.store.folder.rglob("*"))

    def stopped(filled: zips.Zips) -> None:
        filled._zip.close()
        filled._keep(b"half")
        raise Cancelled

    monkeypatch.setattr(zips.Zips, "close", stopped)
    await ann.say("/export")
    assert sorted(bot.services.store.folder.rglob("*")) == before


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=6), min_size=1))
def test_a_column_is_made_harmless_like_its_cells(cells: list[str]) -> None:
    for column in (pa.array(cells), pa.array(cells).dictionary_encode()):
        (shown,) = lists.written_out(pa.table({"=x": column})).columns
        assert shown.to_pylist() == [lists.neutral(cell) for cell in cells]


# Names go in time


async def test_names_go_when_their_time_is_up_and_their_owner_is_told_before(tmp_path: Path) -> None:
    async with running(tmp_path, retention_days=30) as bot:
        ann = bot.person()
        owner, store = ann.person.user_id, bot.services.store
        await ann.send("orders.csv", ORDERS)
        await ann.send("mail.csv", b"Order ID,Date,Email,Total\n9,2026-05-09,ann@example.com,3\n")
        await ann.send("comments.csv", b"Date,Comment\n2026-05-01,write to Bob@example.com instead of me\n")
        backups.back_up(tmp_path, "2027-05-31T0330", keep=3)
        assert "30 days after your last file" in (await ann.say("/privacy"))[0].words
        last = store.last_sent(owner)
        assert last is not None

        async def after(days: float) -> int:
            before = len(ann.messages)
            noon = last[1].replace(hour=12)
            await retention.tidy(bot.app.bot, bot.services, noon + timedelta(days=days))
            return len(ann.messages) - before

        assert await after(22) == 0
        assert await after(24.5) == 0, "not at midnight"
        assert await after(24) == 1
        assert "I remove the names and contacts" in ann.last.words
        assert await after(25) == 0
        assert found(tmp_path, *NAMES)
        assert await after(31) == 0
        assert found(tmp_path, *NAMES, "Bob@example.com") == []
        assert found(tmp_path, "write to … instead of me")
        # Who was one customer under a number and an e-mail still is.
        assert "2 customers" in (await ann.say("/overview"))[0].words
        # The same file again is not one that is there already.
        await ann.send("orders.csv", ORDERS)
        assert "Ann Lee" in (await ann.say("/customer C1"))[0].words


async def test_names_whose_time_was_up_meanwhile_go_at_the_next_start(tmp_path: Path) -> None:
    telegram = Telegram()
    async with running(tmp_path, telegram) as bot:
        await bot.person(user_id=5).send("orders.csv", ORDERS)
    async with running(tmp_path, telegram, retention_days=30) as bot:
        await bot.telegram.until(lambda: bot.services.store.retention(5, 1) == "gone")
        assert found(tmp_path, *NAMES) == []


async def test_names_are_kept_where_nothing_is_said(bot: Running, ann: Talk) -> None:
    await ann.send("orders.csv", ORDERS)
    await retention.tidy(bot.app.bot, bot.services, datetime(2060, 1, 1, tzinfo=UTC))
    assert found(bot.services.store.folder, *NAMES)


# Under lock and key


def unsealed(folder: Path, *texts: str) -> list[tuple[str, str]]:
    """What can be read on disk without the key."""
    return found(folder, *texts, unlock=False)


async def test_turning_the_key_seals_what_is_there_and_what_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    telegram = Telegram()
    async with running(tmp_path, telegram) as bot:
        ann = bot.person(user_id=5)
        await ann.send("orders.csv", ORDERS)
        backups.back_up(tmp_path, "2027-05-31T0330", keep=3)
    assert found(tmp_path, *NAMES)
    monkeypatch.setenv("POCKET_KEY", sealing.new_key())
    async with running(tmp_path, telegram) as bot:
        ann = bot.person(user_id=5)
        assert unsealed(tmp_path, *NAMES) == []
        assert {text for text, _ in found(tmp_path, *NAMES)} == set(NAMES)
        assert "Ann Lee" in (await ann.say("/customer C1"))[0].words
        assert "encrypted" in (await ann.say("/privacy"))[0].words
        await ann.send("more.csv", ORDERS + b"4,2026-05-04,C4,Dan Fry,dan@example.com,3\n")
        assert unsealed(tmp_path, *NAMES, "Dan Fry") == []
        assert "Dan Fry" in (await ann.say("/customer C4"))[0].words
        # The sent file can be read once more, too.
        upload = bot.services.store.uploads(5)[0]
        assert "again" in (await ann.say(f"/columns {upload.id} 0 3 unused"))[-1].words
        await ann.say("/forget C4")
        await ann.tap("the sales stay")
        assert found(tmp_path, "Dan Fry", "dan@example.com") == []
    with monkeypatch.context() as patch:
        patch.setenv("POCKET_KEY", sealing.new_key())
        with pytest.raises(sealing.Unreadable):
            async with running(tmp_path, telegram):
                pass
        patch.delenv("POCKET_KEY")
        with pytest.raises(sealing.Unreadable):
            async with running(tmp_path, telegram):
                pass
    backups.restore(tmp_path, "2027-05-31T0330")
    async with running(tmp_path, telegram) as bot:
        assert "Ann Lee" in (await bot.person(user_id=5).say("/customer C1"))[0].words
    assert unsealed(tmp_path, *NAMES) == []


async def test_what_people_wrote_is_sealed_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POCKET_KEY", sealing.new_key())
    async with running(tmp_path) as bot:
        ann = bot.person()
        await ann.send(
            "customers.csv", b"Customer ID,Name,Nickname,City\nC1,Ann Lee,annie of old,Bath\nC2,Bo,bob,Bath\n"
        )
        await ann.send("comments.csv", b"Date,Customer ID,Comment\n2026-05-01,C2,I know Ann Lee very well indeed\n")
        assert {text for text, _ in found(tmp_path, "Ann Lee", "annie of old")} == {"Ann Lee", "annie of old"}
        assert unsealed(tmp_path, "Ann Lee", "annie of old") == []
        assert "2 people" in (await ann.say("/overview"))[0].words


@given(content=st.binary(max_size=300), harmed=st.integers(0))
def test_what_is_sealed_opens_with_its_key_in_its_place_and_only_unharmed(content: bytes, harmed: int) -> None:
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        file, other, elsewhere = (Path(folder) / name for name in ("5/people-1.part", "5/people-2", "6/people-1"))
        for place in (file, elsewhere):
            place.parent.mkdir()
        patch.setenv("POCKET_KEY", sealing.new_key())
        sealing.write(file, content)
        hidden = file.read_bytes()
        assert sealing.is_sealed(file)
        # Written aside, it is renamed; a backup has the same names.
        file = file.rename(file.with_suffix(".parquet"))
        assert sealing.read(file) == content
        sealing.write(file, content)
        assert file.read_bytes() != hidden
        head = len(sealing.MAGIC) + sealing.MARK
        at = head + harmed % (len(hidden) - head)
        for place, changed in (
            (other, hidden),
            (elsewhere, hidden),
            (file, hidden[:at]),
            (file, hidden[:at] + bytes([hidden[at] ^ 1]) + hidden[at + 1 :]),
        ):
            place.write_bytes(changed)
            with pytest.raises(Misplaced):
                sealing.read(place)
            sealing.check([place])
        other.write_bytes(sealing.FORMAT + b"\x01" + hidden[len(sealing.MAGIC) :])
        for act in (lambda: sealing.read(other), lambda: sealing.check([other])):
            with pytest.raises(sealing.Unreadable):
                act()
        for key in (sealing.new_key(), ""):
            patch.setenv("POCKET_KEY", key)
            with pytest.raises(sealing.Unreadable):
                sealing.read(elsewhere)
            with pytest.raises(sealing.Unreadable):
                sealing.check([elsewhere])
        patch.delenv("POCKET_KEY")
        if not content.startswith(sealing.FORMAT):
            sealing.write(file, content)
            assert file.read_bytes() == sealing.read(file) == content
            sealing.check([file])


async def test_what_is_put_in_another_owners_place_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POCKET_KEY", sealing.new_key())
    async with running(tmp_path) as bot:
        ann, wang = bot.person(user_id=5), bot.person("zh-hans", user_id=6)
        await ann.send("orders.csv", ORDERS)
        await wang.send("orders.csv", ORDERS.replace(b"Ann Lee", b"Amy Fox"))
        mine, theirs = (bot.services.store.current(owner)[Kind.PEOPLE] for owner in (5, 6))
        other = theirs.read_bytes()
        theirs.write_bytes(mine.read_bytes())
        mine.write_bytes(other)
        assert "lies where another one belongs" in (await ann.say("/customer C1"))[0].words
        assert "放错了地方" in (await wang.say("/customer C1"))[0].words


async def test_another_key_is_refused_while_backups_are_sealed_under_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    telegram = Telegram()
    async with running(tmp_path, telegram) as bot:
        ann = bot.person(user_id=5)
        await ann.send("orders.csv", ORDERS)
        backups.back_up(tmp_path, "2027-05-31T0330")
        await ann.say("/undo")
    right = sealing.new_key()
    monkeypatch.setenv("POCKET_KEY", right)
    async with running(tmp_path, telegram):
        assert unsealed(tmp_path, *NAMES) == [], "also what only backups hold"
    for key in (sealing.new_key(), ""):
        monkeypatch.setenv("POCKET_KEY", key)
        with pytest.raises(sealing.Unreadable):
            async with running(tmp_path, telegram):
                pass
    monkeypatch.setenv("POCKET_KEY", right)
    backups.restore(tmp_path, "2027-05-31T0330")
    async with running(tmp_path, telegram) as bot:
        assert "Ann Lee" in (await bot.person(user_id=5).say("/customer C1"))[0].words


@pytest.mark.parametrize("key", ["abc", "x" * 44, "AAAA", "密钥"])
def test_a_wrong_key_is_refused_and_not_shown(key: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("POCKET_KEY", key)
    with pytest.raises(settings.SettingsProblem) as refused:
        settings.load(data=tmp_path)
    (problem,) = refused.value.problems
    assert problem.startswith("POCKET_KEY: it must be 32 bytes in base64")
    assert key not in problem


def test_the_command_prints_a_key_that_fits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    printed = CliRunner().invoke(main, ["key"]).output.strip()
    monkeypatch.setenv("POCKET_KEY", printed)
    loaded = settings.load(data=tmp_path)
    assert loaded.key is not None
    assert printed not in repr(loaded)


# For strangers


def year(customers: int) -> bytes:
    rows = [f"{n}.{k},2026-0{1 + k}-15,C{n},9" for n in range(customers) for k in range(1 + n % 5)]
    return "\n".join(["Order ID,Date,Customer ID,Total", *rows]).encode()


async def test_a_summary_costs_and_the_same_one_is_told_again(bot: Running, ann: Talk) -> None:
    pytest.importorskip("opendp")
    await ann.send("orders.csv", year(300))
    (offered,) = await ann.say("/share last year")
    assert "3 are left this month" in offered.words
    (told,) = await ann.tap("31 May 2026")
    assert "give or take" in told.words
    assert "ε = 1" in told.words
    assert not told.buttons
    assert (await ann.say("/share 2026-05-31"))[0].words == told.words
    assert "2 are left" in (await ann.say("/share"))[0].words
    for day in ("2026-05-30", "2026-05-29"):
        assert "give or take" in (await ann.say(f"/share {day}"))[0].words
    assert "No more new summaries this month" in (await ann.say("/share 2026-05-28"))[0].words
    assert (await ann.say("/share 2026-05-31"))[0].words == told.words
    assert "used up" in (await ann.say("/share"))[0].words


async def test_too_few_are_not_told_of(bot: Running, ann: Talk) -> None:
    pytest.importorskip("opendp")
    await ann.send("orders.csv", year(8))
    assert "Too few customers" in (await ann.say("/share 2026-05-31"))[0].words


async def test_without_the_library_nothing_is_shared(bot: Running, ann: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_counts, "available", lambda: False)
    await ann.send("orders.csv", year(100))
    (told,) = await ann.say("/share 2026-05-31")
    assert "nothing was shared" in told.words
    assert bot.services.store.summaries(ann.person.user_id) == ()


async def test_a_summary_in_chinese(wang: Talk) -> None:
    pytest.importorskip("opendp")
    await wang.send("orders.csv", year(300))
    (told,) = await wang.say("/share 2026-05-31")
    assert "位客户买过" in told.words
    assert "差分隐私" in told.words


def test_a_sealed_table_opens_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.analytics.shops import line, named_shop

    everybody = named_shop([line("a", 1, 2.0, "1"), line("b", 2, 3.0, "2")]).people
    assert everybody is not None
    plain = snapshots.keep(everybody, tmp_path)
    monkeypatch.setenv("POCKET_KEY", sealing.new_key())
    hidden = snapshots.keep(everybody, tmp_path)
    assert not sealing.is_sealed(plain)
    assert sealing.is_sealed(hidden)
    assert snapshots.opened(hidden).frame().equals(everybody.frame())
    assert snapshots.opened(hidden).kind is Kind.PEOPLE
