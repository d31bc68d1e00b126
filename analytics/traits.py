"""What sets a group of customers apart beyond chance.

Texts by adjusted residuals (Haberman 1973) with the hypergeometric chance behind them, numbers by Mann–Whitney's U with
ties; all chances of one answer adjusted together by Holm (1979). What a group was built on must not be asked about: of
course it differs there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

BEYOND = 3.0
CHANCE = 0.05
FEWEST = 10


@dataclass(frozen=True)
class Trait:
    """One thing that a group is or does more, or less, than chance allows.

    Of the `known` customers in the group whose value is known, `customers` have this `value`: the `share`, against the
    `base` share of all customers. Where the feature is a number, `value` is None, and `share` and `base` are the medians
    of the group and of all. `residual` is in standard deviations, negative where it is less.
    """

    feature: str
    value: str | None
    customers: int
    known: int
    share: float
    base: float
    residual: float

    @property
    def ratio(self) -> float | None:
        """How many times as likely (as high); None where nobody is, or the middle of all is not above nothing."""
        return self.share / self.base if self.base > 0 else None


@dataclass(frozen=True)
class Association:
    """Whether rows and columns of a table of counts go together; `residuals` has the table's shape."""

    chi2: float
    freedom: int
    chance: float
    cramers_v: float
    residuals: Floats


@dataclass(frozen=True)
class _Comparison:
    trait: Trait
    chance: float
    shown: bool


def association(table: npt.ArrayLike) -> Association:
    """Pearson's chi-square without correction, Cramér's V, and Haberman's adjusted residuals."""
    from scipy.special import chdtrc

    counts = np.asarray(table, float)
    total, rows, columns = counts.sum(), counts.sum(axis=1, keepdims=True), counts.sum(axis=0, keepdims=True)
    expected = rows * columns / total
    chi2 = float(((counts - expected) ** 2 / expected).sum())
    freedom = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    smaller = min(counts.shape) - 1
    residuals = (counts - expected) / np.sqrt(expected * (1 - rows / total) * (1 - columns / total))
    return Association(chi2, freedom, float(chdtrc(freedom, chi2)), float(np.sqrt(chi2 / total / smaller)), residuals)


def holm(chances: npt.ArrayLike) -> Floats:
    """The chances adjusted for how many there are (Holm 1979), in the order given."""
    raw = np.asarray(chances, float)
    order = np.argsort(raw, kind="stable")
    steps = np.maximum.accumulate(raw[order] * np.arange(len(raw), 0, -1))
    adjusted = np.empty(len(raw))
    adjusted[order] = np.minimum(steps, 1)
    return adjusted


def traits(
    codes: Sequence[str] | npt.NDArray[np.object_],
    attributes: Mapping[str, Any],
    built_on: Collection[str] = (),
    of: Collection[str] | None = None,
) -> dict[str, tuple[Trait, ...]]:
    """What sets each group of `codes` (n) apart by the `attributes` (each n, gaps allowed), strongest first.

    Attributes in `built_on` are passed over; `of` names the groups that are shown (all, if None). A value is looked at
    if ten customers have it, and shown if ten of them are in the group.
    """
    told = np.asarray(codes).astype(str)
    groups = sorted(set(told.tolist()) if of is None else set(of))
    series = {name: pd.Series(np.asarray(values)) for name, values in attributes.items() if name not in built_on}
    compared: list[tuple[str, _Comparison]] = []
    for name, values in series.items():
        numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
        known = values.notna().to_numpy()
        compare = _numbers if numeric else _texts
        inside = {group: told[known] == group for group in groups}
        compared += compare(name, values[known], inside)
    adjusted = holm([comparison.chance for _, comparison in compared])
    found: dict[str, list[Trait]] = {group: [] for group in groups}
    for (group, comparison), chance in zip(compared, adjusted, strict=True):
        if comparison.shown and chance < CHANCE and abs(comparison.trait.residual) > BEYOND:
            found[group].append(comparison.trait)
    return {
        group: tuple(sorted(some, key=lambda trait: (-abs(trait.residual), trait.feature, trait.value or "")))
        for group, some in found.items()
    }


