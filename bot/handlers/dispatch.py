"""Commands, taps and sentences all name an act or an analysis, with words behind it; here they find it."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import Message, Update
from telegram.ext import CallbackQueryHandler, MessageHandler, filters

from analytics.registry import BY_NAME
from bot.context import App, Context
from bot.errors import NotASheet, Outdated
from bot.handlers import chat, cleaning, columns, upload
from bot.handlers.ask import ask
from bot.render import IN_PLACE

ACTS: dict[str, chat.Act] = {**chat.ACTS, **upload.ACTS, **columns.ACTS, **cleaning.ACTS}


async def act(context: Context, name: str, words: Sequence[str]) -> bool:
    """Do what is named; False if there is no such thing."""
    if name in BY_NAME:
        await ask(context, name, words)
    elif name in ACTS:
        await ACTS[name](context, words)
    else:
        return False
    return True


async def command(update: Update, context: Context) -> None:
    """`/name words…`, also as /name@bot."""
    said = (update.effective_message.text or "").split() if update.effective_message else []
    name = said[0].removeprefix("/").partition("@")[0].lower()
    if not await act(context, name, said[1:]):
        await not_understood(context)


async def tap(update: Update, context: Context) -> None:
    """A button's data is the question it asks; a leading `~` asks for the answer in the button's own message."""
    query = update.callback_query
    data = (query.data or "") if query else ""
    if query is not None and data.startswith(IN_PLACE) and isinstance(query.message, Message):
        context.page = query.message
    name, *words = data.removeprefix(IN_PLACE).split() or [""]
    if not await act(context, name, words):
        raise Outdated


async def sentence(update: Update, context: Context) -> None:
    """A plain sentence that names an analysis is a question; anything else gets a hint, never silence."""
    text = (update.effective_message.text or "") if update.effective_message else ""
    named = context.services.renderer.asked_for(text, context.language)
    if named:
        await ask(context, named[0], named[1:])
    else:
        await not_understood(context)


async def not_understood(context: Context) -> None:
    files = len(context.services.store.uploads(context.owner.user_id))
    await context.say("chat", "not_understood", files=files)


async def no_sheet(update: Update, context: Context) -> None:
    """A photo, a voice message, a sticker …: say what would help."""
    message = update.effective_message
    kinds = ("photo", "voice", "video", "sticker")
    raise NotASheet(next((kind for kind in kinds if message is not None and getattr(message, kind)), "other"))


def urgent(update: Update) -> bool:
    """Whether an update does not queue behind its chat's earlier ones: who wants to stop a job cannot wait for it."""
    text = (update.message.text if update.message else None) or ""
    data = (update.callback_query.data if update.callback_query else None) or ""
    return text.split("@")[0].strip() == "/cancel" or data == "cancel"


def register(app: App) -> None:
    private = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
    app.add_handler(MessageHandler(private & filters.COMMAND, command))
    app.add_handler(MessageHandler(private & filters.Document.ALL, upload.upload))
    app.add_handler(MessageHandler(private & filters.TEXT, sentence))
    app.add_handler(MessageHandler(private & ~filters.StatusUpdate.ALL, no_sheet))
    app.add_handler(CallbackQueryHandler(tap))
