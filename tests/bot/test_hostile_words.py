"""Whatever stands behind a command, its owner gets an answer or a hint: never a fault of the bot's own."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.analysis import Asked
from analytics.errors import Problem
from analytics.language import LANGUAGES
from analytics.registry import BY_NAME, analyse
from bot.handlers.dispatch import ACTS
from bot.render import Renderer
from bot.resources import SAMPLES, TEMPLATES
from tests.analytics.shops import lively, pairs_shop, shop
from tests.talk import Running, Talk, running

RENDERER = Renderer(TEMPLATES)
DRAFTS = RENDERER.drafts("en", Asked().terms.tone)
SHOP = shop([*lively(40), *pairs_shop(60)])
HOSTILE = (
    *(
        "0",
        "-1",
        "9" * 30,
        "9" * 4000,
        "1e308",
        "-1e308",
        "1e999",
        "nan",
        "inf",
        "1/0",
        "1/1e999",
        "99999999999",
        "-5%",
    ),
    *("999999%", "0.0000001%", "²", "½", "٣", "١٢٣", "٩:٠٠", "99:99", "0001-01-01", "9999-12-31", "10000-01-01"),
    *(
        "0000-00-00",
        "2027-02-30",
        "🍵",
        "🏴‍☠️",
        "\u202e",
        "\u2060",
        "<b>",
        "{{7*7}}",
        "%s",
        "%00",
        "'",
        '"',
        "\\",
        "/",
        ";",
    ),
    *("=1+1", "a" * 4000, "名" * 4000, "-", "%", "：", "../../etc/passwd"),
)
KNOWN = (
    *(
        "1",
        "2",
        "page",
        "list",
        "names",
        "trial",
        "all",
        "off",
        "yes",
        "zone",
        "friday",
        "time",
        "first",
        "days",
        "today",
    ),
    *("A", "B", "1/2", "vs", "of", "10%", "margin", "apart", "budget", "xlsx", "segment", "champions", "keep", "drop"),
)
FOUND = (
    *(
        "/campaigns trial",
        "/campaigns trial win back",
        "/share 0001-01-01",
        "/share 1677-09-21",
        "/share 9999-12-31",
        "/basket " + "9" * 4080,
        "/basket page " + "9" * 4000,
    ),
    *(
        "/thresholds 1e308 1e308 1e308",
        "/thresholds -1 -1 -1",
        "/sent 1 9999-12-31",
        "/sent 1 0001-01-01",
        "/years 9999",
    ),
    *(
        "/columns 1 " + "9" * 4000 + " 0",
        "/columns 1 0 " + "9" * 4000,
        "/columns 1 ٣",
        "/receipt " + "9" * 4000,
        "/bandit A 1/" + "9" * 300,
    ),
    *("/digest zone " + "../" * 500, "/abplan 1% " + "9" * 4000, "/split all A B " + "9" * 300 + " days"),
)
words = st.lists(st.sampled_from(HOSTILE) | st.sampled_from(KNOWN) | st.text(max_size=8), max_size=4)


@pytest.mark.parametrize("name", BY_NAME)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_an_analysis_answers_or_refuses_any_words(name: str, data: st.DataObject) -> None:
    asked_for = data.draw(words)
    if data.draw(st.booleans()) and BY_NAME[name].views:
        asked_for = [data.draw(st.sampled_from(BY_NAME[name].views)), *asked_for]
    with contextlib.suppress(Problem):
        outcome = analyse(name, SHOP, tuple(asked_for), Asked(pictures=False, drafts=DRAFTS))
        for language in LANGUAGES:
            RENDERER.outcome(outcome, language)


async def faults(bot: Running, person: Talk, texts: list[str]) -> list[str]:
    """Those of what was said that the bot has no words for."""
    bugs = bot.services.metrics.failures.labels("bug")
    found = []
    for text in texts:
        before = bugs._value.get()
        said = await person.say(text[:4096])
        if not said or bugs._value.get() > before:
            found.append(text[:80])
    return found


@pytest.mark.parametrize("language", ["en", "zh-hans"])
async def test_every_command_answers_hostile_words(tmp_path: Path, language: str) -> None:
    async with running(tmp_path / "data") as bot:
        ann = bot.person(language)
        for path in sorted((SAMPLES / language[:2]).iterdir()):
            await ann.send_file(path)
        await ann.say("/split all A B")
        mine = HOSTILE[language == "en" :: 2]
        said = [
            f"/{name} {first}{second}"
            for number, name in enumerate(sorted({*ACTS} - {"undo"}))
            for first, second in [
                *((mine[(number + 3 * step) % len(mine)], "") for step in range(8)),
                ("1", f" {mine[(2 * number) % len(mine)]}"),
                ("1 0", f" {mine[(5 * number) % len(mine)]}"),
            ]
        ]
        assert await faults(bot, ann, [*FOUND, *said]) == []
