"""Texts → numbers, all distinct texts of a column at once.

Knows `¥1,234.50`, `1.234,50 €`, `(123.45)`, `123-`, `1.2万`, `3.5k`, `５０`, `12%`, `1'234.50`, `12件`.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

CURRENCIES = {
    "¥": None,
    "￥": None,
    "RMB": "CNY",
    "CN¥": "CNY",
    "人民币": "CNY",
    "元": "CNY",
    "HK$": "HKD",
    "NT$": "TWD",
    "US$": "USD",
    "A$": "AUD",
    "C$": "CAD",
    "S$": "SGD",
    "R$": "BRL",
    "€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "₩": "KRW",
    "₽": "RUB",
    "₺": "TRY",
    "฿": "THB",
    "₫": "VND",
    "$": None,
    "zł": "PLN",
    "kr": None,
    "Fr.": "CHF",
}
"""Signs of money and the currency they prove; None: several countries use the sign."""
CODES = "USD EUR GBP CNY CNH JPY HKD TWD KRW SGD AUD CAD NZD CHF SEK NOK DKK PLN CZK HUF INR THB VND MYR IDR PHP BRL MXN TRY RUB ZAR AED SAR ILS"
SCALES = {
    "万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8, "千": 1e3, "百万": 1e6, "k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "%": 0.01,
}  # fmt: skip
UNITS = "件 个 個 份 笔 次 张 盒 瓶 包 袋 条 双 套 块 斤 岁 人 杯 只 支 束 碗 串 罐 桶 箱 位 pcs pc units unit"

_SIGNS = "|".join(sorted(map(re.escape, [*CURRENCIES, *CODES.split()]), key=len, reverse=True))
_SHAPE = (
    rf"(?i)^(?P<before>[-+(]*)\s*(?:{_SIGNS})?\s*(?P<inner>[-+]?)(?P<digits>[0-9][0-9.,]*|[.,][0-9]+)(?P<power>e[-+]?[0-9]+)?\s*"
    rf"(?P<scale>{'|'.join(sorted(map(re.escape, SCALES), key=len, reverse=True))})?\s*"
    rf"(?:(?:{_SIGNS})|{'|'.join(UNITS.split())})?(?P<after>[-)]*)$"
)
_CURRENCY = re.compile(
    f"(?i)(?P<code>{'|'.join(CODES.split())})(?![a-z])|(?P<sign>{'|'.join(sorted(map(re.escape, CURRENCIES), key=len, reverse=True))})"
)


def parse_numbers(texts: pa.StringArray, decimal_comma: bool | None = None) -> NDArray[np.float64]:
    """One float per text, NaN where it is no number; `decimal_comma` decides `1,234` where the column does not."""
    try:
        values = texts.cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        values = _parse(texts, decimal_comma)
    elif_infinite = ~np.isfinite(values)
    if elif_infinite.any():
        values = np.where(elif_infinite, np.nan, values)
    return np.asarray(values, dtype=np.float64)


def _parse(texts: pa.StringArray, decimal_comma: bool | None) -> NDArray[np.float64]:
    plain = pc.utf8_normalize(texts, form="NFKC")
    plain = pc.replace_substring_regex(plain, r"[\s'’`\x{00a0}\x{202f}]+", "")
    plain = pc.replace_substring_regex(plain, "[−–—]", "-")
    # No cents, as some write it: 12.–, 50,--
    plain = pc.replace_substring_regex(plain, r"^([^-]*[0-9])[.,]-+", r"\1")
    parts = pc.extract_regex(plain, _SHAPE)
    digits = parts.field("digits")
    votes = comma_votes(digits)
    point = pc.replace_substring(digits, ",", "")
    comma = pc.replace_substring(pc.replace_substring(digits, ".", ""), ",", ".")
    # A text that proves its own sign is read by it, whatever the others do: 12,50 among points is not 1250.
    if votes > 0 or (votes == 0 and decimal_comma):
        digits = pc.if_else(pc.match_substring_regex(digits, POINT), point, comma)
    else:
        digits = pc.if_else(pc.match_substring_regex(digits, COMMA), comma, point)
    digits = pc.binary_join_element_wise(digits, parts.field("power").fill_null(""), "")
    numeric = pc.match_substring_regex(digits, r"^([0-9]+\.?[0-9]*|\.[0-9]+)(?i:e[-+]?[0-9]+)?$")
    values = pc.if_else(numeric, digits, pa.scalar(None, pa.string())).cast(pa.float64()).to_numpy(zero_copy_only=False)
    scales = pa.array([*SCALES.values()])
    scale = scales.take(pc.index_in(pc.utf8_lower(parts.field("scale")), pa.array([*SCALES])))
    signs = pc.binary_join_element_wise(parts.field("before"), parts.field("inner"), parts.field("after"), "")
    negative = pc.match_substring_regex(signs, r"-|\(").fill_null(False).to_numpy(zero_copy_only=False)
    values = values * scale.fill_null(1.0).to_numpy(zero_copy_only=False)
    return np.asarray(np.where(negative, -values, values), dtype=np.float64)


_WORDS = {
    word: number
    for words in (
        "一 两 三 四 五 六 七 八 九 十",
        "one two three four five six seven eight nine ten",
        "壹 二 仨",
        "a 俩",
    )
    for number, word in enumerate(words.split(), 1)
} | {"single": 1, "couple": 2, "pair": 2, "dozen": 12}
_TIMES = re.compile(
    rf"^[x×*]\s*(\d{{1,6}})$|^(\d{{1,6}})\s*[x×*]$|^({'|'.join(_WORDS)})\s*(?:{'|'.join(UNITS.split())})?$"
)


def parse_counts(texts: pa.StringArray, decimal_comma: bool | None = None) -> NDArray[np.float64]:
    """Like `parse_numbers`, of how many pieces: also `2x`, `x2`, `两`, `one`; NaN where it is unclear, as `半`."""
    values = parse_numbers(texts, decimal_comma).copy()
    for place in np.flatnonzero(np.isnan(values)):
        text = texts[int(place)].as_py()
        if text and len(text) < 20 and (match := _TIMES.match(unicodedata.normalize("NFKC", text).strip().casefold())):
            values[place] = float(match[1] or match[2] or _WORDS[match[3]])
    return values


COMMA = r"\.[0-9]+,[0-9]|\.[0-9]{3}\.|^\D*[0-9]*,([0-9]{1,2}|[0-9]{4,})\D*$|^\D*0,[0-9]+\D*$"
POINT = r",[0-9]+\.[0-9]|,[0-9]{3},|^\D*[0-9]*\.([0-9]{1,2}|[0-9]{4,})\D*$|^\D*0\.[0-9]+\D*$"
"""The sign that stands last, or not before three digits, is the decimal one; `1,234` alone proves nothing."""


def comma_votes(texts: pa.StringArray) -> int:
    """Texts that prove a decimal comma less those that prove a decimal point."""
    comma, point = (pc.sum(pc.match_substring_regex(texts, pattern)).as_py() or 0 for pattern in (COMMA, POINT))
    return int(comma - point)


def find_currency(texts: pa.StringArray) -> str | None:
    """The ISO code that the cells themselves prove, if they all prove the same one."""
    found = set()
    for text in texts.slice(0, 200).to_pylist():
        if text and (match := _CURRENCY.search(text)):
            found.add(match["code"].upper() if match["code"] else CURRENCIES.get(match["sign"]))
    return found.pop() if len(found) == 1 else None
