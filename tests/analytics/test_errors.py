from __future__ import annotations

import dataclasses
import pickle
from datetime import date
from typing import Any, get_type_hints

import pytest

from analytics import errors

SAMPLES: dict[Any, Any] = {str: "顾客.csv", int: 31, bool: True, tuple[str, ...]: ("日期", "=1+1")}
SAMPLES[tuple[tuple[str, str], ...]] = (("place", "地区"),)
SAMPLES[float | None] = 0.25
SAMPLES[str | None] = "5%"
SAMPLES[tuple[tuple[int, str], ...]] = ((2, "clicked"),)
SAMPLES[tuple[tuple[str, date | None, int, int], ...]] = (("A", date(2026, 11, 1), 1000, 50), ("B", None, 900, 60))


def concrete(base: type[errors.Problem]) -> list[type[errors.Problem]]:
    below = [error for child in base.__subclasses__() for error in concrete(child)]
    return [*below, base] if "__dataclass_params__" in vars(base) else below


def made(error: type[errors.Problem]) -> errors.Problem:
    hints = get_type_hints(error)
    return error(**{field.name: SAMPLES[hints[field.name]] for field in dataclasses.fields(error)})  # type: ignore[arg-type]


ERRORS = concrete(errors.AnalyticsError)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_survives_the_way_back_from_a_worker(error: type[errors.Problem]) -> None:
    sent = made(error)
    received = pickle.loads(pickle.dumps(sent))
    assert type(received) is error
    assert vars(received) == vars(sent)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_says_its_fields(error: type[errors.Problem]) -> None:
    sent = made(error)
    assert all(f"{name}={value!r}" in str(sent) for name, value in vars(sent).items())


def test_every_error_of_the_tree_in_the_docstring_exists_and_the_other_way_round() -> None:
    assert errors.__doc__ is not None
    assert {error.__name__ for error in ERRORS} <= set(errors.__doc__.replace(",", " ").split())


@pytest.mark.parametrize(
    ("error", "family"),
    [
        (errors.Locked, errors.DatasetError),
        (errors.TooFewCustomers, errors.QuestionError),
        (errors.UnknownGroup, errors.QuestionError),
        (errors.OptionError, errors.AnalyticsError),
    ],
)
def test_errors_can_be_caught_by_family(error: type[errors.Problem], family: type[errors.Problem]) -> None:
    assert issubclass(error, family)
