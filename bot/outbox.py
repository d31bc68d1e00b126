"""Answers reach the chat once: what was sent is remembered, and what may have been sent is looked for.

Telegram cannot be asked what stands in a chat, and a request that got no answer may have been carried out. But numbers of
messages grow, a bot can edit its own messages only, and an edit that changes nothing is told as such. So a message that
may have arrived is looked for under the next few numbers: where it is found it is the answer; where not, it is sent again.
What cannot be known: a message that Telegram puts into the chat only after that, or beyond so many others, comes twice.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import httpx
from telegram import Bot, Chat, Message
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError

from bot.ratelimit import told_to_wait
from bot.store.inbox import Inbox, Sent

log = logging.getLogger(__name__)

LOOKED_AT = 10
OWN_REMEMBERED = 1_000
# Half an hour of a server that only says that it is out of order.
MOST_TRIES = 60
FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
IN_PASSING = 20.0
NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

T = TypeVar("T")


@dataclass(frozen=True)
class Outgoing:
    """One message as calls to Telegram: to send it, to put it in the place of another, to look whether it stands there.

    `kind` is text, photo or document.
    """

    kind: str
    send: Callable[[], Awaitable[Message]]
    edit: Callable[[int], Awaitable[Message | bool]]
    find: Callable[[int], Awaitable[Message | bool]]


class Outbox:
    """The answers that are being given, and the numbers of messages seen since the start."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._newest: int | None = None
        self._own: deque[int] = deque(maxlen=OWN_REMEMBERED)

    def saw(self, message_id: int, *, own: bool = False) -> None:
        """Take note of a message that is new now."""
        self._newest = max(self._newest or 0, message_id)
        if own:
            self._own.append(message_id)

    @asynccontextmanager
    async def answering(self, bot: Bot, update_id: int, chat_id: int) -> AsyncIterator[None]:
        """Whatever is delivered inside is in answer to this update; `current` gives it."""
        answer = Answer(self, self._inbox, bot, update_id, chat_id, await self._inbox.sent(update_id))
        token = _answer.set(answer)
        try:
            yield
            await answer.clear()
        finally:
            _answer.reset(token)

    def unknown_after(self, number: int) -> tuple[int, ...]:
        """The next few numbers of messages that are not known to be something else."""
        return tuple(one for one in range(number + 1, number + 1 + LOOKED_AT) if one not in self._own)

    @property
    def newest(self) -> int | None:
        """The highest number of a message; None while none was seen."""
        return self._newest


