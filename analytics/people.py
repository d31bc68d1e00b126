"""Who stands behind a customer key: names and contacts, split off on arrival, met again only on the owner's word."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pandas as pd
import pyarrow as pa

from analytics.dataset import Dataset, Kind, Role

PERSONAL: tuple[Role, ...] = (Role.NAME, Role.EMAIL, Role.PHONE, Role.ADDRESS)
LABEL = "label"
SAME_AS = "same_as"
"""Columns of the table of people besides `PERSONAL`: the customer as the sheet knows them; whose key to use instead."""


def split(dataset: Dataset, secret: bytes) -> tuple[Dataset, Dataset | None]:
    """The dataset with customer keys that say nothing and without personal columns, and the people behind the keys.

    A key is a hash of what the sheet knows the customer by (number, e-mail, phone or name), under the owner's secret:
    the same customer gets the same key in every file of this owner, and another in anybody else's. `Lucy` and `lucy` are
    one, known as most lines have it. None where the sheet tells no customers apart.
    """
    table = dataset.table()
    personal = [role for role in PERSONAL if role in table.column_names]
    if Role.CUSTOMER not in table.column_names:
        return (replace(dataset, source=table.drop_columns(personal)) if personal else dataset), None
    known = table[Role.CUSTOMER].combine_chunks()
    labels = known.dictionary.to_pylist()
    keys = pa.array([pseudonym(label, secret) for label in labels], pa.string()).dictionary_encode()
    hidden = pa.DictionaryArray.from_arrays(keys.indices.take(known.indices), keys.dictionary)
    position = table.column_names.index(Role.CUSTOMER)
    kept = table.set_column(position, Role.CUSTOMER, hidden).drop_columns(personal)
    spelt = pd.DataFrame({"key": keys.indices.to_pylist(), LABEL: labels})
    spelt["lines"] = known.indices.to_pandas().value_counts().reindex(spelt.index, fill_value=0)
    # Among equals the first, whatever the order in which a sheet's dictionary came.
    spelt = spelt.sort_values(["lines", LABEL], ascending=[False, True]).drop_duplicates("key").sort_values("key")
    people = pd.DataFrame({str(Role.CUSTOMER): keys.dictionary.to_pylist(), LABEL: spelt[LABEL].tolist()})
    if personal:
        codes = hidden.indices.to_pandas()
        told = table.select(personal).to_pandas().astype(object).groupby(codes.to_numpy()).first()
        people = people.join(told)
    return replace(dataset, source=kept), _dataset(people, dataset)


def pseudonym(label: str, secret: bytes) -> str:
    """The key of a customer whom the sheet knows by this label, in whatever case and with whatever blanks."""
    spelt = " ".join(unicodedata.normalize("NFKC", label).casefold().split())
    return hashlib.blake2b(spelt.encode(), key=secret[:64], digest_size=10).hexdigest()


def merge(old: Dataset, new: Dataset) -> Dataset:
    """Everybody in either; of who is in both the newer details win, and what they leave out stays.

    Who is known by an e-mail or phone that just one customer with a number has, is that customer (`SAME_AS`).
    """
    before, after = (people.frame().set_index(str(Role.CUSTOMER)) for people in (old, new))
    merged = after.drop(columns=SAME_AS).combine_first(before.drop(columns=SAME_AS)).reset_index()
    return _dataset(merged, new)


def aliases(people: Dataset) -> dict[str, str]:
    """Whose key to use instead, by key."""
    same = people.table(Role.CUSTOMER, SAME_AS).to_pandas().dropna()
    return dict(zip(same[str(Role.CUSTOMER)], same[SAME_AS], strict=True))


def joined(dataset: Dataset, people: Dataset) -> Dataset:
    """The dataset with every customer under one key, however each of the owner's files knows them."""
    if Role.CUSTOMER not in dataset.names:
        return dataset
    same = aliases(people)
    if not same:
        return dataset
    table = dataset.table()
    known = table[Role.CUSTOMER].combine_chunks()
    keys = pa.array([same.get(key, key) for key in known.dictionary.to_pylist()], pa.string()).dictionary_encode()
    renamed = keys.indices.take(known.indices)
    column = pa.DictionaryArray.from_arrays(renamed, keys.dictionary)
    return replace(dataset, source=table.set_column(table.column_names.index(Role.CUSTOMER), Role.CUSTOMER, column))


def listed(customers: Dataset) -> Dataset:
    """The customer list with everybody in it once, by their first row."""
    table = customers.table()
    known = table[Role.CUSTOMER].combine_chunks().to_pandas()
    first = known.notna() & ~known.duplicated()
    return customers if first.all() else replace(customers, source=table.filter(pa.array(first)))


class Contacts:
    """People looked up by customer key; where nobody may be looked at, a customer is known by the key alone."""

    def __init__(self, people: Dataset | None) -> None:
        self._rows: dict[Any, dict[Any, Any]] = {}
        self._columns: list[str] = []
        if people is not None:
            frame = people.frame().set_index(str(Role.CUSTOMER)).drop(columns=SAME_AS)
            told = frame.loc[:, frame.notna().any()]
            self._columns = [column for column in map(str, PERSONAL) if column in told]
            self._rows = told.astype(object).where(told.notna(), None).to_dict("index")

    def label(self, key: str) -> str:
        """The customer as the sheet knows them."""
        return self._rows[key][LABEL] if key in self._rows else key

    def name(self, key: str) -> str | None:
        """The customer's name, if it is known and not the label itself."""
        found = self._rows.get(key, {})
        name = found.get(str(Role.NAME))
        return None if name == found.get(LABEL) else name

    def of(self, keys: Iterable[str]) -> dict[str, list[str | None]]:
        """Columns for a list: `customer` and whatever contacts anybody has."""
        keys = list(keys)
        rows = [self._rows.get(key, {}) for key in keys]
        labels: list[str | None] = [self.label(key) for key in keys]
        return {"customer": labels, **{column: [row.get(column) for row in rows] for column in self._columns}}


def _dataset(people: pd.DataFrame, like: Dataset) -> Dataset:
    people = people.reindex(columns=[str(Role.CUSTOMER), LABEL, *map(str, PERSONAL)]).astype(object)
    people[SAME_AS] = _same_as(people)
    schema = pa.schema([(str(name), pa.string()) for name in people.columns])
    table = pa.Table.from_pandas(people.where(people.notna(), None), schema=schema, preserve_index=False)
    return Dataset(Kind.PEOPLE, (), like.receipt, None, table.replace_schema_metadata(None))


def _same_as(people: pd.DataFrame) -> pd.Series[str]:
    """For each row the key of the numbered customer whose e-mail or phone is this row's label; missing if not just one."""
    found = pd.Series(None, index=people.index, dtype=object)
    contacts = {role: _normalised(role, people[str(role)]) for role in (Role.EMAIL, Role.PHONE)}
    by_contact = pd.concat([contact.eq(people[LABEL]) for contact in contacts.values()], axis=1).any(axis=1)
    for contact in contacts.values():
        numbered = pd.Series(people[str(Role.CUSTOMER)].to_numpy(), index=contact)[~by_contact.to_numpy()]
        numbered = numbered[numbered.index.notna() & ~numbered.index.duplicated(keep=False)]
        found = found.where(~by_contact | found.notna(), contact.map(numbered))
    return found


def _normalised(role: Role, texts: pd.Series[str]) -> pd.Series[str]:
    from analytics.reading import customers

    array = pa.array(texts.where(texts.notna(), None), pa.string())
    return pd.Series(customers.normalise(role, array).to_pylist(), index=texts.index, dtype=object)
