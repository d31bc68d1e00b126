"""A dataset: one table of a shop, its columns named by role, with the receipt of how it was read."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pandas as pd
import pyarrow as pa

from analytics import parquet
from analytics.keeping import Kept
from analytics.trials import Trial

METADATA = b"pocket-marketer"


class Kind(StrEnum):
    """What a table tells about a shop; `PEOPLE`, who is behind a customer key, is kept apart from all others."""

    ORDERS = "orders"
    CUSTOMERS = "customers"
    RESULTS = "results"
    COMMENTS = "comments"
    EVENTS = "events"
    CATALOGUE = "catalogue"
    PEOPLE = "people"


class Role(StrEnum):
    """What a column means; also the column's name in `Dataset.table`, save for attributes.

    Types in the table: `TIME` timestamp[us] without zone; `QUANTITY`, `PRICE`, `AMOUNT` and the other amounts float64;
    `TAKEN_BACK` and `NOT_A_PRODUCT` bool; everything else dictionary-encoded text. In a table of orders `AMOUNT` is the net money of the
    line in the sheet's own currency: negative where goods came back (`TAKEN_BACK` is true there), less discounts and
    partial refunds, without postage.
    """

    ORDER = "order"
    CUSTOMER = "customer"
    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    TIME = "time"
    PRODUCT = "product"
    PRODUCT_NAME = "product_name"
    CATEGORY = "category"
    QUANTITY = "quantity"
    PRICE = "price"
    AMOUNT = "amount"
    TAKEN_BACK = "taken_back"
    NOT_A_PRODUCT = "not_a_product"
    PLACE = "place"
    AGE = "age"
    SEX = "sex"
    VARIANT = "variant"
    OUTCOME = "outcome"
    TEXT = "text"
    RATING = "rating"
    EVENT = "event"
    CONSENT = "consent"
    ATTRIBUTE = "attribute"
    # What the net amount is worked out from, or nothing at all: in `Dataset.columns`, never in the table.
    ORDER_TOTAL = "order_total"
    PAID = "paid"
    REFUND = "refund"
    DISCOUNT = "discount"
    POSTAGE = "postage"
    STATUS = "status"
    PAID_TIME = "paid_time"
    CURRENCY = "currency"
    UNUSED = "unused"


@dataclass(frozen=True)
class Column:
    """One column of the sheet and what it was taken for; `confidence` is 0–1, 1 = the owner said so or the header is known."""

    header: str
    role: Role
    confidence: float

    @property
    def name(self) -> str:
        """The column's name in the table: the role, or `attribute:<header>`, of which there may be many."""
        return f"{self.role}:{self.header}" if self.role is Role.ATTRIBUTE else str(self.role)


LEFT_OUT = frozenset(
    [
        "adjustment",
        "blank",
        "cancelled",
        "duplicate",
        "heading",
        "impossible_date",
        "no_amount",
        "no_customer",
        "no_date",
        "no_sale",
        "no_text",
        "no_variant",
        "other_currency",
        "test_row",
        "total_line",
        "unpaid",
        "unreadable_date",
        "unreadable_number",
        "wrong_width",
    ]
)
NOTED = frozenset(
    [
        "day_first_assumed",
        "encoding_guessed",
        "month_first_assumed",
        "no_customer",
        "not_a_product",
        "refunded",
        "several_in_one",
        "taken_back",
        "unreadable_date",
        "unreadable_number",
        "unreadable_quantity",
        "wrong_width",
        "year_assumed",
        "year_found",
        "zero_price",
        "zone_dropped",
    ]
)


UNREAD = frozenset(["impossible_date", "no_amount", "no_date", "unreadable_date", "unreadable_number", "wrong_width"])
"""Why rows are left out that the owner meant to count."""
MUCH = 0.1


@dataclass(frozen=True)
class Count:
    """How many rows share a fate, with up to two example row numbers as a spreadsheet shows them (header = 1)."""

    reason: str
    rows: int
    examples: tuple[int, ...]


@dataclass(frozen=True)
class Receipt:
    """How a table was read.

    `rows_used` plus the rows `left_out` is `rows_read`; `noted` rows are used, with a reservation. All of them are rows of the file: where a line lists a whole basket, the table has more rows than were read.

    Of what came back (`refunded`, `taken_back`), orders are counted. `unread_sales` is the share (0–1) of the money that
    could be read which stands on rows left `UNREAD`. The reasons are those of `LEFT_OUT` and `NOTED`. `passed_over` names the sheets of the same file that hold nothing of
    a shop's; it stands on the receipt of the file's first table.
    """

    filename: str
    sheet: str | None
    sha256: str
    encoding: str | None
    delimiter: str | None
    rows_read: int
    rows_used: int
    left_out: tuple[Count, ...] = ()
    noted: tuple[Count, ...] = ()
    passed_over: tuple[str, ...] = ()
    unread_sales: float = 0.0

    @property
    def unread(self) -> tuple[Count, ...]:
        """Rows left out that the owner meant to count, by reason."""
        return tuple(count for count in self.left_out if count.reason in UNREAD)

    @property
    def lacks_much(self) -> bool:
        """Whether what could not be read changes the picture: over a tenth of the rows, or of the money."""
        unread = sum(count.rows for count in self.unread)
        return unread > MUCH * (self.rows_used + unread) or self.unread_sales > MUCH

    def __post_init__(self) -> None:
        assert {count.reason for count in self.left_out} <= LEFT_OUT
        assert {count.reason for count in self.noted} <= NOTED


