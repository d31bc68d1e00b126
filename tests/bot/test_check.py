"""`pocket-marketer check`: every finding is true, and the token is never printed."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from bot import check, settings
from bot.__main__ import main
from bot.simulator.server import Server, serve
from bot.simulator.telegram import Telegram
from tests.talk import running

RIGHT = "Ab-_" * 9


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = await serve(Telegram(f"1234567890:{RIGHT}"))
    yield server
    await server.close()


async def found(server: Server | str, folder: Path, **given: Any) -> dict[str, check.Finding]:
    """What is found, by what it is about."""
    chosen: dict[str, Any] = {
        "token": f"1234567890:{RIGHT}",
        "api_url": server if isinstance(server, str) else server.address,
        "data": folder,
        "workers": 0,
    }
    told = {finding.about: finding async for finding in check.findings(settings.load(**{**chosen, **given}))}
    assert RIGHT not in repr(told)
    return told


async def test_a_fit_server_is_called_so(server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = await found(server, tmp_path / "data")
    assert list(told) == ["data folder", "space", "workers", "token", "clock"]
    assert all(finding.fine for finding in told.values()), told
    assert "@pocket_marketer_bot" in told["token"].says
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert list((tmp_path / "data").iterdir()) == [], "nothing is left behind"
    assert await check.run(settings.load(token=f"1234567890:{RIGHT}", api_url=server.address, data=tmp_path, workers=0))
    assert capsys.readouterr().out.count("ok ") == 5


async def test_a_wrong_token_is_named_as_such(server: Server, tmp_path: Path) -> None:
    told = await found(server, tmp_path, token="1234567890:wrong")
    assert not told["token"].fine
    assert "BotFather" in told["token"].says


async def test_a_telegram_that_cannot_be_reached_is_named(server: Server, tmp_path: Path) -> None:
    address = server.address
    await server.close()
    for api_url in (address, "http://no such host"):
        told = await found(api_url, tmp_path)
        assert list(told)[-1] == "telegram"
        assert not told["telegram"].fine


async def test_what_answers_may_be_something_else_and_the_clock_wrong(tmp_path: Path) -> None:
    class Strange(RequestHandler):
        def get(self, _: str) -> None:
            self.set_header("Date", "Mon, 01 Jan 2001 00:00:00 GMT")
            self.write("<html>Log in to this network</html>")

    strange = HTTPServer(Application([(r"(.*)", Strange)]))
    strange.listen(0, "127.0.0.1")
    (listening,) = strange._sockets.values()
    told = await found(f"http://127.0.0.1:{listening.getsockname()[1]}", tmp_path)
    assert "something else" in told["token"].says
    assert not told["token"].fine
    assert not told["clock"].fine
    strange.stop()
    await strange.close_all_connections()


async def test_a_folder_that_cannot_be_used_is_named(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = await found(server, tmp_path / "file" / "below")
    assert not told["data folder"].fine
    assert told["space"].fine
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "open").chmod(0o755)
    assert "chmod 700" in (await found(server, tmp_path / "open"))["data folder"].says


async def test_little_space_and_a_missing_glyph_are_told(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "LEAST_MEGABYTES", 10**12)
    monkeypatch.setattr(check, "SAMPLE", "客\U000e0041")
    told = await found(server, tmp_path)
    assert not told["space"].fine
    assert not told["fonts"].fine


async def test_the_command_tells_by_its_exit_status(server: Server, tmp_path: Path) -> None:
    for token, status in ((RIGHT, 0), ("wrong", 1)):
        environment = {**os.environ, "POCKET_TOKEN": f"1234567890:{token}", "POCKET_API_URL": server.address}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "check"),
            env={**environment, "POCKET_DATA": str(tmp_path), "POCKET_WORKERS": "1", "POCKET_LOG": "json"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told, _ = await process.communicate()
        assert process.returncode == status, told
        assert RIGHT.encode() not in told


async def test_databases_are_looked_at(server: Server, tmp_path: Path) -> None:
    async with running(tmp_path):
        pass
    assert (await found(server, tmp_path))["database"].fine
    for name in ("inbox.sqlite", "pocket.sqlite"):
        whole = (tmp_path / name).read_bytes()
        for broken in (b"no database at all " * 99, whole[:4096] + b"\xff" * 4096 + whole[8192:]):
            (tmp_path / name).write_bytes(broken)
            told = (await found(server, tmp_path))["database"]
            assert not told.fine
            assert "pocket-marketer restore" in told.says
        (tmp_path / name).write_bytes(whole)


def blocked(folder: Path, what: str) -> Path:
    """A data folder that nobody can work in."""
    if what == "no database":
        (folder / "pocket.sqlite").write_text("no database at all")
    elif what == "no inbox":
        (folder / "inbox.sqlite").write_text("no database at all")
    else:
        (folder / "file").write_text("")
    return {"a file": folder / "file", "below a file": folder / "file" / "below"}.get(what, folder)


BLOCKS = ("a file", "below a file", "no database", "no inbox")
COMMANDS = ("run", "check", "pair", "backup", "restore x")


@pytest.mark.parametrize("what", BLOCKS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_that_cannot_be_worked_in_is_told_in_a_sentence(
    command: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = blocked(tmp_path, what)
    for name, value in (("TOKEN", f"123:{RIGHT}"), ("DATA", str(folder)), ("API_URL", "http://127.0.0.1:9")):
        monkeypatch.setenv(f"POCKET_{name}", value)
    # Of what is looked at, only the folder counts here.
    monkeypatch.setattr(check, "_workers", lambda _: asyncio.sleep(0, check.Finding("workers", True, "")))
    done = CliRunner().invoke(main, command.split())
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    if command in {"run", "check"}:
        assert "POCKET_DATA" in done.output or "pocket-marketer restore" in done.output
