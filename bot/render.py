"""Reports to messages: templates choose the words, this module makes of them what Telegram takes."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analytics import language as speech
from analytics.analysis import Document, Outcome, Tone
from analytics.drafts import SMS, VERSIONS, Drafts, filled
from analytics.errors import Problem
from analytics.registry import ANALYSES
from bot.sentences import Command, exactly, within

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_CELL = 60
IN_PLACE = "~"

# Control characters, but for the ends of lines and tabs; separators of lines; marks that change the direction of writing.
UNRULY = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

# In templates `<button to="…">` asks a new question and `<page to="…">` turns the page in place; a line, a row.
KEY = re.compile(r'<(button|page) to="([^"]*)">(.*?)</\1>', re.DOTALL)


@dataclass(frozen=True)
class Button:
    """A key under a message; `data` is the question that it asks, as words."""

    label: str
    data: str


@dataclass(frozen=True)
class Reply:
    """One message: Telegram's HTML, keys in rows, and at most one picture or file."""

    html: str
    keyboard: tuple[tuple[Button, ...], ...] = ()
    photo: bytes | None = None
    document: Document | None = None

    @property
    def visible(self) -> int:
        """Length as Telegram counts it: without the tags."""
        return len(html.unescape(re.sub(r"<[^>]*>", "", self.html)))


class Renderer:
    """Words every message from the templates of a language."""

    def __init__(self, folder: Path) -> None:
        self._environments = {language: _environment(folder, language) for language in speech.LANGUAGES}

    def say(self, template: str, macro: str, language: str, **values: Any) -> Reply:
        """The message that this macro of this template words."""
        return _reply(getattr(self._module(template, language), macro)(**values))

    def outcome(self, outcome: Outcome, language: str) -> Reply:
        """An analysis' answer with its picture or list."""
        reply = self.say(outcome.analysis, outcome.view, language, report=outcome.report)
        if outcome.cleaned and outcome.view == "body":
            note = self.say("clean", "in_force", language, columns=outcome.cleaned)
            reply = replace(reply, html=f"{reply.html}\n{note.html}")
        if outcome.future and outcome.view == "body":
            note = self.say("clean", "in_the_future", language, lines=outcome.future)
            reply = replace(reply, html=f"{reply.html}\n{note.html}")
        return replace(reply, photo=outcome.chart, document=outcome.document)

    def problem(self, problem: Problem, language: str) -> Reply:
        """What went wrong, by the macro of the problem's name."""
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(problem).__name__).lower()
        return self.say("errors", name, language, problem=problem)

    def title(self, analysis: str, language: str) -> str:
        """The analysis as a question, for buttons and menus."""
        return str(self._module(analysis, language).title)

    def hint(self, analysis: str, language: str) -> str:
        """One line on what the analysis tells, for help and menus."""
        return str(self._module(analysis, language).hint)

    def menu(self, language: str) -> tuple[tuple[str, str], ...]:
        """Every command with a line on what it does: the analyses first, then the bot's own."""
        own = self._module("chat", language).commands
        return (*((analysis.name, self.hint(analysis.name, language)) for analysis in ANALYSES), *own.items())

    def asked_for(self, text: str, language: str) -> Command:
        """The command that a plain sentence asks for, with its words; empty where it asks for none, or for several.

        Where an analysis that it names, or none, would recognise the sentence as typed behind its command, so it is asked.
        """
        alone = self.said_alone(text, language)
        if alone:
            return alone
        own = self._module("sentences", language)
        phrases = _commands(own.asks)
        phrases.update({("cannot", what): listed for what, listed in own.beyond.items()})
        for analysis in ANALYSES:
            module = self._module(analysis.name, language)
            phrases[analysis.name,] = module.keywords
            phrases.update({(analysis.name, view): words for view, words in getattr(module, "asks", {}).items()})
        question = within(text, phrases)
        for analysis in ANALYSES:
            if question in {(), (analysis.name,)} and analysis.recognises(text):
                return (analysis.name, *text.split())
        return question

    def said_alone(self, text: str, language: str) -> Command:
        """The command that is asked for where nothing else is said; empty if it is none."""
        return exactly(text, _commands(self._module("sentences", language).exactly))

    def drafts(self, language: str, tone: Tone) -> Drafts:
        """The words of messages to customers, as plain text with placeholders."""
        module = self._module("messages", language)
        texts, (short, long) = {}, module.offer[tone]
        for kind, tones in module.drafts.items():
            for version in VERSIONS:
                sms, subject, body = tones[tone][version]
                parts = {"subject": subject, "goodbye": module.goodbye[tone]}
                for channel, layout in module.layouts.items():
                    text = sms if channel == SMS else body
                    texts[kind, channel, version] = filled(layout, {**parts, "text": text})
        named, nameless = module.hello[tone]
        by_first_name = language == "en" and tone == "friendly"
        offers = {channel: short if channel == SMS else long for channel in module.layouts}
        return Drafts(language, texts, named, nameless, offers, by_first_name)

    def _module(self, template: str, language: str) -> Any:
        return self._environments[language].get_template(f"{template}.html").module


