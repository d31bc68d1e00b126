"""Entities: the marked parts of a text. Offsets and lengths count UTF-16 code units, as Telegram counts them."""

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

Entity: TypeAlias = dict[str, Any]

_COMMAND = re.compile(r"(?<![\w/@<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")
_LINK = re.compile(r"https?://[^\s<>\"“”«»]*[^\s<>\"“”«».,:;!?)\]}'，。！？；：）】」》]")
_SPACE = " \t\r\n\v\f\0"


def utf16_length(text: str) -> int:
    """Length as Telegram counts it for entities: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def trim(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    """Cut the spaces around a text, and its entities with them."""
    kept = text.lstrip(_SPACE)
    shift = utf16_length(text) - utf16_length(kept)
    kept = kept.rstrip(_SPACE)
    end = utf16_length(kept)
    moved = []
    for entity in entities:
        first = min(max(entity["offset"] - shift, 0), end)
        last = min(max(entity["offset"] + entity["length"] - shift, 0), end)
        if last > first:
            moved.append({**entity, "offset": first, "length": last - first})
    return kept, sorted(moved, key=lambda entity: (entity["offset"], -entity["length"]))


def found_in(text: str, marked: Sequence[Entity] = ()) -> list[Entity]:
    """The commands and links that Telegram finds by itself, outside code and links that are marked already."""
    taken = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in marked
        if entity["type"] in {"code", "pre", "text_link"}
    ]
    found: list[Entity] = []
    for kind, pattern in (("url", _LINK), ("bot_command", _COMMAND)):
        for match in pattern.finditer(text):
            first = utf16_length(text[: match.start()])
            last = first + utf16_length(match[0])
            if all(last <= begin or end <= first for begin, end in taken):
                found.append({"type": kind, "offset": first, "length": last - first})
                taken.append((first, last))
    return found
