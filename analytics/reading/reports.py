"""Reports of mailings, one line a campaign or version with how many got, opened, clicked and ordered: results, never orders."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analytics.choices import Choices, signature
from analytics.dataset import Role
from analytics.reading.headers import ACTIONS, TOTALS, normalise
from analytics.reading.profile import EMAIL, Profile
from analytics.reading.roles import PERSON, Found, Roles
from analytics.reading.sheet import Sheet
from analytics.reading.values import numbers

NAMED = "version variant variation variationname subjectline subject emailsubject title campaign campaignname campaigntitle \
emailname messagename message name email 版本 标题 主题 邮件主题 邮件标题 活动 活动名称 文案 邮件 短信 推送标题 推送 消息 内容"
SENT = "senddate sendtime sentdate senton sentat datesent scheduledat 发送时间 发送日期 推送时间 群发时间"
PEOPLE = frozenset(map(normalise, TOTALS["people"].split()))
RECEIVERS = PEOPLE - frozenset(map(normalise, ["访客数", "访客", "访问人数", "访问数", "曝光人数", "visitors"]))
"""Who came by themselves tell of a page, not of a mailing."""
LABELS = tuple(map(normalise, NAMED.split()))
TIMES = frozenset(map(normalise, SENT.split()))
ACTS = tuple(normalise(name) for names in ACTIONS.values() for name in names.split())
TOLD_BY_MAIL = frozenset(
    normalise(name) for what in ("clicks", "opens", "unsubscribes") for name in ACTIONS[what].split()
)
WHOLE = 0.9


def as_report(roles: Roles, sheet: Sheet, choices: Choices) -> Roles:
    """The roles of a report of mailings where the sheet is one, else those given.

    Such a sheet counts people and what they did with a message, names each line, and knows nobody in particular.
    """
    if sheet.baskets or roles.platform is not None or {Role.VARIANT, Role.OUTCOME} <= roles.given:
        return roles
    headers = [normalise(found.cells.header) for found in roles.found]
    # Where a column says that these are versions, whatever was counted will do.
    counted, acts = (PEOPLE, ACTS) if Role.VARIANT in roles.given else (RECEIVERS, TOLD_BY_MAIL)
    people = next((i for i, header in enumerate(headers) if header in counted and _counts(roles.found[i])), None)
    if people is None or not any(h in acts and _counts(f) for h, f in zip(headers, roles.found, strict=True)):
        return roles
    if float(np.nanmedian(numbers(roles.found[people].cells))) <= 1 or _knows_people(roles, headers):
        return roles
    label = _label(roles, headers)
    if label is None:
        return roles
    acted = [i for act in ACTS for i, header in enumerate(headers) if header == act and _counts(roles.found[i])]
    chosen = choices.roles.get(signature(sheet.headers), {})
    dated = [i for i, f in enumerate(roles.found) if f.role is Role.TIME or headers[i] in TIMES]
    special = {label: Role.VARIANT, acted[0]: Role.OUTCOME, **dict.fromkeys(dated[:1], Role.TIME)}
    return replace(
        roles,
        found=tuple(
            f if f.cells.header in chosen else replace(f, role=special.get(i, Role.ATTRIBUTE), confidence=1.0)
            for i, f in enumerate(roles.found)
        ),
    )


def _counts(found: Found) -> bool:
    """Whether the column is of whole numbers, or of nothing in a line."""
    values = numbers(found.cells)
    told = values[~np.isnan(values)]
    return len(told) > 0 and len(told) >= WHOLE * float((~found.cells.blank).sum()) and bool((told % 1 == 0).all())


def _knows_people(roles: Roles, headers: list[str]) -> bool:
    given = (f for f, header in zip(roles.found, headers, strict=True) if f.role in PERSON and header not in LABELS)
    return any(f.confidence >= 0.9 and len(f.cells.distinct) for f in given) or any(
        Profile(f.cells).share(EMAIL) > 0.5 for f in roles.found
    )


def _label(roles: Roles, headers: list[str]) -> int | None:
    """The column that names each line: the version, or the first of the names in which no two lines agree."""
    named = [i for name in LABELS for i, header in enumerate(headers) if header == name]
    told = [i for i in named if not roles.found[i].cells.blank.any()]
    given = next((i for i, found in enumerate(roles.found) if found.role is Role.VARIANT), None)
    apart = [i for i in told if len(roles.found[i].cells.distinct) == len(roles.found[i].cells)]
    return given if given is not None else next(iter((*apart, *told)), None)
