"""What the READMEs show as an example is understood as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analytics.language import LANGUAGES
from tests.talk import Running

ROOT = Path(__file__).parents[2]
READMES = {
    "en": " ".join((ROOT / "README.md").read_text("utf-8").split()),
    "zh": " ".join((ROOT / "README.zh-CN.md").read_text("utf-8").split()),
}
SENTENCE = {"en": r"Plain sentences work as well: “(.+?)”", "zh": r"也可以直接说：“(.+?)”"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_sentence_is_answered_like_its_command(bot: Running, language: str) -> None:
    (sentence,) = re.findall(SENTENCE[language], READMES[language])
    person = bot.person(language)
    await person.send_file(next((ROOT / "data" / language).glob({"en": "orders.csv", "zh": "订单.csv"}[language])))
    (asked,) = await person.say("/segments")
    (said,) = await person.say(sentence)
    assert said.html == asked.html


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", ("every Friday at 18:00", "Lisbon")), ("zh", ("每周五 18:00", "上海时间"))],
    ids=LANGUAGES,
)
async def test_day_hour_and_clock_are_taken_as_typed(bot: Running, language: str, says: tuple[str, ...]) -> None:
    person = bot.person(language)
    typed = re.findall(r"`(/digest [^`]+)`", READMES[language])
    assert len(typed) == len(says)
    for command, words in zip(typed, says, strict=True):
        (answer,) = await person.say(command)
        assert words in answer.words
