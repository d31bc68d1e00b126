"""Two uploads of the same kind as one table: the newer file wins whatever it speaks of."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from analytics.dataset import Column, Dataset, Kind, Role

# What a row is about, by kind: the first of these sets that both tables have.
KEYS: dict[Kind, tuple[tuple[Role, ...], ...]] = {
    Kind.ORDERS: ((Role.ORDER,), (Role.CUSTOMER, Role.TIME), (Role.TIME,)),
    Kind.CUSTOMERS: ((Role.CUSTOMER,),),
    Kind.RESULTS: ((Role.CUSTOMER,),),
    Kind.COMMENTS: ((Role.CUSTOMER, Role.TIME, Role.TEXT), (Role.TEXT,)),
    Kind.EVENTS: ((Role.CUSTOMER, Role.TIME, Role.EVENT), (Role.TIME, Role.EVENT)),
    Kind.CATALOGUE: ((Role.PRODUCT,),),
}


def merge(old: Dataset, new: Dataset) -> Dataset:
    """The rows of `new`, and those of `old` that speak of something else.

    An order (customer, comment …) that both have is taken whole from `new`, so overlapping exports do not double and
    later corrections replace. Without a key that both tables have, all rows are kept. Currency, columns and receipt
    are the newer ones'; columns that only one of the two has are empty for the other's rows.
    """
    before, after = old.table(), new.table()
    keys = next((keys for keys in KEYS[old.kind] if old.has(*keys) and new.has(*keys)), None)
    if keys is not None:
        spoken_of = _key(after, keys)
        again = pc.is_in(_key(before, keys), value_set=spoken_of.drop_null())
        before = before.filter(pc.invert(again))
    rows = pa.concat_tables([_plain(before), _plain(after)], promote_options="default")
    return Dataset(
        kind=new.kind,
        columns=_columns(old, new),
        receipt=new.receipt,
        currency=new.currency or old.currency,
        source=rows.unify_dictionaries().combine_chunks(),
    )


def _plain(table: pa.Table) -> pa.Table:
    return table.replace_schema_metadata(None)


def _key(table: pa.Table, keys: tuple[Role, ...]) -> pa.ChunkedArray:
    """What each row is about as one text; null where a part is missing, so that such rows are never replaced."""
    parts = [pc.cast(_decoded(table[key]), pa.string()) for key in keys]
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "\x1f", null_handling="emit_null")


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _columns(old: Dataset, new: Dataset) -> tuple[Column, ...]:
    known = {column.name for column in new.columns}
    return (*new.columns, *(column for column in old.columns if column.name not in known))
