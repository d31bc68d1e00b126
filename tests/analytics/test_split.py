from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from analytics import split
from analytics.analysis import Asked, Outcome
from analytics.dataset import Shop
from analytics.errors import OptionError, TooFewCustomers, UnclearSplit, UnknownGroup, UnknownTrial
from analytics.language import LANGUAGES
from analytics.readout import dumped, read_out
from analytics.registry import analyse
from analytics.split import SplitReport
from analytics.trials import HOLDOUT, Trial
from analytics.typed_splits import Wanted, wanted
from bot.render import Renderer, Reply
from bot.resources import TEMPLATES
from tests.analytics.shops import FIRST_DAY, customers, line, lively, named_shop, shop

RENDERER = Renderer(TEMPLATES)
TODAY = (FIRST_DAY + timedelta(days=363)).date()
ASKED = Asked(today=TODAY, seed=5)
LIVELY = shop(lively())


def asked_of(target: Shop, words: str, asked: Asked = ASKED) -> Outcome:
    return analyse("split", target, words.split(), asked)


def drawn(target: Shop, words: str, asked: Asked = ASKED) -> Trial:
    trial = asked_of(target, words, asked).drafted
    assert trial is not None
    return trial


def kept(target: Shop, words: str, **more: object) -> Shop:
    """The shop with the trial that these words draw, kept as number 1."""
    trial = replace(drawn(target, words), number=1, **more)  # type: ignore[arg-type]
    return replace(target, trials=(trial,))


