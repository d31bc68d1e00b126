"""Whatever a small file holds, it is read or refused soon, and unfolds to nothing that is out of proportion."""

from __future__ import annotations

import gzip
import io
import random
import time
import zipfile
from collections.abc import Callable

import pytest

from analytics.errors import Damaged, DatasetError, TooManyCells, TooManyColumns, TooManyTables
from analytics.reading import Choices, read
from analytics.reading.headers import normalise
from analytics.reading.layout import LONGEST_NAME
from tests.analytics.reading.sheets import column, one
from tests.analytics.reading.workbooks import xlsx, zipped

PAGE = b"<html><table><tr><td>"
ORDERS = "order id,date,customer,amount\n1,2024-01-02,a,5\n2,2024-01-03,b,6\n"
SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
CELL = '<table:table-cell{} office:value-type="string"><text:p>{}</text:p></table:table-cell>'
ROW = "<table:table-row{}>{}</table:table-row>"


def headed(sign: str) -> Callable[[int], bytes]:
    return lambda times: f"order id,date,x{sign * times}y,amount\n1,2024-01-02,a,5\n2,2024-01-03,b,6\n".encode()


def paged(piece: bytes, end: bytes = b"") -> Callable[[int], bytes]:
    return lambda times: PAGE + piece * times + end


def booked(path: str, piece: bytes) -> Callable[[int], bytes]:
    """A workbook one part of which is nothing but such pieces."""

    def book(times: int) -> bytes:
        with zipfile.ZipFile(io.BytesIO(far(""))) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        return zipped(files | {path: piece * times})

    return book


def members(times: int) -> bytes:
    return gzip.compress(random.Random(1).randbytes(100), mtime=0) * times


SHAPES: dict[str, tuple[Callable[[int], bytes], int]] = {
    "header of round brackets": (headed("("), 6_000),
    "header of square brackets": (headed("["), 6_000),
    "header of Chinese brackets": (headed("【"), 6_000),
    "header of addresses": (headed("a@"), 6_000),
    "cells that never end": (paged(b"<td"), 6_000),
    "cells that end at the last moment": (paged(b"<td", b">"), 6_000),
    "rows that never end": (paged(b"<tr"), 6_000),
    "tables that never end": (paged(b"<table"), 6_000),
    "lines that never end": (paged(b"<br", b"</td>"), 6_000),
    "signs of tags": (paged(b"<"), 6_000),
    "signs of tags in a cell": (paged(b"<", b"</td></tr></table>"), 6_000),
    "scripts that never end": (paged(b"<script "), 6_000),
    "comments that never end": (paged(b"<!--"), 6_000),
    "tables in tables": (paged(b"<table><tr><td>"), 2_000),
    "members of a gzip": (members, 10_000),
    "sheets that never end": (booked("xl/workbook.xml", b"<sheet "), 6_000),
    "relations that never end": (booked("xl/_rels/workbook.xml.rels", b"<Relationship "), 6_000),
    "rows of a workbook that never end": (booked("xl/worksheets/sheet1.xml", b"<row "), 3_000),
    "cells of a workbook that never end": (booked("xl/worksheets/sheet1.xml", b'<c r="AAA1"'), 6_000),
    "a workbook's rows without a number": (booked("xl/worksheets/sheet1.xml", b"<row " + b"a" * 90), 6_000),
}


@pytest.mark.parametrize(("shape", "size"), SHAPES.values(), ids=SHAPES)
def test_four_times_the_file_takes_about_four_times_as_long(shape: Callable[[int], bytes], size: int) -> None:
    def seconds(content: bytes) -> float:
        began = time.process_time()
        with pytest.raises(DatasetError):
            read(content, "a.xls")
            raise Damaged("a.xls")
        return time.process_time() - began

    short, long = shape(size), shape(4 * size)
    seconds(short)
    # What grows with the square takes 16 times as long.
    assert min(seconds(long) for _ in range(3)) < 9 * max(0.02, min(seconds(short) for _ in range(3)))


def test_a_header_without_end_is_cut_and_the_table_read() -> None:
    dataset = one("order id,date,customer,amount," + "(" * 100_000 + "\n1,2024-01-02,a,5,x\n2,2024-01-03,b,6,y\n")
    assert column(dataset, "amount") == [5, 6]
    assert all(len(header.header) <= LONGEST_NAME for header in dataset.columns)


@pytest.mark.parametrize("header", ["金额(元)", "金额（元）", "[CNY] 金额", "金额【元】", "金额(元)[税]"])
def test_brackets_of_a_header_are_still_left_out(header: str) -> None:
    assert normalise(header) == "金额"


def test_a_web_page_with_broken_tags_is_still_read() -> None:
    rows = "".join(f"<tr><td>{line.replace(',', '<td>')}" for line in ORDERS.splitlines())
    page = f"<html><!-- <table><tr><td>no</table> --><script>if (1<2) '<td>'</script><table>{rows}"
    dataset = one(f"{page}<td colspan=3><b>a < b</b><br>c", "a.xls")
    assert column(dataset, "amount") == [5, 6]
    assert [header.header for header in dataset.columns][:4] == ["order id", "date", "customer", "amount"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (PAGE + b"<td colspan=999>1" * 20_000, TooManyColumns),
        (PAGE + b"<tr><td colspan=999>1<td>2" * 40_000, TooManyCells),
        (b"<Workbook><table>" + b'<row><cell ss:Index="9999">1' * 10_000, TooManyColumns),
        (b"<Workbook><table>" + b'<row><cell ss:Index="999">1' * 40_000, TooManyCells),
        (b",".join(b"h%d" % number for number in range(999)) + b"\n" + b"1,2\n" * 40_000, TooManyCells),
        (b"<html>" + b"<table><tr><td>a</table>" * 500, TooManyTables),
    ],
    ids=["spans", "spans in rows", "places", "places in rows", "short rows under a wide header", "tables of a page"],
)
def test_a_page_or_text_that_unfolds_out_of_proportion_is_refused(content: bytes, problem: type[DatasetError]) -> None:
    with pytest.raises(problem):
        read(content, "a.xls")


