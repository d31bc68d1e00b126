"""The conversation itself: start, help, language, cancel. Each act serves its command and its button."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from telegram import BotCommand, BotCommandScopeChat

from analytics.analysis import Cuts
from analytics.language import LANGUAGES
from analytics.rfm import VOCABULARIES
from bot.context import Context
from bot.errors import Outdated
from bot.handlers.ask import ask
from bot.outbox import in_passing
from bot.render import Renderer

UNSET = "-"
SURE = "yes"
"""Behind an order that cannot be taken back: it is meant."""
BEYOND = ("forecast", "ads")

Act = Callable[[Context, Sequence[str]], Awaitable[None]]


async def start(context: Context, words: Sequence[str]) -> None:
    """Two sentences and what to do first; somebody with data gets their questions instead."""
    files = context.services.store.files(context.owner.user_id)
    await context.say("chat", "start", files=len(files))


async def help_(context: Context, words: Sequence[str]) -> None:
    await context.say("chat", "help")


async def thanks(context: Context, words: Sequence[str]) -> None:
    await context.say("sentences", "thanks")


async def cannot(context: Context, words: Sequence[str]) -> None:
    """Say of something that is often asked for that the bot does not do it."""
    if not words or words[0] not in BEYOND:
        raise Outdated
    await context.say("sentences", "cannot", what=words[0])


async def language(context: Context, words: Sequence[str]) -> None:
    """Offer the languages, or take the one named."""
    if not words:
        await context.say("chat", "language")
        return
    if words[0] not in LANGUAGES:
        raise Outdated
    # The vocabulary is settled before the language changes: it goes by how the owner started.
    context.services.store.set_language(context.owner.user_id, words[0])
    commands = menu(context.services.renderer, words[0])
    await context.say("chat", "language_chosen")
    scope = BotCommandScopeChat(context.person)
    await in_passing("an owner's menu", partial(context.bot.set_my_commands, commands, scope=scope))


async def cancel(context: Context, words: Sequence[str]) -> None:
    """Stop this chat's jobs. It does not queue behind them, so it comes through while they run."""
    jobs = list(context.services.running.get(context.person, ()))
    for job in jobs:
        job.cancel()
    # Whoever waits for a stopped job says so.
    if not jobs:
        await context.say("chat", "nothing_to_cancel")


async def vocabulary(context: Context, words: Sequence[str]) -> None:
    """Take the vocabulary of segment names that was chosen, and show the segments in it."""
    if not words or words[0] not in VOCABULARIES:
        raise Outdated
    context.services.store.set_vocabulary(context.owner.user_id, "classes" if words[0] == "classes" else "groups")
    await ask(context, "segments", ())


async def thresholds(context: Context, words: Sequence[str]) -> None:
    """Take the owner's thresholds of days, orders and money for good, or (`off`) the shop's middle again."""
    if words[:1] == ["off"]:
        cuts = Cuts()
    elif len(words) == 3 and all(word == UNSET or _is_amount(word) for word in words):
        days, orders, money = (None if word == UNSET else float(word) for word in words)
        cuts = Cuts(None if days is None else int(days), None if orders is None else int(orders), money)
    else:
        raise Outdated
    context.services.store.set_cuts(context.owner.user_id, cuts)
    context.services.store.set_vocabulary(context.owner.user_id, "classes")
    await ask(context, "segments", ())


def _is_amount(word: str) -> bool:
    try:
        return math.isfinite(float(word))
    except ValueError:
        return False


def menu(renderer: Renderer, language: str) -> list[BotCommand]:
    """The command menu: the analyses first, then the bot's own commands."""
    return [BotCommand(name, says) for name, says in renderer.menu(language)]


ACTS: dict[str, Act] = {
    "start": start,
    "help": help_,
    "thanks": thanks,
    "cannot": cannot,
    "language": language,
    "cancel": cancel,
    "vocabulary": vocabulary,
    "thresholds": thresholds,
}
