"""What runs in a worker: files and references in, frozen values out. Module-level functions, so that they pickle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow.compute as pc

from analytics import cleaning, forgetting, people, persons, reach
from analytics.analysis import NAMING_VIEWS, Asked, Outcome
from analytics.choices import Choices
from analytics.dataset import Column, Count, Dataset, Kind, Receipt, Role, Shop
from analytics.errors import NoRows, NothingUsable
from analytics.mentions import Mentions
from analytics.merging import another_test, merge
from analytics.persons import Everybody
from analytics.readout import Reading, read_out
from analytics.trials import Trial
from bot import sealing, snapshots

References = Mapping[Kind, Path]


@dataclass(frozen=True)
class Written:
    """A kind of table that a file brought, as snapshots: alone (`own`) and together with what was there (`merged`).

    `replaced` is how many older rows gave way to newer ones that speak of the same; with `instead` all of them did, as
    the file tells of another test.
    """

    kind: Kind
    own: Path
    merged: Path
    replaced: int = 0
    instead: bool = False


@dataclass(frozen=True)
class Table:
    """One table of a file as it was understood; `first` and `last` are the days it spans, None without dates."""

    kind: Kind
    receipt: Receipt
    columns: tuple[Column, ...]
    currency: str | None
    first: date | None
    last: date | None


@dataclass(frozen=True)
class Taken:
    """What a file turned out to hold: written to disk, not yet part of the shop.

    `unaided`: read without what the owner said of such sheets before, which would have left nothing to use. `forgotten`
    is how many people were in it of whom the owner wants nothing kept: they are not among what was written. `refusing`
    are customers who, by their latest order, want no messages; None where the orders in it do not say.
    """

    tables: tuple[Table, ...]
    written: tuple[Written, ...]
    unaided: bool = False
    forgotten: int = 0
    refusing: int | None = None


def unsettled(problem: NothingUsable, sha256: str) -> Table:
    """A table of which nothing could be used, as far as it was understood."""
    columns = tuple(
        Column(header, Role(role), 0.5) for header, role in zip(problem.columns, problem.roles, strict=True)
    )
    unread = (Count("unreadable_date", problem.unread, ()),) if problem.unread else ()
    receipt = Receipt(problem.filename, problem.sheet, sha256, None, None, problem.rows, 0, unread)
    return Table(Kind.ORDERS, receipt, columns, None, None, None)


def take_in(
    file: Path,
    filename: str,
    choices: Choices,
    current: References,
    folder: Path,
    secret: bytes,
    forgotten: Mapping[str, bool] | None = None,
) -> Taken:
    """Read a new spreadsheet as `read_in` does; where remembered roles of columns leave nothing to use, without them."""
    try:
        return read_in(file, filename, choices, current, folder, secret, forgotten)
    except (NothingUsable, NoRows):
        if not choices.roles:
            raise
        unaided = read_in(file, filename, replace(choices, roles={}), current, folder, secret, forgotten)
        return replace(unaided, unaided=True)


def read_in(
    file: Path,
    filename: str,
    choices: Choices,
    current: References,
    folder: Path,
    secret: bytes,
    forgotten: Mapping[str, bool] | None = None,
) -> Taken:
    """Read a spreadsheet and write its tables, alone and merged with the `current` ones, as new files in `folder`.

    Names and contacts go into a table of people of their own; the others know customers by keys under the `secret`.
    People whose marks are `forgotten` are left out of it all, but for their sales where these are to be kept.
    Raises what `analytics.reading.read` raises.
    """
    from analytics.reading import read

    datasets = read(sealing.read(file), filename, choices)
    own: dict[Kind, Dataset] = {}
    for dataset in datasets:
        for part in people.split(dataset, secret):
            if part is not None:
                own[part.kind] = _merged(own[part.kind], part) if part.kind in own else part
    back = persons.returned(own[Kind.PEOPLE], forgotten, secret) if forgotten and Kind.PEOPLE in own else {}
    if back:
        mentions = Everybody([own[Kind.PEOPLE]]).mentions(back)
        own = {kind: _without(dataset, back, mentions) for kind, dataset in own.items()}
    written = []
    for kind, dataset in own.items():
        alone = snapshots.keep(dataset, folder)
        if kind not in current:
            written.append(Written(kind, alone, alone))
            continue
        before = snapshots.opened(current[kind])
        if another_test(before, dataset):
            written.append(Written(kind, alone, alone, instead=True))
            continue
        together = _merged(before, dataset)
        replaced = before.rows + dataset.rows - together.rows
        written.append(Written(kind, alone, snapshots.keep(together, folder), replaced))
    orders = own.get(Kind.ORDERS)
    refusing = len(reach.refused(orders)) if orders is not None and orders.has(Role.CONSENT) else None
    return Taken(tuple(map(_table, datasets)), tuple(written), forgotten=len(back), refusing=refusing)


def _without(dataset: Dataset, back: Mapping[str, bool], mentions: Mentions) -> Dataset:
    """The table without who is to stay forgotten."""
    dataset, _ = forgetting.unnamed(dataset, back, mentions)
    for keep_sales in (True, False):
        keys = [key for key, kept in back.items() if kept is keep_sales]
        dataset = forgetting.without(dataset, keys, keep_sales=keep_sales) or dataset
    return dataset


def _merged(old: Dataset, new: Dataset) -> Dataset:
    return people.merge(old, new) if new.kind is Kind.PEOPLE else merge(old, new)


def preview(file: Path) -> dict[str, str]:
    """The first foreign lines of a text file under each encoding that can read them."""
    from analytics.reading import previews

    return previews(sealing.read(file))


def answer(
    name: str,
    references: References,
    words: Sequence[str],
    asked: Asked,
    earlier: Path | None = None,
    trials: tuple[Trial, ...] = (),
    folder: Path | None = None,
) -> Outcome:
    """Ask the shop that the references point at; only the columns that the answer needs are read.

    `earlier` are its orders before the latest file that changed them. Who is in a trial that the answer drafts is
    written as a new file in `folder`.
    """
    from analytics.registry import BY_NAME, analyse

    shop = shop_at(references, trials)
    before = None if earlier is None else snapshots.opened(earlier)
    if before is not None and shop.people is not None:
        before = people.joined(before, shop.people)
    # Names are looked at only where the owner asked for them, in whatever words.
    told = BY_NAME[name].understood(words)
    asked_for = BY_NAME[name].names or (told and told[0] in NAMING_VIEWS)
    named = shop.people if asked_for else None
    outcome = analyse(name, replace(shop, people=named, earlier=before), words, asked)
    if outcome.drafted is None or folder is None:
        return outcome
    file = snapshots.keep_trial(outcome.drafted, folder)
    return replace(outcome, drafted=replace(outcome.drafted, people=file))


def read_outs(references: References, trials: tuple[Trial, ...], asked: Asked) -> tuple[Reading, ...]:
    """What came of the trials that were sent, as far as the orders up to today say."""
    shop = cleaning.applied(shop_at(references, trials), asked.policies)
    return tuple(read_out(trial, shop, asked.today) for trial in shop.trials if trial.sent is not None)


def shop_at(references: References, trials: tuple[Trial, ...] = ()) -> Shop:
    """The shop that the references point at, every customer under one key; what it takes long to find is kept beside."""
    datasets = {kind: snapshots.opened(path) for kind, path in references.items()}
    everybody = datasets.pop(Kind.PEOPLE, None)
    if everybody is not None:
        datasets = {kind: people.joined(dataset, everybody) for kind, dataset in datasets.items()}
        same = people.aliases(everybody) if trials else {}
        trials = tuple(replace(trial, aliases=same) for trial in trials)
    kept = snapshots.Beside(references[Kind.ORDERS]) if Kind.ORDERS in references else None
    tables = {str(kind): dataset for kind, dataset in datasets.items()}
    return Shop(**tables, people=everybody, trials=trials, kept=kept)


def _table(dataset: Dataset) -> Table:
    times = dataset.table(Role.TIME)[Role.TIME] if dataset.has(Role.TIME) else None
    first, last = pc.min_max(times).values() if times is not None else (None, None)
    return Table(
        kind=dataset.kind,
        receipt=dataset.receipt,
        columns=dataset.columns,
        currency=dataset.currency,
        first=first.as_py().date() if first is not None and first.is_valid else None,
        last=last.as_py().date() if last is not None and last.is_valid else None,
    )
