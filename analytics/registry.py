"""The analyses there are; commands, buttons, help and templates are derived from this tuple."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time

import pyarrow as pa
import pyarrow.compute as pc

from analytics import (
    abplan,
    abtest,
    bandit,
    basket,
    campaigns,
    clean,
    cleaning,
    customer,
    digest,
    lifecycle,
    overview,
    segments,
    split,
)
from analytics.analysis import Analysis, Asked, Outcome
from analytics.dataset import Role, Shop
from analytics.errors import MissingData
from analytics.lists import XLSX, as_csv, as_xlsx

ANALYSES: tuple[Analysis, ...] = (
    campaigns.ANALYSIS,
    segments.ANALYSIS,
    lifecycle.ANALYSIS,
    basket.ANALYSIS,
    customer.ANALYSIS,
    overview.ANALYSIS,
    digest.ANALYSIS,
    split.ANALYSIS,
    abtest.ANALYSIS,
    abplan.ANALYSIS,
    bandit.ANALYSIS,
    clean.ANALYSIS,
)
BY_NAME: dict[str, Analysis] = {analysis.name: analysis for analysis in ANALYSES}


def analyse(name: str, shop: Shop, words: Sequence[str], asked: Asked) -> Outcome:
    """Ask the shop one question.

    The first of `words` may name a view of the answer; the rest are the analysis' own options, and behind a list the kind
    of file may stand.

    Raises MissingData where no dataset meets the analysis' needs, and what the analysis itself refuses.
    """
    analysis = BY_NAME[name]
    shop, future = (shop, 0) if analysis.raw else until(shop, asked.today)
    if not analysis.answers(shop) and not analysis.typed:
        lacking = [roles for need in analysis.requires if (roles := need.lacking(shop)) is not None]
        raise MissingData(name, min(lacking, key=len, default=()))
    words = analysis.understood(words)
    view, words = (words[0], words[1:]) if words and words[0] in analysis.views else ("body", words)
    written = as_csv
    if view == "list" and words[-1:] and words[-1].casefold() == XLSX:
        written, words = as_xlsx, words[:-1]
    options = analysis.options(words, replace(asked, view=view))
    treated = 0 if analysis.raw else sum(policy != cleaning.Policy() for policy in asked.policies.values())
    if treated:
        shop = cleaning.applied(shop, asked.policies)
    document = None
    if view == "list" and analysis.sheet is not None:
        document = written(*analysis.sheet(shop, options, asked.language))
    report = analysis.run(shop, options)
    return Outcome(
        analysis=name,
        view=view,
        report=report,
        chart=analysis.chart(report, asked.language) if view in analysis.pictured and asked.pictures else None,
        document=document,
        answerable=tuple(other.name for other in ANALYSES if other.answers(shop)),
        cleaned=treated,
        remember=analysis.remember(report) if analysis.remember else None,
        drafted=analysis.draft(report) if analysis.draft else None,
        future=future,
    )


def until(shop: Shop, today: date | None) -> tuple[Shop, int]:
    """The shop without orders dated after that day, and how many lines that leaves out.

    A single wrong year would otherwise make everybody else look long gone. Where all lines are of the future, it is the
    clock that is wrong, and nothing is left out.
    """
    if today is None or shop.orders is None or not shop.orders.has(Role.TIME):
        return shop, 0
    end = pa.scalar(datetime.combine(today, time.max), pa.timestamp("us"))
    later = pc.fill_null(pc.greater(shop.orders.table(Role.TIME)[Role.TIME], end), False)
    count = int(pc.sum(later).as_py() or 0)
    if count in (0, shop.orders.rows):
        return shop, 0
    return replace(shop, orders=replace(shop.orders, source=shop.orders.table().filter(pc.invert(later)))), count
