"""What is bought together in one order, beyond chance, as advice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt

from analytics import association, basketing
from analytics.analysis import BUYERS
from analytics.association import Rules
from analytics.association_advice import Worth, best_first, worth
from analytics.association_chance import Evidence, evidence, minimum_count
from analytics.basket_options import BasketOptions, words_of
from analytics.basketing import Book, By
from analytics.baskets import Baskets
from analytics.dataset import Shop
from analytics.errors import UnknownProduct
from analytics.itemsets import Itemsets, mine
from analytics.keeping import once

SHOWN = 4
MOST_SETS = 300_000
MONTHS = 12
# Bytes of a product's name in a button's question, which has 64 in all.
BUTTON = 30


@dataclass(frozen=True)
class Advice:
    """Of the `of` baskets with all of `with_`, `count` also have `then`: `confidence` against the `base` share of all.

    `lift` is how many times chance that is; `units` more of `then` would be sold a month, for `money`, if one in ten of
    those who lack it followed: at most. None where there are no dates, or no prices.
    """

    with_: tuple[str, ...]
    then: str
    count: int
    of: int
    confidence: float
    base: float
    lift: float
    units: float | None
    money: float | None


@dataclass(frozen=True)
class BasketReport:
    """The answer of `/basket`: `advice` from `first_shown` on, of `rules` beyond chance about `about` (all, if None).

    `several` baskets have two products or more; `least` is in how many baskets products must be together to be looked
    at, `sets` how many such sets there are, `tried` how many rules could have been tried. `best` is the advice of all that may bring
    most money, None where that is less in a year than one usual order. `customers` says whether the
    orders name them; `words` ask for the same again, `products` are those of the advice, each with the words that ask for
    it alone. With `joined`, orders have several products in one cell that could not be told apart. The rest as in `Book`.
    """

    by: By
    baskets: int
    several: int
    items: int
    numbered: bool
    currency: str | None
    first: date | None
    last: date | None
    everywhere: tuple[str, ...]
    giant: int
    largest: int
    least: int
    sets: int
    tried: int
    follow: float
    about: str | None
    rules: int
    first_shown: int
    advice: tuple[Advice, ...]
    best: Advice | None
    customers: bool
    words: str
    products: tuple[tuple[str, str], ...]
    joined: bool


@dataclass(frozen=True)
class Found:
    """Of `sets` sets that are in at least `least` baskets, `tried` rules: those beyond chance, and what speaks for them."""

    least: int
    sets: int
    tried: int
    rules: Rules
    proof: Evidence


class Mined:
    """The shop's baskets with all that was found in them, each part worked out once."""

    def __init__(self, shop: Shop, chosen: BasketOptions) -> None:
        assert shop.orders is not None
        self.currency = shop.orders.currency
        self.chosen = chosen
        self.book: Book = basketing.book(shop.orders, chosen.by, chosen.as_of)
        baskets = self.book.baskets
        # The usual question is not to be mined anew after one with a threshold of its own.
        name = f"rules-{chosen.by}" if chosen.threshold is None else "rules-asked"
        found = once(shop.kept, name, Found, partial(beyond_chance, baskets, chosen), baskets, chosen.threshold)
        self.least, self.sets, self.tried = found.least, found.sets, found.tried
        self.rules, self.proof = found.rules, found.proof

    @cached_property
    def worth(self) -> Worth:
        return worth(self.rules, self.proof, self.book.months or 1.0, self.book.price)

    @cached_property
    def best(self) -> association.Ints:
        """The rules beyond chance, the most useful first."""
        return best_first(self.rules, self.proof, self.worth, self.book.price)

    @cached_property
    def shown(self) -> tuple[int | None, association.Ints]:
        """The product that is asked for, None for all, and the rules to show about it, the most useful first."""
        if not self.chosen.about:
            return None, self.best
        about = product(self.book.names, self.book.baskets.counts, self.chosen.about)
        return about, self.best[association.about(self.rules, about)[self.best]]

    @property
    def richest(self) -> int | None:
        """Of the rules to show the one that may bring most money, the first where that is not known.

        None where it is less in a year than one usual order: no reason to do anything.
        """
        rules = self.shown[1]
        money = self.worth.money[rules]
        if self.book.months is None or not (money > 0).any():
            return int(rules[0]) if len(rules) else None
        best = int(rules[np.nanargmax(money)])
        return best if MONTHS * float(self.worth.money[best]) >= self._usual_order else None

    @property
    def _usual_order(self) -> float:
        """The median of what orders come to, each product at its usual price."""
        baskets = self.book.baskets
        order = np.repeat(np.arange(len(baskets)), baskets.sizes)
        paid = np.bincount(order, np.nan_to_num(self.book.price[baskets.item]), minlength=len(baskets))
        return float(np.median(paid[paid > 0])) if (paid > 0).any() else 0.0

    def advice(self, rule: int) -> Advice:
        rules, book = self.rules, self.book
        units, money = float(self.worth.units[rule]), float(self.worth.money[rule])
        return Advice(
            with_=tuple(str(book.names[item]) for item in rules.items_of(rule)),
            then=str(book.names[rules.consequent[rule]]),
            count=int(rules.count[rule]),
            of=int(rules.antecedent_count[rule]),
            confidence=float(rules.confidence[rule]),
            base=float(rules.consequent_count[rule] / rules.baskets),
            lift=float(rules.lift[rule]),
            units=None if book.months is None else units,
            money=None if book.months is None or np.isnan(money) else money,
        )


