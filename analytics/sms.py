"""How long a text message is, and in how many parts it is sent and paid for.

3GPP TS 23.038, 6.2.1: the 7-bit alphabet, whose extension signs take two places; TS 23.040, 9.2.3.24.1: a message of
several parts gives up room in each for saying which part it is. Any other sign makes the whole message UCS-2, in which
signs beyond the basic plane, as most emoji, take two places. Chinese operators count the signature and 退订回T, too.
"""

from __future__ import annotations

from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
ALPHABET = BASIC | EXTENSION
ALONE, IN_PARTS = {True: 160, False: 70}, {True: 153, False: 67}
BASIC_PLANE = 0xFFFF


@dataclass(frozen=True)
class Length:
    """A text takes `signs` places of the `room` that one message has, and is sent in `parts` messages."""

    signs: int
    room: int
    parts: int

    @property
    def fits(self) -> bool:
        """Whether one message is enough."""
        return self.parts <= 1


def length(text: str) -> Length:
    """The length of a text message."""
    plain = ALPHABET.issuperset(text)
    twice = [sign for sign in set(text) if (sign in EXTENSION if plain else ord(sign) > BASIC_PLANE)]
    signs = len(text) + sum(map(text.count, twice))
    parts = 1 if signs <= ALONE[plain] else _parts(text, frozenset(twice), IN_PARTS[plain])
    return Length(signs, ALONE[plain], parts)


def _parts(text: str, twice: frozenset[str], room: int) -> int:
    """Into how many messages it goes; a sign that takes two places stays whole."""
    parts, used = 1, 0
    for sign in text:
        size = 1 + (sign in twice)
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts
