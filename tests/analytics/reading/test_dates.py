from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from analytics.reading.dates import parse_dates


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2024-03-05", "2024-03-05"),
        ("2024-03-05 07:08:09", "2024-03-05T07:08:09"),
        ("2024-03-05T07:08:09.250", "2024-03-05T07:08:09.250"),
        ("2024/3/5 7:08", "2024-03-05T07:08"),
        ("05.03.2024", "2024-03-05"),
        ("13/3/24", "2024-03-13"),
        ("3/13/24 3:05 PM", "2024-03-13T15:05"),
        ("20140919", "2014-09-19"),
        ("20140919073005", "2014-09-19T07:30:05"),
        ("45356", "2024-03-05"),
        ("45356.5", "2024-03-05T12:00"),
        ("1709600000", "2024-03-05T00:53:20"),
        ("1709600000000", "2024-03-05T00:53:20"),
        ("2024年3月5日", "2024-03-05"),
        ("2024年3月5日 下午3:20", "2024-03-05T15:20"),
        ("二〇二四年三月十五日", "2024-03-15"),
        ("民國113年3月5日", "2024-03-05"),
        ("5 Mar 2024", "2024-03-05"),
        ("March 5, 2024", "2024-03-05"),
        ("Dec 1, 2023 9:05:03 AM PST", "2023-12-01T09:05:03"),
        ("2024-03", "2024-03-01"),
        ("２０２４－０３－０５", "2024-03-05"),
    ],
)
def test_reads_notation(text: str, time: str) -> None:
    assert parse_dates(pa.array([text])).times[0] == np.datetime64(time, "us")


@pytest.mark.parametrize(
    "text", ["9999-12-31", "2024-02-30", "0000-00-00", "31/31/2024", "2023年2月29日", "0001-01-01"]
)
def test_impossible_dates_are_told_from_unreadable_ones(text: str) -> None:
    dates = parse_dates(pa.array([text, "soon"]))
    assert dates.impossible.tolist() == [True, False]
    assert np.isnat(dates.times).all()


def test_one_day_above_twelve_decides_for_the_column() -> None:
    dates = parse_dates(pa.array(["3/5/24", "13/5/24"]))
    assert dates.day_first is True
    assert dates.voted
    assert dates.times[0] == np.datetime64("2024-05-03")


def test_month_above_twelve_decides_the_other_way() -> None:
    dates = parse_dates(pa.array(["3/5/24", "5/13/24"]))
    assert dates.day_first is False
    assert dates.voted
    assert dates.times[0] == np.datetime64("2024-03-05")


def test_owner_decides_where_the_column_does_not() -> None:
    dates = parse_dates(pa.array(["3/5/24"]), day_first=True)
    assert dates.times[0] == np.datetime64("2024-05-03")
    assert not dates.voted


def test_zone_is_dropped_and_told_and_wall_time_stays() -> None:
    dates = parse_dates(pa.array(["2011-12-08 15:41:00 +0000", "2011-12-08T15:41:00+08:00", "2011-12-08 15:41"]))
    assert set(dates.times.tolist()) == {np.datetime64("2011-12-08T15:41", "us").item()}
    assert dates.zoned.tolist() == [True, True, False]


def test_plain_numbers_are_no_dates() -> None:
    assert np.isnat(parse_dates(pa.array(["12", "536365", "99999", "1.5"])).times).all()
