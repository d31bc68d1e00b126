"""A test as people type it; what is missing is asked for, with the line to finish."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.errors import Problem, UnclearTest, UnfinishedTest
from analytics.samples import Money, Share
from analytics.typed_tests import Said, Smallest, is_test, read


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("A 1000 50 B 1000 65", ["A", "B"]),
        ("a 1,000 50 b 1,000 65", ["a", "b"]),
        ("50/1000 vs 65/1000", ["A", "B"]),
        ("50/1000 65/1000", ["A", "B"]),
        ("50/1000 对 65/1000", ["A", "B"]),
        ("1000 50 1000 65", ["A", "B"]),
        ("A：发1000 成交50；B：发1000 成交65", ["A", "B"]),
        ("A组发了1000人成交50人，B组发了1000人成交65人", ["A组", "B组"]),
        ("Ａ １０００ ５０ Ｂ １０００ ６５", ["A", "B"]),
        ("A 50/1000; B 65/1000", ["A", "B"]),
        ("A: 50 of 1000, B: 65 of 1000", ["A", "B"]),
        ("A 1000 recipients 50 purchases B 1000 recipients 65 purchases", ["A", "B"]),
        ("A 1000 5% B 1000 6.5%", ["A", "B"]),
        ("A 0.1万 50 B 1k 65", ["A", "B"]),
        ("旧 1000人 50单 新 1000人 65单", ["旧", "新"]),
        ("gate_30 1000 50 gate_40 1000 65", ["gate_30", "gate_40"]),
        ("old page 1000 50 new page 1000 65", ["old page", "new page"]),
        ("“50% off” 1000 50 “Free post” 1000 65", ["50% off", "Free post"]),
        ("I sent A to 1000 and 50 bought, B to 1000 and 65 bought", ["A", "B"]),
        ("50/1.000 or 65/1.000", ["A", "B"]),
        ("旧版：推送 1000 人，下单 50 人；新版：推送 1000 人，下单 65 人", ["旧版", "新版"]),
        ("1000人里50个买了，1000人里65个买了，哪个好", ["A", "B"]),
        ("哪个版本好：旧版 1000 50，新版 1000 65", ["旧版", "新版"]),
        ("Which one is better? Old 1000 50, new 1000 65", ["Old", "new"]),
    ],
)
def test_shares_are_read_as_people_type_them(text: str, labels: list[str]) -> None:
    found = read(text).versions
    assert [version.label for version in found] == labels
    assert [version.seen for version in found] == [Share(1000, 50), Share(1000, 65)]


@pytest.mark.parametrize(
    "text",
    [
        "A 1000 12.4 30.1 B 1000 13.9 33.0",
        "A 1,000 12,40 30,1 B 1.000,0 13,9 33",
        "1000 12.4 30.1 1000 13.9 33",
        "A n=1000 mean=12.4 sd=30.1 B n=1000 mean=13.9 sd=33",
        "A 1000 ¥12.4±30.1; B 1000 ¥13.9±33",
        "A 1000人 平均12.4元 标准差30.1 B 1000人 平均13.9元 标准差33",
        "A １０００ １２.４ ３０.１ B 1000 13.9 33",
    ],
)
def test_money_is_people_mean_and_deviation(text: str) -> None:
    assert [version.seen for version in read(text).versions] == [
        Money.typed(1000, 12.4, 30.1),
        Money.typed(1000, 13.9, 33.0),
    ]


def test_a_mean_may_be_negative() -> None:
    first, _ = read("A 1000 -2.5 30.1 B 1000 −1 33.0").versions
    assert first.seen == Money.typed(1000, -2.5, 30.1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("worth 1%", Said(smallest=Smallest(0.01, percent=True))),
        ("matters 1 point", Said(smallest=Smallest(0.01, percent=True))),
        ("值得 1%", Said(smallest=Smallest(0.01, percent=True))),
        ("值得 0.5 个百分点", Said(smallest=Smallest(0.005, percent=True))),
        ("worth 2", Said(smallest=Smallest(2, percent=False))),
        ("值得 2元", Said(smallest=Smallest(2, percent=False))),
        ("split 70/30", Said(parts=(70, 30))),
        ("分流 70：30", Said(parts=(70, 30))),
        ("planned", Said(planned=True)),
        ("按计划", Said(planned=True)),
        ("over", Said(planned=True)),
        ("it is over", Said(planned=True)),
        ("已经结束了", Said(planned=True)),
        ("#3 over", Said(number=3, planned=True)),
        ("#3 anew", Said(number=3, anew=True)),
        ("#3 control 2", Said(number=3, position=2)),
        ("#12", Said(number=12)),
        ("on Retention 7", Said(measure="Retention 7")),
        ("", Said()),
    ],
)
def test_how_to_read_it_may_be_said_alone_or_behind_a_test(words: str, said: Said) -> None:
    assert read(words) == said
    if said.measure is None and said.number is None:
        behind = read(f"A 1000 50 B 1000 65 {words}")
        assert len(behind.versions) == 2
        assert (behind.smallest, behind.parts, behind.planned) == (said.smallest, said.parts, said.planned)


@pytest.mark.parametrize(
    "words", ["not over", "it isn't finished", "when it is over", "not planned", "还没结束", "测试没有结束", "没按计划"]
)
def test_a_test_that_goes_on_has_no_last_look(words: str) -> None:
    said = read(f"A 1000 50 B 1000 65 {words}")
    assert (len(said.versions), said.planned) == (2, False)


@pytest.mark.parametrize("words", ["blue is the old one", "blue is control", "blue是对照组"])
def test_the_old_version_may_be_named(words: str) -> None:
    assert read(f"red 1000 50 blue 1000 65 {words}").control == "blue"


@pytest.mark.parametrize(
    ("text", "lacks", "line", "offered"),
    [
        ("A 1000 50", "second", "A 1000 50 B … …", ()),
        ("B 1000 12.4 30", "second", "B 1000 12.4 30 A … … …", ()),
        ("A 1000 50 B 1000", "numbers", "A 1000 50 B 1000 …", ()),
        ("A 50 B 65", "did", "A 50 … B 65 …", ("50/200 65/200", "50/500 65/500")),
        ("A 5% B 6%", "rate_people", "A … 5% B … 6%", ()),
        ("5% vs 6.5%", "rate_people", "A … 5% B … 6.5%", ("200 5% 200 6.5%",)),
        ("A 1000/50", "second", "A 1000 50 B … …", ()),
        ("A 1000/50 B 1000/65", "swapped", "A 1000 50 B 1000 65", ("A 1000 50 B 1000 65",)),
        ("A 1000 12.4 B 1000 13.9", "spread", "A 1000 12.4 … B 1000 13.9 …", ("A 1000 12.4% B 1000 13.9%",)),
        ("A 900 300 50 B 900 320 65", "meaning", "A 900 300 50 B 900 320 65 money", ("A 900 50 B 900 65",)),
    ],
)
def test_a_missing_piece_is_asked_for(text: str, lacks: str, line: str, offered: tuple[str, ...]) -> None:
    with pytest.raises(UnfinishedTest) as asked:
        read(text)
    assert (asked.value.lacks, asked.value.line) == (lacks, line)
    words = tuple(words for words, _ in asked.value.available)
    assert words[: len(offered)] == offered
    for choice in words:
        assert len(read(choice).versions) == 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hello", "numbers"),
        ("A 1000 50 B 1000 65 70", "numbers"),
        ("A 50/40 B 10/40", "more_than_people"),
        ("A 0 0 B 10 1", "nobody"),
        ("A 9999999999 50 B 1000 65", "too_many"),
        ("A 1000 12.4 -3 B 1000 12 3", "negative"),
        ("A 1000.5 10 3 B 1000 12 3", "not_whole"),
        ("A 1000 50 A 1000 65", "same"),
        ("A 1000 1200 B 1000 65", "more_than_people"),
        (" ".join(f"v{i} 100 5" for i in range(41)), "many"),
    ],
)
def test_what_is_no_test_is_said_so(text: str, why: str) -> None:
    with pytest.raises(UnclearTest) as refusal:
        read(text)
    assert refusal.value.why == why


SIGNS = st.text('AB甲乙 012359.,/%-±e万k：；#"“”worthsplit值得\n', max_size=60)


@given(SIGNS | st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    try:
        found = read(text).versions
    except Problem:
        return
    assert not found or 2 <= len(found) <= 40


@given(st.lists(st.tuples(st.integers(1, 10**9), st.floats(0, 1)), min_size=2, max_size=40))
@settings(max_examples=100, deadline=None)
def test_counts_come_back_as_they_were_typed(pairs: list[tuple[int, float]]) -> None:
    shares = [Share(n, int(part * n)) for n, part in pairs]
    text = " ".join(f"v{at} {share.successes}/{share.n}" for at, share in enumerate(shares))
    assert [version.seen for version in read(text).versions] == shares


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("120/1000 vs 150/1000", True),
        ("A：发1000 成交50；B：发1000 成交65", True),
        ("which is better, 50 of 1000 or 65 of 1000?", True),
        ("A 1000 50", False),
        ("A 5% B 6.5%", True),
        ("5% 对 6.5%？", True),
        ("5% off or 10% off", False),
        ("A 1000/50", True),
        ("A 1000/50 B 1000/65", True),
        ("25/12 or 26/12", False),
        ("9999999999/5 or 9999999999/6", False),
        ("A 2/3", False),
        ("from 2026-01-01 to 2026-02-01", False),
        ("ring me at 138 0000 1111", False),
        ("A 10 3 B 10 5", False),
        ("1000 50 1000 65 " * 40, False),
        ("hello", False),
    ],
)
def test_a_plain_sentence_is_a_test_where_nothing_else_can_be_meant(text: str, test: bool) -> None:
    assert is_test(text) is test
