"""The one place where faults become words; bugs are logged with a number that the owner is told."""

from __future__ import annotations

import logging
import secrets

from telegram import Update
from telegram.error import Forbidden, NetworkError, TelegramError

from analytics.errors import Problem
from bot import delivery
from bot.context import App, Context

log = logging.getLogger(__name__)


async def tell(update: object, context: Context) -> None:
    """Word what went wrong for the owner; what is only the network's doing is logged."""
    error = context.error
    if error is None or not isinstance(update, Update) or update.effective_user is None:
        log.error("a fault outside any conversation", exc_info=error)
        return
    if isinstance(error, Forbidden):
        log.info("the owner has blocked the bot")
        return
    failures = context.services.metrics.failures
    if isinstance(error, TelegramError):
        failures.labels("telegram").inc()
        # A send that failed may still have arrived; trying again could say it twice.
        log.warning("Telegram: %s", error, exc_info=None if isinstance(error, NetworkError) else error)
        return
    renderer, language = context.services.renderer, context.language
    failures.labels(type(error).__name__ if isinstance(error, Problem) else "bug").inc()
    if isinstance(error, Problem):
        reply = renderer.problem(error, language)
    else:
        number = secrets.token_hex(3)
        log.error("fault %s", number, exc_info=error)
        reply = renderer.say("errors", "bug", language, number=number)
    await delivery.send(context.bot, context.person, reply)


def register(app: App) -> None:
    app.add_error_handler(tell)