def over_represented(inside: Ints, everywhere: Ints, group: int, everybody: int) -> tuple[Floats, Floats]:
    """Adjusted residuals and two-sided chances of counts `inside` a group of that size, of `everywhere` among everybody.

    Residuals are those of each count's two-by-two table; the chance is twice the smaller hypergeometric tail.
    """
    from scipy.stats import hypergeom

    if not 0 < group < everybody:
        return np.zeros(len(inside)), np.ones(len(inside))
    expected = everywhere * group / everybody
    spread = np.sqrt(np.maximum(expected * (1 - group / everybody) * (1 - everywhere / everybody), 1e-300))
    high = hypergeom.sf(inside - 1, everybody, everywhere, group)
    low = hypergeom.cdf(inside, everybody, everywhere, group)
    residuals = np.where(everywhere < everybody, (inside - expected) / spread, 0.0)
    return residuals, np.minimum(1, 2 * np.minimum(high, low))


def most_apart(customer: Ints, slot: Ints, inside: Mask) -> tuple[int, float, float] | None:
    """The slot into which orders of the group fall more than chance allows: the slot, the group's share, that of all.

    `customer` and `slot` are each order's (small numbers from 0), `inside` is each customer's. Every customer counts the
    same, by the share of their orders that falls on the slot, so that one busy buyer's habit is not the group's; Welch's
    t, Holm over the slots. None where no slot stands out.
    """
    from scipy.special import stdtr

    orders = np.bincount(customer, minlength=len(inside)).astype(float)
    sides = (inside & (orders > 0), ~inside & (orders > 0))
    freedom = min(int(side.sum()) for side in sides) - 1
    if freedom + 1 < FEWEST:
        return None
    apart, found = [], []
    for at in range(int(slot.max()) + 1):
        share = np.bincount(customer[slot == at], minlength=len(inside)) / np.maximum(orders, 1)
        typical = [float(share[side].mean()) for side in sides]
        # Where all are alike, as if one of them had been otherwise.
        variance = sum(max(share[side].var(ddof=1), 1 / side.sum()) / side.sum() for side in sides)
        apart.append((typical[0] - typical[1]) / np.sqrt(variance))
        enough = np.count_nonzero(share[inside]) >= FEWEST
        found.append((at, typical[0], float(share[orders > 0].mean()), enough))
    chances = holm(2 * stdtr(freedom, -np.abs(apart)))
    shown = [at for at, *_, enough in found if enough and apart[at] > BEYOND and chances[at] < CHANCE]
    return found[max(shown, key=lambda at: apart[at])][:3] if shown else None


def _texts(name: str, values: pd.Series[Any], inside: Mapping[str, Mask]) -> list[tuple[str, _Comparison]]:
    codes, found = pd.factorize(values.astype(str), sort=True)
    labels = found.to_numpy(object)
    everywhere = np.bincount(codes, minlength=len(labels))
    # By the margin only, which chance leaves as it is: so that the number of comparisons does not depend on the luck.
    asked = np.flatnonzero((everywhere >= FEWEST) & (everywhere < len(codes)))
    compared = []
    for group, members in inside.items():
        size = int(members.sum())
        counts = np.bincount(codes[members], minlength=len(labels))
        residuals, chances = over_represented(counts[asked], everywhere[asked], size, len(codes))
        for position, residual, chance in zip(asked, residuals, chances, strict=True):
            if size:
                base = float(everywhere[position] / len(codes))
                count = int(counts[position])
                trait = Trait(name, str(labels[position]), count, size, count / size, base, float(residual))
                compared.append((group, _Comparison(trait, float(chance), count >= FEWEST)))
    return compared


def _numbers(name: str, values: pd.Series[Any], inside: Mapping[str, Mask]) -> list[tuple[str, _Comparison]]:
    from scipy.special import ndtr
    from scipy.stats import rankdata

    numbers = values.to_numpy(float)
    ranks, n = rankdata(numbers), len(numbers)
    ties = np.unique(numbers, return_counts=True)[1].astype(float)
    compared = []
    for group, members in inside.items():
        size = int(members.sum())
        if min(size, n - size) < FEWEST or len(ties) < 2:
            continue
        spread = np.sqrt(size * (n - size) / 12 * (n + 1 - (ties**3 - ties).sum() / (n * (n - 1))))
        residual = float((ranks[members].sum() - size * (n + 1) / 2) / spread)
        typical, overall = float(np.median(numbers[members])), float(np.median(numbers))
        trait = Trait(name, None, size, size, typical, overall, residual)
        compared.append((group, _Comparison(trait, float(2 * ndtr(-abs(residual))), typical != overall)))
    return compared
