from __future__ import annotations

import gzip
import io
import pickle
import random
import stat
import zipfile
from pathlib import Path

import pytest

from analytics.errors import (
    Damaged,
    DatasetError,
    EmptyFile,
    Locked,
    NoRows,
    NoTable,
    TooLarge,
    TooManyColumns,
    TooManyRows,
    UnknownFormat,
)
from analytics.reading import Choices, read
from tests.analytics.reading.sheets import column, left_out, one
from tests.analytics.reading.workbooks import xls, xlsx, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GOOD = b"order id,date,amount,customer\n1,2024-01-02,5.5,a\n2,2024-01-03,6.5,b\n"
BOOK = xlsx({"S": [["order id", "date", "amount"], ["1", "2024-01-02", 5.5]]})
NOISE = random.Random(7).randbytes(5000)


def zip_of(size: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as stream:
        for _ in range(size >> 20):
            stream.write(bytes(1 << 20))
    return buffer.getvalue()


def nested(times: int) -> bytes:
    content = GOOD
    for _ in range(times):
        content = gzip.compress(content, mtime=0)
    return content


def link(to: Path) -> bytes:
    """A zip whose one entry points at a file of the machine that unpacks it."""
    entry = zipfile.ZipInfo("orders.csv")
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, str(to))
    return buffer.getvalue()


def locked_zip() -> bytes:
    content = bytearray(zipped({"a.csv": GOOD}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def entity_bomb() -> bytes:
    """A workbook whose sheet defines entities that double ten times over."""
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    with zipfile.ZipFile(io.BytesIO(BOOK)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    sheet = files["xl/worksheets/sheet1.xml"].decode()
    sheet = sheet.replace("?>", f'?><!DOCTYPE x [<!ENTITY e0 "ha">{entities}]>', 1).replace("order id", "&e9;")
    return zipped(files | {"xl/worksheets/sheet1.xml": sheet.encode()})


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("empty.csv", b"", EmptyFile),
        ("blanks.csv", b" \n\t\n \r\n", EmptyFile),
        ("blanks and more.csv", b"\n" * 10_000, EmptyFile),
        ("header.csv", b"order id,date,amount\n", NoRows),
        ("header.xlsx", xlsx({"S": [["order id", "date", "amount"]]}), NoRows),
        ("nothing.xlsx", xlsx({"S": [], "T": []}), NoTable),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + NOISE, UnknownFormat),
        ("picture.xlsx", b"\xff\xd8\xff\xe0" + NOISE, UnknownFormat),
        ("paper.pdf", b"%PDF-1.7\n" + NOISE, UnknownFormat),
        ("binary.csv", NOISE, UnknownFormat),
        ("nul.csv", bytes(5000), UnknownFormat),
        ("letter.docx", zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}), UnknownFormat),
        ("picture.zip", zipped({"a.png": b"\x89PNG\r\n\x1a\n0000"}), UnknownFormat),
        ("nothing.zip", zipped({}), NoTable),
        ("zip in zip in zip.zip", zipped({"a.zip": zipped({"b.zip": zipped({"c.csv": GOOD})})}), NoTable),
        ("gzip in gzip in gzip.csv.gz", nested(3), NoTable),
        ("gzip in gzip and so on.csv.gz", nested(3000), NoTable),
        ("link.zip", link(Path(__file__).parents[3] / "data" / "en" / "orders.csv"), NoRows),
        ("locked.xlsx", OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600), Locked),
        ("locked.xls", xls([["order id"]], locked=True), Locked),
        ("locked.zip", locked_zip(), Locked),
        ("broken.xls", OLE + NOISE, Damaged),
        ("cut.xlsx", BOOK[: len(BOOK) // 2], Damaged),
        ("cut at the end.xlsx", BOOK[:-30], Damaged),
        ("cut.csv.gz", gzip.compress(GOOD * 1000, mtime=0)[:60], Damaged),
        ("cut.zip", zipped({"a.csv": GOOD * 1000})[:-40], Damaged),
        ("tight.csv.gz", gzip.compress(bytes(200 << 20), mtime=0), TooLarge),
        ("tight.zip", zip_of(200 << 20), TooLarge),
        ("wide.csv", ",".join(f"c{i}" for i in range(16_384)).encode() + b"\n1,2\n", TooManyColumns),
        ("wide.xlsx", xlsx({"S": [[f"c{i}" for i in range(10_000)], [1] * 10_000]}), TooManyColumns),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_clear_problem(name: str, content: bytes, problem: type[DatasetError]) -> None:
    with pytest.raises(problem) as raised:
        read(content, name)
    # What led to it stays behind; with Dask around it would have to pickle, too.
    raised.value.__context__ = None
    assert pickle.loads(pickle.dumps(raised.value)).__class__ is problem


def test_unpacked_size_has_a_limit() -> None:
    with pytest.raises(TooLarge) as raised:
        read(gzip.compress(random.Random(1).randbytes(3 << 20)), "a.gz", Choices(max_unpacked_mb=2))
    assert raised.value.limit_mb == 2


def test_a_zip_that_lies_about_its_size_is_stopped() -> None:
    content = bytearray(zipped({"a.csv": GOOD * 100_000}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.index(signature) + offset
        content[place : place + 4] = (100).to_bytes(4, "little")
    with pytest.raises(DatasetError):
        read(bytes(content), "a.zip", Choices(max_unpacked_mb=1))


def test_more_rows_than_the_limit() -> None:
    with pytest.raises(TooManyRows) as raised:
        read(b"order id,date,amount\n" + b"1,2024-01-02,5\n" * 21, "a.csv", Choices(max_rows=20))
    assert raised.value.limit == 20


def test_entities_of_a_workbook_are_not_unfolded() -> None:
    try:
        (dataset,) = read(entity_bomb(), "a.xlsx")
    except DatasetError:
        return
    assert all(len(column.header) < 1000 for column in dataset.columns)


def test_one_cell_of_five_megabytes_is_read() -> None:
    dataset = one(b'order id,date,amount,note\n1,2024-01-02,5,"' + b"x" * (5 << 20) + b'"\n2,2024-01-03,4,y\n')
    assert column(dataset, "amount") == [5, 4]


def test_one_cell_longer_than_a_block_is_read() -> None:
    dataset = one(b"order id,date,amount,note\n1,2024-01-02,5," + b"x" * (20 << 20) + b"\n2,2024-01-03,4,y\n")
    assert column(dataset, "amount") == [5, 4]


def test_year_9999_costs_its_row_only() -> None:
    dataset = one("order id,date,amount\n1,9999-12-31,5\n2,2024-01-01,4\n")
    assert left_out(dataset) == {"impossible_date": 1}


def test_formulas_as_text_are_no_values() -> None:
    dataset = one("order id,date,amount\n1,2024-01-02,=A1+5\n2,2024-01-03,4\n")
    assert left_out(dataset) == {"unreadable_number": 1}


def test_good_tables_beside_bad_files_are_read() -> None:
    content = zipped({"a.csv": GOOD, "b.csv": b"", "c.csv": b"x\n", "d.xlsx": BOOK[:200], "e.png": b"\x89PNG0"})
    assert len(read(content, "a.zip")) == 1
