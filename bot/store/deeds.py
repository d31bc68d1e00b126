"""What was done last for an owner, and because of which update: an update that is taken up again does not do it twice."""

from __future__ import annotations

from bot.store.base import Tables


class Deeds(Tables):
    """One deed an owner, the latest: updates of one owner are handled one after the other."""

    def deed(self, user_id: int, update_id: int | None) -> str | None:
        """What this update did, as it was noted to be told of again; None where it did nothing yet."""
        row = self._row("SELECT said FROM deeds WHERE owner = ? AND update_id = ?", user_id, update_id)
        return row[0] if row else None

    def note(self, user_id: int, update_id: int | None, said: str = "") -> None:
        """Write down what an update (None: no update) did; called in the transaction that does it."""
        if update_id is not None:
            self.db.execute("INSERT OR REPLACE INTO deeds VALUES (?, ?, ?)", [user_id, update_id, said])
