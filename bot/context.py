"""What every handler has at hand: the services, who is speaking, and how to answer them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, ParamSpec, Self, TypeVar, cast
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

from telegram import Bot, Message, Update
from telegram.constants import ChatAction
from telegram.ext import Application, CallbackContext, ExtBot, JobQueue

from analytics.analysis import Asked
from bot import delivery
from bot.access import Access
from bot.compute import Compute
from bot.errors import Cancelled
from bot.metrics import Metrics
from bot.progress import Progress
from bot.queue import FairQueue
from bot.render import Renderer, Reply
from bot.settings import Settings
from bot.store import Owner, Store

FETCHED_AT_ONCE = 2

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class Services:
    """All that outlives an update.

    `queue` says whose job is next; `running` holds each chat's jobs in work, for whoever wants to stop them; `turns`
    whose turn it is in a chat; `fetching` keeps the files in memory few; `greeted` are the strangers turned away; `now` is the clock.
    """

    settings: Settings
    store: Store
    access: Access
    compute: Compute
    renderer: Renderer
    queue: FairQueue
    running: dict[int, set[asyncio.Task[Any]]] = field(default_factory=dict)
    turns: WeakValueDictionary[int, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    fetching: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(FETCHED_AT_ONCE))
    greeted: set[int] = field(default_factory=set)
    metrics: Metrics = field(default_factory=Metrics)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def turn(self, chat: int) -> asyncio.Lock:
        """What is held by whoever speaks in a chat: one update's answer, or a letter."""
        return self.turns.setdefault(chat, asyncio.Lock())

    def zone(self, owner: Owner) -> ZoneInfo:
        """The time zone that an owner lives in, as far as is known."""
        return ZoneInfo(owner.zone) if owner.zone else self.settings.zone

    def asked(self, owner: Owner, language: str) -> Asked:
        """What an answer to this owner depends on besides their data."""
        sent = self.store.orders_sent(owner.user_id)
        now = self.now().astimezone(self.zone(owner))
        return Asked(
            language=language,
            vocabulary=owner.vocabulary,
            policies=self.store.policies(owner.user_id),
            cuts=owner.cuts,
            today=now.date(),
            hour=now.hour,
            terms=owner.terms,
            seed=secrets.randbits(32),
            drafts=self.renderer.drafts(language, owner.terms.tone),
            sent=sent.astimezone(self.zone(owner)).date() if sent else None,
        )


class Context(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[str, Services]]):
    """One update's surroundings; handlers are private-chat only, so chat and user are the same person.

    `update_id` is the update's number; `spoken` the language of the person's own Telegram; `page` the message whose page a
    tap asked to turn; `progress` what shows that something is in work.
    """

    update_id: int
    progress: Progress | None = None
    spoken: str | None = None
    page: Message | None = None

    @classmethod
    def from_update(cls, update: object, application: Any) -> Self:
        context = super().from_update(update, application)
        if isinstance(update, Update):
            context.update_id = update.update_id
            context.spoken = update.effective_user.language_code if update.effective_user else None
        return context

    @property
    def services(self) -> Services:
        return self.bot_data["services"]

    @property
    def person(self) -> int:
        """The Telegram id of who is speaking, which is also the chat's."""
        assert self._user_id is not None
        return self._user_id

    @property
    def owner(self) -> Owner:
        """Who is speaking, as the store knows them; a newcomer is remembered."""
        known = self.services.store.owner(self.person)
        if known is not None:
            return known
        return self.services.store.welcome(self.person, "classes" if self.first_language == "zh" else "groups")

    @property
    def first_language(self) -> str:
        """What the person's own Telegram is set to, else the setting."""
        if not self.spoken:
            return self.services.settings.language
        return "zh" if self.spoken.lower().startswith("zh") else "en"

    @property
    def language(self) -> str:
        """The chosen language, else the person's own; a stranger is not remembered for being asked."""
        known = self.services.store.owner(self.person)
        return (known.language if known else None) or self.first_language

    @property
    def asked(self) -> Asked:
        """What an answer to this person depends on besides their data."""
        return self.services.asked(self.owner, self.language)

    @property
    def zone(self) -> ZoneInfo:
        """The person's own time zone."""
        return self.services.zone(self.owner)

    def worded(self, template: str, macro: str, **values: Any) -> Reply:
        """A message in the speaker's language."""
        return self.services.renderer.say(template, macro, self.language, **values)

    async def reply(self, reply: Reply) -> None:
        """Answer: on the page that is being turned, else as a new message."""
        if self.page is not None:
            await delivery.turn(self.page, reply)
        else:
            await delivery.send(self.bot, self.person, reply)

    async def say(self, template: str, macro: str, **values: Any) -> None:
        """Word a message and send it."""
        await self.reply(self.worded(template, macro, **values))

    def working(self, words: Reply, action: str = ChatAction.TYPING) -> Progress:
        """Show that something is in work until it is done."""
        self.progress = Progress(cast("Bot", self.bot), self.person, words, action)
        return self.progress

    async def compute(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a job off the event loop when it is its turn; `/cancel` in this chat ends it with Cancelled."""
        return await self.stoppable(self._in_turn(function, *args, **kwargs))

    async def _in_turn(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        async with self.services.queue.turn(self.person, self._in_line):
            self._in_line(0)
            return await self.services.compute(function, *args, **kwargs)

    def _in_line(self, place: int) -> None:
        """Have the place in line told to whoever waits longer than a few seconds; 0 is no longer in line."""
        if self.progress is not None:
            self.progress.instead = partial(self.worded, "chat", "in_line", place=place) if place else None

    async def stoppable(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for something that `/cancel` in this chat may end with Cancelled."""
        task = asyncio.ensure_future(work)
        jobs = self.services.running.setdefault(self.person, set())
        jobs.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            waiting = asyncio.current_task()
            if waiting is not None and waiting.cancelling():
                raise
            raise Cancelled from None
        finally:
            task.cancel()
            jobs.discard(task)
            if not jobs:
                self.services.running.pop(self.person, None)


App = Application[ExtBot[None], Context, dict[Any, Any], dict[Any, Any], dict[str, Services], JobQueue[Context]]
