"""What is tried on customers: the day a trial was sent, what came of it after new orders, and dropping it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from analytics.readout import Reading, dumped
from analytics.trials import SPLIT, Trial
from bot import jobs
from bot.context import Context
from bot.errors import Outdated
from bot.handlers.ask import ask
from bot.handlers.chat import SURE

WRITTEN = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?", re.ASCII)
DAYS_AGO = {"today": 0, "yesterday": 1, "今天": 0, "昨天": 1}


async def sent(context: Context, words: Sequence[str]) -> None:
    """`/sent 3 today`, `yesterday`, `2026-11-03`, or `off` where it was not sent after all; then the trial's page."""
    trial = _numbered(context, words)
    said = words[1].casefold() if len(words) > 1 else ""
    day = None if said == "off" else _day(said, context.asked.today)
    if said != "off" and (day is None or not trial.made <= day):
        await context.say("trial", "which_day", trial=trial, today=context.asked.today)
        return
    context.services.store.set_sent(context.owner.user_id, trial.number, day)
    await settle(context)
    await ask(context, _home(trial), ("trial", str(trial.number)))


async def drop(context: Context, words: Sequence[str]) -> None:
    """Forget a trial, once the owner is sure."""
    trial = _numbered(context, words)
    if words[1:2] == [SURE]:
        context.services.store.drop_trial(context.owner.user_id, trial.number)
        await context.say("trial", "dropped", number=trial.number)
    else:
        await context.say("trial", "really_drop", trial=trial)


async def settle(context: Context) -> tuple[Reading, ...]:
    """Read out every trial that has no result yet; what is decided is kept for good."""
    store, owner = context.services.store, context.owner.user_id
    compared = (trial for trial in store.trials(owner) if len(trial.versions) > 1)
    open_trials = tuple(trial for trial in compared if trial.sent is not None and trial.result is None)
    if not open_trials:
        return ()
    readings = await context.compute(jobs.read_outs, store.current(owner), open_trials, context.asked)
    for reading in readings:
        # What cannot be trusted now may be, once columns are corrected or a customer list joins two files.
        if reading.complete and reading.verdict != "untrusted":
            store.set_result(owner, reading.number, dumped(reading))
    return readings


def _numbered(context: Context, words: Sequence[str]) -> Trial:
    """The owner's trial whose number the first word is; Outdated where they have none of that number."""
    trials = context.services.store.trials(context.owner.user_id)
    found = next((trial for trial in trials if words and str(trial.number) == words[0]), None)
    if found is None:
        raise Outdated
    return found


def _home(trial: Trial) -> str:
    """The analysis that shows the trial."""
    return SPLIT if trial.kind == SPLIT else "campaigns"


def _day(said: str, today: date | None) -> date | None:
    """The day that is meant; None for one that is unclear or still to come."""
    assert today is not None
    if said in DAYS_AGO:
        return today - timedelta(days=DAYS_AGO[said])
    figures = WRITTEN.fullmatch(said)
    try:
        day = date(*map(int, figures.groups())) if figures else None
    except ValueError:
        return None
    return day if day is not None and day <= today else None


ACTS = {"sent": sent, "drop": drop}
