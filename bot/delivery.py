"""Replies to Telegram: one bubble where one will do, edited in place where that is possible."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaDocument,
    InputMediaPhoto,
    Message,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot import outbox
from bot.outbox import Outgoing
from bot.render import LONGEST_CAPTION, Reply, split

T = TypeVar("T")


async def send(bot: Bot, chat_id: int, reply: Reply) -> Message:
    """Send the reply as one message where Telegram's limits allow; the keys are under the last one, which is returned.

    In answer to an update it is sent until it is there, and once; otherwise it is tried once, and what goes wrong is raised.
    """
    captioned = reply.visible <= LONGEST_CAPTION
    if reply.photo is not None or reply.document is not None:
        sent = await _put(_media(bot, chat_id, reply, captioned=captioned))
        if captioned:
            return sent
    *first, last = split(reply.html)
    for piece in first:
        await _put(_text(bot, chat_id, piece, None))
    return await _put(_text(bot, chat_id, last, markup(reply)))


async def turn(message: Message, reply: Reply) -> Message:
    """Put the reply in the place of what the message says; where it does not fit, send it as a new one. Where it is now."""
    too_long = reply.visible > LONGEST_CAPTION if message.photo else len(split(reply.html)) > 1
    if reply.document is not None or too_long:
        return await send(message.get_bot(), message.chat_id, reply)

    async def edit() -> object:
        if message.photo:
            return await message.edit_caption(reply.html, parse_mode=ParseMode.HTML, reply_markup=markup(reply))
        return await message.edit_text(reply.html, parse_mode=ParseMode.HTML, reply_markup=markup(reply))

    try:
        await _repeatedly(edit)
    except BadRequest as refused:
        if "not modified" not in refused.message.lower():
            # Too old to edit, or deleted meanwhile.
            return await send(message.get_bot(), message.chat_id, reply)
    return message


async def remove(message: Message) -> None:
    """Delete a message of the bot's; that it is gone already is no fault."""
    try:
        await _repeatedly(message.delete)
    except BadRequest as refused:
        if "not found" not in refused.message.lower():
            raise
    answer = outbox.current()
    if answer is not None:
        answer.withdrawn(message.message_id)


def markup(reply: Reply) -> InlineKeyboardMarkup | None:
    """The reply's keys as Telegram wants them."""
    if not reply.keyboard:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(key.label, callback_data=key.data) for key in row] for row in reply.keyboard]
    )


async def _repeatedly(call: Callable[[], Awaitable[T]]) -> T:
    """Make a call that may be repeated without harm: in answer to an update until it is answered, otherwise once."""
    return await (call() if outbox.current() is None else outbox.until_answered(call))


async def _put(message: Outgoing) -> Message:
    answer = outbox.current()
    return await (message.send() if answer is None else answer.put(message))


def _media(bot: Bot, chat_id: int, reply: Reply, *, captioned: bool) -> Outgoing:
    """The reply's picture or file, with its words if they fit under it."""
    words: dict[str, Any] = {"caption": reply.html if captioned else None, "parse_mode": ParseMode.HTML}
    keyboard = markup(reply) if captioned else None

    async def find(number: int) -> Message | bool:
        return await bot.edit_message_caption(chat_id, number, reply_markup=keyboard, **words)

    if reply.photo is not None:
        photo = reply.photo

        async def send_photo() -> Message:
            return await bot.send_photo(chat_id, photo, reply_markup=keyboard, **words)

        async def edit_photo(number: int) -> Message | bool:
            return await bot.edit_message_media(InputMediaPhoto(photo, **words), chat_id, number, reply_markup=keyboard)

        return Outgoing("photo", send_photo, edit_photo, find)
    assert reply.document is not None
    document = reply.document

    def file() -> InputFile:
        return InputFile(io.BytesIO(document.content), filename=document.filename)

    async def send_document() -> Message:
        return await bot.send_document(chat_id, file(), reply_markup=keyboard, **words)

    async def edit_document(number: int) -> Message | bool:
        media = InputMediaDocument(document.content, filename=document.filename, **words)
        return await bot.edit_message_media(media, chat_id, number, reply_markup=keyboard)

    return Outgoing("document", send_document, edit_document, find)


def _text(bot: Bot, chat_id: int, text: str, keyboard: InlineKeyboardMarkup | None) -> Outgoing:
    # A message without its bold is better than none.
    plain = html.unescape(re.sub(r"<[^>]*>", "", text))

    async def send_text() -> Message:
        try:
            return await bot.send_message(chat_id, text, parse_mode=ParseMode.HTML, reply_markup=keyboard)
        except BadRequest as refused:
            if "parse entities" not in refused.message.lower():
                raise
            return await bot.send_message(chat_id, plain, reply_markup=keyboard)

    async def edit_text(number: int) -> Message | bool:
        return await bot.edit_message_text(text, chat_id, number, parse_mode=ParseMode.HTML, reply_markup=keyboard)

    return Outgoing("text", send_text, edit_text, edit_text)
