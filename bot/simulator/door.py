"""The bot's way in without a network: python-telegram-bot calls this instead of HTTP."""

import json
from typing import Any
from urllib.parse import unquote

from telegram.request import BaseRequest, RequestData

from bot.simulator.faults import ApiError, Garbled
from bot.simulator.params import Uploads
from bot.simulator.telegram import Telegram


async def answer(telegram: Telegram, method: str, params: dict[str, Any], uploads: Uploads) -> tuple[int, bytes]:
    """Call a method; return the HTTP status and the JSON that Telegram would send."""
    try:
        result = await telegram.call(method, params, uploads)
    except ApiError as error:
        return error.code, refusal(error)
    except Garbled as garbled:
        return garbled.status, garbled.body
    return 200, json.dumps({"ok": True, "result": result}).encode()


def refusal(error: ApiError) -> bytes:
    """The JSON of a refusal."""
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return json.dumps(body).encode()


class DirectRequest(BaseRequest):
    """A `BaseRequest` that goes straight to a `Telegram`, for `.request()` and `.get_updates_request()` alike.

    The addresses may have any host; what follows `/bot<token>/` and `/file/bot<token>/` counts.
    """

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram

    @property
    def read_timeout(self) -> float | None:
        """Seconds that python-telegram-bot adds to a long poll: it makes no difference here."""
        return 5.0

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self,
        url: str,
        method: str,  # noqa: ARG002 - the HTTP verb, which Telegram ignores too
        request_data: RequestData | None = None,
        *_timeouts: object,
        **_named_timeouts: object,
    ) -> tuple[int, bytes]:
        """Answer one request; a dropped connection raises."""
        kind, _, path = unquote(url).partition(f"/bot{self._telegram.token}/")
        if not path:
            return 401, refusal(ApiError(401, "Unauthorized"))
        if kind.endswith("/file"):
            try:
                return 200, self._telegram.file(path)
            except ApiError as error:
                return error.code, refusal(error)
            except Garbled as garbled:
                return garbled.status, garbled.body
        data = request_data or RequestData()
        return await answer(self._telegram, path, dict(data.json_parameters), _uploads(data))


def _uploads(data: RequestData) -> dict[str, tuple[str, bytes]]:
    uploads = {}
    for part, (name, content, _mime_type) in data.multipart_data.items():
        uploads[part] = (name, content if isinstance(content, bytes) else content.read())
    return uploads
