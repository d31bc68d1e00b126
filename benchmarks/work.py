"""What the bot's worker does, called as the bot calls it: take a file in, answer a question."""

from __future__ import annotations

from pathlib import Path

from analytics.analysis import Asked, Outcome
from analytics.choices import Choices
from analytics.dataset import Kind
from bot import jobs
from bot.jobs import References

SECRET = bytes(32)


def take_in(file: Path, folder: Path) -> References:
    """A first upload, read and kept as new snapshots in `folder`."""
    taken = jobs.take_in(file, file.name, Choices(), {}, folder, SECRET)
    return {written.kind: written.merged for written in taken.written}


def ask(name: str, references: References, *words: str) -> Outcome:
    """A question asked in English, answered with its picture."""
    return jobs.answer(name, references, words, Asked())


def ask_anew(name: str, references: References, *words: str) -> Outcome:
    """The same, of orders of which nothing is kept that was worked out before."""
    orders = references[Kind.ORDERS]
    for file in orders.parent.glob(f"{orders.stem}.*"):
        if file != orders:
            file.unlink()
    return ask(name, references, *words)
