"""What is to be tried on whom, as people type it: `at risk A B holdout 10% 14 days`, `沉睡客户：短信、电话 留10%不发 14天`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from analytics import language, rfm
from analytics.errors import UnclearSplit
from analytics.trials import HOLDOUT

ALL, FILE = "all", "file"
GROUPS: tuple[str, ...] = (*rfm.GROUPS, *rfm.CLASSES, ALL, FILE)
SAID = {
    ALL: ("all", "everybody", "everyone", "all customers", "全部客户", "所有客户", "全部", "所有人", "所有", "全体"),
    "at_risk": ("快流失", "快流失的客户", "快流失客户"),
    "lost": ("流失", "流失客户"),
    FILE: ("file", "list", "sheet", "customer list", "客户名单", "客户表", "名单"),
}
NUMBER = r"(\d+(?:\.\d+)?)\s*%?"
HELD_OUT = re.compile(
    rf"(?:\b(?:hold\s?-?out|control)\s*(?:of\s*)?{NUMBER})|{NUMBER}\s*(?:hold\s?-?out|control\b|不发|对照)"
    rf"|(?:留(?:出)?|对照(?:组)?)\s*{NUMBER}\s*(?:的人)?\s*(?:不发)?|\bhold\s?-?out\b|留一部分不发|对照组",
    re.IGNORECASE,
)
DAYS = re.compile(r"(?:\b(?:for|over)\s*)?(\d+)\s*(?:days?\b|d\b|天|日)", re.IGNORECASE)
BETWEEN = re.compile(r"[\s,，、;；/|]+")
VERSIONS = ("A", "B")
MOST_VERSIONS, LONGEST = 6, 40
HELD, LEAST_HELD, MOST_HELD = 0.2, 0.01, 0.9
LONGEST_DAYS = 120


@dataclass(frozen=True)
class Wanted:
    """`versions` of a message for the `group`; the share `held` (0-1) gets none. `days` None: as the shop's rhythm is."""

    group: str
    versions: tuple[str, ...]
    held: float
    days: int | None


def wanted(text: str) -> Wanted:
    """Read the words behind the command; a single version is tried against nobody, so some are held out of it.

    Raises UnclearSplit.
    """
    said = unicodedata.normalize("NFKC", text).strip()
    held, days = 0.0, None
    if found := DAYS.search(said):
        days = int(found.group(1))
        said = _without(said, found)
        if not 1 <= days <= LONGEST_DAYS:
            raise UnclearSplit("days", found.group().strip())
    if found := HELD_OUT.search(said):
        figure = next((figure for figure in found.groups() if figure), None)
        held = float(figure) / 100 if figure else HELD
        said = _without(said, found)
        if not LEAST_HELD <= held <= MOST_HELD:
            raise UnclearSplit("holdout", found.group().strip())
    group, rest = _group(said)
    labels = tuple(word for word in BETWEEN.split(rest.strip().lstrip(":").strip()) if word) or VERSIONS
    if len(labels) > MOST_VERSIONS or max(map(len, labels)) > LONGEST:
        raise UnclearSplit("versions", rest.strip())
    if len({label.casefold() for label in (*labels, HOLDOUT)}) < 1 + len(labels):
        raise UnclearSplit("same", rest.strip())
    return Wanted(group, labels, held or (HELD if len(labels) == 1 else 0.0), days)


def _without(said: str, found: re.Match[str]) -> str:
    return f"{said[: found.start()].rstrip(' ,，、')} {said[found.end() :].lstrip(' ,，、')}".strip()


def _group(said: str) -> tuple[str, str]:
    """The group that the words begin with, by its longest name, and what stands behind it."""
    plain = said.casefold()
    for name, code in NAMES:
        if plain.startswith(name):
            rest = said[len(name) :]
            # Latin words end where no letter follows; `allspice` is not all.
            if not (name[-1].isascii() and rest[:1].isalnum() and rest[:1].isascii()):
                return code, rest
    raise UnclearSplit("group", said)


def _names() -> list[tuple[str, str]]:
    names = {spoken: code for code, words in SAID.items() for spoken in words}
    for code in (*rfm.GROUPS, *rfm.CLASSES):
        names |= {code: code, code.replace("_", " "): code}
        for reader in language.LANGUAGES:
            name = language.named(code, reader).casefold()
            names |= {name: code, name.removesuffix("客户"): code, name.removesuffix("的客户"): code}
    return sorted(names.items(), key=lambda pair: -len(pair[0]))


NAMES = _names()
