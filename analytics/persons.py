"""Who is one person, however the files of a shop know them, and how they are known again should a file bring them back."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd
import pyarrow as pa

from analytics import identity, lookup
from analytics.dataset import Dataset, Role
from analytics.mentions import Mentions
from analytics.people import LABEL, SAME_AS

CONTACTS = (str(Role.NAME), str(Role.EMAIL), str(Role.PHONE))
NAMED = "name "
"""Before the forms of names, lest they meet those of numbers."""


@dataclass(frozen=True)
class Person:
    """Somebody behind one or more customer `keys`, the first of which is the one they go by now.

    `alike` are the keys and labels of other customers with the same e-mail or phone.
    """

    keys: tuple[str, ...]
    label: str
    name: str | None
    email: str | None
    phone: str | None
    alike: tuple[tuple[str, str], ...] = ()


class Everybody:
    """All the people that these tables of people tell of, one table or more, the oldest first."""

    def __init__(self, tables: Sequence[Dataset]) -> None:
        rows = pa.concat_tables([table.table().replace_schema_metadata(None) for table in tables])
        self._rows: pd.DataFrame = rows.to_pandas().drop_duplicates().reset_index(drop=True)
        # The latest word on each detail: a file with orders alone may tell no names.
        latest = self._rows.groupby(str(Role.CUSTOMER), sort=False).last()
        self._told: dict[frozenset[str], tuple[frozenset[str], frozenset[str]]] = {}
        self._latest: pd.DataFrame = latest.astype(object).where(latest.notna(), None)
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
        """By what the person is known again without being known: keyed hashes of number, e-mail, phone and full name.

        What another person goes by as well is left out.
        """
        theirs, others = self._forms(frozenset(person.keys))
        return frozenset(mark(form, secret) for form in theirs - others)

    def mentions(self, keys: Collection[str]) -> Mentions:
        """What these people, and nobody else, go by in free text."""
        _, others = self._forms(frozenset(keys))
        mine = self._rows[self._rows[str(Role.CUSTOMER)].isin(keys)]
        told = {
            column: [text for text in mine[column].dropna().unique() if others.isdisjoint(forms(text))]
            for column, forms in FORMS.items()
        }
        # Where a sheet has no numbers, customers are labelled with their names.
        labels = [text for text in told[LABEL] if identity.full(text)]
        return Mentions([*told[str(Role.NAME)], *labels], told[str(Role.EMAIL)], told[str(Role.PHONE)])

    def _forms(self, keys: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
        """All that these people go by, and all that the others do; worked out once for the same people."""
        if keys not in self._told:
            theirs = self._rows[str(Role.CUSTOMER)].isin(keys)
            self._told[keys] = _forms(self._rows[theirs]), _forms(self._rows[~theirs])
        return self._told[keys]

    def _person(self, key: str) -> Person:
        keys = self._keys(key)
        mine = self._latest.loc[list(keys)]

        def told(column: str) -> str | None:
            values = mine[column].dropna()
            return None if values.empty else str(values.iloc[0])

        contacts = {form for key in keys for form in self._contacts_of[key] if not form.startswith(NAMED)}
        alike = sorted({other for form in contacts for other in self._by_contact[form]}.difference(keys))
        return Person(
            keys=keys,
            label=str(mine[LABEL].iloc[0]),
            name=told(str(Role.NAME)),
            email=told(str(Role.EMAIL)),
            phone=told(str(Role.PHONE)),
            alike=tuple((other, str(self._latest.loc[other, LABEL])) for other in alike),
        )

    def _keys(self, key: str) -> tuple[str, ...]:
        """The key, and those under which other files know the same person.

        A sheet may know by the bare e-mail, phone or name whom another one numbers; what two have is nobody's.
        """
        latest = self._latest
        known = [key]
        for form in _label(str(latest.loc[key, LABEL])):
            if len(numbered := self._numbered(form) - {key}) == 1:
                known = list(dict.fromkeys([*numbered, *known]))
        mine = latest.index.isin(known) | latest[SAME_AS].isin(known)
        known += [str(other) for other in latest.index[mine] if other not in known]
        for form in sorted({form for one in known for form in self._contacts_of[one]}):
            if self._numbered(form).issubset(known):
                known += sorted(self._by_label[form].difference(known))
        return (known[0], *sorted(known[1:]))

    def _numbered(self, form: str) -> set[str]:
        """Who has this e-mail, phone or name, and is not just known by it."""
        return self._by_contact[form] - self._by_label[form]

    @cached_property
    def _contacts_of(self) -> defaultdict[str, set[str]]:
        """The forms of the e-mails, phones and names that a key's rows ever told."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for column in CONTACTS:
            for key, text in self._rows[[str(Role.CUSTOMER), column]].dropna().itertuples(index=False):
                found[key] |= FORMS[column](text)
        return found

    @cached_property
    def _by_contact(self) -> defaultdict[str, set[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for key, forms in self._contacts_of.items():
            for form in forms:
                found[form].add(key)
        return found

    @cached_property
    def _by_label(self) -> defaultdict[str, set[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for key, text in self._latest[LABEL].items():
            for form in _label(text):
                found[form].add(str(key))
        return found


def _name(text: str) -> frozenset[str]:
    return frozenset([NAMED + identity.name(text)]) if identity.full(text) else frozenset()


def _label(text: str) -> frozenset[str]:
    """The forms of what a sheet knows a customer by: number, e-mail, phone or name."""
    return identity.numbers(text) | identity.emails(text) | identity.phones(text) | _name(text)


FORMS = {LABEL: _label, str(Role.NAME): _name, str(Role.EMAIL): identity.emails, str(Role.PHONE): identity.phones}


def mark(text: str, secret: bytes) -> str:
    """A keyed hash that tells nothing, and is another one than the customer's key."""
    return hashlib.blake2b(text.encode(), key=secret[:64], digest_size=16, person=b"forgotten").hexdigest()


def returned(everybody: Dataset, forgotten: Mapping[str, bool], secret: bytes) -> dict[str, bool]:
    """The keys of people in this table who are to stay forgotten, and whether their sales are to be kept.

    A name tells only where the table knows a customer by nothing else: two may have the same.
    """
    rows = everybody.frame()
    found: dict[str, bool] = {}
    for column in (LABEL, str(Role.EMAIL), str(Role.PHONE)):
        for key, text in rows[[str(Role.CUSTOMER), column]].dropna().itertuples(index=False):
            for form in FORMS[column](text):
                if (kept := forgotten.get(mark(form, secret))) is not None:
                    found[key] = kept
    same = rows[[str(Role.CUSTOMER), SAME_AS]].dropna()
    return found | {key: found[whose] for key, whose in same.itertuples(index=False) if whose in found}


def _forms(rows: pd.DataFrame) -> frozenset[str]:
    """All that these people go by."""
    texts = ((forms, text) for column, forms in FORMS.items() for text in rows[column].dropna().unique())
    return frozenset(form for forms, text in texts for form in forms(text))
