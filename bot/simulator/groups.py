"""A group chat: several people, and the bot if somebody brought it in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.simulator.entities import found_in

if TYPE_CHECKING:
    from bot.simulator.messages import Message
    from bot.simulator.people import Person
    from bot.simulator.telegram import Telegram


class Group:
    """A chat with a negative id. Every text in it reaches the bot, as if its privacy mode were off.

    Attributes:
        has_bot: Whether the bot is in it, as it is from the beginning.
    """

    def __init__(self, telegram: Telegram, chat_id: int, title: str) -> None:
        self._telegram = telegram
        self.user_id = chat_id
        self.title = title
        self.has_bot = True

    @property
    def messages(self) -> list[Message]:
        """All that stands in the chat."""
        return self._telegram.chat(self.user_id).messages

    def chat_to_api(self) -> dict[str, Any]:
        """The Chat object of the Bot API."""
        return {"id": self.user_id, "type": "group", "title": self.title}

    def say(self, person: Person, text: str, reply_to: int | None = None) -> Message:
        """Let somebody write something."""
        message = self._telegram.add(
            self.user_id, person.to_api(), text=text, html=text, entities=found_in(text), reply_to=reply_to
        )
        self._telegram.updates.put("message", message.to_api(self.chat_to_api()))
        return message

    def add_bot(self, person: Person) -> None:
        """Let somebody bring the bot in."""
        self.has_bot = True
        bot = self._telegram.me()
        self._telegram.updates.put(
            "my_chat_member",
            {
                "chat": self.chat_to_api(),
                "from": person.to_api(),
                "date": self._telegram.now(),
                "old_chat_member": {"user": bot, "status": "left"},
                "new_chat_member": {"user": bot, "status": "member"},
            },
        )
