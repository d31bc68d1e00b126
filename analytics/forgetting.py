"""Tables without a person: without their rows or all that tells whose a sale was, and unnamed in what others wrote."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from analytics.dataset import Dataset, Kind, Receipt, Role
from analytics.mentions import GONE, Mentions

# What stays of a sale whose buyer is forgotten. The order's number is among it: a later export of the same order would
# otherwise be added a second time.
SALE = frozenset(
    [
        Role.ORDER,
        Role.TIME,
        Role.PRODUCT,
        Role.PRODUCT_NAME,
        Role.CATEGORY,
        Role.QUANTITY,
        Role.PRICE,
        Role.AMOUNT,
        Role.TAKEN_BACK,
        Role.NOT_A_PRODUCT,
    ]
)


# What a shop calls its goods: a name among them is a customer's only where no other customer bought the like.
GOODS = (Role.PRODUCT, Role.PRODUCT_NAME, Role.CATEGORY)
# From here on a number may be a phone that a sheet took for a quantity.
SMALLEST_PHONE = 1e6


def unnamed(dataset: Dataset, keys: Collection[str], mentions: Mentions) -> tuple[Dataset, int]:
    """The table with nobody of these `mentions` named in it, and how many cells of others changed.

    Looked through are all texts but numbers of orders and customers; of people only addresses, for their other columns
    are somebody's own. What goods are called is left as it is unless only these customers, by `keys`, have bought it.
    """
    told = unnamed_receipt(dataset.receipt, mentions)
    table = dataset.table().combine_chunks()
    before, changed = table, 0
    for place, name in enumerate(table.column_names):
        column = table.column(place).combine_chunks()
        if name in (Role.CUSTOMER, Role.ORDER) or (dataset.kind is Kind.PEOPLE and name != Role.ADDRESS):
            continue
        gone = _gone(column, mentions)
        if gone and name in GOODS:
            alone = _theirs_alone(table, name, keys)
            gone = {value: left for value, left in gone.items() if value in alone}
        if gone:
            plain = _plain(column)
            cells = plain.to_pylist()
            others = pc.invert(_is_theirs(table, keys)).to_pylist()
            changed += sum(cell in gone for cell, other in zip(cells, others, strict=True) if other)
            left = pa.array([gone.get(cell, cell) for cell in cells], plain.type)
            field = table.schema.field(place)
            coded = pa.types.is_dictionary(field.type)
            table = table.set_column(place, field, left.dictionary_encode().cast(field.type) if coded else left)
    if table is before and told == dataset.receipt:
        return dataset, 0
    return replace(dataset, receipt=told, source=table), changed


def unnamed_receipt(receipt: Receipt, mentions: Mentions) -> Receipt:
    """The receipt with nobody of these named in the names of the file and its sheets."""
    return replace(
        receipt,
        filename=mentions.taken_out(receipt.filename),
        sheet=receipt.sheet and mentions.taken_out(receipt.sheet),
        passed_over=tuple(map(mentions.taken_out, receipt.passed_over)),
    )


def _gone(column: pa.Array, mentions: Mentions) -> dict[object, object]:
    """What takes the place of each value that names one of them."""
    if pa.types.is_floating(column.type):
        large = pc.unique(column.filter(pc.fill_null(pc.greater_equal(column, SMALLEST_PHONE), False))).to_pylist()
        return {value: None for value in large if value.is_integer() and mentions.taken_out(f"{value:.0f}") == GONE}
    if not pa.types.is_string(_plain(column).type):
        return {}
    values = column.dictionary if pa.types.is_dictionary(column.type) else pc.unique(column)
    texts = [text for text in values.to_pylist() if text is not None]
    return {text: left for text in texts if (left := mentions.taken_out(text)) != text}


def _theirs_alone(table: pa.Table, name: str, keys: Collection[str]) -> set[object]:
    """The values that stand in these customers' rows and in nobody else's."""
    theirs = _is_theirs(table, keys)
    values = _plain(table[name])
    return set(values.filter(theirs).unique().to_pylist()) - set(values.filter(pc.invert(theirs)).unique().to_pylist())


def _is_theirs(table: pa.Table, keys: Collection[str]) -> pa.ChunkedArray | pa.Array:
    if Role.CUSTOMER not in table.column_names:
        return pa.repeat(False, table.num_rows)
    known = _plain(table[Role.CUSTOMER])
    return pc.fill_null(pc.is_in(known, value_set=pa.array(sorted(keys), pa.string())), False)


def without(dataset: Dataset, keys: Collection[str], *, keep_sales: bool) -> Dataset | None:
    """The table without these customers; None where it does not know them.

    Of order lines, if sales are to be kept, all that is not of the sale itself is emptied; other rows go.
    """
    if not dataset.has(Role.CUSTOMER):
        return None
    table = dataset.table().combine_chunks()
    wanted = pa.array(sorted(keys), pa.string())
    known = table[Role.CUSTOMER].combine_chunks()
    values = known.dictionary if pa.types.is_dictionary(known.type) else known
    if not pc.any(pc.is_in(values, value_set=wanted)).as_py():
        return None
    theirs = _is_theirs(table, keys)
    if dataset.kind is Kind.ORDERS and keep_sales:
        emptied = [
            column if name in SALE else pc.if_else(theirs, pa.scalar(None, _plain(column).type), _plain(column))
            for name, column in zip(table.column_names, table.columns, strict=True)
        ]
        table = pa.table(dict(zip(table.column_names, emptied, strict=True)))
    else:
        table = table.filter(pc.invert(theirs))
    return replace(dataset, source=_written_anew(table, dataset.table().schema))


def _written_anew(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """With dictionaries that hold only what is used: Parquet would keep the rest."""
    columns = []
    for field, column in zip(schema, table.columns, strict=True):
        coded = pa.types.is_dictionary(field.type)
        columns.append(_plain(column).dictionary_encode().cast(field.type) if coded else column)
    return pa.Table.from_arrays(columns, schema=schema.remove_metadata()).combine_chunks()


def _plain(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
