"""Numbers, dates and names as people write them, in English and Chinese; used by pictures, lists and replies alike."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_name, get_currency_symbol

from analytics.words import BASKET_HEADERS as BASKET_HEADERS
from analytics.words import BASKET_LISTS as BASKET_LISTS
from analytics.words import CHANGES as CHANGES
from analytics.words import CLAIMS as CLAIMS
from analytics.words import COLUMNS as COLUMNS
from analytics.words import HEADERS as HEADERS
from analytics.words import LISTS as LISTS
from analytics.words import NAMES as NAMES
from analytics.words import SILENT as SILENT

LANGUAGES: tuple[str, ...] = ("en", "zh")
LOCALES = {"en": "en_GB", "zh": "zh_CN"}


# The same, set against the group of the otherwise same name.
RATHER: dict[str, dict[tuple[str, str], str]] = {
    "en": {
        ("recency", "low"): "bought more lately",
        ("recency", "high"): "silent for longer",
        ("frequency", "high"): "come more often",
        ("frequency", "low"): "come less often",
        ("money", "high"): "spend more",
        ("money", "low"): "spend less",
        ("age", "high"): "rather older",
        ("age", "low"): "rather younger",
    },
    "zh": {
        ("recency", "low"): "下单较近",
        ("recency", "high"): "下单较早",
        ("frequency", "high"): "来得较多",
        ("frequency", "low"): "来得较少",
        ("money", "high"): "花得较多",
        ("money", "low"): "花得较少",
        ("age", "high"): "年纪较大",
        ("age", "low"): "年纪较小",
    },
}

# Values that sheets have in the other language or in short, as a reader says them.
SAID: dict[str, dict[str, str]] = {
    "en": {"是": "Yes", "否": "No", "yes": "Yes", "no": "No"},
    "zh": {"yes": "是", "no": "否", "true": "是", "false": "否", "是": "是", "否": "否"},
}
SEX: dict[str, str] = dict.fromkeys(("f", "female", "女", "女性"), "F") | dict.fromkeys(
    ("m", "male", "男", "男性"), "M"
)
SEXES: dict[str, dict[str, str]] = {"en": {"F": "Women", "M": "Men"}, "zh": {"F": "女", "M": "男"}}


def said_of(value: str, feature: str, language: str) -> str:
    """A value of a column as the reader says it: 女 for Female, 否 for No; others as the sheet has them."""
    if feature == "sex":
        return SEXES[language].get(sex(value), value)
    return SAID[language].get(value.casefold(), value)


def sex(value: str) -> str:
    """F or M however a sheet words it; other values as they are."""
    return SEX.get(value.casefold(), value)


def without_unit(header: str) -> str:
    """A header without what stands in brackets behind it: Annual Income (k$) is Annual Income."""
    return re.sub(r"\s*[（(\[][^（）()\[\]]*[）)\]]\s*$", "", header) or header


def claimed(feature: str, sort: str, value: str, rather: bool, language: str) -> str:
    """One claim of a group's name: come often; high Income; mostly Bath; rather younger than its namesake."""
    if sort == "middle":
        return {"en": "in the middle", "zh": "居中"}[language]
    header = without_unit(column(feature, language))
    if sort == "value":
        said = said_of(value, feature, language)
        # A bare Yes, No or 3 says nothing without what it is about.
        about = header if value.casefold() in SAID[language] or (len(value) < 3 and value.isascii()) else ""
        about = "" if feature == "sex" else about
        return {"en": f"{about} mostly {said}".strip(), "zh": f"{about}多为{said}"}[language]
    plain = {
        ("en", "high"): f"high {header}",
        ("en", "low"): f"low {header}",
        ("zh", "high"): f"{header}高",
        ("zh", "low"): f"{header}低",
    }[language, sort]
    if rather:
        more = {
            ("en", "high"): f"higher {header}",
            ("en", "low"): f"lower {header}",
            ("zh", "high"): f"{header}较高",
            ("zh", "low"): f"{header}较低",
        }[language, sort]
        return RATHER[language].get((feature, sort), more)
    return CLAIMS[language].get((feature, sort), plain)


