"""The user's door: what a person does in the app."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from bot.simulator.entities import found_in, trim

if TYPE_CHECKING:
    from bot.simulator.messages import Message
    from bot.simulator.telegram import Telegram

_LONGEST_TEXT = 4096
_LONGEST_CAPTION = 1024


class Person:
    """Somebody with a phone. Everything they do reaches the bot as an update.

    Attributes:
        language: The language of their app, as Telegram reports it: "zh-hans", "en", "pt-br" …
        started: Whether they have written to the bot (in this process or before); else it must not write to them.
        blocked: Whether they have blocked the bot.
    """

    def __init__(self, telegram: Telegram, user_id: int, first_name: str, language: str) -> None:
        self._telegram = telegram
        self.user_id = user_id
        self.first_name = first_name
        self.language = language
        self.started = False
        self.blocked = False

    def to_api(self) -> dict[str, Any]:
        """The User object of the Bot API."""
        return {
            "id": self.user_id,
            "is_bot": False,
            "first_name": self.first_name,
            "language_code": self.language,
        }

    def chat_to_api(self) -> dict[str, Any]:
        """The Chat object of their private chat with the bot."""
        return {"id": self.user_id, "type": "private", "first_name": self.first_name}

    def say(self, text: str, reply_to: int | None = None) -> Message:
        """Write a message of 1 to 4,096 characters; commands and links in it become entities."""
        plain, _ = trim(text, ())
        if not 1 <= len(plain) <= _LONGEST_TEXT:
            raise ValueError(f"a message has 1 to {_LONGEST_TEXT} characters, not {len(plain)}")
        return self._send(text=plain, html=plain, entities=found_in(plain), reply_to=reply_to)

    def send_document(
        self, filename: str, content: bytes, caption: str | None = None, mime_type: str | None = None
    ) -> Message:
        """Send a file of any size (the bot may fetch up to 20 MB)."""
        if not content:
            raise ValueError("Telegram's apps do not send empty files")
        return self._send(
            document=self._telegram.files.keep_document(filename, content, mime_type), **_captioned(caption)
        )

    def send_photo(self, content: bytes, caption: str | None = None) -> Message:
        """Send a PNG, JPEG, GIF or WebP as a picture."""
        return self._send(photo=self._telegram.files.keep_photo(content), **_captioned(caption))

    def send_album(self, documents: list[tuple[str, bytes]]) -> list[Message]:
        """Send several documents at once: as many updates with one media_group_id, as Telegram does."""
        group = str(secrets.randbits(60))
        keep = self._telegram.files.keep_document
        return [self._send(document=keep(name, content), media_group_id=group) for name, content in documents]

    def send_other(self, **content: Any) -> Message:
        """Send anything else, named as the Bot API names it: `location={"latitude": 1.0, "longitude": 2.0}`."""
        return self._send(other=content)

    def edit(self, message_id: int, text: str) -> Message:
        """Change a text of one's own."""
        message = self._telegram.chat(self.user_id).message(message_id)
        if message is None or message.from_bot or message.text is None:
            raise ValueError(f"message {message_id} is no text of this person's")
        message.text = message.html = text.strip()
        message.entities = found_in(message.text)
        message.edit_date = self._telegram.now()
        self._telegram.updates.put("edited_message", message.to_api(self.chat_to_api()))
        self._telegram.announce("message", self.user_id, message)
        return message

    def tap(self, message_id: int, data: str) -> str:
        """Tap the button that carries `data`; return the id of the callback query.

        Raises:
            ValueError: The message, as it is now, has no such button.
        """
        message = self._telegram.chat(self.user_id).message(message_id)
        buttons = [button.data for row in message.buttons for button in row] if message else []
        if message is None or data not in buttons:
            raise ValueError(f"message {message_id} has no button with {data!r} now, only {buttons}")
        query_id = self._telegram.queries.ask(self.user_id, message_id, data)
        self._telegram.updates.put(
            "callback_query",
            {
                "id": query_id,
                "from": self.to_api(),
                "message": message.to_api(self.chat_to_api()),
                "chat_instance": str(self.user_id),
                "data": data,
            },
        )
        return query_id

    def block(self) -> None:
        """Block the bot: whatever it sends is refused from now on."""
        self._set_blocked(blocked=True)

    def unblock(self) -> None:
        """Let the bot write again."""
        self._set_blocked(blocked=False)

    def _set_blocked(self, *, blocked: bool) -> None:
        before, self.blocked = self.blocked, blocked
        status = {True: "kicked", False: "member"}
        bot = self._telegram.me()
        if before != blocked:
            self._telegram.updates.put(
                "my_chat_member",
                {
                    "chat": self.chat_to_api(),
                    "from": self.to_api(),
                    "date": self._telegram.now(),
                    "old_chat_member": {"user": bot, "status": status[before], "until_date": 0},
                    "new_chat_member": {"user": bot, "status": status[blocked], "until_date": 0},
                },
            )
            self._telegram.announce("profile", self.user_id)

    def _send(self, *, reply_to: int | None = None, **content: Any) -> Message:
        self.started = True
        message = self._telegram.add(self.user_id, self.to_api(), reply_to=reply_to, **content)
        self._telegram.updates.put("message", message.to_api(self.chat_to_api()))
        return message


def _captioned(caption: str | None) -> dict[str, Any]:
    plain, _ = trim(caption or "", ())
    if len(plain) > _LONGEST_CAPTION:
        raise ValueError(f"a caption has at most {_LONGEST_CAPTION} characters, not {len(plain)}")
    return {"caption": plain or None, "html": plain, "entities": found_in(plain)}
