"""Figures for Prometheus: what was done, and nothing about anybody."""

from __future__ import annotations

import asyncio
import urllib.request
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from analytics.registry import ANALYSES
from bot import app, settings
from bot.context import Services
from bot.metrics import Metrics
from bot.resources import SAMPLES
from bot.simulator.door import DirectRequest
from bot.simulator.telegram import Telegram
from bot.transport import Transport
from tests.talk import running

ORDERS = SAMPLES / "en" / "orders.csv"


def figures(text: str) -> dict[str, float]:
    """Every figure by its name and labels."""
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def fetched(port: int) -> str:
    def fetch() -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            assert "text/plain" in answer.headers["Content-Type"]
            return str(answer.read().decode())

    return await asyncio.to_thread(fetch)


async def shown(metrics: Metrics) -> str:
    server = metrics.serve("127.0.0.1", 0)
    (listening,) = server._sockets.values()
    text = await fetched(listening.getsockname()[1])
    server.stop()
    await server.close_all_connections()
    return text


async def test_a_conversation_in_figures(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as bot:
        ann, bob = bot.person(user_id=731952846), bot.person(user_id=731952847)
        await ann.send_file(ORDERS)
        await ann.send_file(ORDERS)
        await ann.say("/segments")
        await ann.say("/segments")
        await bob.say("/start")
        await bob.send("notes.docx", b"no sheet")
        text = await shown(bot.services.metrics)
    said = figures(text)
    assert said["pocket_updates_total"] == 6
    assert said["pocket_uploads_total"] == 1, "the same file again is no upload"
    assert said["pocket_job_seconds_count segments"] == 2
    assert said["pocket_job_seconds_count take_in"] == 1
    assert said["pocket_owners"] == 2
    assert said["pocket_queue"] == said["pocket_jobs_in_work"] == 0
    assert sum(value for name, value in said.items() if name.startswith("pocket_failures_total ")) == 1
    for secret in ("73195284", "orders.csv", "notes", bot.telegram.token, str(tmp_path)):
        assert secret not in text


async def test_names_are_the_programs_own(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as bot:
        ann = bot.person()
        await ann.send_file(ORDERS)
        for text in (
            "/segments Zaphod",
            "/customer Zaphod",
            "/basket Zaphod",
            "/nonsense Zaphod",
            "/abtest Zaphod 1 2",
        ):
            await ann.say(text)
        text = await shown(bot.services.metrics)
    jobs = {name.split()[1] for name in figures(text) if name.startswith("pocket_job_seconds_count ")}
    assert jobs <= {analysis.name for analysis in ANALYSES} | {"take_in", "read_outs"}
    assert "Zaphod" not in text


async def test_nothing_listens_unless_told(tmp_path: Path, unused_port: int) -> None:
    telegram = Telegram()
    for metrics in (None, ("127.0.0.1", unused_port)):
        chosen = settings.load(token=telegram.token, data=tmp_path, workers=0, backups=0, metrics=metrics)
        built = app.build(chosen, Transport(DirectRequest(telegram), DirectRequest(telegram)))
        async with app.running(built, poll_seconds=1), app.showing(built):
            services: Services = built.bot_data["services"]
            assert services.settings.metrics == metrics
            if metrics is None:
                with pytest.raises(OSError, match="refused"):
                    await fetched(unused_port)
            else:
                assert "pocket_updates_total" in await fetched(unused_port)


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
