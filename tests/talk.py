"""A person talking to the real bot through the loopback Telegram's in-process door."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot import app, settings
from bot.context import App, Services
from bot.digest import Desk
from bot.simulator.door import DirectRequest
from bot.simulator.messages import Message
from bot.simulator.telegram import Telegram
from bot.transport import Transport

PATIENCE = 60.0
_people = itertools.count(1001)


@dataclass
class Running:
    """The bot at work, and the Telegram it talks to."""

    telegram: Telegram
    app: App
    desk: Desk

    @property
    def services(self) -> Services:
        return self.app.bot_data["services"]

    def person(self, language: str = "en", user_id: int | None = None) -> Talk:
        """Somebody with a phone in that language; another person at each call, unless the id says who."""
        return Talk(self, user_id or next(_people), language)

    async def settled(self) -> None:
        """Wait until every update was answered."""
        updates, processor = self.telegram.updates, self.app.update_processor
        await self.telegram.until(
            lambda: (
                not len(updates)
                and self.app.update_queue.empty()
                and not processor.current_concurrent_updates
                and (not self.services.store.inbox.waiting())
            ),
            PATIENCE,
        )


class Talk:
    """One person's chat. Each act waits for the bot to finish, and returns what it said or changed, oldest first."""

    def __init__(self, running: Running, user_id: int, language: str) -> None:
        self.running = running
        self.person = running.telegram.person(user_id, "Ann", language)

    @property
    def messages(self) -> list[Message]:
        """All that stands in the chat."""
        return self.running.telegram.chat(self.person.user_id).messages

    @property
    def last(self) -> Message:
        """The newest message."""
        return self.messages[-1]

    async def say(self, text: str) -> list[Message]:
        return await self._answers(lambda: self.person.say(text))

    async def send(self, filename: str, content: bytes) -> list[Message]:
        return await self._answers(lambda: self.person.send_document(filename, content))

    async def send_file(self, path: Path) -> list[Message]:
        return await self.send(path.name, path.read_bytes())

    async def tap(self, label: str) -> list[Message]:
        """Tap the newest button with that label (or with a label that contains it)."""
        message, data = self._newest_with(label)
        return await self._answers(lambda: self.person.tap(message.message_id, data))

    def _newest_with(self, label: str) -> tuple[Message, str]:
        for message in reversed(self.messages):
            with contextlib.suppress(ValueError):
                return message, message.button(label).data or ""
        raise AssertionError(f"no button {label!r} in this chat")

    async def _answers(self, act: Callable[[], Any]) -> list[Message]:
        before = {message.message_id: _look(message) for message in self.messages}
        act()
        await self.running.settled()
        return [
            message
            for message in self.messages
            if message.from_bot and before.get(message.message_id) != _look(message)
        ]


def _look(message: Message) -> tuple[object, ...]:
    return message.html, message.buttons, message.photo


@contextlib.asynccontextmanager
async def running(
    data: Path,
    telegram: Telegram | None = None,
    *,
    transport: Transport | None = None,
    # After all that the sheets of tests speak of.
    now: Callable[[], datetime] = lambda: datetime(2027, 6, 1, tzinfo=UTC),
    **given: Any,
) -> AsyncIterator[Running]:
    """The real bot on a folder of its own, computing inline unless `workers` says otherwise."""
    telegram = telegram or Telegram()
    chosen = settings.load(
        **{"token": telegram.token, "data": data, "owners": "*", "workers": 0, "backups": 0, **given}
    )
    direct = Transport(DirectRequest(telegram), DirectRequest(telegram))
    built = app.build(chosen, transport or direct)
    built.bot_data["services"].now = now
    desk = Desk(built, per_second=500)
    async with app.running(built, poll_seconds=1, desk=desk) as application:
        yield Running(telegram, application, desk)
