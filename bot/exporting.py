"""What runs in a worker when data leaves: all of it for its owner, and noisy counts for strangers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import TypeAdapter

from analytics import language, share
from analytics.dataset import Dataset, Kind, Role
from analytics.people import LABEL, SAME_AS
from analytics.trials import CUSTOMER, Trial
from bot import sealing, snapshots
from bot.jobs import References, shop_at
from bot.zips import Zips, distinct

ANYTHING = TypeAdapter(Any)


@dataclass(frozen=True)
class About:
    """What is kept of an owner besides tables and trials: settings and memories by name, and their `files` as understood.

    `sent` are those that are kept as they were sent, each with its name.
    """

    language: str
    owner: Mapping[str, Any]
    files: tuple[Any, ...]
    sent: Sequence[tuple[str, Path]] = ()


def export(
    references: References,
    own: Mapping[int, Sequence[Path]],
    trials: tuple[Trial, ...],
    about: About,
    folder: Path,
    stem: str,
) -> tuple[Path, ...]:
    """All of it as zip files that a chat takes: new files of the `folder`, sealed where there is a key, named by the `stem`.

    `own` are the tables that each upload brought; those that are the shop's as they are, are not told twice.
    """
    files: list[Path] = []

    def keep(content: bytes) -> None:
        files.append(snapshots.durably(lambda path: sealing.write(path, content), folder, stem, ".zip"))

    zips = Zips(keep)
    zips.add("about.json", _about(about, trials))
    for name, table in _tables(references, own, trials, about.language):
        zips.add_table(name, table)
    for name, (_, file) in zip(distinct([name for name, _ in about.sent]), about.sent, strict=True):
        zips.add(f"sent/{name}", sealing.read(file))
    zips.close()
    return tuple(files)


def summary(references: References, until: date) -> share.Summary:
    """The summary for strangers of the year up to that day."""
    return share.sum_up(shop_at(references).orders, until)


def _tables(
    references: References, own: Mapping[int, Sequence[Path]], trials: Sequence[Trial], reader: str
) -> Iterator[tuple[str, pa.Table]]:
    """Every table of the shop, who was in which trial, and what each file held; customers as their owner knows them."""
    shop = shop_at(references)
    alone = {
        f"files/{number}-{file.name.rpartition('-')[0]}": snapshots.opened(file)
        for number, files in sorted(own.items())
        for file in files
        if file not in references.values()
    }
    everybody = [dataset for dataset in alone.values() if dataset.kind is Kind.PEOPLE]
    labels: dict[str, str] = {}
    for people in [*everybody, *([shop.people] if shop.people else [])]:
        told = people.table(Role.CUSTOMER, LABEL)
        labels |= dict(zip(told[Role.CUSTOMER].to_pylist(), told[LABEL].to_pylist(), strict=True))
    for kind in Kind:
        if (dataset := shop.dataset(kind)) is not None:
            yield str(kind), _readable(dataset, labels, reader)
    for trial in trials:
        yield f"trial-{trial.number}", _headed(_labelled(trial.assigned(), labels), language.HEADERS[reader])
    for name, dataset in alone.items():
        yield name, _readable(dataset, labels, reader)


def _readable(dataset: Dataset, labels: Mapping[str, str], reader: str) -> pa.Table:
    table = dataset.table()
    if dataset.kind is Kind.PEOPLE:
        named = table.drop_columns([Role.CUSTOMER, SAME_AS])
        return _headed(named, language.HEADERS[reader] | {LABEL: language.HEADERS[reader][CUSTOMER]})
    headers = language.HEADERS[reader] | {column.name: column.header for column in dataset.columns}
    return _headed(_labelled(table, labels), headers)


def _labelled(table: pa.Table, labels: Mapping[str, str]) -> pa.Table:
    if CUSTOMER not in table.column_names:
        return table
    keys = table[CUSTOMER].combine_chunks()
    keys = keys if pa.types.is_dictionary(keys.type) else keys.dictionary_encode()
    told = pa.array([labels.get(key, key) for key in keys.dictionary.to_pylist()], pa.string())
    column = pa.DictionaryArray.from_arrays(keys.indices, told)
    return table.set_column(table.column_names.index(CUSTOMER), CUSTOMER, column)


def _headed(table: pa.Table, headers: Mapping[str, str]) -> pa.Table:
    return table.rename_columns([headers.get(name, name) for name in table.column_names])


def _about(about: About, trials: tuple[Trial, ...]) -> bytes:
    tried = [
        {
            "number": trial.number,
            "kind": trial.kind,
            "group": trial.segment,
            "versions": trial.versions,
            "seed": trial.seed,
            "days": trial.days,
            "made": trial.made,
            "sent": trial.sent,
            "left_out": dict(trial.left_out),
            "off": trial.off,
            "result": json.loads(trial.result) if trial.result else None,
        }
        for trial in trials
    ]
    told = ANYTHING.dump_python({**about.owner, "files": about.files, "trials": tried}, mode="json")
    return json.dumps(told, ensure_ascii=False, indent=1).encode()
