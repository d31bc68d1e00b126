"""The shop's own group of every customer, as it was before a test began."""

from __future__ import annotations

import pandas as pd

from analytics import ranking, rfm
from analytics.analysis import BUYERS, Cuts
from analytics.dataset import Role, Shop


def groups_before(shop: Shop) -> dict[str, str] | None:
    """Customer to segment on the first day of the results; None where that day or the customers are not known.

    Segments of a later day would not do: what a version made people buy moves them between segments.
    """
    if (
        shop.orders is None
        or not BUYERS.met_by(shop)
        or shop.results is None
        or not shop.results.has(Role.CUSTOMER, Role.TIME)
    ):
        return None
    began = shop.results.frame(Role.TIME)[Role.TIME].min()
    if pd.isna(began):
        return None
    lines = ranking.order_lines(shop.orders, began.date())
    if lines[Role.CUSTOMER].nunique() < ranking.FEWEST_CUSTOMERS:
        return None
    table = rfm.customer_table(lines, pd.Timestamp(began.date()))
    codes = ranking.assigned(table, ranking.in_force(table, "groups"), Cuts())
    return dict(zip(map(str, table.customer), map(str, codes), strict=True))
