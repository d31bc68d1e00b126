"""Telegram's flood control, chat by chat: one chat told to wait does not halt the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from weakref import WeakValueDictionary

from telegram.constants import ChatType
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

TRIES = 5
Result = bool | dict[str, Any] | list[dict[str, Any]]


class ChatRateLimiter(BaseRateLimiter[None]):
    """Waits as long as Telegram says and tries again, up to five times; a chat's requests keep their order.

    `sent` is told the number of every message that the bot sent, or changed, in a private chat.
    """

    def __init__(self, sent: Callable[[int], None]) -> None:
        self._sent = sent
        self._chats: WeakValueDictionary[object, asyncio.Lock] = WeakValueDictionary()

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to release."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,  # noqa: ARG002 - the base class's signature
        data: dict[str, Any],
        rate_limit_args: None,  # noqa: ARG002
    ) -> Result:
        chat = data.get("chat_id")
        if chat is None:
            return await self._persist(callback, args, kwargs)
        async with self._chats.setdefault(chat, asyncio.Lock()):
            result = await self._persist(callback, args, kwargs)
        if isinstance(result, dict) and result.get("chat", {}).get("type") == ChatType.PRIVATE:
            self._sent(result["message_id"])
        return result

    async def _persist(
        self, callback: Callable[..., Coroutine[Any, Any, Result]], args: Any, kwargs: dict[str, Any]
    ) -> Result:
        for _ in range(TRIES - 1):
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as told:
                wait = told.retry_after
                await asyncio.sleep(wait if isinstance(wait, (int, float)) else wait.total_seconds())
        return await callback(*args, **kwargs)
