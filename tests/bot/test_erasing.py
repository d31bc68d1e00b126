"""Whoever is forgotten is gone: from every byte that is kept, at one stroke, and for good."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analytics.dataset import Kind, Role
from analytics.mentions import Mentions
from analytics.people import pseudonym
from bot import erasing, snapshots
from bot.resources import SAMPLES
from bot.simulator.telegram import Telegram
from bot.snapshots import TRIAL
from bot.store import Store, backups
from bot.store.facts import PAIRED
from bot.store.privacy import Change
from tests.searching import found
from tests.talk import Running, Talk, running

LABEL, NAME, EMAIL, PHONE = "C0001", "Morwenna Rowe", "morwenna.rowe@example.com", "07700 900001"
OTHER = ("C0002", "Esme Kemp", "esme.kemp@example.com")
WRITTEN = "+44 (0)7700 900-001"
MENTIONED = f"2026-05-01,{OTHER[0]},5,Rowe Morwenna told me to ring her: {WRITTEN}"
ANN = 5


def theirs(bot: Running) -> tuple[str, ...]:
    owner = bot.services.store.owner(ANN)
    assert owner is not None
    return LABEL, NAME, EMAIL, PHONE, WRITTEN, "Rowe Morwenna", pseudonym(LABEL, owner.secret)


def sheets(people: int) -> tuple[bytes, bytes, bytes]:
    """Orders, customers and comments of a small shop, the person first among its customers."""
    named = [(LABEL, NAME, EMAIL, PHONE), (*OTHER, "07700 900002")]
    named += [(f"C{n:04}", f"Buyer {n}", f"b{n}@example.com", f"07700 91{n:04}") for n in range(3, people + 1)]
    orders = [
        f"{n}-{time},2026-0{1 + (n + time) % 6}-1{n % 9},{label},{name},Tea {n % 3},{5 + n % 7}.50,Bath"
        for n, (label, name, _, _) in enumerate(named)
        for time in range(1 + n % 4)
    ]
    texts = [
        f"2026-05-0{1 + n % 9},{label},{4 + n % 2},I am {name} and fine" for n, (label, name, _, _) in enumerate(named)
    ]
    return (
        "\n".join(["Order ID,Date,Customer ID,Customer name,Product,Total,City", *orders]).encode(),
        "\n".join(
            ["Customer ID,Name,Email,Phone,Nickname", *(f"{','.join(one)},nick {one[0]}" for one in named)]
        ).encode(),
        "\n".join(["Date,Customer ID,Rating,Comment", *texts, MENTIONED]).encode(),
    )


ORDERS, CUSTOMERS, COMMENTS = sheets(60)


async def shop(bot: Running) -> Talk:
    """Orders, customers and comments sent, a trial drawn up, groups remembered, a backup of it all, and one file more."""
    ann = bot.person(user_id=ANN)
    for name, sheet in (("orders.csv", ORDERS), ("comments.csv", COMMENTS), ("customers.csv", CUSTOMERS)):
        await ann.send(name, sheet)
    await ann.say("/split all A B")
    await ann.say("/segments 3")
    backups.back_up(bot.services.store.folder, "2027-05-31T0330", keep=3)
    await ann.send("more.csv", CUSTOMERS + b"\nC9999,Zoe New,zoe@example.com,07700 900777,nick C9999\n")
    return ann


def sales(bot: Running) -> float:
    orders = snapshots.opened(bot.services.store.current(ANN)[Kind.ORDERS])
    return round(float(orders.frame(Role.AMOUNT)[Role.AMOUNT].sum()), 2)


async def test_nothing_of_a_forgotten_person_is_left_on_disk(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        ann = await shop(bot)
        texts, before = theirs(bot), sales(bot)
        assert {text for text, _ in found(tmp_path, *texts)} == set(texts)
        (asked,) = await ann.say(f"/forget {NAME}")
        assert LABEL in asked.words
        assert "orders.csv" in asked.words
        await ann.tap("the sales stay")
        assert "C0001 is gone" in ann.last.words
        assert "in 1 place" in ann.last.words
        assert found(tmp_path, *texts) == []
        assert found(tmp_path, "… told me to ring her: …")
        assert {text for text, _ in found(tmp_path, *OTHER)} == set(OTHER)
        assert sales(bot) == before
        assert "I know nobody" in (await ann.say(f"/customer {LABEL}"))[0].words
    assert found(tmp_path, *texts) == []


async def test_an_older_export_does_not_bring_them_back(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        ann = await shop(bot)
        texts, before = theirs(bot), sales(bot)
        await ann.say(f"/forget {EMAIL}")
        await ann.tap("the sales stay")
        (told,) = await ann.send("again.csv", ORDERS + b"\n")
        assert "1 customer in it you had me forget" in told.words
        await ann.send("people.csv", CUSTOMERS + b"\n")
        assert found(tmp_path, *texts) == []
        assert sales(bot) == before
        await ann.send("mail.csv", f"Order ID,Date,Email,Name,Total\nX1,2026-05-01,{EMAIL.upper()},{NAME},9\n".encode())
        assert found(tmp_path, *texts, EMAIL.upper()) == []


async def test_an_older_file_does_not_bring_back_what_it_says_of_them(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        ann = bot.person(user_id=ANN)
        sheet = f"Customer ID,Name,Email,Referred by\n{LABEL},{NAME},{EMAIL},\n{OTHER[0]},{OTHER[1]},{OTHER[2]},{NAME}"
        await ann.send(f"{NAME}.csv", sheet.encode())
        await ann.say(f"/forget {LABEL}")
        await ann.tap("the sales stay")
        assert "….csv" in (await ann.say("/files"))[0].words
        assert found(tmp_path, LABEL, NAME, EMAIL) == []
        await ann.send("again.csv", sheet.encode() + b"\n")
        assert found(tmp_path, LABEL, NAME, EMAIL) == []
        assert found(tmp_path, OTHER[1])


async def test_who_may_be_the_same_person_is_told_of(bot: Running, ann: Talk) -> None:
    await ann.send("customers.csv", CUSTOMERS + f"\nC0777,M. Rowe,,{WRITTEN},nick".encode())
    (asked,) = await ann.say(f"/forget {LABEL}")
    assert "Others with the same e-mail or phone stay: C0777" in asked.words


async def test_sales_go_too_where_that_is_wanted(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        ann = await shop(bot)
        texts, before = theirs(bot), sales(bot)
        orders = snapshots.opened(bot.services.store.current(ANN)[Kind.ORDERS]).frame(Role.CUSTOMER, Role.AMOUNT)
        spent = orders[Role.AMOUNT][orders[Role.CUSTOMER] == texts[-1]].sum()
        await ann.say(f"/forget {LABEL}")
        await ann.tap("sales and all")
        assert sales(bot) == pytest.approx(before - spent)
        await ann.send("again.csv", ORDERS + b"\n")
        assert sales(bot) == pytest.approx(before - spent)


async def test_what_was_there_before_the_person_can_still_be_had(tmp_path: Path) -> None:
    """Taking back files, and backups, work on: they lack the person, and nothing else."""
    telegram = Telegram()
    async with running(tmp_path, telegram) as bot:
        ann = await shop(bot)
        texts = theirs(bot)
        await ann.say(f"/forget {LABEL}")
        await ann.tap("the sales stay")
        await ann.say("/undo")
        assert found(tmp_path, "C9999") == []
    backups.restore(tmp_path, "2027-05-31T0330")
    async with running(tmp_path, telegram) as bot:
        ann = bot.person(user_id=ANN)
        assert "customers" in (await ann.say("/segments"))[0].words
        assert len(bot.services.store.trials(ANN)) == 1
    assert found(tmp_path, *texts) == []


class Killed(BaseException):
    """The process ends here."""


def die_after(steps: int, monkeypatch: pytest.MonkeyPatch, where: Any, *names: str) -> None:
    """End the process at one of these calls, after so many others."""
    left = [steps]

    def dying(name: str) -> Callable[..., object]:
        original = getattr(where, name)

        def act(*args: object, **options: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return original(*args, **options)

        return act

    for name in names:
        monkeypatch.setattr(where, name, dying(name))


def forget_person(store: Store) -> None:
    """What the bot does when it is told to, without the talk."""
    owner = store.owner(ANN)
    assert owner is not None
    everybody, folder = store.everything(ANN, Kind.PEOPLE), store.folder_of(ANN)
    (one,) = erasing.find(LABEL, everybody, None, {})
    files = store.everything(ANN, *Kind, TRIAL)
    erased = erasing.erase(one.person, files, everybody, folder, owner.secret, keep_sales=True)
    traces, forgotten = erasing.traces(one.person.keys), dict.fromkeys(erased.marks, True)
    store.change(ANN, Change(erased.renewed, True, traces, erased.mentions, forgotten))


@pytest.mark.parametrize("steps", [0, 9, 16, 21, 27])
async def test_a_kill_at_any_step_leaves_before_or_after(
    tmp_path: Path, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    telegram = Telegram()
    async with running(tmp_path, telegram) as bot:
        await shop(bot)
        texts, before = theirs(bot), sales(bot)
        with monkeypatch.context() as patch, pytest.raises(Killed):
            die_after(steps, patch, Path, "rename", "unlink")
            forget_person(bot.services.store)
    async with running(tmp_path, telegram) as bot:
        assert sales(bot) == before
        ann = bot.person(user_id=ANN)
        if "I know nobody" not in (await ann.say(f"/customer {LABEL}"))[0].words:
            await ann.say(f"/forget {LABEL}")
            await ann.tap("the sales stay")
        assert found(tmp_path, *texts) == []


async def test_everything_forgotten_is_gone(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        await shop(bot)
        ann, bob = bot.person(user_id=ANN), bot.person(user_id=6)
        await bob.send("bob.csv", b"Order ID,Date,Customer,Total\n1,2026-01-02,Bob Buyer,5\n2,2026-01-03,Eve Buyer,7\n")
        texts = (*theirs(bot), *OTHER, "orders.csv", "comments.csv", "more.csv")
        await ann.say("/forget")
        await ann.tap("Yes, remove everything")
        assert found(tmp_path, *texts) == []
        assert found(tmp_path, "Bob Buyer")
    assert found(tmp_path, *texts) == []


@pytest.mark.parametrize("folders", [0, 1])
async def test_forgetting_everything_can_be_cut_off_too(
    tmp_path: Path, folders: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the backup there is all is as it was and can be forgotten again; in the owner's own folder, the start does the rest."""
    telegram = Telegram()
    async with running(tmp_path, telegram) as bot:
        await shop(bot)
        texts = (*theirs(bot), *OTHER)
        with monkeypatch.context() as patch, pytest.raises(Killed):
            die_after(folders, patch, shutil, "rmtree")
            bot.services.store.forget(ANN)
    async with running(tmp_path, telegram) as bot:
        assert bool(bot.services.store.uploads(ANN)) is (folders == 0)
        if folders == 0:
            await bot.person(user_id=ANN).say("/forget yes")
        assert found(tmp_path, *texts) == []