def test_a_wide_title_over_a_narrow_table_is_read() -> None:
    rows = "".join(f"<tr><td>{line.replace(',', '<td>')}" for line in ORDERS.splitlines() for _ in range(2_000))
    assert one(f"<html><table><tr><td colspan=900>All orders of May{rows}</table>", "a.xls").receipt.rows_read >= 2_000


def ods(body: str, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = (
        f'<?xml version="1.0"?><office:document-content {SPACES}><office:body><office:spreadsheet>'
        f'<table:table table:name="S">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr("content.xml", content)
    return buffer.getvalue()


def repeated(rows: int, columns: int) -> str:
    cell = CELL.format(f' table:number-columns-repeated="{columns}"', "a")
    return ROW.format(f' table:number-rows-repeated="{rows}"', cell)


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED], ids=["packed", "stored"])
@pytest.mark.parametrize(
    ("rows", "columns", "problem"),
    [
        (1, 16_384, TooManyColumns),
        (1, 1_000_000_000, TooManyColumns),
        (1_048_576, 900, TooManyCells),
        (4_000_000_000, 1, TooManyCells),
    ],
)
def test_one_cell_that_stands_for_millions_is_refused_before_it_is_unfolded(
    rows: int, columns: int, problem: type[DatasetError], packing: int
) -> None:
    book = ods(repeated(rows, columns), packing)
    assert len(book) < 2_000
    with pytest.raises(problem):
        read(book, "a.ods")


def test_cells_that_are_repeated_one_by_one_are_added_up() -> None:
    cells = "".join(CELL.format(' table:number-columns-repeated="300"', number) for number in range(4))
    with pytest.raises(TooManyColumns) as raised:
        read(ods(ROW.format("", cells)), "a.ods")
    assert raised.value.columns == 1_200


def test_what_stands_empty_to_the_end_of_the_sheet_does_not_count() -> None:
    """As every program writes it."""
    rest = '<table:table-cell table:number-columns-repeated="16380"/>'
    rows = "".join(
        ROW.format("", "".join(CELL.format("", cell) for cell in line.split(",")) + rest)
        for line in ORDERS.splitlines()
    )
    columns = '<table:table-column table:number-columns-repeated="16384"/>'
    blank = ROW.format(' table:number-rows-repeated="1048573"', rest.replace("16380", "16384"))
    assert column(one(ods(columns + rows + blank), "a.ods"), "amount") == [5, 6]


def far(cells: str, about: str = "") -> bytes:
    """A workbook with these cells behind the table, and what it says of its own size."""
    book = xlsx({"S": [line.split(",") for line in ORDERS.splitlines()]})
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    path = "xl/worksheets/sheet1.xml"
    sheet = (
        files[path]
        .decode()
        .replace("<sheetData>", f"{about}<sheetData>")
        .replace("</sheetData>", f"{cells}</sheetData>")
    )
    return zipped(files | {path: sheet.encode()})


@pytest.mark.parametrize("about", ["", '<dimension ref="A1:D3"/>'])
@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ('<row r="1048576"><c r="ZZ1048576"><v>1</v></c></row>', TooManyCells),
        ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', TooManyColumns),
        ('<row r="4"><c r="AAAAAAA4"><v>1</v></c></row>', TooManyColumns),
        ('<row r="4294967295"><c r="A4294967295"><v>1</v></c></row>', Damaged),
        ('<row r="4"><c r="Z4294967295"><v>1</v></c></row>', Damaged),
    ],
    ids=["far", "furthest", "no column", "no row", "a cell that is not in its row"],
)
def test_a_far_cell_is_found_whatever_the_sheet_says_of_its_size(
    cells: str, problem: type[DatasetError], about: str
) -> None:
    with pytest.raises(problem):
        read(far(cells, about), "a.xlsx")


def test_rows_that_are_formatted_to_the_end_of_the_sheet_do_not_count() -> None:
    wide = '<row r="4"><c r="ZZ4"><v>1</v></c></row>'
    assert one(far(wide + '<row r="1048576" ht="15"><c r="ZZ1048576" s="1"/></row>'), "a.xlsx").rows == 2


def test_so_many_tables_are_refused_and_some_hundreds_read() -> None:
    choices = Choices(max_tables=30)
    tables = {f"{number}.csv": ORDERS.replace("2024", f"{1990 + number}").encode() for number in range(31)}
    with pytest.raises(TooManyTables) as raised:
        read(zipped(tables), "all.zip", choices)
    assert (raised.value.tables, raised.value.limit) == (31, 30)
    del tables["0.csv"]
    assert len(read(zipped(tables), "all.zip", choices)) == 30
    sheets = {name: [line.split(",") for line in ORDERS.splitlines()] for name in ("a", "b", "c")}
    with pytest.raises(TooManyTables):
        read(xlsx(sheets), "a.xlsx", Choices(max_tables=2))
    assert len(read(xlsx(sheets), "a.xlsx", Choices(max_tables=3))) == 3


def test_archives_in_archives_are_counted_together() -> None:
    inner = zipped({f"{number}.csv": ORDERS.encode() for number in range(3)})
    with pytest.raises(TooManyTables):
        read(zipped({f"{number}.zip": inner for number in range(3)}), "all.zip", Choices(max_tables=8))
