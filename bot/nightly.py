"""What nobody asks for: a backup a day, at a quiet hour of the server's clock or as soon after as it runs, and what is over, gone."""

from __future__ import annotations

import asyncio
import logging
import re
from datetime import UTC, time, timedelta

from bot.context import Services
from bot.schedule import Rule
from bot.store import backups

log = logging.getLogger(__name__)

QUIET = time(3, 30)
TICK = timedelta(minutes=5)
# A month is over everywhere that much later than in UTC.
WESTERNMOST = timedelta(hours=12)
STAMPED = re.compile(r"\d{4}-\d\d-\d\dT\d{4}")


class Night:
    """Makes the backup that is due, if backups are wanted, off the event loop; `open` it and `close` it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._keep = services.settings.backups
        self._rule = Rule(None, QUIET, services.settings.zone)
        self._ticking: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._ticking = asyncio.create_task(self._tick_for_good())

    async def close(self) -> None:
        """Make no more; one in work is left to end by itself, as it is whole or not there."""
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)

    async def tick(self) -> str | None:
        """The name of the backup that was due and is made now; None where none was."""
        now, folder = self._services.now(), self._services.store.folder
        self._services.store.drop_bare_charges(f"{now.astimezone(UTC) - WESTERNMOST:%Y-%m}")
        if not self._keep:
            return None
        name, due = backups.stamp(now.astimezone(UTC)), backups.stamp(self._rule.last(now))
        if any(due <= made <= name for made in backups.names(folder) if STAMPED.fullmatch(made)):
            return None
        await asyncio.to_thread(backups.back_up, folder, name, self._keep)
        self._services.metrics.backed_up.set(now.timestamp())
        log.info("backed up")
        return name

    async def _tick_for_good(self) -> None:
        while True:
            try:
                await self.tick()
            except Exception:
                log.exception("the night's work is not done, it is tried again")
            await asyncio.sleep(TICK.total_seconds())