def group_name(claims: Iterable[Any], language: str) -> str:
    """The name of a natural group out of its claims (see `analytics.naming`): Bought lately, come often."""
    parts = [claimed(c.feature, c.sort, c.value, c.rather, language) for c in claims]
    text = {"en": ", ", "zh": "、"}[language].join(parts)
    return text[:1].upper() + text[1:]


def level(found: Any, attribute: str, currency: str | None, language: str) -> str:
    """The value or band of an attribute (see `analytics.breakdown.Level`): Bath, 20–30, £100 and more, not known."""
    if found.sort == "value":
        if attribute == "segment":
            return NAMES[language].get(found.label, str(found.label))
        return said_of(str(found.label), attribute, language)
    if found.sort != "band":
        return {"other": {"en": "others", "zh": "其他"}, "unknown": {"en": "not known", "zh": "未知"}}[found.sort][
            language
        ]
    low, high = (
        None if edge is None else (money(edge, currency, language) if attribute == "spend" else number(edge, language))
        for edge in (found.low, found.high)
    )
    if low is None:
        return {"en": f"under {high}", "zh": f"{high} 以下"}[language]
    return {"en": f"{low} and more", "zh": f"{low} 及以上"}[language] if high is None else f"{low}–{high}"


def column(name: str, language: str) -> str:
    """What a column of a table is called: the owner's own header where it has no common name."""
    return COLUMNS[language].get(name) or name.partition(":")[2] or name


def coded(said: str, codes: Collection[str]) -> str | None:
    """Which of the codes people mean: `at risk`, `At_Risk`, 有流失风险的客户; None where it is none of them."""
    code = "_".join(said.split()).casefold()
    names = {name.casefold(): known for table in NAMES.values() for known, name in table.items()}
    found = code if code in codes else names.get(said.casefold())
    return found if found in codes else None


def named(code: str, language: str) -> str:
    """The segment's name in the reader's language."""
    return NAMES[language][code]


def _decimal(value: float, pattern: str, language: str) -> str:
    """The number with a true minus sign, and never a negative nothing."""
    text = format_decimal(value, format=pattern, locale=LOCALES[language])
    return text.replace("-", "−" if any(digit in text for digit in "123456789") else "")


def count(value: float, language: str) -> str:
    """A whole number with its thousands marked: 25,900."""
    return _decimal(round(value), "#,##0", language)


def number(value: float, language: str) -> str:
    """A number with as many decimals as it deserves: 0.43, 6.5, 112."""
    decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return _decimal(round(value, decimals), "#,##0.##", language)


def ratio(value: float, language: str) -> str:
    """A measure between 0 and 1 with two decimals, so that neighbours can be compared: 0.40, 0.41."""
    return _decimal(value, "0.00", language)


def money(value: float, currency: str | None, language: str) -> str:
    """Money with three figures or so, large sums shortened as people say them: £1.16M, ¥8.4万; no currency, no sign."""
    short, unit = _shortened(value, language)
    size = abs(round(float(short), 2))
    decimals = 2 if size < 10 else 1 if size < 100 and unit else 0
    if not unit and size.is_integer():
        decimals = 0
    pattern = "#,##0" + (f".{'0' * decimals}" if decimals and not unit else f".{'#' * decimals}" if decimals else "")
    rounded = round(short, decimals)
    if currency is None:
        return _decimal(rounded, pattern, language) + unit
    # zh_CN would write US$ for dollars and ¥ for yuan, which is what a Chinese reader expects; en_GB writes CN¥.
    symbol = _symbol(currency, language)
    spaced = "\N{NO-BREAK SPACE}" if symbol[-1].isalpha() else ""
    text = format_currency(
        abs(rounded), currency, format=f"¤{spaced}{pattern}", locale=LOCALES[language], currency_digits=False
    )
    return ("−" if rounded < 0 else "") + text.replace("US$", symbol) + unit


def _symbol(currency: str, language: str) -> str:
    """`$` alone is the dollar of the United States to who reads English; en_GB sets US before it."""
    return "$" if (currency, language) == ("USD", "en") else get_currency_symbol(currency, LOCALES[language])


