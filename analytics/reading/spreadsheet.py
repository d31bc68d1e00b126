"""One file, step by step, to its datasets."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from analytics.choices import Choices, signature
from analytics.dataset import Dataset, Kind, Receipt, Role
from analytics.errors import DatasetError, NoRows, NoTable, NothingUsable, TooManyRows, TooManyTables
from analytics.reading.container import Form, Part, unpack
from analytics.reading.currency import find_currency
from analytics.reading.headers import is_known, normalise
from analytics.reading.kinds import OWN, find_kind
from analytics.reading.orders import read_orders
from analytics.reading.page import read_page
from analytics.reading.profile import Profile
from analytics.reading.reports import as_report
from analytics.reading.roles import Roles, find_roles
from analytics.reading.rows import without_totals_and_blanks
from analytics.reading.sheet import Sheet
from analytics.reading.stacked import split_tables
from analytics.reading.statuses import RETURNS_LIST
from analytics.reading.tables import read_table
from analytics.reading.tally import Tally
from analytics.reading.text import read_text
from analytics.reading.workbook import read_workbook
from analytics.reading.years import with_years

USUAL = Choices()
DATELESS = frozenset(["unreadable_date", "impossible_date"])
EITHER = frozenset(["product", "item"])
PROVEN = 3
"""As many headers known that are not ASCII prove the encoding in which they were read."""


def read_spreadsheet(content: bytes, filename: str, choices: Choices) -> tuple[Dataset, ...]:
    """See `analytics.reading.read`."""
    sha256 = hashlib.sha256(content).hexdigest()
    datasets: list[Dataset] = []
    problems: list[DatasetError] = []
    passed_over: list[str] = []
    rows = tables = 0
    for part in _parts(content, filename, choices):
        for name, sheet in _sheets(part, choices):
            before = len(datasets)
            if isinstance(sheet, DatasetError):
                problems.append(sheet)
            for table in map(without_totals_and_blanks, split_tables(sheet) if isinstance(sheet, Sheet) else ()):
                rows, tables = rows + len(table.numbers), tables + 1
                if rows > choices.max_rows:
                    raise TooManyRows(filename, choices.max_rows)
                if tables > choices.max_tables:
                    raise TooManyTables(filename, tables, choices.max_tables)
                try:
                    datasets.append(_dataset(table, part.name, sha256, choices))
                except DatasetError as problem:
                    problems.append(problem)
            if len(datasets) == before and name != filename and not isinstance(sheet, NoTable):
                passed_over.append(name)
    if datasets:
        first, *others = datasets
        return replace(first, receipt=replace(first.receipt, passed_over=tuple(passed_over))), *others
    raise problems[0] if problems else NoTable(filename)


def _parts(content: bytes, filename: str, choices: Choices) -> tuple[Part, ...]:
    parts = unpack(content, filename, choices)
    if len(parts) > choices.max_tables:
        raise TooManyTables(filename, len(parts), choices.max_tables)
    return parts


def _sheets(part: Part, choices: Choices) -> list[tuple[str, Sheet | DatasetError]]:
    """The sheets of a part, or what is wrong with them, by the name that the owner knows."""
    try:
        match part.form:
            case Form.WORKBOOK:
                return [*read_workbook(part, choices).items()]
            case Form.PAGE:
                return [(part.name, sheet) for sheet in read_page(part, choices)]
            case Form.TEXT:
                return [(part.name, read_text(part, choices))]
    except DatasetError as problem:
        return [(part.name, problem)]


def _dataset(sheet: Sheet, filename: str, sha256: str, choices: Choices) -> Dataset:
    sheet = with_years(sheet, filename, choices)
    if not len(sheet.numbers):
        raise NoRows(filename, sheet.headers)
    roles = find_roles(sheet, choices)
    if sum(is_known(header) and not header.isascii() for header in sheet.headers) >= PROVEN:
        sheet = replace(sheet, noted=tuple(count for count in sheet.noted if count.reason != "encoding_guessed"))
    roles = as_report(roles, sheet, choices)
    kind = find_kind(roles, sheet)
    if kind is None:
        raise NothingUsable(filename, sheet.headers, _names(roles), len(sheet.numbers), 0, sheet.name)
    tally = Tally(sheet)
    if kind is Kind.ORDERS:
        roles = _with_names(roles.only(frozenset(Role) - {Role.ATTRIBUTE}, Role.UNUSED), sheet, choices)
        returns = re.match(RETURNS_LIST, sheet.name or filename) is not None
        table = read_orders(roles, sheet.columns, tally, choices, returns=returns)
    else:
        if kind is Kind.CATALOGUE and Role.PRODUCT_NAME not in roles:
            roles = roles.renamed(Role.NAME, Role.PRODUCT_NAME)
        roles = roles.only(OWN[kind], Role.ATTRIBUTE)
        table = read_table(kind, roles, sheet.columns, tally, choices)
    if not table.num_rows:
        unread = sum(count.rows for count in tally.left_out if count.reason in DATELESS)
        raise NothingUsable(filename, sheet.headers, _names(roles), len(sheet.numbers), unread, sheet.name)
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
            unread_sales=tally.unread_sales,
        ),
        currency=find_currency(roles, tally.kept),
        source=table,
    )


def _names(roles: Roles) -> tuple[str, ...]:
    return tuple(str(found.role) for found in roles.found)


def _with_names(roles: Roles, sheet: Sheet, choices: Choices) -> Roles:
    """What is called just product may hold codes or names: where there are no other names and these are words, names.

    What the owner says goes before that.
    """
    codes = roles.get(Role.PRODUCT)
    if codes is None or Role.PRODUCT_NAME in roles or normalise(codes.header) not in EITHER:
        return roles
    if codes.header in choices.roles.get(signature(sheet.headers), {}):
        return roles
    return roles.renamed(Role.PRODUCT, Role.PRODUCT_NAME) if Profile(codes).share(r"[0-9]|^[A-Z_-]+$") < 0.5 else roles
