"""Replies to Telegram: one bubble where one will do, edited in place where that is possible."""

from __future__ import annotations

import html
import io
import re

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.render import LONGEST_CAPTION, Reply, split


async def send(bot: Bot, chat_id: int, reply: Reply) -> Message:
    """Send the reply as one message where Telegram's limits allow; the keys are under the last one, which is returned."""
    captioned = reply.visible <= LONGEST_CAPTION
    caption = reply.html if captioned else None
    keyboard = markup(reply) if captioned else None
    if reply.photo is not None:
        sent = await bot.send_photo(
            chat_id, reply.photo, caption=caption, parse_mode=ParseMode.HTML, reply_markup=keyboard
        )
        if captioned:
            return sent
    elif reply.document is not None:
        file = InputFile(io.BytesIO(reply.document.content), filename=reply.document.filename)
        sent = await bot.send_document(chat_id, file, caption=caption, parse_mode=ParseMode.HTML, reply_markup=keyboard)
        if captioned:
            return sent
    *first, last = split(reply.html)
    for piece in first:
        await _send_text(bot, chat_id, piece, None)
    return await _send_text(bot, chat_id, last, markup(reply))


async def turn(message: Message, reply: Reply) -> None:
    """Put the reply in the place of what the message says; where it does not fit, send it as a new one."""
    too_long = reply.visible > LONGEST_CAPTION if message.photo else len(split(reply.html)) > 1
    if reply.document is not None or too_long:
        await send(message.get_bot(), message.chat_id, reply)
        return
    try:
        if message.photo:
            await message.edit_caption(reply.html, parse_mode=ParseMode.HTML, reply_markup=markup(reply))
        else:
            await message.edit_text(reply.html, parse_mode=ParseMode.HTML, reply_markup=markup(reply))
    except BadRequest as refused:
        if "not modified" in refused.message.lower():
            return
        # Too old to edit, or deleted meanwhile.
        await send(message.get_bot(), message.chat_id, reply)


def markup(reply: Reply) -> InlineKeyboardMarkup | None:
    """The reply's keys as Telegram wants them."""
    if not reply.keyboard:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(key.label, callback_data=key.data) for key in row] for row in reply.keyboard]
    )


async def _send_text(bot: Bot, chat_id: int, text: str, keyboard: InlineKeyboardMarkup | None) -> Message:
    try:
        return await bot.send_message(chat_id, text, parse_mode=ParseMode.HTML, reply_markup=keyboard)
    except BadRequest as refused:
        if "parse entities" not in refused.message.lower():
            raise
        # A message without its bold is better than none.
        return await bot.send_message(chat_id, html.unescape(re.sub(r"<[^>]*>", "", text)), reply_markup=keyboard)
