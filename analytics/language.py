"""Numbers, dates and names as people write them, in English and Chinese; used by pictures, lists and replies alike."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_symbol

LANGUAGES: tuple[str, ...] = ("en", "zh")
LOCALES = {"en": "en_GB", "zh": "zh_CN"}

NAMES: dict[str, dict[str, str]] = {
    "en": {
        "champions": "Champions",
        "loyal": "Loyal",
        "potential_loyalist": "Potential loyalists",
        "new": "New",
        "promising": "Promising",
        "needs_attention": "Needs attention",
        "about_to_sleep": "About to sleep",
        "at_risk": "At risk",
        "cant_lose": "Can't lose",
        "hibernating": "Hibernating",
        "lost": "Lost",
        "key_value": "Best customers",
        "key_growth": "Big spenders, seldom here",
        "key_retain": "Best customers gone quiet",
        "key_win_back": "Big spenders gone",
        "general_value": "Frequent, small baskets",
        "general_growth": "Newcomers, small baskets",
        "general_retain": "Small regulars, fading",
        "general_win_back": "Small and gone",
        "stage_awareness": "Awareness",
        "stage_interest": "Interest",
        "stage_evaluation": "Evaluation",
        "stage_purchase": "Purchase",
        "stage_use": "Use",
        "stage_loyalty": "Loyalty",
        "stage_lost": "Lost",
        "stage_slipping": "Slipping",
    },
    "zh": {
        "champions": "冠军客户",
        "loyal": "忠诚客户",
        "potential_loyalist": "潜在忠诚客户",
        "new": "新客户",
        "promising": "有希望的客户",
        "needs_attention": "需要关注的客户",
        "about_to_sleep": "快要沉睡的客户",
        "at_risk": "有流失风险的客户",
        "cant_lose": "不能失去的客户",
        "hibernating": "沉睡客户",
        "lost": "已流失客户",
        "key_value": "重要价值客户",
        "key_growth": "重要发展客户",
        "key_retain": "重要保持客户",
        "key_win_back": "重要挽留客户",
        "general_value": "一般价值客户",
        "general_growth": "一般发展客户",
        "general_retain": "一般保持客户",
        "general_win_back": "一般挽留客户",
        "stage_awareness": "认知",
        "stage_interest": "兴趣",
        "stage_evaluation": "评估",
        "stage_purchase": "购买",
        "stage_use": "使用",
        "stage_loyalty": "忠诚",
        "stage_lost": "流失",
        "stage_slipping": "该来没来",
    },
}

HEADERS: dict[str, dict[str, str]] = {
    "en": {
        "customer": "Customer",
        "name": "Name",
        "email": "E-mail",
        "phone": "Phone",
        "segment": "Segment",
        "orders": "Orders",
        "money": "Money spent",
        "last_order": "Last order",
        "silent": "Days without an order",
        "stage": "Stage",
        "due": "Next order due",
        "last_seen": "Days since last visit",
    },
    "zh": {
        "customer": "客户",
        "name": "姓名",
        "email": "邮箱",
        "phone": "电话",
        "segment": "客户群",
        "orders": "订单数",
        "money": "累计消费",
        "last_order": "最近下单",
        "silent": "距最后一单日期的天数",
        "stage": "阶段",
        "due": "预计下次下单",
        "last_seen": "距最后一次浏览的天数",
    },
}


COLUMNS: dict[str, dict[str, str]] = {
    "en": {
        "amount": "Order value",
        "quantity": "Quantity",
        "price": "Unit price",
        "age": "Age",
        "sex": "Sex",
        "place": "Place",
        "category": "Category",
        "segment": "Customer group",
        "orders": "Orders",
        "frequency": "Orders",
        "spend": "Money spent",
        "money": "Money spent",
        "recency": "Days since the last order",
        "joined": "First order",
    },
    "zh": {
        "amount": "订单金额",
        "quantity": "数量",
        "price": "单价",
        "age": "年龄",
        "sex": "性别",
        "place": "地区",
        "category": "类目",
        "segment": "客户群",
        "orders": "订单数",
        "frequency": "订单数",
        "spend": "累计消费",
        "money": "累计消费",
        "recency": "距上次下单天数",
        "joined": "首次下单",
    },
}


# What the name of a natural group says of it: features that every shop has, high and low.
CLAIMS: dict[str, dict[tuple[str, str], str]] = {
    "en": {
        ("recency", "low"): "bought lately",
        ("recency", "high"): "long silent",
        ("frequency", "high"): "come often",
        ("frequency", "low"): "came once or seldom",
        ("money", "high"): "spend much",
        ("money", "low"): "spend little",
        ("age", "high"): "older",
        ("age", "low"): "younger",
    },
    "zh": {
        ("recency", "low"): "近期下过单",
        ("recency", "high"): "很久没买",
        ("frequency", "high"): "常来",
        ("frequency", "low"): "很少来",
        ("money", "high"): "花得多",
        ("money", "low"): "花得少",
        ("age", "high"): "年长",
        ("age", "low"): "年轻",
    },
}


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


BASKET_LISTS: dict[str, dict[str, str]] = {
    "en": {"rules": "sold together", "offers": "what to offer whom", "due": "due to buy again"},
    "zh": {"rules": "常一起买", "offers": "给谁推荐什么", "due": "该再买的客户"},
}
BASKET_HEADERS: dict[str, dict[str, str]] = {
    "en": {
        "with": "Who takes",
        "then": "also takes",
        "count": "Orders with both",
        "of": "Orders with the first",
        "base": "Share of all orders with the second",
        "most_units": "At most more sold a month, if 1 in 10 follow",
        "most_money": "At most more money a month",
        "support": "Share of all orders (support)",
        "confidence": "Share of those (confidence)",
        "lift": "Times chance (lift)",
        "leverage": "Leverage",
        "conviction": "Conviction",
        "log10_chance": "Chance (power of ten, Fisher)",
        "offer": "Offer",
        "because": "Because they have",
        "product": "Product",
        "last_bought": "Last bought",
        "due": "Due",
        "late": "Days late",
        "usual_money": "Usually pays",
        "chance": "Chance that they still buy it",
    },
    "zh": {
        "with": "买了",
        "then": "也买",
        "count": "一起买的订单数",
        "of": "买了前者的订单数",
        "base": "全部订单里买后者的比例",
        "most_units": "每月最多多卖（十个里有一个跟上）",
        "most_money": "每月最多多卖的金额",
        "support": "占全部订单（支持度）",
        "confidence": "其中也买的比例（置信度）",
        "lift": "是偶然的几倍（提升度）",
        "leverage": "杠杆率",
        "conviction": "确信度",
        "log10_chance": "碰巧的可能（10 的几次方，Fisher）",
        "offer": "推荐",
        "because": "因为买过",
        "product": "商品",
        "last_bought": "上次购买",
        "due": "该买的日子",
        "late": "晚了几天",
        "usual_money": "通常花",
        "chance": "还会买的可能",
    },
}

# What a list of all customers is called.
LISTS = {"en": "customers", "zh": "客户名单"}


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
    symbol = get_currency_symbol(currency, LOCALES[language])
    spaced = "\N{NO-BREAK SPACE}" if symbol[-1].isalpha() else ""
    text = format_currency(
        abs(rounded), currency, format=f"¤{spaced}{pattern}", locale=LOCALES[language], currency_digits=False
    )
    return ("−" if rounded < 0 else "") + text + unit


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
