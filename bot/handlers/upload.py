"""A file from the owner: checked, fetched, read in a worker, made part of the shop, and told back."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from telegram import Document, Update

from analytics.choices import Choices
from analytics.dataset import Kind
from analytics.errors import NothingUsable, OtherCurrency
from analytics.overview import OverviewReport
from analytics.registry import ANALYSES, BY_NAME
from bot import fetching, jobs
from bot.context import Context
from bot.errors import NotASheet, Outdated
from bot.handlers import digest
from bot.handlers.ask import ask
from bot.handlers.pointing import pointing
from bot.handlers.trials import settle
from bot.progress import Progress
from bot.store import Upload

SLIP = 0.03
"""By as much of what was sold a correction may lower it without a word."""


async def upload(update: Update, context: Context) -> Upload | None:
    """Take in the document that came; None where nothing of it is part of the shop yet."""
    message = update.effective_message
    document = message.document if message else None
    if document is None:
        raise NotASheet("other")
    filename = fetching.named(document)
    async with context.working(context.worded("upload", "fetching", filename=filename)) as progress:
        return await _take_in(context, document, filename, progress)


async def _take_in(context: Context, document: Document, filename: str, progress: Progress) -> Upload | None:
    store, owner = context.services.store, context.owner.user_id
    if (told := store.deed(owner, context.update_id, "upload")) is not None:
        # Cut off after it was done: only the answer is missing.
        return await tell(context, store.uploads(owner)[0], progress, **json.loads(told))
    folder = store.folder_of(owner)
    # Sealed for its place, so that this stays its name, but for the suffix.
    file = folder / f"sent-{secrets.token_hex(8)}.part"
    try:
        again = context.worded("upload", "fetching_again", filename=filename)
        fetched = fetching.fetch(document, file, context.services.fetching, lambda: progress.step(again))
        sha256 = await context.stoppable(fetched)
        if (known := store.seen(owner, sha256)) is not None:
            return await tell(context, known, progress, news="again")
        progress.step(context.worded("upload", "reading", filename=filename))
        forgotten = store.forgotten(owner)
        try:
            taken = await context.compute(
                jobs.take_in,
                file,
                filename,
                choices(context),
                store.current(owner),
                folder,
                context.owner.secret,
                forgotten,
            )
        except (NothingUsable, OtherCurrency) as problem:
            understood = problem if isinstance(problem, NothingUsable) else NothingUsable(filename, ())
            # What could not be read may tell of people who are to stay forgotten.
            if forgotten or (understood is problem and not understood.roles):
                raise
            sent, table = file.rename(file.with_suffix("")), jobs.unsettled(understood, sha256)
            kept = store.keep_unsettled(owner, filename, sha256, table, sent)
            if understood is problem:
                await progress.finish(pointing(context, kept))
            else:
                await progress.finish(context.worded("errors", "other_currency", problem=problem, upload=kept))
            return None
        joined = [table for table in taken.written if table.own != table.merged and table.kind is not Kind.PEOPLE]
        replaced = sum(table.replaced for table in joined)
        news: dict[str, Any] = {
            "news": "merged" if joined else "new",
            "replaced": replaced,
            "unaided": taken.unaided,
            "forgotten": taken.forgotten,
            "refusing": taken.refusing,
            "another": any(table.instead for table in taken.written),
        }
        # A file that tells of people who are to stay forgotten is not kept as it was sent.
        as_sent = None if taken.forgotten else file.rename(file.with_suffix(""))
        added = store.add(owner, filename, sha256, taken, as_sent, context.update_id, json.dumps(news))
        return await tell(context, added, progress, **news)
    finally:
        file.unlink(missing_ok=True)


def choices(context: Context, **corrected: Any) -> Choices:
    """This server's limits, and what the owner has said about columns so far."""
    limit, roles = context.services.settings.max_rows, context.services.store.roles(context.owner.user_id)
    return Choices(**{"max_rows": limit, "roles": roles, "today": context.asked.today, **corrected})


async def tell(
    context: Context,
    upload: Upload,
    progress: Progress,
    news: str,
    *,
    replaced: int = 0,
    unaided: bool = False,
    forgotten: int = 0,
    refusing: int | None = None,
    another: bool = False,
    before: float | None = None,
    back: str = "",
) -> Upload:
    """What the file held, and what the shop looks like now.

    Of a correction `before` is what was sold as far as was known until then, and `back` the words that take it back.
    """
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
        refusing=refusing,
        another=another,
        fell=_fell(before, outcome.report),
        back=back,
        report=outcome.report,
        answerable=_to_ask(outcome.answerable, upload),
        readings=sorted(readings, key=lambda reading: not reading.complete),
    )
    if news == "new" and any(table.kind is Kind.ORDERS for table in upload.tables):
        reply = digest.offered_with(context, reply)
    await progress.finish(reply)
    return upload


def _fell(before: float | None, report: OverviewReport) -> tuple[float, float] | None:
    """Sales before and after a correction that takes away more than a slip would; None where it did not."""
    after = report.orders.sales if report.orders else 0.0
    return (before, after) if before and after < (1 - SLIP) * before else None


def _to_ask(answerable: Sequence[str], upload: Upload) -> list[str]:
    """What to offer under an upload: what answers from its own tables first."""
    kinds = {table.kind for table in upload.tables}
    offered = [BY_NAME[name] for name in answerable if BY_NAME[name].offered]
    own = {one.name for one in offered if any(need.kind in kinds for need in one.requires)}
    return sorted((one.name for one in offered), key=lambda name: name not in own)


async def only(context: Context, words: Sequence[str]) -> None:
    """Let the shop be what one file holds, and put everything before it aside."""
    store, owner = context.services.store, context.owner.user_id
    chosen = numbered(store.uploads(owner), words)
    if chosen.unsettled:
        raise Outdated
    upload = store.start_over(owner, chosen.id, context.update_id)
    async with context.working(context.worded("chat", "thinking")) as progress:
        await tell(context, upload, progress, news="only")


async def receipt(context: Context, words: Sequence[str]) -> None:
    """How a file was read, row by row accounted for."""
    found = numbered(context.services.store.uploads(context.owner.user_id), words)
    await context.say("upload", "receipt", upload=found)


def numbered(uploads: Sequence[Upload], words: Sequence[str]) -> Upload:
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


async def new_test(context: Context, words: Sequence[str]) -> None:
    """Let a file's test be one of its own, though an earlier one has versions of the same names."""
    store, owner = context.services.store, context.owner.user_id
    found = numbered(store.uploads(owner), words)
    store.use_alone(owner, found.id, Kind.RESULTS)
    await ask(context, "abtest", ())


async def more(context: Context, words: Sequence[str]) -> None:
    """What else may be asked of what there is, and how a file was read."""
    store, owner = context.services.store, context.owner.user_id
    kinds = set(store.current(owner))
    answering = [one.name for one in ANALYSES if not one.typed and any(need.kind in kinds for need in one.requires)]
    await context.say("upload", "more", upload=numbered(store.uploads(owner), words), answerable=answering)


ACTS = {"files": files, "undo": undo, "only": only, "receipt": receipt, "newtest": new_test, "more": more}
