"""The tests that an owner asked about lately: what every look said of them, so that the next look goes on from there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from analytics.anytime import Look
from analytics.proportions import Interval
from analytics.samples import Money, Share
from analytics.versions import Version, plain

MOST_KEPT = 8


@dataclass(frozen=True)
class KeptTest:
    """One test as it was last looked at, the control first.

    `measure` is the header of the sheet's column, None for a typed test; `totals` are each version's (people, successes)
    or (people, total, squares). `plain` says that it is known which version is the old one. `smallest` is the smallest
    difference that matters and whether that is a percentage, `parts` the planned split, `planned` whether its last look
    was the one look there was to be; `looks` are one a version but the control, `times` how often different numbers were
    seen. `renamed` says that by a tap it became a new test, after numbers that may be its own were seen.
    """

    number: int
    measure: str | None
    labels: tuple[str, ...]
    totals: tuple[tuple[float, ...], ...]
    plain: bool
    smallest: tuple[float, bool] | None = None
    parts: tuple[float, ...] | None = None
    planned: bool = False
    looks: tuple[Look, ...] = ()
    times: int = 1
    renamed: bool = False

    @property
    def seen_once(self) -> bool:
        """Whether no other numbers of it can have been seen, so that one look may still decide."""
        return self.times == 1 and not self.renamed

    @property
    def versions(self) -> tuple[Version, ...]:
        """The versions from their totals."""
        return tuple(Version(label, _seen(told)) for label, told in zip(self.labels, self.totals, strict=True))

    def grows_into(self, versions: Sequence[Version], measure: str | None) -> bool:
        """Whether these may be the same test later on: the same names, nobody fewer."""
        later = {plain(version.label): totals(version) for version in versions}
        if measure != self.measure or later.keys() != set(map(plain, self.labels)):
            return False
        for label, before in zip(self.labels, self.totals, strict=True):
            now = later[plain(label)]
            if len(now) != len(before) or now[0] < before[0]:
                return False
            if len(now) == 2 and (now[1] < before[1] or now[0] - now[1] < before[0] - before[1]):
                return False
        return True


def totals(version: Version) -> tuple[float, ...]:
    """What a version's people come to."""
    seen = version.seen
    return (seen.n, seen.successes) if isinstance(seen, Share) else (seen.n, seen.total, seen.squares)


def _seen(told: tuple[float, ...]) -> Share | Money:
    return Share(int(told[0]), int(told[1])) if len(told) == 2 else Money(int(told[0]), told[1], told[2])


@dataclass(frozen=True)
class KeptTests:
    """Lately asked tests, the latest first."""

    tests: tuple[KeptTest, ...] = ()

    def numbered(self, number: int) -> KeptTest | None:
        """The test of that number, if it is still kept."""
        return next((test for test in self.tests if test.number == number), None)

    def before(self, versions: Sequence[Version], measure: str | None) -> KeptTest | None:
        """The latest test that these versions are a later look at."""
        return next((test for test in self.tests if test.grows_into(versions, measure)), None)

    def keep(self, test: KeptTest) -> KeptTests:
        """With this test as the latest; the oldest are forgotten."""
        others = tuple(other for other in self.tests if other.number != test.number)
        return KeptTests((test, *others)[:MOST_KEPT])

    @property
    def next_number(self) -> int:
        return max((test.number for test in self.tests), default=0) + 1

    def written(self) -> str:
        """As text, to be read by `opened`."""
        return json.dumps([asdict(test) for test in self.tests], ensure_ascii=False)


def opened(text: str | None) -> KeptTests:
    """What `written` wrote; nothing where it cannot be read."""
    try:
        return KeptTests(tuple(_test(row) for row in json.loads(text or "[]")))
    except (ValueError, TypeError, KeyError):
        return KeptTests()


def _test(row: dict[str, object]) -> KeptTest:
    test = KeptTest(**row)  # type: ignore[arg-type]
    looks = tuple(_look(look) for look in test.looks)  # type: ignore[arg-type]
    return replace(
        test,
        labels=tuple(test.labels),
        totals=tuple(map(tuple, test.totals)),
        smallest=None if test.smallest is None else (test.smallest[0], test.smallest[1]),
        parts=None if test.parts is None else tuple(test.parts),
        looks=looks,
    )


def _look(row: dict[str, float]) -> Look:
    return Look(**(row | {"interval": Interval(**row["interval"])}))  # type: ignore[arg-type]
