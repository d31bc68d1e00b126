"""Settings: every problem at once, in words."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from bot import resources
from bot.settings import Settings, SettingsProblem, load
from bot.simulator import demo


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


def test_workers_are_as_many_as_cores_and_at_most_two() -> None:
    assert load().workers == min(2, os.cpu_count() or 1)


def test_run_wants_a_worker_or_a_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POCKET_TOKEN", "123:abc")
    monkeypatch.setenv("POCKET_WORKERS", "0")
    with pytest.raises(SettingsProblem, match="POCKET_WORKERS: it must be at least 1"):
        load(needs_token=True)
    monkeypatch.setenv("POCKET_WORKERS", "1")
    assert load(needs_token=True).workers == 1
    monkeypatch.setenv("POCKET_WORKERS", "0")
    if find_spec("distributed"):
        monkeypatch.setenv("POCKET_DASK", "tcp://127.0.0.1:5")
        assert load(needs_token=True).workers == 0


@pytest.mark.parametrize("address", ["http://127.0.0.1:99999", "http://[", "http://", "https://:443", "http://h:no"])
def test_an_address_that_leads_nowhere_is_refused(address: str) -> None:
    with pytest.raises(SettingsProblem) as wrong:
        load(api_url=address)
    (problem,) = wrong.value.problems
    assert problem.startswith("POCKET_API_URL: it must name a host")


async def test_the_demo_knows_nothing_of_the_real_bots_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    class Enough(Exception):
        pass

    def loaded(**given: Any) -> Settings:
        settings = load(**given)
        assert (settings.webhook, settings.dask, settings.storage) == (None, None, None)
        raise Enough

    for name, value in (("WEBHOOK", "https://x.example"), ("DASK", "tcp://10.0.0.5:8786"), ("STORAGE", "file:///x")):
        monkeypatch.setenv(f"POCKET_{name}", value)
    with pytest.raises(Enough):
        await demo.run(loaded, 0)


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
