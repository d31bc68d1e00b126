"""What the bot sends."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from bot.simulator import keyboards, words
from bot.simulator.faults import bad_request

if TYPE_CHECKING:
    from bot.simulator.messages import Message
    from bot.simulator.params import Params
    from bot.simulator.telegram import Telegram

_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
_ALBUM = range(2, 11)


async def send_message(telegram: Telegram, params: Params) -> dict[str, Any]:
    said = words.read(params, "text")
    return _send(telegram, params, text=said.plain, html=said.html, entities=said.entities)


async def send_document(telegram: Telegram, params: Params) -> dict[str, Any]:
    return _send(telegram, params, **_media(telegram, params, "document"))


async def send_photo(telegram: Telegram, params: Params) -> dict[str, Any]:
    return _send(telegram, params, **_media(telegram, params, "photo"))


async def send_media_group(telegram: Telegram, params: Params) -> list[dict[str, Any]]:
    media = params.structure("media")
    if not isinstance(media, list) or len(media) not in _ALBUM:
        raise bad_request("media group must include 2-10 items")
    kinds = [str(item.get("type")) for item in media]
    if len(set(kinds)) > 1 and "document" in kinds:
        raise bad_request("document can't be mixed with other media types")
    if params.structure("reply_markup"):
        raise bad_request("reply_markup is unallowed for albums")
    contents = [album_item(telegram, params, item) for item in media]
    group = str(secrets.randbits(60))
    return [_send(telegram, params, media_group_id=group, **content) for content in contents]


async def send_chat_action(telegram: Telegram, params: Params) -> bool:
    chat = telegram.chat(telegram.addressee(params.integer("chat_id")).user_id)
    action = params.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat.actions.append(action)
    telegram.announce("action", chat.chat_id, action)
    return True


async def set_message_reaction(telegram: Telegram, params: Params) -> bool:
    person = telegram.addressee(params.integer("chat_id"))
    message = telegram.chat(person.user_id).message(params.integer("message_id"))
    if message is None:
        raise bad_request("message to react not found")
    reactions = params.structure("reaction") or []
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    message.reaction = reactions[0].get("emoji") if reactions else None
    telegram.announce("message", person.user_id, message)
    return True


def album_item(telegram: Telegram, params: Params, item: dict[str, Any]) -> dict[str, Any]:
    """The content of one InputMedia."""
    kind = str(item.get("type"))
    if kind not in {"photo", "document"}:
        raise bad_request("type of InputMedia must be photo or document here")
    return _media(telegram, params.within(item | {kind: item.get("media", "")}), kind)


def _media(telegram: Telegram, params: Params, kind: str) -> dict[str, Any]:
    said = words.read(params, "caption")
    file = params.file(kind, telegram.files, photo=kind == "photo")
    return {kind: file, "caption": said.plain or None, "html": said.html, "entities": said.entities}


def _send(telegram: Telegram, params: Params, **content: Any) -> dict[str, Any]:
    person = telegram.addressee(params.integer("chat_id"))
    message: Message = telegram.add(
        person.user_id,
        telegram.me(),
        reply_to=_answered(params, telegram.chat(person.user_id).message),
        buttons=keyboards.parse(params.structure("reply_markup")),
        **content,
    )
    return message.to_api(person.chat_to_api())


def _answered(params: Params, find: Any) -> int | None:
    """The message that is replied to; a missing one does not matter if the bot says so."""
    reply = params.structure("reply_parameters") or {}
    message_id = reply.get("message_id") or params.integer("reply_to_message_id") or None
    lenient = reply.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply")
    return None if message_id and lenient and find(int(message_id)) is None else message_id
