"""Commands, taps and sentences all name an act or an analysis, with words behind it; here they find it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from telegram import Message, Update
from telegram.constants import InlineKeyboardButtonLimit
from telegram.ext import CallbackQueryHandler, MessageHandler, filters

from analytics.dataset import Kind
from analytics.language import LANGUAGES
from analytics.registry import BY_NAME
from bot.context import App, Context
from bot.errors import NotASheet, Outdated
from bot.handlers import campaigns, chat, cleaning, columns, digest, privacy, share, trials, upload
from bot.handlers.ask import ask
from bot.handlers.chat import SURE
from bot.render import IN_PLACE, Renderer
from bot.sentences import NO_NAME, like

LONGEST_NAME = 4
"""Words."""

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


async def document(update: Update, context: Context) -> None:
    """A file, and then what was asked along with it; who sends nothing but a test has one question anyway."""
    taken_in = await upload.upload(update, context)
    caption = (update.effective_message.caption or "") if update.effective_message else ""
    if taken_in is not None and caption.strip():
        await said(context, caption)
    elif taken_in is not None and {table.kind for table in taken_in.tables} == {Kind.RESULTS}:
        await ask(context, "abtest", ())


async def text(update: Update, context: Context) -> None:
    await said(context, (update.effective_message.text or "") if update.effective_message else "")


async def said(context: Context, text: str) -> None:
    """`/name words…`, also as /name@bot; or a plain sentence that asks for something. Anything else gets a hint, never silence."""
    if text.startswith("/"):
        name, *words = text[1:].split() or [""]
        if await _typed(context, name.partition("@")[0].lower(), words):
            return
    asked = context.services.renderer.asked_for(text, context.language)
    # What stands behind a phrase is a name: a sentence orders nothing that cannot be taken back.
    if not await _do(context, asked[:1] if asked[1:] == (SURE,) else asked):
        files = context.services.store.files(context.owner.user_id)
        await context.say("chat", "not_understood", files=len(files), name=_name(text) if files else "")


async def _typed(context: Context, name: str, words: Sequence[str]) -> bool:
    """Do what a typed command says, or ask whether another one was meant; False if it is like none."""
    commands = [command for command, _ in context.services.renderer.menu(context.language)]
    try:
        if await act(context, name, words):
            return True
    except Outdated:
        # One that stands in no menu says nothing without what belongs behind it.
        await context.say("sentences", "not_so", command=name, listed=name in commands)
        return True
    meant = like(name, commands)
    if meant is not None:
        asked = " ".join((meant, *words))
        await context.say("sentences", "did_you_mean", command=meant, asked=asked if _fits(asked) else meant)
    return meant is not None


async def _do(context: Context, command: Sequence[str]) -> bool:
    """As `act`; but the name of an analysis alone asks just that, also where the command of that name is an act."""
    name, *words = command or ("",)
    if name in BY_NAME and not words:
        await ask(context, name, ())
        return True
    return await act(context, name, words)


def _name(text: str) -> str:
    """What a sentence that nobody understands may be the name of, as a button can say it; empty if it is no name."""
    words = [] if text.startswith("/") else text.strip(NO_NAME).split()
    return " ".join(words) if words and len(words) <= LONGEST_NAME and _fits(f"customer {' '.join(words)}") else ""


def _fits(data: str) -> bool:
    """Whether Telegram takes this as a button's data."""
    return len(data.encode()) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA - len(IN_PLACE)


async def tap(update: Update, context: Context) -> None:
    """A button's data is the question it asks; a leading `~` asks for the answer in the button's own message."""
    query = update.callback_query
    data = (query.data or "") if query else ""
    if query is not None and data.startswith(IN_PLACE) and isinstance(query.message, Message):
        context.page = query.message
    if not await _do(context, data.removeprefix(IN_PLACE).split()):
        raise Outdated


async def no_sheet(update: Update, context: Context) -> None:
    """A photo, a voice message, a sticker …: say what would help."""
    message = update.effective_message
    kinds = ("photo", "voice", "video", "sticker")
    raise NotASheet(next((kind for kind in kinds if message is not None and getattr(message, kind)), "other"))


def urgent(renderer: Renderer, update: Update) -> bool:
    """Whether an update does not queue behind its chat's earlier ones: who wants to stop a job cannot wait for it."""
    if update.callback_query:
        return update.callback_query.data == "cancel"
    text = (update.message.text if update.message else None) or ""
    if text.startswith("/"):
        return text[1:].partition("@")[0].strip().lower() == "cancel"
    return any(renderer.said_alone(text, language) == ("cancel",) for language in LANGUAGES)


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
    app.add_handler(MessageHandler(private & filters.Document.ALL, document))
    app.add_handler(MessageHandler(private & filters.TEXT, text))
    app.add_handler(MessageHandler(private & ~filters.StatusUpdate.ALL, no_sheet))
    app.add_handler(CallbackQueryHandler(tap))
