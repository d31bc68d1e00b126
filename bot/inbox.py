"""Nothing fetched is lost and nothing is answered twice: updates are kept before Telegram counts them as delivered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, cast
from weakref import WeakValueDictionary

from telegram import CallbackQuery, Update
from telegram.error import TelegramError
from telegram.ext import BaseUpdateProcessor, ExtBot

from bot.access import Access
from bot.errors import Stopping
from bot.store import Store

log = logging.getLogger(__name__)

AT_ONCE = 256


class KeepingBot(ExtBot[None]):
    """A bot that keeps what it fetched before it hands it on; the next fetch is what confirms it to Telegram."""

    def __init__(self, *args: Any, keep: Callable[[Sequence[Update]], None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._keep = keep

    async def get_updates(self, *args: Any, **kwargs: Any) -> tuple[Update, ...]:
        updates = await super().get_updates(*args, **kwargs)
        self._keep(updates)
        return updates


def keeper(store: Store, access: Access) -> Callable[[Sequence[Update]], None]:
    """Keep the updates of people who may talk to the bot; of strangers nothing is stored."""

    def keep(updates: Sequence[Update]) -> None:
        admitted = [
            (update.update_id, update.effective_user.id, update.to_dict())
            for update in updates
            if update.effective_user is not None and access.admits(update.effective_user.id)
        ]
        if admitted:
            store.receive(admitted)

    return keep


class Conversations(BaseUpdateProcessor):
    """One chat's updates one after the other, many chats side by side, each update once.

    `urgent` says which updates do not wait for the earlier ones of their chat.
    """

    def __init__(self, store: Store, urgent: Callable[[Update], bool]) -> None:
        super().__init__(AT_ONCE)
        self._store = store
        self._urgent = urgent
        self._chats: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._under_way: set[int] = set()

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to release."""

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        handling = cast("Coroutine[Any, Any, Any]", coroutine)
        if not isinstance(update, Update):
            await handling
            return
        if update.update_id in self._under_way or self._store.is_done(update.update_id):
            handling.close()
            return
        self._under_way.add(update.update_id)
        try:
            if update.callback_query is not None:
                await _acknowledge(update.callback_query)
            if self._urgent(update):
                await handling
            else:
                chat = update.effective_chat.id if update.effective_chat else 0
                async with self._chats.setdefault(chat, asyncio.Lock()):
                    await handling
            self._store.finish(update.update_id)
        except Stopping:
            log.info("update %s is left for the next start", update.update_id)
        finally:
            handling.close()
            self._under_way.discard(update.update_id)
            if not self._under_way:
                self._store.tidy()


async def _acknowledge(query: CallbackQuery) -> None:
    """Stop the button's spinner at once; an answer that comes too late harms nobody."""
    try:
        await query.answer()
    except TelegramError as error:
        log.debug("a tap was not acknowledged: %s", error)
