"""Tables on disk: written once, whole or not at all, never changed; those of people sealed where there is a key."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from analytics.dataset import Dataset, Kind
from analytics.trials import Trial
from bot import sealing

TRIAL = "trial"


def opened(file: Path) -> Dataset:
    """A table as it was kept; its rows stay on disk until asked for, save those of a sealed one."""
    return Dataset.open(file, sealing.read(file)) if sealing.is_sealed(file) else Dataset.open(file)


def keep(dataset: Dataset, folder: Path) -> Path:
    """Keep a table as a new file in the folder."""

    def write(path: Path) -> None:
        if dataset.kind is Kind.PEOPLE and sealing.sealing():
            path.write_bytes(sealing.sealed(dataset.packed()))
        else:
            dataset.write(path)

    return durably(write, folder, str(dataset.kind))


def keep_trial(trial: Trial, folder: Path) -> Path:
    """Keep who is in a trial as a new file in the folder."""
    return durably(trial.write, folder, TRIAL)


def keep_sent(content: bytes, folder: Path) -> Path:
    """Keep a file as its owner sent it."""

    def write(path: Path) -> None:
        path.write_bytes(sealing.sealed(content))

    return durably(write, folder, "sent", "")


def durably(write: Callable[[Path], object], folder: Path, stem: str, suffix: str = ".parquet") -> Path:
    """A new file of the folder, written aside, synced, renamed: it is whole or not there."""
    final = folder / f"{stem}-{secrets.token_hex(8)}{suffix}"
    aside = final.with_suffix(".part")
    write(aside)
    sync(aside)
    aside.rename(final)
    return final


def sync(path: Path) -> None:
    """Have a file's content, or the names of the files in a folder, on the disk before anything points at them."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