@pytest.mark.parametrize(
    ("typed", "plan"),
    [
        ("at risk A B", Wanted("at_risk", ("A", "B"), 0.0, None)),
        ("At_Risk", Wanted("at_risk", ("A", "B"), 0.0, None)),
        ("Can't lose: letter, call holdout 10%", Wanted("cant_lose", ("letter", "call"), 0.1, None)),
        ("all A holdout 25% 21 days", Wanted("all", ("A",), 0.25, 21)),
        ("all A", Wanted("all", ("A",), 0.2, None)),
        ("file A B C", Wanted("file", ("A", "B", "C"), 0.0, None)),
        ("everybody, A/B, for 7 days, 5% hold-out", Wanted("all", ("A", "B"), 0.05, 7)),
        ("有流失风险的客户 A B 留10%不发", Wanted("at_risk", ("A", "B"), 0.1, None)),
        ("沉睡客户：短信、电话　留 20% 不发 14天", Wanted("hibernating", ("短信", "电话"), 0.2, 14)),
        ("沉睡 短信", Wanted("hibernating", ("短信",), 0.2, None)),
        ("重要挽留客户 A B 对照组15%", Wanted("key_win_back", ("A", "B"), 0.15, None)),
        ("全部客户", Wanted("all", ("A", "B"), 0.0, None)),
        ("名单 甲 乙", Wanted("file", ("甲", "乙"), 0.0, None)),
        ("lost A holdout 20 days", Wanted("lost", ("A",), 0.2, 20)),
        ("流失客户：短信、电话 留10%不发", Wanted("lost", ("短信", "电话"), 0.1, None)),
        ("快流失 A B", Wanted("at_risk", ("A", "B"), 0.0, None)),
        ("lost holdout", Wanted("lost", ("A", "B"), 0.2, None)),
    ],
)
def test_a_plan_as_people_type_it(typed: str, plan: Wanted) -> None:
    assert wanted(typed) == plan


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("bargain hunters A B", "group"),
        ("allspice A B", "group"),
        ("all A A", "same"),
        ("all A holdout 0%", "holdout"),
        ("all A holdout 95%", "holdout"),
        ("all 500 days", "days"),
        ("all a b c d e f g", "versions"),
        ("all Holdout2 " + "x" * 50, "versions"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_reason(typed: str, why: str) -> None:
    with pytest.raises(UnclearSplit) as refused:
        wanted(typed)
    assert refused.value.why == why
    for language, said in (("en", "/split at risk A B"), ("zh", "/split 全部 A B")):
        assert said in RENDERER.problem(refused.value, language).html


def test_everybody_of_the_group_gets_one_version() -> None:
    trial = drawn(LIVELY, "all A B holdout 20%")
    people = trial.assigned().to_pandas()
    assert len(people) == people["customer"].nunique() == 120
    assert people["version"].value_counts().to_dict() == {"A": 48, "B": 48, HOLDOUT: 24}
    assert (trial.versions, trial.segment, trial.days, trial.made) == (("A", "B", HOLDOUT), "all", 14, TODAY)


def test_a_segment_is_the_one_that_segments_shows() -> None:
    for vocabulary, code in (("groups", "champions"), ("classes", "key_value")):
        asked = replace(ASKED, vocabulary=vocabulary)  # type: ignore[arg-type]
        told = analyse("segments", LIVELY, [], asked).report
        size = next(segment.customers for segment in told.segments if segment.code == code)
        assert drawn(LIVELY, f"{code} A B", asked).assigned().num_rows == size


def test_the_draw_is_the_same_for_the_same_seed_however_the_sheet_is_sorted() -> None:
    def versions(rows: list[dict[str, object]], seed: int) -> dict[str, str]:
        people = drawn(shop(rows), "all A B", replace(ASKED, seed=seed)).assigned().to_pandas()
        return dict(zip(people["customer"], people["version"], strict=True))

    assert versions(lively(), 5) == versions(list(reversed(lively())), 5)
    assert versions(lively(), 5) != versions(lively(), 6)


def test_contact_rules_are_kept_and_told() -> None:
    listed = customers({"customer": [f"c{n:03}" for n in range(120)], "Newsletter": ["no"] * 30 + ["yes"] * 90})
    target = replace(LIVELY, customers=listed)
    trial = drawn(target, "all A B")
    assert trial.assigned().num_rows == 90
    assert trial.left_out == {"said_no": 30}
    for language, words in (("en", "30 said no"), ("zh", "30 人说过不要推广")):
        assert words in RENDERER.outcome(asked_of(target, "all A B"), language).html
    # Who is in a trial that began today is in no other one, whether they got version A or nothing.
    again = kept(LIVELY, "champions A holdout 50%", sent=TODAY)
    (first,) = again.trials
    trial = drawn(again, "all X Y")
    assert trial.left_out == {"written_lately": len(first.written_to()), "held_back": len(first.held_back())}
    assert trial.assigned().num_rows == 120 - first.assigned().num_rows


def test_the_customer_list_alone_is_enough() -> None:
    target = Shop(customers=customers({"age": [20.0 + n for n in range(40)]}))
    trial = drawn(target, "file A B")
    assert trial.assigned().num_rows == 40
    assert drawn(target, "all A B").segment == "all"
    with pytest.raises(UnknownGroup):
        asked_of(LIVELY, "file A B")


def test_too_few_people_are_refused() -> None:
    with pytest.raises(TooFewCustomers) as refusal:
        asked_of(shop([line(f"c{n}", n, 5.0) for n in range(3)]), "all A B")
    assert (refusal.value.customers, refusal.value.needed) == (3, 4)
    with pytest.raises(TooFewCustomers):
        asked_of(shop([line(f"c{n}", n, 5.0) for n in range(20)]), "at risk")


def test_what_can_be_seen_is_told_by_the_shops_own_past() -> None:
    """Sixty customers order every ten days: of all, all would order within fourteen days anyway."""
    steady = shop([line(f"c{n}", day, 5.0) for n in range(60) for day in range(n % 10, 200, 10)])
    outlook = asked_of(steady, "all A holdout 50%").report.outlook
    assert outlook.base == 1.0
    assert outlook.smallest is None
    assert outlook.thin
    large = shop([line(f"c{n}", n % 300, 5.0) for n in range(4000)])
    outlook = asked_of(large, "all A holdout 50% 14 days").report.outlook
    assert outlook.base == pytest.approx(0.0)
    assert not outlook.thin


def test_a_second_tap_draws_no_second_trial() -> None:
    outcome = asked_of(kept(LIVELY, "all A B"), "all A B", replace(ASKED, seed=99))
    assert outcome.drafted is None
    assert outcome.report.trial.number == 1
    assert asked_of(kept(LIVELY, "all A B", sent=TODAY - timedelta(days=20)), "all A B").drafted is not None
    assert asked_of(kept(LIVELY, "all A B"), "all A C").drafted is not None


def test_a_list_has_contacts_and_the_version_and_nothing_else() -> None:
    rows = [{**row, "name": f"Person {row['customer']}", "phone": f"07700 9{row['customer'][1:]}"} for row in lively()]
    target = kept(named_shop(rows), "all A B holdout 20%")
    for words, versions, size in (("list 1 0", {"A"}, 48), ("list 1 1", {"B"}, 48), ("list 1", {"A", "B"}, 96)):
        document = asked_of(target, words).document
        assert document is not None
        frame = pd.read_csv(io.BytesIO(document.content))
        assert list(frame.columns) == ["Customer", "Name", "Phone", "Version"]
        assert (set(frame["Version"]), len(frame)) == (versions, size)
        assert frame["Name"].str.startswith("Person").all()
    held = asked_of(target, "list 1 2").document
    assert held is not None
    assert list(pd.read_csv(io.BytesIO(held.content)).columns) == ["Customer", "Name", "Phone"]


@pytest.mark.parametrize("words", ["trial 2", "list 2 0", "names 2", "method 9", "list 1 7"])
def test_trials_and_versions_that_are_not_there(words: str) -> None:
    with pytest.raises(UnknownTrial):
        asked_of(kept(LIVELY, "all A B"), words)


@pytest.mark.parametrize("words", ["trial", "trial x", "trial 1 2 3", "list ²", "trial " + "9" * 30])
def test_numbers_that_are_none(words: str) -> None:
    with pytest.raises(OptionError):
        asked_of(kept(LIVELY, "all A B"), words)


def finished(words: str, rate: dict[str, float], reach: int = 14) -> Shop:
    """A shop whose trial was sent today; of each version that share bought since."""
    target = kept(shop([line(f"c{n:03}", n % 300, 5.0 + n % 7) for n in range(400)]), words, sent=TODAY)
    people = target.trials[0].assigned().to_pandas()
    rows = [line(f"c{n:03}", n % 300, 5.0 + n % 7) for n in range(400)] + [line("late", 363 + reach, 5.0)]
    for version, share in rate.items():
        chosen = people["customer"][people["version"] == version]
        rows += [line(who, 364 + n % 9, 10.0 + n % 5) for n, who in enumerate(chosen[: round(share * len(chosen))])]
    return replace(shop(rows), trials=target.trials)


READ = {
    "waiting, nothing yet": (kept(LIVELY, "all A B", sent=TODAY), "waiting"),
    "waiting": (finished("all A B holdout 20%", {"A": 0.1}, reach=5), "waiting"),
    "worked": (finished("all A B holdout 25%", {"A": 0.3, "B": 0.35, HOLDOUT: 0.05}), "worked"),
    "one worked": (finished("all A B holdout 25%", {"A": 0.15, "B": 0.35, HOLDOUT: 0.14}), "worked"),
    "harmed": (finished("all A holdout 50%", {"A": 0.02, HOLDOUT: 0.2}), "harmed"),
    "no sign": (finished("all A holdout 50%", {"A": 0.12, HOLDOUT: 0.1}), "no_sign"),
    "B": (finished("all A B", {"A": 0.1, "B": 0.3}), "worked"),
    "A": (finished("all A B", {"A": 0.3, "B": 0.1}), "harmed"),
    "neither": (finished("all A B C", {"A": 0.1, "B": 0.1, "C": 0.12}), "no_sign"),
    "nobody bought": (finished("all A B holdout 20%", {}), "no_sign"),
}
LATER = replace(ASKED, today=TODAY + timedelta(days=20))


@pytest.mark.parametrize(("target", "verdict"), READ.values(), ids=READ.keys())
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_has_its_words(target: Shop, verdict: str, language: str) -> None:
    outcome = asked_of(target, "trial 1", replace(LATER, language=language))
    assert outcome.report.trial.reading.verdict == verdict
    assert (outcome.chart is not None) == (verdict not in {"waiting", "untrusted"})
    said = RENDERER.outcome(outcome, language)
    assert 30 < said.visible <= {"en": 760, "zh": 460}[language]
    assert len(said.html.splitlines()) <= 14
    assert "None" not in said.html
    assert "nan" not in said.html
    line_of_it = RENDERER.say("trial", "line", language, reading=outcome.report.trial.reading)
    assert 10 < line_of_it.visible < 140


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_to_be_trusted_is_said(language: str) -> None:
    target = READ["worked"][0]
    reading = read_out(target.trials[0], target, None)
    for reason in ("strangers", "sample_ratio"):
        told = replace(reading, verdict="untrusted", reason=reason)
        trials = (replace(target.trials[0], result=dumped(told)),)
        outcome = asked_of(replace(target, trials=trials), "trial 1", LATER)
        assert outcome.chart is None
        assert 50 < RENDERER.outcome(outcome, language).visible < 500


def say(target: Shop, words: str, language: str) -> Reply:
    return RENDERER.outcome(asked_of(target, words, replace(LATER, language=language)), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_leads_somewhere(language: str) -> None:
    pending, seen = (
        [(LIVELY, ""), (kept(LIVELY, "all A B holdout 20%"), ""), (READ["worked"][0], "")],
        set[tuple[int, str]](),
    )
    while pending:
        target, words = pending.pop()
        seen.add((id(target), words))
        for row in say(target, words, language).keyboard:
            for button in row:
                to = button.data.removeprefix("~")
                assert len(to.encode()) <= 48
                rest = to.removeprefix("split").strip()
                if to.startswith("split") and (id(target), rest) not in seen:
                    pending.append((target, rest))
    assert {"all", "trial 1", "names 1", "list 1 0", "list 1 1", "method 1"} <= {words for _, words in seen}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "words", ["", "all A B holdout 20%", "trial 1", "names 1", "names 1 1", "list 1 0", "method 1"]
)
def test_every_side_of_the_answer_fits_a_screen(words: str, language: str) -> None:
    said = say(kept(LIVELY, "at_risk A B"), words, language)
    assert 10 < said.visible <= {"en": 840, "zh": 460}[language]
    assert len(said.html.splitlines()) <= 16


def test_hostile_labels_stay_text() -> None:
    target = kept(LIVELY, "all <b>x</b> =cmd()")
    assert "<b>x" not in say(target, "trial 1", "en").html
    document = asked_of(target, "list 1 0").document
    assert document is not None
    assert not set(document.filename) & set("<>/\\:")
    assert b",'=cmd()" in (asked_of(target, "list 1 2").document or document).content


def test_the_answer_without_words_offers_groups_and_shows_trials() -> None:
    report = asked_of(kept(LIVELY, "champions A B"), "").report
    assert isinstance(report, SplitReport)
    assert [choice.group for choice in report.choices][-1] == "all"
    assert all(choice.people >= report.fewest for choice in report.choices)
    assert [trial.number for trial in report.running] == [1]
    assert split.run(Shop(customers=customers({"age": [3.0]})), split.options([], ASKED)).choices == ()


def test_the_days_follow_the_shops_rhythm() -> None:
    weekly = shop([line(f"c{n}", day, 5.0) for n in range(40) for day in range(n % 5, 100, 5)])
    slow = shop([line(f"c{n}", day, 5.0) for n in range(40) for day in range(n % 80, 800, 80)])
    assert [drawn(target, "all A B").days for target in (weekly, LIVELY, slow)] == [7, 14, 30]
    assert drawn(weekly, "all A B 10 days").days == 10


def test_without_a_clock_it_is_made_on_the_last_day_of_the_orders() -> None:
    assert drawn(shop([line(f"c{n}", n, 5.0) for n in range(40)]), "all A B", Asked()).made == date(2026, 2, 9)
