"""What may be asked of /campaigns, and how people ask it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from analytics import language
from analytics.analysis import Asked
from analytics.drafts import CHANNELS, VERSIONS
from analytics.errors import OptionError
from analytics.plays import KINDS

VIEWS = ("play", "detail", "names", "list", "words", "off", "margin", "terms", "plan", "make", "trial", "why", "method")
NUMBERED = {"trial": 1, "list": 2}
"""Views of a kept trial, which is named by its number, and behind it one of its versions by its place."""
MEANINGS: dict[str, dict[str, Any]] = {
    "both": {"both": True},
    "all": {"holdout": False},
    **{channel: {"channel": channel} for channel in CHANNELS},
    **{version: {"version": version} for version in VERSIONS},
}
UNSAID = "-"
A_DAY = 8 * 60

TENS = "一二三四五六七八九"
MINUTES = re.compile(r"(\d{1,4}(?:\.\d)?|[一二三四五六七八九十]{1,3})\s*(?:mins?\b|minutes?|m\b|分钟?)")
HOURS = re.compile(r"(\d{1,2}(?:\.\d{1,2})?|[一二两三四五六七八九十]|an|one)\s*(?:h\b|hrs?\b|hours?|个?(?:小时|钟头))")
HALF = re.compile(r"half\s(?:an\s)?hour|半个?(?:小时|钟头)")
AND_A_HALF = re.compile(r"(\d|一|两|二)个半(?:小时|钟头)")
MONEY = re.compile(
    r"[¥$£€]\s*(\d{1,9}(?:\.\d{1,2})?)|(\d{1,9}(?:\.\d{1,2})?)\s*(?:元|块|yuan|rmb|cny|pounds?|dollars?|euros?|usd|gbp|eur|[¥$£€])"
)
CHINESE_OFF = re.compile(r"(?:打\s*)?([1-9](?:\.\d|\d)?|[一二三四五六七八九]{1,2})\s*折")
PERCENT = re.compile(r"(\d{1,2}(?:\.\d{1,2})?)\s*%?(?:\s*off)?")


@dataclass(frozen=True)
class CampaignsOptions:
    """`kind` is the play that is meant; `off` the discount to reckon with, None where none was named.

    A list for a day is `planned` for the `minutes` and the `budget` that there are. A list is made `both` for two messages, and without a `holdout` if the
    owner does not want one. `number` is that of a kept trial, `place` one of its versions. Words are for a `channel`, the
    one that the list has contacts for where none is named, and of a `version`.
    """

    asked: Asked
    view: str
    kind: str | None = None
    off: float | None = None
    planned: bool = False
    minutes: int | None = None
    budget: float | None = None
    both: bool = False
    holdout: bool = True
    number: int | None = None
    place: int | None = None
    channel: str | None = None
    version: str = VERSIONS[0]


def understood(words: Sequence[str]) -> tuple[str, ...]:
    """The words with the view that they ask for in front: `30min ¥200`, `半小时`, `win back`, `九折`."""
    if not words or words[0] in VIEWS:
        return tuple(words)
    said = _plain(" ".join(words))
    minutes, budget = _minutes(said), _budget(said)
    if minutes is not None or budget is not None:
        return ("plan", UNSAID if minutes is None else str(minutes), UNSAID if budget is None else f"{budget:g}")
    if (off := _chinese_off(said)) is not None:
        return ("off", f"{100 * off:g}")
    for end in range(len(words), 0, -1):
        if kind := kind_of(_plain(" ".join(words[:end]))):
            return ("play", kind, *words[end:])
    return tuple(words)


def options(words: Sequence[str], asked: Asked) -> CampaignsOptions:
    """The words behind a view; OptionError for those that mean nothing there."""
    chosen = CampaignsOptions(asked, asked.view)
    rest = list(words)
    if rest and len(rest) <= NUMBERED.get(asked.view, 0) and all(re.fullmatch(r"\d{1,9}", word) for word in rest):
        return replace(chosen, number=int(rest[0]), place=int(rest[1]) if len(rest) > 1 else None)
    if asked.view == "trial":
        raise OptionError("campaigns", " ".join(["trial", *rest]))
    if asked.view == "plan" or (asked.view == "list" and rest[:1] == ["plan"]):
        return _planned(chosen, rest[1:] if asked.view == "list" else rest)
    if asked.view == "off" and rest:
        rest = ["off", *rest]
    while rest:
        word = rest.pop(0)
        if word == "off" and rest and (match := PERCENT.fullmatch(_plain(rest[0]))) and float(match[1]) < 100:
            chosen = replace(chosen, off=float(match[1]) / 100)
            rest.pop(0)
        elif word in MEANINGS:
            chosen = replace(chosen, **MEANINGS[word])
        elif chosen.kind is None and asked.view != "body":
            taken = next((n for n in range(len(rest), -1, -1) if kind_of(_plain(" ".join([word, *rest[:n]])))), None)
            if taken is None:
                raise OptionError("campaigns", " ".join([word, *rest]))
            chosen = replace(chosen, kind=kind_of(_plain(" ".join([word, *rest[:taken]]))))
            rest = rest[taken:]
        else:
            raise OptionError("campaigns", word)
    return chosen


def kind_of(said: str) -> str | None:
    """The play that is meant: `win_back`, `Win back`, 唤回."""
    codes = {code: code for code in KINDS} | {code.replace("_", " "): code for code in KINDS}
    names = {language.named(f"play_{code}", reader).casefold(): code for code in KINDS for reader in language.LANGUAGES}
    return (codes | names).get(said)


def _planned(chosen: CampaignsOptions, words: Sequence[str]) -> CampaignsOptions:
    minutes, budget = (*words, UNSAID, UNSAID)[:2]
    if len(words) > 2 or not all(word == UNSAID or re.fullmatch(r"\d{1,9}(\.\d{1,2})?", word) for word in words):
        raise OptionError("campaigns", " ".join(words))
    return replace(
        chosen,
        planned=True,
        minutes=None if minutes == UNSAID else min(int(float(minutes)), A_DAY),
        budget=None if budget == UNSAID else float(budget),
    )


def _minutes(said: str) -> int | None:
    if match := AND_A_HALF.search(said):
        return round(60 * (_number(match[1]) + 0.5))
    if HALF.search(said):
        return 30
    if match := MINUTES.search(said):
        return round(_number(match[1]))
    match = HOURS.search(said)
    return round(60 * _number(match[1])) if match else None


def _budget(said: str) -> float | None:
    match = MONEY.search(said)
    return float(match[1] or match[2]) if match else None


def _chinese_off(said: str) -> float | None:
    """九折 is a tenth off, 8.5折, 85折 and 八五折 are fifteen hundredths off."""
    match = CHINESE_OFF.fullmatch(said)
    if match is None:
        return None
    digits = "".join(str(TENS.index(sign) + 1) if sign in TENS else sign for sign in match[1] if sign != ".")
    return round(1 - float(f"0.{digits}"), 4)


def _number(text: str) -> float:
    """12, 1.5, an, 三十, 四十五."""
    if text[0].isdecimal():
        return float(text)
    if text in {"an", "one"}:
        return 1.0
    tens, ten, ones = text.replace("两", "二").rpartition("十")
    value = 10 * (TENS.find(tens) + 1 if tens else 1) if ten else 0
    return float(value + (TENS.find(ones) + 1 if ones else 0))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
