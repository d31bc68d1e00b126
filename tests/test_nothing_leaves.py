"""The bot speaks to Telegram and to nobody else, and opens no door: every address that any of its processes uses is noted."""

from __future__ import annotations

import asyncio
import http.client
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from analytics.registry import ANALYSES
from bot.resources import SAMPLES
from bot.simulator.server import serve
from bot.simulator.telegram import Telegram
from tests.talk import PATIENCE

ROOT = Path(__file__).parents[1]
# Python imports a module of this name by itself, in workers, too.
NOTING = """
import os, sys

def note(event, args):
    if event in ("socket.connect", "socket.bind", "socket.sendto"):
        address = args[1]
    elif event == "socket.getaddrinfo":
        address = args[:2]
    else:
        return
    # Sockets of this machine's own files have no host.
    if isinstance(address, tuple):
        write(event.partition(".")[2], *address[:2])

def write(*words):
    line = os.open(os.environ["ADDRESSES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(line, (" ".join(map(str, words)) + "\\n").encode())
    os.close(line)

write("process", os.getpid())
sys.addaudithook(note)
"""


class Watched:
    """The bot as a process, and what it was seen to do."""

    def __init__(self, folder: Path) -> None:
        (folder / "sitecustomize.py").write_text(NOTING)
        self.folder, self.addresses = folder, folder / "addresses"
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, *words: str, until: bytes, **settings: str) -> bytes:
        """Start it, and wait for a line that has these words."""
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *words),
            env={name: value for name, value in os.environ.items() if not name.startswith("POCKET_")}
            | {f"POCKET_{name.upper()}": value for name, value in settings.items()}
            | {"POCKET_DATA": str(self.folder / "data"), "POCKET_WORKERS": "1"}
            | {"PYTHONPATH": f"{self.folder}{os.pathsep}{ROOT}", "ADDRESSES": str(self.addresses)},
            stdout=asyncio.subprocess.PIPE,
        )
        assert self.process.stdout is not None
        line = b""
        while until not in line:
            line = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)
            assert line, "it ended"
        return line

    async def end(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(self.process.communicate(), 20)

    def noted(self, *events: str) -> set[tuple[str, ...]]:
        """Hosts and ports of these events; process numbers, for a process that began."""
        lines = (line.split(" ") for line in self.addresses.read_text().splitlines())
        return {tuple(words) for event, *words in lines if event in events}


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Watched]:
    watched = Watched(tmp_path)
    yield watched
    await watched.end()


async def test_it_connects_to_telegram_alone_and_listens_nowhere(bot: Watched) -> None:
    telegram = Telegram()
    server = await serve(telegram)
    await bot.start("run", until=b"is listening", token=telegram.token, api_url=server.address, owners="*")
    ann = telegram.person(1)

    async def answered(act: object) -> None:
        before = len(telegram.chat(1).replies)
        assert act
        await telegram.until(lambda: len(telegram.chat(1).replies) > before, PATIENCE)
        await telegram.until(lambda: "⏳" not in telegram.chat(1).messages[-1].words, PATIENCE)

    for path in sorted((SAMPLES / "en").iterdir()):
        await answered(ann.send_document(path.name, path.read_bytes()))
    for command in ("digest on", "digest now", "split all A B", "export", *(analysis.name for analysis in ANALYSES)):
        await answered(ann.say(f"/{command}"))
    await bot.end()
    await server.close()
    assert len(bot.noted("process")) >= 2, "workers are watched, too"
    assert bot.noted("connect", "sendto", "getaddrinfo") == {("127.0.0.1", str(server.port))}
    assert bot.noted("bind") == set()


async def test_of_the_demo_nothing_leaves_the_machine(bot: Watched) -> None:
    line = await bot.start("demo", "--port", "0", until=b"http://")
    page = urlsplit(line.decode().strip())
    sheet = (SAMPLES / "en" / "orders.csv").read_bytes()

    def open_and_send() -> str:
        connection = http.client.HTTPConnection("127.0.0.1", page.port or 0)
        connection.request("GET", f"/?{page.query}")
        answer = connection.getresponse()
        answer.read()
        cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        connection.request("POST", "/upload?user=1&name=orders.csv", sheet, {"Cookie": cookie})
        assert connection.getresponse().status == 200
        connection.close()
        return cookie

    cookie = await asyncio.to_thread(open_and_send)
    socket = await websocket_connect(HTTPRequest(f"ws://{page.netloc}/socket?user=1", headers={"Cookie": cookie}))
    for asked, answer in (("", "I read 2,117 lines"), ("/segments", "of your sales")):
        if asked:
            await socket.write_message(f'{{"kind": "say", "text": "{asked}"}}')
        while answer not in str(await asyncio.wait_for(socket.read_message(), PATIENCE)):
            pass
    socket.close()
    await bot.end()
    assert len(bot.noted("process")) >= 2
    assert {host for host, _ in bot.noted("connect", "sendto", "getaddrinfo", "bind")} == {"127.0.0.1"}
