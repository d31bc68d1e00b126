"""The pictures of `/basket`."""

from __future__ import annotations

from analytics import charts, language
from analytics.bundles import BasketReport
from analytics.next_purchase import NextReport

WIDE = 42
ROUND = 3
"""From so many times chance on, whole times are told."""


def together(report: BasketReport, reader: str) -> bytes:
    """Of those who take the one, how many take the other, against the share of all orders that have it."""
    best = report.advice[0]
    times = language.number(round(best.lift, 0 if best.lift >= ROUND else 1), reader)
    title = {
        "en": f"{charts.shortened(best.then, 28)}: {times} times as often",
        "zh": f"{charts.shortened(best.then, 28)}：是碰巧的 {times} 倍",
    }[reader]
    subtitle = {
        "en": "dark: of those who take the first · pale: of all orders",
        "zh": "深色：买了前者的订单里 · 浅色：全部订单里",
    }[reader]
    rows = []
    for advice in report.advice:
        both = " + ".join(charts.shortened(name, WIDE // len(advice.with_)) for name in advice.with_)
        of = language.percent(advice.confidence, reader)
        base = language.percent(advice.base, reader)
        note = {"en": f"{of}, of all {base}", "zh": f"{of}，全部 {base}"}[reader]
        label = f"{both}\n→ {charts.shortened(advice.then, WIDE - 12)}"
        rows.append(charts.Bar(label, advice.confidence, note, ground=advice.base))
    return charts.bars(title, subtitle, rows)


def following(report: NextReport, reader: str) -> bytes:
    """What share of the buyers of the one comes back for the other, and after how long."""
    best = report.steps[0]
    gap = language.count(best.gap, reader)
    follows, bought = ("again", "再买") if best.refill else ("follows", "买")
    title = {
        "en": f"{charts.shortened(best.then, 28)}: {follows} after {gap} days",
        "zh": f"{charts.shortened(best.then, 28)}：一般 {gap} 天后{bought}",
    }[reader]
    within = language.count(report.within, reader)
    subtitle = {
        "en": f"share of the first one's buyers who come back for it within {within} days",
        "zh": f"买了前者的客户里，{within} 天内回来买的比例",
    }[reader]
    rows = []
    for step in report.steps:
        share, days = language.percent(step.share, reader), language.count(step.gap, reader)
        note = {"en": f"{share} · {days} days", "zh": f"{share} · {days} 天"}[reader]
        again = {"en": "again", "zh": "再买"}[reader]
        then = again if step.refill else charts.shortened(step.then, WIDE - 12)
        rows.append(charts.Bar(f"{charts.shortened(step.first, WIDE)}\n→ {then}", step.share, note))
    return charts.bars(title, subtitle, rows)
