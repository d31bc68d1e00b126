"""What runs in a worker: files and references in, frozen values out. Module-level functions, so that they pickle."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow.compute as pc

from analytics.analysis import Asked, Outcome
from analytics.dataset import Column, Dataset, Kind, Receipt, Role, Shop
from analytics.merging import merge

References = Mapping[Kind, Path]


@dataclass(frozen=True)
class Written:
    """A kind of table that a file brought, as snapshots: alone (`own`) and together with what was there (`merged`)."""

    kind: Kind
    own: Path
    merged: Path


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
    """What a file turned out to hold: written to disk, not yet part of the shop."""

    tables: tuple[Table, ...]
    written: tuple[Written, ...]


def take_in(file: Path, filename: str, max_rows: int, current: References, folder: Path) -> Taken:
    """Read a spreadsheet and write its tables, alone and merged with the `current` ones, as new files in `folder`.

    Raises what `analytics.reading.read` raises.
    """
    from analytics.reading import Choices, read

    datasets = read(file.read_bytes(), filename, Choices(max_rows=max_rows))
    own: dict[Kind, Dataset] = {}
    for dataset in datasets:
        own[dataset.kind] = merge(own[dataset.kind], dataset) if dataset.kind in own else dataset
    written = []
    for kind, dataset in own.items():
        alone = _write(dataset, folder)
        merged = alone
        if kind in current:
            merged = _write(merge(Dataset.open(current[kind]), dataset), folder)
        written.append(Written(kind, alone, merged))
    return Taken(tuple(map(_table, datasets)), tuple(written))


def answer(name: str, references: References, words: Sequence[str], asked: Asked) -> Outcome:
    """Ask the shop that the references point at; only the columns that the answer needs are read."""
    from analytics.registry import analyse

    shop = Shop(**{str(kind): Dataset.open(path) for kind, path in references.items()})
    return analyse(name, shop, words, asked)


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
    """Write aside, sync, rename: a snapshot is whole or not there."""
    final = folder / f"{dataset.kind}-{secrets.token_hex(8)}.parquet"
    aside = final.with_suffix(".part")
    dataset.write(aside)
    descriptor = os.open(aside, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    aside.rename(final)
    return final
