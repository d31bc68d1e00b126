"""Letting go of a person: who is meant, tables without them, and how they are known again should a file bring them back."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analytics import lookup
from analytics.dataset import Dataset, Kind, Role
from analytics.people import LABEL, SAME_AS
from analytics.reading.customers import normalise

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


@dataclass(frozen=True)
class Person:
    """Somebody behind one or more customer `keys`, the first of which is the one they go by now."""

    keys: tuple[str, ...]
    label: str
    name: str | None
    email: str | None
    phone: str | None


class Everybody:
    """All the people that these tables of people tell of, one table or more, the oldest first."""

    def __init__(self, tables: Sequence[Dataset]) -> None:
        rows = pa.concat_tables([table.table().replace_schema_metadata(None) for table in tables])
        self._rows: pd.DataFrame = rows.to_pandas().drop_duplicates().reset_index(drop=True)
        self._latest = self._rows.drop_duplicates(str(Role.CUSTOMER), keep="last").set_index(str(Role.CUSTOMER))
        self._all = replace(tables[-1], source=pa.Table.from_pandas(self._rows, rows.schema, preserve_index=False))

    def find(self, query: str) -> tuple[Person, ...]:
        """Who may be meant: by number, name, e-mail or phone, as `lookup.find` finds customers; also by a key."""
        found: dict[frozenset[str], Person] = {}
        for key in lookup.find(query, self._all, self._latest.index.to_numpy(object)):
            if key in self._latest.index:
                person = self._person(key)
                found.setdefault(frozenset(person.keys), person)
        return tuple(sorted(found.values(), key=lambda person: (person.label, person.keys)))

    def marks(self, person: Person, secret: bytes) -> frozenset[str]:
        """By what the person is known again without being known: keyed hashes of number, e-mail and phone.

        What another person goes by as well is left out.
        """
        theirs = self._rows[str(Role.CUSTOMER)].isin(person.keys)
        texts = _known_by(self._rows[theirs]) - _known_by(self._rows[~theirs])
        return frozenset(mark(text, secret) for text in texts)

    def _person(self, key: str) -> Person:
        keys = self._keys(key)
        mine = self._latest.loc[list(keys)]

        def told(column: str) -> str | None:
            values = mine[column].dropna()
            return None if values.empty else str(values.iloc[0])

        return Person(
            keys, str(mine[LABEL].iloc[0]), *(told(str(role)) for role in (Role.NAME, Role.EMAIL, Role.PHONE))
        )

    def _keys(self, key: str) -> tuple[str, ...]:
        """The key, and those under which other files know the same person."""
        latest = self._latest
        known = [key]
        mine = latest.index.isin(known) | latest[SAME_AS].isin(known)
        known += [str(other) for other in latest.index[mine] if other not in known]
        # A sheet may know by the bare name whom another one numbers; a name that two have is nobody's.
        named = latest.loc[key, str(Role.NAME)]
        numbered = latest[LABEL] != named
        if isinstance(named, str) and (numbered & (latest[str(Role.NAME)] == named)).sum() == 1:
            known += [str(other) for other in latest.index[latest[LABEL] == named] if other not in known]
        return tuple(known)


def mark(text: str, secret: bytes) -> str:
    """A keyed hash that tells nothing, and is another one than the customer's key."""
    return hashlib.blake2b(text.encode(), key=secret[:64], digest_size=16, person=b"forgotten").hexdigest()


def returned(everybody: Dataset, forgotten: Mapping[str, bool], secret: bytes) -> dict[str, bool]:
    """The keys of people in this table who are to stay forgotten, and whether their sales are to be kept."""
    rows = everybody.frame()
    found: dict[str, bool] = {}
    for texts in _texts(rows).values():
        for key, text in zip(rows[str(Role.CUSTOMER)], texts, strict=True):
            if isinstance(text, str) and (kept := forgotten.get(mark(text, secret))) is not None:
                found[key] = kept
    same = rows[[str(Role.CUSTOMER), SAME_AS]].dropna()
    return found | {key: found[whose] for key, whose in same.itertuples(index=False) if whose in found}


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
    theirs = pc.fill_null(pc.is_in(_plain(known), value_set=wanted), False)
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


def _texts(rows: pd.DataFrame) -> dict[str, list[str | None]]:
    """What the people go by, spelt one way: number (or what else the sheet knows them by), e-mail, phone."""
    spelt: dict[str, list[str | None]] = {LABEL: rows[LABEL].tolist()}
    for role in (Role.EMAIL, Role.PHONE):
        texts = rows[str(role)]
        spelt[str(role)] = normalise(role, pa.array(texts.where(texts.notna(), None), pa.string())).to_pylist()
    return spelt


def _known_by(rows: pd.DataFrame) -> set[str]:
    return {text for texts in _texts(rows).values() for text in texts if isinstance(text, str)}
