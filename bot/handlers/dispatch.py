"""Commands, taps and sentences all name an act or an analysis, with words behind it; here they find it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from telegram import Message, Update
from telegram.ext import CallbackQueryHandler, MessageHandler, filters

from analytics.registry import BY_NAME
from bot.context import App, Context
from bot.errors import NotASheet, Outdated
from bot.handlers import campaigns, chat, cleaning, columns, digest, privacy, share, trials, upload
from bot.handlers.ask import ask
from bot.render import IN_PLACE

ACTS: dict[str, chat.Act] = {
    **chat.ACTS,
    **upload.ACTS,
    **columns.ACTS,
    **cleaning.ACTS,
    **trials.ACTS,
    **digest.ACTS,
    **campaigns.ACTS,
    **privacy.ACTS,
    **share.ACTS,
}


async def act(context: Context, name: str, words: Sequence[str]) -> bool:
    """Do what is named; False if there is no such thing. An act that shares an analysis' name comes before it."""
    if name in ACTS:
        await ACTS[name](context, words)
    elif name in BY_NAME:
        await ask(context, name, words)
    else:
        return False
    return True


async def text(update: Update, context: Context) -> None:
    await said(context, (update.effective_message.text or "") if update.effective_message else "")


async def said(context: Context, text: str) -> None:
    """`/name words…`, also as /name@bot; or a plain sentence that names an analysis. Anything else gets a hint, never silence."""
    if text.startswith("/"):
        name, *words = text[1:].split() or [""]
        known = await act(context, name.partition("@")[0].lower(), words)
    else:
        named = context.services.renderer.asked_for(text, context.language)
        known = bool(named)
        if named:
            await ask(context, named[0], named[1:])
    if not known:
        await context.say("chat", "not_understood", files=len(context.services.store.uploads(context.owner.user_id)))


async def tap(update: Update, context: Context) -> None:
    """A button's data is the question it asks; a leading `~` asks for the answer in the button's own message."""
    query = update.callback_query
    data = (query.data or "") if query else ""
    if query is not None and data.startswith(IN_PLACE) and isinstance(query.message, Message):
        context.page = query.message
    name, *words = data.removeprefix(IN_PLACE).split() or [""]
    if name in BY_NAME and not words:
        # The key with an analysis' title asks just that, also where the command of that name is an act.
        await ask(context, name, ())
    elif not await act(context, name, words):
        raise Outdated


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


def question(update: Update) -> Hashable:
    """What an update asks, to be told from others of the same chat; None for what is worth doing every time it is said."""
    query, text = update.callback_query, (update.message.text if update.message else None) or ""
    data = (query.data or "") if query else text.removeprefix("/") if text.startswith("/") else ""
    name, *words = data.split() or [""]
    if name in BY_NAME and name not in ACTS:
        return ("ask", name, *words)
    return ("tap", query.message.message_id, data) if query and query.message else None


def page(update: Update) -> int | None:
    """The message whose page an update turns."""
    query = update.callback_query
    turns = query is not None and query.message is not None and (query.data or "").startswith(IN_PLACE)
    return query.message.message_id if turns and query and query.message else None


def register(app: App) -> None:
    private = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
    app.add_handler(MessageHandler(private & filters.Document.ALL, upload.upload))
    app.add_handler(MessageHandler(private & filters.TEXT, text))
    app.add_handler(MessageHandler(private & ~filters.StatusUpdate.ALL, no_sheet))
    app.add_handler(CallbackQueryHandler(tap))
