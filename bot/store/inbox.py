"""What Telegram handed over and is not answered yet."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from bot.store.base import Tables

KEPT_NUMBERS = 100_000


class Inbox(Tables):
    """Updates, from their arrival to their answer."""

    def receive(self, updates: Iterable[tuple[int, int, dict[str, Any]]]) -> None:
        """Write (update id, user id, body) before Telegram counts them as delivered; known ones stay as they are."""
        with self.db.atomic():
            self.db.table("inbox").insert_all(
                (
                    {"update_id": update_id, "user_id": user_id, "body": json.dumps(body), "done": 0}
                    for update_id, user_id, body in updates
                ),
                ignore=True,
            )

    def waiting(self) -> tuple[dict[str, Any], ...]:
        """The updates that were received and never finished, oldest first."""
        rows = self.db.execute("SELECT body FROM inbox WHERE done = 0 AND body != '' ORDER BY update_id")
        return tuple(json.loads(body) for (body,) in rows)

    def is_done(self, update_id: int) -> bool:
        row = self._row("SELECT done FROM inbox WHERE update_id = ?", update_id)
        return bool(row and row[0])

    def finish(self, update_id: int) -> None:
        """Mark an update as answered; what it said is dropped, its number is kept against a second delivery.

        The loop does not wait for the disk here: a power cut may repeat an answer, a kill does not.
        """
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.execute("UPDATE inbox SET done = 1, body = '', user_id = 0 WHERE update_id = ?", [update_id])
        # Telegram keeps an undelivered update for a day: older numbers cannot come again.
        self.db.execute("DELETE FROM inbox WHERE done = 1 AND update_id < ?", [update_id - KEPT_NUMBERS])
        self.db.execute("PRAGMA synchronous = FULL")

    def tidy(self) -> None:
        """Leave nothing of what was said in the write-ahead log; called when nothing is waiting."""
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
