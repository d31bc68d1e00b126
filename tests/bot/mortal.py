"""A process that brings the bot to life again and again, each time in a fork that may die at a chosen write.

Orders come by standard input, one JSON object a line; the answers are the fork's number, then how it ended. What counts
as a write is every statement that changes a database, and every file that is renamed, removed, linked, copied or synced.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from datetime import datetime
from typing import Any

WRITES = ("BEGIN", "COMMIT", "INSERT", "UPDATE", "DELETE", "SAVEPOINT", "RELEASE", "CREATE", "ROLLBACK")
CHANGES = frozenset(
    ["os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate", "shutil.rmtree", "shutil.copyfile"]
)


class Death:
    """Comes at the write of that number, counted from the first one that begins with `since`; 0 for never."""

    def __init__(self, at: int, since: str) -> None:
        self._left, self._since, self._counts = at, since, not since
        sys.addaudithook(lambda event, _: self._written() if event in CHANGES else None)
        connect, fsync = sqlite3.connect, os.fsync

        def traced(*args: Any, **kwargs: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(*args, **kwargs)
            connection.set_trace_callback(self._traced)
            return connection

        def counted(descriptor: int) -> None:
            self._written()
            fsync(descriptor)

        sqlite3.connect = traced  # type: ignore[assignment]
        os.fsync = counted  # type: ignore[assignment]

    def _traced(self, statement: str) -> None:
        self._counts = self._counts or statement.startswith(self._since)
        if statement.lstrip().upper().startswith(WRITES):
            self._written()

    def _written(self) -> None:
        self._left -= self._counts
        if self._counts and self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


async def live(now: str, **given: Any) -> None:
    """The bot at work, at a time that stands still."""
    from telegram.request import HTTPXRequest

    from bot import app, settings
    from bot.transport import Transport

    # Without certificates, which take longer to load than all the rest.
    requests, polling = (HTTPXRequest(8, httpx_kwargs={"verify": False}) for _ in range(2))
    transport = Transport(requests, polling)
    built = app.build(settings.load(**given, owners="*", workers=0, backups=0), transport)
    built.bot_data["services"].now = lambda: datetime.fromisoformat(now)
    async with app.running(built, poll_seconds=5):
        await asyncio.Event().wait()


def main() -> None:
    """Import what the bot may need, once; then serve."""
    import logging

    import matplotlib.backends.backend_agg
    import matplotlib.figure
    import scipy.stats
    import sklearn.cluster
    import sklearn.metrics
    import sklearn.preprocessing

    import analytics.reading
    import analytics.registry
    import bot.app
    from analytics.language import LANGUAGES
    from bot.render import Renderer
    from bot.resources import TEMPLATES

    renderer = Renderer(TEMPLATES)
    for language in LANGUAGES:
        for template in ("chat", "upload", "errors", "schedule", "digest", "segments", "split", "trial", "privacy"):
            renderer._module(template, language)
        renderer.menu(language)
        renderer.drafts(language, "friendly")
    del analytics, bot, matplotlib, scipy, sklearn
    logging.disable(logging.CRITICAL)
    tell("ready")
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            os.environ.update(order.pop("environment"))
            Death(order.pop("dies_at"), order.pop("since"))
            asyncio.run(live(**order))
            os._exit(0)
        tell(child)
        tell(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def tell(what: object) -> None:
    """Say a line to whoever gives the orders."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
