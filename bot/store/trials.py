"""What owners try on their customers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter

from analytics.trials import Trial
from bot.store.deeds import Deeds

VERSIONS = TypeAdapter(tuple[str, ...])
LEFT_OUT = TypeAdapter(dict[str, int])


class Trials(Deeds):
    """Trials; who was in each lies in a file of the owner's folder."""

    def trials(self, user_id: int) -> tuple[Trial, ...]:
        """What this owner has drawn up, sent or not, oldest first."""
        rows = self.db.execute(
            "SELECT id, kind, segment, versions, seed, days, made, people, sent, result, left_out, off FROM trials"
            " WHERE owner = ? ORDER BY id",
            [user_id],
        )
        return tuple(
            Trial(
                number=number,
                kind=kind,
                segment=segment,
                versions=VERSIONS.validate_json(versions),
                seed=seed,
                days=days,
                made=date.fromisoformat(made),
                people=self.folder_of(user_id) / people,
                sent=date.fromisoformat(sent) if sent else None,
                result=result,
                left_out=LEFT_OUT.validate_json(left_out),
                off=off,
            )
            for number, kind, segment, versions, seed, days, made, people, sent, result, left_out, off in rows
        )

    def add_trial(self, user_id: int, trial: Trial, update_id: int | None = None) -> int:
        """Keep a trial whose people a worker wrote; its number. The same update keeps one only.

        One that has a number gives fewer people to the one of that number, unless that was sent.
        """
        kept = self.deed(user_id, update_id, "trial")
        if kept is not None:
            return int(kept)
        assert isinstance(trial.people, Path)
        if trial.number:
            self._fewer(user_id, trial.number, trial.people.name, trial.left_out)
            return trial.number
        row = {
            "owner": user_id,
            "kind": trial.kind,
            "segment": trial.segment,
            "versions": VERSIONS.dump_json(trial.versions).decode(),
            "seed": trial.seed,
            "days": trial.days,
            "made": trial.made.isoformat(),
            "people": trial.people.name,
            "left_out": LEFT_OUT.dump_json(dict(trial.left_out)).decode(),
            "off": trial.off,
        }
        with self.db.atomic():
            number = self.db.table("trials").insert(row).last_pk
            assert isinstance(number, int)
            self.note(user_id, update_id, "trial", str(number))
        return number

    def _fewer(self, user_id: int, number: int, people: str, left_out: Mapping[str, int]) -> None:
        before = self._row("SELECT people FROM trials WHERE id = ? AND owner = ? AND sent IS NULL", number, user_id)
        if before is None:
            (self.folder_of(user_id) / people).unlink(missing_ok=True)
            return
        told = LEFT_OUT.dump_json(dict(left_out)).decode()
        self.db.execute("UPDATE trials SET people = ?, left_out = ? WHERE id = ?", [people, told, number])
        (self.folder_of(user_id) / before[0]).unlink(missing_ok=True)

    def set_sent(self, user_id: int, number: int, sent: date | None) -> bool:
        """Remember on which day a trial's messages went out (None: not yet after all); False if it is not theirs.

        What came of it by another day is forgotten.
        """
        return self._changed(
            "UPDATE trials SET sent = ?, result = NULL, read_from = NULL WHERE id = ? AND owner = ?",
            sent and sent.isoformat(),
            number,
            user_id,
        )

    def set_result(self, user_id: int, number: int, result: str) -> bool:
        """Keep what came of a trial, as read from what is uploaded now; False if it is not theirs."""
        return self._changed(
            "UPDATE trials SET result = ?, read_from = (SELECT max(id) FROM uploads WHERE owner = trials.owner)"
            " WHERE id = ? AND owner = ?",
            result,
            number,
            user_id,
        )

    def drop_trial(self, user_id: int, number: int) -> bool:
        """Forget a trial, and who was in it; False if it is not theirs."""
        row = self._row("SELECT people FROM trials WHERE id = ? AND owner = ?", number, user_id)
        dropped = self._changed("DELETE FROM trials WHERE id = ? AND owner = ?", number, user_id)
        if row:
            (self.folder_of(user_id) / row[0]).unlink(missing_ok=True)
        return dropped

    def _changed(self, sql: str, *values: object) -> bool:
        return bool(self.db.execute(sql, list(values)).rowcount)
