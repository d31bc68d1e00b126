"""What owners had summed up for strangers, and what that cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.store.base import Tables


@dataclass(frozen=True)
class Summary:
    """A summary as it was worked out: up to which day, from which upload on; `body` is what may be told."""

    until: date
    upload: int
    body: str


class Summaries(Tables):
    """The ledger: every summary with its epsilon, by the owner's own month (as 2026-11)."""

    def spent(self, user_id: int, month: str) -> float:
        """The epsilon of all summaries of that month."""
        row = self._row("SELECT total(epsilon) FROM summaries WHERE owner = ? AND month = ?", user_id, month)
        return float(row[0]) if row else 0.0

    def summary(self, user_id: int, until: date, upload: int) -> Summary | None:
        """The latest summary of the same data up to the same day: telling it again costs nothing."""
        row = self._row(
            "SELECT body FROM summaries WHERE owner = ? AND until = ? AND upload = ? ORDER BY id DESC LIMIT 1",
            user_id,
            until.isoformat(),
            upload,
        )
        return Summary(until, upload, row[0]) if row else None

    def summaries(self, user_id: int) -> tuple[tuple[str, float, str], ...]:
        """Month, epsilon and text of everything that was summed up, oldest first."""
        rows = self.db.execute("SELECT month, epsilon, body FROM summaries WHERE owner = ? ORDER BY id", [user_id])
        return tuple(rows)

    def forget_summaries(self, user_id: int) -> None:
        """Leave nothing of them but what their latest month cost: what comes back within it must not be told of anew."""
        latest = self._row(
            "SELECT month, total(epsilon) FROM summaries WHERE owner = ? GROUP BY month ORDER BY month DESC", user_id
        )
        self.db.execute("DELETE FROM summaries WHERE owner = ?", [user_id])
        if latest is not None:
            bare = {"owner": user_id, "month": latest[0], "epsilon": latest[1], "until": "", "upload": 0, "body": ""}
            self.db.table("summaries").insert(bare)

    def drop_bare_charges(self, month: str) -> None:
        """Of forgotten owners, forget what was spent before that month."""
        self.db.execute("DELETE FROM summaries WHERE body = '' AND month < ?", [month])

    def add_summary(self, user_id: int, month: str, epsilon: float, summary: Summary) -> None:
        """Charge a summary before anybody sees it."""
        row = {"owner": user_id, "month": month, "epsilon": epsilon, "until": summary.until.isoformat()}
        self.db.table("summaries").insert(row | {"upload": summary.upload, "body": summary.body})
