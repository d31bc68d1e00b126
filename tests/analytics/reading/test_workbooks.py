from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Mapping

import pytest

from analytics.dataset import Kind
from analytics.errors import Damaged, TooLarge, TooManyColumns, TooManyRows
from analytics.reading import Choices, read
from tests.analytics.reading.binary_workbooks import xlsb
from tests.analytics.reading.sheets import column, one
from tests.analytics.reading.workbooks import Cell, xlsx, zipped

HEADER: list[Cell] = ["order id", "date", "amount", "customer"]
ORDERS: list[list[Cell]] = [HEADER, ["007", "2024-01-02", 5.5, "a"], ["008", "2024-01-03", 6, "b"]]
SHEET = "xl/worksheets/sheet1.xml"


def files(book: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_parts(parts: Mapping[str, bytes]) -> bytes:
    return zipped({**files(xlsx({"S": ORDERS})), **parts})


def with_cells(*cells: str, about: str = "") -> bytes:
    """The orders, and below them rows of one cell each."""
    sheet = files(xlsx({"S": ORDERS}))[SHEET].decode()
    rows = "".join(f'<row r="{"".join(filter(str.isdigit, c))}"><c r="{c}"><v>1</v></c></row>' for c in cells)
    sheet = sheet.replace("</sheetData>", f"{rows}</sheetData>").replace("<sheetData>", f"{about}<sheetData>")
    return with_parts({SHEET: sheet.encode()})


def lying(book: bytes, member: str, size: int = 1000) -> bytes:
    """The same archive, in whose directory and local header the member has this unpacked size."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        entry = archive.getinfo(member)
    content = bytearray(book)
    content[entry.header_offset + 22 : entry.header_offset + 26] = size.to_bytes(4, "little")
    place = archive.start_dir
    while content[place + 46 : place + 46 + len(member)] != member.encode():
        place = content.index(b"PK\x01\x02", place + 4)
    content[place + 24 : place + 28] = size.to_bytes(4, "little")
    return bytes(content)


BLANKS = b" " * (64 << 20)
STRINGS = b"<sst>" + b"<si><t>x</t></si>" * (4 << 20) + b"</sst>"


@pytest.mark.parametrize(
    "book",
    [
        with_parts({SHEET: b"<worksheet>" + BLANKS}),
        with_parts({"xl/sharedStrings.xml": STRINGS}),
        with_parts({SHEET: b"<worksheet>" + BLANKS, "xl/media/photo.jpg": random.Random(1).randbytes(1 << 20)}),
        lying(with_parts({SHEET: b"<worksheet>" + BLANKS}), SHEET),
        lying(with_parts({"xl/sharedStrings.xml": STRINGS}), "xl/sharedStrings.xml"),
    ],
    ids=["sheet", "strings", "beside a photo", "sheet, and the directory lies", "strings, and the directory lies"],
)
def test_a_workbook_that_unpacks_hugely_is_refused(book: bytes) -> None:
    assert len(book) < 2 << 20
    with pytest.raises(TooLarge):
        read(book, "a.xlsx")


def test_a_directory_that_lies_within_the_limits_does_no_harm() -> None:
    """The reader believes the streams, as spreadsheet programs do."""
    assert one(lying(xlsx({"S": ORDERS}), SHEET, 10_000), "a.xlsx").rows == 2


def test_unpacked_size_of_a_workbook_has_a_limit() -> None:
    notes = random.Random(1).randbytes(3 << 20).hex()
    book = xlsx({"S": [*ORDERS, ["009", "2024-01-04", 5, notes]]})
    with pytest.raises(TooLarge) as raised:
        read(book, "a.xlsx", Choices(max_unpacked_mb=2))
    assert raised.value.limit_mb == 2
    with pytest.raises(TooLarge):
        read(lying(book, SHEET), "a.xlsx", Choices(max_unpacked_mb=2))


def test_a_large_honest_sheet_packed_sixtyfold_is_read() -> None:
    row = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in ("2024-01-02", "5.5", "a loyal customer"))
    rows = "".join(f"<row><c><v>{number % 1000 + 1000}</v></c>{row}</row>" for number in range(250_000))
    sheet = files(xlsx({"S": [HEADER]}))[SHEET].decode().replace("</sheetData>", f"{rows}</sheetData>")
    book = with_parts({SHEET: sheet.encode()})
    assert len(sheet) > 32 << 20
    assert 30 < len(sheet) / len(book) < 100
    assert one(book, "a.xlsx").receipt.rows_read == 250_000


def test_a_member_packed_in_an_unheard_of_way_is_damage() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in files(xlsx({"S": ORDERS})).items():
            archive.writestr(name, content)
    with pytest.raises(Damaged):
        read(buffer.getvalue(), "a.xlsx")


@pytest.mark.parametrize("about", ["", '<dimension ref="A1"/>', '<dimension ref="A1:XFD40000"/>'])
def test_one_cell_at_the_end_of_the_world_is_told_and_not_unfolded(about: str) -> None:
    with pytest.raises(TooManyColumns) as raised:
        read(with_cells("XFD40000", about=about), "a.xlsx")
    assert raised.value.columns == 16_384


def test_a_sheet_that_claims_to_be_wide_and_is_not_is_read() -> None:
    about = '<dimension ref="A1:XFD1048576"/>'
    sheet = files(with_cells(about=about))[SHEET].decode()
    sheet = sheet.replace("</sheetData>", '<row r="9"><c r="XFD9" s="1"/></row></sheetData>')
    assert one(with_parts({SHEET: sheet.encode()}), "a.xlsx").rows == 2


def test_a_far_cell_is_found_wherever_it_stands() -> None:
    cells = [f"A{row}" for row in range(5, 30_000)]
    cells.insert(20_000, "ALM20004")
    with pytest.raises(TooManyColumns) as raised:
        read(with_cells(*cells), "a.xlsx")
    assert raised.value.columns == 1001


def test_limits_count_all_sheets_together() -> None:
    rows: list[list[Cell]] = [[str(i), "2024-02-02", 5, "c"] for i in range(10)]
    book = xlsx({"January": ORDERS, "February": [HEADER, *rows]})
    assert [d.rows for d in read(book, "a.xlsx", Choices(max_rows=12))] == [2, 10]
    with pytest.raises(TooManyRows) as raised:
        read(book, "a.xlsx", Choices(max_rows=11))
    assert (raised.value.filename, raised.value.limit) == ("a.xlsx", 11)
    table = b"order id,date,amount\n" + b"1,2024-01-02,5\n" * 8
    with pytest.raises(TooManyRows):
        read(zipped({"a.csv": table, "b.csv": table}), "a.zip", Choices(max_rows=15))


def test_each_sheet_is_recognised_by_itself() -> None:
    book = xlsx(
        {
            "notes": [["Remember to call the supplier."]],
            "one": ORDERS,
            "two": [["会员号", "性别", "年龄"], ["王", "男", 30], ["李", "女", 20]],
            "three": [["订单", "2024"], ["商品编码", "商品名称", "单价"], ["A1", "茶", 5], ["A2", "奶", 6]],
            "four": [["review", "rating", "date"], ["came late, but is fine", 4, "2024-01-02"]],
        }
    )
    found = read(book, "shop.xlsx")
    assert [(d.receipt.sheet, d.kind) for d in found] == [
        ("one", Kind.ORDERS),
        ("two", Kind.CUSTOMERS),
        ("three", Kind.CATALOGUE),
        ("four", Kind.COMMENTS),
    ]
    assert found[0].receipt.passed_over == ("notes",)


def test_a_stacked_table_after_one_of_no_use_is_read() -> None:
    text = "工号,部门,职位\n1,前厅,店长\n2,后厨,厨师\n\n订单编号,下单时间,金额\nA1,2024-01-02,5\nA2,2024-01-03,6\n"
    assert column(one(text), "amount") == [5, 6]


def test_binary_workbook() -> None:
    rows: list[list[str | float | int]] = [
        ["订单编号", "下单时间", "金额", "数量", "客户"],
        ["007", "2024-01-02", 5.5, 2, "王"],
        ["008", "2024-01-03", 6.25, 1, "李"],
    ]
    dataset = one(xlsb(rows), "a.xlsb")
    assert dataset.receipt.sheet == "S"
    assert column(dataset, "order") == ["007", "008"]
    assert column(dataset, "amount") == [5.5, 6.25]
    assert column(dataset, "quantity") == [2, 1]
    assert column(dataset, "customer") == ["王", "李"]


def test_macros_are_never_run_and_do_not_disturb() -> None:
    parts = files(xlsx({"S": ORDERS}))
    types = parts["[Content_Types].xml"].decode()
    parts["[Content_Types].xml"] = types.replace(
        "</Types>",
        '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>',
    ).encode()
    relations = parts["xl/_rels/workbook.xml.rels"].decode()
    kind = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    parts["xl/_rels/workbook.xml.rels"] = relations.replace(
        "</Relationships>", f'<Relationship Id="v" Type="{kind}" Target="vbaProject.bin"/></Relationships>'
    ).encode()
    parts["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b'Sub Auto_Open(): Kill "*.*": End Sub'
    dataset = one(zipped(parts), "a.xlsm")
    assert (column(dataset, "order"), column(dataset, "amount")) == (["007", "008"], [5.5, 6])
    assert dataset.receipt.passed_over == ()


def test_dimensions_name_sheets_as_they_are_shown() -> None:
    """The row numbers of a sheet whose name needs escaping are true, too."""
    dataset = one(xlsx({"A & B": [HEADER, ["1", "soon", 5, "a"], *ORDERS[1:]]}, first_row=4), "a.xlsx")
    assert dataset.receipt.left_out[0].examples == (5,)


def test_a_sheet_that_cannot_be_read_is_named() -> None:
    wide: list[list[Cell]] = [[f"c{i}" for i in range(30)], [1] * 30]
    (dataset,) = read(xlsx({"S": ORDERS, "wide": wide, "": []}), "a.xlsx", Choices(max_columns=20))
    assert dataset.receipt.passed_over == ("wide",)
