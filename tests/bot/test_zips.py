"""Names in a zip: whatever a file was called, every system can unpack it, and nothing lands beside the folder."""

from __future__ import annotations

import io
import random
import unicodedata
import zipfile
from pathlib import PurePosixPath, PureWindowsPath

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import zips
from bot.zips import distinct
from tests.talk import Talk


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("orders.csv", "orders.csv"),
        ("五月订单（新）.xlsx", "五月订单（新）.xlsx"),
        ("..", "file"),
        ("", "file"),
        ("..\\..\\evil.csv", "_.._evil.csv"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\x.csv", "C__x.csv"),
        ("a\nb\r\n.csv", "a b.csv"),
        ("\u202egpj.csv", "gpj.csv"),
        ("con", "_con"),
        ("NUL.csv", "_NUL.csv"),
        ("Com1.orders.csv", "_Com1.orders.csv"),
        ("console.csv", "console.csv"),
        ("orders.csv. . ", "orders.csv"),
        ("\ud800.csv", "csv"),
        ("订" * 200 + ".csv", "订" * 50 + ".csv"),
        ("a." + "b" * 500, "a." + "b" * 148),
    ],
    ids=ascii,
)
def test_a_name_is_made_plain_and_stays_readable(name: str, shown: str) -> None:
    assert distinct([name]) == [shown]


def test_two_files_of_one_name_are_both_there() -> None:
    names = ["a.csv", "A.csv", "a (2).csv", "a.csv", "/a.csv", "a\u200b.csv"]
    assert distinct(names) == ["a.csv", "A (2).csv", "a (2) (2).csv", "a (3).csv", "_a.csv", "a (4).csv"]


@given(st.lists(st.text(max_size=12) | st.sampled_from(["..", "nul", "a/b", "\u202e", "a.csv"]), max_size=8))
def test_whatever_they_were_called_they_are_files_of_one_folder(names: list[str]) -> None:
    shown = distinct(names)
    assert len({name.casefold() for name in shown}) == len(names)
    for name in shown:
        assert name.isprintable()
        assert name.strip(". ") == name
        assert unicodedata.is_normalized("NFC", name)
        assert PurePosixPath(name).parts == PureWindowsPath(name).parts == (name,)
        assert not PureWindowsPath(name).is_reserved()


def test_a_table_goes_into_parts_each_of_which_has_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "LARGEST", 2_000)
    kept: list[bytes] = []
    full = zips.Zips(kept.append)
    full.add("about.json", random.Random(5).randbytes(1_900))
    full.add_table("orders", pa.table({"n": list(range(2_000))}))
    full.add_table("empty", pa.table({"n": pa.array([], pa.int64())}))
    full.close()
    parts = {name: one.read(name) for one in map(opened, kept) for name in one.namelist()}
    assert parts.pop("about.json")
    assert parts.pop("empty.csv").splitlines() == ['\ufeff"n"'.encode()]
    lines = [part.splitlines() for part in parts.values()]
    assert [int(line) for part in lines for line in part[1:]] == list(range(2_000))
    assert all(len(part) > 1 for part in lines)
    assert list(parts) == ["orders.csv", *(f"orders-{n}.csv" for n in range(2, len(parts) + 1))]


def opened(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


async def test_a_file_is_in_the_export_under_a_plain_name(ann: Talk) -> None:
    sheet = b"order id,date,customer,amount\n1,2026-01-02,a,5\n"
    await ann.send("..\\..\\\u202eorders\n.csv", sheet)
    (document,) = [message.document for message in await ann.say("/export") if message.document]
    with zipfile.ZipFile(io.BytesIO(document.content)) as archive:
        sent = {name: archive.read(name) for name in archive.namelist() if name.startswith("sent/")}
    assert sent == {"sent/_.._orders.csv": sheet}
