"""What people type behind `/bandit`, in either language, to one order to carry out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from analytics import typed_tests
from analytics.errors import QuestionError, UnclearBandit, UnclearTest
from analytics.samples import MOST, Impossible, Share
from analytics.sends import MOST_VERSIONS

Verb = Literal["show", "start", "fresh", "next", "answers", "undo", "unsent", "add", "drop", "stop"]

LONGEST_NAME = 20
LEFT = re.compile(r"(?:\bleft|还有|还剩|剩下|剩余|剩)\s*:?\s*(\d[\d,]*)\s*(?:people|人)?(?![\w.])", re.IGNORECASE)
WORTH = re.compile(r"(?:\bworth|值得|值)\s*:?\s*(\d[\d,]*(?:\.\d+)?)\s*(?:orders?|单)?(?!\w)", re.IGNORECASE)
PATTERNS: dict[Verb, re.Pattern[str]] = {
    "next": re.compile(r"(?:next(?: batch)?|下一?批)\s*(?:(\d[\d,]*)\s*(?:people|人)?)?\s*(also|另发)?", re.IGNORECASE),
    "undo": re.compile(r"(?:undo|撤销|撤回)\s*(\d[\d,]*)?", re.IGNORECASE),
    "unsent": re.compile(r"(?:unsent|(?:剩下的)?没发)\s*(\d[\d,]*)?", re.IGNORECASE),
    "fresh": re.compile(r"(?:fresh|重来|重新开始)(?:\s+(.*))?", re.IGNORECASE),
    "add": re.compile(r"(?:add\s|加上?)\s*(\S+)", re.IGNORECASE),
    "drop": re.compile(r"(?:drop\s|去掉|停掉)\s*(\S+)", re.IGNORECASE),
    "stop": re.compile(r"stop|end|停[止下]?|结束|不试了", re.IGNORECASE),
}
RESERVED = frozenset(
    [
        "next",
        "undo",
        "unsent",
        "fresh",
        "add",
        "drop",
        "stop",
        "left",
        "worth",
        "method",
        "下一批",
        "撤销",
        "没发",
        "重来",
        "停",
        "停止",
        "还有",
        "值",
    ]
)
BETWEEN_NAMES = re.compile(r"[\s,、;:/|]+|\bvs\b\.?", re.IGNORECASE)
BETWEEN_FIGURES = re.compile(r"[\s;:]+|,(?!\d)")
NUMBER = re.compile(r"\d[\d,]*")
FRACTION = re.compile(r"(\d[\d,]*)\s*/\s*(\d[\d,]*)")
# Numbers of their own, perhaps with what they count: 70, 发70成交5, 5/70, ? (possessive, so that no text takes for ever).
FIGURES = re.compile(
    r"(?:(?:发了?|送|共|成交了?|下单了?|买了?|点击)?(?:\d[\d,]*+(?:/\d[\d,]*+)?|\?)(?:个?人|位|个|单|笔)?,?)+"
)
NOT_COUNTED = re.compile(r"%|[-.]\s?\d")


@dataclass(frozen=True)
class Order:
    """One thing to do with versions of these `names`, or with what each of them has brought (`shares`).

    `number` is that of people for `next` (`also`: besides a batch of the same day), for `undo` and `unsent` that of steps.
    How many people are `left` and how many successes are `worth` testing for may come with any of them.
    """

    verb: Verb
    names: tuple[str, ...] = ()
    number: int | None = None
    also: bool = False
    shares: Mapping[str, Share] = field(default_factory=dict)
    left: int | None = None
    worth: float | None = None


def read(text: str, known: Sequence[str]) -> Order:
    """The order, where versions of these names are `known` (none: nothing is running). Raises UnclearBandit."""
    said = " ".join(unicodedata.normalize("NFKC", text).replace("。", ";").split())
    left, said = _taken(LEFT, said)
    worth, said = _taken(WORTH, said)
    return replace(
        _order(said, known),
        left=None if left is None else _whole(left),
        worth=None if worth is None else min(float(worth.replace(",", "")), MOST),
    )


def _taken(pattern: re.Pattern[str], said: str) -> tuple[str | None, str]:
    """The number behind a word, and the text without the two."""
    found = pattern.search(said)
    return (found[1], f"{said[: found.start()]} {said[found.end() :]}".strip()) if found else (None, said)


def _order(said: str, known: Sequence[str]) -> Order:
    if not said:
        return Order("show")
    for verb, pattern in PATTERNS.items():
        if found := pattern.fullmatch(said):
            return _command(verb, found)
    if said.split(maxsplit=1)[0].casefold() in RESERVED:
        raise UnclearBandit("order", said)
    shares = _answers(said, known) if known else _first(said)
    return Order("answers", tuple(shares), shares=shares) if shares else Order("start", _split(said))


def _command(verb: Verb, found: re.Match[str]) -> Order:
    match verb:
        case "next":
            if found[1] and not _whole(found[1]):
                raise UnclearBandit("nobody")
            return Order(verb, number=_whole(found[1]) if found[1] else None, also=found[2] is not None)
        case "undo" | "unsent":
            return Order(verb, number=_whole(found[1]) if found[1] else None)
        case "fresh":
            return Order(verb, _split(found[1]) if found[1] else ())
        case "add" | "drop":
            return Order(verb, _names([found[1]]))
    return Order(verb)


def _first(said: str) -> dict[str, Share]:
    """The answers of a first batch, which bring their names along; empty where the text is no such thing."""
    try:
        found = _as_a_test(said)
    except UnclearTest as fault:
        if fault.why in {"more_than_people", "too_many", "nobody"}:
            raise UnclearBandit(fault.why) from fault
        return {}
    except QuestionError:
        return {}
    return dict(zip(_several(tuple(found)), found.values(), strict=True)) if found else {}


def _as_a_test(said: str) -> dict[str, Share]:
    """The versions of a test, typed as for `/abtest`, by their names; empty where they are no shares."""
    found = {version.label: version.seen for version in typed_tests.read(said).versions}
    shares = {label: seen for label, seen in found.items() if isinstance(seen, Share)}
    return shares if len(shares) == len(found) else {}


def _answers(said: str, known: Sequence[str]) -> dict[str, Share]:
    """What the versions have brought; empty where no number stands by itself.

    Behind each name people and successes (the larger are the people) or successes/people; without any name, those of all
    versions in turn.
    """
    names = "|".join(_by_itself(name) for name in sorted(known, key=len, reverse=True))
    between = re.sub(names, " ", said, flags=re.IGNORECASE)
    if not any(FIGURES.fullmatch(part) for part in BETWEEN_FIGURES.split(between)):
        return {}
    if between == said:
        return _in_turn(said, known)
    first, *parts = re.split(f"({names})", said, flags=re.IGNORECASE)
    if NUMBER.search(first):
        raise UnclearBandit("unknown", first)
    shares: dict[str, Share] = {}
    for called, part in zip(parts[::2], parts[1::2], strict=True):
        name = next(name for name in known if re.fullmatch(re.escape(name), called, re.IGNORECASE))
        if name in shares:
            raise UnclearBandit("twice", name)
        if share := _share(part):
            shares[name] = share
    if not shares:
        raise UnclearBandit("nobody")
    return shares


def _in_turn(said: str, known: Sequence[str]) -> dict[str, Share]:
    try:
        found = _as_a_test(said)
    except QuestionError as fault:
        if strange := re.search(r"[^\W\d_]\w*", said):
            raise UnclearBandit("unknown", strange[0]) from fault
        why = fault.why if isinstance(fault, UnclearTest) and fault.why != "versions" else "numbers"
        raise UnclearBandit(why) from fault
    if named := next((label for label in found if label in said), None):
        raise UnclearBandit("unknown", named)
    if len(found) != len(known):
        raise UnclearBandit("numbers")
    return dict(zip(known, found.values(), strict=True))


def _share(part: str) -> Share | None:
    """What one version has brought; None if it was sent to nobody."""
    if "?" in part:
        raise UnclearBandit("question")
    if NOT_COUNTED.search(part):
        raise UnclearBandit("numbers")
    if match := FRACTION.search(part):
        (did, people), rest = (_whole(match[1]), _whole(match[2])), part[match.end() :]
    else:
        figures = list(NUMBER.finditer(part))[:2]
        if len(figures) < 2:
            raise UnclearBandit("numbers")
        did, people = sorted(_whole(figure[0]) for figure in figures)
        rest = part[figures[1].end() :]
    if NUMBER.search(rest):
        strange = re.search(r"[^\W\d_]\w*", rest)
        raise UnclearBandit("unknown" if strange else "numbers", strange[0] if strange else "")
    try:
        return Share(people, did) if people else None
    except Impossible as fault:
        raise UnclearBandit(fault.fault) from fault


def _by_itself(name: str) -> str:
    """A pattern for the name where it is no part of a longer Latin word or number."""
    before = r"(?<![A-Za-z0-9])" if name[0].isascii() and name[0].isalnum() else ""
    after = r"(?!\d)" if name[-1].isdigit() else r"(?![A-Za-z])" if name[-1].isascii() and name[-1].isalpha() else ""
    return before + re.escape(name) + after


def _whole(figure: str) -> int:
    number = int(figure.replace(",", "")[:20])
    if number > MOST:
        raise UnclearBandit("too_many")
    return number


def _split(said: str) -> tuple[str, ...]:
    return _several([part for part in BETWEEN_NAMES.split(said) if part])


def _several(names: Sequence[str]) -> tuple[str, ...]:
    """Names of versions to choose among."""
    if not 2 <= len(names) <= MOST_VERSIONS:
        raise UnclearBandit("versions")
    if len({name.casefold() for name in names}) < len(names):
        raise UnclearBandit("twice")
    return _names(names)


def _names(names: Iterable[str]) -> tuple[str, ...]:
    for name in names:
        if name.casefold() in RESERVED:
            raise UnclearBandit("reserved", name)
        if len(name) > LONGEST_NAME or not any(sign.isalpha() or unicodedata.category(sign) == "So" for sign in name):
            raise UnclearBandit("name", name)
    return tuple(names)
