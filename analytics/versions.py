"""The versions of a test: what is counted of the people who saw each, and which of them is the old one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.samples import Money, Share

MOST_VERSIONS = 40
LONGEST_LABEL = 60
CONTROLS = (
    "control", "control group", "holdout", "hold-out", "no e-mail", "no email", "no message", "old", "original",
    "baseline", "current", "before", "old version", "对照", "对照组", "空白组", "不发", "旧", "旧版", "旧的", "旧版本", "老版", "老版本",
    "老的", "原版", "原来", "原来的",
    "a", "a组", "版本a", "version a", "甲", "甲组", "0", "1",
)  # fmt: skip
"""Names that say by themselves which version is the old one; an earlier one counts for more."""
OLD, NEW = re.compile(r"old\b|original\b|current\b|[旧老原]"), re.compile(r"new\b|新")


@dataclass(frozen=True)
class Version:
    """One version and the people who saw it."""

    label: str
    seen: Share | Money

    def __add__(self, other: Version) -> Version:
        return Version(self.label, together(self.seen, other.seen))


def together(one: Share | Money, two: Share | Money) -> Share | Money:
    """What both come to; they are of one sort."""
    if isinstance(one, Share) and isinstance(two, Share):
        return one + two
    assert isinstance(one, Money)
    assert isinstance(two, Money)
    return one + two


def plain(label: str) -> str:
    """The form in which names of versions are compared: `a `, `Ａ` and `A` are one."""
    return " ".join(unicodedata.normalize("NFKC", label).split()).casefold()


def control_of(labels: Sequence[str]) -> int | None:
    """The one whose name says that it is the old one, as 旧标题 beside 新标题; None where none does."""
    names = [plain(label) for label in labels]
    old = [at for at, name in enumerate(names) if OLD.match(name)]
    if len(old) == 1 and all(NEW.match(name) for at, name in enumerate(names) if at not in old):
        return old[0]
    return next((names.index(name) for name in CONTROLS if name in names), None)
