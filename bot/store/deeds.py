"""What was done for an owner, and because of which update: an update that is taken up again does not do it twice."""

from __future__ import annotations

from typing import Literal

from bot.store.base import Tables

What = Literal["upload", "undo", "alone", "trial", "memory"]

REMEMBERED = 100
"""Deeds an owner: one of an update that was begun and not finished is among the latest few."""


class Deeds(Tables):
    """The latest deeds of each owner."""

    def deed(self, user_id: int, update_id: int | None, what: What) -> str | None:
        """What this update did, as it was noted to be told of again; None where it did nothing of the kind yet."""
        row = self._row(
            "SELECT said FROM deeds WHERE owner = ? AND update_id = ? AND what = ?", user_id, update_id, what
        )
        return row[0] if row else None

    def note(self, user_id: int, update_id: int | None, what: What, said: str = "") -> None:
        """Write down what an update (None: no update) did; called in the transaction that does it."""
        if update_id is not None:
            self.db.execute("INSERT OR REPLACE INTO deeds VALUES (?, ?, ?, ?)", [user_id, update_id, what, said])
            self.db.execute(
                "DELETE FROM deeds WHERE owner = :owner AND rowid <="
                " (SELECT rowid FROM deeds WHERE owner = :owner ORDER BY rowid DESC LIMIT 1 OFFSET :remembered)",
                {"owner": user_id, "remembered": REMEMBERED},
            )
