"""The connection that all parts of the store share."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

DATABASE = "pocket.sqlite"
OWNERS = "owners"


class Unusable(Exception):
    """The data folder cannot be worked in; the words say why, and what to do."""


@contextlib.contextmanager
def usable(folder: Path) -> Iterator[None]:
    """Raises Unusable where the folder, or a database in it, cannot be read or written."""
    try:
        yield
    except OSError as error:
        raise Unusable(
            f"cannot work in the data folder {folder}: {error.strerror or error}. Mend that, or choose another POCKET_DATA"
        ) from error
    except sqlite3.DatabaseError as error:
        raise Unusable(
            f"a database in {folder} cannot be used ({error}). Where it is broken: move {DATABASE}* and inbox.sqlite* to"
            " another folder, and go back to a backup; `pocket-marketer restore` lists them"
        ) from error


class Tables:
    """Some of the database's tables; `folder` is where everything lies."""

    db: Database
    folder: Path

    def folder_of(self, user_id: int) -> Path:
        """The owner's own folder, made if need be."""
        folder = self.folder / OWNERS / str(int(user_id))
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def tidy(self) -> None:
        """Leave nothing of what was deleted in the write-ahead log."""
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def _row(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self.db.execute(sql, list(values)).fetchone()
        return row


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
