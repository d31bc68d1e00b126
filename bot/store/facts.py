"""Single values that the bot must remember, by name."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from sqlite_utils import Database

from bot.store.base import DATABASE, Tables

PAIRED = "paired_owner"


class Facts(Tables):
    """Names and values. Of all tables this is the one that a command may change while the bot runs."""

    @classmethod
    def beside(cls, folder: Path) -> Self | None:
        """The facts of a data folder that the bot may be working in; None where it never ran."""
        if not (folder / DATABASE).is_file():
            return None
        facts = cls()
        facts.folder, facts.db = folder, Database(folder / DATABASE)
        return facts

    def fact(self, name: str) -> str | None:
        row = self._row("SELECT value FROM facts WHERE name = ?", name)
        return row[0] if row else None

    def set_fact(self, name: str, value: str | None) -> None:
        """Remember a value under a name; None forgets it."""
        if value is None:
            self.db.execute("DELETE FROM facts WHERE name = ?", [name])
        else:
            self.db.table("facts").upsert({"name": name, "value": value}, pk="name")
