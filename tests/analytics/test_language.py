from __future__ import annotations

from datetime import date

import pytest

from analytics import language, lifecycle, plays, reach, rfm, stages, typed_splits

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize("reader", language.LANGUAGES)
@pytest.mark.parametrize("vocabulary", rfm.VOCABULARIES)
def test_every_segment_has_a_name_of_its_own(vocabulary: str, reader: str) -> None:
    names = [language.named(code, reader) for code in rfm.VOCABULARIES[vocabulary]]
    assert all(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("reader", language.LANGUAGES)
def test_there_are_names_for_nothing_else(reader: str) -> None:
    lives = {f"stage_{code}" for code in (*lifecycle.STAGES, stages.SLIPPING)}
    to_whom = {*rfm.GROUPS, *rfm.CLASSES, typed_splits.ALL, typed_splits.FILE}
    what = {f"play_{kind}" for kind in plays.KINDS}
    why_not = set(reach.REASONS)
    assert set(language.NAMES[reader]) == to_whom | lives | what | why_not
    for codes in (to_whom, lives, what, why_not):
        assert len({language.NAMES[reader][code] for code in codes}) == len(codes)


def test_headers_are_the_same_columns_in_both_languages() -> None:
    assert list(language.HEADERS["en"]) == list(language.HEADERS["zh"])
    assert all(len(set(headers.values())) == len(headers) for headers in language.HEADERS.values())


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (0, "£0", "£0"),
        (0.004, "£0", "£0"),
        (0.5, "£0.50", "£0.50"),
        (5, "£5", "£5"),
        (9.5, "£9.50", "£9.50"),
        (9.999, "£10", "£10"),
        (12.4, "£12", "£12"),
        (-5, "−£5", "−£5"),
        (-0.001, "£0", "£0"),
        (999.5, "£1,000", "£1,000"),
        (9994.9, "£9,995", "£9,995"),
        (9999.9, "£10,000", "£1万"),
        (84_000, "£84,000", "£8.4万"),
        (-84_000, "−£84,000", "−£8.4万"),
        (999_499, "£999,499", "£99.9万"),
        (999_999, "£1M", "£100万"),
        (1_161_817.38, "£1.16M", "£116万"),
        (123_456_789, "£123M", "£1.23亿"),
        (2.5e9, "£2.5bn", "£25亿"),
        (3e12, "£3tn", "£3万亿"),
    ],
)
def test_money(value: float, english: str, chinese: str) -> None:
    assert (language.money(value, "GBP", "en"), language.money(value, "GBP", "zh")) == (english, chinese)


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (0, "0", "0"),
        (-0.001, "0", "0"),
        (5.25, "5.25", "5.25"),
        (-1234, "−1,234", "−1,234"),
        (84_000, "84,000", "8.4万"),
    ],
)
def test_money_of_an_unknown_currency_has_no_sign(value: float, english: str, chinese: str) -> None:
    assert (language.money(value, None, "en"), language.money(value, None, "zh")) == (english, chinese)


@pytest.mark.parametrize(
    ("currency", "english", "chinese"),
    [("CNY", "CN¥5", "¥5"), ("USD", "$5", "US$5"), ("EUR", "€5", "€5"), ("CHF", f"CHF{SPACE}5", f"CHF{SPACE}5")],
)
def test_signs_of_currencies(currency: str, english: str, chinese: str) -> None:
    assert (language.money(5, currency, "en"), language.money(5, currency, "zh")) == (english, chinese)


@pytest.mark.parametrize("reader", language.LANGUAGES)
@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0%"),
        (0.0004, "0%"),
        (-0.0004, "0%"),
        (0.004, "0.4%"),
        (0.0994, "9.9%"),
        (0.0996, "10%"),
        (0.614, "61%"),
        (1, "100%"),
        (-0.05, "−5%"),
        (12.3, "1230%"),
    ],
)
def test_percent(share: float, text: str, reader: str) -> None:
    assert language.percent(share, reader) == text


@pytest.mark.parametrize("reader", language.LANGUAGES)
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.001, "0"),
        (0.43, "0.43"),
        (6.5, "6.5"),
        (-6.5, "−6.5"),
        (99.96, "100"),
        (112.4, "112"),
        (12345.6, "12,346"),
    ],
)
def test_numbers_have_as_many_decimals_as_they_deserve(value: float, text: str, reader: str) -> None:
    assert language.number(value, reader) == text


@pytest.mark.parametrize("reader", language.LANGUAGES)
@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (25_900, "25,900"), (-3.4, "−3"), (-0.2, "0"), (1e9, "1,000,000,000")]
)
def test_counts(value: float, text: str, reader: str) -> None:
    assert language.count(value, reader) == text


@pytest.mark.parametrize("reader", language.LANGUAGES)
def test_ratios_can_be_compared(reader: str) -> None:
    assert [language.ratio(value, reader) for value in (0.4, 0.408, 1, -0.001)] == ["0.40", "0.41", "1.00", "0.00"]


def test_days_and_months() -> None:
    moment = date(2011, 12, 9)
    assert (language.day(moment, "en"), language.day(moment, "zh")) == ("9 Dec 2011", "2011年12月9日")
    assert (language.month(moment, "en"), language.month(moment, "zh")) == ("Dec 2011", "2011年12月")


@pytest.mark.parametrize(
    ("first", "last", "english", "chinese"),
    [
        (date(2010, 12, 1), date(2011, 12, 9), "Dec 2010 – Dec 2011", "2010年12月至2011年12月"),
        (date(2011, 12, 1), date(2011, 12, 9), "1 Dec 2011 – 9 Dec 2011", "2011年12月1日至2011年12月9日"),
        (date(2011, 12, 9), date(2011, 12, 9), "9 Dec 2011", "2011年12月9日"),
    ],
)
def test_periods(first: date, last: date, english: str, chinese: str) -> None:
    assert (language.period(first, last, "en"), language.period(first, last, "zh")) == (english, chinese)


@pytest.mark.parametrize("said", ["at_risk", "At Risk", "AT_RISK", "有流失风险的客户", "At risk"])
def test_a_group_is_known_by_its_code_and_by_its_name_in_either_language(said: str) -> None:
    assert language.coded(said, ("at_risk", "lost")) == "at_risk"
    assert language.coded(said, ("lost",)) is None
    assert language.coded("nobody", ("lost",)) is None


def test_money_of_one_person_keeps_its_pennies() -> None:
    said = [language.per_head(value, "GBP", "en") for value in (12.4, 0.6, -3.456, 250.4)]
    assert said == ["£12.40", "£0.60", "−£3.46", "£250"]
    assert language.per_head(13.9, None, "zh") == "13.90"
    assert language.per_head(-0.001, "CNY", "zh") == "¥0.00"
