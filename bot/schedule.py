"""When to write: a weekday and an hour on somebody's own clock, as instants. Pure arithmetic on the IANA time zones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
APART = timedelta(hours=20)
DAYTIME = (time(8), time(22))


@dataclass(frozen=True)
class Rule:
    """Every week on `weekday` (0 is Monday; None: every day) when the clocks of `zone` show `at`.

    Both are kept as the clock on the wall has them, so summer time moves the instant and never the hour. An hour that is
    skipped is made up for by the first moment after it, an hour that comes twice counts when it comes first.
    """

    weekday: int | None
    at: time
    zone: ZoneInfo

    @property
    def period(self) -> timedelta:
        return DAY if self.weekday is None else WEEK

    def next(self, after: datetime) -> datetime:
        """The first instant later than `after`; both are aware, the answer is in UTC."""
        # One period back, too: what makes up for a skipped hour may lie on a later day.
        day = self._on_or_after(after.astimezone(self.zone).date() - self.period)
        while (instant := first_instant(datetime.combine(day, self.at), self.zone)) <= after:
            day += self.period
        return instant

    def last(self, until: datetime) -> datetime:
        """The latest instant that is not after `until`, in UTC."""
        day = self._on_or_after(until.astimezone(self.zone).date())
        while (instant := first_instant(datetime.combine(day, self.at), self.zone)) > until:
            day -= self.period
        return instant

    def upcoming(self, now: datetime, served: datetime | None) -> datetime:
        """When to write next; `served` is the instant that was last written for.

        Where `served` is still to come, the clock was put back: for one period nothing is due, so that nothing comes
        twice, and after that the clock is believed. Two letters are never less than 20 hours `APART`.
        """
        if served is None:
            return self.next(now)
        return self.next(now + self.period if served > now else max(now, served + APART))

    def is_night(self, now: datetime) -> bool:
        """Whether people there sleep, and are not written to who do not expect it."""
        return not DAYTIME[0] <= now.astimezone(self.zone).time() < DAYTIME[1]

    def _on_or_after(self, day: date) -> date:
        return day if self.weekday is None else day + timedelta(days=(self.weekday - day.weekday()) % 7)


def first_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, at which the zone's clocks show this local time or, where they skip it, a later one."""
    # PEP 495: an ambiguous time comes first with fold 0; in a gap fold 0 lies beyond it and fold 1 before it.
    usual, other = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if usual <= other:
        return usual
    skipped, shown = other, usual
    while (seconds := (shown - skipped) // SECOND) > 1:
        middle = skipped + seconds // 2 * SECOND
        if middle.astimezone(zone).replace(tzinfo=None) < local:
            skipped = middle
        else:
            shown = middle
    return shown
