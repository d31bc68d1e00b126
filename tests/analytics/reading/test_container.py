# ruff: noqa: DTZ001 - times of a shop have no zone
from __future__ import annotations

import datetime as dt
import gzip

from analytics.dataset import Kind
from analytics.reading import read
from tests.analytics.reading.sheets import column, one
from tests.analytics.reading.workbooks import Cell, xls, xlsx, zipped

ORDERS = b"order id,date,amount,customer\n007,2024-01-02,5.5,a\n008,2024-01-03,6.5,b\n"
HEADER = ["order id", "date", "amount", "customer"]


def test_content_decides_not_the_name() -> None:
    book = xlsx({"S": [HEADER, ["007", dt.datetime(2024, 1, 2), 5.5, "a"]]})
    assert column(one(book, "orders.csv"), "amount") == [5.5]
    assert column(one(ORDERS, "orders.xlsx"), "amount") == [5.5, 6.5]
    assert column(one(gzip.compress(ORDERS), "orders.csv"), "amount") == [5.5, 6.5]


def test_gzip_of_several_members() -> None:
    assert one(gzip.compress(ORDERS[:40]) + gzip.compress(ORDERS[40:]), "a.gz").rows == 2


def test_zip_of_several_tables_each_recognised_by_itself() -> None:
    content = zipped(
        {
            "orders.csv": ORDERS,
            "more/customers.csv": b"customer,age,sex\na,30,f\nb,40,m\n",
            "__MACOSX/._orders.csv": b"\x00\x05\x16\x07",
            "logo.png": b"\x89PNG\r\n\x1a\n0000",
        }
    )
    assert [(d.kind, d.receipt.filename) for d in read(content, "all.zip")] == [
        (Kind.ORDERS, "orders.csv"),
        (Kind.CUSTOMERS, "customers.csv"),
    ]


def test_workbook_with_several_sheets() -> None:
    book = xlsx(
        {
            "订单": [["订单编号", "下单时间", "金额", "客户"], ["1", dt.datetime(2024, 1, 2), 5, "王"]],
            "退货": [["订单编号", "退货时间", "金额", "客户"], ["1", dt.datetime(2024, 1, 9), 5, "王"]],
            "客户": [["会员号", "性别", "年龄"], ["王", "男", 30], ["李", "女", 20]],
            "员工": [["工号", "姓名", "岗位"], ["1", "张", "店长"]],
            "Sheet5": [],
        }
    )
    orders, returns, customers = read(book, "shop.xlsx")
    assert [d.receipt.sheet for d in (orders, returns, customers)] == ["订单", "退货", "客户"]
    assert column(orders, "amount") == [5]
    assert column(returns, "amount") == [-5]
    assert column(returns, "taken_back") == [True]
    assert customers.kind is Kind.CUSTOMERS


def test_a_sheet_that_is_not_a_shops_is_named_as_passed_over() -> None:
    orders: list[list[Cell]] = [["订单编号", "下单时间", "金额", "客户"], ["1", dt.datetime(2024, 1, 2), 5, "王"]]
    staff: list[list[Cell]] = [["工号", "姓名", "岗位"], ["1", "张", "店长"]]
    (dataset,) = read(xlsx({"订单": orders, "员工": staff, "Sheet3": []}), "shop.xlsx")
    assert dataset.receipt.passed_over == ("员工",)


def test_tables_below_each_other() -> None:
    text = (
        "order id,date,amount,customer id\n1,2024-01-02,5,a\n2,2024-01-03,6,b\n\ncustomer id,age,sex\na,30,f\nb,40,m\n"
    )
    orders, customers = read(text.encode(), "a.csv")
    assert (orders.kind, customers.kind) == (Kind.ORDERS, Kind.CUSTOMERS)
    assert column(orders, "amount") == [5, 6]
    assert column(customers, "age") == [30, 40]
    assert customers.names == ("customer", "age", "sex")


def test_workbook_keeps_dates_numbers_and_ids() -> None:
    rows: list[list[Cell]] = [
        [*HEADER],
        [7, dt.datetime(2024, 1, 2, 10, 30), 0.1, 123456],
        ["A8", dt.datetime(2024, 1, 3), 1e6, None],
    ]
    dataset = one(xlsx({"S": rows}), "a.xlsx")
    assert column(dataset, "order") == ["7", "A8"]
    assert column(dataset, "customer") == ["123456", None]
    assert column(dataset, "time") == [dt.datetime(2024, 1, 2, 10, 30), dt.datetime(2024, 1, 3)]
    assert column(dataset, "amount") == [0.1, 1e6]


def test_open_document_spreadsheet() -> None:
    cells = [[f"<text:p>{cell}</text:p>" for cell in line.split(",")] for line in ORDERS.decode().splitlines()]
    rows = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string">{cell}</table:table-cell>' for cell in row)
        + "</table:table-row>"
        for row in cells
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    mimetype = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    book = zipped({"mimetype": mimetype, "META-INF/manifest.xml": manifest, "content.xml": content.encode()})
    assert column(one(book, "a.ods"), "order") == ["007", "008"]


def test_workbook_of_1997() -> None:
    book = xls(
        [["订单编号", "下单时间", "金额", "客户"], ["007", "2024-01-02", 5.5, "王"], ["008", "2024-01-03", 6.0, "李"]]
    )
    dataset = one(book, "a.xls")
    assert column(dataset, "order") == ["007", "008"]
    assert column(dataset, "amount") == [5.5, 6]


def test_web_page_named_xls() -> None:
    page = (
        "<html><meta charset=gbk><style>td{x:1}</style><table><tr><th colspan=4>报表</th></tr>"
        "<tr><th>订单编号<th>下单时间<th>金额<th>客户</tr>"
        "<tr><td>007</td><td>2024-01-02 10:00</td><td>&yen;1,234.50</td><td>王 &amp; 子</td></tr>"
        "<tr><td>008<td>2024-01-03<td>5<td></tr></table></html>"
    )
    dataset = one(page.encode("gbk"), "a.xls")
    assert column(dataset, "order") == ["007", "008"]
    assert column(dataset, "amount") == [1234.5, 5]
    assert column(dataset, "customer") == ["王 & 子", None]
    assert dataset.currency == "CNY"


def test_spreadsheet_xml_named_xls() -> None:
    def row(*cells: str) -> str:
        return "<Row>" + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in cells) + "</Row>"

    content = (
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S">'
        f"<Table>{row(*HEADER)}{row('007', '2024-03-05T00:00:00.000', '5.5', 'a')}</Table></Worksheet></Workbook>"
    )
    assert column(one(content, "a.xls"), "time") == [dt.datetime(2024, 3, 5)]


def test_same_bytes_give_the_same_datasets() -> None:
    assert read(ORDERS, "a.csv") == read(ORDERS, "a.csv")
