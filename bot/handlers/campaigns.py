"""How the owner does business, said behind /campaigns; everything else behind it is a question."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Sequence
from typing import get_args

from analytics.analysis import Terms, Tone
from analytics.drafts import LONGEST_SHOP, plain
from analytics.errors import OptionError
from bot.context import Context
from bot.handlers.ask import ask

NAME = "campaigns"
MARGIN, APART, TONE, BUDGET = "margin", "apart", "tone", "budget"
WORDS = "words"
SHOP = re.compile(r"(?:shop|店名)(?![a-z])[\s:：=是]*", re.IGNORECASE)
SAID = {"毛利": MARGIN, "毛利率": MARGIN, "利润率": MARGIN, "间隔": APART, "语气": TONE, "预算": BUDGET}
TONES = {"亲切": "friendly", "友好": "friendly", "平实": "plain", "朴素": "plain", "高端": "premium"}
OFF = frozenset(["off", "none", "不限", "无", "没有"])
OF_A_TRIAL = frozenset(["names", "method"])
LONGEST_APART = 365
NUMBER = re.compile(r"[¥$£€]?\s*(\d{1,9}(?:\.\d{1,2})?)\s*(?:%|元|块|天|days?)?")


async def campaigns(context: Context, words: Sequence[str]) -> None:
    """`/campaigns margin 30%`, `apart 7`, `tone plain`, `budget 200`, `budget off`, `shop Tea House`: remember it, answer by it.

    A view with a trial's number, as in `names 3`, is a page of that trial.
    """
    what, said = _term(words)
    if named := SHOP.match(" ".join(words)):
        await _sign(context, " ".join(words)[named.end() :])
    elif what and said:
        terms = _changed(context.owner.terms, what, said)
        context.services.store.set_terms(context.owner.user_id, terms)
        await ask(context, NAME, ("off",) if what == MARGIN else ("terms",))
    elif len(words) > 1 and words[0] in OF_A_TRIAL and words[1].isdecimal():
        await ask(context, "split", words)
    else:
        await ask(context, NAME, (what, *words[1:]) if what == MARGIN else words)


async def write(context: Context, words: Sequence[str]) -> None:
    """`/words win_back sms A premium`: the draft of a message; a tone behind it is remembered."""
    if words and words[-1] in get_args(Tone):
        terms = _changed(context.owner.terms, TONE, words[-1])
        context.services.store.set_terms(context.owner.user_id, terms)
        words = words[:-1]
    await ask(context, NAME, (WORDS, *words))


async def _sign(context: Context, said: str) -> None:
    """Remember the shop's name, as it is spelt, and show it among the terms: whatever is being written stays where it is."""
    name = plain(said, LONGEST_SHOP)
    if not name:
        raise OptionError(NAME, f"shop {said}".strip())
    terms = dataclasses.replace(context.owner.terms, shop=name)
    context.services.store.set_terms(context.owner.user_id, terms)
    await ask(context, NAME, ("terms",))


def _term(words: Sequence[str]) -> tuple[str | None, str]:
    """Which term is spoken of, and what is said of it: `margin 30%`, 毛利30%."""
    text = unicodedata.normalize("NFKC", " ".join(words)).casefold().strip()
    names = {name: name for name in (MARGIN, APART, TONE, BUDGET)} | SAID
    for name in sorted(names, key=len, reverse=True):
        if text.startswith(name):
            return names[name], text.removeprefix(name).strip(" :：=是")
    return None, ""


def _changed(terms: Terms, what: str, said: str) -> Terms:
    """The terms with that one changed; OptionError for what cannot be."""
    if what == BUDGET and said in OFF:
        return dataclasses.replace(terms, budget=None)
    if what == TONE and (tone := TONES.get(said, said)) in get_args(Tone):
        return dataclasses.replace(terms, tone=tone)  # type: ignore[arg-type]
    number = NUMBER.fullmatch(said)
    value = float(number[1]) if number and what != TONE else 0.0
    if what == MARGIN and 0 < value <= 100:
        # 0.3 is 30 %, as a spreadsheet has it.
        return dataclasses.replace(terms, margin=round(value if value < 1 else value / 100, 4))
    if what == APART and 0 < value <= LONGEST_APART:
        return dataclasses.replace(terms, apart=int(value))
    if what == BUDGET and value > 0:
        return dataclasses.replace(terms, budget=value)
    raise OptionError(NAME, f"{what} {said}")


ACTS = {NAME: campaigns, WORDS: write}
