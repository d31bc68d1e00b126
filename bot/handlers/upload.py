"""A file from the owner: checked, fetched, read in a worker, made part of the shop, and told back."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from telegram import Document, Update
from telegram.error import TelegramError

from analytics.choices import Choices
from analytics.dataset import Kind
from analytics.registry import BY_NAME
from bot import jobs, sealing
from bot.context import Context
from bot.errors import FileTooBig, NotASheet, NotFetched, Outdated
from bot.handlers import digest
from bot.handlers.trials import settle
from bot.progress import Progress
from bot.store import Upload

MEGABYTE = 1024 * 1024
MOST_MEGABYTES = 20


async def upload(update: Update, context: Context) -> None:
    """Take in the document that came."""
    message = update.effective_message
    document = message.document if message else None
    if document is None:
        raise NotASheet("other")
    filename = Path(document.file_name or "file").name
    # Telegram hands over 20 MB at most: said before anything is fetched.
    megabytes = (document.file_size or 0) / MEGABYTE
    if megabytes > MOST_MEGABYTES:
        raise FileTooBig(filename, megabytes, MOST_MEGABYTES)
    async with context.working(context.worded("upload", "fetching", filename=filename)) as progress:
        await _take_in(context, document, filename, progress)


async def _take_in(context: Context, document: Document, filename: str, progress: Progress) -> None:
    store, owner = context.services.store, context.owner.user_id
    folder = store.folder_of(owner)
    file = folder / f"incoming-{secrets.token_hex(8)}"
    try:
        await _fetch(context, document, filename, file)
        sha256 = await asyncio.to_thread(_sha256, file)
        if (told := store.deed(owner, context.update_id)) is not None:
            # Cut off after it was done: only the answer is missing.
            await tell(context, store.uploads(owner)[0], progress, **json.loads(told))
            return
        if (known := store.seen(owner, sha256)) is not None:
            await tell(context, known, progress, news="again")
            return
        await progress.step(context.worded("upload", "reading", filename=filename))
        secret = context.owner.secret
        taken = await context.compute(
            jobs.take_in,
            file,
            filename,
            choices(context),
            store.current(owner),
            folder,
            secret,
            store.forgotten(owner),
        )
        joined = [table for table in taken.written if table.own != table.merged and table.kind is not Kind.PEOPLE]
        replaced = sum(table.replaced for table in joined)
        news: dict[str, Any] = {"news": "merged" if joined else "new", "replaced": replaced, "unaided": taken.unaided}
        news["forgotten"] = taken.forgotten
        # A file that tells of people who are to stay forgotten is not kept as it was sent.
        sent = None if taken.forgotten else file.rename(folder / f"sent-{secrets.token_hex(8)}")
        added = store.add(owner, filename, sha256, taken, sent, context.update_id, json.dumps(news))
        await tell(context, added, progress, **news)
    finally:
        file.unlink(missing_ok=True)


async def _fetch(context: Context, document: Document, filename: str, file: Path) -> None:
    async def fetch() -> None:
        async with context.services.fetching:
            handle = await document.get_file()
            content = bytes(await handle.download_as_bytearray())
            await asyncio.to_thread(file.write_bytes, sealing.sealed(content))

    try:
        await context.stoppable(fetch())
    except TelegramError as error:
        raise NotFetched(filename) from error


def choices(context: Context, **corrected: Any) -> Choices:
    """This server's limits, and what the owner has said about columns so far."""
    limit, roles = context.services.settings.max_rows, context.services.store.roles(context.owner.user_id)
    return Choices(**{"max_rows": limit, "roles": roles, **corrected})


async def tell(
    context: Context,
    upload: Upload,
    progress: Progress,
    news: str,
    *,
    replaced: int = 0,
    unaided: bool = False,
    forgotten: int = 0,
) -> None:
    """What the file held, and what the shop looks like now."""
    references = context.services.store.current(context.owner.user_id)
    asked = replace(context.asked, pictures=False)
    outcome = await context.compute(jobs.answer, "overview", references, (), asked)
    readings = await settle(context) if news != "again" else ()
    reply = context.worded(
        "upload",
        "taken_in",
        upload=upload,
        news=news,
        replaced=replaced,
        unaided=unaided,
        forgotten=forgotten,
        report=outcome.report,
        answerable=_to_ask(outcome.answerable, upload),
        readings=sorted(readings, key=lambda reading: not reading.complete),
    )
    if news == "new" and any(table.kind is Kind.ORDERS for table in upload.tables):
        reply = digest.offered_with(context, reply)
    await progress.finish(reply)


def _to_ask(answerable: Sequence[str], upload: Upload) -> list[str]:
    """What to offer under an upload: what answers from its own tables first."""
    kinds = {table.kind for table in upload.tables}
    offered = [BY_NAME[name] for name in answerable if BY_NAME[name].offered]
    own = {one.name for one in offered if any(need.kind in kinds for need in one.requires)}
    return sorted((one.name for one in offered), key=lambda name: name not in own)


async def only(context: Context, words: Sequence[str]) -> None:
    """Let the shop be what one file holds, and put everything before it aside."""
    store, owner = context.services.store, context.owner.user_id
    chosen = _numbered(store.uploads(owner), words)
    upload = store.start_over(owner, chosen.id, context.update_id)
    async with context.working(context.worded("chat", "thinking")) as progress:
        await tell(context, upload, progress, news="only")


async def receipt(context: Context, words: Sequence[str]) -> None:
    """How a file was read, row by row accounted for."""
    found = _numbered(context.services.store.uploads(context.owner.user_id), words)
    await context.say("upload", "receipt", upload=found)


def _numbered(uploads: Sequence[Upload], words: Sequence[str]) -> Upload:
    """The upload whose number the first word is; Outdated where this owner has none of that number."""
    found = next((upload for upload in uploads if words and str(upload.id) == words[0]), None)
    if found is None:
        raise Outdated
    return found


async def files(context: Context, words: Sequence[str]) -> None:
    """What the owner has sent, newest first."""
    uploads = context.services.store.files(context.owner.user_id)
    if uploads:
        await context.say("upload", "files", uploads=uploads, zone=context.zone)
    else:
        await context.say("chat", "no_data_yet")


async def undo(context: Context, words: Sequence[str]) -> None:
    """Take back the latest file; the one before it after that."""
    undone = context.services.store.undo(context.owner.user_id, context.update_id)
    if undone is None:
        await context.say("chat", "no_data_yet")
    else:
        await context.say("upload", "undone", upload=undone, left=context.services.store.files(context.owner.user_id))


def _sha256(file: Path) -> str:
    return hashlib.sha256(sealing.read(file)).hexdigest()


ACTS = {"files": files, "undo": undo, "only": only, "receipt": receipt}