def _commands(listed: Mapping[str, Collection[str]]) -> dict[Command, Collection[str]]:
    return {tuple(command.split()): phrases for command, phrases in listed.items()}


def split(text: str, longest: int = LONGEST_TEXT) -> list[str]:
    """The text in pieces that Telegram takes, broken between lines; our tags never span lines, so all stay closed."""
    pieces, piece = [], ""
    for line in text.split("\n"):
        if piece and len(piece) + 1 + len(line) > longest:
            pieces.append(piece)
            piece = line
        else:
            piece = f"{piece}\n{line}" if piece else line
    return [*pieces, piece]


@cache
def _environment(folder: Path, language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([folder / language, folder]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    for name in (
        "count",
        "number",
        "ratio",
        "money",
        "currency",
        "per_head",
        "percent",
        "day",
        "month",
        "named",
        "column",
        "group_name",
        "level",
    ):
        environment.filters[name] = partial(_in_language, getattr(speech, name), language)
    environment.filters["short"] = _short
    environment.globals["period"] = partial(_in_language, speech.period, language)
    environment.globals["span"] = partial(_in_language, speech.span, language)
    environment.globals["analyses"] = tuple(analysis.name for analysis in ANALYSES)
    environment.globals["offered"] = tuple(analysis.name for analysis in ANALYSES if analysis.offered)

    def module(analysis: str) -> Any:
        return environment.get_template(f"{analysis}.html").module

    environment.globals["title"] = lambda analysis: module(analysis).title
    environment.globals["hint"] = lambda analysis: module(analysis).hint
    environment.globals["ask"] = lambda analysis: Markup('<button to="{}">{}</button>').format(
        analysis, module(analysis).title
    )
    return environment


def _harmless(value: object) -> object:
    """What a template shows, without marks that turn the line around or end it; its own words are Markup and stay."""
    return UNRULY.sub(" ", value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _in_language(say: Any, language: str, *values: Any) -> str:
    text: str = say(*values, language)
    return text


def _short(text: object, longest: int = LONGEST_CELL) -> str:
    """A cell of the owner's sheet on one line, cut where it would fill the screen."""
    line = " ".join(str(text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _reply(rendered: str) -> Reply:
    lines: list[str] = []
    keyboard: list[tuple[Button, ...]] = []
    for line in str(rendered).splitlines():
        keys = KEY.findall(line)
        words = KEY.sub("", line).strip() if keys else line.strip()
        if keys:
            keyboard.append(tuple(_button(*key) for key in keys))
        if words or not keys:
            lines.append(words)
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return Reply(text, tuple(keyboard))


def _button(tag: str, to: str, label: str) -> Button:
    data = html.unescape(to)
    return Button(html.unescape(label).strip(), f"{IN_PLACE}{data}" if tag == "page" else data)
