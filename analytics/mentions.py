"""Who is named in what others wrote: full names, e-mails and phones are taken out of free text, and nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise

from analytics import identity

GONE = "…"
"""What stands in the place of whatever was taken out."""
FIGURES = re.compile(r"\+?[0-9]+")
BETWEEN_FIGURES = re.compile(r"[ ().\-/‐–—]{1,3}")
MOST_FIGURES = 17
ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9.-]{1,255}")
BETWEEN_WORDS = re.compile(r"[ ,.'’‘`´·\-‐–]{1,3}")
CJK = re.compile(f"[{identity.CJK}]")
BETWEEN_SIGNS = " ·・•‧"
ALONE = 2
"""Names of so many signs are ordinary words as well: they count only where they stand alone."""


class Mentions:
    """What some people go by, looked for in texts.

    A name counts where it is a full one (`identity.full`): its words whole, side by side and in any order; in Chinese as
    it stands, one of two signs only where no other sign touches it.
    """

    def __init__(self, names: Iterable[str] = (), emails: Iterable[str] = (), phones: Iterable[str] = ()) -> None:
        spelt = {identity.plain(name) for name in names if identity.full(name)}
        self._signs = {name for name in spelt if identity.ALL_CJK.fullmatch(name)}
        self._words = {tuple(sorted(identity.WORD.findall(name))) for name in spelt - self._signs}
        self._sign_counts = {len(name) for name in self._signs}
        self._word_counts = {len(name) for name in self._words}
        self._tellers = {max(name, key=len) for name in self._words}
        self._emails = frozenset[str]().union(*map(identity.emails, emails))
        self._foreign = [email for email in self._emails if not email.isascii()]
        self._phones = frozenset[str]().union(*map(identity.phones, phones))

    def taken_out(self, text: str) -> str:
        """The text without them; the very same one where it names none of them."""
        whole = unicodedata.normalize("NFC", text)
        told = whole.lower() if whole.isascii() else "".join(map(_folded, whole))
        spans = sorted((*self._addresses(told), *self._numbers(told), *self._in_words(told), *self._in_signs(told)))
        if not spans:
            return text
        left, end = [], 0
        for start, stop in spans:
            if start >= end:
                left += [whole[end:start], GONE]
            end = max(end, stop)
        return "".join([*left, whole[end:]])

    def _addresses(self, text: str) -> Iterator[tuple[int, int]]:
        if self._emails and "@" in text:
            for email in self._foreign:
                if (start := text.find(email)) >= 0:
                    yield start, start + len(email)
            for found in ADDRESS.finditer(text):
                address = found[0].rstrip(".-")
                # A sentence may have a sign before the address.
                start = len(address) - len(address.lstrip("'`*{|/=.-"))
                if not self._emails.isdisjoint(identity.emails(address[start:])):
                    yield found.start() + start, found.start() + len(address)

    def _numbers(self, text: str) -> Iterator[tuple[int, int]]:
        """Runs of figures that are one of the phones, however they are set apart."""
        groups = list(FIGURES.finditer(text)) if self._phones else []
        for first, group in enumerate(groups):
            # A bracket may stand before a number and belong to it.
            start, figures, end = group.start(), 0, group.start()
            for other in groups[first:]:
                gap = text[end : other.start()]
                figures += len(other[0])
                if figures > MOST_FIGURES or (other is not group and not BETWEEN_FIGURES.fullmatch(gap)):
                    break
                end = other.end()
                if not self._phones.isdisjoint(identity.phones(text[start:end])):
                    yield start, end

    def _in_words(self, text: str) -> Iterator[tuple[int, int]]:
        words = list(identity.WORD.finditer(text)) if self._words else []
        if self._tellers.isdisjoint(word[0] for word in words):
            return
        for count in self._word_counts:
            for first in range(len(words) - count + 1):
                name = words[first : first + count]
                if tuple(sorted(word[0] for word in name)) in self._words and all(
                    BETWEEN_WORDS.fullmatch(text[one.end() : other.start()]) for one, other in pairwise(name)
                ):
                    yield name[0].start(), name[-1].end()

    def _in_signs(self, text: str) -> Iterator[tuple[int, int]]:
        if not self._signs or CJK.search(text) is None:
            return
        places = [place for place, sign in enumerate(text) if sign not in BETWEEN_SIGNS]
        signs = "".join(text[place] for place in places)
        for count in self._sign_counts:
            for start in range(len(signs) - count + 1):
                if signs[start : start + count] in self._signs:
                    first, last = places[start], places[start + count - 1]
                    around = text[max(first - 1, 0) : first] + text[last + 1 : last + 2]
                    if count > ALONE or CJK.search(around) is None:
                        yield first, last + 1


@cache
def _folded(sign: str) -> str:
    """The sign without width, case and accent, where that is one sign."""
    plain = identity.ACCENTS.sub("", unicodedata.normalize("NFD", unicodedata.normalize("NFKC", sign).casefold()))
    plain = unicodedata.normalize("NFC", plain)
    return plain if len(plain) == 1 else sign
