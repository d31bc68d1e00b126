"""When the bot writes of its own accord, to whom, and how the last time went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from bot.schedule import Rule
from bot.store.uploads import Uploads

DIGEST = "digest"
Kind = Literal["weekly", "alert"]
State = Literal["on", "paused", "off"]
FIELDS = "owner, kind, weekday, at, zone, state, reason, next_at, sending, tries, sent_for, outcome"


@dataclass(frozen=True)
class Appointment:
    """One kind of letter to one owner; its instants are in UTC.

    `kind` is the view of the digest that it shows. `weekday` (None: every day) and `at` are the owner's own, in `zone`
    (None: not said). `reason` is why it is paused. `sending` is the instant for which a letter is under way, tried
    `tries` times, and may or may not have arrived; `sent_for` the latest one that is done with, `outcome` how: sent,
    silent, unsure, or the name of a problem.
    """

    owner: int
    kind: Kind
    weekday: int | None
    at: time
    zone: str | None
    state: State
    reason: str | None
    next_at: datetime
    sending: datetime | None
    tries: int
    sent_for: datetime | None
    outcome: str | None

    def rule(self, server: ZoneInfo) -> Rule:
        """When it falls due; by the server's time zone where the owner's is not known."""
        return Rule(self.weekday, self.at, ZoneInfo(self.zone) if self.zone else server)


class Digests(Uploads):
    """Appointments, each step of a letter written down before it is taken.

    A step with a letter does nothing, and says False, where the owner has changed their mind since it was taken up.
    """

    def appointment(self, user_id: int, kind: Kind) -> Appointment | None:
        """What was agreed with this owner, be it paused or off; None where nothing ever was."""
        return next(iter(self._appointments("owner = ? AND kind = ?", user_id, kind)), None)

    def appointments(self, user_id: int) -> tuple[Appointment, ...]:
        """All that was ever agreed with this owner, the weekly letter first."""
        return self._appointments("owner = ?", user_id)

    def letters_on(self) -> tuple[Appointment, ...]:
        """Everybody's that are on."""
        return self._appointments("state = 'on'")

    def letters_due(self, now: datetime, beyond: datetime) -> tuple[Appointment, ...]:
        """Those that are due, the longest waiting first, and those that are set for a time later than `beyond`."""
        return self._appointments("state = 'on' AND (next_at <= ? OR next_at > ?)", _said(now), _said(beyond))

    def appoint(self, user_id: int, kind: Kind, weekday: int | None, at: time, next_at: datetime) -> None:
        """Agree on a day and hour; what was under way for another one is no longer waited for."""
        row = {"owner": user_id, "kind": kind, "weekday": weekday, "at": at.isoformat("minutes")}
        begun = {"state": "on", "reason": None, "next_at": _said(next_at), "sending": None, "tries": 0}
        self.db.table("digests").upsert(row | begun, pk=("owner", "kind"))

    def set_letter(self, user_id: int, kind: Kind, state: State, reason: str | None = None) -> None:
        """Pause an appointment, or call it off."""
        self.db.execute(
            "UPDATE digests SET state = ?, reason = ? WHERE owner = ? AND kind = ?", [state, reason, user_id, kind]
        )

    def put_off_letter(self, letter: Appointment, next_at: datetime) -> bool:
        """Let it be due at another instant."""
        return self._step(letter, next_at=_said(next_at))

    def begin_letter(self, letter: Appointment, due: datetime) -> bool:
        """Note that the letter goes out now."""
        tries = letter.tries + 1 if letter.sending == due else 1
        return self._step(letter, sending=_said(due), tries=tries)

    def take_back_letter(self, letter: Appointment, due: datetime, next_at: datetime) -> bool:
        """Note that what was begun has certainly not gone out, and is to be tried again at another instant."""
        tries = letter.tries if letter.sending == due else 0
        return self._step(letter, next_at=_said(next_at), tries=tries)

    def finish_letter(
        self, letter: Appointment, due: datetime, next_at: datetime, outcome: str, memory: str | None = None
    ) -> bool:
        """Be done with an instant; in the same transaction goes what the analysis wants to know again."""
        with self.db.atomic():
            done = {"sent_for": _said(due), "next_at": _said(next_at), "outcome": outcome}
            finished = self._step(letter, sending=None, tries=0, **done)
            if finished and memory is not None:
                self.remember(letter.owner, DIGEST, memory)
        return finished

    def _step(self, letter: Appointment, **values: object) -> bool:
        columns = ", ".join(f"{column} = ?" for column in values)
        found = [letter.owner, letter.kind, _said(letter.next_at)]
        changed = self.db.execute(
            f"UPDATE digests SET {columns} WHERE owner = ? AND kind = ? AND next_at = ? AND state = 'on'",  # noqa: S608 - own names
            [*values.values(), *found],
        )
        return bool(changed.rowcount)

    def _appointments(self, where: str, *values: object) -> tuple[Appointment, ...]:
        rows = self.db.execute(
            f"SELECT {FIELDS} FROM digests JOIN owners ON user_id = owner WHERE {where}"  # noqa: S608 - own words
            " ORDER BY next_at, kind DESC",
            list(values),
        )
        return tuple(
            Appointment(
                owner=owner,
                kind=kind,
                weekday=weekday,
                at=time.fromisoformat(at),
                zone=zone,
                state=state,
                reason=reason,
                next_at=datetime.fromisoformat(next_at),
                sending=datetime.fromisoformat(sending) if sending else None,
                tries=tries,
                sent_for=datetime.fromisoformat(sent_for) if sent_for else None,
                outcome=outcome,
            )
            for owner, kind, weekday, at, zone, state, reason, next_at, sending, tries, sent_for, outcome in rows
        )


def _said(instant: datetime) -> str:
    """In UTC to the second, so that the order of the texts is that of the instants."""
    return instant.astimezone(UTC).isoformat(timespec="seconds")
