"""A question to the shop: which analysis, with which words."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from analytics.registry import BY_NAME
from bot import jobs
from bot.context import Context


async def ask(context: Context, name: str, words: Sequence[str]) -> None:
    """Answer with the analysis of that name; a page that is turned in place keeps its picture."""
    store, owner = context.services.store, context.owner.user_id
    references = store.current(owner)
    if not references and not BY_NAME[name].typed:
        await context.say("chat", "no_data_yet")
        return
    asked = dataclasses.replace(context.asked, pictures=context.page is None, remembered=store.remembered(owner, name))
    async with context.working(context.worded("chat", "thinking")) as progress:
        known = (store.earlier_orders(owner), store.trials(owner), store.folder_of(owner))
        outcome = await context.compute(jobs.answer, name, references, tuple(words), asked, *known)
        if outcome.drafted is not None:
            # Who made a trial is shown it as kept: its number is in the keys.
            number = store.add_trial(owner, outcome.drafted)
            kept = (store.earlier_orders(owner), store.trials(owner), store.folder_of(owner))
            outcome = await context.compute(jobs.answer, name, references, ("trial", str(number)), asked, *kept)
        if outcome.remember is not None:
            store.remember(owner, name, outcome.remember, typed=BY_NAME[name].typed)
        reply = context.services.renderer.outcome(outcome, context.language)
        if context.page is not None:
            await context.reply(reply)
        else:
            await progress.finish(reply)
