"""Tables on disk: written once, whole or not at all, never changed; those that tell of people sealed where there is a key.

Beside a table may lie what was worked out from it. It is named after the table and goes with it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path

from analytics.dataset import Dataset, Kind
from analytics.trials import Trial
from bot import sealing

TRIAL = "trial"
SEALED = (Kind.PEOPLE, Kind.CUSTOMERS, Kind.RESULTS, Kind.COMMENTS)
"""The tables that say who people are, describe them, or hold what they wrote."""
SUFFIX = ".parquet"
TAG = 32
"""Bytes that tell whether the rest is whole."""
MOST = 1 << 24
"""Bytes that anything worked out from a table may take, beside it."""


def opened(file: Path) -> Dataset:
    """A table as it was kept; its rows stay on disk until asked for, save those of a sealed one."""
    return Dataset.open(file, sealing.read(file)) if sealing.is_sealed(file) else Dataset.open(file)


def keep(dataset: Dataset, folder: Path) -> Path:
    """Keep a table as a new file in the folder."""

    def write(path: Path) -> None:
        if dataset.kind in SEALED and sealing.sealing():
            sealing.write(path, dataset.packed())
        else:
            dataset.write(path)

    return durably(write, folder, str(dataset.kind))


def keep_trial(trial: Trial, folder: Path) -> Path:
    """Keep who is in a trial as a new file in the folder."""
    return durably(trial.write, folder, TRIAL)


def keep_sent(content: bytes, folder: Path) -> Path:
    """Keep a file as its owner sent it."""
    return durably(lambda path: sealing.write(path, content), folder, "sent", "")


def durably(write: Callable[[Path], object], folder: Path, stem: str, suffix: str = SUFFIX) -> Path:
    """A new file of the folder, written aside, synced, renamed: it is whole or not there."""
    final = folder / f"{stem}-{secrets.token_hex(8)}{suffix}"
    aside = final.with_suffix(".part")
    write(aside)
    sync(aside)
    aside.rename(final)
    return final


def table_of(file: Path) -> str:
    """The name of the table that the file is, or lies beside."""
    return file.with_suffix(SUFFIX).name


@dataclass(frozen=True)
class Beside:
    """What was worked out from a table: under each name one file, which counts only as it was put there.

    No answer needs any of it, so that it is neither synced nor backed up, and what cannot be read or written is not there.
    """

    table: Path

    def get(self, name: str, mark: bytes) -> bytes | None:
        """What was put there under this name and mark; None where it is not there, of another mark, or not whole."""
        file = self._file(name)
        try:
            if not file.is_file() or file.stat().st_size > TAG + MOST:
                return None
            held = file.read_bytes()
        except OSError:
            return None
        tag, content = held[:TAG], held[TAG:]
        return content if compare_digest(tag, _tag(mark, content)) else None

    def put(self, name: str, mark: bytes, content: bytes) -> None:
        """Put it there in the place of what was, if it is not too large, and the table itself is still there."""
        if len(content) > MOST or not self.table.exists():
            return
        aside = self.table.with_name(f"{name}-{secrets.token_hex(8)}.part")
        with contextlib.suppress(OSError):
            try:
                aside.write_bytes(_tag(mark, content) + content)
                aside.rename(self._file(name))
            finally:
                aside.unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self.table.with_suffix(f".{name}")


def _tag(mark: bytes, content: bytes) -> bytes:
    """Tells content that is whole, and belongs to the mark, from any other."""
    return hashlib.blake2b(content, key=mark, digest_size=TAG).digest()


def sync(path: Path) -> None:
    """Have a file's content, or the names of the files in a folder, on the disk before anything points at them."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
