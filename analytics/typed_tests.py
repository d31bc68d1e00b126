"""A test as people type it into a chat, to versions with their people and what these did."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from analytics.errors import UnclearTest
from analytics.samples import Impossible, Share

MOST_VERSIONS = 40
# Words between the numbers that name no version.
FILLERS = frozenset(
    [
        "of",
        "from",
        "sent",
        "to",
        "people",
        "visitors",
        "users",
        "customers",
        "orders",
        "order",
        "bought",
        "buyers",
        "sales",
        "converted",
        "conversions",
        "clicks",
        "clicked",
        "opened",
        "and",
        "out",
        "发",
        "发了",
        "发送",
        "共",
        "人",
        "个人",
        "位",
        "成交",
        "成交了",
        "下单",
        "下单了",
        "购买",
        "买",
        "买了",
        "转化",
        "点击",
        "单",
        "笔",
        "客户",
        "中",
        "里",
        "有",
        "个",
    ]
)
FRACTION = re.compile(r"(\d[\d,]*)\s*/\s*(\d[\d,]*)")
NUMBER = re.compile(r"\d[\d,]*")
BETWEEN = re.compile(r"[;；。\n]|\b(?:vs?|versus|against)\b\.?|对比|对(?=\s*\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Version:
    """One version of a test and the people who saw it."""

    label: str
    share: Share


def versions(text: str) -> tuple[Version, ...]:
    """`A 1000 50 B 1000 65`, `120/1000 vs 150/1000`, `A：发1000 成交50；B：发1000 成交65`: people first, or successes/people.

    Unlabelled versions are called A, B, …; of two numbers the larger are the people. Raises UnclearTest where it does not
    come to at least two versions with two numbers each, or where the numbers cannot be.
    """
    said = unicodedata.normalize("NFKC", text)
    parts = [part for part in BETWEEN.split(said) if NUMBER.search(part)]
    groups = parts if len(parts) > 1 else _by_label(said)
    found = tuple(_version(part, number, text) for number, part in enumerate(groups))
    labels = {version.label.casefold() for version in found}
    if not 2 <= len(found) <= MOST_VERSIONS or len(labels) < len(found):
        raise UnclearTest(text, "versions")
    return found


def _by_label(said: str) -> list[str]:
    """Cut before every name of a version, or, where there are none, after every second number."""
    starts = [match.start() for match in re.finditer(r"[^\W\d_]+\d*", said) if match[0].casefold() not in FILLERS]
    if starts:
        return [said[begin:end] for begin, end in zip(starts, [*starts[1:], len(said)], strict=True)]
    fractions = [match[0] for match in FRACTION.finditer(said)]
    if fractions:
        return fractions
    numbers = NUMBER.findall(said)
    return [" ".join(numbers[i : i + 2]) for i in range(0, len(numbers), 2)]


def _version(part: str, number: int, text: str) -> Version:
    names = [word for word in re.findall(r"[^\W\d_]+\d*", part) if word.casefold() not in FILLERS]
    label = names[0] if names else chr(ord("A") + number % 26)
    if match := FRACTION.search(part):
        did, people = (_whole(match[1]), _whole(match[2]))
    else:
        rest = part.replace(names[0], " ", 1) if names else part
        figures = [_whole(figure) for figure in NUMBER.findall(rest)]
        if len(figures) != 2:
            raise UnclearTest(text, "numbers")
        people, did = max(figures), min(figures)
    try:
        return Version(label, Share(people, did))
    except Impossible as fault:
        raise UnclearTest(text, fault.fault) from fault


def _whole(figure: str) -> int:
    return int(figure.replace(",", ""))
