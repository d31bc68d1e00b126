"""What a plain sentence asks for: the words of a command, found by the phrases that templates list for it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from difflib import get_close_matches

REST = "…"
"""As a command's last word: whatever the sentence says behind the phrase."""
NO_NAME = " \t\n,.;:!?\"'“”‘’，。；：！？、「」《》"
LIKE = 0.7
LONGEST_WHOLE = 4

Command = tuple[str, ...]
Phrases = Mapping[Command, Collection[str]]


def plain(text: str) -> str:
    """Letters and digits in one case and width, with single spaces for all between them."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def exactly(text: str, phrases: Phrases) -> Command:
    """The command that has the whole sentence among its phrases; empty if there is none."""
    said = plain(text)
    return next((command for command, listed in phrases.items() if said in map(plain, listed)), ())


def within(text: str, phrases: Phrases) -> Command:
    """The command with the longest phrase in the sentence; empty where none is, or those of several are as long.

    A phrase in Latin letters begins where a word does, and a short one is a whole word. Behind the phrase of a command that ends in `REST` its words go on.
    """
    said = f" {plain(text)} "
    longest = {
        command: max((phrase for phrase in map(plain, listed) if _bounded(phrase) in said), key=len, default="")
        for command, listed in phrases.items()
    }
    length = max(map(len, longest.values()), default=0)
    found = [command for command, phrase in longest.items() if len(phrase) == length > 0]
    if len(found) != 1:
        return ()
    (command,) = found
    return (*command[:-1], *_behind(longest[command], text)) if command[-1] == REST else command


def like(name: str, commands: Collection[str]) -> str | None:
    """The command that a misspelt one was meant to be; None if it is like none of them."""
    return next(iter(get_close_matches(name.casefold(), commands, 1, LIKE)), None)


def _bounded(phrase: str) -> str:
    if not phrase.isascii():
        return phrase
    return f" {phrase} " if len(phrase) <= LONGEST_WHOLE else f" {phrase}"


def _behind(phrase: str, text: str) -> list[str]:
    """The words after a phrase, as they were said."""
    pattern = r"\W+".join(map(re.escape, phrase.split()))
    place = re.search(pattern, text, re.IGNORECASE)
    return text[place.end() :].strip(NO_NAME).split() if place else []
