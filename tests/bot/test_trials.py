"""A message tried on a group, from the draw to what it brought, in chat."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from analytics.dataset import Dataset, Kind
from analytics.people import LABEL
from analytics.readout import loaded
from analytics.trials import HOLDOUT, Trial
from tests.talk import Running, Talk

HEADER = "Order ID,Date,Customer ID,Product,Total"
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DRAWN = datetime(2026, 10, 1, 9, tzinfo=UTC)


def sheet(*orders: tuple[str, datetime, str, float]) -> bytes:
    rows = [f"{number},{day:%Y-%m-%d},{customer},Soap,{total}" for number, day, customer, total in orders]
    return "\n".join([HEADER, *rows]).encode()


def before() -> bytes:
    """Two hundred customers until the day before the draw, each with their own spending."""
    return sheet(*((f"O{n}", DRAWN - timedelta(days=1 + n % 250), f"C{n:03}", 5.0 + n) for n in range(200)))


async def goes_on(bot: Running, days: int) -> None:
    bot.services.now = lambda: DRAWN + timedelta(days=days)


def trials(bot: Running, who: Talk) -> tuple[Trial, ...]:
    return bot.services.store.trials(who.person.user_id)


def since(bot: Running, who: Talk, shares: dict[str, float], reach: int, number: str = "N") -> bytes:
    """Orders since the draw: of each version that share bought on the third day; one more order on the last day."""
    store, owner = bot.services.store, who.person.user_id
    everybody = Dataset.open(store.current(owner)[Kind.PEOPLE]).frame().set_index("customer")[LABEL]
    people = trials(bot, who)[0].assigned().to_pandas()
    rows: list[tuple[str, datetime, str, float]] = []
    for version, share in shares.items():
        keys = people["customer"][people["version"] == version].tolist()
        for key in keys[: round(share * len(keys))]:
            rows.append((f"{number}{len(rows)}", DRAWN + timedelta(days=3), everybody[key], 20.0))
    return sheet(*rows, (f"{number}L", DRAWN + timedelta(days=reach), "newcomer", 1.0))


async def drawn(bot: Running, who: Talk, words: str = "/split all A B holdout 20%") -> Trial:
    await goes_on(bot, 0)
    await who.send("orders.csv", before())
    await who.say(words)
    return trials(bot, who)[0]


async def test_the_next_orders_answer_the_test_by_themselves(bot: Running, ann: Talk) -> None:
    trial = await drawn(bot, ann)
    assert "200 people drawn by lot, 40 of them get nothing" in ann.last.words
    assert trial.assigned().num_rows == 200
    await ann.tap("Sent today")
    assert trials(bot, ann)[0].sent == DRAWN.date()
    assert "it decides on 15 Oct 2026" in ann.last.words

    await goes_on(bot, 7)
    (answer,) = await ann.send("week.csv", since(bot, ann, {"A": 0.1, "B": 0.1, HOLDOUT: 0.0}, 6, "W"))
    assert "Test 1 (“All customers”) decides when your orders reach 15 Oct 2026" in answer.words
    assert trials(bot, ann)[0].result is None
    await ann.tap("Test 1")
    assert "No verdict yet" in ann.last.words
    assert "A: 8 of 80 bought" in ann.last.words

    await goes_on(bot, 20)
    (answer,) = await ann.send("more.csv", since(bot, ann, {"A": 0.3, "B": 0.3, HOLDOUT: 0.05}, 15, "X"))
    assert "Test 1 (“All customers”) worked" in answer.words
    kept = trials(bot, ann)[0].result
    assert kept is not None
    reading = loaded(kept)
    assert reading is not None
    assert reading.verdict == "worked"
    await ann.tap("Test 1")
    assert "It worked: 30% of those you wrote to bought, against 5%" in ann.last.words
    assert ann.last.photo is not None

    (answer,) = await ann.send("last.csv", sheet(("Z1", DRAWN + timedelta(days=18), "newcomer", 9.0)))
    assert "Test 1" not in answer.words


async def test_the_same_in_chinese(bot: Running, wang: Talk) -> None:
    await drawn(bot, wang, "/split 全部 短信、电话 留20%不发")
    assert "200 人，抽签分好了，其中 40 人不发" in wang.last.words
    await wang.tap("今天发的")
    await goes_on(bot, 20)
    (answer,) = await wang.send("更多.csv", since(bot, wang, {"短信": 0.3, "电话": 0.3, HOLDOUT: 0.05}, 15))
    assert "测试 1（全部客户）有效" in answer.words
    await wang.tap("测试 1")
    assert "有效：收到消息的人 30% 下了单，没发的人是 5%" in wang.last.words


async def test_taking_the_orders_back_takes_back_what_they_said(bot: Running, ann: Talk) -> None:
    await drawn(bot, ann)
    await ann.tap("Sent today")
    await goes_on(bot, 20)
    more = since(bot, ann, {"A": 0.3, "B": 0.3, HOLDOUT: 0.05}, 15)
    await ann.send("more.csv", more)
    assert trials(bot, ann)[0].result is not None
    await ann.say("/undo")
    assert trials(bot, ann)[0].result is None
    await ann.say("/split trial 1")
    assert "it decides on 15 Oct 2026" in ann.last.words
    (answer,) = await ann.send("more.csv", more)
    assert "worked" in answer.words


async def test_a_result_outlives_the_orders_that_are_put_aside(bot: Running, ann: Talk) -> None:
    await drawn(bot, ann)
    await ann.tap("Sent today")
    await goes_on(bot, 20)
    await ann.send("more.csv", since(bot, ann, {"A": 0.3, "B": 0.3, HOLDOUT: 0.05}, 15))
    await ann.tap("Use only this file")
    await ann.say("/split trial 1")
    assert "It worked" in ann.last.words
    await ann.say("/undo")
    assert trials(bot, ann)[0].result is not None


async def test_the_day_of_sending(bot: Running, ann: Talk) -> None:
    trial = await drawn(bot, ann)
    await goes_on(bot, 5)
    for words in ("", "tomorrow", "2026-10-07", "2026-09-30", "2026-13-40", "x" * 50):
        await ann.say(f"/sent {trial.number} {words}")
        assert "On which day was test 1 sent?" in ann.last.words
        assert trials(bot, ann)[0].sent is None
    await ann.say(f"/sent {trial.number} 2026-10-02")
    assert trials(bot, ann)[0].sent == (DRAWN + timedelta(days=1)).date()
    for words in ("2026年10月3日", "2026/10/3", "2026.10.03"):
        await ann.say(f"/sent {trial.number} {words}")
        assert trials(bot, ann)[0].sent == (DRAWN + timedelta(days=2)).date()
    await ann.tap("Not sent after all")
    assert trials(bot, ann)[0].sent is None
    await ann.say("/split trial 1")
    await ann.tap("Sent yesterday")
    assert trials(bot, ann)[0].sent == (DRAWN + timedelta(days=4)).date()


async def test_another_day_of_sending_is_another_answer(bot: Running, ann: Talk) -> None:
    """Orders that are there already are read at once, and again when the day is corrected."""
    await drawn(bot, ann)
    await goes_on(bot, 20)
    await ann.send("more.csv", since(bot, ann, {"A": 0.3, "B": 0.3, HOLDOUT: 0.05}, 19))
    await ann.say("/sent 1 2026-10-01")
    assert "It worked" in ann.last.words
    assert trials(bot, ann)[0].result is not None
    await ann.say("/sent 1 2026-10-05")
    assert "Too few to tell: nobody bought" in ann.last.words
    assert "With 40 held back only a jump of 17 points" in ann.last.words
    await ann.say("/sent 1 2026-10-21")
    assert trials(bot, ann)[0].result is None


async def test_a_list_is_sent_as_a_file(bot: Running, ann: Talk) -> None:
    await drawn(bot, ann)
    await ann.tap("List B")
    assert ann.last.document is not None
    assert ann.last.document.name == "test 1 B.csv"


async def test_dropping_asks_first(bot: Running, ann: Talk) -> None:
    trial = await drawn(bot, ann)
    await ann.tap("Drop it")
    assert trials(bot, ann) != ()
    await ann.tap("No, keep it")
    await ann.tap("Drop it")
    await ann.tap("Yes, drop it")
    assert trials(bot, ann) == ()
    assert not list(bot.services.store.folder_of(ann.person.user_id).glob("trial-*"))
    await ann.say(f"/split trial {trial.number}")
    assert "I have no test number 1" in ann.last.words


@pytest.mark.parametrize(
    "words", ["/sent 1 today", "/drop 1", "/drop 1 yes", "/sent", "/drop", "/split trial 1", "/split list 1 0"]
)
async def test_other_owners_trials_are_unknown(bot: Running, ann: Talk, words: str) -> None:
    await drawn(bot, ann)
    other = bot.person("en")
    await other.send("orders.csv", before())
    await other.say(words)
    assert not {"Test 1", "“A”"} & set(other.last.words.split("\n"))
    assert "drawn" not in other.last.words
    assert trials(bot, ann)[0].sent is None


async def test_two_tests_at_once_are_both_told(bot: Running, ann: Talk) -> None:
    await drawn(bot, ann)
    await ann.say("/split all X Y 7 days")
    await ann.say("/sent 1 today")
    await ann.say("/sent 2 today")
    await goes_on(bot, 12)
    (answer,) = await ann.send("more.csv", since(bot, ann, {"A": 0.1}, 10))
    words = answer.words
    assert words.index("Test 2") < words.index("Test 1"), "what is decided comes first"
    assert [trial.result is None for trial in trials(bot, ann)] == [True, False]


async def test_a_test_made_before_two_files_met_still_finds_its_people(bot: Running, ann: Talk) -> None:
    """The first orders know customers by e-mail, later a list tells whose they are."""
    await goes_on(bot, 0)
    early = before().decode().replace("Customer ID", "Email").splitlines()
    early = [early[0], *(",".join([*(c := row.split(","))[:2], f"{c[2]}@x.com", *c[3:]]) for row in early[1:])]
    await ann.send("orders.csv", "\n".join(early).encode())
    await ann.say("/split all A holdout 50%")
    await ann.tap("Sent today")
    people = trials(bot, ann)[0].assigned().to_pandas()
    labels = (
        Dataset.open(bot.services.store.current(ann.person.user_id)[Kind.PEOPLE]).frame().set_index("customer")[LABEL]
    )
    written = [labels[key].partition("@")[0] for key in people["customer"][people["version"] == "A"]]
    listed = ["Customer ID,Name,Email,City", *(f"C{n:03},Person {n},c{n:03}@x.com,Bath" for n in range(200))]
    await ann.send("customers.csv", "\n".join(listed).encode())
    await goes_on(bot, 20)
    rows = [(f"N{n}", DRAWN + timedelta(days=3), who.upper(), 20.0) for n, who in enumerate(written[:40])]
    (answer,) = await ann.send("more.csv", sheet(*rows, ("L", DRAWN + timedelta(days=15), "C000", 1.0)))
    assert "worked: 40 more bought than without it" in answer.words


async def test_forgetting_an_owner_forgets_their_trials(bot: Running, ann: Talk) -> None:
    await drawn(bot, ann)
    await ann.say("/forget")
    await ann.tap("Yes, remove everything")
    assert trials(bot, ann) == ()


async def test_people_of_an_unsent_test_are_left_out_by_one_tap(bot: Running, ann: Talk) -> None:
    first = await drawn(bot, ann, "/split big spenders gone A B")
    many = first.assigned().num_rows
    await ann.say("/split all X Y")
    assert f"{many} of these people are in test 1 as well, which is not sent yet" in ann.last.words
    files = set(bot.services.store.folder_of(ann.person.user_id).glob("trial-*"))
    await ann.tap("Leave them out")
    assert f"Test 2 on “All customers”: {200 - many} people" in ann.last.words
    assert f"{many} are in another test" in ann.last.words
    one, two = trials(bot, ann)
    assert (one.assigned(), two.number) == (first.assigned(), 2)
    assert not set(two.assigned()["customer"].to_pylist()) & one.written_to()
    now = set(bot.services.store.folder_of(ann.person.user_id).glob("trial-*"))
    assert len(now) == len(files) == 2, "who was left out is forgotten with the old file"
    # Once more, and after it was sent, nothing changes.
    await ann.say("/split apart 2")
    assert trials(bot, ann)[1].assigned() == two.assigned()
    await ann.say("/sent 2 today")
    await ann.say("/split apart 2")
    assert trials(bot, ann)[1].assigned() == two.assigned()
    assert "is running" in ann.last.words


async def test_a_test_that_takes_anothers_people_may_drop_that_one(bot: Running, wang: Talk) -> None:
    await drawn(bot, wang, "/split 全部 甲 乙")
    await wang.say("/split 全部 丙 丁")
    assert "这些人也全在测试 1 里，它还没发" in wang.last.words
    await wang.tap("不做测试 1")
    await wang.tap("删掉")
    assert [trial.number for trial in trials(bot, wang)] == [2]
    await wang.say("/split trial 2")
    assert "测试 1" not in wang.last.words
    assert "按名单各发各的版本" in wang.last.words


async def test_other_owners_tests_cannot_be_thinned(bot: Running, ann: Talk) -> None:
    await drawn(bot, ann, "/split big spenders gone A B")
    await ann.say("/split all X Y")
    before = [trial.assigned() for trial in trials(bot, ann)]
    other = bot.person("en")
    await other.send("orders.csv", sheet(("O1", DRAWN, "C000", 5.0)))
    await other.say("/split apart 2")
    assert "I have no test number 2" in other.last.words
    assert [trial.assigned() for trial in trials(bot, ann)] == before
