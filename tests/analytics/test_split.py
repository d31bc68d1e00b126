from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from analytics import split
from analytics.analysis import Asked, Outcome
from analytics.dataset import Shop
from analytics.errors import OptionError, TooFewCustomers, UnclearSplit, UnknownGroup, UnknownTrial
from analytics.language import LANGUAGES
from analytics.readout import dumped, read_out
from analytics.registry import analyse
from analytics.repeats import Together
from analytics.samples import Share
from analytics.shown_trials import Clash
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
    # Of 120 people in all nothing but a jump would have been seen, and it is said so.
    keys = [button.label for row in said.keyboard for button in row]
    if outcome.report.trial.reading.thin:
        assert {"en": "Too few to tell", "zh": "人太少"}[language] in said.html.splitlines()[0] or target is READ[
            "neither"
        ][0]
        assert {"en": "Try it again", "zh": "再试一次"}[language] in keys
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


def test_people_of_another_test_are_pointed_out_and_can_be_left_out() -> None:
    first = replace(drawn(LIVELY, "champions A B"), number=1)
    many = first.assigned().num_rows
    second = replace(drawn(LIVELY, "all X Y"), number=2)
    target = replace(LIVELY, trials=(first, second))
    clash = asked_of(target, "trial 2").report.trial.clash
    assert clash == Clash(1, many, None)
    assert asked_of(target, "trial 1").report.trial.clash == Clash(2, many, None)
    fewer = asked_of(target, "apart 2").drafted
    assert fewer is not None
    assert (fewer.number, fewer.left_out) == (2, {"elsewhere": many})
    before = dict(zip(*second.assigned().to_pydict().values(), strict=True))
    after = dict(zip(*fewer.assigned().to_pydict().values(), strict=True))
    assert after == {who: version for who, version in before.items() if who not in first.written_to()}
    assert asked_of(replace(target, trials=(first, fewer)), "trial 2").report.trial.clash is None
    # Nobody is left where all are in the other one, and nothing of a test that was sent is changed.
    with pytest.raises(TooFewCustomers):
        asked_of(target, "apart 1")
    sent = replace(target, trials=(first, replace(second, sent=TODAY)))
    assert asked_of(sent, "apart 2").drafted is None


def test_a_test_that_is_over_is_in_nobodys_way() -> None:
    first, second = (replace(drawn(LIVELY, words), number=n) for n, words in enumerate(("all A B", "all X Y"), 1))
    for days, clash in ((13, Clash(1, 120, TODAY + timedelta(days=1))), (14, None)):
        running = replace(first, sent=TODAY - timedelta(days=days))
        assert asked_of(replace(LIVELY, trials=(running, second)), "trial 2").report.trial.clash == clash


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_clash_is_told_with_what_to_do(language: str) -> None:
    first, second = (replace(drawn(LIVELY, words), number=n) for n, words in enumerate(("champions A B", "all X Y"), 1))
    told = {
        "en": ("as well", "Leave them out", "Drop test 1", "wait until"),
        "zh": ("也在测试 1 里", "去掉这些人", "不做测试 1", "等它"),
    }
    words, leave, drop, wait = told[language]
    said = say(replace(LIVELY, trials=(first, second)), "trial 2", language)
    keys = [button.label for row in said.keyboard for button in row]
    assert words in said.html
    assert {leave, drop} <= set(keys)
    assert said.visible <= {"en": 760, "zh": 420}[language]
    running = replace(LIVELY, trials=(replace(first, sent=LATER.today), second))
    said = say(running, "trial 2", language)
    keys = [button.label for row in said.keyboard for button in row]
    assert wait in said.html
    assert leave in keys
    assert drop not in keys


@pytest.mark.parametrize("language", LANGUAGES)
def test_too_small_a_test_leads_to_a_larger_one(language: str) -> None:
    target = kept(LIVELY, "at_risk A holdout 20%")
    page = asked_of(target, "trial 1").report.trial
    assert asked_of(target, "trial 1").report.outlook.thin
    assert (page.wider, page.again) == ("split all A holdout 20%", "split at_risk A holdout 20%")
    assert asked_of(target, "all A holdout 20%").drafted is not None
    said = say(target, "trial 1", language)
    assert "split all A holdout 20%" in [button.data for row in said.keyboard for button in row]
    assert {"en": "send each list", "zh": "按名单各发"}[language] not in said.html
    assert asked_of(kept(LIVELY, "all A B"), "trial 1").report.trial.wider is None
    long = " ".join(f"version{n}number" for n in range(4))
    assert asked_of(kept(LIVELY, f"champions {long}"), "trial 1").report.trial.wider == "split"


@pytest.mark.parametrize("language", LANGUAGES)
def test_tests_that_are_repeated_are_added_up(language: str) -> None:
    target = finished("all A holdout 50%", {"A": 0.12, HOLDOUT: 0.1})
    assert asked_of(target, "trial 1", LATER).report.trial.together is None
    target = replace(target, trials=(target.trials[0], replace(target.trials[0], number=2)))
    both = asked_of(target, "trial 2", LATER).report.trial.together
    assert both is not None
    assert (both.numbers, both.held, both.written) == ((1, 2), Share(400, 40), Share(400, 48))
    said = say(target, "trial 2", language)
    assert {"en": "Together with test 1: 48 of 400", "zh": "和测试 1 合起来：发了的 400 人里 48 人"}[
        language
    ] in said.html
    assert said.visible <= {"en": 760, "zh": 420}[language]
    first, second = target.trials
    alone = replace(target, trials=(first, replace(second, segment="champions")))
    assert asked_of(alone, "trial 2", LATER).report.trial.together is None
    versions = ["B" if version == "A" else version for version in second.assigned()["version"].to_pylist()]
    people = second.assigned().set_column(1, "version", pa.array(versions))
    other = replace(target, trials=(first, replace(second, versions=("B", HOLDOUT), people=people)))
    assert asked_of(other, "trial 2", LATER).report.trial.together is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("verdict", "next_step"), [("worked", ("go on sending", "接着发")), ("harmed", ("do not send", "别再发"))]
)
def test_what_repeats_prove_together_is_the_next_step(verdict: str, next_step: tuple[str, str], language: str) -> None:
    reading = read_out((target := READ["no sign"][0]).trials[0], target, None)
    both = Together((1, 2), Share(40, 2), Share(160, 40), verdict)  # type: ignore[arg-type]
    said = RENDERER.say("trial", "result", language, reading=reading, together=both)
    assert next_step[language == "zh"] in said.html.splitlines()[-1]


@pytest.mark.parametrize(("language", "hardly"), [("en", "hardly any of them"), ("zh", "几乎没人会自己下单")])
def test_a_share_of_next_to_nothing_is_called_so(language: str, hardly: str) -> None:
    large = shop([line(f"c{n}", n % 300, 5.0) for n in range(1200)])
    assert hardly in say(large, "all A holdout 50% 14 days", language).html
