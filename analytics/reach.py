"""Whom of a group may be written to at all: not who said no, not who is in a trial just sent, not who left no address."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.compute as pc

from analytics import language, people, rfm
from analytics.analysis import Asked
from analytics.dataset import Dataset, Role, Shop
from analytics.trials import Trial

# Headers in one spelling (`_plain`): what a yes means in such a column.
AGREES = re.compile(
    r"\baccepts?\b.*\b(?:marketing|e ?mails?|sms|newsletters?)|\b(?:marketing|e ?mail|sms|newsletter)\b.*\b"
    r"(?:opt(?:ed)? in|consent|permission|subscri\w*)|\bopt(?:ed)? ?in\b|^newsletter$|^consent$|^subscrib\w+$"
    r"|(?:接受|接收|同意|允许|愿意).*(?:营销|推广|短信|邮件|消息|联系)|订阅|营销许可"
)
REFUSES = re.compile(
    r"\bunsubscri|\bopt(?:ed)? ?out\b|\bdo not (?:contact|e ?mail|call|text)|\bno marketing|退订|拒收|拒绝|免打扰|勿扰|取消订阅"
)
# What a cell says, in one spelling with _ for blanks: a plain yes or no, or by itself that messages are wanted or not.
CELLS = {
    "yes": "yes y true t 1 on active accepted granted confirmed 是 有 对 真 同意 接受 愿意 允许 可以",
    "no": "no n false f 0 off inactive none null never 否 无 不 没有 没 假 不同意 不接受 不愿意 不允许 不可以",
    "wanted": "subscribed opted_in opt_in 已订阅 订阅 未退订",
    "unwanted": """
        unsubscribed never_subscribed non_subscribed nonsubscribed not_subscribed cleaned suppressed bounced refused denied
        revoked opted_out opt_out not_opted_in 拒绝 拒收 退订 已退订 未订阅 取消订阅""",
}
TELLING = re.compile("subscri|^opt|订")
MEANING = {word: meaning for meaning, words in CELLS.items() for word in words.split()}

REASONS = ("said_no", "written_lately", "held_back", "no_contact")


@dataclass(frozen=True)
class Reach:
    """Of a group the customers `kept`, in the order given, and how many are not, each counted for the first reason.

    `said_no` to messages, `written_lately`: got one in the days that the owner leaves between two, `held_back` from it, to
    compare with those who got it, `no_contact`: neither e-mail nor phone, though others have one.
    """

    kept: tuple[str, ...]
    said_no: int = 0
    written_lately: int = 0
    held_back: int = 0
    no_contact: int = 0

    @property
    def left_out(self) -> dict[str, int]:
        """How many are left out, by why; only reasons that there are."""
        told = {name: getattr(self, name) for name in REASONS}
        return {why: many for why, many in told.items() if many}


def reachable(shop: Shop, customers: Sequence[str], asked: Asked) -> Reach:
    """Which of these customers, by key, may get a message today.

    Whether they have a contact can only be told where `shop.people` is at hand.
    """
    out = barred(shop, asked)
    keys = [str(key) for key in customers]
    return Reach(tuple(key for key in keys if key not in out), **Counter(out[key] for key in keys if key in out))


def writable(shop: Shop, customers: npt.NDArray[np.object_], asked: Asked) -> npt.NDArray[np.bool_]:
    """Which of these customers, by key (n,), may get a message today."""
    return ~rfm.among(customers, barred(shop, asked))


def noted(shop: Shop, customers: npt.NDArray[np.object_], asked: Asked, reader: str) -> dict[str, list[str | None]]:
    """A column for a list of everybody: who must not be written to, and why; none where everybody may be."""
    out = barred(shop, asked)
    told = [language.named(out[key], reader) if key in out else None for key in map(str, customers)]
    return {"leave_alone": told} if any(told) else {}


def barred(shop: Shop, asked: Asked) -> dict[str, str]:
    """Who may get no message today, by key, and the first reason why."""
    recent = recent_trials(shop, asked)
    written = frozenset[str]().union(*(trial.written_to() for trial in recent))
    held = frozenset[str]().union(*(trial.held_back() for trial in recent))
    out = (said_no(shop.customers) | refused(shop.orders), written, held, no_contact(shop.people))
    return {key: why for why, keys in reversed([*zip(REASONS, out, strict=True)]) for key in keys}


def said_no(customers: Dataset | None) -> frozenset[str]:
    """Customers whose row in the customer list says that they want no messages.

    A column of refusals counts for whoever has anything but a no there. Of columns of consents (e-mail, SMS) one yes is
    enough to be written to, and a blank says nothing.
    """
    if customers is None or not customers.has(Role.CUSTOMER):
        return frozenset()
    rows = customers.frame(Role.CUSTOMER, *customers.attributes)
    refused, agreed, denied = (pd.Series(data=False, index=rows.index) for _ in range(3))
    for name in customers.attributes:
        told = rows[name].astype("category")
        spelt = {cell: _plain(cell).replace(" ", "_") for cell in told.cat.categories}
        said = told.map({cell: MEANING.get(word, "other" if word else "no") for cell, word in spelt.items()}).astype(
            object
        )
        header = _plain(name.partition(":")[2])
        if REFUSES.search(header):
            refused |= said.isin(["yes", "unwanted", "other"])
        elif AGREES.search(header) or any(TELLING.search(word) for word in spelt.values() if word in MEANING):
            agreed |= said.isin(["yes", "wanted"])
            denied |= said.isin(["no", "unwanted"])
    out = rows[Role.CUSTOMER][refused | (denied & ~agreed)]
    return frozenset(out.dropna().astype(str))


def refused(orders: Dataset | None) -> frozenset[str]:
    """Customers whose latest order that says anything about it says that they want no messages."""
    if orders is None or not orders.has(Role.CUSTOMER, Role.CONSENT):
        return frozenset()
    rows = orders.frame(Role.CUSTOMER, Role.TIME, Role.CONSENT)
    cells = {cell: MEANING.get(_plain(cell).replace(" ", "_")) for cell in rows[Role.CONSENT].cat.categories}
    rows["said"] = rows[Role.CONSENT].astype(object).map(cells, na_action="ignore")
    told = rows.dropna(subset=[Role.CUSTOMER, "said"])
    if Role.TIME in told:
        told = told.sort_values(Role.TIME, kind="stable", na_position="first")
    latest = told.drop_duplicates(Role.CUSTOMER, keep="last")
    return frozenset(latest[Role.CUSTOMER][latest["said"].isin(["no", "unwanted"])].astype(str))


def recent_trials(shop: Shop, asked: Asked) -> tuple[Trial, ...]:
    """Trials sent less than `asked.terms.apart` days ago.

    Whoever is in one is left alone, the held-out as well as the written-to: what else they got would be taken for what
    the trial brought.
    """
    sent = ((trial, trial.sent) for trial in shop.trials if trial.sent is not None)
    return tuple(
        trial for trial, day in sent if asked.today is None or 0 <= (asked.today - day).days < asked.terms.apart
    )


def no_contact(everybody: Dataset | None) -> frozenset[str]:
    """Customers known by neither e-mail nor phone, where any are."""
    if everybody is None:
        return frozenset()
    table = everybody.table(Role.CUSTOMER, people.SAME_AS, people.LABEL, Role.EMAIL, Role.PHONE)
    contact = pc.or_(pc.is_valid(table[Role.EMAIL]), pc.is_valid(table[Role.PHONE]))
    contact = pc.or_(
        contact, pc.fill_null(pc.match_substring_regex(table[people.LABEL], "@|^\\+|^1[3-9][0-9]{9}$"), False)
    )
    key = pc.coalesce(table[people.SAME_AS], table[Role.CUSTOMER])
    reached = set(key.filter(contact).to_pylist())
    return frozenset(set(key.to_pylist()) - reached) if reached else frozenset()


def _plain(text: object) -> str:
    """Spelt one way: `Accepts_Email-Marketing` is accepts email marketing, and a number 1.0 is 1."""
    said = unicodedata.normalize("NFKC", str(text)).casefold().removesuffix(".0")
    return " ".join(re.split(r"[\s_\-–—:?]+", said)).strip()
