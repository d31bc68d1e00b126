"""The connection that all parts of the store share."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

DATABASE = "pocket.sqlite"
OWNERS = "owners"


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
