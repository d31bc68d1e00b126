"""Updates that Telegram brings by itself: each is kept before it is told that it arrived."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from urllib.parse import urlsplit

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from bot.inbox import KeepingBot, read

log = logging.getLogger(__name__)

HEADER = "X-Telegram-Bot-Api-Secret-Token"
SECRET = "webhook_secret"  # noqa: S105 - under this name it is remembered  # pragma: allowlist secret
LARGEST_BODY = 2 * 1024 * 1024


def new_secret() -> str:
    """What Telegram shows with every update, so that nobody else can bring one."""
    return secrets.token_urlsafe(32)


def serve(bot: KeepingBot, updates: asyncio.Queue[object], url: str, secret: str, host: str, port: int) -> HTTPServer:
    """Listen for Telegram at the path of the public address. Raises OSError where the port is taken."""
    # Every update would be a line.
    logging.getLogger("tornado.access").setLevel(logging.ERROR)
    path = urlsplit(url).path or "/"
    server = HTTPServer(
        Application([(path, _Door, {"bot": bot, "updates": updates, "secret": secret})]), max_body_size=LARGEST_BODY
    )
    server.listen(port, host)
    return server


class _Door(RequestHandler):
    def initialize(self, bot: KeepingBot, updates: asyncio.Queue[object], secret: str) -> None:
        self.bot, self.updates, self.secret = bot, updates, secret

    async def post(self) -> None:
        shown = self.request.headers.get(HEADER, "")
        if not secrets.compare_digest(shown.encode(), self.secret.encode()):
            log.warning("somebody who does not know the secret knocked at the webhook")
            self.send_error(403)
            return
        try:
            body = json.loads(self.request.body)
        except ValueError:
            body = None
        # What cannot be read is taken, too: Telegram would bring it again for a day.
        if (update := read(body, self.bot)) is None:
            return
        for kept in await self.bot.keep((update,)):
            await self.updates.put(kept)
