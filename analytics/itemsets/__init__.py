"""Frequent itemsets: which items are together in at least so many baskets, exactly, by three textbook algorithms."""

from __future__ import annotations

from analytics.baskets import Baskets
from analytics.itemsets import compiled
from analytics.itemsets.apriori import apriori
from analytics.itemsets.compiled import warm_up
from analytics.itemsets.eclat import eclat
from analytics.itemsets.fp_growth import fp_growth
from analytics.itemsets.table import Itemsets, Level

__all__ = ["MOST", "Itemsets", "Level", "apriori", "eclat", "fp_growth", "mine", "warm_up"]

MOST = 5_000_000


def mine(baskets: Baskets, min_count: int, most: int = MOST, *, partly: bool = True) -> Itemsets:
    """All sets of items that at least `min_count` baskets hold, as far as `most` sets go, by the quickest way at hand.

    Where they are more, all smaller sets are better than nothing: `partly`; otherwise it is quicker to have none.
    That is Eclat, by the compiled kernel where it is ready: of the three it is the quickest, or nearly, on dense and on
    sparse data. Apriori intersects whole columns, and FP-growth's trees share little where baskets are long.
    """
    if compiled.ready():
        return compiled.eclat(baskets, min_count, most, partly=partly)
    return eclat(baskets, min_count, most, partly=partly)
