"""How requests reach Telegram, how fast they may, and what counts as an answer of Telegram's.

A proxy, or a portal that wants a login, may answer in Telegram's place: that is the network's trouble, whatever its status.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, HTTPXRequest, RequestData

from bot.ratelimit import TELEGRAM, Limits

# Telegram hands over files of 20 MB at most.
LARGEST_ANSWER = 32 * 1024 * 1024
LONGEST_REQUEST = 600.0


@dataclass(frozen=True)
class Transport:
    """One for every request, one of its own for the long poll; `limits` is None where nobody counts them."""

    requests: BaseRequest
    polling: BaseRequest
    limits: Limits | None = None

    @classmethod
    def http(cls, read_timeout: float = 20) -> Transport:
        """Over the network, with time for large files, and connections to spare should a long poll hang."""
        # An answer that is not packed cannot unpack to more than there is memory.
        plain: dict[str, Any] = {
            "headers": {"Accept-Encoding": "identity"},
            "event_hooks": {"response": [_bounded]},
        }
        requests = HTTPXRequest(
            connection_pool_size=64,
            pool_timeout=10,
            media_write_timeout=120,
            read_timeout=read_timeout,
            httpx_kwargs=plain,
        )
        polling = HTTPXRequest(connection_pool_size=4, read_timeout=2 * read_timeout, httpx_kwargs=plain)
        return cls(requests, polling, TELEGRAM)


class Checked(BaseRequest):
    """A request whose answer is Telegram's own, and ends; anything else is a NetworkError, so that it may be made again."""

    def __init__(self, request: BaseRequest) -> None:
        self._request = request

    @property
    def read_timeout(self) -> float | None:
        return self._request.read_timeout

    async def initialize(self) -> None:
        await self._request.initialize()

    async def shutdown(self) -> None:
        await self._request.shutdown()

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *timeouts: Any, **named_timeouts: Any
    ) -> tuple[int, bytes]:
        try:
            # A server that dribbles is never silent for long.
            async with asyncio.timeout(LONGEST_REQUEST):
                status, body = await self._request.do_request(url, method, request_data, *timeouts, **named_timeouts)
        except TimeoutError:
            raise TimedOut from None
        is_file = method == "GET" and status == HTTPStatus.OK
        if not is_file and not _by_telegram(status, body):
            raise NetworkError(f"something else than Telegram answers (status {status}): is POCKET_API_URL right?")
        return status, body


def _by_telegram(status: int, body: bytes) -> bool:
    """Whether this is JSON as Telegram writes it: a result, or a refusal."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return False
    if not isinstance(told, dict):
        return False
    return "result" in told if status == HTTPStatus.OK else told.get("ok") is False


class _Bounded(httpx.AsyncByteStream):
    """A body that is let through as far as an answer may be long."""

    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = LARGEST_ANSWER
        async for chunk in self._stream:
            left -= len(chunk)
            if left < 0:
                raise httpx.ReadError("the answer does not end")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _bounded(response: httpx.Response) -> None:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise httpx.DecodingError("the answer is packed, which was not asked for")
    assert isinstance(response.stream, httpx.AsyncByteStream)
    response.stream = _Bounded(response.stream)
