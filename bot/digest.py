"""Letters that nobody asked for just now: who is due → analyse → send. What was done is written down as it is done.

A letter that was on its way when the process died, or whose answer the network lost, is sent once more, and never a third
time: its owner is then told that it may have arrived. What certainly did not go out is tried until it does.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from analytics.analysis import Outcome
from analytics.errors import Problem
from bot import delivery, jobs
from bot.context import App, Services
from bot.errors import OutOfReach, Stopping
from bot.outbox import NOT_CONNECTED
from bot.ratelimit import told_to_wait
from bot.render import Reply
from bot.schedule import Rule
from bot.store import Appointment, Owner
from bot.store.digests import DIGEST

log = logging.getLogger(__name__)

TICK = timedelta(seconds=20)
AGAIN = timedelta(minutes=1)
IN_DOUBT = timedelta(minutes=5)
SOON = timedelta(hours=1)
LATE = timedelta(hours=3)
MOST_TRIES = 2
# Telegram takes about 30 messages a second from a bot; the rest is left to conversations.
PER_SECOND = 20
# Nothing is agreed for later than this: what is set for later was so by a clock that has been put right since.
BEYOND = timedelta(days=16)
PUT_DOWN = 5.0


@dataclass(frozen=True)
class Written:
    """What there is to say, None for nothing, and how that is to be remembered."""

    reply: Reply | None
    outcome: str
    memory: str | None = None


class Desk:
    """Takes up what is due, each letter as a task of its own; `open` it and `close` it."""

    def __init__(self, app: App, per_second: float = PER_SECOND) -> None:
        self._services: Services = app.bot_data["services"]
        self._store = self._services.store
        self._bot = app.bot
        self._at_work: dict[int, asyncio.Task[None]] = {}
        # One worker, if there are several, stays free for whoever asks something meanwhile.
        self._analysing = asyncio.Semaphore(max(1, self._services.settings.workers - 1))
        self._sending = asyncio.Lock()
        self._pause = 1 / per_second
        self._ticking: asyncio.Task[None] | None = None
        self._cut_off: datetime | None = None

    def open(self) -> None:
        """Begin to look at the clock."""
        self._settle()
        self._ticking = asyncio.create_task(self._tick_for_good())

    async def close(self) -> None:
        """Take up nothing more; what is on its way gets a few seconds to arrive."""
        if self._ticking is not None:
            self._ticking.cancel()
        if self._at_work:
            _, pending = await asyncio.wait(self._at_work.values(), timeout=PUT_DOWN)
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)

    def tick(self) -> None:
        """Take up every letter that is due and not in work yet."""
        now = self._services.now()
        for letter in self._store.letters_due(now, now + BEYOND):
            if letter.next_at > now:
                self._store.put_off_letter(letter, self._rule(letter).upcoming(now, letter.sent_for))
            elif not self._services.access.admits(letter.owner):
                self._store.set_letter(letter.owner, letter.kind, "paused", "blocked")
            elif letter.owner not in self._at_work:
                # One at a time for each owner: a letter builds on what the one before it told.
                self._at_work[letter.owner] = task = asyncio.create_task(self._serve(letter))
                task.add_done_callback(partial(self._done, letter.owner))

    async def idle(self) -> None:
        """Wait until nothing is in work."""
        while self._at_work:
            await asyncio.wait(self._at_work.values())

    def _done(self, owner: int, task: asyncio.Task[None]) -> None:
        del self._at_work[owner]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a letter was broken off", exc_info=error)

    async def _tick_for_good(self) -> None:
        while True:
            try:
                self.tick()
            except Exception:
                log.exception("the clock was not looked at")
            await asyncio.sleep(TICK.total_seconds())

    def _settle(self) -> None:
        """After a start, put right what another setting or newer time zone tables have made wrong."""
        now = self._services.now()
        for letter in self._store.letters_on():
            rule = self._rule(letter)
            under_way = letter.sending is not None or letter.next_at <= now + SOON
            if not under_way and rule.last(letter.next_at) != letter.next_at:
                self._store.put_off_letter(letter, rule.upcoming(now, letter.sent_for))

    async def _serve(self, letter: Appointment) -> None:
        """From the appointment to the message."""
        try:
            now = self._services.now()
            due = self._rule(letter).last(now)
            if _is_done(letter, due, now):
                self._store.put_off_letter(letter, self._rule(letter).upcoming(now, letter.sent_for))
            elif letter.sending == due and letter.tries > MOST_TRIES:
                self._finish(letter, due, Written(None, "unsure"))
            elif self._is_told_today(letter, due):
                self._finish(letter, due, Written(None, "silent"))
            elif now - due > SOON and self._rule(letter).is_night(now):
                log.debug("a letter that is late waits for the morning")
            elif not self._is_cut_off(now):
                await self._write_and_send(letter, due)
        except Stopping:
            log.info("a letter is left for the next start")
        except Exception:
            log.exception("a letter is left for later")
            self._store.put_off_letter(letter, self._services.now() + AGAIN)

    async def _write_and_send(self, letter: Appointment, due: datetime) -> None:
        async with self._analysing:
            owner = self._store.owner(letter.owner)
            unchanged = self._store.appointment(letter.owner, letter.kind) == letter
            if owner is None or not unchanged or self._is_cut_off(self._services.now()):
                return
            references = self._store.current(letter.owner)
            written = await self._write(letter, owner, due)
        if written.reply is not None:
            async with self._sending:
                await asyncio.sleep(self._pause)
        async with self._services.turn(letter.owner):
            if self._store.current(letter.owner) != references:
                # What was worked out is no longer so; the next tick sees the new data.
                return
            if written.reply is None:
                self._finish(letter, due, written)
            elif self._store.begin_letter(letter, due):
                await self._send(letter, due, written, written.reply)

    async def _write(self, letter: Appointment, owner: Owner, due: datetime) -> Written:
        """Work the letter out, in the owner's language; a problem is told once, and never as an alert."""
        renderer, language = self._services.renderer, owner.language or self._services.settings.language
        if letter.sending == due and letter.tries == MOST_TRIES:
            return Written(renderer.say("schedule", "unsure", language) if letter.kind == "weekly" else None, "unsure")
        try:
            outcome = await self._analyse(letter, owner, language)
        except OutOfReach:
            # Nobody asked: it can wait until the machines are back.
            raise
        except Problem as problem:
            name = type(problem).__name__
            if letter.kind == "alert" or letter.outcome == name:
                return Written(None, name)
            return Written(self._noted(renderer.problem(problem, language), "instead", language), name)
        except Exception:
            number = secrets.token_hex(3)
            log.exception("fault %s", number)
            told = renderer.say("errors", "bug", language, number=number)
            return Written(None if letter.kind == "alert" else self._noted(told, "instead", language), "bug")
        if outcome.report.silent:
            return Written(None, "silent")
        reply = renderer.outcome(outcome, language)
        if letter.kind == "weekly" and self._services.now() - due > LATE:
            reply = self._noted(reply, "late", language, due=due.astimezone(self._rule(letter).zone))
        return Written(reply, "sent", outcome.remember)

    async def _analyse(self, letter: Appointment, owner: Owner, language: str) -> Outcome:
        number = owner.user_id
        asked = replace(self._services.asked(owner, language), remembered=self._store.remembered(number, DIGEST))
        known = (self._store.earlier_orders(number), self._store.trials(number), self._store.folder_of(number))
        references = self._store.current(number)
        async with self._services.queue.turn(number, last=True):
            return await self._services.compute(jobs.answer, DIGEST, references, (letter.kind,), asked, *known)

    async def _send(self, letter: Appointment, due: datetime, written: Written, reply: Reply) -> None:
        now = self._services.now
        try:
            await delivery.send(self._bot, letter.owner, reply)
        except RetryAfter as told:
            self._store.take_back_letter(letter, due, now() + timedelta(seconds=told_to_wait(told)))
        except (Forbidden, BadRequest) as refused:
            if isinstance(refused, Forbidden) or "chat not found" in refused.message.lower():
                self._store.set_letter(letter.owner, letter.kind, "paused", "blocked")
            else:
                log.exception("a letter was refused")
                self._finish(letter, due, Written(None, "refused"))
        except TelegramError as error:
            log.info("a letter may not have arrived: %s", error)
            if isinstance(error.__cause__, NOT_CONNECTED):
                self._cut_off = now()
                self._store.take_back_letter(letter, due, now() + AGAIN)
            else:
                self._store.put_off_letter(letter, now() + IN_DOUBT)
        else:
            self._finish(letter, due, written)

    def _finish(self, letter: Appointment, due: datetime, written: Written) -> None:
        next_at = self._rule(letter).upcoming(self._services.now(), due)
        if self._store.finish_letter(letter, due, next_at, written.outcome, written.memory):
            self._services.metrics.letters.labels(written.outcome).inc()

    def _is_told_today(self, letter: Appointment, due: datetime) -> bool:
        """Whether it is an alert on a day on which the weekly letter says it all."""
        weekly = self._store.appointment(letter.owner, "weekly") if letter.kind == "alert" else None
        return weekly is not None and weekly.state == "on" and self._rule(weekly).last(due) == due

    def _is_cut_off(self, now: datetime) -> bool:
        """Whether Telegram could not be reached just now, so that working out more letters is no use yet."""
        return self._cut_off is not None and self._cut_off <= now < self._cut_off + AGAIN

    def _rule(self, letter: Appointment) -> Rule:
        return letter.rule(self._services.settings.zone)

    def _noted(self, reply: Reply, note: str, language: str, **values: object) -> Reply:
        """The reply with a line of the schedule's own under it."""
        words = self._services.renderer.say("schedule", note, language, **values)
        return replace(reply, html=f"{reply.html}\n\n{words.html}", keyboard=(*reply.keyboard, *words.keyboard))


def _is_done(letter: Appointment, due: datetime, now: datetime) -> bool:
    """Whether nothing is left to send for this instant; a letter of the future tells that the clock was wrong then."""
    return letter.sent_for is not None and (letter.sent_for == due or due < letter.sent_for <= now)
