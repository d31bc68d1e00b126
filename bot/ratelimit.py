"""Telegram's flood control, chat by chat: one chat told to wait does not halt the others, nor does one that asks a lot."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from weakref import WeakValueDictionary

from telegram.constants import ChatType
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

TRIES = 5
MOST_REMEMBERED = 1_000
Result = bool | dict[str, Any] | list[dict[str, Any]]


@dataclass(frozen=True)
class Limits:
    """How many messages in how many seconds: to everybody together, to one person, to one group."""

    overall: tuple[int, float]
    private: tuple[int, float]
    group: tuple[int, float]


# https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this; one a second to a person may come in a burst.
TELEGRAM = Limits(overall=(30, 1.0), private=(20, 20.0), group=(20, 60.0))


class Pace:
    """At most so many in any so many seconds, whoever comes first."""

    def __init__(self, most: int, seconds: float) -> None:
        self._seconds = seconds
        self._places: deque[float] = deque(maxlen=most)

    def reserve(self, now: float) -> float:
        """Take the next free place; how many seconds it is until then."""
        full = len(self._places) == self._places.maxlen
        at = max(now, self._places[0] + self._seconds) if full else now
        self._places.append(at)
        return at - now

    def is_idle(self, now: float) -> bool:
        """Whether it is as if nobody had ever come."""
        return not self._places or self._places[-1] + self._seconds <= now


class ChatRateLimiter(BaseRateLimiter[None]):
    """Waits as long as Telegram says and tries again, up to five times; a chat's requests keep their order.

    With `limits` it is as slow as Telegram wants, before Telegram has to say so: each chat waits in its own line, and
    has one request at a time in the line of all. `sent` is told the number of every message that the bot sent, or
    changed, in a private chat.
    """

    def __init__(self, sent: Callable[[int], None], limits: Limits | None = None) -> None:
        self._sent, self._limits = sent, limits
        self._overall = Pace(*(limits or TELEGRAM).overall)
        self._turns: WeakValueDictionary[object, asyncio.Lock] = WeakValueDictionary()
        self._paces: dict[object, Pace] = {}

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to release."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,  # noqa: ARG002 - the base class's signature
    ) -> Result:
        chat = data.get("chat_id")
        if chat is None:
            return await self._persist(callback, args, kwargs)
        async with self._turns.setdefault(chat, asyncio.Lock()):
            # "typing …" is no message.
            if self._limits is not None and endpoint != "sendChatAction":
                await _wait(self._pace(chat, self._limits))
                await _wait(self._overall)
            result = await self._persist(callback, args, kwargs)
        if isinstance(result, dict) and result.get("chat", {}).get("type") == ChatType.PRIVATE:
            self._sent(result["message_id"])
        return result

    def _pace(self, chat: object, limits: Limits) -> Pace:
        if chat not in self._paces:
            now = asyncio.get_running_loop().time()
            if len(self._paces) >= MOST_REMEMBERED:
                self._paces = {one: pace for one, pace in self._paces.items() if not pace.is_idle(now)}
            self._paces[chat] = Pace(*(limits.group if isinstance(chat, int) and chat < 0 else limits.private))
        return self._paces[chat]

    async def _persist(
        self, callback: Callable[..., Coroutine[Any, Any, Result]], args: Any, kwargs: dict[str, Any]
    ) -> Result:
        for _ in range(TRIES - 1):
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as told:
                await asyncio.sleep(told_to_wait(told))
        return await callback(*args, **kwargs)


def told_to_wait(told: RetryAfter) -> float:
    """Seconds for which Telegram wants to be left alone."""
    wait = told.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else wait


async def _wait(pace: Pace) -> None:
    seconds = pace.reserve(asyncio.get_running_loop().time())
    if seconds > 0:
        await asyncio.sleep(seconds)
