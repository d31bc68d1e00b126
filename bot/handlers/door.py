"""The door: people who may talk to this bot, alone with it or by its name in a group; a pairing link lets the first one in."""

from __future__ import annotations

import logging
import re

from telegram import Chat, Message, ReplyParameters, Update, User
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import Forbidden, TelegramError
from telegram.ext import ApplicationHandlerStop, MessageHandler, TypeHandler, filters

from bot import logs
from bot.context import App, Context
from bot.handlers import dispatch

log = logging.getLogger(__name__)

MOST_GREETED = 1_000
GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
HERE = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR)


async def gate(update: Update, context: Context) -> None:
    """Let owners pass who are alone with the bot or speak to it. Strangers get one polite line, once; none in a group."""
    user, chat = update.effective_user, update.effective_chat
    if user is None or chat is None or user.is_bot:
        raise ApplicationHandlerStop
    admitted = context.services.access.admits(user.id)
    if chat.type == ChatType.PRIVATE:
        passes = admitted or await _pairs(update, context, user)
    else:
        passes = admitted and chat.type in GROUPS and _said(update, context) is not None
        if not admitted and update.my_chat_member is not None and update.my_chat_member.new_chat_member.status in HERE:
            await _leave(chat)
    if not passes:
        raise ApplicationHandlerStop
    logs.speaker(user.id)
    context.services.metrics.updates.inc()


async def _pairs(update: Update, context: Context, user: User) -> bool:
    """Whether a stranger has the right code; if not, they are told so once."""
    access, greeted = context.services.access, context.services.greeted
    words = ((update.message.text if update.message else None) or "").split()
    with_code = len(words) == 2 and words[0] == "/start"
    if with_code and access.pair(user.id, words[1], context.services.now()):
        return True
    if user.id not in greeted and len(greeted) < MOST_GREETED:
        greeted.add(user.id)
        await context.say("chat", "link_gone" if with_code and access.is_open else "stranger")
    return False


async def _leave(chat: Chat) -> None:
    try:
        await chat.leave()
    except TelegramError as error:
        log.info("a stranger's group was not left: %s", error)


async def group(update: Update, context: Context) -> None:
    """Answer an owner who speaks to the bot in a group, in private; the group hears only that."""
    message, text = update.message, _said(update, context)
    assert message is not None
    assert text is not None
    heard = "in_private"
    try:
        await dispatch.said(context, text)
    except Forbidden:
        heard = "write_first"
    finally:
        words = context.worded("chat", heard).html
        await context.bot.send_message(message.chat_id, words, reply_parameters=ReplyParameters(message.message_id))
    raise ApplicationHandlerStop


def _said(update: Update, context: Context) -> str | None:
    return addressed(update.message, context.bot.username, context.bot.id) if update.message else None


def addressed(message: Message, bot_name: str, bot_id: int) -> str | None:
    """What is said to the bot, without its name; None unless it is spoken to: `/name@bot`, `@bot`, or a reply to it."""
    text = (message.text or "").strip()
    command = re.match(r"(/\w+)@(\w+)", text)
    if command:
        return command[1] + text[command.end() :] if command[2].casefold() == bot_name.casefold() else None
    name = re.compile(rf"(?<!\w)@{re.escape(bot_name)}(?!\w)", re.IGNORECASE)
    if name.search(text):
        return name.sub(" ", text).strip()
    answered = message.reply_to_message
    return text if text and answered and answered.from_user and answered.from_user.id == bot_id else None


def register(app: App) -> None:
    app.add_handler(TypeHandler(Update, gate), group=-1)
    app.add_handler(MessageHandler(filters.ChatType.GROUPS & filters.UpdateType.MESSAGE & filters.TEXT, group))