class Answer:
    """What was said in answer to one update, before a restart too."""

    def __init__(
        self, outbox: Outbox, inbox: Inbox, bot: Bot, update_id: int, chat_id: int, before: tuple[Sent, ...]
    ) -> None:
        self._outbox, self._inbox, self._bot = outbox, inbox, bot
        self._update_id, self._chat_id = update_id, chat_id
        self._before = list(before)
        self._next = max((sent.place for sent in before), default=-1) + 1

    async def put(self, message: Outgoing) -> Message:
        """Have the message in the chat: in the place of one that a killed process sent, else as a new one."""
        left = next((sent for sent in self._before if sent.kind == message.kind), None)
        if left is not None:
            self._before.remove(left)
            there = await self._taken_up(message, left)
            if there is not None:
                self._arrived(left.place, there)
                return self._message(there)
        place, after = self._next, self._outbox.newest
        self._next += 1
        await self._inbox.intend(self._update_id, place, message.kind, after)
        sent = await self._sent(message, after)
        self._arrived(place, sent.message_id)
        return sent

    def withdrawn(self, message_id: int) -> None:
        """Take note that a message was deleted again."""
        self._inbox.withdrawn(self._update_id, message_id)

    async def clear(self) -> None:
        """Take away what a killed process said and nothing took the place of."""
        for sent in self._before:
            if sent.message_id is not None:
                try:
                    await self._bot.delete_message(self._chat_id, sent.message_id)
                except TelegramError as error:
                    log.info("a message stayed: %s", error)

    async def _taken_up(self, message: Outgoing, left: Sent) -> int | None:
        """The number under which a message of a killed process stands and now says this; None if there is none."""
        if left.message_id is None:
            return await self._found(message.find, left.after)
        return left.message_id if await _stands(message.edit, left.message_id) else None

    async def _sent(self, message: Outgoing, after: int | None) -> Message:
        # Where nothing can be looked for, a second try may double the message, and a third one treble it.
        tries = MOST_TRIES if after is not None else 2
        for wait in itertools.islice(waits(), tries - 1):
            try:
                return await until_connected(message.send)
            except TelegramError as unsure:
                if not _is_unsure(unsure):
                    raise
                log.info("a message may not have arrived: %s", unsure)
            there = await self._found(message.find, after)
            if there is not None:
                return self._message(there)
            await asyncio.sleep(wait)
        return await until_connected(message.send)

    async def _found(self, find: Callable[[int], Awaitable[Message | bool]], after: int | None) -> int | None:
        if after is None:
            # Without a number to begin at, another message might be taken for it.
            return None
        for number in self._outbox.unknown_after(after):
            if await _stands(find, number):
                return number
        return None

    def _arrived(self, place: int, message_id: int) -> None:
        self._outbox.saw(message_id, own=True)
        self._inbox.arrived(self._update_id, place, message_id)

    def _message(self, message_id: int) -> Message:
        message = Message(message_id, datetime.now(UTC), Chat(self._chat_id, Chat.PRIVATE))
        message.set_bot(self._bot)
        return message


_answer: ContextVar[Answer | None] = ContextVar("answer", default=None)


def current() -> Answer | None:
    """The answer that is being given; None where nobody asked."""
    return _answer.get()


def waits() -> Iterator[float]:
    """The seconds before each further try: more and more, and without an end."""
    wait = FIRST_WAIT
    while True:
        yield wait
        wait = min(2 * wait, LONGEST_WAIT)


async def until_connected(call: Callable[[], Awaitable[T]]) -> T:
    """Make a call; where it certainly did not come through, or Telegram says to wait, again until it does."""
    pauses = waits()
    while True:
        try:
            return await call()
        except RetryAfter as told:
            await asyncio.sleep(told_to_wait(told))
        except NetworkError as failed:
            if not isinstance(failed.__cause__, NOT_CONNECTED):
                raise
            await asyncio.sleep(next(pauses))


async def until_answered(
    call: Callable[[], Awaitable[T]], tries: int = MOST_TRIES, again: Callable[[], None] = lambda: None
) -> T:
    """Make a call that may be repeated without harm, until Telegram answers; `again` is told of every further try."""
    for wait in itertools.islice(waits(), tries - 1):
        try:
            return await until_connected(call)
        except TelegramError as failed:
            if not _is_unsure(failed):
                raise
            log.info("once more: %s", failed)
            again()
            await asyncio.sleep(wait)
    return await until_connected(call)


async def in_passing(what: str, call: Callable[[], Awaitable[object]]) -> None:
    """Make a call that nothing depends on, as for a menu: Telegram may want hours between two of them, and nobody waits."""
    try:
        async with asyncio.timeout(IN_PASSING):
            await until_answered(call)
    except (TelegramError, TimeoutError) as error:
        log.warning("%s may be as before: %r", what, error)


def _is_unsure(error: TelegramError) -> bool:
    """Whether Telegram may have carried the request out: no answer came, or one that is not Telegram's."""
    return isinstance(error, NetworkError) and not isinstance(error, BadRequest)


async def _stands(edit: Callable[[int], Awaitable[Message | bool]], message_id: int) -> bool:
    """Whether the bot's message of that number is there and says this now."""
    try:
        await until_answered(lambda: edit(message_id))
    except BadRequest as refused:
        return "not modified" in refused.message.lower()
    return True
