"""What can go wrong with a sheet or a question, as values that a template can word.

AnalyticsError
├── DatasetError        the file cannot become a dataset
│   ├── EmptyFile, NoRows, NoTable, UnknownFormat, Locked, Damaged
│   ├── TooManyRows, TooManyColumns, TooManyCells, TooManyTables, TooLarge
│   ├── NothingUsable
│   └── OtherCurrency
├── QuestionError       the data at hand cannot answer this question
│   ├── MissingData, TooFewCustomers
│   └── UnknownGroup, UnknownAttribute, UnknownProduct, UnknownCustomer, UnclearTest,
│       UnfinishedTest, SeparateMailings, UnclearPlan, UnclearSplit, UnclearBandit, UnknownTrial
└── OptionError         the words behind a command were not understood
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import Any


class Problem(Exception):
    """Base of every fault that is told to the owner; its dataclass fields are its template's variables.

    An exception that does not unpickle kills a process pool, hence `__reduce__` from the fields.
    """

    def __reduce__(self) -> tuple[type[Problem], tuple[Any, ...]]:
        return type(self), tuple(getattr(self, field.name) for field in dataclasses.fields(self))  # type: ignore[arg-type]

    def __str__(self) -> str:
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        return ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in fields)


class AnalyticsError(Problem):
    """Base of all that analytics raises on purpose."""


class DatasetError(AnalyticsError):
    """The file cannot become a dataset; nothing was changed."""


@dataclass(eq=False)
class EmptyFile(DatasetError):
    """The file has no bytes, or only blanks."""

    filename: str


@dataclass(eq=False)
class NoRows(DatasetError):
    """There is a header, and nothing below it."""

    filename: str
    columns: tuple[str, ...]


@dataclass(eq=False)
class NoTable(DatasetError):
    """An archive or workbook without any table inside."""

    filename: str


@dataclass(eq=False)
class UnknownFormat(DatasetError):
    """The bytes are no spreadsheet; `looks_like` is a code: image, pdf, audio, binary, text …"""

    filename: str
    looks_like: str


@dataclass(eq=False)
class Locked(DatasetError):
    """The workbook or archive is protected with a password."""

    filename: str


@dataclass(eq=False)
class Damaged(DatasetError):
    """The container is cut off or broken, so that its content cannot be had whole."""

    filename: str


@dataclass(eq=False)
class TooManyRows(DatasetError):
    """More rows than this server's limit."""

    filename: str
    limit: int


@dataclass(eq=False)
class TooManyColumns(DatasetError):
    """More columns than any shop export has."""

    filename: str
    columns: int
    limit: int


@dataclass(eq=False)
class TooManyCells(DatasetError):
    """A small sheet that unfolds to a huge one: nearly all of its cells are empty, or repeat each other."""

    filename: str
    rows: int
    columns: int


@dataclass(eq=False)
class TooManyTables(DatasetError):
    """More files in one archive, or worksheets in one workbook, than anybody exports at once."""

    filename: str
    tables: int
    limit: int


@dataclass(eq=False)
class TooLarge(DatasetError):
    """The archive unpacks to more than `limit_mb` megabytes, or is packed suspiciously tightly."""

    filename: str
    limit_mb: int


@dataclass(eq=False)
class NothingUsable(DatasetError):
    """A table was read, but no row or column of it means anything to a shop.

    `roles` is what each column was taken for, `rows` how many there are, `unread` how many of them have a date that
    cannot be read.
    """

    filename: str
    columns: tuple[str, ...]
    roles: tuple[str, ...] = ()
    rows: int = 0
    unread: int = 0
    sheet: str | None = None


@dataclass(eq=False)
class OtherCurrency(DatasetError):
    """The file is in one currency, the shop so far in another (ISO 4217 codes); they cannot be added up."""

    filename: str
    currency: str
    known: str


class QuestionError(AnalyticsError):
    """The data at hand cannot answer this question."""


@dataclass(eq=False)
class MissingData(QuestionError):
    """No uploaded dataset has the columns that the analysis stands on.

    `missing` are the roles that the nearest one lacks; empty where there is none of its kind.
    """

    analysis: str
    missing: tuple[str, ...] = ()


@dataclass(eq=False)
class TooFewCustomers(QuestionError):
    """Fewer customers than the method needs to say anything true."""

    analysis: str
    customers: int
    needed: int


@dataclass(eq=False)
class UnknownGroup(QuestionError):
    """No group of that name in the answer."""

    group: str


@dataclass(eq=False)
class UnknownAttribute(QuestionError):
    """Customers cannot be told apart by what was named; `available` are the (code, name) of what they can be by."""

    analysis: str
    word: str
    available: tuple[tuple[str, str], ...]


@dataclass(eq=False)
class UnknownCustomer(QuestionError):
    """Nobody who bought is meant by these words; `listed`: somebody on the customer list is, who has not bought yet."""

    customer: str
    listed: bool


@dataclass(eq=False)
class UnknownProduct(QuestionError):
    """No product that was sold is called so."""

    analysis: str
    word: str


@dataclass(eq=False)
class UnknownTrial(QuestionError):
    """The owner has no trial of that number."""

    number: int


@dataclass(eq=False)
class UnclearTest(QuestionError):
    """What was typed, or sent, does not come to a test; `why` is the fault of the numbers, or:

    too few `numbers`, too `many` versions, two of the `same` name, a `split` of other parts, a test `forgotten`,
    a sheet `empty` of outcomes, `nothing` at all.
    """

    text: str
    why: str


@dataclass(eq=False)
class UnclearPlan(QuestionError):
    """What was typed does not come to a plan for a test; `why` is the fault of the numbers, `base` or `nothing` to go by.

    `rest` are the words that go behind a rate, where only that is missing.
    """

    text: str
    why: str
    rest: str = ""
    rate: float | None = None


@dataclass(eq=False)
class UnfinishedTest(QuestionError):
    """A piece of a test is missing: what it `lacks`, the `line` to finish, and (words, code) of what might be meant."""

    lacks: str
    line: str
    available: tuple[tuple[str, str], ...] = ()


@dataclass(eq=False)
class SeparateMailings(QuestionError):
    """A report of mailings of several days is no test: nobody drew by lot who got which.

    `mailings` are (name, day, people, how many did what the column `measure` counts), the best first; `place` is that
    column's, `others` are (place, header) of columns to go by instead.
    """

    measure: str
    place: int
    mailings: tuple[tuple[str, date | None, int, int], ...]
    others: tuple[tuple[int, str], ...]


@dataclass(eq=False)
class UnclearSplit(QuestionError):
    """What was typed behind `/split` cannot be carried out: the `word` names no `group`, or is out of what `why` allows.

    That is one of `versions`, `same` (names), `holdout` and `days`.
    """

    why: str
    word: str


@dataclass(eq=False)
class UnclearBandit(QuestionError):
    """What was typed behind `/bandit` cannot be carried out; `why` is a code, `word` what it is about.

    `versions` are those in play, for an example of their own; `nothing`: none are, `forgotten`: they could not be read.
    """

    why: str
    word: str = ""
    versions: tuple[str, ...] = ()


@dataclass(eq=False)
class OptionError(AnalyticsError):
    """A word behind a command that the analysis does not know."""

    analysis: str
    word: str
