from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.sms import ALPHABET, BASIC, EXTENSION, Length, length


def test_the_alphabet_is_that_of_the_standard() -> None:
    # 128 places, of which one is the escape; CR and LF among them.
    assert len(BASIC) == 127
    assert len(EXTENSION) == 10


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", Length(0, 160, 1)),
        ("a" * 160, Length(160, 160, 1)),
        ("a" * 161, Length(161, 160, 2)),
        ("a" * 306, Length(306, 160, 2)),
        ("a" * 307, Length(307, 160, 3)),
        ("€" * 80, Length(160, 160, 1)),
        ("€" * 81, Length(162, 160, 2)),
        ("[]{}^~|\\", Length(16, 160, 1)),
        ("£@àé\n", Length(5, 160, 1)),
        ("中" * 70, Length(70, 70, 1)),
        ("中" * 71, Length(71, 70, 2)),
        ("中" * 134, Length(134, 70, 2)),
        ("中" * 135, Length(135, 70, 3)),
        ("a" * 69 + "’", Length(70, 70, 1)),
        ("hi 👋", Length(5, 70, 1)),
        ("👋" * 35, Length(70, 70, 1)),
        ("👋" * 36, Length(72, 70, 2)),
        ("【茶小铺】您好，生日快乐。退订回T", Length(17, 70, 1)),
    ],
)
def test_known_lengths(text: str, told: Length) -> None:
    assert length(text) == told


def test_a_sign_of_two_places_is_not_cut_in_half() -> None:
    # 152 + the € would need 154 of 153 places: the € goes into the second part, and the last sign into a third.
    assert length("a" * 152 + "€" + "a" * 151).parts == 2
    assert length("a" * 152 + "€" + "a" * 152).parts == 3
    # 66 + a pair would need 68 of 67.
    assert length("中" * 66 + "👋" + "中" * 65).parts == 2
    assert length("中" * 66 + "👋" + "中" * 66).parts == 3


@given(st.text(max_size=400))
def test_places_are_those_of_the_encoding(text: str) -> None:
    told = length(text)
    if set(text) <= ALPHABET:
        assert told.signs == len(text) + sum(sign in EXTENSION for sign in text)
    else:
        assert told.signs == len(text.encode("utf-16-be", "surrogatepass")) // 2
    assert told.fits == (told.signs <= told.room)


@given(st.text(max_size=200), st.text(max_size=200))
def test_more_words_never_make_it_shorter(one: str, other: str) -> None:
    assert length(one + other).parts >= length(one).parts
