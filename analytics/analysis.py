"""What an analysis is: a question to a shop, its answer as a frozen report, a picture, and lists to act on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import pandas as pd

from analytics.cleaning import Policies
from analytics.dataset import Kind, Role, Shop
from analytics.drafts import Drafts
from analytics.trials import Trial

Vocabulary = Literal["groups", "classes"]
Tone = Literal["friendly", "plain", "premium"]


# Views that show who customers are; all others know them by a key only.
NAMING_VIEWS = frozenset({"names", "list"})


@dataclass(frozen=True)
class Cuts:
    """From where on a customer counts as recent (days since the last order, at most), frequent and valuable (at least).

    None is the shop's own middle.
    """

    recency: int | None = None
    frequency: int | None = None
    money: float | None = None


@dataclass(frozen=True)
class Terms:
    """How the owner does business: `margin` on sales before any discount (0-1, None: not said), and messages.

    A customer gets at most one message in `apart` days, in the `tone` that suits the shop. `budget` is the money a
    campaign may cost, None without limit. `shop` is the name that messages are signed with, None while it is not known.
    """

    margin: float | None = None
    apart: int = 14
    tone: Tone = "friendly"
    budget: float | None = None
    shop: str | None = None


@dataclass(frozen=True)
class Asked:
    """What an answer may depend on besides the data.

    `as_of` is the day to judge from (None: the day after the last one in the data), `vocabulary` the owner's choice of
    segment names, `cuts` their own thresholds, `policies` how they want columns cleaned. `view` is the side of the answer
    that is wanted; `sent` the day on which the latest orders came, `today` the owner's own day, after which nothing has happened yet, and `hour` (0-23) what has begun of it; `terms` are how they do business, `seed` settles what is
    drawn by lot; `drafts` are the words of messages in that language and the owner's tone; `remembered` what the same analysis wanted to know again (`Outcome.remember`) when it was last asked.
    """

    language: str = "en"
    vocabulary: Vocabulary = "groups"
    as_of: date | None = None
    pictures: bool = True
    policies: Policies = field(default_factory=dict)
    cuts: Cuts = field(default_factory=Cuts)
    remembered: str | None = None
    view: str = "body"
    today: date | None = None
    terms: Terms = field(default_factory=Terms)
    seed: int = 0
    drafts: Drafts | None = None
    sent: date | None = None
    hour: int | None = None


@dataclass(frozen=True)
class Need:
    """A dataset that must be there, with the columns an analysis stands on."""

    kind: Kind
    columns: tuple[str, ...]

    def lacking(self, shop: Shop) -> tuple[str, ...] | None:
        """The columns that the shop's dataset of this kind lacks; None where there is no such dataset."""
        dataset = shop.dataset(self.kind)
        return None if dataset is None else tuple(str(name) for name in self.columns if not dataset.has(name))

    def met_by(self, shop: Shop) -> bool:
        dataset = shop.dataset(self.kind)
        return dataset is not None and dataset.has(*self.columns)


BUYERS = Need(Kind.ORDERS, (Role.CUSTOMER, Role.TIME, Role.AMOUNT))
"""Orders that tell who bought, when, and for how much."""


@dataclass(frozen=True)
class Member:
    """One customer in a list; `money` net in the sheet's currency, `silent` whole days since the last order."""

    customer: str
    name: str | None
    orders: int
    money: float
    silent: int


@dataclass(frozen=True)
class Play:
    """One campaign suggestion: what to do with whom, and the money these customers have brought so far."""

    kind: str
    segment: str
    customers: tuple[Member, ...]
    at_stake: float


@dataclass(frozen=True)
class Document:
    """A file for the owner to keep."""

    filename: str
    content: bytes


@dataclass(frozen=True)
class Outcome:
    """One answer: the report, which view of it was asked for, picture (PNG) and list, and what else may be asked.

    `cleaned` is how many columns were treated as the owner decided before the answer was worked out; `remember` what
    the analysis wants to be told when it is asked again. `drafted` is a trial to keep. `future` order lines are dated after today and do not count.
    """

    analysis: str
    view: str
    report: Any
    chart: bytes | None
    document: Document | None
    answerable: tuple[str, ...]
    cleaned: int = 0
    remember: str | None = None
    drafted: Trial | None = None
    future: int = 0


@dataclass(frozen=True)
class Analysis:
    """One analysis. `name` is also its command, button, template and test.

    `requires`: any one of these must be met. `views` are words that show another side of the same report; the view
    `list` sends `sheet`, the rows behind a group, as a file, and the views in `pictured` come with a picture, too. An
    analysis that is `raw` looks at the data as it was sent, any other at what the owner's cleaning leaves of it.
    `remember` is what of its report it wants to be told when it is asked again, `draft` the trial that it made. `names`: its every answer looks at who
    customers are, not only those of the `NAMING_VIEWS`. `understood` puts the view in front of words as people type them. What is
    `typed` can be asked without any data, also by a plain sentence that it `recognises`; what is `offered` is among the keys under an upload and at the start.
    """

    name: str
    requires: tuple[Need, ...]
    options: Callable[[Sequence[str], Asked], Any]
    run: Callable[[Shop, Any], Any]
    chart: Callable[[Any, str], bytes | None]
    views: tuple[str, ...] = ()
    sheet: Callable[[Shop, Any, str], tuple[str, pd.DataFrame]] | None = None
    pictured: tuple[str, ...] = ("body",)
    raw: bool = False
    remember: Callable[[Any], str | None] | None = None
    draft: Callable[[Any], Trial | None] | None = None
    names: bool = False
    understood: Callable[[Sequence[str]], Sequence[str]] = tuple
    typed: bool = False
    recognises: Callable[[str], bool] = lambda text: False
    offered: bool = False

    def answers(self, shop: Shop) -> bool:
        """Whether the shop's data is of the kind that this analysis stands on."""
        return any(need.met_by(shop) for need in self.requires)
