"""A question to the shop: which analysis, with which words."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from analytics.analysis import Outcome
from analytics.registry import BY_NAME
from bot import jobs
from bot.context import Context
from bot.store.digests import DIGEST


async def ask(context: Context, name: str, words: Sequence[str]) -> None:
    """Answer with the analysis of that name; a page that is turned in place keeps its picture."""
    store, owner = context.services.store, context.owner.user_id
    references = store.current(owner)
    if not references and not BY_NAME[name].typed:
        await context.say("chat", "no_data_yet")
        return
    asked = dataclasses.replace(
        context.asked, pictures=context.page is None, remembered=store.remembered(owner, name, context.update_id)
    )

    async def answered(*words: str) -> Outcome:
        known = (store.earlier_orders(owner), store.trials(owner), store.folder_of(owner))
        return await context.compute(jobs.answer, name, references, words, asked, *known)

    async with context.working(context.worded("chat", "thinking")) as progress:
        outcome = await answered(*words)
        if outcome.drafted is not None:
            # Who made a trial is shown it as kept: its number is in the keys.
            outcome = await answered("trial", str(store.add_trial(owner, outcome.drafted, context.update_id)))
        # What a letter said is remembered only once it was sent unasked; what the owner said of it, at once.
        if outcome.remember is not None and (name != DIGEST or outcome.view == "idle"):
            store.remember(owner, name, outcome.remember, typed=BY_NAME[name].typed, update_id=context.update_id)
        reply = context.services.renderer.outcome(outcome, context.language)
        if context.page is not None:
            await context.reply(reply)
        else:
            await progress.finish(reply)
