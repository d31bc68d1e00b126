"""What owners say in their own words, and what they are asked when they slip."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.language import LANGUAGES
from bot.handlers.chat import BEYOND
from bot.render import Renderer
from bot.resources import TEMPLATES
from bot.sentences import like, plain, within
from tests.talk import Running, Talk

DATA = Path(__file__).parents[2] / "data"
RENDERER = Renderer(TEMPLATES)

SAID = {
    "en": {
        "help": "help",
        "thanks": "Thanks!",
        "undo": "undo",
        "files": "how do I undo the last upload?",
        "privacy": "who sees my data?",
        "export": "I want to download my data",
        "forget": "please delete my data",
        "forget Owen Stone": "Forget Owen Stone.",
        "forget Owen  Stone": "can you remove customer Owen Stone?",
        "digest off": "stop the digest",
        "digest  off": "Please stop writing to me!",
        "customer Rachel Turner": "who is Rachel Turner?",
        "cannot forecast": "predict my sales for next month",
        "cannot ads": "how are my Facebook ads doing?",
        "segments by city": "which city do customers come from",
        "segments": "rfm",
        "segments ": "who are my best customers?",
        "segments names": "who spent the most?",
        "lifecycle": "which customers are about to leave?",
        "campaigns": "who should I email today",
        "overview": "what is my average order value",
        "basket due": "who is due to buy?",
    },
    "zh": {
        "help": "怎么用",
        "thanks": "谢谢！",
        "undo": "撤回",
        "files": "我发错文件了",
        "privacy": "数据存在哪里？",
        "export": "我想导出我的数据",
        "forget": "删除我的全部数据",
        "forget 蔡欣妍": "客户要求删除她的资料 蔡欣妍",
        "forget  蔡欣妍": "删除客户蔡欣妍",
        "digest off": "不要再发周报了",
        "digest  off": "别再发了",
        "customer 李若溪": "查一下李若溪",
        "cannot forecast": "预测下个月销售额",
        "cannot ads": "直通车效果怎么样",
        "segments 按城市": "哪个城市客户多",
        "segments": "我的VIP客户有哪些",
        "segments names": "谁花钱最多",
        "lifecycle": "哪些客户快流失了",
        "campaigns": "今天给谁发消息",
        "campaigns ": "给沉睡客户发优惠券",
        "campaigns off": "打八折划算吗",
        "overview": "客单价是多少",
        "basket due": "谁该再买了",
        "start": "你是谁",
    },
}


@pytest.mark.parametrize(
    ("language", "command", "sentence"),
    [(language, *one) for language, listed in SAID.items() for one in listed.items()],
)
def test_a_sentence_asks_for_a_command(language: str, command: str, sentence: str) -> None:
    assert RENDERER.asked_for(sentence, language) == tuple(command.split())


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("how is the weather", "en"),
        ("I helped a colleague", "en"),
        ("the helper who undoes", "en"),
        ("今天天气怎么样", "zh"),
        ("Rachel Turner", "en"),
        ("李若溪", "zh"),
        ("", "en"),
        ("🤷", "zh"),
    ],
)
def test_what_asks_for_nothing_is_not_guessed_at(sentence: str, language: str) -> None:
    assert RENDERER.asked_for(sentence, language) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_beyond_the_bot_is_the_same_in_both_languages(language: str) -> None:
    assert tuple(RENDERER._module("sentences", language).beyond) == BEYOND


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_stands_for_two_commands(language: str) -> None:
    own = RENDERER._module("sentences", language)
    for command, phrases in own.asks.items():
        for phrase in phrases:
            asked = RENDERER.asked_for(phrase, language)
            assert asked == tuple(word for word in command.split() if word != "…"), phrase


@given(st.text(), st.lists(st.text(min_size=1).filter(plain), max_size=3))
def test_whatever_is_said_finds_at_most_one_command_and_keeps_its_words(text: str, phrases: list[str]) -> None:
    command, *words = within(text, {("named", "…"): phrases, ("alone",): ["never said"]}) or ("",)
    assert command in {"", "named"}
    assert all(word in text for word in words)


def test_a_slip_is_known_and_another_word_is_not() -> None:
    commands = ["segments", "campaigns", "lifecycle", "files"]
    assert [like(name, commands) for name in ("segmants", "campaign", "lifecylce", "weather")] == [
        "segments",
        "campaigns",
        "lifecycle",
        None,
    ]


async def test_a_misspelt_command_is_one_tap_away_with_its_words(ann: Talk, wang: Talk) -> None:
    said = await ann.say("/langauge zh")
    assert said[-1].text == "Did you mean /language?"
    assert said[-1].button("/language zh").data == "language zh"
    assert "你是想发 /segments 吗" in (await wang.say("/segmant"))[-1].words


async def test_words_behind_a_command_that_mean_nothing_are_told_as_such(ann: Talk, wang: Talk) -> None:
    assert "not what stands behind it" in (await ann.say("/language klingon"))[-1].words
    assert "后面的话没看懂" in (await wang.say("/language 火星文"))[-1].words
    assert {button.data for row in (await ann.say("/sent soon"))[-1].buttons for button in row} == {"help"}


@pytest.mark.parametrize(("language", "said"), [("en", "Do you ever forget? yes"), ("zh", "删除客户 yes")])
async def test_no_sentence_orders_what_cannot_be_taken_back(bot: Running, language: str, said: str) -> None:
    person = bot.person(language)
    await person.send_file(DATA / "en" / "orders.csv")
    answer = (await person.say(said))[-1]
    assert "forget yes" in {button.data.removeprefix("~") for row in answer.buttons for button in row if button.data}
    assert bot.services.store.files(person.person.user_id)


async def test_a_command_in_another_script_is_taken_as_a_sentence(wang: Talk) -> None:
    await wang.send_file(DATA / "zh" / "订单.csv")
    assert (await wang.say("/客户"))[-1].photo


async def test_a_bare_name_is_one_tap_from_the_customer(ann: Talk, bot: Running) -> None:
    said = await ann.say("Rachel Turner")
    assert not any("Look up" in button.label for row in said[-1].buttons for button in row)
    await ann.send_file(DATA / "en" / "orders.csv")
    await ann.say("Rachel Turner")
    told = await ann.tap("Look up “Rachel Turner”")
    assert "Rachel Turner" in told[-1].words


@pytest.mark.parametrize(
    ("language", "start", "stop", "told", "again"),
    [
        ("en", "/digest monday 9:00", "stop the digest", "I write only when you do", "Turn the digest on again"),
        ("zh-hans", "/digest 周一 9:00", "不要再发周报了", "以后你不找我，我不发", "重新打开周报"),
    ],
)
async def test_stop_stops_and_one_tap_starts_again(
    bot: Running, language: str, start: str, stop: str, told: str, again: str
) -> None:
    person = bot.person(language)
    await person.say(start)
    assert told in (await person.say(stop))[-1].words
    assert all(letter.state == "off" for letter in bot.services.store.appointments(person.person.user_id))
    await person.tap(again)
    letter = bot.services.store.appointment(person.person.user_id, "weekly")
    assert letter is not None
    assert letter.state == "on"


async def test_a_wish_to_be_deleted_is_asked_about_not_answered_with_sales(ann: Talk, wang: Talk) -> None:
    await ann.send_file(DATA / "en" / "orders.csv")
    assert "/forget" in (await ann.say("a customer wants to be deleted"))[-1].words
    await wang.send_file(DATA / "zh" / "订单.csv")
    assert "/forget" in (await wang.say("有个客户要求删除"))[-1].words
