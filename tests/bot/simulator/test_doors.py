"""A real python-telegram-bot application through both doors."""

import asyncio
import contextlib
import http.client
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from telegram import Bot, InputMediaDocument
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram.ext import ApplicationBuilder

from bot.simulator import ApiError, DirectRequest, Dropped, Fault, Server, Telegram, serve

Png = Callable[[int, int], bytes]


@pytest.fixture(params=["bot", "remote_bot"])
def any_bot(request: pytest.FixtureRequest) -> Bot:
    bot: Bot = request.getfixturevalue(request.param)
    return bot


async def test_a_conversation(telegram: Telegram, any_bot: Bot) -> None:
    assert any_bot.username == "pocket_marketer_bot"
    person, chat = telegram.person(1, language="zh-hans"), telegram.chat(1)
    person.say("/hello 😀 <b>&")
    (reply,) = await telegram.until(lambda: chat.replies)
    assert reply.text == "you said 你说: /hello 😀 <b>&"
    assert [entity["type"] for entity in reply.entities] == ["bold", "bot_command"]
    assert [[button.label for button in row] for row in reply.buttons] == [["Edit 改", "Alert"]]

    person.tap(reply.message_id, str(reply.button("Alert").data))
    await telegram.until(lambda: chat.toasts)
    assert (chat.toasts[-1].text, chat.toasts[-1].alert) == ("careful", True)
    person.tap(reply.message_id, "edit")
    await telegram.until(lambda: reply.edited)
    assert (reply.text, reply.buttons, len(chat.replies)) == ("改好了 edited in place", (), 1)


async def test_files_there_and_back(telegram: Telegram, any_bot: Bot) -> None:
    assert any_bot
    content = bytes(range(256)) * 5000
    telegram.person(1).send_document("订单 1.csv", content)
    chat = telegram.chat(1)
    await telegram.until(lambda: len(chat.replies) == 2)
    document, photo = chat.replies
    assert document.document
    assert (document.document.name, document.caption) == ("回订单 1.csv", "back")
    assert document.document.content == content[::-1]
    assert photo.photo
    assert (photo.photo.width, photo.photo.height, photo.caption) == (300, 200, "a picture")
    assert chat.actions == ["upload_document"]


async def test_albums_and_new_media(telegram: Telegram, any_bot: Bot, png: Png) -> None:
    telegram.person(1).started = True
    album = [InputMediaDocument(b"a", filename="a.csv"), InputMediaDocument(b"b", filename="b.csv", caption="two")]
    sent = await any_bot.send_media_group(1, album)
    assert [message.document and message.document.file_name for message in sent] == ["a.csv", "b.csv"]
    await sent[0].edit_media(InputMediaDocument(png(2, 2), filename="c.png"))
    changed = telegram.chat(1).replies[0]
    assert changed.document
    assert changed.document.content == png(2, 2)


