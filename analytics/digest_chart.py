"""The digest's picture: sales by week, and the range in which the last were to be expected."""

from __future__ import annotations

from analytics import charts
from analytics import language as say
from analytics.weeks import FEWEST_WEEKS, Change, Week

USUAL = {
    "en": {-1: ", less than usual", 0: ", as usual", 1: ", more than usual"},
    "zh": {-1: "，比平时少", 0: "，和平时差不多", 1: "，比平时多"},
}


def chart(change: Change, currency: str | None, reader: str) -> bytes | None:
    """Money by week or, where it has no verdict but orders have, orders; None with fewer than four weeks before."""
    if len(change.past) < FEWEST_WEEKS:
        return None
    judged = change.money or change.orders
    shown = (*change.past, *change.now)
    by_money = bool(change.money) or (not judged and any(week.money for week in shown))

    def figure(week: Week) -> float:
        return week.money if by_money else week.orders

    def told(value: float) -> str:
        return say.money(value, currency, reader) if by_money else say.count(value, reader)

    span, each = say.span(change.first, change.last, reader), len(change.now)
    usual = USUAL[reader][judged.change] if judged else ""
    total = told(sum(figure(week) for week in change.now))
    title = {"en": f"{span}: {total}{usual}", "zh": f"{span}：{total}{usual}"}[reader]
    subtitle = {
        "en": "sales by week" if by_money else "orders by week",
        "zh": "每周销售额" if by_money else "每周订单数",
    }[reader]
    if judged:
        subtitle += {"en": " · grey: to be expected", "zh": " · 灰色：预计的范围"}[reader]
    if not all(week.counts for week in change.past):
        subtitle += {"en": " · pale: not compared with", "zh": " · 浅色：没有拿来比"}[reader]
    return charts.banded(
        title,
        subtitle,
        [say.short_day(week.first, reader) for week in shown],
        [figure(week) for week in shown],
        [not week.counts for week in change.past] + [False] * each,
        each,
        (judged.low / each, judged.high / each) if judged else None,
        told(figure(change.now[-1])),
        accent=bool(judged and judged.change),
        across=change.basis == "weeks",
    )
