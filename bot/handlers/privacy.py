"""What is kept of the owner, all of it as files, and removing a person or everything."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from telegram import BotCommandScopeChat
from telegram.error import TelegramError

from analytics.analysis import Document
from analytics.dataset import Kind
from bot import erasing, exporting, sealing
from bot.context import Context
from bot.handlers.chat import SURE
from bot.outbox import in_passing
from bot.render import Reply
from bot.snapshots import TRIAL
from bot.store.privacy import Change

log = logging.getLogger(__name__)

KEEP, DROP = "keep", "drop"
KEY = re.compile(r"[0-9a-f]{20}")


async def privacy(context: Context, words: Sequence[str]) -> None:
    """What is kept, where, how long; `more` tells the rest."""
    store, settings, owner = context.services.store, context.services.settings, context.owner.user_id
    if words[:1] == ["more"]:
        told = {"backups": settings.backups, "forgotten": bool(store.forgotten(owner)), "days": settings.retention_days}
        await context.say("privacy", "more", **told)
        return
    kept = {"folder": str(settings.data), "uploads": store.files(owner), "cluster": bool(settings.dask)}
    await context.say("privacy", "privacy", **kept, sealed=sealing.sealing(), days=settings.retention_days)


async def export(context: Context, words: Sequence[str]) -> None:
    """Everything that is kept of the owner, as zip files that a chat takes."""
    store, owner = context.services.store, context.owner
    uploads = store.uploads(owner.user_id)
    about = exporting.About(
        language=owner.language or context.language,
        owner={
            "language": owner.language,
            "zone": owner.zone,
            "vocabulary": owner.vocabulary,
            "thresholds": owner.cuts,
            "terms": owner.terms,
            "cleaning": store.policies(owner.user_id),
            "columns": store.roles(owner.user_id),
            "letters": store.appointments(owner.user_id),
            "remembered": store.memories(owner.user_id),
            "forgotten": sorted(store.forgotten(owner.user_id)),
            "summaries": store.summaries(owner.user_id),
        },
        files=tuple(replace(upload, raw=None) for upload in uploads),
        sent=tuple((upload.filename, upload.raw) for upload in uploads if upload.raw is not None),
    )
    folder, stem = store.folder_of(owner.user_id), f"export-{secrets.token_hex(8)}"
    async with context.working(context.worded("privacy", "exporting")) as progress:
        current, own, trials = store.current(owner.user_id), store.own(owner.user_id), store.trials(owner.user_id)
        try:
            files = await context.compute(exporting.export, current, own, trials, about, folder, stem)
            for number, file in enumerate(files, start=1):
                name = "pocket-marketer.zip" if len(files) == 1 else f"pocket-marketer-{number}.zip"
                document = Document(name, await asyncio.to_thread(sealing.read, file))
                if number == 1:
                    told = context.worded("privacy", "exported", parts=len(files))
                    await progress.finish(replace(told, document=document))
                else:
                    await context.reply(Reply("", document=document))
        finally:
            for file in folder.glob(f"{stem}*"):
                file.unlink()


async def forget(context: Context, words: Sequence[str]) -> None:
    """`/forget`: everything of this owner, once they are sure. `/forget Ann Lee`: one customer, found first, then removed."""
    if not words:
        await context.say("privacy", "forget", uploads=context.services.store.files(context.owner.user_id))
    elif list(words) == [SURE]:
        await _forget_all(context)
    elif list(words) == ["no"]:
        await context.say("privacy", "kept")
    elif words[0] in (KEEP, DROP) and len(words) == 2 and KEY.fullmatch(words[1]):
        await _forget_person(context, words[1], keep_sales=words[0] == KEEP)
    else:
        await _look_for(context, " ".join(words))


async def _forget_all(context: Context) -> None:
    """Remove everything of this owner; whoever paired must pair again."""
    services, person = context.services, context.person
    told = {"paired": services.access.paired == person, "shared": bool(services.store.summaries(person))}
    farewell = context.worded("privacy", "forgotten", **told)
    async with services.store.alone():
        services.store.forget(person)
    try:
        await context.reply(farewell)
        scope = BotCommandScopeChat(person)
        await in_passing("an owner's menu", partial(context.bot.delete_my_commands, scope=scope))
    except TelegramError as error:
        log.info("that all is gone could not be told: %s", error)
    # Last: taken up again after a kill, the order must still be its owner's.
    services.store.unpair(person)


async def _look_for(context: Context, query: str) -> None:
    """Show who is meant; who is one of several is asked for by a key."""
    store, owner = context.services.store, context.owner.user_id
    async with store.alone():
        everybody = store.everything(owner, Kind.PEOPLE)
    orders = store.current(owner).get(Kind.ORDERS)
    found = await context.compute(erasing.find, query, everybody, orders, store.own(owner))
    if not found:
        await context.say("privacy", "nobody", query=query)
    elif len(found) > 1:
        await context.say(
            "privacy", "several", query=query, found=found[: erasing.MOST_FOUND], more=found[erasing.MOST_FOUND :]
        )
    else:
        names = {upload.id: upload.filename for upload in store.files(owner)}
        files = list(dict.fromkeys(names[number] for number in found[0].uploads if number in names))
        await context.say("privacy", "person", found=found[0], files=files)


async def _forget_person(context: Context, key: str, *, keep_sales: bool) -> None:
    """Remove one customer from all that is kept, whole or not at all."""
    store, owner = context.services.store, context.owner.user_id
    async with context.working(context.worded("privacy", "erasing")) as progress:
        async with store.alone():
            everybody, files = store.everything(owner, Kind.PEOPLE), store.everything(owner, *Kind, TRIAL)
        found = await context.compute(erasing.find, key, everybody, None, {})
        if not found or key not in found[0].person.keys:
            # The order was carried out before, or the button is older than the data.
            await progress.finish(context.worded("privacy", "nobody_now"))
            return
        person = found[0].person
        erased = await context.compute(
            erasing.erase,
            person,
            files,
            everybody,
            store.folder_of(owner),
            context.owner.secret,
            keep_sales=keep_sales,
        )
        texts = sum(erased.texts.get(file.name, 0) for file in store.current(owner).values())
        traces, forgotten = erasing.traces(person.keys), dict.fromkeys(erased.marks, keep_sales)
        async with store.alone():
            store.change(owner, Change(erased.renewed, True, traces, erased.mentions, forgotten))
        await progress.finish(context.worded("privacy", "erased", label=person.label, sales=keep_sales, texts=texts))


ACTS = {"privacy": privacy, "export": export, "forget": forget}
