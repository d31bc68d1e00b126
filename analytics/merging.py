"""Two uploads of the same kind as one table: the newer file wins whatever it speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from analytics.dataset import Column, Dataset, Kind, Role
from analytics.errors import OtherCurrency
from analytics.identity import plain
from analytics.reading.headers import TOTALS, normalise

# What a row is about, by kind: the first of these sets that both tables have.
KEYS: dict[Kind, tuple[tuple[Role, ...], ...]] = {
    Kind.ORDERS: ((Role.ORDER,), (Role.CUSTOMER, Role.TIME), (Role.TIME,)),
    Kind.CUSTOMERS: ((Role.CUSTOMER,),),
    Kind.RESULTS: ((Role.CUSTOMER,),),
    Kind.COMMENTS: ((Role.CUSTOMER, Role.TIME, Role.TEXT), (Role.TEXT,)),
    Kind.EVENTS: ((Role.CUSTOMER, Role.TIME, Role.EVENT), (Role.TIME, Role.EVENT)),
    Kind.CATALOGUE: ((Role.PRODUCT,),),
}
PEOPLE = frozenset(map(normalise, TOTALS["people"].split()))


def merge(old: Dataset, new: Dataset) -> Dataset:
    """The rows of `new`, and those of `old` that speak of something else.

    An order (customer, comment …) that both have is taken whole from `new`, so overlapping exports do not double and
    later corrections replace. Rows without an order number are known by the next key of their kind, rows without any
    key by all that they say. Where the tables have no key in common, all rows are kept. Currency, columns and receipt
    are the newer ones'; columns that only one of the two has are empty for the other's rows, and columns that are text
    in one of the two become text. A list of nothing but returns joins the sales that it speaks of.

    Another test (`another_test`) takes the place of the one before.

    Raises OtherCurrency where adding up would mix two currencies.
    """
    if another_test(old, new):
        return new
    if None not in (old.currency, new.currency) and old.currency != new.currency:
        raise OtherCurrency(new.receipt.filename, str(new.currency), str(old.currency))
    before, after = old.table(), new.table()
    keys = [keys for keys in KEYS[old.kind] if old.has(*keys) and new.has(*keys)] or _lines_of_totals(old, new)
    if keys:
        shared = tuple(name for name in before.column_names if name in after.column_names)
        again = pc.is_in(_about(before, keys, shared), value_set=_about(after, keys, shared))
        if _returns_only(after):
            again = pc.and_(again, _taken_back(before))
        before = before.filter(pc.invert(again))
    rows = pa.concat_tables(_alike(_plain(before), _plain(after)), promote_options="permissive")
    return Dataset(
        kind=new.kind,
        columns=_columns(old, new),
        receipt=new.receipt,
        currency=new.currency or old.currency,
        source=rows.unify_dictionaries().combine_chunks(),
    )


def another_test(old: Dataset, new: Dataset) -> bool:
    """Whether two sheets of results tell of different tests: by other versions, in another form, or of other totals."""
    if new.kind is not Kind.RESULTS or not (old.has(Role.VARIANT) and new.has(Role.VARIANT)):
        return False
    labels = [
        {plain(str(v)) for v in d.table(Role.VARIANT)[Role.VARIANT].unique().drop_null().to_pylist()}
        for d in (old, new)
    ]
    if labels[0].isdisjoint(labels[1]) or _tells_totals(old) != _tells_totals(new):
        return True
    return _tells_totals(new) and {column.header for column in old.columns} != {column.header for column in new.columns}


def _tells_totals(results: Dataset) -> bool:
    return not results.has(Role.CUSTOMER) and any(normalise(column.header) in PEOPLE for column in results.columns)


def _lines_of_totals(old: Dataset, new: Dataset) -> list[tuple[str, ...]]:
    """Two sheets with the totals of a test: a line is about its version, day and whatever else it names, and the newer counts."""
    counted = {column.name for column in new.columns if normalise(column.header) in PEOPLE}
    if new.kind is not Kind.RESULTS or not any(old.has(name) and new.has(name) for name in counted):
        return []
    schema = new.table().schema
    named = [field.name for field in schema if pa.types.is_dictionary(field.type) or field.name == Role.TIME]
    return [tuple(name for name in named if old.has(name) and name != Role.OUTCOME)]


def _returns_only(table: pa.Table) -> bool:
    return Role.TAKEN_BACK in table.column_names and bool(pc.all(table[Role.TAKEN_BACK]).as_py())


def _taken_back(table: pa.Table) -> pa.ChunkedArray | bool:
    return pc.fill_null(table[Role.TAKEN_BACK], False) if Role.TAKEN_BACK in table.column_names else False


def _plain(table: pa.Table) -> pa.Table:
    return table.replace_schema_metadata(None)


def _alike(*tables: pa.Table) -> list[pa.Table]:
    """The tables, with every column that is text in one of them text in all."""
    texts = {field.name for table in tables for field in table.schema if pa.types.is_dictionary(field.type)}
    return [reduce(_as_text, texts.intersection(table.column_names), table) for table in tables]


def _as_text(table: pa.Table, name: str) -> pa.Table:
    field = table.schema.field(name)
    if pa.types.is_dictionary(field.type) or pa.types.is_null(field.type):
        return table
    texts = pc.cast(table[name], pa.string()).dictionary_encode()
    return table.set_column(table.column_names.index(name), name, texts)


def _about(table: pa.Table, keys: Sequence[tuple[str, ...]], shared: tuple[str, ...]) -> pa.ChunkedArray:
    """What each row is about as one text: the first of the `keys` of which no part is missing, else the whole row."""
    about = _joined(table, keys[0], "0", "emit_null")
    for rank, key in enumerate(keys[1:], start=1):
        if about.null_count:
            about = pc.coalesce(about, _joined(table, key, str(rank), "emit_null"))
    return pc.coalesce(about, _joined(table, shared, "row", "replace")) if about.null_count else about


def _joined(table: pa.Table, names: tuple[str, ...], rank: str, missing: str) -> pa.ChunkedArray:
    parts = [pc.cast(_decoded(table[name]), pa.string()) for name in names]
    return pc.binary_join_element_wise(rank, *parts, "\x1f", null_handling=missing)


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _columns(old: Dataset, new: Dataset) -> tuple[Column, ...]:
    known = {column.name for column in new.columns}
    return (*new.columns, *(column for column in old.columns if column.name not in known))
