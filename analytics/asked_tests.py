"""Which test is meant: as typed, in the sheet, or one asked about before; and what holds for it from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analytics.analysis import Asked
from analytics.anytime import Look
from analytics.dataset import Dataset, Shop
from analytics.errors import QuestionError, UnclearTest
from analytics.kept_tests import KeptTest, KeptTests, opened, totals
from analytics.known_groups import groups_before
from analytics.samples import Money, Share
from analytics.tested_rows import read_results
from analytics.tested_sheets import Sheet
from analytics.typed_tests import Said, Smallest, read
from analytics.verdicts import Verdicts
from analytics.versions import Version, control_of, plain


@dataclass(frozen=True)
class ABTestOptions:
    """What was `said`, and the tests that were asked about before; `side` where another side of the answer is wanted."""

    text: str
    said: Said
    kept: KeptTests
    side: bool


def options(words: Sequence[str], asked: Asked) -> ABTestOptions:
    """`/abtest A 1000 50 B 1000 65`, nothing for the sheet, or `#3` for a test asked about before; and how to read it."""
    text = " ".join(words)
    return ABTestOptions(text, read(text), opened(asked.remembered), asked.view != "body")


@dataclass(frozen=True)
class MeantTest:
    """What to judge: versions with the control first, how to read them, and what was said of the test before."""

    versions: tuple[Version, ...]
    order: tuple[int, ...]
    sheet: Sheet | None
    measure: str | None
    before: KeptTest | None
    number: int
    plain: bool
    smallest: Smallest | None
    parts: tuple[float, ...] | None
    planned: bool
    late: bool
    renamed: bool


def meant(shop: Shop, chosen: ABTestOptions) -> MeantTest:
    """Which test is meant, which version is the old one, and what holds for it from before."""
    said, kept = chosen.said, chosen.kept
    before = _pointed_at(shop, chosen)
    sheet = None
    if not said.versions and shop.results is not None and (before is None or before.measure is not None):
        sheet = _sheet(shop, shop.results, said.measure, before)
    found = sheet.versions if sheet else before.versions if before else said.versions
    measure = sheet.measure.header if sheet else before.measure if before and not said.versions else None
    if before is None:
        before = None if said.anew else kept.before(found, measure)
    earlier = None if said.anew else before
    first, is_plain = _control(found, said, before, kept)
    order = (first, *(at for at in range(len(found)) if at != first))
    versions = tuple(found[at] for at in order)
    parts = _parts(said, order, before, versions)
    same = before is not None and sorted(map(totals, versions)) == sorted(before.totals)
    renamed = before is not None and (before.renamed or (said.anew and not (same and before.seen_once)))
    # One look is one: of numbers of which no others were seen before.
    once = not renamed and (earlier is None or (same and (earlier.planned or earlier.seen_once)))
    wanted = said.planned or (earlier is not None and earlier.planned)
    planned, late = wanted and once, wanted and not once
    smallest = said.smallest or (Smallest(*before.smallest) if before and before.smallest else None)
    number = before.number if before and not (said.anew and said.number is None) else kept.next_number
    if smallest is not None and smallest.value <= 0:
        smallest = None
    return MeantTest(
        versions, order, sheet, measure, earlier, number, is_plain, smallest, parts, planned, late, renamed
    )


def _sheet(shop: Shop, results: Dataset, measure: str | None, before: KeptTest | None) -> Sheet | None:
    """The test in the sheet; None where it is not, or no longer, the one that was meant."""
    known = groups_before(shop)
    if before is None:
        return read_results(results, measure, known)
    try:
        sheet = read_results(results, before.measure, known)
    except QuestionError:
        return None
    return sheet if before.grows_into(sheet.versions, sheet.measure.header) else None


def _pointed_at(shop: Shop, chosen: ABTestOptions) -> KeptTest | None:
    """The kept test that the words point at: by number or, where there is nothing else to judge, the latest."""
    said, kept = chosen.said, chosen.kept
    if said.number is not None:
        if (test := kept.numbered(said.number)) is None:
            raise UnclearTest(chosen.text, "forgotten")
        return None if said.versions or said.measure else test
    if said.versions or (said.measure is not None and shop.results is not None):
        return None
    if said.measure is None and (chosen.text or chosen.side) and kept.tests:
        return kept.tests[0]
    if shop.results is None:
        raise UnclearTest(chosen.text, "nothing")
    return None


def _control(found: Sequence[Version], said: Said, before: KeptTest | None, kept: KeptTests) -> tuple[int, bool]:
    """The old version's place, and whether that is known: said now or before, or plain from its name."""
    labels = [plain(version.label) for version in found]
    if said.control is not None and plain(said.control) in labels:
        return labels.index(plain(said.control)), True
    if before is not None:
        if said.position is not None and 1 <= said.position <= len(before.labels):
            return labels.index(plain(before.labels[said.position - 1])), True
        if before.plain:
            return labels.index(plain(before.labels[0])), True
    if (named := control_of(labels)) is not None:
        return named, True
    alike = (test for test in kept.tests if test.plain and sorted(map(plain, test.labels)) == sorted(labels))
    known = next(alike, None)
    return (0, False) if known is None else (labels.index(plain(known.labels[0])), True)


