from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

from analytics.lists import as_csv


def cells(frame: pd.DataFrame) -> list[list[str]]:
    return list(csv.reader(io.StringIO(as_csv("list", frame).content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("blank", ["", " ", "  ", "\u00a0", "\u3000", "\ufeff"])
def test_a_text_that_begins_like_a_formula_is_made_harmless(begin: str, blank: str) -> None:
    text = f"{blank}{begin}cmd|' /C calc'!A1"
    assert cells(pd.DataFrame({"Name": [text]}))[1] == [f"'{text}"]


def test_a_formula_behind_tab_and_blanks_is_made_harmless() -> None:
    assert cells(pd.DataFrame({"Name": [" \t =1+1"]}))[1] == ["' \t =1+1"]


def test_a_header_that_begins_like_a_formula_is_made_harmless() -> None:
    assert cells(pd.DataFrame({"=HYPERLINK()": ["a"]}))[0] == ["'=HYPERLINK()"]


@pytest.mark.parametrize("text", ["Ann", "a=b", "1+1", "小满茶铺", "🍵", "", "<b>&", 'say "hi", twice', "two\r\nlines"])
def test_any_other_text_is_left_alone(text: str) -> None:
    assert cells(pd.DataFrame({"Name": [text], "Other": ["x"]}))[1] == [text, "x"]


def test_numbers_stay_numbers_also_below_zero() -> None:
    frame = pd.DataFrame({"whole": [-3], "money": [-12.5], "mixed": pd.Series([-7], dtype=object), "yes": [True]})
    assert cells(frame)[1] == ["-3", "-12.5", "-7", "True"]


def test_categories_are_texts() -> None:
    frame = pd.DataFrame({"Name": pd.Categorical(["=1", "b", None])})
    assert cells(frame)[1:] == [["'=1"], ["b"], [""]]


def test_columns_of_the_same_name_are_all_made_harmless() -> None:
    assert cells(pd.DataFrame([["=1", "=2"]], columns=["Town", "Town"]))[1] == ["'=1", "'=2"]


def test_gaps_are_empty() -> None:
    assert cells(pd.DataFrame({"Name": ["a", None], "Age": [1.5, None]}))[2] == ["", ""]


def test_the_frame_itself_is_not_changed() -> None:
    frame = pd.DataFrame({"=Name": ["=1"]})
    as_csv("list", frame)
    assert frame.to_dict("list") == {"=Name": ["=1"]}


def test_excel_is_told_that_it_is_unicode() -> None:
    document = as_csv("冠军客户", pd.DataFrame({"姓名": ["王"]}))
    assert document.filename == "冠军客户.csv"
    assert document.content == "\ufeff姓名\r\n王\r\n".encode()


def test_an_empty_list_has_its_header() -> None:
    assert cells(pd.DataFrame({"Name": pd.Series([], dtype=object)})) == [["Name"]]
