"""What runs in a worker: files and references in, frozen values out. Module-level functions, so that they pickle."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow.compute as pc

from analytics import people
from analytics.analysis import NAMING_VIEWS, Asked, Outcome
from analytics.choices import Choices
from analytics.dataset import Column, Dataset, Kind, Receipt, Role, Shop
from analytics.errors import NoRows, NothingUsable
from analytics.merging import merge
from analytics.trials import Trial

References = Mapping[Kind, Path]


@dataclass(frozen=True)
class Written:
    """A kind of table that a file brought, as snapshots: alone (`own`) and together with what was there (`merged`).

    `replaced` is how many older rows gave way to newer ones that speak of the same.
    """

    kind: Kind
    own: Path
    merged: Path
    replaced: int = 0


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

    `unaided`: read without what the owner said of such sheets before, which would have left nothing to use.
    """

    tables: tuple[Table, ...]
    written: tuple[Written, ...]
    unaided: bool = False


def take_in(file: Path, filename: str, choices: Choices, current: References, folder: Path, secret: bytes) -> Taken:
    """Read a new spreadsheet as `read_in` does; where remembered roles of columns leave nothing to use, without them."""
    try:
        return read_in(file, filename, choices, current, folder, secret)
    except (NothingUsable, NoRows):
        if not choices.roles:
            raise
        unaided = read_in(file, filename, replace(choices, roles={}), current, folder, secret)
        return replace(unaided, unaided=True)


def read_in(file: Path, filename: str, choices: Choices, current: References, folder: Path, secret: bytes) -> Taken:
    """Read a spreadsheet and write its tables, alone and merged with the `current` ones, as new files in `folder`.

    Names and contacts go into a table of people of their own; the others know customers by keys under the `secret`.
    Raises what `analytics.reading.read` raises.
    """
    from analytics.reading import read

    datasets = read(file.read_bytes(), filename, choices)
    own: dict[Kind, Dataset] = {}
    for dataset in datasets:
        for part in people.split(dataset, secret):
            if part is not None:
                own[part.kind] = _merged(own[part.kind], part) if part.kind in own else part
    written = []
    for kind, dataset in own.items():
        alone = _write(dataset, folder)
        if kind not in current:
            written.append(Written(kind, alone, alone))
            continue
        before = Dataset.open(current[kind])
        together = _merged(before, dataset)
        replaced = before.rows + dataset.rows - together.rows
        written.append(Written(kind, alone, _write(together, folder), replaced))
    return Taken(tuple(map(_table, datasets)), tuple(written))


def _merged(old: Dataset, new: Dataset) -> Dataset:
    return people.merge(old, new) if new.kind is Kind.PEOPLE else merge(old, new)


def preview(file: Path) -> dict[str, str]:
    """The first foreign lines of a text file under each encoding that can read them."""
    from analytics.reading import previews

    return previews(file.read_bytes())


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

    datasets = {kind: Dataset.open(path) for kind, path in references.items()}
    everybody = datasets.pop(Kind.PEOPLE, None)
    before = None if earlier is None else Dataset.open(earlier)
    if everybody is not None:
        datasets = {kind: people.joined(dataset, everybody) for kind, dataset in datasets.items()}
        before = None if before is None else people.joined(before, everybody)
    # Names are looked at only where the owner asked for them, in whatever words.
    told = BY_NAME[name].understood(words)
    asked_for = BY_NAME[name].names or (told and told[0] in NAMING_VIEWS)
    named = everybody if asked_for else None
    told_so_far = {str(kind): dataset for kind, dataset in datasets.items()}
    outcome = analyse(name, Shop(**told_so_far, people=named, earlier=before, trials=trials), words, asked)
    if outcome.drafted is None or folder is None:
        return outcome
    file = folder / f"trial-{secrets.token_hex(8)}.parquet"
    _durably(outcome.drafted.write, file)
    return replace(outcome, drafted=replace(outcome.drafted, people=file))


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


def _write(dataset: Dataset, folder: Path) -> Path:
    final = folder / f"{dataset.kind}-{secrets.token_hex(8)}.parquet"
    _durably(dataset.write, final)
    return final


def _durably(write: Callable[[Path], object], final: Path) -> None:
    """Write aside, sync, rename: a file is whole or not there."""
    aside = final.with_suffix(".part")
    write(aside)
    descriptor = os.open(aside, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    aside.rename(final)
