"""Nothing fetched is lost and nothing is answered twice: updates are kept before Telegram counts them as delivered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Sequence
from typing import Any, cast

from telegram import CallbackQuery, Update
from telegram.constants import ChatType
from telegram.error import Conflict, TelegramError, TimedOut
from telegram.ext import BaseUpdateProcessor, ExtBot

from bot.access import Access
from bot.errors import Stopping
from bot.outbox import Outbox
from bot.store.inbox import Inbox, NotKept

log = logging.getLogger(__name__)

# Those that wait for their chat's turn count too: one person's many must not keep others out.
AT_ONCE = 10_000
PUT_DOWN = 3.0
SLOWLY = 15.0
CONFLICT = (
    "Another program fetches this bot's messages with the same token, and only one can. End the other one: perhaps the bot "
    "still runs on another machine. If there is none, ask @BotFather for a new token: somebody else may have this one."
)

Keep = Callable[[Sequence[Update]], Awaitable[tuple[Update, ...]]]


class KeepingBot(ExtBot[None]):
    """A bot that keeps what it fetched before it hands it on; the next fetch is what confirms it to Telegram.

    What is brought to a webhook it is given by `keep`, before it is confirmed.
    """

    def __init__(self, *args: Any, keep: Keep, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._keep = keep
        self._told: str | None = None

    async def get_updates(self, *args: Any, **kwargs: Any) -> tuple[Update, ...]:
        try:
            updates = await super().get_updates(*args, **kwargs)
        except Conflict:
            self._tell(CONFLICT)
            # Slowly: whoever fetches ends the other's fetch. The very last fetch, which does not wait, is quick.
            await asyncio.sleep(SLOWLY if kwargs.get("timeout") else 0)
            raise
        except TelegramError as error:
            if not isinstance(error, TimedOut):
                self._tell(f"Telegram cannot be reached; it is tried until it can: {error}")
            raise
        try:
            kept = await self.keep(updates)
        except NotKept as error:
            # Not confirmed either: Telegram hands it over again.
            self._tell(str(error))
            raise TelegramError(str(error)) from error
        if self._told is not None and self._told != CONFLICT:
            log.warning("Updates come in again")
            self._told = None
        return kept

    async def keep(self, updates: Sequence[Update]) -> tuple[Update, ...]:
        """The updates, once they are on disk."""
        return await self._keep(updates)

    def _tell(self, trouble: str) -> None:
        """Log what is wrong, once as long as it lasts."""
        if self._told is None:
            log.error(trouble)
        self._told = trouble


def keeper(inbox: Inbox, access: Access, outbox: Outbox) -> Keep:
    """Keep the updates of people who may talk to the bot; of strangers nothing is stored.

    An update that came before is handed on without its content, as a number to be confirmed.
    """

    async def keep(updates: Sequence[Update]) -> tuple[Update, ...]:
        admitted = [
            (update.update_id, update.effective_user.id, update.to_dict())
            for update in updates
            if update.effective_user is not None and access.admits(update.effective_user.id)
        ]
        known = set(await inbox.receive(admitted) if admitted else ())
        kept = []
        for update in updates:
            kept.append(Update(update.update_id) if update.update_id in known else update)
            known.add(update.update_id)
            if update.message is not None and update.message.chat.type == ChatType.PRIVATE:
                outbox.saw(update.message.message_id)
        return tuple(kept)

    return keep


class Conversations(BaseUpdateProcessor):
    """One chat's updates one after the other, many chats side by side, each update once, and double taps once.

    `turn` gives the lock of a chat; `urgent` says which updates do not wait for it. `question` names what an update
    asks: who asks the same while it is in work or waiting has one answer. `page` names the message whose page an
    update turns: only the latest wish for a page is granted.
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
    ) -> None:
        super().__init__(AT_ONCE)
        self._inbox, self._outbox = inbox, outbox
        self._turn, self._urgent, self._question, self._page = turn, urgent, question, page
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
                self._inbox.finish(update.update_id)
        except Stopping:
            log.info("update %s is left for the next start", update.update_id)
        except asyncio.CancelledError:
            if not self._stopping:
                raise
            log.info("update %s is left for the next start", update.update_id)
        finally:
            handling.close()
            self._at_work.discard(task)

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
            await handling


def _data(update: Update) -> str | None:
    return update.callback_query.data if update.callback_query else None


async def _acknowledge(query: CallbackQuery) -> None:
    """Stop the button's spinner at once; an answer that comes too late harms nobody."""
    try:
        await query.answer()
    except TelegramError as error:
        log.debug("a tap was not acknowledged: %s", error)
