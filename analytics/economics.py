"""What a discount must bring to pay for itself, and what a message to some customers may bring."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.proportions import Interval

DISCOUNTS = (0.05, 0.10, 0.15, 0.20)
"""Those that shops usually think about."""
NEARLY = 1e-9


@dataclass(frozen=True)
class BreakEven:
    """At this `discount` (0–1) so many `more` orders (a share of the usual number) leave as much as no discount does.

    None where no number of orders does: every order at that price is sold at cost, or below.
    """

    discount: float
    more: float | None


@dataclass(frozen=True)
class Takings:
    """What a person brings who orders with some chance, as far as that is known: `rate` of ordering, `money` an order."""

    rate: Interval
    money: float


def break_even(margin: float, discount: float) -> BreakEven:
    """With margin m on the full price, an order at discount d leaves m − d: d / (m − d) more orders make up for it.

    Both are shares of the full price, above 0 and at most 1. Nagle, Hogan & Zale (2016), The Strategy and Tactics of
    Pricing, chapter 9.
    """
    if not 0 < margin <= 1 or not 0 <= discount <= 1:
        raise ValueError("a margin above 0 and at most 1, and a discount from 0 to 1")
    left = margin - discount
    return BreakEven(discount, discount / left if left > NEARLY else None)


def raised(rate: float, odds: float) -> float:
    """The rate whose odds are so many times those of this one: a push moves those least who come, or stay away, anyway."""
    return rate * odds / (1 - rate + rate * odds)


def gain(usual: Takings, odds: Interval, margin: float | None, discount: float) -> Interval:
    """What a message to one person adds, at least and at most, over what the `usual` takings are without one.

    The message multiplies the odds of ordering. Of p who order anyway and x more, all get the discount d: what is added
    is x (m − d) − p d of the money, with margin m, or m = 1, that is in sales, where it is not known.
    """
    kept = 1.0 if margin is None else margin
    ends = [
        usual.money * ((raised(rate, times) - rate) * (kept - discount) - rate * discount)
        for rate in (usual.rate.low, usual.rate.high)
        for times in (odds.low, odds.high)
    ]
    return Interval(min(ends), max(ends))
