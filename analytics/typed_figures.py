"""Numbers and names in what people type: 1,000 and 12,40, １２, 1.2万, 5%, 50/1000, A组发了1000人."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

# Words between the numbers that name no version.
FILLERS = frozenset([
    "n", "i", "we", "you", "of", "from", "sent", "send", "got", "get", "received", "did", "had", "have", "to", "each",
    "per", "in", "the", "on", "and", "out", "with", "were", "was", "which", "is", "it",
    "better", "people", "persons", "visitors", "visits", "users", "customers", "subscribers", "recipients", "emails",
    "messages", "texts",
    "order", "orders", "ordered", "bought", "buy", "buyer", "buyers", "sale", "sales", "sold", "purchase", "purchases",
    "purchased", "paid", "signups",
    "converted", "conversion", "conversions", "clicks", "clicked", "click", "open", "opens", "opened", "saw", "seen",
    "viewed", "views", "replied", "replies",
    "person", "mean", "average", "avg", "sd", "std", "spread", "deviation", "total",
    "发", "发了", "发给", "发给了", "发送", "发送了", "发出", "群发", "推送", "推送了", "触达", "曝光", "浏览", "看到",
    "收到", "访问", "访客", "共", "一共", "总共", "人", "个人", "人数", "位", "名", "条",
    "成交", "成交了", "下单", "下单了", "购买", "购买了", "买", "买了", "付款", "付款了", "支付", "转化", "转化了",
    "点击", "点击了", "点开", "点开了", "打开", "打开了", "回复", "订单",
    "单", "笔", "客户", "中", "里", "有", "个", "其中", "和", "与", "跟", "平均", "人均", "每人", "均值", "标准差",
    "元", "块", "组里", "哪个好", "哪个更好",
])  # fmt: skip
CHINESE_FILLERS = sorted((word for word in FILLERS if not word.isascii()), key=len, reverse=True)
FIGURE = re.compile(
    r"(?P<sign>(?<![\w.,)%])[-−])?(?P<money>[¥$£€]\s*)?(?P<digits>\d(?:[\d.,]{0,20}\d)?(?:e[+-]?\d{1,2})?)"
    r"\s*(?P<scale>百万|万|亿|千|%|(?:k|m)(?![^\W\d_]))?",
    re.IGNORECASE,
)
FRACTION = re.compile(
    rf"{FIGURE.pattern}\s*/\s*(?P<people>\d(?:[\d.,]{{0,20}}\d)?)\s*(?P<people_scale>万|千|k(?![a-z]))?", re.IGNORECASE
)
NAME = re.compile(r"[^\W\d_]++(?:[_-][^\W_]++)*+\d{0,2}(?![\d.,]|\s*[万千%])")
WORD = re.compile(r"[^\W\d_]+")
QUOTED = re.compile(r"[“\"「『]([^”\"」』]{1,60})[”\"」』]")
BREAK = re.compile(r"[;。\n]|\b(?:vs?|versus|against|or)\b\.?|还是|对比|对(?=\s*\d)", re.IGNORECASE)
DOTTED = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
SCALES = {"百万": 1e6, "万": 1e4, "亿": 1e8, "千": 1e3, "k": 1e3, "m": 1e6, "%": 0.01}


@dataclass(frozen=True)
class Figure:
    text: str
    value: float
    percent: bool = False
    people: float | None = None

    @property
    def whole(self) -> bool:
        return not self.percent and self.value == int(self.value)


def tokens(said: str) -> list[tuple[str, str, Figure | None]]:
    """The text as numbers and names, fillers and signs left out."""
    found: list[tuple[str, str, Figure | None]] = []
    at = 0
    while at < len(said):
        if match := FRACTION.match(said, at):
            people = counted(match["people"]) * SCALES.get((match["people_scale"] or "").casefold(), 1)
            found.append(
                ("figure", match[0], Figure(match[0].replace(" ", ""), _scaled(match, counted), people=people))
            )
        elif match := FIGURE.match(said, at):
            figure = Figure(match[0].strip(), _scaled(match), percent=match["scale"] == "%")
            found.append(("figure", match[0], figure))
        elif match := QUOTED.match(said, at):
            found.append(("name", match[1].strip(), None))
        elif match := NAME.match(said, at) or WORD.match(said, at):
            letters = WORD.match(said, at)
            name = _without_fillers(letters[0]) if letters else ""
            if letters and (letters[0].casefold() in FILLERS or name != letters[0]):
                match = letters
                if name and letters[0].casefold() not in FILLERS:
                    found.append(("name", name, None))
            else:
                found.append(("name", match[0], None))
        at = match.end() if match else at + 1
    return found


def _without_fillers(word: str) -> str:
    """A组发了 is A组: Chinese has no blanks between a name and what follows."""
    while (tail := next((filler for filler in CHINESE_FILLERS if word.endswith(filler)), None)) is not None:
        word = word.removesuffix(tail)
    return word


def parsed(digits: str) -> float:
    """1,000 is a thousand, 12,40 has a decimal comma, 1.234,5 as well."""
    mantissa, exponent = re.fullmatch(r"([\d.,]+)(e.*)?", digits, re.IGNORECASE).groups("")  # type: ignore[union-attr]
    last = max(mantissa.rfind("."), mantissa.rfind(","))
    whole, part = re.sub(r"\D", "", mantissa[: max(last, 0)]), mantissa[last + 1 :]
    thousands = mantissa.count(mantissa[last]) > 1 or re.fullmatch(r"[1-9]\d{0,2},\d{3}", mantissa)
    return float(f"{whole}{part}{exponent}" if last < 0 or thousands else f"{whole}.{part}{exponent}")


def counted(digits: str) -> float:
    """As `parsed`, but of people there are no parts, so that 1.000 is a thousand, too."""
    return parsed(digits.replace(".", ",") if DOTTED.fullmatch(digits) else digits)


def _scaled(match: re.Match[str], read: Callable[[str], float] = parsed) -> float:
    value = read(match["digits"]) * SCALES.get((match["scale"] or "").casefold(), 1)
    return -value if match["sign"] else value
