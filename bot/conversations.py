"""Who is answered when: one chat's updates in turn, many chats at once, and nothing twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import Any, cast

from telegram import CallbackQuery, Update
from telegram.error import TelegramError
from telegram.ext import BaseUpdateProcessor

from bot.errors import Stopping
from bot.outbox import Outbox
from bot.store.inbox import Inbox

log = logging.getLogger(__name__)

# Those that wait for their chat's turn count too: one person's many must not keep others out.
AT_ONCE = 10_000
PUT_DOWN = 3.0
# A tap that is answered later than this is refused.
TAP_LASTS = 15.0


class Conversations(BaseUpdateProcessor):
    """One chat's updates one after the other, many chats side by side, each update once, and double taps once.

    `turn` gives the lock of a chat; `urgent` says which updates do not wait for it. `question` names what an update
    asks: who asks the same while it is in work or waiting has one answer. `page` names the message whose page an
    update turns: only the latest wish for a page is granted. `excuse` answers what may be what the bot dies of.
    """

    def __init__(
        self,
        inbox: Inbox,
        outbox: Outbox,
        turn: Callable[[int], asyncio.Lock],
        *,
        urgent: Callable[[Update], bool],
        question: Callable[[Update], Hashable],
        page: Callable[[Update], int | None],
        excuse: Callable[[Update], Awaitable[None]],
    ) -> None:
        super().__init__(AT_ONCE)
        self._inbox, self._outbox = inbox, outbox
        self._turn, self._urgent, self._question, self._page = turn, urgent, question, page
        self._excuse = excuse
        self._asked: set[tuple[int, Hashable]] = set()
        self._wished: dict[tuple[int, int], Update] = {}
        self._at_work: set[asyncio.Task[Any]] = set()
        self._stopping = False

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to release."""

    async def stop(self) -> None:
        """Give what is being said a few seconds; whatever is not answered then is left for the next start."""
        self._stopping = True
        if self._at_work:
            _, pending = await asyncio.wait(self._at_work, timeout=PUT_DOWN)
            for task in pending:
                task.cancel()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        handling = cast("Coroutine[Any, Any, Any]", coroutine)
        if not isinstance(update, Update):
            await handling
            return
        task = asyncio.current_task()
        assert task is not None
        self._at_work.add(task)
        try:
            if update.effective_user is not None:
                await self._process(update, handling)
        except Stopping:
            self._put_down(update)
        except asyncio.CancelledError:
            if not self._stopping:
                raise
            self._put_down(update)
        finally:
            handling.close()
            self._at_work.discard(task)

    def _put_down(self, update: Update) -> None:
        log.info("update %s is left for the next start", update.update_id)
        self._inbox.put_down(update.update_id)

    async def _process(self, update: Update, handling: Coroutine[Any, Any, Any]) -> None:
        assert update.effective_user is not None
        # Also of what is said in a group: the answer comes in private.
        chat = update.effective_user.id
        acknowledged = asyncio.create_task(_acknowledge(update.callback_query)) if update.callback_query else None
        page = self._page(update)
        try:
            if page is not None:
                await self._turn_page((chat, page), update, handling)
            elif self._urgent(update):
                await self._answer(chat, update, handling)
            else:
                await self._answer_once((chat, self._question(update)), update, handling)
            # Before anything else of this chat is done, and however long Telegram takes over the tap.
            self._inbox.finish(update.update_id)
        finally:
            if acknowledged is not None:
                await acknowledged

    async def _answer_once(
        self, asked: tuple[int, Hashable], update: Update, handling: Coroutine[Any, Any, Any]
    ) -> None:
        """Answer, unless the same question is in work or waiting: its answer is this one's too."""
        chat, question = asked
        if question is not None and asked in self._asked:
            return
        self._asked.add(asked)
        try:
            async with self._turn(chat):
                await self._answer(chat, update, handling)
        finally:
            self._asked.discard(asked)

    async def _turn_page(self, page: tuple[int, int], update: Update, handling: Coroutine[Any, Any, Any]) -> None:
        """Turn the page, unless it is wished for already, or another one by the time that it could be turned."""
        wished = self._wished.get(page)
        if wished is not None and _data(wished) == _data(update):
            return
        self._wished[page] = update
        try:
            async with self._turn(page[0]):
                if self._wished.get(page) is update:
                    await self._answer(page[0], update, handling)
        finally:
            if self._wished.get(page) is update:
                del self._wished[page]

    async def _answer(self, chat: int, update: Update, handling: Coroutine[Any, Any, Any]) -> None:
        if not self._inbox.holds(update.update_id):
            await handling
            return
        async with self._outbox.answering(update.get_bot(), update.update_id, chat):
            if await self._inbox.begin(update.update_id):
                await handling
            else:
                await self._excuse(update)


def _data(update: Update) -> str | None:
    return update.callback_query.data if update.callback_query else None


async def _acknowledge(query: CallbackQuery) -> None:
    """Stop the button's spinner at once; an answer that comes too late harms nobody."""
    try:
        async with asyncio.timeout(TAP_LASTS):
            await query.answer()
    except (TelegramError, TimeoutError) as error:
        log.debug("a tap was not acknowledged: %r", error)
