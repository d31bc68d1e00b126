"""What Telegram refuses, and in which words."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.simulator import ApiError, Dropped, Fault, Telegram

ME = 1
Png = Callable[[int, int], bytes]


@pytest.fixture
def telegram() -> Telegram:
    telegram = Telegram("42:token")
    telegram.person(ME).say("/start")
    return telegram


async def refused(telegram: Telegram, method: str, files: Any = None, **params: Any) -> str:
    """The description of the refusal, its code in front."""
    with pytest.raises(ApiError) as error:
        await telegram.call(method, {"chat_id": ME} | params, files)
    return str(error.value)


def keyboard(**button: Any) -> str:
    return json.dumps({"inline_keyboard": [[{"text": "x"} | button]]})


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({}, "message text is empty"),
        ({"text": " \n "}, "message text is empty"),
        ({"text": "<b> </b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 4097}, "message is too long"),
        ({"text": "<b>" + "x" * 4097 + "</b>", "parse_mode": "HTML"}, "message is too long"),
        (
            {"text": "a <br> b", "parse_mode": "HTML"},
            'can\'t parse entities: Unsupported start tag "br" at byte offset 2',
        ),
        ({"text": "*x*", "parse_mode": "Org"}, "unsupported parse_mode"),
        ({"text": "x", "chat_id": 999}, "chat not found"),
        ({"text": "x", "chat_id": "me"}, 'parameter "chat_id" must be an Integer'),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply markup JSON object"),
        ({"text": "x", "reply_markup": keyboard(callback_data="")}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard(callback_data="客" * 22)}, "BUTTON_DATA_INVALID"),
        (
            {"text": "x", "reply_markup": keyboard()},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "x", "reply_markup": keyboard(url="http://localhost")},
            "inline keyboard button URL 'http://localhost' is invalid: Wrong HTTP URL",
        ),
        ({"text": "x", "reply_parameters": {"message_id": 77}}, "message to be replied not found"),
    ],
)
async def test_refuses_messages(telegram: Telegram, params: dict[str, Any], refusal: str) -> None:
    assert await refused(telegram, "sendMessage", **params) == f"400 Bad Request: {refusal}"
    assert not telegram.chat(ME).replies


@pytest.mark.parametrize(
    "params",
    [
        {"text": "😀" * 4096},
        {"text": "<b>" + "x" * 4096 + "</b>", "parse_mode": "HTML"},
        {"text": "x", "reply_markup": keyboard(callback_data="客" * 21)},
        {"text": "x", "reply_markup": keyboard(url="https://example.org/x")},
        {"text": "x", "reply_parameters": {"message_id": 77, "allow_sending_without_reply": True}},
    ],
)
async def test_takes_messages_at_the_limit(telegram: Telegram, params: dict[str, Any]) -> None:
    assert (await telegram.call("sendMessage", {"chat_id": ME} | params))["message_id"] == 2


async def test_unknown_method(telegram: Telegram) -> None:
    assert await refused(telegram, "sendPigeon") == "404 Not Found"


async def test_bot_may_not_write_first_nor_after_a_block(telegram: Telegram) -> None:
    other = telegram.person(2)
    assert await refused(telegram, "sendMessage", chat_id=2, text="x") == (
        "403 Forbidden: bot can't initiate conversation with a user"
    )
    other.say("hello")
    other.block()
    assert await refused(telegram, "sendMessage", chat_id=2, text="x") == "403 Forbidden: bot was blocked by the user"
    other.unblock()
    assert await telegram.call("sendMessage", {"chat_id": 2, "text": "x"})


async def test_files(telegram: Telegram, png: Png) -> None:
    assert await refused(telegram, "sendDocument") == "400 Bad Request: there is no document in the request"
    assert await refused(telegram, "sendDocument", {"document": ("a.csv", b"")}) == (
        "400 Bad Request: file must be non-empty"
    )
    assert await refused(telegram, "sendDocument", {"document": ("a.csv", b"x")}, caption="x" * 1025) == (
        "400 Bad Request: message caption is too long"
    )
    assert await refused(telegram, "sendDocument", {"document": ("a.csv", bytes(50 * 2**20 + 1))}) == (
        "413 Request Entity Too Large"
    )
    assert await refused(telegram, "sendPhoto", {"photo": ("a.png", b"no picture")}) == (
        "400 Bad Request: IMAGE_PROCESS_FAILED"
    )
    for size in ((6000, 4001), (21, 1)):
        assert await refused(telegram, "sendPhoto", {"photo": ("a.png", png(*size))}) == (
            "400 Bad Request: PHOTO_INVALID_DIMENSIONS"
        )


async def test_a_file_can_be_sent_again_by_its_id(telegram: Telegram) -> None:
    first = await telegram.call("sendDocument", {"chat_id": ME}, {"document": ("a.csv", b"x")})
    again = await telegram.call("sendDocument", {"chat_id": ME, "document": first["document"]["file_id"]})
    assert again["document"] == first["document"]


async def test_the_bot_fetches_20_mb_at_most(telegram: Telegram) -> None:
    person = telegram.person(ME)
    small, big = person.send_document("a.csv", b"x"), person.send_document("b.csv", bytes(20 * 2**20 + 1))
    assert small.document
    assert big.document
    file = await telegram.call("getFile", {"file_id": small.document.file_id})
    assert telegram.file(file["file_path"]) == b"x"
    assert await refused(telegram, "getFile", file_id=big.document.file_id) == "400 Bad Request: file is too big"
    assert await refused(telegram, "getFile", file_id="?") == (
        "400 Bad Request: wrong file_id or the file is temporarily unavailable"
    )
    (update,) = [
        update
        for update in await telegram.call("getUpdates", {})
        if update["message"].get("document", {}).get("file_size", 0) > 1
    ]
    assert update["message"]["document"]["file_size"] == 20 * 2**20 + 1


async def test_edits(telegram: Telegram, png: Png) -> None:
    markup = keyboard(callback_data="x")
    sent = await telegram.call("sendMessage", {"chat_id": ME, "text": "one", "reply_markup": markup})
    this = {"message_id": sent["message_id"]}
    same = await refused(telegram, "editMessageText", **this, text="one", reply_markup=markup)
    assert same.startswith("400 Bad Request: message is not modified: ")
    assert await refused(telegram, "editMessageCaption", **this, caption="x") == (
        "400 Bad Request: there is no caption in the message to edit"
    )
    assert await refused(telegram, "editMessageText", message_id=99, text="x") == (
        "400 Bad Request: message to edit not found"
    )
    assert await refused(telegram, "editMessageText", message_id=1, text="x") == (
        "400 Bad Request: message can't be edited"
    )
    edited = await telegram.call("editMessageText", {"chat_id": ME, **this, "text": "<b>one</b>", "parse_mode": "HTML"})
    assert "reply_markup" not in edited, "an omitted keyboard is removed"
    (message,) = telegram.chat(ME).replies
    assert (message.text, message.html, message.edited, message.buttons) == ("one", "<b>one</b>", True, ())

    photo = await telegram.call("sendPhoto", {"chat_id": ME}, {"photo": ("x.png", png(3, 2))})
    assert await refused(telegram, "editMessageText", message_id=photo["message_id"], text="x") == (
        "400 Bad Request: there is no text in the message to edit"
    )
    await telegram.call(
        "editMessageMedia",
        {"chat_id": ME, "message_id": photo["message_id"], "media": {"type": "document", "media": "attach://a"}},
        {"a": ("a.csv", b"x")},
    )
    changed = telegram.chat(ME).replies[-1]
    assert changed.photo is None
    assert changed.document
    assert changed.document.name == "a.csv"


async def test_deletes(telegram: Telegram) -> None:
    for text in "abc":
        await telegram.call("sendMessage", {"chat_id": ME, "text": text})
    assert await telegram.call("deleteMessage", {"chat_id": ME, "message_id": 2})
    assert await telegram.call("deleteMessages", {"chat_id": ME, "message_ids": "[3, 99]"})
    assert [message.text for message in telegram.chat(ME).replies] == ["c"]
    assert await refused(telegram, "deleteMessage", message_id=2) == "400 Bad Request: message to delete not found"


async def test_a_tap_is_answered_once_and_soon() -> None:
    now = 1_000_000.0
    telegram = Telegram("42:token", clock=lambda: now)
    person = telegram.person(ME)
    person.say("/start")
    sent = await telegram.call(
        "sendMessage", {"chat_id": ME, "text": "x", "reply_markup": keyboard(callback_data="go")}
    )
    query = person.tap(sent["message_id"], "go")
    assert await refused(telegram, "answerCallbackQuery", callback_query_id=query, text="x" * 201) == (
        "400 Bad Request: MESSAGE_TOO_LONG"
    )
    assert await telegram.call("answerCallbackQuery", {"callback_query_id": query, "text": "done", "show_alert": True})
    assert [(toast.text, toast.alert) for toast in telegram.chat(ME).toasts] == [("done", True)]
    late = person.tap(sent["message_id"], "go")
    now += 16
    for dead in (query, late):
        assert await refused(telegram, "answerCallbackQuery", callback_query_id=dead) == (
            "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
        )


async def test_only_buttons_that_are_there_can_be_tapped(telegram: Telegram) -> None:
    person = telegram.person(ME)
    sent = await telegram.call(
        "sendMessage", {"chat_id": ME, "text": "x", "reply_markup": keyboard(callback_data="go")}
    )
    with pytest.raises(ValueError, match="no button with 'stop'"):
        person.tap(sent["message_id"], "stop")
    await telegram.call("editMessageReplyMarkup", {"chat_id": ME, "message_id": sent["message_id"]})
    with pytest.raises(ValueError, match="no button with 'go'"):
        person.tap(sent["message_id"], "go")


async def test_albums(telegram: Telegram) -> None:
    media = [{"type": "document", "media": f"attach://{name}"} for name in "ab"]
    files = {name: (f"{name}.csv", b"x") for name in "ab"}
    sent = await telegram.call("sendMediaGroup", {"chat_id": ME, "media": json.dumps(media)}, files)
    assert len({message["media_group_id"] for message in sent}) == 1
    assert await refused(telegram, "sendMediaGroup", files, media=media[:1]) == (
        "400 Bad Request: media group must include 2-10 items"
    )
    mixed = [*media, {"type": "photo", "media": "attach://a"}]
    assert await refused(telegram, "sendMediaGroup", files, media=mixed) == (
        "400 Bad Request: document can't be mixed with other media types"
    )
    telegram.person(ME).send_album([("a.csv", b"x"), ("b.csv", b"y")])
    updates = await telegram.call("getUpdates", {})
    assert len({update["message"].get("media_group_id") for update in updates[-2:]}) == 1


async def test_commands_by_scope_and_language(telegram: Telegram) -> None:
    async def set_commands(hint: str, **where: Any) -> None:
        await telegram.call("setMyCommands", {"commands": [{"command": "help", "description": hint}], **where})

    await set_commands("everyone")
    await set_commands("中文", language_code="zh")
    await set_commands("private", scope={"type": "all_private_chats"})
    menu = telegram.profile.menu
    assert menu(ME, "zh-hans")[0]["description"] == "private"
    await telegram.call("deleteMyCommands", {"scope": {"type": "all_private_chats"}})
    assert menu(ME, "zh-hans")[0]["description"] == "中文"
    assert menu(ME, "pt-br")[0]["description"] == "everyone"
    assert (await telegram.call("getMyCommands", {"language_code": "zh"}))[0]["description"] == "中文"
    for command, hint, refusal in (
        ("Help", "x", "BOT_COMMAND_INVALID"),
        ("帮助", "x", "BOT_COMMAND_INVALID"),
        ("help", "", "BOT_COMMAND_DESCRIPTION_INVALID"),
    ):
        commands = [{"command": command, "description": hint}]
        assert await refused(telegram, "setMyCommands", commands=commands) == f"400 Bad Request: {refusal}"


async def test_profile(telegram: Telegram) -> None:
    await telegram.call("setMyDescription", {"description": "你好", "language_code": "zh"})
    assert await telegram.call("getMyDescription", {"language_code": "zh"}) == {"description": "你好"}
    assert await telegram.call("getMyDescription", {}) == {"description": ""}
    assert (await refused(telegram, "setMyName", name="x" * 65)).startswith("400")


async def test_faults_strike_before_or_after(telegram: Telegram) -> None:
    telegram.faults.append(Fault("sendMessage", ApiError(429, "Too Many Requests: retry after 3", retry_after=3)))
    telegram.faults.append(Fault("sendMessage", Dropped(), when="after"))
    assert await refused(telegram, "sendMessage", text="one") == "429 Too Many Requests: retry after 3"
    assert not telegram.chat(ME).replies
    with pytest.raises(Dropped):
        await telegram.call("sendMessage", {"chat_id": ME, "text": "two"})
    await telegram.call("sendMessage", {"chat_id": ME, "text": "three"})
    assert [message.text for message in telegram.chat(ME).replies] == ["two", "three"]


async def test_waiting_in_vain_tells_what_stands_in_the_chat(telegram: Telegram) -> None:
    with pytest.raises(TimeoutError, match="the last messages are 1: '/start'"):
        await telegram.until(lambda: telegram.chat(ME).replies, timeout=0.01)
