"""While something is in work: "typing…" at once, a message that says what is going on after three seconds."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from types import TracebackType
from typing import Self

from telegram import Bot, Message
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot import delivery
from bot.render import Reply

log = logging.getLogger(__name__)

PATIENCE = 3.0
ACTION_LASTS = 4.0


class Progress:
    """`async with Progress(bot, chat_id, words) as progress: …; await progress.finish(reply)`.

    The words show only when the work takes longer than three seconds; the answer then takes their place. `instead` words
    what is to be told for now instead of them, as the place in line.
    """

    def __init__(self, bot: Bot, chat_id: int, words: Reply, action: str = ChatAction.TYPING) -> None:
        self._bot, self._chat_id, self._words, self._action = bot, chat_id, words, action
        self.instead: Callable[[], Reply] | None = None
        self._shown: Message | None = None
        self._told: Reply | None = None
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._telling: asyncio.Future[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep_telling())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._settle()
        # Who is put down leaves it: the next start makes it the answer.
        if self._shown is not None and not _is_ending():
            await self._remove(self._shown)

    def step(self, words: Reply) -> None:
        """Say what is going on now, if anything was said at all; the work does not wait for that."""
        self._words = words
        self._changed.set()

    async def finish(self, reply: Reply) -> None:
        """Give the answer: in the place of the progress message if that can be, else as a message of its own."""
        await self._settle()
        shown, self._shown = self._shown, None
        if shown is not None and reply.photo is None and reply.document is None:
            await delivery.turn(shown, reply)
            return
        if shown is not None:
            await self._remove(shown)
        await delivery.send(self._bot, self._chat_id, reply)

    async def _keep_telling(self) -> None:
        await self._act()
        await asyncio.sleep(PATIENCE)
        while True:
            self._changed.clear()
            # Shielded: cancelled half-way, the message would be out and not known here.
            self._telling = asyncio.ensure_future(self._tell())
            await asyncio.shield(self._telling)
            with contextlib.suppress(TimeoutError):
                # Not wait_for, which swallows the cancelling where the change comes just before it (Python 3.11).
                async with asyncio.timeout(ACTION_LASTS):
                    await self._changed.wait()
            await self._act()

    async def _settle(self) -> None:
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None
        if self._telling is not None:
            if _is_ending():
                # Nobody waits for a network that may be gone for hours.
                self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)

    async def _act(self) -> None:
        try:
            await self._bot.send_chat_action(self._chat_id, self._action)
        except TelegramError as error:
            log.info("it was not shown that something is in work: %s", error)

    async def _tell(self) -> None:
        """Have the chat say what is going on, in one message."""
        words = self.instead() if self.instead is not None else self._words
        if words == self._told:
            return
        self._told = words
        try:
            if self._shown is None:
                self._shown = await delivery.send(self._bot, self._chat_id, words)
            else:
                self._shown = await delivery.turn(self._shown, words)
        except TelegramError as error:
            log.info("progress could not be told: %s", error)

    async def _remove(self, message: Message) -> None:
        try:
            await delivery.remove(message)
        except TelegramError as error:
            log.info("a progress message stayed: %s", error)


def _is_ending() -> bool:
    """Whether whoever asks is being put down."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
