"""Settings: every problem at once, in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import resources
from bot.settings import Settings, SettingsProblem, load


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"POCKET_{name.upper()}", raising=False)


def test_without_any_setting_there_are_defaults_outside_the_checkout() -> None:
    settings = load()
    assert settings.owners == frozenset()
    assert settings.job_seconds > 0
    assert resources.CHECKOUT is not None
    assert not settings.data.is_relative_to(resources.CHECKOUT)


def test_run_needs_a_token() -> None:
    with pytest.raises(SettingsProblem) as wrong:
        load(needs_token=True)
    assert "BotFather" in wrong.value.problems[0]


def test_all_problems_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "TOKEN": "nonsense",
        "OWNERS": "12, bob",
        "LANGUAGE": "fr",
        "TIMEZONE": "Mars/Olympus",
        "WORKERS": "-1",
        "JOB_SECONDS": "soon",
        "MAX_ROWS": "0",
        "API_URL": "ftp://example.com",
        "DATA": str(resources.CHECKOUT / "x" if resources.CHECKOUT else "x"),
    }
    for name, value in values.items():
        monkeypatch.setenv(f"POCKET_{name}", value)
    with pytest.raises(SettingsProblem) as wrong:
        load()
    told = "\n".join(wrong.value.problems)
    assert len(wrong.value.problems) == len(values)
    for name in values:
        assert f"POCKET_{name}:" in told
    assert "nonsense" not in told, "a token is never printed"
    assert "bob" in told


def test_owners_are_ids_or_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POCKET_OWNERS", " 12, 34，56 ")
    assert load().owners == frozenset({12, 34, 56})
    monkeypatch.setenv("POCKET_OWNERS", "*")
    assert load().owners == "*"
    monkeypatch.setenv("POCKET_OWNERS", "")
    assert load().owners == frozenset()


def test_a_home_folder_is_understood(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("POCKET_DATA", "~/shop")
    assert load().data == tmp_path / "shop"
