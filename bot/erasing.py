"""What runs in a worker when something of what is kept must go: the same tables, written anew without it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from analytics import forgetting, naming, parquet
from analytics.dataset import Dataset, Role
from analytics.mentions import Mentions
from analytics.people import LABEL, PERSONAL
from analytics.persons import Everybody, Person
from analytics.trials import CUSTOMER
from bot import sealing, snapshots

MOST_FOUND = 6

Renewed = Mapping[str, Path]
"""The files that take the place of others, by the name of the old one."""


@dataclass(frozen=True)
class Found:
    """Somebody who may be meant, their `orders`, and the numbers of the uploads that speak of them."""

    person: Person
    orders: int
    uploads: tuple[int, ...]


@dataclass(frozen=True)
class Erased:
    """What is left without somebody: new files, the `marks` to know them by, the `mentions` of them that went from texts.

    `texts` counts the cells that others wrote and that changed, by the name of the old file.
    """

    renewed: Renewed
    marks: frozenset[str]
    mentions: Mentions
    texts: Mapping[str, int]


def find(
    query: str, everybody: Sequence[Path], orders: Path | None, own: Mapping[int, Sequence[Path]]
) -> tuple[Found, ...]:
    """Who may be meant, at most one more than `MOST_FOUND`: looked for among `everybody`, the tables of people, oldest first.

    `own` are the tables of each upload, `orders` those of the shop as it is.
    """
    if not everybody:
        return ()
    persons = Everybody([snapshots.opened(file) for file in everybody]).find(query)[: MOST_FOUND + 1]
    known = {number: frozenset().union(*map(_customers, files)) for number, files in own.items()} if persons else {}
    return tuple(
        Found(
            person=person,
            orders=0 if orders is None else _orders(snapshots.opened(orders), person.keys),
            uploads=tuple(number for number, keys in known.items() if keys & set(person.keys)),
        )
        for person in persons
    )


def erase(
    person: Person, files: Collection[Path], everybody: Sequence[Path], folder: Path, secret: bytes, *, keep_sales: bool
) -> Erased:
    """Every one of the files that knows or names the person, as a new file of `folder` that does not."""
    known = Everybody([snapshots.opened(file) for file in everybody])
    mentions = known.mentions(person.keys)
    texts: dict[str, int] = {}

    def erased(file: Path) -> Path | None:
        if file.name.startswith(snapshots.TRIAL):
            return _out_of_trial(file, person.keys, folder)
        before = snapshots.opened(file)
        unnamed, texts[file.name] = forgetting.unnamed(before, person.keys, mentions)
        left = forgetting.without(unnamed, person.keys, keep_sales=keep_sales) or unnamed
        return None if left is before else snapshots.keep(left, folder)

    return Erased(_renewed(files, erased), known.marks(person, secret), mentions, texts)


def nameless(people: Collection[Path], others: Collection[Path], folder: Path) -> Renewed:
    """These tables of people with the keys alone, so that customers stay joined, and the others without their contacts.

    In the others e-mails and phones go from all that somebody wrote. Names stay there: too many are words as well.
    """
    told = [snapshots.opened(file).frame(Role.EMAIL, Role.PHONE) for file in people]
    emails, phones = ([text for frame in told for text in frame[role].dropna()] for role in (Role.EMAIL, Role.PHONE))
    mentions = Mentions(emails=emails, phones=phones)

    def stripped(file: Path) -> Path | None:
        table = snapshots.opened(file)
        frame = table.frame()
        if (frame[LABEL] == frame[str(Role.CUSTOMER)]).all():
            return None
        frame[LABEL] = frame[str(Role.CUSTOMER)]
        frame[[str(role) for role in PERSONAL]] = None
        left = pa.Table.from_pandas(frame, table.table().schema.remove_metadata(), preserve_index=False)
        return snapshots.keep(replace(table, source=left), folder)

    def unnamed(file: Path) -> Path | None:
        before = snapshots.opened(file)
        left, _ = forgetting.unnamed(before, (), mentions)
        return None if left is before else snapshots.keep(left, folder)

    return {**_renewed(people, stripped), **_renewed(others, unnamed)}


def sealed(tables: Collection[Path], sent: Collection[Path], folder: Path) -> Renewed:
    """Every one of these tables and sent files that is not sealed yet, sealed."""

    def table(file: Path) -> Path | None:
        return None if sealing.is_sealed(file) else snapshots.keep(Dataset.open(file), folder)

    def as_sent(file: Path) -> Path | None:
        return None if sealing.is_sealed(file) else snapshots.keep_sent(file.read_bytes(), folder)

    return {**_renewed(tables, table), **_renewed(sent, as_sent)}


def traces(keys: Collection[str]) -> frozenset[str]:
    """How memories of analyses may call customers of these keys."""
    return frozenset(keys) | {naming.short(key) for key in keys}


def untraced(body: str, names: frozenset[str]) -> str | None:
    """What an analysis wanted to know again, without these customers; None where it cannot be taken apart."""
    if not any(name in body for name in names):
        return body
    try:
        left = json.dumps(_untraced(json.loads(body), names), ensure_ascii=False)
    except ValueError:
        return None
    return None if any(name in left for name in names) else left


def _untraced(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {key: _untraced(entry, names) for key, entry in value.items() if key not in names}
    if isinstance(value, list):
        return [_untraced(entry, names) for entry in value if not (isinstance(entry, str) and entry in names)]
    return value


def _renewed(files: Collection[Path], anew: Callable[[Path], Path | None]) -> Renewed:
    written = ((file.name, anew(file)) for file in files)
    return {name: new for name, new in written if new is not None}


def _out_of_trial(file: Path, keys: Collection[str], folder: Path) -> Path | None:
    table = parquet.read(file)
    theirs = pc.is_in(table[CUSTOMER], value_set=pa.array(sorted(keys), pa.string()))
    if not pc.any(theirs).as_py():
        return None
    left = table.filter(pc.invert(theirs))
    return snapshots.durably(lambda path: parquet.write(left, path), folder, snapshots.TRIAL)


def _customers(file: Path) -> frozenset[str]:
    dataset = snapshots.opened(file)
    if not dataset.has(Role.CUSTOMER):
        return frozenset()
    column = dataset.table(Role.CUSTOMER)[Role.CUSTOMER].combine_chunks()
    values = column.dictionary if pa.types.is_dictionary(column.type) else column
    return frozenset(values.to_pylist()) - {None}


def _orders(orders: Dataset, keys: Collection[str]) -> int:
    """How many orders are theirs; lines, where orders have no number."""
    if not orders.has(Role.CUSTOMER):
        return 0
    lines = orders.table(Role.CUSTOMER, Role.ORDER)
    customers = lines[Role.CUSTOMER].cast(pa.string())
    theirs = lines.filter(pc.is_in(customers, value_set=pa.array(sorted(keys), pa.string())))
    return (
        int(pc.count_distinct(theirs[Role.ORDER].cast(pa.string())).as_py())
        if orders.has(Role.ORDER)
        else theirs.num_rows
    )
