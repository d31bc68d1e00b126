"""Both languages say the same things: the same files, macros, keys and variables; no fault without its words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jinja2 import Environment, nodes

from analytics import errors as analytics_errors
from analytics.dataset import LEFT_OUT, NOTED
from analytics.errors import Problem
from analytics.language import LANGUAGES
from analytics.registry import ANALYSES
from bot import errors as bot_errors
from bot.render import Renderer
from bot.resources import TEMPLATES

FILES = sorted(path.name for path in (TEMPLATES / "en").glob("*.html"))
KEYS = re.compile(r'<(?:button|page) to="([^"]*)">')
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def parsed(language: str, file: str) -> nodes.Template:
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=True)
    return environment.parse((TEMPLATES / language / file).read_text(encoding="utf-8"))


def macros(language: str, file: str) -> dict[str, list[str]]:
    found = parsed(language, file).find_all(nodes.Macro)
    return {macro.name: [argument.name for argument in macro.args] for macro in found if macro.name[0] != "_"}


def test_both_languages_have_the_same_files() -> None:
    assert FILES
    assert sorted(path.name for path in (TEMPLATES / "zh").glob("*.html")) == FILES


@pytest.mark.parametrize("file", FILES)
def test_both_languages_have_the_same_macros_with_the_same_variables(file: str) -> None:
    assert macros("en", file) == macros("zh", file)


@pytest.mark.parametrize("file", FILES)
def test_both_languages_offer_the_same_keys(file: str) -> None:
    offered = {language: set(KEYS.findall((TEMPLATES / language / file).read_text("utf-8"))) for language in LANGUAGES}
    assert {key for key in offered["en"] if not key.startswith("language ")} == {
        key for key in offered["zh"] if not key.startswith("language ")
    }


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda analysis: analysis.name)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_analysis_has_title_hint_body_and_its_views(analysis: Any, language: str) -> None:
    renderer = Renderer(TEMPLATES)
    assert renderer.title(analysis.name, language)
    assert 1 <= len(renderer.hint(analysis.name, language)) <= 256
    assert {"body", *analysis.views} <= set(macros(language, f"{analysis.name}.html"))
    assert set(getattr(renderer._module(analysis.name, language), "asks", {})) <= set(analysis.views)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_on_a_receipt_has_its_words(language: str) -> None:
    module = Renderer(TEMPLATES)._module("upload", language)
    assert set(module.left_out) == LEFT_OUT
    assert set(module.noted) == NOTED


def all_problems() -> list[type[Problem]]:
    def below(kind: type[Problem]) -> list[type[Problem]]:
        return [leaf for child in kind.__subclasses__() for leaf in (below(child) or [child])]

    assert analytics_errors
    assert bot_errors
    return below(Problem)


@pytest.mark.parametrize("problem", all_problems(), ids=lambda problem: problem.__name__)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_has_its_words(problem: type[Problem], language: str) -> None:
    samples = {
        "filename": "a<b>.csv",
        "looks_like": "image",
        "what": "photo",
        "analysis": "segments",
        "word": "<x>",
        "columns": ("A", "<b>"),
        "versions": ("A", "<b>"),
        "group": "champions",
        "megabytes": 21.3,
        "missing": ("time", "customer"),
        "available": (("place", "place"), ("1f0e9a3c", "attribute:<b>")),
        "mailings": (("<b>", None, 100, 5), ("B", None, 100, 4)),
        "others": ((4, "<i>"),),
    }
    fields: dict[str, Any] = {
        field.name: samples.get(field.name, 7) for field in getattr(problem, "__dataclass_fields__", {}).values()
    }
    if problem in {analytics_errors.TooManyColumns, analytics_errors.TooManyCells}:
        fields["columns"] = 10_000
    reply = Renderer(TEMPLATES).problem(problem(**fields), language)
    assert 4 <= reply.visible <= 700
    assert "<b>" not in reply.html.replace("<b>", "", 1), "one bold line, and nothing from the sheet as markup"


def test_chinese_is_chinese() -> None:
    english = re.compile(r">[^<{]*[A-Za-z]{4,}[^<{]*<")
    for path in (TEMPLATES / "zh").glob("*.html"):
        text = re.sub(r"\{[%#{].*?[%#}]\}", "", path.read_text("utf-8"), flags=re.DOTALL)
        strange = [part for part in english.findall(text) if not CHINESE.search(part) and "English" not in part]
        assert not strange, (path.name, strange)


def test_english_has_no_chinese_but_the_language_switch() -> None:
    for path in (TEMPLATES / "en").glob("*.html"):
        found = set(CHINESE.findall(path.read_text("utf-8")))
        assert found <= set("中文切换到"), path.name
