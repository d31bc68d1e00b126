"""The nightly backup: once a day at a quiet hour of the server's clock, or after the start if the machine slept through it."""

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
STAMPED = re.compile(r"\d{4}-\d\d-\d\dT\d{4}")


class Night:
    """Makes the backup that is due, off the event loop; `open` it and `close` it. Without backups wanted it does nothing."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._keep = services.settings.backups
        self._rule = Rule(None, QUIET, services.settings.zone)
        self._ticking: asyncio.Task[None] | None = None

    def open(self) -> None:
        if self._keep:
            self._ticking = asyncio.create_task(self._tick_for_good())

    async def close(self) -> None:
        """Make no more; one in work is left to end by itself, as it is whole or not there."""
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)

    async def tick(self) -> str | None:
        """The name of the backup that was due and is made now; None where none was."""
        now, folder = self._services.now(), self._services.store.folder
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
                log.exception("no backup was made, it is tried again")
            await asyncio.sleep(TICK.total_seconds())
