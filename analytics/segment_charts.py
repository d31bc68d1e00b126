"""The pictures of `/segments`."""

from __future__ import annotations

from functools import partial

from analytics import charts, language
from analytics.breakdown import BreakdownReport, Level, Row
from analytics.charts import Cells, Crowd, Side
from analytics.grouping import Axis, GroupsReport
from analytics.ranking import WIN_BACK, SegmentsReport


def shares(report: SegmentsReport, reader: str) -> bytes | None:
    """Bars: each segment's share of sales against its share of customers; None where no sales are left to share."""
    if report.sales <= 0:
        return None
    best = report.segments[0]
    title = {
        "en": f"{language.named(best.code, 'en')}: {language.percent(best.share_of_customers, 'en')} of customers, "
        f"{language.percent(best.share_of_sales, 'en')} of sales",
        "zh": f"{language.named(best.code, 'zh')}：{language.percent(best.share_of_customers, 'zh')} 的人，"
        f"{language.percent(best.share_of_sales, 'zh')} 的销售额",
    }[reader]
    subtitle = {
        "en": "dark: share of sales · pale: share of customers · orange: gone quiet, write first",
        "zh": "深色：占销售额 · 浅色：占客户数 · 橙色：好客户久未下单，先联系",
    }[reader]
    rows = [
        charts.Bar(
            label=language.named(segment.code, reader),
            value=segment.share_of_sales,
            ground=segment.share_of_customers,
            note=_people_and_sales(segment.customers, segment.share_of_sales, reader),
            accent=segment.code in WIN_BACK[report.vocabulary],
        )
        for segment in report.drawn
    ]
    if len(rows) < len(report.segments):
        subtitle += {
            "en": f" · {len(rows)} of {len(report.segments)} groups",
            "zh": f" · {len(report.segments)} 群里的 {len(rows)} 群",
        }[reader]
    return charts.bars(title, subtitle, rows)


def groups(report: GroupsReport, reader: str) -> bytes | None:
    """Customers as dots, one colour a group; None where there are no two groups, or no two numbers to draw by."""
    if report.map is None or len(report.groups) < 2:
        return None
    size = len(report.groups)
    largest = report.groups[0]
    name = language.group_name(largest.name.claims, reader)
    title = {
        "en": f"{size} groups; the largest: {name} ({language.percent(largest.cluster.share_of_customers, 'en')})",
        "zh": f"{size} 群，最大的一群：{name}（{language.percent(largest.cluster.share_of_customers, 'zh')}）",
    }[reader]
    subtitle = {
        "en": "each dot a customer · large dots: the middle of a group",
        "zh": "每个点是一位客户 · 大点是每群的中心",
    }[reader]
    crowds = [
        Crowd(
            f"{number} {charts.shortened(language.group_name(group.name.claims, reader), 30)}",
            group.name.colour,
            middle,
        )
        for number, (group, middle) in enumerate(zip(report.groups, report.map.middles, strict=True), 1)
    ]
    first, second = (_side(axis, number, report, reader) for number, axis in enumerate(report.map.axes, 1))
    return charts.scatter(title, subtitle, (first, second), report.map.points, crowds)


def _side(axis: Axis, number: int, report: GroupsReport, reader: str) -> Side:
    if axis.feature is None:
        share = language.percent(axis.share, reader)
        label = {
            "en": f"mix {number} of all columns ({share} of the differences)",
            "zh": f"综合指标 {number}（占全部差异的 {share}）",
        }[reader]
        return Side(label, lambda value: "", logarithmic=False)
    label = charts.shortened(language.without_unit(language.column(axis.feature, reader)), 40)
    if axis.feature == "money":
        return Side(label, lambda value: language.money(value, report.currency, reader), axis.logarithmic)
    return Side(label, partial(language.number, language=reader), axis.logarithmic)


