"""The bot's way in over HTTP, as on api.telegram.org."""

import asyncio
import json
from typing import Any
from urllib.parse import unquote

from tornado.web import HTTPError, RequestHandler

from bot.simulator.door import answer, refusal
from bot.simulator.faults import ApiError, Dropped, Garbled
from bot.simulator.telegram import Telegram

# tornado declares these as methods that may do anything; here they never stream.
# mypy: disable-error-code="override"


class MethodHandler(RequestHandler):
    """`/bot<token>/<method>`: GET or POST, with a query, a form, JSON or multipart."""

    def initialize(self, telegram: Telegram) -> None:
        self.telegram = telegram
        self.running: asyncio.Task[tuple[int, bytes]] | None = None

    async def get(self, token: str, method: str) -> None:
        """As POST."""
        await self.post(token, method)

    async def post(self, token: str, method: str) -> None:
        """Answer one call; a client that goes away ends its long poll."""
        if unquote(token) != self.telegram.token:
            self.give(401, refusal(ApiError(401, "Unauthorized")))
            return
        uploads = {name: (parts[0].filename, parts[0].body) for name, parts in self.request.files.items()}
        self.running = asyncio.create_task(answer(self.telegram, method, self.parameters(), uploads))
        try:
            self.give(*await self.running)
        except Dropped:
            self.detach().close()
        except asyncio.CancelledError:
            if not self.running.cancelled():
                raise

    def on_connection_close(self) -> None:
        """Let go of a long poll that nobody waits for."""
        if self.running:
            self.running.cancel()

    def parameters(self) -> dict[str, Any]:
        """All parameters, however they were sent."""
        if self.request.headers.get("Content-Type", "").startswith("application/json"):
            try:
                values = json.loads(self.request.body or b"{}")
            except ValueError:
                raise HTTPError(400) from None
            return values if isinstance(values, dict) else {}
        return {name: values[-1].decode(errors="replace") for name, values in self.request.arguments.items()}

    def give(self, status: int, body: bytes) -> None:
        """Write an answer."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.write(body)


class DownloadHandler(RequestHandler):
    """`/file/bot<token>/<path>`."""

    def initialize(self, telegram: Telegram) -> None:
        self.telegram = telegram

    def get(self, token: str, path: str) -> None:
        """Hand over the bytes."""
        if unquote(token) != self.telegram.token:
            self.send_error(401)
            return
        try:
            content = self.telegram.file(unquote(path))
        except ApiError as error:
            self.set_status(error.code)
            self.write(refusal(error))
        except Garbled as garbled:
            self.set_status(garbled.status)
            self.write(garbled.body)
        except Dropped:
            self.detach().close()
        else:
            self.set_header("Content-Type", "application/octet-stream")
            self.write(content)