def currency(code: str, language: str) -> str:
    """What people call the money: euros, 英镑; the code itself where it has no name."""
    if (code, language) == ("CNY", "zh"):
        return "人民币"
    return get_currency_name(code, count=None if language == "zh" else 2, locale=LOCALES[language])


def per_head(value: float, currency: str | None, language: str) -> str:
    """Money that one person brings, to be compared with another's: £12.40; from a hundred on as any money."""
    if abs(value) >= 100:
        return money(value, currency, language)
    if currency is None:
        return _decimal(round(value, 2), "#,##0.00", language)
    symbol = _symbol(currency, language)
    spaced = "\N{NO-BREAK SPACE}" if symbol[-1].isalpha() else ""
    text = format_currency(
        abs(value), currency, format=f"¤{spaced}0.00", locale=LOCALES[language], currency_digits=False
    )
    return ("−" if round(value, 2) < 0 else "") + text.replace("US$", symbol)


def _shortened(value: float, language: str) -> tuple[float, str]:
    chinese, english = ((1e12, "万亿"), (1e8, "亿"), (1e4, "万")), ((1e12, "tn"), (1e9, "bn"), (1e6, "M"))
    steps = chinese if language == "zh" else english
    # Rounding to three figures may reach the next unit (9,999.9 is 1万), so the test is made on the rounded value.
    figures = 0.0 if value == 0 else round(value, 2 - math.floor(math.log10(abs(value))))
    return next(((value / size, unit) for size, unit in steps if abs(figures) >= size), (value, ""))


def percent(share: float, language: str) -> str:
    """A share of 1 as percent, with one decimal below ten: 61%, 0.4%."""
    value = 100 * share
    pattern = "0.#" if abs(value) < 9.95 else "0"
    return _decimal(value, pattern, language) + "%"


def day(moment: date, language: str) -> str:
    """A day: 9 Dec 2011, 2011年12月9日."""
    return format_date(moment, "d MMM y" if language == "en" else "y年M月d日", locale=LOCALES[language])


def headers(reader: str, until: date) -> dict[str, str]:
    """What the columns of a list of customers are called where days are counted up to that one."""
    return HEADERS[reader] | {"silent": SILENT[reader].format(day(until, reader))}


def short_day(moment: date, language: str) -> str:
    """A day where the year is plain: 9 Dec, 12月9日."""
    return format_date(moment, "d MMM" if language == "en" else "M月d日", locale=LOCALES[language])


def month(moment: date, language: str) -> str:
    """A month: Dec 2010, 2010年12月."""
    return format_date(moment, "MMM y" if language == "en" else "y年M月", locale=LOCALES[language])


def short_month(moment: date, language: str) -> str:
    """A month where space is short, its year on a second line: Dec / 2010, 12月 / 2010年."""
    return format_date(moment, "MMM\ny" if language == "en" else "M月\ny年", locale=LOCALES[language])


def period(first: date, last: date, language: str) -> str:
    """From a day to a day, in months where it spans more than two: Dec 2010 – Dec 2011."""
    if (last - first).days > 62:
        ends = month(first, language), month(last, language)
    else:
        ends = day(first, language), day(last, language)
    if ends[0] == ends[1]:
        return ends[0]
    return f"{ends[0]} – {ends[1]}" if language == "en" else f"{ends[0]}至{ends[1]}"


def span(first: date, last: date, language: str) -> str:
    """From a day to a day not long after, nothing said twice: 23 – 29 Oct 2026, 2026年10月23日至29日."""
    same_year, same_month = first.year == last.year, (first.year, first.month) == (last.year, last.month)
    if language == "en":
        begin = format_date(first, "d" if same_month else "d MMM" if same_year else "d MMM y", locale=LOCALES["en"])
        return f"{begin} – {day(last, 'en')}"
    end = format_date(last, "d日" if same_month else "M月d日" if same_year else "y年M月d日", locale=LOCALES["zh"])
    return f"{day(first, 'zh')}至{end}"
