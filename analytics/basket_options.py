"""What may be asked of the shop's baskets, and how people ask it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Literal

from analytics import language, rfm
from analytics.analysis import Asked, Cuts, Vocabulary
from analytics.basketing import By
from analytics.errors import OptionError

Listed = Literal["rules", "offers", "due"]

CATEGORY = {"category", "categories", "类目", "品类", "分类", "类别"}
THRESHOLD = re.compile(r"^(\d{1,7}(?:\.\d{1,7})?)\s*([%％]?)$")
"""Longer numbers are codes of products."""
VIEWS = ("next", "due", "segment", "names", "list", "why", "method")


@dataclass(frozen=True)
class BasketOptions:
    """`about` is the product that is asked for, as typed; `threshold` the owner's least support, a share or a count.

    `page` counts from 0. `group` is a segment's code; `listed` says which list leaves as a file.
    """

    view: str
    vocabulary: Vocabulary
    cuts: Cuts
    as_of: date | None
    by: By = "product"
    about: str = ""
    threshold: Fraction | None = None
    page: int = 0
    group: str | None = None
    listed: Listed = "rules"
    asked: Asked = field(default_factory=Asked)


def understood(words: Sequence[str]) -> tuple[str, ...]:
    """The words with the view that they ask for in front; a group of customers goes with `segment`."""
    if not words or words[0] in VIEWS:
        return tuple(words)
    code = _group_of(words)
    return ("segment", code) if code else tuple(words)


def _group_of(words: Sequence[str]) -> str | None:
    return language.coded(" ".join(words), (*rfm.GROUPS, *rfm.CLASSES))


def options(words: Sequence[str], asked: Asked) -> BasketOptions:
    """`/basket [1%] [category] [page N] [product]`, and what goes with the other views."""
    chosen = BasketOptions(asked.view, asked.vocabulary, asked.cuts, asked.as_of, asked=asked)
    if asked.view == "segment":
        group = _group_of(words) if words else None
        if words and group is None:
            raise OptionError("basket", " ".join(words))
        return replace(chosen, group=group)
    rest = list(words)
    if asked.view in {"list", "names"} and rest and rest[0] in {"rules", "offers", "due"}:
        first = rest.pop(0)
        chosen = replace(chosen, listed="rules" if first == "rules" else "offers" if first == "offers" else "due")
    while rest:
        word = rest[0].casefold()
        if word in CATEGORY:
            chosen = replace(chosen, by="category")
        elif word == "page" and len(rest) > 1 and rest[1].isdecimal():
            chosen = replace(chosen, page=int(rest[1]))
            rest.pop(1)
        elif match := THRESHOLD.match(word):
            number = Fraction(match[1])
            chosen = replace(chosen, threshold=number / 100 if match[2] else number)
        else:
            break
        rest.pop(0)
    return replace(chosen, about=" ".join(rest))


def words_of(chosen: BasketOptions, about: str | None = None) -> str:
    """The words that ask for the same again, without the page; `about` is what to call the product."""
    threshold = "" if chosen.threshold is None else _plain(chosen.threshold)
    parts = ("category" if chosen.by == "category" else "", threshold, about or chosen.about)
    return " ".join(part for part in parts if part)


def _plain(threshold: Fraction) -> str:
    return f"{float(threshold):g}" if threshold >= 1 else f"{float(100 * threshold):g}%"
