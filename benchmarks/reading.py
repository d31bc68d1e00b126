"""Reading a file: bytes → understood, cleaned, kept as a snapshot, beside libraries that only parse it.

CSV: `read` finds out encoding, delimiter, header and the meaning of the columns, cleans, and writes a receipt; `take in`
also reads the file from disk and writes the snapshot, synced. The peer is one bare `pandas.read_csv` of the same bytes
that is told everything: encoding, every column's type, the format of the dates, texts as Arrow strings.

Workbooks: fastexcel handing a frame to pandas, and pandas with python-calamine. Neither cleans anything.

Memory counts from a warm, idle worker, the file's bytes included on both sides. Before anything is timed, ours and the
peer's table must have the same rows, customers, pieces and money.
"""

from __future__ import annotations

import gzip
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.data import Missing, find
from benchmarks.measure import Line, in_worker, interleaved, peak
from benchmarks.work import take_in
from benchmarks.workbooks import write_order_lines

LARGE = 430_000
TEXTS = ("InvoiceNo", "StockCode", "Description", "CustomerID", "Country")
LEFT_OUT = ("Adjust bad debt", "test")


def run() -> Iterator[Line | Missing]:
    """CSV, then workbooks."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for lines in (_csv_lines, _small_workbook, _large_workbook):
            try:
                yield from lines(folder)
            except Missing as missing:
                yield missing


def bare_csv(source: io.BytesIO | Path) -> Any:
    """The peer: everything known beforehand, nothing found out."""
    import pandas as pd

    return pd.read_csv(
        source,
        encoding="utf-8",
        dtype=dict.fromkeys(TEXTS, "str") | {"Quantity": "int64", "UnitPrice": "float64"},
        parse_dates=["InvoiceDate"],
        date_format="%Y-%m-%d %H:%M:%S",
    )


def unpacked(packed: Path, folder: Path) -> Path:
    """The gzipped CSV as a plain one."""
    plain = folder / packed.stem
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    return plain


def _csv_lines(folder: Path) -> Iterator[Line]:
    packed = find("online_retail.csv.gz")
    plain = unpacked(packed, folder)
    size = plain.stat().st_size
    took = in_worker(_time_csv, plain, packed, folder)
    yield Line("Online Retail .csv: read", took["read"], "bare read_csv", took["bare"], 2.5)
    yield Line("Online Retail .csv: take in, with snapshot", took["take in"], "bare read_csv", took["bare"], 2.5)
    yield Line(
        "Online Retail .csv.gz: take in, with snapshot",
        took["take in packed"],
        "bare read_csv",
        took["bare packed"],
        2.5,
    )
    used = peak(take_in, plain, folder)
    yield Line("Online Retail .csv: take in", used, "the file", size, 6, unit="MB")
    yield Line("Online Retail .csv: take in", used, "bare read_csv", peak(_bare_from_disk, plain), unit="MB")


def _time_csv(plain: Path, packed: Path, folder: Path) -> dict[str, float]:
    from analytics.reading import read

    content = plain.read_bytes()
    _agree(read(content, plain.name)[0], bare_csv(io.BytesIO(content)))
    return interleaved(
        {
            "read": lambda: read(content, plain.name),
            "bare": lambda: bare_csv(io.BytesIO(content)),
            "take in": lambda: take_in(plain, folder),
            "bare packed": lambda: bare_csv(packed),
            "take in packed": lambda: take_in(packed, folder),
        }
    )


def _small_workbook(folder: Path) -> Iterator[Line]:
    yield from _workbook_lines(find("online_retail_2010_12.xlsx"), "42,481 lines", folder)


def _large_workbook(folder: Path) -> Iterator[Line]:
    """As many lines as Telegram's 20 MB can bring."""
    book = folder / "online_retail.xlsx"
    write_order_lines(find("online_retail.csv.gz"), book, LARGE)
    yield from _workbook_lines(book, f"{LARGE:,} lines", folder)


def _workbook_lines(book: Path, what: str, folder: Path) -> Iterator[Line]:
    took = in_worker(_time_workbook, book, folder)
    yield Line(f".xlsx, {what}: read", took["read"], "fastexcel → pandas", took["fastexcel"], 1.3)
    yield Line(f".xlsx, {what}: read", took["read"], "pandas + calamine", took["calamine"])
    yield Line(f".xlsx, {what}: take in, with snapshot", took["take in"], "fastexcel → pandas", took["fastexcel"], 1.3)
    used = peak(take_in, book, folder)
    yield Line(f".xlsx, {what}: take in", used, "pandas + calamine", peak(_calamine, book), 0.6, unit="MB")
    yield Line(f".xlsx, {what}: take in", used, "fastexcel → pandas", peak(_fastexcel, book), unit="MB")


def _time_workbook(book: Path, folder: Path) -> dict[str, float]:
    from analytics.reading import read

    content = book.read_bytes()
    _agree(read(content, book.name)[0], _calamine(book))
    _agree(read(content, book.name)[0], _fastexcel(book))
    return interleaved(
        {
            "read": lambda: read(content, book.name),
            "fastexcel": lambda: _fastexcel(book),
            "calamine": lambda: _calamine(book),
            "take in": lambda: take_in(book, folder),
        },
        rounds=5,
    )


def _bare_from_disk(file: Path) -> Any:
    return bare_csv(io.BytesIO(file.read_bytes()))


def _fastexcel(book: Path) -> Any:
    import fastexcel

    return fastexcel.read_excel(book.read_bytes()).load_sheet(0).to_pandas()


def _calamine(book: Path) -> Any:
    import pandas as pd

    return pd.read_excel(io.BytesIO(book.read_bytes()), engine="calamine")


def _agree(ours: Any, frame: Any) -> None:
    """The same table on both sides, once the peer's is cleaned of copies, adjustments and tests as ours is."""
    table = ours.frame()
    assert ours.receipt.rows_read == len(frame)
    frame = frame.drop_duplicates()
    frame = frame[~frame["Description"].isin(LEFT_OUT)]
    assert len(table) == len(frame)
    assert table["customer"].nunique() == frame["CustomerID"].nunique()
    assert table["quantity"].sum() == frame["Quantity"].sum()
    assert (table["time"].to_numpy() == frame["InvoiceDate"].to_numpy()).all()
    money = float((frame["Quantity"] * frame["UnitPrice"]).sum())
    assert abs(float(table["amount"].sum()) - money) < 1e-6 * abs(money)
