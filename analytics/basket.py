"""What sells together, what comes next, who is due, and whom to offer what: from order lines, beyond chance only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from analytics.analysis import Analysis, Need
from analytics.basket_lists import sheet
from analytics.basket_options import VIEWS, BasketOptions, Listed, options, understood
from analytics.bundles import BasketReport, bundles
from analytics.dataset import Kind, Role, Shop
from analytics.freshness import Stale, stale
from analytics.next_purchase import DueReport, GroupReport, NextReport, by_group, due_now, next_purchases


@dataclass(frozen=True)
class ListReport:
    """The answer of `/basket list`: which list it is; its rows are the sheet.

    `left_out` of who is due are those who may not be written to, by why. The orders may be `stale`.
    """

    listed: Listed
    left_out: Mapping[str, int] = field(default_factory=dict)
    stale: Stale | None = None


Report = BasketReport | NextReport | DueReport | GroupReport | ListReport


def run(shop: Shop, chosen: BasketOptions) -> Report:
    """Answer the view asked for."""
    if chosen.view == "next":
        return next_purchases(shop, chosen)
    if chosen.view in {"due", "names"}:
        return due_now(shop, chosen)
    if chosen.view == "segment":
        return by_group(shop, chosen)
    if chosen.view == "list":
        left_out = due_now(shop, chosen).left_out if chosen.listed == "due" else {}
        return ListReport(chosen.listed, left_out, stale(shop.orders, chosen.asked.today))
    return bundles(shop, chosen)


def chart(report: Report, reader: str) -> bytes | None:
    """Bars: of those who take the one, how many take the other, against everybody; None where nothing was found."""
    from analytics import basket_charts

    match report:
        case BasketReport(advice=()) | NextReport(steps=()):
            return None
        case BasketReport():
            return basket_charts.together(report, reader)
        case NextReport():
            return basket_charts.following(report, reader)
    return None


PRODUCTS = (Role.PRODUCT_NAME, Role.PRODUCT)


ANALYSIS = Analysis(
    name="basket",
    requires=(
        *(Need(Kind.ORDERS, (Role.ORDER, product)) for product in PRODUCTS),
        *(Need(Kind.ORDERS, (Role.CUSTOMER, Role.TIME, product)) for product in PRODUCTS),
    ),
    options=options,
    run=run,
    chart=chart,
    views=VIEWS,
    sheet=sheet,
    pictured=("body", "next"),
    understood=understood,
    offered=True,
)
