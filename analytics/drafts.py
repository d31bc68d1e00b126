"""Words of messages to customers: drafts, filled in with what the list knows, which nobody can misuse.

Names and products come from sheets that anybody may have written into: they are put in in one pass, so that no value is
read as a placeholder, and made plain before, so that none brings a link, a line or a sign that cannot be seen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from statistics import median_low

from analytics.sms import Length, length

SMS, CHAT, EMAIL = "sms", "chat", "email"
CHANNELS = (SMS, CHAT, EMAIL)
VERSIONS = ("A", "B")
OPEN = {"en": ("{name}", "{product}"), "zh": ("{称呼}", "{商品}")}
"""How a name and a product stand in a draft that is not for anybody in particular."""
LONGEST_CELL = 200
LONGEST_NAME, LONGEST_SHOP = 20, 20
LONGEST_PRODUCT = {"en": 26, "zh": 14}
UNNAMED = {"en": "[shop]", "zh": "【店名】"}
UNKNOWN_PRODUCT = {"en": "item", "zh": "商品"}

PLACEHOLDER = re.compile(r"\{(\w+)\}")
LINK = re.compile(
    r"[a-z][a-z0-9+.-]*://\S*|(?:www\.|https?:|mailto:|tel:|sms:|javascript:|data:)\S*|[\w-]+(?:\.[\w-]+)+/\S*",
    re.IGNORECASE,
)
DOT = re.compile(r"(?<=\w)[.．。｡](?=[^\W\d])")
BRACES = re.compile(r"[{}\[\]<>【】|@＠`\\*]+|(?<!\d)%")
EDGES = " ,;:/.．。｡=+-－＝＋"
"""What may not stand at either end, where the words around it would make more of it."""
INVISIBLE = frozenset(["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"])
A_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f]|[ '’·•-]|\.(?= |$))*(?:[(（][^\W\d_]+[)）])?")
FIRST_NAME = re.compile(r"([^\W\d_'-][^\W\d_]+(?:-[^\W\d_]+)?)(?: [\w'-]+\.?){1,3}")
TITLES = frozenset(
    ["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "madam", "lady", "lord", "rev", "the", "dear"]
)


@dataclass(frozen=True)
class Drafts:
    """The drafts of one language and tone, with placeholders in braces.

    `texts` by play, channel and version; the first line of an e-mail is its subject. {hello} is `named` where the name is
    known, else `nameless`; {offer} is one of `offers`, by channel, where a discount is given. `by_first_name`: so people
    are spoken to.
    """

    language: str
    texts: Mapping[tuple[str, str, str], str]
    named: str
    nameless: str
    offers: Mapping[str, str]
    by_first_name: bool = False


@dataclass(frozen=True)
class Lengths:
    """How long a text message gets on a list: for the customer in the `middle`, and at the `longest`.

    `over` customers need more than one message.
    """

    middle: Length
    longest: Length
    over: int


@dataclass(frozen=True)
class Message:
    """A draft for a list: `channel` and `version`, `subject` (e-mails alone) and `text`, names and products still open.

    `lengths` are those of text messages.
    """

    channel: str
    version: str
    subject: str | None
    text: str
    lengths: Lengths | None


@dataclass(frozen=True)
class Words:
    """The messages of one play: who sends them (`shop`, None: not told), and a discount of `off` (0: none)."""

    drafts: Drafts
    kind: str
    shop: str | None = None
    off: float = 0.0

    def text(self, channel: str, version: str, name: object = None, product: object = None) -> str:
        """The message to one customer; who has no name that can be written is greeted without one."""
        called = spoken(name, first=self.drafts.by_first_name)
        return self._filled(channel, version, called, plain_product(product, self.drafts.language))

    def message(self, channel: str, version: str, people: Iterable[tuple[object, object]]) -> Message:
        """The draft as it goes to these people, each a name and a product."""
        known = list(people)
        named = any(spoken(name) for name, _ in known)
        name, product = OPEN[self.drafts.language]
        text = self._filled(channel, version, name if named else None, product)
        subject, _, body = text.partition("\n") if channel == EMAIL else (None, "", text)
        told = lengths([self.text(SMS, version, *one) for one in known]) if channel == SMS and known else None
        return Message(channel, version, subject, body, told)

    def _filled(self, channel: str, version: str, name: str | None, product: str) -> str:
        language = self.drafts.language
        shop = plain(self.shop, LONGEST_SHOP) or UNNAMED[language]
        values = {
            "hello": filled(self.drafts.named, {"name": name}) if name else self.drafts.nameless,
            "product": product,
            "shop": shop,
            "sign": shop if shop == UNNAMED[language] else f"【{shop}】",
            "offer": filled(self.drafts.offers[channel], {"off": discount(self.off, language)}) if self.off else "",
        }
        return filled(self.drafts.texts[self.kind, channel, version], values)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced, all at once; those without a value stay."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def lengths(texts: Iterable[str]) -> Lengths:
    """How long these text messages are, at least one."""
    many = sorted((length(text) for text in texts), key=lambda one: (one.parts, one.signs))
    at = median_low(range(len(many)))
    return Lengths(many[at], many[-1], sum(not one.fits for one in many))


def plain(value: object, longest: int) -> str:
    """A cell as harmless words on one line: without links, braces and hidden signs, cut between words where it can be."""
    if value is None or value != value:  # noqa: PLR0124 - a gap in a sheet is not itself
        return ""
    seen = "".join(
        " " if unicodedata.category(sign) in INVISIBLE else sign
        for sign in unicodedata.normalize("NFC", str(value)[:LONGEST_CELL])
    )
    text = " ".join(DOT.sub(" ", BRACES.sub(" ", LINK.sub(" ", seen))).split()).strip(EDGES)
    if len(text) <= longest:
        return text
    cut, blank, _ = text[: longest + 1].rpartition(" ")
    return (cut if blank and len(cut) > longest // 2 else text[:longest]).rstrip(EDGES)


@lru_cache(maxsize=4096)
def plain_product(product: object, language: str) -> str:
    """What a product is called in a message; a general word where its name has nothing to be written."""
    return plain(product, LONGEST_PRODUCT[language]) or UNKNOWN_PRODUCT[language]


def spoken(name: object, *, first: bool = False) -> str | None:
    """How a customer is addressed; None for what is no name: numbers, addresses, masked or too long ones.

    `first`: by the first of several names, where it is plain which that is.
    """
    if not isinstance(name, str):
        return None
    text = " ".join(unicodedata.normalize("NFC", name).split()).rstrip(".")
    if not A_NAME.fullmatch(text) or len(text) > LONGEST_NAME:
        return None
    found = FIRST_NAME.fullmatch(text) if first and text[0].isascii() else None
    return found[1] if found and found[1].casefold() not in TITLES else text


def discount(off: float, language: str) -> str:
    """A discount as people say it: 10%, 9折, 8.5折."""
    return f"{100 * off:g}%" if language == "en" else f"{round(10 * (1 - off), 2):g}折"
