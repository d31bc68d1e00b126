"""Names for natural groups: from what sets each apart, and the same name and colour again after new data."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Codes = npt.NDArray[np.object_]
Values = Mapping[str, Any]

HIGH, LOW = 0.65, 0.35
MOSTLY, ABOVE_BASE = 0.6, 1.3
MOST_CLAIMS = 2
REMEMBERED = 2_000
SAME, NEAR, FEWEST_SHARED = 0.5, 0.25, 20


@dataclass(frozen=True)
class Claim:
    """What a name says of a group: its typical value is `high` or `low` among all, or most have the `value`.

    `rather` compares with the group of the otherwise same name; `middle` claims nothing.
    """

    feature: str
    sort: Literal["high", "low", "value", "middle"]
    value: str = ""
    rather: bool = False


@dataclass(frozen=True)
class Name:
    """The name of a group as claims for templates to word, and the number of its colour."""

    claims: tuple[Claim, ...]
    colour: int


def names(codes: Codes, values: Values, customers: Sequence[str], remembered: str | None = None) -> dict[str, Name]:
    """A name for every group of `codes` (n; "" is in none), told apart by the `values` (each n, numbers or texts).

    A group that holds most members of one that is `remembered` (for want of common members: whose middle lies nearest)
    keeps its colour, and its name as long as that is true; the others are named by what sets them apart most.
    """
    groups = sorted(set(codes.tolist()) - {""}, key=lambda code: (-int(np.sum(codes == code)), code))
    standing = {code: _standing(codes == code, values) for code in groups}
    fresh = _told_apart({code: _claims(some) for code, some in standing.items()}, standing)
    before = json.loads(remembered) if remembered else {"members": {}, "names": {}, "middles": {}}
    kept = _matched(groups, codes, values, customers, before)
    taken = {before["names"][old]["colour"] for old in kept.values()}
    free = iter(colour for colour in range(len(groups) + len(taken)) if colour not in taken)
    named: dict[str, Name] = {}
    for code in groups:
        old = before["names"][kept[code]] if code in kept else None
        claims = fresh[code]
        if old is not None:
            told = tuple(Claim(**claim) for claim in old["claims"])
            claims = told if all(_holds(claim, standing[code]) for claim in told) else claims
        named[code] = Name(claims, next(free) if old is None else old["colour"])
    # A kept name may now be another's fresh one: then both are told by what is true today.
    if len({frozenset(name.claims) for name in named.values()}) < len(named):
        named = {code: Name(fresh[code], name.colour) for code, name in named.items()}
    return named


def memory(codes: Codes, values: Values, customers: Sequence[str], named: Mapping[str, Name]) -> str:
    """What has to be known to recognise the groups: names, typical values, and the groups of up to 2,000 customers."""
    order = sorted(range(len(customers)), key=lambda i: short(customers[i]))[:REMEMBERED]
    return json.dumps(
        {
            "members": {short(customers[i]): codes[i] for i in order if codes[i]},
            "names": {code: asdict(name) for code, name in named.items()},
            "middles": {code: _middles(codes == code, values) for code in named},
        }
    )


def short(customer: str) -> str:
    """A customer's key in the memory."""
    return hashlib.blake2b(customer.encode(), digest_size=5).hexdigest()


def _is_number(column: Any) -> bool:
    return bool(pd.api.types.is_numeric_dtype(pd.Series(np.asarray(column))))


def _middles(inside: npt.NDArray[np.bool_], values: Values) -> dict[str, float]:
    """The median of each number."""
    numbers = {feature: np.asarray(column, float) for feature, column in values.items() if _is_number(column)}
    return {feature: float(np.nanmedian(column[inside])) for feature, column in numbers.items() if inside.any()}


def _rank(value: float, column: Any) -> float:
    """The share of all that lie below the value, those equal to it counted half."""
    known = np.asarray(column, float)
    known = known[~np.isnan(known)]
    return float((np.mean(known < value) + np.mean(known <= value)) / 2)


@dataclass(frozen=True)
class _Standing:
    """How a group stands in one feature: the rank of its middle, or its commonest value with its share and everybody's."""

    feature: str
    rank: float | None = None
    value: str = ""
    share: float = 0.0
    base: float = 0.0

    @property
    def strength(self) -> float:
        return 2 * abs(self.rank - 0.5) if self.rank is not None else self.share - self.base


def _standing(inside: npt.NDArray[np.bool_], values: Values) -> list[_Standing]:
    middles = _middles(inside, values)
    found = []
    for feature, column in values.items():
        if feature in middles:
            found.append(_Standing(feature, rank=_rank(middles[feature], column)))
            continue
        texts = pd.Series(np.asarray(column, object))
        counts = texts[inside].value_counts()
        if not len(counts):
            continue
        value = min(counts.index[counts == counts.max()], key=str)
        share, base = float(counts.max() / inside.sum()), float((texts == value).mean())
        found.append(_Standing(feature, value=str(value), share=share, base=base))
    return sorted(found, key=lambda standing: -standing.strength)


