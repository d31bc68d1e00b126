"""Telegram's HTML, read as strictly as Telegram reads it.

The rules and the words of the errors are those of `parse_html` in Telegram's own library (tdlib, MessageEntity.cpp).
The offsets that errors name count bytes of UTF-8.
"""

import re
from dataclasses import dataclass

from bot.simulator.entities import Entity, trim, utf16_length
from bot.simulator.faults import bad_request

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x(?P<hex>[0-9a-fA-F]+)|#(?P<decimal>[0-9]+)|(?P<name>[A-Za-z]+));?")
_LONGEST_REFERENCE = 10
_LAST_CODE_POINT = 0x10FFFF
_OPENING = re.compile(r"<([^\s>]*)")
_CLOSING = re.compile(r"</([^\s>]*)\s*")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>/"']*)\s*""")
_NAME_TOKEN = re.compile(r"[A-Za-z0-9.-]*")


@dataclass
class _Open:
    """A tag that waits for its end."""

    tag: str
    argument: str
    offset: int
    start: int


class _Reader:
    """One pass over the marked-up text."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.position = 0
        self.text: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def read(self) -> tuple[str, list[Entity]]:
        while self.position < len(self.html):
            if self.html[self.position] != "<":
                self.put(self.character())
            elif self.html.startswith("</", self.position):
                self.close_tag()
            else:
                self.open_tag()
        if self.open:
            raise _refusal(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return "".join(self.text), self.entities

    def put(self, character: str) -> None:
        self.text.append(character)
        self.offset += utf16_length(character)

    def character(self) -> str:
        """The next character, a reference such as `&lt;` resolved; an unknown reference is plain text."""
        found = _REFERENCE.match(self.html, self.position)
        if found and (character := _resolve(found)):
            self.position = found.end()
            return character
        self.position += 1
        return self.html[self.position - 1]

    def open_tag(self) -> None:
        begin = self.position
        found = _OPENING.match(self.html, begin)
        assert found
        tag = found[1].lower()
        self.position = found.end()
        if self.position == len(self.html):
            raise self.refusal("Unclosed start tag", begin)
        if tag not in _TAGS:
            raise self.refusal(f'Unsupported start tag "{tag}"', begin)
        argument = ""
        while self.peek() != ">":
            argument = self.attribute(tag, begin) or argument
        self.position += 1
        if tag == "span" and argument != "spoiler":
            raise self.refusal('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(_Open(tag, argument, self.offset, len(self.text)))

    def attribute(self, tag: str, begin: int) -> str:
        """Read one attribute; return what it means for its tag, or nothing."""
        found = _ATTRIBUTE.match(self.html, self.position)
        assert found
        name = found[1]
        self.position = found.end()
        if not name and self.peek() == ">":
            return ""
        if not self.peek():
            raise self.refusal(f'Unclosed start tag "{tag}"', begin)
        if not name:
            raise self.refusal(f'Empty attribute name in the tag "{tag}"', begin)
        if self.peek() != "=":
            return "expandable" if (tag, name) == ("blockquote", "expandable") else ""
        self.position += 1
        self.skip_space()
        value = self.value(tag, begin)
        match tag, name:
            case "a", "href":
                return value
            case "code", "class":
                return value.removeprefix("language-") if value.startswith("language-") else ""
            case "span", "class":
                return value.removeprefix("tg-") if value.startswith("tg-") else ""
            case ("tg-emoji", "emoji-id") | ("tg-time", "unix"):
                return value
            case "blockquote", "expandable":
                return "expandable"
        return ""

    def value(self, tag: str, begin: int) -> str:
        quote = self.peek()
        if quote not in {'"', "'"}:
            found = _NAME_TOKEN.match(self.html, self.position)
            assert found
            token = self.position
            self.position = found.end()
            if self.peek() and not (self.peek().isspace() or self.peek() == ">"):
                raise self.refusal("Unexpected end of name token", token)
            value = found[0].lower()
        else:
            self.position += 1
            characters: list[str] = []
            while self.peek() and self.peek() != quote:
                characters.append(self.character())
            self.position += 1
            value = "".join(characters)
        if not self.peek():
            raise self.refusal(f'Unclosed start tag "{tag}"', begin)
        return value

    def close_tag(self) -> None:
        begin = self.position
        if not self.open:
            raise self.refusal("Unexpected end tag", begin)
        found = _CLOSING.match(self.html, begin)
        assert found
        self.position = found.end()
        if self.peek() != ">":
            raise self.refusal("Unclosed end tag", begin)
        self.position += 1
        opened = self.open.pop()
        name = found[1].lower()
        if name and name != opened.tag:
            reason = f'Unmatched end tag at byte offset {self.bytes_before(begin)}, expected "</{opened.tag}>", found '
            raise _refusal(f'{reason}"</{name}>"')
        if self.offset > opened.offset:
            self.keep(opened)

    def keep(self, opened: _Open) -> None:
        entity: Entity = {
            "type": _TAGS[opened.tag],
            "offset": opened.offset,
            "length": self.offset - opened.offset,
        }
        match opened.tag:
            case "a":
                url = opened.argument or "".join(self.text[opened.start :])
                if not _is_link(url):
                    return
                entity["url"] = url if ":" in url else f"http://{url}/"
            case "tg-emoji":
                entity["custom_emoji_id"] = opened.argument
            case "tg-time":
                entity["unix_time"] = int(opened.argument or 0)
            case "blockquote" if opened.argument:
                entity["type"] = "expandable_blockquote"
            case "code" if opened.argument:
                entity["language"] = opened.argument
            case "pre":
                self.take_language(entity)
        self.entities.append(entity)

    def take_language(self, pre: Entity) -> None:
        """`<pre><code class="language-x">` is one entity: a pre with a language."""
        span = pre["offset"], pre["length"]
        for inner in self.entities:
            if inner["type"] == "code" and (inner["offset"], inner["length"]) == span:
                self.entities.remove(inner)
                if "language" in inner:
                    pre["language"] = inner["language"]
                return

    def peek(self) -> str:
        return self.html[self.position : self.position + 1]

    def skip_space(self) -> None:
        while self.peek().isspace():
            self.position += 1

    def bytes_before(self, position: int) -> int:
        return len(self.html[:position].encode())

    def refusal(self, reason: str, position: int) -> Exception:
        return _refusal(f"{reason} at byte offset {self.bytes_before(position)}")


def _refusal(reason: str) -> Exception:
    return bad_request(f"can't parse entities: {reason}")


def _resolve(reference: re.Match[str]) -> str:
    if reference["name"]:
        return _NAMED.get(reference["name"], "")
    code = int(reference["hex"], 16) if reference["hex"] else int(reference["decimal"])
    too_long = len(reference[0].rstrip(";")) >= _LONGEST_REFERENCE
    return "" if code in {0, *range(0xD800, 0xE000)} or code >= _LAST_CODE_POINT or too_long else chr(code)


def _is_link(url: str) -> bool:
    return bool(re.match(r"(?:https?://|tg://|mailto:|tel:)?[^\s/]+", url)) and (":" in url or "." in url)


def parse(html: str) -> tuple[str, list[Entity]]:
    """Read Telegram's HTML.

    Returns:
        The plain text, spaces around it trimmed, and its entities, sorted as Telegram sorts them.

    Raises:
        ApiError: 400 "can't parse entities: …" for anything that Telegram would refuse.
    """
    return trim(*_Reader(html).read())
