"""The door: private chats of people who may talk to this bot; a pairing link lets the first one in."""

from __future__ import annotations

from telegram import Update
from telegram.constants import ChatType
from telegram.ext import ApplicationHandlerStop, TypeHandler

from bot.context import App, Context

MOST_GREETED = 1_000


async def gate(update: Update, context: Context) -> None:
    """Let owners pass. Strangers get one polite line, once; groups get silence."""
    user, chat = update.effective_user, update.effective_chat
    if user is None or chat is None or chat.type != ChatType.PRIVATE:
        raise ApplicationHandlerStop
    access = context.services.access
    if access.admits(user.id):
        return
    words = ((update.message.text if update.message else None) or "").split()
    if len(words) == 2 and words[0] == "/start" and access.pair(user.id, words[1]):
        return
    greeted = context.services.greeted
    if user.id not in greeted and len(greeted) < MOST_GREETED:
        greeted.add(user.id)
        await context.say("chat", "stranger")
    raise ApplicationHandlerStop


def register(app: App) -> None:
    app.add_handler(TypeHandler(Update, gate), group=-1)
