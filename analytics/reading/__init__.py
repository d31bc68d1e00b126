"""Any spreadsheet a shop can export → datasets.

container (what is inside) → text, workbook, page (a sheet of cells) → stacked, rows (its tables, without blanks and totals)
→ roles, kinds (what they mean) → orders with lines and money, or tables (the
canonical table) and the receipt. Every step is a module of that name.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from analytics.choices import Choices, signature
from analytics.dataset import Dataset, Kind, Receipt, Role
from analytics.errors import DatasetError, NoRows, NoTable, NothingUsable, TooManyRows
from analytics.reading.container import Form, Part, unpack
from analytics.reading.currency import find_currency
from analytics.reading.encoding import previews
from analytics.reading.kinds import OWN, find_kind
from analytics.reading.orders import read_orders
from analytics.reading.page import read_page
from analytics.reading.roles import find_roles
from analytics.reading.rows import without_totals_and_blanks
from analytics.reading.sheet import Sheet
from analytics.reading.stacked import split_tables
from analytics.reading.statuses import RETURNS_LIST
from analytics.reading.tables import read_table
from analytics.reading.tally import Tally
from analytics.reading.text import read_text
from analytics.reading.workbook import read_workbook

USUAL = Choices()

__all__ = ["Choices", "previews", "read", "signature"]


def read(content: bytes, filename: str, choices: Choices = USUAL) -> tuple[Dataset, ...]:
    """Every table in the file, in the file's order.

    Raises a `DatasetError` where there is none to use: the first reason met. The same bytes give the same datasets.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    datasets: list[Dataset] = []
    problems: list[DatasetError] = []
    passed_over: list[str] = []
    for part in unpack(content, filename, choices):
        for sheet in _sheets(part, choices):
            try:
                if isinstance(sheet, DatasetError):
                    raise sheet
                for table in split_tables(sheet):
                    datasets.append(_dataset(table, part.name, sha256, choices))
            except DatasetError as problem:
                problems.append(problem)
                if isinstance(sheet, Sheet) and (name := sheet.name or part.name) != filename:
                    passed_over.append(name)
    if datasets:
        first, *others = datasets
        return replace(first, receipt=replace(first.receipt, passed_over=tuple(passed_over))), *others
    raise problems[0] if problems else NoTable(filename)


def _sheets(part: Part, choices: Choices) -> list[Sheet | DatasetError]:
    try:
        match part.form:
            case Form.WORKBOOK:
                return read_workbook(part, choices)
            case Form.PAGE:
                return read_page(part, choices)
            case Form.TEXT:
                return [read_text(part, choices)]
    except DatasetError as problem:
        return [problem]


def _dataset(sheet: Sheet, filename: str, sha256: str, choices: Choices) -> Dataset:
    sheet = without_totals_and_blanks(sheet)
    if len(sheet.numbers) > choices.max_rows:
        raise TooManyRows(filename, choices.max_rows)
    if not len(sheet.numbers):
        raise NoRows(filename, sheet.headers)
    roles = find_roles(sheet, choices)
    kind = find_kind(roles, sheet)
    if kind is None:
        raise NothingUsable(filename, sheet.headers)
    tally = Tally(sheet)
    if kind is Kind.ORDERS:
        roles = roles.only(frozenset(Role) - {Role.ATTRIBUTE}, Role.UNUSED)
        returns = re.match(RETURNS_LIST, sheet.name or filename) is not None
        table = read_orders(roles, sheet.columns, tally, choices, returns=returns)
    else:
        if kind is Kind.CATALOGUE and Role.PRODUCT_NAME not in roles:
            roles = roles.renamed(Role.NAME, Role.PRODUCT_NAME)
        roles = roles.only(OWN[kind], Role.ATTRIBUTE)
        table = read_table(kind, roles, sheet.columns, tally, choices)
    if not table.num_rows:
        raise NothingUsable(filename, sheet.headers)
    return Dataset(
        kind=kind,
        columns=tuple(found.column for found in roles.found),
        receipt=Receipt(
            filename=filename,
            sheet=sheet.name,
            sha256=sha256,
            encoding=sheet.encoding,
            delimiter=sheet.delimiter,
            rows_read=tally.read,
            rows_used=tally.used,
            left_out=tally.left_out,
            noted=tally.noted,
        ),
        currency=find_currency(roles),
        source=table,
    )
