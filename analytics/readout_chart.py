"""What came of a trial as a picture: each version's effect with its interval."""

from __future__ import annotations

from analytics import charts, language
from analytics.readout import Effect, Reading

LONGEST = 22


def chart(reading: Reading, reader: str) -> bytes | None:
    """How many more bought with each version than without; None until there is a verdict."""
    if reading.verdict in {"waiting", "untrusted"}:
        return None
    rows = [_row(reading, arm.version, arm.rate, arm.against, reader) for arm in reading.arms if arm.against]
    if not rows:
        return None
    if reading.campaign and len(rows) > 1:
        rate = sum(arm.buyers for arm in reading.arms[1:]) / reading.written
        label = {"en": "all messages", "zh": "全部发了的"}[reader]
        rows.insert(0, _row(reading, label, rate, reading.campaign, reader))
    control = charts.shortened(reading.control.version, LONGEST)
    subtitle = {
        "en": f"share who bought in {reading.days} days · line: where the truth lies, likely",
        "zh": f"{reading.days} 天内下单的比例 · 线：真正的差别大概在这一段",
    }[reader]
    if reading.holdout:
        sides = {"en": ("fewer than without", "more than without"), "zh": ("比没发的人少", "比没发的人多")}[reader]
    else:
        sides = {
            "en": (f"fewer than {control}", f"more than {control}"),
            "zh": (f"比 {control} 少", f"比 {control} 多"),
        }[reader]
    return charts.ranges(_title(reading, reader), subtitle, rows, *sides)


def _row(reading: Reading, label: str, rate: float, effect: Effect, reader: str) -> charts.Range:
    note = f"{language.percent(reading.control.rate, reader)} → {language.percent(rate, reader)}"
    span, accent = effect.share, effect.verdict != "no_sign"
    return charts.Range(charts.shortened(label, LONGEST), span.low, span.middle, span.high, note, accent=accent)


def _title(reading: Reading, reader: str) -> str:
    if not reading.holdout:
        if reading.best is None:
            return {"en": "No version is proven better", "zh": "哪个版本更好，还看不出来"}[reader]
        best = charts.shortened(reading.best, LONGEST)
        return {"en": f"More people bought with {best}", "zh": f"{best} 让更多人下了单"}[reader]
    if reading.verdict == "no_sign":
        return {"en": "No sign that it changed anything", "zh": "看不出有什么变化"}[reader]
    who = {"en": "It", "zh": ""}[reader]
    if reading.campaign and reading.campaign.verdict != reading.verdict:
        proven = [arm.version for arm in reading.arms if arm.against and arm.against.verdict == reading.verdict]
        who = charts.shortened({"en": " and ", "zh": "、"}[reader].join(proven), LONGEST)
    return {
        ("worked", "en"): f"{who} worked: more people bought",
        ("worked", "zh"): f"{who} 有效：买的人多了".strip(),
        ("harmed", "en"): f"{who} did harm: fewer people bought",
        ("harmed", "zh"): f"{who} 反效果：买的人少了".strip(),
    }[reading.verdict, reader]