def product(names: npt.NDArray[np.object_], counts: association.Ints, said: str) -> int:
    """The product that the words name: exactly, as a part of the name, or nearly; of several the one bought most."""
    from rapidfuzz import fuzz, process

    wanted = said.casefold()
    known = [str(name).casefold() for name in names]
    found = [i for i, name in enumerate(known) if name == wanted] or [
        i for i, name in enumerate(known) if wanted in name
    ]
    if not found:
        # One wrong sign of four is a slip where four signs are a name, and another word where they are letters.
        alike = 80 if wanted.isascii() else 75
        near = process.extract(wanted, known, scorer=fuzz.partial_ratio, score_cutoff=alike, limit=5)
        found = [place for _, _, place in near]
    if not found:
        raise UnknownProduct("basket", said)
    return max(found, key=lambda item: (int(counts[item]), -item))


def spelt(names: npt.NDArray[np.object_], counts: association.Ints, item: int) -> str:
    """Words by which `product` finds that item again, short enough for a button where such are to be found."""
    words = str(names[item]).split()
    whole = " ".join(words)
    ends = [" ".join(words[i:]) for i in range(len(words))]
    cuts = [whole, *(part for end in ends if (part := clipped(end, BUTTON)) != whole)]
    for part in cuts:
        if len(part.encode()) <= BUTTON and product(names, counts, part) == item:
            return part
    return clipped(whole, BUTTON)


def clipped(text: str, most: int) -> str:
    """As much of the text as fits into so many bytes."""
    return text.encode()[:most].decode(errors="ignore").strip()


def frequent(baskets: Baskets, chosen: BasketOptions) -> tuple[int, Itemsets]:
    """The sets in enough baskets, and what is enough; where there are too many to look at, only the more frequent ones."""
    least = minimum_count(baskets, chosen.threshold)
    while not (found := mine(baskets, least, MOST_SETS, partly=False)).complete:
        least = least * 3 // 2 + 1
    return least, found


def beyond_chance(baskets: Baskets, chosen: BasketOptions) -> Found:
    """The rules beyond chance among all of the frequent sets."""
    least, sets = frequent(baskets, chosen)
    found = association.rules(baskets, sets)
    proof = evidence(baskets, found)
    return Found(least, len(sets), len(found), found.take(proof.real), proof.take(proof.real))


def bundles(shop: Shop, chosen: BasketOptions) -> BasketReport:
    """The page of rules that is asked for, about everything or about one product."""
    mined = Mined(shop, chosen)
    names, counts = mined.book.names, mined.book.baskets.counts
    about, best = mined.shown
    start = SHOWN * chosen.page if SHOWN * chosen.page < len(best) else 0
    page = best[start : start + SHOWN].tolist()
    return BasketReport(
        by=chosen.by,
        baskets=len(mined.book.baskets),
        several=int((mined.book.baskets.sizes > 1).sum()),
        items=int((counts > 0).sum()),
        numbered=mined.book.numbered,
        currency=mined.currency,
        first=mined.book.first,
        last=mined.book.last,
        everywhere=mined.book.everywhere,
        giant=mined.book.giant,
        largest=mined.book.largest,
        least=mined.least,
        sets=mined.sets,
        tried=mined.tried,
        follow=mined.worth.follow,
        about=None if about is None else str(names[about]),
        rules=len(best),
        first_shown=start,
        advice=tuple(mined.advice(rule) for rule in page),
        best=None if mined.richest is None else mined.advice(mined.richest),
        customers=BUYERS.met_by(shop),
        words=words_of(chosen, None if about is None else spelt(names, counts, about)),
        products=tuple(
            (str(names[item]), words_of(chosen, spelt(names, counts, item)))
            for item in dict.fromkeys(int(mined.rules.consequent[rule]) for rule in page)
            if item != about
        )[:2],
        joined=any(count.reason == "several_in_one" for count in shop.orders.receipt.noted) if shop.orders else False,
    )
