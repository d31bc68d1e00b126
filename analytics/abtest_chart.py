"""The picture of a test: every version's difference from the old one, on one axis."""

from __future__ import annotations

from analytics import charts, language
from analytics.abtest_report import ABTestReport, Arm

MOST_ROWS = 10


def chart(report: ABTestReport, reader: str) -> bytes | None:
    """Each version's difference with its interval, the best first; None where none holds, or the test is not to be trusted."""
    arms = sorted((arm for arm in report.arms[1:] if arm.sure), key=lambda arm: -arm.value)[:MOST_ROWS]
    if report.untrusted or not arms:
        return None
    rows = [_row(report, arm, reader) for arm in arms]
    control = charts.shortened(report.control.label, 20)
    sides = {"en": (f"worse than {control}", f"better than {control}"), "zh": (f"比 {control} 差", f"比 {control} 好")}
    matters = {"en": "grey: too small to matter", "zh": "灰色：差别太小，不算数"}[reader]
    subtitle = {
        "en": "dot: what was seen · line: where the real difference likely lies",
        "zh": "点：看到的差别 · 线：真正的差别大概在这一段",
    }[reader]
    return charts.ranges(
        _title(report, reader),
        subtitle,
        rows,
        *sides[reader],
        band=report.smallest,
        band_note=matters if report.smallest else "",
    )


def _row(report: ABTestReport, arm: Arm, reader: str) -> charts.Range:
    assert arm.worst is not None
    assert arm.most is not None
    assert arm.difference is not None
    note = f"{said(report, report.control.value, reader)} → {said(report, arm.value, reader)}"
    return charts.Range(
        charts.shortened(arm.label, 24), arm.worst, arm.difference, arm.most, note, accent=arm.verdict != "undecided"
    )


def said(report: ABTestReport, value: float, reader: str) -> str:
    """A version's value as people say it."""
    if report.sort == "share":
        return f"{language.number(100 * value, reader)}%"
    return (
        language.per_head(value, report.currency, reader) if report.sort == "money" else language.number(value, reader)
    )


def _title(report: ABTestReport, reader: str) -> str:
    control, leader = charts.shortened(report.control.label, 20), charts.shortened(report.leader.label, 20)
    ahead = charts.shortened(report.ahead.label, 20)
    return {
        "take": {"en": f"{leader} wins against {control}", "zh": f"{leader} 胜过 {control}"},
        "keep": {"en": f"{control} stays ahead", "zh": f"还是 {control} 好"},
        "no_difference": {
            "en": f"Against {control}: no difference that matters",
            "zh": f"和 {control} 比：没有值得在意的差别",
        },
        "open": {
            "en": f"{ahead} is ahead, not proven" if report.bet else f"Against {control}: not decided yet",
            "zh": f"{ahead} 领先，还不算定论" if report.bet else f"和 {control} 比：还没有定论",
        },
    }[report.answer][reader]
