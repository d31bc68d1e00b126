"""Bad weather on the line itself: stands between the bot and the loopback Telegram's port, and harms what passes.

It knows just enough of HTTP to harm one request at a time, before the server has it or after the server has acted.
"""

from __future__ import annotations

import asyncio
import gzip
import re
import socket
import struct
from collections.abc import Callable
from typing import Literal, Self, get_args

# The first two before Telegram has the request, the others after it has acted.
Harm = Literal["cut", "swallowed", "lost", "headers", "half", "stalled", "garbage", "page", "packed", "endless"]
HARMS: tuple[Harm, ...] = get_args(Harm)

PAGE = b"<html><h1>Please log in to the hotel's network</h1></html>"
BOMB = gzip.compress(bytes(64 * 2**20))
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
METHOD = re.compile(rb"\S+ /(?:bot[^/]+/(\w+)|(file)/)")


class Storm:
    """`async with Storm(port, weather) as storm:`; then requests go to `storm.address`.

    `weather` is asked about each request by its Bot API method, "file" for a download; None lets it pass.
    """

    def __init__(self, port: int, weather: Callable[[str], Harm | None] = lambda method: None) -> None:
        self._port, self._own_port, self.weather = port, 0, weather
        self._handling: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._own_port}"

    async def __aenter__(self) -> Self:
        await self.clear()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut_off()

    async def cut_off(self) -> None:
        """Let nobody reach the port any more, nor stay on the line."""
        self._server.close()
        for task in tuple(self._handling):
            task.cancel()
        await asyncio.gather(*self._handling, return_exceptions=True)

    async def clear(self) -> None:
        """Let everybody reach the port, the same one as before."""
        self._server = await asyncio.start_server(self._met, "127.0.0.1", self._own_port)
        self._own_port = self._server.sockets[0].getsockname()[1]

    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._handling.add(task)
        try:
            while await self._passes(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._handling.discard(task)
            writer.close()

    async def _passes(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Let one request through, or not; whether the connection is still good for another one."""
        head = await reader.readuntil(b"\r\n\r\n")
        found = METHOD.match(head)
        harm = self.weather((found[1] or found[2]).decode() if found else "")
        if harm == "cut":
            _reset(writer)
            return False
        body = await reader.readexactly(_length(head))
        if harm == "swallowed":
            _reset(writer)
            return False
        # The server forgets a long poll that nobody waits for only if it is told.
        answer, left = asyncio.ensure_future(self._asked(head + body)), asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait((answer, left), return_when=asyncio.FIRST_COMPLETED)
        finally:
            left.cancel()
            if not answer.done():
                answer.cancel()
            await asyncio.gather(left, answer, return_exceptions=True)
        return not answer.cancelled() and await self._answer(writer, answer.result(), harm)

    async def _asked(self, request: bytes) -> tuple[bytes, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            return head, await reader.readexactly(_length(head))
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, answer: tuple[bytes, bytes], harm: Harm | None) -> bool:
        head, body = answer
        instead: dict[Harm | None, bytes] = {
            None: head + body,
            "headers": head,
            "half": head + body[: len(body) // 2],
            "garbage": b"\x16\x03\x01\x00\xff" * 20,
            "page": b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n%s" % (len(PAGE), PAGE),
            "packed": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s" % (len(BOMB), BOMB),
            "endless": b"HTTP/1.1 200 OK\r\n\r\n",
        }
        writer.write(instead.get(harm, b""))
        await writer.drain()
        if harm == "stalled":
            await asyncio.sleep(60)
        elif harm == "lost":
            _reset(writer)
        while harm == "endless":
            writer.write(bytes(2**20))
            await writer.drain()
        return harm is None


def _length(head: bytes) -> int:
    found = LENGTH.search(head)
    return int(found[1]) if found else 0


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection as a broken one ends: without a word."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