async def test_whoever_paired_is_told_how_to_come_back_also_after_a_kill(tmp_path: Path) -> None:
    telegram = Telegram()
    async with running(tmp_path, telegram, owners="") as bot:
        bot.services.store.set_fact(PAIRED, str(ANN))
        await bot.person(user_id=ANN).send("customers.csv", CUSTOMERS)
        # As far as it came.
        bot.services.store.forget(ANN)
    async with running(tmp_path, telegram, owners="") as bot:
        (told,) = await bot.person(user_id=ANN).say("/forget yes")
        assert "pocket-marketer pair" in told.words
        assert not bot.services.access.admits(ANN)
    assert found(tmp_path, *OTHER) == []
    assert not (tmp_path / "owners" / str(ANN)).exists()


async def test_several_are_asked_about_and_nobody_is_told(bot: Running, ann: Talk) -> None:
    await ann.send("customers.csv", CUSTOMERS)
    (asked,) = await ann.say("/forget Buyer")
    assert "Whom do you mean?" in asked.words
    (one,) = await ann.tap("Buyer 4 (C0004)")
    assert "Forget Buyer 4 (C0004)?" in one.words
    await ann.tap("No, keep it")
    assert "nothing was removed" in ann.last.words
    assert "Nothing was removed" in (await ann.say("/forget Xaver Unbekannt"))[0].words


