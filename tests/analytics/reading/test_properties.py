# ruff: noqa: DTZ001 - times of a shop have no zone
"""Random tables in random dialects come back as they were; mangled files never raise anything but a problem of ours."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import gzip
import io
import random
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.errors import AnalyticsError
from analytics.reading import read, statuses
from tests.analytics.reading.sheets import column, one
from tests.analytics.reading.workbooks import Cell, xls, xlsx, zipped
from tests.data_sets import shared_file

NAMES = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "Zs"), exclude_characters="=+-@'\"（）"),
    min_size=1,
    max_size=20,
).filter(lambda text: text.strip() and text.isprintable() and not re.fullmatch(statuses.TEST, text.strip().casefold()))
LINE = st.tuples(
    st.integers(1, 99_999).map(lambda n: f"A{n:05}"),
    st.datetimes(dt.datetime(2001, 1, 1), dt.datetime(2037, 1, 1)).map(lambda t: t.replace(microsecond=0)),
    st.decimals(-9_999, 9_999, places=2, allow_nan=False).map(float),
    NAMES,
)
TABLE = st.lists(LINE, min_size=3, max_size=30, unique_by=lambda line: line[0])
HEADERS = st.sampled_from([("order id", "date", "amount", "customer id"), ("订单编号", "下单时间", "金额", "客户编号")])
DATES = st.sampled_from(
    ["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%Y年%m月%d日 %H:%M:%S", "%Y%m%d%H%M%S"]
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])


def number(value: float, style: str) -> str:
    match style:
        case "comma":
            return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
        case "accountant":
            return f"({-value:,.2f})" if value < 0 else f"{value:,.2f}"
        case "money":
            return f"¥{value:,.2f}".replace("¥-", "-¥")
        case _:
            return str(value)


@settings(max_examples=80, deadline=None)
@given(
    table=TABLE,
    headers=HEADERS,
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=ENCODINGS,
    date=DATES,
    style=st.sampled_from(["plain", "comma", "accountant", "money"]),
    title=st.booleans(),
)
def test_a_table_in_any_dialect_comes_back(
    table: list[tuple[str, dt.datetime, float, str]],
    headers: tuple[str, ...],
    delimiter: str,
    end: str,
    quoting: int,
    encoding: str,
    date: str,
    style: str,
    title: bool,
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(
        text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL if quoting else csv.QUOTE_MINIMAL
    )
    if title:
        writer.writerow(["报表", "", "", ""])
    writer.writerow(headers)
    for order, time, amount, customer in table:
        writer.writerow([order, time.strftime(date), number(amount, style), customer])
    dataset = one(text.getvalue().encode(encoding))
    assert column(dataset, "order") == [line[0] for line in table]
    if all(line[1].day < 13 for line in table) and date.startswith("%d"):
        assert len(column(dataset, "time")) == len(table)
    else:
        assert column(dataset, "time") == [line[1] for line in table]
    assert column(dataset, "amount") == pytest.approx([line[2] for line in table])
    assert column(dataset, "customer") == [line[3].strip() for line in table]


@settings(max_examples=50, deadline=None)
@given(table=TABLE, headers=HEADERS)
def test_a_workbook_comes_back(table: list[tuple[str, dt.datetime, float, str]], headers: tuple[str, ...]) -> None:
    dataset = one(xlsx({"S": [headers, *table]}), "a.xlsx")
    assert column(dataset, "order") == [line[0] for line in table]
    assert column(dataset, "time") == [line[1] for line in table]
    assert column(dataset, "amount") == [line[2] for line in table]


@settings(max_examples=50, deadline=None)
@given(table=TABLE, seed=st.integers(0, 1000))
def test_shuffling_rows_changes_nothing(table: list[tuple[str, dt.datetime, float, str]], seed: int) -> None:
    def rows(lines: list[tuple[str, dt.datetime, float, str]]) -> list[tuple[object, ...]]:
        text = "order id,date,amount,customer id\n" + "".join(f'{a},{b},{c},"{d}"\n' for a, b, c, d in lines)
        return sorted(tuple(row.values()) for row in one(text).table("order", "time", "amount").to_pylist())

    shuffled = random.Random(seed).sample(table, len(table))
    assert rows(table) == rows(shuffled)


@settings(max_examples=150, deadline=None)
@given(
    content=st.binary(max_size=2000) | st.text(max_size=800).map(str.encode),
    name=st.sampled_from(["a.csv", "a.xlsx", "a.txt", "a.zip"]),
)
def test_any_bytes_are_read_or_refused(content: bytes, name: str) -> None:
    try:
        datasets = read(content, name)
    except AnalyticsError:
        return
    for dataset in datasets:
        receipt = dataset.receipt
        assert receipt.rows_used + sum(count.rows for count in receipt.left_out) == receipt.rows_read
        dataset.frame()


def mangled(content: bytes, generator: random.Random) -> bytes:
    """A copy with some of what happens to files: cut, holes, doubled pieces, flipped bytes, foreign pieces."""
    damaged = bytearray(content)
    for _ in range(generator.randint(1, 8)):
        if not damaged:
            break
        start = generator.randrange(len(damaged))
        length = generator.choice([1, 3, 50, 2000])
        match generator.randrange(7):
            case 0:
                del damaged[start:]
            case 1:
                del damaged[start : start + length]
            case 2:
                damaged[start:start] = damaged[start : start + length]
            case 3:
                damaged[start : start + length] = generator.randbytes(min(length, 50))
            case 4:
                damaged[start:start] = generator.choice(
                    [b'"', b"\n", b",", b"\x00", b"\xff\xfe", "，".encode(), b"<table><tr>", b"\r"]
                )
            case 5:
                del damaged[:start]
            case _:
                damaged = bytearray(
                    damaged.replace(
                        generator.choice([b",", b"\n", b'"', b"0", b"-"]), generator.choice([b";", b"", b'"', b"\x00"])
                    )
                )
    return bytes(damaged)


FUZZED = [
    "cdnow_sample.csv", "tmall_orders_zh.csv", "mall_customers.csv", "telco_churn.csv", "groceries.csv", "shopping_reviews_zh.csv",
    "shopify_orders_export.csv.gz", "online_retail_2010_12.xlsx", "cdnow_sample.txt", "retail.dat.gz",
]  # fmt: skip


def test_mangled_old_workbooks_are_read_or_refused() -> None:
    rows: list[list[str | float]] = [["订单编号", "下单时间", "金额", "客户"]]
    for i in range(50):
        line: list[str | float] = [str(i), "2024-01-02", 5.5, "王"]
        rows.append(line)
    book = xls(rows)
    generator = random.Random(97)
    for _ in range(200):
        with contextlib.suppress(AnalyticsError):
            read(mangled(book, generator), "a.xls")


def test_workbooks_with_mangled_insides_are_read_or_refused() -> None:
    rows: list[list[Cell]] = [["order id", "date", "amount"]]
    rows += [[i, "2024-01-02", i] for i in range(30)]
    with zipfile.ZipFile(io.BytesIO(xlsx({"S": rows}))) as book:
        files = {name: book.read(name) for name in book.namelist()}
    generator = random.Random(7)
    for _ in range(200):
        name = generator.choice(list(files))
        with contextlib.suppress(AnalyticsError):
            read(zipped(files | {name: mangled(files[name], generator)}), "a.xlsx")


@pytest.mark.parametrize("name", FUZZED)
def test_mangled_files_are_read_or_refused(name: str) -> None:
    content = shared_file(name).read_bytes()
    if name.endswith(".gz"):
        content = gzip.decompress(content)
    generator = random.Random(name)
    heads = [content if name.endswith(".xlsx") else content[:30_000]] * (5 if name.endswith(".xlsx") else 40)
    for head in heads:
        damaged = mangled(head, generator)
        for packed in (damaged, zipped({name: damaged})) if generator.random() < 0.2 else (damaged,):
            try:
                datasets = read(packed, name)
            except AnalyticsError:
                continue
            for dataset in datasets:
                receipt = dataset.receipt
                assert receipt.rows_used + sum(count.rows for count in receipt.left_out) == receipt.rows_read
