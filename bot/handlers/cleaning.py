"""What is to become of a column's gaps and outliers: a tap decides, the answer shows what it changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from analytics.cleaning import Missing, Outliers, Policy
from bot import jobs
from bot.context import Context
from bot.errors import Outdated


async def policy(context: Context, words: Sequence[str]) -> None:
    """`policy COLUMN missing|outliers CHOICE`: decide for one column, and show it again."""
    references = context.services.store.current(context.owner.user_id)
    if len(words) != 3 or not references:
        raise Outdated
    column, about, choice = words
    asked = context.asked
    decided = _decided(asked.policies.get(column, Policy()), about, choice)
    asked = dataclasses.replace(asked, policies={**asked.policies, column: decided}, pictures=context.page is None)
    async with context.working(context.worded("chat", "thinking")) as progress:
        outcome = await context.compute(jobs.answer, "clean", references, ("column", column), asked)
        shown = outcome.report.column
        if choice not in (*shown.missing_choices, *shown.outlier_choices):
            raise Outdated
        context.services.store.set_policy(context.owner.user_id, column, decided)
        reply = context.services.renderer.outcome(outcome, context.language)
        if context.page is not None:
            await context.reply(reply)
        else:
            await progress.finish(reply)


def _decided(before: Policy, about: str, choice: str) -> Policy:
    if about == "missing" and choice in set(Missing):
        return dataclasses.replace(before, missing=Missing(choice))
    if about == "outliers" and choice in set(Outliers):
        return dataclasses.replace(before, outliers=Outliers(choice))
    raise Outdated


ACTS = {"policy": policy}