def levels(report: BreakdownReport, reader: str) -> bytes | None:
    """One attribute: bars of shares. Two: how the customers of each row spread over the columns."""
    if len(report.attributes) == 2:
        return _crossed(report, reader)
    by = language.column(report.attributes[0].name, reader)
    most = max(report.rows, key=lambda row: row.share_of_sales or row.share_of_customers)
    label, share = level(most.levels[0], report, reader), language.percent(most.share_of_customers, reader)
    if most.share_of_sales is None:
        title = {"en": f"{label}: {share} of customers", "zh": f"{label}：占客户的 {share}"}[reader]
        subtitle = {"en": f"customers by {by}", "zh": f"按{by}看客户"}[reader]
    else:
        sales = language.percent(most.share_of_sales, reader)
        title = {
            "en": f"{label}: {share} of customers, {sales} of sales",
            "zh": f"{label}：{share} 的人，{sales} 的销售额",
        }[reader]
        subtitle = {
            "en": f"by {by} · dark: share of sales · pale: share of customers · orange: spend more",
            "zh": f"按{by} · 深色：占销售额 · 浅色：占客户数 · 橙色：人均花得多",
        }[reader]
    return charts.bars(title, subtitle, [_bar(row, report, reader) for row in report.rows])


def _bar(row: Row, report: BreakdownReport, reader: str) -> charts.Bar:
    with_sales = row.share_of_sales is not None
    return charts.Bar(
        label=charts.shortened(level(row.levels[0], report, reader), 30),
        value=row.share_of_sales or 0.0 if with_sales else row.share_of_customers,
        ground=row.share_of_customers if with_sales else 0.0,
        note=_people_and_sales(row.customers, row.share_of_sales, reader),
        accent=row.times is not None and row.times > 1,
    )


def _crossed(report: BreakdownReport, reader: str) -> bytes:
    rows, columns = report.level(0), report.level(1)
    cells = []
    for first in rows:
        counts = [cell.customers if (cell := report.cell(first, second)) else 0 for second in columns]
        label = charts.shortened(level(first, report, reader, 0), 16)
        cells.append(Cells(label, tuple(count / sum(counts) for count in counts), (False,) * len(counts)))
    one, other = (charts.shortened(language.column(attribute.name, reader), 20) for attribute in report.attributes)
    most = (report.named or report.rows)[0]
    both = " · ".join(charts.shortened(level(own, report, reader, at), 16) for at, own in enumerate(most.levels))
    share = language.percent(most.share_of_customers, reader)
    title = {"en": f"{both}: {share} of customers", "zh": f"{both}：占客户的 {share}"}[reader]
    subtitle = {
        "en": f"{one} by {other} · of 100 customers in a row, how many are in each column",
        "zh": f"{one}与{other} · 每一行的 100 位客户里，各列有多少位",
    }[reader]
    heads = [charts.shortened(_head(second, report, reader), 40 // len(columns)) for second in columns]
    return charts.heat(title, subtitle, heads, cells)


def _head(value: Level, report: BreakdownReport, reader: str) -> str:
    """A level over a narrow column: open bands by signs, <20 and ≥60."""
    if value.sort != "band" or (value.low is not None and value.high is not None):
        return level(value, report, reader, 1)
    edge, sign = (value.high, "<") if value.low is None else (value.low, "≥")
    if edge is None:
        return level(value, report, reader, 1)
    money = report.attributes[1].code == "spend"
    return sign + (language.money(edge, report.currency, reader) if money else language.number(edge, reader))


def level(value: Level, report: BreakdownReport, reader: str, position: int = 0) -> str:
    """The level of an attribute in the reader's language."""
    return language.level(value, report.attributes[position].code, report.currency, reader)


def _people_and_sales(customers: int, share_of_sales: float | None, reader: str) -> str:
    people = {"en": "person" if customers == 1 else "people", "zh": "人"}[reader]
    told = f"{language.count(customers, reader)} {people}"
    if share_of_sales is None:
        return told
    sales = language.percent(share_of_sales, reader)
    return {"en": f"{told} · {sales} of sales", "zh": f"{told} · 销售额 {sales}"}[reader]