async def test_refusals_become_the_right_exceptions(
    telegram: Telegram, any_bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # else python-telegram-bot warns that RetryAfter will change
    with pytest.raises(BadRequest, match="Chat not found"):
        await any_bot.send_message(99, "x")
    with pytest.raises(Forbidden, match="can't initiate"):
        await any_bot.send_message(telegram.person(1).user_id, "x")
    telegram.person(1).started = True
    telegram.faults.append(Fault("sendMessage", ApiError(429, "Too Many Requests: retry after 7", retry_after=7)))
    with pytest.raises(RetryAfter) as wait:
        await any_bot.send_message(1, "x")
    assert wait.value.retry_after == timedelta(seconds=7)
    telegram.faults.append(Fault("sendMessage", Dropped(), when="after"))
    with pytest.raises(NetworkError):
        await any_bot.send_message(1, "sent, but nobody knows")
    assert telegram.chat(1).replies[-1].text == "sent, but nobody knows"


@pytest.mark.parametrize("door", ["direct", "http"])
async def test_a_wrong_token_opens_nothing(telegram: Telegram, server: Server, door: str) -> None:
    bot = (
        Bot("1:wrong", request=DirectRequest(telegram), get_updates_request=DirectRequest(telegram))
        if door == "direct"
        else Bot("1:wrong", base_url=f"{server.address}/bot")
    )
    with pytest.raises(InvalidToken):
        await bot.initialize()
    await bot.shutdown()


async def ask(server: Server, path: str, headers: dict[str, str], body: bytes | None = None) -> tuple[int, bytes]:
    """One plain request: status and body."""

    def talk() -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("POST" if body is not None else "GET", path, body, headers)
        response = connection.getresponse()
        answer = response.status, response.read()
        connection.close()
        return answer

    return await asyncio.to_thread(talk)


async def test_json_and_queries_are_understood(telegram: Telegram, server: Server) -> None:
    telegram.person(1).say("hello")
    status, body = await ask(server, "/bot42:token/getUpdates?limit=1", {})
    assert (status, len(json.loads(body)["result"])) == (200, 1)
    text = json.dumps({"chat_id": 1, "text": "你好"}).encode()
    status, body = await ask(server, "/bot42:token/sendmessage", {"Content-Type": "application/json"}, text)
    assert json.loads(body)["result"]["text"] == "你好"
    status, body = await ask(server, "/bot42:token/sendMessage?chat_id=1", {})
    assert (status, json.loads(body)["description"]) == (400, "Bad Request: message text is empty")


@pytest.mark.parametrize("path", ["/", "/page/chat.js", "/font.otf", "/upload?user=1&name=x.csv", "/socket"])
@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "http://127.0.0.1:1"}]
)
async def test_the_page_serves_only_itself(server: Server, path: str, headers: dict[str, str]) -> None:
    body = b"x" if path.startswith("/upload") else None
    assert (await ask(server, path, headers, body))[0] == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [("/page/index.html%00", 404), (f"/upload?name=a.csv&user={'9' * 5000}", 400), ("/upload?name=a.csv&user=0", 400)],
)
async def test_what_makes_no_sense_is_refused(server: Server, path: str, status: int) -> None:
    assert (await ask(server, path, {}, b"x" if path.startswith("/upload") else None))[0] == status


async def test_documents_are_never_opened_as_pages(telegram: Telegram, server: Server) -> None:
    message = telegram.person(1).send_document("x.html", b"<script>")
    assert message.document

    def head() -> http.client.HTTPMessage:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("GET", f"/media/{message.document.path if message.document else ''}")
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.headers

    headers = await asyncio.to_thread(head)
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_a_closed_server_lets_go_of_long_polls(server: Server) -> None:
    poll = asyncio.create_task(ask(server, "/bot42:token/getUpdates?timeout=50", {}))
    await asyncio.sleep(0.1)
    await server.close()
    async with asyncio.timeout(5):
        with pytest.raises((http.client.HTTPException, OSError)):
            await poll


async def test_the_page_is_for_whoever_has_the_key_and_a_local_name(telegram: Telegram, tmp_path: Path) -> None:
    server = await serve(telegram, samples=tmp_path, key="k" * 32)
    own = f"127.0.0.1:{server.port}"

    async def status(path: str, **headers: str) -> tuple[int, str]:
        def ask() -> tuple[int, str]:
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port)) as connection:
                connection.request("GET", path, headers={"Host": own, **headers})
                answer = connection.getresponse()
                return answer.status, answer.getheader("Set-Cookie") or ""

        return await asyncio.to_thread(ask)

    paths = ("/", "/page/chat.js", "/media/x", "/font.otf", "/socket?user=1")
    assert server.page == f"http://{own}/?key={'k' * 32}"
    for path in (*paths, "/?key=", "/?key=k", f"/?key={'K' * 32}", "/?key=%00"):
        assert await status(path) == (403, "")
    code, cookie = await status(f"/?key={'k' * 32}&user=2")
    assert code == 200
    assert "HttpOnly" in cookie
    held = cookie.partition(";")[0]
    assert await status("/", Cookie=held) == (200, "")
    assert await status("/page/chat.js", Cookie=held) == (200, "")
    strange = {"Host": "evil.example"}, {"Host": f"evil.example:{server.port}"}, {"Origin": "http://evil.example"}
    for elsewhere in strange:
        for path in (*paths, f"/?key={'k' * 32}"):
            assert await status(path, Cookie=held, **elsewhere) == (403, "")
    await server.close()


async def test_the_api_needs_no_key_but_the_token(telegram: Telegram) -> None:
    server = await serve(telegram, key="k" * 32)
    builder = ApplicationBuilder().token(telegram.token).base_url(f"{server.address}/bot")
    async with builder.build().bot as bot:
        assert bot.username == "pocket_marketer_bot"
    await server.close()
