"""Templates to Telegram's messages: keys, escaping, splitting, and its limits kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from analytics.analysis import Analysis, Asked
from analytics.dataset import Shop
from analytics.language import LANGUAGES
from analytics.reading import read
from analytics.registry import ANALYSES, analyse
from bot.render import LONGEST_CAPTION, Button, Renderer, Reply, split
from bot.resources import SAMPLES, TEMPLATES
from bot.simulator.markup import parse


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(TEMPLATES)


@pytest.fixture(scope="module")
def shop() -> Shop:
    (orders,) = read((SAMPLES / "en" / "orders.csv").read_bytes(), "orders.csv")
    return Shop(orders=orders)


def worded(folder: Path, text: str) -> Reply:
    (folder / "en").mkdir(parents=True)
    (folder / "zh").mkdir()
    for analysis in ANALYSES:
        for language in LANGUAGES:
            (folder / language / f"{analysis.name}.html").write_text("{% set title = 'T' %}")
    (folder / "en" / "try.html").write_text(text)
    return Renderer(folder).say("try", "macro", "en", cell='<button to="x">no</button> & <b>')


def test_keys_leave_the_text_and_keep_their_rows(tmp_path: Path) -> None:
    reply = worded(
        tmp_path,
        '{% macro macro(cell) %}<b>Yes.</b>\n<button to="a">A</button> <page to="b c">B &amp; C</page>\n'
        '<button to="d">D</button>\n{% endmacro %}',
    )
    assert reply.html == "<b>Yes.</b>"
    assert reply.keyboard == ((Button("A", "a"), Button("B & C", "~b c")), (Button("D", "d"),))


def test_cells_cannot_smuggle_markup_or_keys(tmp_path: Path) -> None:
    reply = worded(tmp_path, "{% macro macro(cell) %}{{ cell }}{% endmacro %}")
    assert reply.keyboard == ()
    text, entities = parse(reply.html)
    assert text == '<button to="x">no</button> & <b>'
    assert entities == []


def test_a_forgotten_variable_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UndefinedError):
        worded(tmp_path, "{% macro macro(cell) %}{{ celll }}{% endmacro %}")


TYPED = {"abtest": ("A", "1000", "50", "B", "1000", "65"), "abplan": ("5%", "+1%"), "bandit": ("A", "B", "C")}
OF_A_TRIAL = {(name, view) for name in ("split", "campaigns") for view in ("trial", "names", "list", "method", "apart")}
"""Pages of a kept trial; they have tests of their own."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda analysis: analysis.name)
@pytest.mark.parametrize("vocabulary", ["groups", "classes"])
def test_every_view_keeps_to_one_screen_and_telegrams_limits(
    renderer: Renderer, shop: Shop, language: str, analysis: Analysis, vocabulary: str
) -> None:
    asked = Asked(
        language,
        "classes" if vocabulary == "classes" else "groups",
        pictures=False,
        drafts=renderer.drafts(language, "friendly"),
    )
    for view in ("body", *(view for view in analysis.views if (analysis.name, view) not in OF_A_TRIAL)):
        words = {"body": (), "by": ("by", "spend"), "cuts": ("cuts", "R30")}.get(view, (view,))
        outcome = analyse(analysis.name, shop, (*words, *TYPED.get(analysis.name, ())), asked)
        reply = renderer.outcome(outcome, language)
        text, _ = parse(reply.html)
        assert len(text) == reply.visible
        assert 0 < reply.visible <= LONGEST_CAPTION
        if view == "body":
            assert reply.visible <= (420 if language == "zh" else 760)
        for row in reply.keyboard:
            longest = max(len(button.label) for button in row)
            assert len(row) <= (5 if longest <= 4 else 4 if longest <= 8 else 3)
            assert sum(len(button.label) for button in row) <= 64
            for button in row:
                assert 1 <= len(button.data.encode()) <= 64
                assert len(button.label) <= 32


def test_long_texts_are_split_between_lines() -> None:
    lines = [f"<b>line {number}</b> with some words" for number in range(400)]
    pieces = split("\n".join(lines))
    assert all(len(piece) <= 4096 for piece in pieces)
    assert "\n".join(pieces).split("\n") == lines


@pytest.mark.parametrize(
    ("sentence", "language", "question"),
    [
        ("Who are my best customers?", "en", ("segments",)),
        ("帮我看看客户", "zh", ("segments",)),
        ("Who is slipping away?", "en", ("lifecycle",)),
        ("看看客户流失", "zh", ("lifecycle",)),
        ("do new customers come back?", "en", ("lifecycle", "cohorts")),
        ("look up a customer", "en", ("customer",)),
        ("店铺整体情况", "zh", ("overview",)),
        ("what sells together?", "en", ("basket",)),
        ("who is due to buy?", "en", ("basket", "due")),
        ("谁该再买了", "zh", ("basket", "due")),
        ("买了茶的人还买什么", "zh", ("basket",)),
        ("how is the weather", "en", ()),
        ("120/1000 vs 150/1000", "en", ("abtest", "120/1000", "vs", "150/1000")),
        ("A：发1000 成交50；B：发1000 成交65", "zh", ("abtest", "A：发1000", "成交50；B：发1000", "成交65")),
        ("which version: A 100 5 B 100 9", "en", ("abtest", "which", "version:", "A", "100", "5", "B", "100", "9")),
    ],
)
def test_one_sentence_names_one_question(
    renderer: Renderer, sentence: str, language: str, question: tuple[str, ...]
) -> None:
    assert renderer.asked_for(sentence, language) == question