def _claim(standing: _Standing) -> Claim | None:
    if standing.rank is not None:
        if standing.rank >= HIGH:
            return Claim(standing.feature, "high")
        return Claim(standing.feature, "low") if standing.rank <= LOW else None
    said = standing.share >= MOSTLY and standing.share >= ABOVE_BASE * standing.base
    return Claim(standing.feature, "value", standing.value) if said else None


def _claims(standing: Sequence[_Standing]) -> tuple[Claim, ...]:
    told = [claim for some in standing if (claim := _claim(some)) is not None]
    return tuple(told[:MOST_CLAIMS]) or (Claim("", "middle"),)


def _told_apart(
    claims: Mapping[str, tuple[Claim, ...]], standing: Mapping[str, Sequence[_Standing]]
) -> dict[str, tuple[Claim, ...]]:
    """Groups of the same name get one more claim each: the number in which they differ most, one rather high or low."""
    told = dict(claims)
    for same in dict.fromkeys(frozenset(some) for some in claims.values()):
        alike = [code for code, some in claims.items() if frozenset(some) == same]
        if len(alike) < 2:
            continue
        ranks = {code: {s.feature: s.rank for s in standing[code] if s.rank is not None} for code in alike}
        spread = {
            feature: max(ranks[code][feature] for code in alike) - min(ranks[code][feature] for code in alike)
            for feature in ranks[alike[0]]
        }
        ordered = sorted(spread, key=lambda feature: (-spread[feature], feature))
        for code in alike:
            further = tuple(
                Claim(feature, "high" if _above(ranks, alike, code, feature) else "low", rather=True)
                for feature in ordered[: max(1, len(alike) - 1)]
            )
            told[code] = (*(claim for claim in claims[code] if claim.sort != "middle"), *further)
    plain = {code: tuple(claim for claim in some if not _refined(claim, some)) for code, some in told.items()}
    return plain if len({frozenset(some) for some in plain.values()}) == len(plain) else told


def _refined(claim: Claim, claims: Sequence[Claim]) -> bool:
    """Whether another claim compares with a namesake in the same feature: not both of much, rather little."""
    return not claim.rather and any(other.rather and other.feature == claim.feature for other in claims)


def _above(ranks: Mapping[str, Mapping[str, float]], alike: Sequence[str], code: str, feature: str) -> bool:
    return ranks[code][feature] >= float(np.mean([ranks[other][feature] for other in alike]))


def _holds(claim: Claim, standing: Sequence[_Standing]) -> bool:
    """Whether what a name says is still true, if less sharply so than it has to be when it is given."""
    now = next((some for some in standing if some.feature == claim.feature), None)
    if claim.sort == "middle":
        return all(_claim(some) is None for some in standing)
    if now is None:
        return False
    if now.rank is not None:
        return now.rank > 0.5 if claim.sort == "high" else now.rank < 0.5
    return now.value == claim.value and now.share > now.base


def _matched(
    groups: Sequence[str], codes: Codes, values: Values, customers: Sequence[str], before: Mapping[str, Any]
) -> dict[str, str]:
    """Which group of today is which of before, each at most once; the best pairs first."""
    position = {short(customer): i for i, customer in enumerate(customers)} if before["members"] else {}
    shared = [(str(codes[position[key]]), old) for key, old in before["members"].items() if key in position]
    likeness = (
        _by_members(shared) if len(shared) >= FEWEST_SHARED else _by_middles(groups, codes, values, before["middles"])
    )
    found: dict[str, str] = {}
    for code, old in sorted(likeness, key=lambda pair: (-likeness[pair], pair)):
        if code not in found and old not in found.values():
            found[code] = old
    return found


def _by_members(shared: Sequence[tuple[str, str]]) -> dict[tuple[str, str], float]:
    """The Jaccard of groups of today and of before, from the (new, old) groups of common members, where it is half or more."""
    pairs, new, old = Counter(shared), Counter(pair[0] for pair in shared), Counter(pair[1] for pair in shared)
    jaccards = {pair: both / (new[pair[0]] + old[pair[1]] - both) for pair, both in pairs.items() if pair[0]}
    return {pair: jaccard for pair, jaccard in jaccards.items() if jaccard >= SAME}


def _by_middles(
    groups: Sequence[str], codes: Codes, values: Values, before: Mapping[str, Mapping[str, float]]
) -> dict[tuple[str, str], float]:
    """One less the largest distance, in ranks among all of today, between the middles of groups that lie near each other."""
    likeness = {}
    for code in groups:
        mine = _middles(codes == code, values)
        for old, middles in before.items():
            if mine and set(middles) == set(mine):
                apart = max(abs(_rank(mine[f], values[f]) - _rank(middles[f], values[f])) for f in mine)
                if apart <= NEAR:
                    likeness[code, old] = 1 - apart
    return likeness
