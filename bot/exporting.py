"""What runs in a worker when data leaves: all of it for its owner, and noisy counts for strangers."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import TypeAdapter

from analytics import language, share
from analytics.analysis import Document
from analytics.dataset import Dataset, Role, Shop
from analytics.lists import as_csv
from analytics.people import LABEL, SAME_AS, Contacts
from analytics.trials import CUSTOMER, Trial
from bot import sealing
from bot.jobs import References, shop_at

LARGEST = 45_000_000
"""Bytes of one zip: Telegram takes 50 MB from a bot."""
ANYTHING = TypeAdapter(Any)


@dataclass(frozen=True)
class About:
    """What is kept of an owner besides tables and trials: settings and memories by name, and their `files` as understood.

    `sent` are those that are kept as they were sent, by name.
    """

    language: str
    owner: Mapping[str, Any]
    files: tuple[Any, ...]
    sent: Mapping[str, Path] = field(default_factory=dict)


def export(references: References, trials: tuple[Trial, ...], about: About) -> tuple[Document, ...]:
    """All of it as zip files that a chat takes, none of which holds half a line; tables are CSV that runs no formula."""
    shop = shop_at(references)
    entries = [
        _about(about, trials),
        *(part for name, frame in _frames(shop, trials, about.language) for part in _parts(name, frame)),
        *(Document(f"sent/{name}", sealing.read(file)) for name, file in about.sent.items()),
    ]
    zips: list[list[Document]] = [[]]
    size = 0
    for entry in entries:
        packed = len(zlib.compress(entry.content))
        if zips[-1] and size + packed > LARGEST:
            zips.append([])
            size = 0
        zips[-1].append(entry)
        size += packed
    names = (
        ["pocket-marketer.zip"]
        if len(zips) == 1
        else [f"pocket-marketer-{place + 1}.zip" for place in range(len(zips))]
    )
    return tuple(Document(name, _zipped(inside)) for name, inside in zip(names, zips, strict=True))


def summary(references: References, until: date) -> share.Summary:
    """The summary for strangers of the year up to that day."""
    return share.sum_up(shop_at(references).orders, until)


def _frames(shop: Shop, trials: Iterable[Trial], reader: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Every table of the shop, customers as their owner knows them, and who was in which trial."""
    contacts = Contacts(shop.people)
    tables = (shop.orders, shop.customers, shop.results, shop.comments, shop.events, shop.catalogue)
    for dataset in tables:
        if dataset is not None:
            yield str(dataset.kind), _readable(dataset, contacts, reader)
    if shop.people is not None:
        people = shop.people.frame().drop(columns=[str(Role.CUSTOMER), SAME_AS]).rename(columns={LABEL: CUSTOMER})
        yield "people", people.rename(columns=language.HEADERS[reader])
    for trial in trials:
        told = trial.assigned().to_pandas()
        told[CUSTOMER] = [contacts.label(key) for key in told[CUSTOMER]]
        yield f"trial-{trial.number}", told.rename(columns=language.HEADERS[reader])


def _readable(dataset: Dataset, contacts: Contacts, reader: str) -> pd.DataFrame:
    frame = dataset.frame()
    customer = str(Role.CUSTOMER)
    if customer in frame:
        frame[customer] = frame[customer].astype(object).map(contacts.label, na_action="ignore")
    headers = language.HEADERS[reader] | {column.name: column.header for column in dataset.columns}
    return frame.rename(columns=headers)


def _parts(name: str, frame: pd.DataFrame) -> Iterator[Document]:
    """The table as CSV; in halves, where it would not go into one zip."""
    whole = as_csv(name, frame)
    if len(zlib.compress(whole.content)) <= LARGEST or len(frame) < 2:
        yield whole
        return
    half = len(frame) // 2
    yield from _parts(f"{name}-1", frame.iloc[:half])
    yield from _parts(f"{name}-2", frame.iloc[half:])


def _about(about: About, trials: tuple[Trial, ...]) -> Document:
    tried = [
        {
            "number": trial.number,
            "kind": trial.kind,
            "group": trial.segment,
            "versions": trial.versions,
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
    return Document("about.json", json.dumps(told, ensure_ascii=False, indent=1).encode())


def _zipped(documents: Iterable[Document]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for document in documents:
            archive.writestr(document.filename, document.content)
    return content.getvalue()
