"""What stands in a chat."""

from dataclasses import dataclass, field
from typing import Any

from bot.simulator import keyboards
from bot.simulator.entities import Entity
from bot.simulator.files import StoredFile
from bot.simulator.keyboards import Button, Rows

__all__ = ["Button", "Chat", "Message", "Toast"]


@dataclass(eq=False)
class Message:
    """One message, as it is now: an edit changes it in place.

    Attributes:
        text: The words of a message without a file, markup removed; None if it has a file.
        caption: The words under a document or a photo, markup removed, or None.
        html: The words as the sender marked them up.
        entities: The markup of `text` or `caption`, offsets in UTF-16 code units.
        buttons: The inline keyboard, row by row; empty if there is none.
        other: Whatever else a person may send (a location, a sticker, …), as the Bot API names it.
    """

    message_id: int
    chat_id: int
    sender: dict[str, Any]
    date: int
    text: str | None = None
    caption: str | None = None
    html: str = ""
    entities: list[Entity] = field(default_factory=list)
    buttons: Rows = ()
    document: StoredFile | None = None
    photo: StoredFile | None = None
    media_group_id: str | None = None
    reply_to: "Message | None" = None
    other: dict[str, Any] = field(default_factory=dict)
    edit_date: int | None = None
    reaction: str | None = None

    @property
    def from_bot(self) -> bool:
        """Whether the bot wrote it."""
        return bool(self.sender["is_bot"])

    @property
    def edited(self) -> bool:
        """Whether its content was changed after it was sent."""
        return self.edit_date is not None

    @property
    def words(self) -> str:
        """Text or caption, whichever it has."""
        return self.text or self.caption or ""

    def button(self, label: str) -> Button:
        """The button whose label is, or else contains, `label`.

        Raises:
            ValueError: There is none; the labels that there are stand in the message.
        """
        buttons = [button for row in self.buttons for button in row]
        exact = [button for button in buttons if button.label == label]
        for button in exact or [button for button in buttons if label in button.label]:
            return button
        raise ValueError(f"no button {label!r} among {[button.label for button in buttons]}")

    def to_api(self, chat: dict[str, Any]) -> dict[str, Any]:
        """The Message object of the Bot API."""
        answer: dict[str, Any] = {
            "message_id": self.message_id,
            "from": self.sender,
            "chat": chat,
            "date": self.date,
            **self.other,
        }
        if self.edit_date:
            answer["edit_date"] = self.edit_date
        if self.text is not None:
            answer["text"] = self.text
        if self.caption:
            answer["caption"] = self.caption
        if self.entities:
            answer["entities" if self.text is not None else "caption_entities"] = self.entities
        if self.document:
            answer["document"] = self.document.to_api()
        if self.photo:
            answer["photo"] = [self.photo.to_api()]
        if self.media_group_id:
            answer["media_group_id"] = self.media_group_id
        if self.reply_to:
            answer["reply_to_message"] = self.reply_to.to_api(chat)
        if self.buttons:
            answer["reply_markup"] = keyboards.to_api(self.buttons)
        return answer


@dataclass(frozen=True)
class Toast:
    """What the bot answered to a tap: nothing, a line at the edge of the screen, or an alert to be closed."""

    text: str
    alert: bool


@dataclass
class Chat:
    """The private chat of one person with the bot.

    Attributes:
        messages: All messages that are not deleted, oldest first.
        actions: Every chat action so far ("typing", "upload_document", …).
        toasts: Every answer to a tap so far.
    """

    chat_id: int
    messages: list[Message] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    toasts: list[Toast] = field(default_factory=list)

    def message(self, message_id: int) -> Message | None:
        """The message of this id, or None."""
        return next((message for message in self.messages if message.message_id == message_id), None)

    @property
    def replies(self) -> list[Message]:
        """The messages that the bot wrote."""
        return [message for message in self.messages if message.from_bot]
