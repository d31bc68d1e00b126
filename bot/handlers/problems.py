"""The one place where faults become words; bugs are logged with a number that the owner is told."""

from __future__ import annotations

import errno
import logging
import secrets
import sqlite3

from telegram import Update
from telegram.error import Forbidden, InvalidToken, NetworkError, TelegramError

from analytics.errors import Problem
from bot import delivery
from bot.context import App, Context
from bot.errors import DiskFull, GivenUp, Stopping

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
    if isinstance(error, InvalidToken):
        # With the next token it is answered.
        raise Stopping from error
    failures = context.services.metrics.failures
    if isinstance(error, TelegramError):
        failures.labels("telegram").inc()
        # A send that failed may still have arrived; trying again could say it twice.
        log.warning("Telegram: %s", error, exc_info=None if isinstance(error, NetworkError) else error)
        return
    if _is_full(error):
        log.error("the disk is full: %s", error)
        error = DiskFull()
    renderer, language = context.services.renderer, context.language
    failures.labels(type(error).__name__ if isinstance(error, Problem) else "bug").inc()
    if isinstance(error, Problem):
        reply = renderer.problem(error, language)
    else:
        number = secrets.token_hex(3)
        log.error("fault %s", number, exc_info=error)
        reply = renderer.say("errors", "bug", language, number=number)
    await delivery.send(context.bot, context.person, reply)


async def give_up(update: Update, context: Context) -> None:
    """Tell the owner that what they asked is left alone: the bot went down each time it was at it."""
    message, query = update.effective_message, update.callback_query
    said = message.document.file_name if message and message.document else message.text if message else None
    log.error("update %s is given up: the bot went down over it again and again", update.update_id)
    reply = context.services.renderer.problem(GivenUp(None if query else said), context.language)
    await delivery.send(context.bot, context.person, reply)


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_FULL


def register(app: App) -> None:
    app.add_error_handler(tell)