async def test_forgetting_the_same_person_twice_is_told(bot: Running, ann: Talk) -> None:
    await ann.send("customers.csv", CUSTOMERS)
    (asked,) = await ann.say("/forget C0002")
    order = asked.button("the sales stay").data or ""
    await ann.tap("the sales stay")
    assert "C0002 is gone" in ann.last.words
    assert "Nothing of this customer is here any more" in (await ann.say("/" + order.removeprefix("~")))[0].words


async def test_one_owner_s_forgetting_leaves_the_others_alone(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        ann, bob = bot.person(user_id=ANN), bot.person(user_id=6)
        await ann.send("customers.csv", CUSTOMERS)
        await bob.send("customers.csv", CUSTOMERS)
        await ann.say("/forget C0002")
        await ann.tap("the sales stay")
        assert {file.split("/")[1] for _, file in found(tmp_path, OTHER[1])} == {"6"}


async def test_in_chinese(bot: Running, wang: Talk) -> None:
    for name in ("订单", "客户"):
        await wang.send_file(SAMPLES / "zh" / f"{name}.csv")
    (asked,) = await wang.say("/forget 李若溪")
    assert "要忘掉 李若溪（K0001） 吗？" in asked.words
    await wang.tap("销售额保留")
    assert "已从每张表、名单、测试和备份里消失" in wang.last.words
    texts = ("李若溪", "K0001", "tb412555")
    assert found(bot.services.store.folder, *texts) == []


def test_memories_lose_who_is_forgotten_and_nothing_else() -> None:
    names = erasing.traces(["k1"])
    (short,) = names - {"k1"}
    body = f'{{"members": {{"{short}": "a", "ff": "b"}}, "list": ["k1", "k2"]}}'
    assert erasing.untraced(body, names) == '{"members": {"ff": "b"}, "list": ["k2"]}'
    assert erasing.untraced('"about k1 here"', names) is None
    assert erasing.untraced("not json k1", names) is None
    assert erasing.untraced("not json", names) == "not json"


def test_each_note_of_what_was_done_loses_the_person_and_stays_itself(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for update_id, said in enumerate(("3", f"{NAME}.csv", '{"news": "new"}')):
        store.note(ANN, update_id, "undo", said)
    store.change(ANN, Change({}, mentions=Mentions([NAME])))
    assert [store.deed(ANN, update_id, "undo") for update_id in range(3)] == ["3", "….csv", '{"news": "new"}']
    store.close()
