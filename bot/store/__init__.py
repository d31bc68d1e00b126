"""What the bot remembers. Owns every SQL statement, and decides which snapshot is current; used from one thread only."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlite_utils import Database

from bot.migrations import migrations
from bot.store.inbox import Inbox
from bot.store.owners import Owner, Owners
from bot.store.trials import Trials
from bot.store.uploads import Upload, Uploads

__all__ = ["Owner", "Store", "Upload"]


class Store(Owners, Uploads, Trials, Inbox):
    """SQLite for what must be remembered, and one folder an owner for what they uploaded."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        self.folder = folder
        self.db = Database(folder / "pocket.sqlite")
        self.db.enable_wal()
        # A confirmed message must outlive a power cut; deleted rows must not linger in free pages.
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("PRAGMA secure_delete = ON")
        migrations.apply(self.db)
        self._sweep()

    def close(self) -> None:
        self.db.close()

    def forget(self, user_id: int) -> None:
        """Remove everything of this owner: rows first, in one transaction, then the folder, then the database's slack."""
        with self.db.atomic():
            self.db.execute("DELETE FROM memories WHERE owner = ?", [user_id])
            self.db.execute("DELETE FROM trials WHERE owner = ?", [user_id])
            self.db.execute("DELETE FROM snapshots WHERE upload IN (SELECT id FROM uploads WHERE owner = ?)", [user_id])
            self.db.execute("DELETE FROM uploads WHERE owner = ?", [user_id])
            self.db.execute("DELETE FROM choices WHERE owner = ?", [user_id])
            self.db.execute("DELETE FROM policies WHERE owner = ?", [user_id])
            self.db.execute("DELETE FROM owners WHERE user_id = ?", [user_id])
            # The update that asks for this is still being handled: its row stays, emptied, until it is done.
            self.db.execute("UPDATE inbox SET body = '' WHERE user_id = ?", [user_id])
        shutil.rmtree(self.folder_of(user_id))
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def fact(self, name: str) -> str | None:
        row = self._row("SELECT value FROM facts WHERE name = ?", name)
        return row[0] if row else None

    def set_fact(self, name: str, value: str | None) -> None:
        """Remember a value under a name; None forgets it."""
        if value is None:
            self.db.execute("DELETE FROM facts WHERE name = ?", [name])
        else:
            self.db.table("facts").upsert({"name": name, "value": value}, pk="name")
