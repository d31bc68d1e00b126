"""What a person goes by, spelt one way: numbers, names, e-mails and phones, however a sheet or a hand writes them.

Where a text may mean two things, as a phone number with or without its country code, there is a form for each: two texts
may mean the same person where they have a form in common.
"""

from __future__ import annotations

import re
import unicodedata

ACCENTS = re.compile("[\u0300-\u036f]")
# Chinese, Japanese and Korean, which set no blanks between the parts of a name.
CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
ALL_CJK = re.compile(f"[{CJK}]+")
BLANKS_IN_CJK = re.compile(f"(?<=[{CJK}])[ ·・•‧]+(?=[{CJK}])")
WORD = re.compile(r"[^\W_]+")
LEAST_LETTERS, LEAST_SIGNS = 4, 2
PHONE = re.compile(r"[+(]{0,2}[0-9][0-9 ().\-/‐–—]{5,30}")
EXTENSION = re.compile(r"\s*(?:ext\.?|x|转|分机)\s*[0-9]{1,6}$|\.0$")
SHORTEST_PHONE = 7
# ITU-T E.164 assigned codes: no code begins another, and those that are not named here have three digits.
COUNTRY = re.compile("1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9][0-9]{2}")
WITH_COUNTRY = range(11, 14)


def plain(text: str) -> str:
    """Spelt one way: width, case, accents and blanks make no difference."""
    spelt = text.casefold()
    if not spelt.isascii():
        spelt = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", spelt).casefold())
        spelt = unicodedata.normalize("NFC", ACCENTS.sub("", spelt))
    return BLANKS_IN_CJK.sub("", " ".join(spelt.split()))


def numbers(text: str) -> frozenset[str]:
    """The forms of a customer's number: as it stands, and as Excel leaves it, without the zeros that it begins with."""
    spelt = plain(text)
    bare = spelt.removeprefix("#").strip()
    return frozenset((spelt, bare, bare.lstrip("0") if bare.isdecimal() else bare)) - {""}


def name(text: str) -> str:
    """A name whose parts may stand in any order: `Lee, Ann` is `Ann Lee`."""
    return " ".join(sorted(WORD.findall(plain(text))))


def full(text: str) -> bool:
    """Whether a name is enough to tell a person by: two words or more, or two signs of a script that has no blanks."""
    spelt = plain(text)
    if ALL_CJK.fullmatch(spelt):
        return len(spelt) >= LEAST_SIGNS
    words = WORD.findall(spelt)
    return len(words) > 1 and not any(map(str.isdecimal, words)) and sum(map(len, words)) >= LEAST_LETTERS


def emails(text: str) -> frozenset[str]:
    """The forms of an e-mail: as it stands, and without the tag behind a plus; empty where the text is none."""
    spelt = plain(text).removeprefix("mailto:")
    local, at, domain = spelt.rpartition("@")
    if not at or not local or not domain:
        return frozenset()
    return frozenset((spelt, f"{local.partition('+')[0] or local}@{domain}"))


def phones(text: str) -> frozenset[str]:
    """The forms of a phone number: without country code, the zero before an area, signs and extension; empty where it is none.

    A number that does not begin with `+` or `00` may have a country code or not.
    """
    spelt = EXTENSION.sub("", text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip())
    if not PHONE.fullmatch(spelt):
        return frozenset()
    digits = re.sub("[^0-9]", "", spelt.replace("(0)", ""))
    abroad = spelt.lstrip("(").startswith(("+", "00"))
    found = set() if abroad else {digits.lstrip("0")}
    digits = digits.removeprefix("00")
    if (abroad or len(digits) in WITH_COUNTRY) and (code := COUNTRY.match(digits)):
        found.add(digits[code.end() :].lstrip("0"))
    return frozenset(form for form in found if len(form) >= SHORTEST_PHONE)