@dataclass(frozen=True)
class Dataset:
    """One table, in memory or as a Parquet file of which only the columns asked for are read.

    `currency` is an ISO 4217 code where the sheet says one, else None (money is then printed as a plain number).
    """

    kind: Kind
    columns: tuple[Column, ...]
    receipt: Receipt
    currency: str | None
    source: pa.Table | Path

    def has(self, *names: str) -> bool:
        """Whether the table has all these columns."""
        return set(names) <= set(self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of the table."""
        schema = parquet.schema(self.source) if isinstance(self.source, Path) else self.source.schema
        return tuple(schema.names)

    @property
    def rows(self) -> int:
        """Number of rows in the table."""
        if isinstance(self.source, Path):
            return parquet.rows(self.source)
        return int(self.source.num_rows)

    @property
    def attributes(self) -> tuple[str, ...]:
        """The columns that describe, beyond the roles that every shop has."""
        return tuple(name for name in self.names if name.startswith(f"{Role.ATTRIBUTE}:"))

    def table(self, *names: str) -> pa.Table:
        """The columns named (all, if none), those that are not there left out."""
        wanted = [name for name in names or self.names if name in self.names]
        if isinstance(self.source, Path):
            return parquet.read(self.source, wanted)
        return self.source.select(wanted)

    def frame(self, *names: str, numbered: Collection[str] = ()) -> pd.DataFrame:
        """Like `table`, as a pandas frame; texts are categories.

        Those of the columns in `numbered` are just numbers: telling a million orders apart needs none of their names.
        """
        table = self.table(*names)
        position = {name: place for place, name in enumerate(table.column_names)}
        for name in numbered:
            if name in position and pa.types.is_dictionary(table.schema.field(name).type):
                column = table[name].combine_chunks()
                numbers = pa.array(range(len(column.dictionary)), pa.int32())
                told = pa.DictionaryArray.from_arrays(column.indices, numbers)
                table = table.set_column(position[name], name, told)
        owned = isinstance(self.source, Path)
        frame: pd.DataFrame = table.to_pandas(split_blocks=owned, self_destruct=owned)
        return frame

    def write(self, path: Path) -> Dataset:
        """Write the dataset as one self-describing Parquet file and return it as that file."""
        self._put(path)
        return dataclasses.replace(self, source=path)

    def packed(self) -> bytes:
        """What `write` writes."""
        sink = pa.BufferOutputStream()
        self._put(sink)
        return bytes(sink.getvalue())

    def _put(self, where: Path | pa.NativeFile) -> None:
        about = json.dumps(dataclasses.asdict(dataclasses.replace(self, source=pa.table({}))) | {"source": None})
        table = self.table().replace_schema_metadata({METADATA: about.encode()})
        parquet.write(table, where)

    @classmethod
    def open(cls, path: Path, content: bytes | None = None) -> Dataset:
        """A dataset as `write` left it; its rows stay on disk until asked for.

        Where the file holds it in another form, the `content` is what `write` wrote, and all rows are read from it.
        """
        table = None if content is None else parquet.read(pa.BufferReader(content))
        schema = parquet.schema(path) if table is None else table.schema
        about = json.loads(schema.metadata[METADATA])
        receipt = about["receipt"]
        counts = {
            key: tuple(Count(c["reason"], c["rows"], tuple(c["examples"])) for c in receipt[key])
            for key in ("left_out", "noted")
        }
        return cls(
            kind=Kind(about["kind"]),
            columns=tuple(Column(c["header"], Role(c["role"]), c["confidence"]) for c in about["columns"]),
            receipt=Receipt(**(receipt | counts | {"passed_over": tuple(receipt["passed_over"])})),
            currency=about["currency"],
            source=path if table is None else table,
        )


@dataclass(frozen=True)
class Shop:
    """What one owner has uploaded so far: at most one merged dataset of each kind.

    `people` is there only when the owner asked for names or a list. `earlier` are the orders as they were before the
    latest file that changed them, None where that was the first. `trials` are what was tried on customers, oldest first.
    `kept` is where what takes long to work out from the orders may be kept; no answer depends on it.
    """

    orders: Dataset | None = None
    customers: Dataset | None = None
    results: Dataset | None = None
    comments: Dataset | None = None
    events: Dataset | None = None
    catalogue: Dataset | None = None
    people: Dataset | None = None
    earlier: Dataset | None = None
    trials: tuple[Trial, ...] = ()
    kept: Kept | None = None

    def dataset(self, kind: Kind) -> Dataset | None:
        """The dataset of this kind, if there is one."""
        found: Dataset | None = getattr(self, kind)
        return found
