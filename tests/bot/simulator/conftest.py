"""A loopback Telegram, and a small real bot that talks through its doors."""

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot, CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, ApplicationBuilder, ContextTypes, TypeHandler

from bot.simulator import DirectRequest, Server, Telegram, serve


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def telegram() -> Telegram:
    return Telegram("42:token")


@pytest.fixture
async def server(telegram: Telegram, tmp_path: Path) -> AsyncIterator[Server]:
    for language, name in (("en", "orders.csv"), ("zh", "订单.csv")):
        (tmp_path / language).mkdir()
        (tmp_path / language / name).write_bytes(b"a,b\n1,2\n")
    server = await serve(telegram, samples=tmp_path)
    yield server
    await server.close()


@pytest.fixture
def png() -> Callable[[int, int], bytes]:
    """Makes a grey picture of a width and a height."""
    return grey


def grey(width: int, height: int) -> bytes:
    """A grey PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress((b"\0" + b"\x80" * width) * height))
    return b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b"")


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """What the small bot does: answers text with buttons, files with the same file backwards, taps with an edit."""
    if query := update.callback_query:
        await tapped(query)
        return
    message = update.effective_message
    assert message
    if message.document:
        content = bytes(await (await message.document.get_file()).download_as_bytearray())
        await message.reply_chat_action("upload_document")
        await message.reply_document(
            content[::-1], filename=f"回{message.document.file_name}", caption="<b>back</b>", parse_mode="HTML"
        )
        await message.reply_photo(grey(300, 200), caption="a picture")
    else:
        row = [
            InlineKeyboardButton("Edit 改", callback_data="edit"),
            InlineKeyboardButton("Alert", callback_data="alert"),
        ]
        await message.reply_html(f"<b>you said</b> 你说: {message.text_html}", reply_markup=InlineKeyboardMarkup([row]))


async def tapped(query: CallbackQuery) -> None:
    if query.data == "alert":
        await query.answer("careful", show_alert=True)
        return
    await query.answer("as you wish")
    await query.edit_message_text("改好了 edited in place")


@pytest.fixture
async def bot(telegram: Telegram) -> AsyncIterator[Bot]:
    """The small bot, through the door in this process."""
    builder = ApplicationBuilder().token(telegram.token)
    async with running(builder.request(DirectRequest(telegram)).get_updates_request(DirectRequest(telegram))) as bot:
        yield bot


@pytest.fixture
async def remote_bot(telegram: Telegram, server: Server) -> AsyncIterator[Bot]:
    """The small bot, over HTTP."""
    builder = ApplicationBuilder().token(telegram.token)
    async with running(builder.base_url(f"{server.address}/bot").base_file_url(f"{server.address}/file/bot")) as bot:
        yield bot


@asynccontextmanager
async def running(builder: Any) -> AsyncIterator[Bot]:
    """Build the bot and let it poll."""
    application: Application[Any, Any, Any, Any, Any, Any] = builder.build()
    application.add_handler(TypeHandler(Update, echo))
    updater = application.updater
    assert updater
    async with application:
        await application.start()
        await updater.start_polling()
        yield application.bot
        async with asyncio.timeout(10):
            await updater.stop()
            await application.stop()