def _parts(
    said: Said, order: Sequence[int], before: KeptTest | None, versions: Sequence[Version]
) -> tuple[float, ...] | None:
    """The planned split, the control's part first; it is said in the order of typing, else in that of the answer."""
    if said.parts is not None:
        if len(said.parts) != len(order) or min(said.parts) <= 0:
            raise UnclearTest("", "split")
        return tuple(said.parts[at] for at in order) if said.versions else said.parts
    if before is None or before.parts is None:
        return None
    known = dict(zip(map(plain, before.labels), before.parts, strict=True))
    return tuple(known[plain(version.label)] for version in versions)


def smallest_of(said: Smallest | None, control: Share | Money) -> float:
    """The smallest difference that matters, in the measure's own unit: of a share a percentage is in points."""
    if said is None:
        return 0.0
    if isinstance(control, Share):
        value = said.value if said.percent or said.value < 0.2 else said.value / 100
        return min(value, 0.99)
    return said.value * abs(control.mean) if said.percent else said.value


def looks_before(test: MeantTest) -> tuple[Look, ...] | None:
    """What earlier looks said of each version, against the same control and the same planned split."""
    kept = test.before
    if kept is None or not kept.looks or kept.parts != _in_order_of(kept, test):
        return None
    by_label = dict(zip(map(plain, kept.labels[1:]), kept.looks, strict=True))
    labels = [plain(version.label) for version in test.versions]
    if plain(kept.labels[0]) == labels[0]:
        return tuple(by_label[label] for label in labels[1:])
    if len(labels) > 2:
        return None
    (only,) = kept.looks
    return (replace(only, difference=-only.difference, interval=only.interval.flipped),)


def _in_order_of(kept: KeptTest, test: MeantTest) -> tuple[float, ...] | None:
    if test.parts is None:
        return None
    known = {plain(v.label): part for v, part in zip(test.versions, test.parts, strict=True)}
    return tuple(known[plain(label)] for label in kept.labels)


def to_keep(test: MeantTest, verdicts: Verdicts) -> KeptTest:
    told = tuple(map(totals, test.versions))
    before = test.before
    times = 1 if before is None else before.times + (sorted(before.totals) != sorted(told))
    return KeptTest(
        number=test.number,
        measure=test.measure,
        labels=tuple(version.label for version in test.versions),
        totals=told,
        plain=test.plain,
        smallest=None if test.smallest is None else (test.smallest.value, test.smallest.percent),
        parts=test.parts,
        planned=test.planned,
        looks=verdicts.looks,
        times=times,
        renamed=test.renamed,
    )
