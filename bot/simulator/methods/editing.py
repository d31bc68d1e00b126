"""What the bot changes or takes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.simulator import keyboards, words
from bot.simulator.faults import bad_request
from bot.simulator.methods.sending import album_item

if TYPE_CHECKING:
    from bot.simulator.messages import Message
    from bot.simulator.params import Params
    from bot.simulator.telegram import Telegram

_MOST_AT_ONCE = 100


async def edit_message_text(telegram: Telegram, params: Params) -> dict[str, Any]:
    said = words.read(params, "text")
    message = _mine(telegram, params)
    if message.text is None:
        raise bad_request("there is no text in the message to edit")
    return _change(telegram, params, message, text=said.plain, html=said.html, entities=said.entities)


async def edit_message_caption(telegram: Telegram, params: Params) -> dict[str, Any]:
    said = words.read(params, "caption")
    message = _mine(telegram, params)
    if message.text is not None:
        raise bad_request("there is no caption in the message to edit")
    return _change(telegram, params, message, caption=said.plain or None, html=said.html, entities=said.entities)


async def edit_message_media(telegram: Telegram, params: Params) -> dict[str, Any]:
    message = _mine(telegram, params)
    item = params.structure("media")
    if not isinstance(item, dict):
        raise bad_request("media must be non-empty")
    empty = {"text": None, "photo": None, "document": None}
    return _change(telegram, params, message, **empty | album_item(telegram, params, item))


async def edit_message_reply_markup(telegram: Telegram, params: Params) -> dict[str, Any]:
    return _change(telegram, params, _mine(telegram, params))


async def delete_message(telegram: Telegram, params: Params) -> bool:
    chat = telegram.chat(params.integer("chat_id"))
    message = chat.message(params.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    chat.messages.remove(message)
    telegram.announce("deleted", chat.chat_id, message.message_id)
    return True


async def delete_messages(telegram: Telegram, params: Params) -> bool:
    """Delete 1 to 100 messages; those that are not there are skipped."""
    chat = telegram.chat(params.integer("chat_id"))
    wanted = params.structure("message_ids") or []
    if not 1 <= len(wanted) <= _MOST_AT_ONCE:
        many_or_none = "too many message identifiers specified" if wanted else "message identifiers are not specified"
        raise bad_request(many_or_none)
    for message in [message for message in chat.messages if message.message_id in wanted]:
        chat.messages.remove(message)
        telegram.announce("deleted", chat.chat_id, message.message_id)
    return True


async def leave_chat(telegram: Telegram, params: Params) -> bool:
    chat_id = params.integer("chat_id")
    telegram.addressee(chat_id)
    telegram.group(chat_id).has_bot = False
    telegram.announce("profile", None)
    return True


def _mine(telegram: Telegram, params: Params) -> Message:
    """The message to edit, which must be the bot's own."""
    person = telegram.addressee(params.integer("chat_id"))
    message = telegram.chat(person.user_id).message(params.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot:
        raise bad_request("message can't be edited")
    return message


def _change(telegram: Telegram, params: Params, message: Message, **content: Any) -> dict[str, Any]:
    """Put the new content and keyboard (none, if none is given) in place, if that changes anything."""
    buttons = keyboards.parse(params.structure("reply_markup"))
    before = _shown(message)
    unchanged = message.buttons == buttons and all(
        before[name] == value for name, value in content.items() if name != "html"
    )
    if unchanged:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same as a current "
            "content and reply markup of the message"
        )
    for name, value in content.items():
        setattr(message, name, value)
    if content:
        message.edit_date = telegram.now()
    message.buttons = buttons
    telegram.announce("message", message.chat_id, message)
    return message.to_api(telegram.person(message.chat_id).chat_to_api())


def _shown(message: Message) -> dict[str, Any]:
    return {name: getattr(message, name) for name in ("text", "caption", "entities", "photo", "document")}
