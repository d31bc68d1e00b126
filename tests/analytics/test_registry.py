from __future__ import annotations

import pickle
from datetime import date

import pytest

from analytics import registry
from analytics.analysis import Asked
from analytics.dataset import Kind, Shop
from analytics.errors import MissingData, OptionError, QuestionError, UnknownGroup
from tests.analytics.shops import customers, dataset, line, lively, pairs_shop, shop

RESULTS = dataset(Kind.RESULTS, {"variant": ["A", "B"] * 100, "outcome": ["yes", "no", "no", "no"] * 50})
EVERYTHING = Shop(orders=shop([*lively(), *pairs_shop()]).orders, customers=customers({"age": [30.0]}), results=RESULTS)
# What stands on nothing but its words.
TYPED = {"bandit": ("A", "70", "5", "B", "30", "1")}


def test_every_analysis_is_found_by_its_name() -> None:
    assert list(registry.BY_NAME) == [analysis.name for analysis in registry.ANALYSES]


def test_names_of_analyses_and_views_can_be_commands_and_buttons() -> None:
    for analysis in registry.ANALYSES:
        assert all(
            name.isascii() and name.islower() and name.isidentifier() for name in (analysis.name, *analysis.views)
        )


@pytest.mark.parametrize("name", registry.BY_NAME)
def test_a_question_without_data_is_refused(name: str) -> None:
    if registry.BY_NAME[name].typed:
        with pytest.raises(QuestionError):
            registry.analyse(name, Shop(), (), Asked())
        return
    with pytest.raises(MissingData) as refusal:
        registry.analyse(name, Shop(), (), Asked())
    assert refusal.value.analysis == name


def test_comments_allow_the_overview_only() -> None:
    comments = Shop(comments=dataset(Kind.COMMENTS, {"text": ["fine"]}))
    assert registry.analyse("overview", comments, (), Asked()).answerable == ("overview",)


def test_orders_without_customers_do_not_allow_segments() -> None:
    with pytest.raises(MissingData):
        registry.analyse("segments", shop([{"day": 1, "amount": 5.0}]), (), Asked())


@pytest.mark.parametrize("name", registry.BY_NAME)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_answer_has_its_picture_and_travels(name: str, language: str) -> None:
    outcome = registry.analyse(name, EVERYTHING, TYPED.get(name, ()), Asked(language=language))
    assert (outcome.analysis, outcome.view, outcome.document) == (name, "body", None)
    assert outcome.chart is not None
    assert outcome.answerable == tuple(name for name, analysis in registry.BY_NAME.items() if analysis.requires)
    assert pickle.loads(pickle.dumps(outcome)) == outcome


def test_pictures_may_be_declined() -> None:
    assert registry.analyse("segments", EVERYTHING, (), Asked(pictures=False)).chart is None


def test_another_side_of_the_answer_has_no_picture() -> None:
    outcome = registry.analyse("segments", EVERYTHING, ("names", "champions"), Asked())
    assert (outcome.view, outcome.chart, outcome.document) == ("names", None, None)
    assert outcome.report.code == "champions"


def test_the_list_comes_as_a_file() -> None:
    outcome = registry.analyse("segments", EVERYTHING, ("list", "champions"), Asked(language="zh"))
    assert outcome.document is not None
    assert outcome.document.filename == "冠军客户.csv"
    rows = outcome.document.content.decode("utf-8-sig").splitlines()
    assert len(rows) - 1 == outcome.report.customers


def test_a_customer_who_is_a_formula_does_not_leave_as_one() -> None:
    rows = [*lively(), line("=1+1", 362, 9.0, "formula")]
    outcome = registry.analyse("segments", shop(rows), ("list",), Asked())
    assert outcome.document is not None
    assert b"\n'=1+1," in outcome.document.content
    assert b"\n=1+1," not in outcome.document.content


def test_words_that_mean_nothing_are_refused() -> None:
    with pytest.raises(OptionError):
        registry.analyse("segments", EVERYTHING, ("friends",), Asked())
    with pytest.raises(OptionError):
        registry.analyse("overview", EVERYTHING, ("list", "friends"), Asked())


def test_a_list_of_nobody_is_refused() -> None:
    with pytest.raises(UnknownGroup):
        registry.analyse("segments", EVERYTHING, ("list", "cluster_7"), Asked())


def test_orders_of_the_future_have_not_happened() -> None:
    rows = lively()
    wrong = line("c000", 5000, 9.0, "typo")
    plain = registry.analyse("segments", shop(rows), (), Asked(today=date(2027, 1, 1)))
    told = registry.analyse("segments", shop([*rows, wrong]), (), Asked(today=date(2027, 1, 1)))
    assert (plain.future, told.future) == (0, 1)
    assert told.report == plain.report
    everything = registry.analyse("segments", shop(rows), (), Asked(today=date(2020, 1, 1)))
    assert (everything.future, everything.report) == (0, plain.report)
