"""What the demo offers to send is as fresh as an export of yesterday, and the same shop."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analytics.choices import Choices
from analytics.dataset import Dataset, Role
from analytics.reading import read
from bot.resources import SAMPLES
from bot.simulator.samples import up_to


def orders(folder: Path, language: str) -> Dataset:
    file = folder / language / {"en": "orders.csv", "zh": "订单.csv"}[language]
    (dataset,) = read(file.read_bytes(), file.name, Choices())
    return dataset


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("day", [date(2027, 2, 28), date(2026, 1, 1)])
def test_the_last_order_is_of_that_day_and_only_days_have_changed(tmp_path: Path, day: date, language: str) -> None:
    before, after = orders(SAMPLES, language).frame(), orders(up_to(day, SAMPLES, tmp_path), language).frame()
    assert after[Role.TIME].max().date() <= day
    moved = after[Role.TIME] - before[Role.TIME]
    assert moved.min() == moved.max()
    pd.testing.assert_frame_equal(after.drop(columns=Role.TIME), before.drop(columns=Role.TIME))
