"""Names are kept only so long after the last file, where the server's settings say so; their owner is told before."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from telegram import Bot
from telegram.error import TelegramError

from analytics.dataset import Kind
from bot import delivery, erasing
from bot.context import App, Services
from bot.store.privacy import SENT, Change

log = logging.getLogger(__name__)

TICK = timedelta(hours=1)
NOTICE = timedelta(days=7)
MORNING, EVENING = 9, 20


class Retention:
    """Looks every hour whose names are to go; `open` it and `close` it. Where names are kept for good it does nothing."""

    def __init__(self, app: App) -> None:
        self._bot: Bot = app.bot
        self._services: Services = app.bot_data["services"]
        self._ticking: asyncio.Task[None] | None = None

    def open(self) -> None:
        if self._services.settings.retention_days:
            self._ticking = asyncio.create_task(self._tick_for_good())

    async def close(self) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)

    async def _tick_for_good(self) -> None:
        while True:
            await tidy(self._bot, self._services, self._services.now())
            await asyncio.sleep(TICK.total_seconds())


async def tidy(bot: Bot, services: Services, now: datetime) -> None:
    """Tell whose names go within a week, and remove those whose time is up; one owner's trouble is not another's."""
    days = services.settings.retention_days
    for owner in services.store.owners() if days else ():
        try:
            async with services.turn(owner):
                await _tidy(bot, services, owner, now, timedelta(days=days))
        except Exception:
            log.exception("names could not be removed, it is tried again")


async def _tidy(bot: Bot, services: Services, owner: int, now: datetime, kept: timedelta) -> None:
    store = services.store
    last = store.last_sent(owner)
    if last is None:
        return
    upload, at = last
    state = store.retention(owner, upload)
    if now >= at + kept and state != "gone":
        async with store.alone():
            people, sent = store.everything(owner, Kind.PEOPLE), store.everything(owner, SENT)
            others = store.everything(owner, *(kind for kind in Kind if kind is not Kind.PEOPLE))
        renewed = await services.compute(erasing.nameless, people, others, store.folder_of(owner))
        if renewed or sent:
            async with store.alone():
                store.change(owner, Change(renewed, unsent=True))
        store.set_retention(owner, upload, "gone")
    elif now >= at + kept - NOTICE and state is None and await _tell(bot, services, owner, now, at + kept):
        store.set_retention(owner, upload, "told")


async def _tell(bot: Bot, services: Services, number: int, now: datetime, goes: datetime) -> bool:
    """Tell, unless it is night where the owner lives; whether that is done with."""
    owner = services.store.owner(number)
    if owner is None or not services.access.admits(number):
        return True
    zone = services.zone(owner)
    if not MORNING <= now.astimezone(zone).hour < EVENING:
        return False
    language, day = owner.language or services.settings.language, goes.astimezone(zone).date()
    try:
        await delivery.send(bot, number, services.renderer.say("privacy", "names_go_soon", language, day=day))
    except TelegramError as error:
        log.info("that names will go could not be told: %s", error)
        return False
    return True
