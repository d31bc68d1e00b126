"""Write the sample shops of `data/`: run `python tests/make_samples.py`; the same bytes come out on any machine.

Both shops opened on 1 August 2025 and export fifteen months. Customers arrive with the season and buy by the model of
Fader, Hardie and Lee (2005, BG/NBD): each has a gamma-distributed rate, and after every order a beta-distributed chance
of never coming back. Tastes follow age and place. All people are invented; addresses are at example.com, British phone
numbers come from the range that Ofcom keeps for fiction, Chinese ones begin with 100, which no operator has.

**Harbour Lane Coffee** (`data/en`) is one roaster on the Cornish coast. December, the month of gifts, outsells every
other. Who takes Espresso No. 4 takes the almond biscotti along. The pour-over kit has forty filters, so the next pack
is due in five weeks. In May the roaster changed to a cheaper courier: parcels come late, the best customers say so in
their reviews, and in July some twenty regulars stopped ordering. A newsletter test shows that subject B sells more.

**小满茶铺** (`data/zh`) is one woman's tea shop. 双11, 年货节, 618 and the weeks before 中秋 make the year; around 春节
nothing is sent. 桂花乌龙 goes with 桂花糖; the cold-brew set calls for tea bags after a month. Since May parcels come
crushed and late, and loyal drinkers have been silent since July. Of two text messages B sold more, but too few were
sent to be sure.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

DATA = Path(__file__).parent.parent / "data"
OPENED, CLOSED = date(2025, 8, 1), date(2026, 10, 31)
NEW_COURIER = date(2026, 5, 11)
QUIET_SINCE = date(2026, 6, 29), date(2026, 7, 14)
"""First and last day of the last orders of the regulars who went quiet."""
ZIPF = 0.75
"""Popularity falls with the place in the price list to this power."""
ORDERS_A_DAY = 1.1, 0.022
"""Shape and scale of the gamma distribution of a living customer's rate."""
NEVER_AGAIN = 0.9, 1.6
"""Both parameters of the beta distribution of the chance that an order was the last."""
REFILL_DAYS = 34.0, 5.0
REFILL_CHANCE = 0.62
PAIR_CHANCE = 0.6

Row = Sequence[object]
Sheets = dict[str, list[Row]]


@dataclass(frozen=True)
class Product:
    """`lasting` things are bought once; `only` names the seasons in which it is sold (empty: always)."""

    name: str
    category: str
    price: float
    appeal: Mapping[str, float] = field(default_factory=dict)
    lasting: bool = False
    only: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """The name as people say it, without the size of the packet."""
        return re.sub(r",? \d+ ?(g|kg|粒装|包)?$", "", self.name)


@dataclass(frozen=True)
class Season:
    """`pull` multiplies ordinary days; `tempts` is the share of earlier buyers who order once more."""

    name: str
    first: date
    last: date
    pull: float
    tempts: float = 0.0
    discount: float = 0.0


@dataclass(frozen=True)
class City:
    name: str
    share: float
    region: str
    age: int


@dataclass(frozen=True)
class Shop:
    """All that differs between the shops.

    `extras` lengthens every basket, `drinks` are the categories that get reviewed, `newcomers` counts the first buyers
    of each month, `quiet` the regulars who leave, `reversed` the orders undone by status; `opened` and `bought` are the
    true rates of versions A and B.
    """

    seed: int
    products: tuple[Product, ...]
    extras: float
    drinks: frozenset[str]
    pair: tuple[str, str]
    starter: str
    refill: str
    cities: tuple[City, ...]
    seasons: tuple[Season, ...]
    newcomers: tuple[int, ...]
    quiet: int
    weekdays: tuple[float, ...]
    hours: tuple[int, ...]
    reversed: Mapping[str, int]
    recipients: int
    opened: tuple[float, float]
    bought: tuple[float, float]

    def product(self, name: str) -> Product:
        return next(product for product in self.products if product.name == name)

    def season(self, day: date) -> Season | None:
        return next((season for season in self.seasons if season.first <= day <= season.last), None)

    def pull(self, day: date) -> float:
        season = self.season(day)
        return self.weekdays[day.weekday()] * (season.pull if season else 1.0)


@dataclass
class Customer:
    """`rate` is orders a day, `last_chance` that an order is the last, `appetite` how much goes into a basket."""

    city: City
    age: int
    woman: bool
    joined: date
    rate: float
    last_chance: float
    appetite: float
    quiet: bool
    consents: bool
    number: int = 0
    spent: float = 0.0
    owned: set[str] = field(default_factory=set)

    @property
    def habits(self) -> frozenset[str]:
        age = "young" if self.age < 33 else "older" if self.age >= 52 else "middle"
        return frozenset((age, self.city.region))


@dataclass
class Order:
    customer: Customer
    time: datetime
    lines: list[tuple[Product, int]]
    discount: float
    number: int = 0
    status: str = ""
    anonymous: bool = False

    def paid(self, product: Product, quantity: int) -> float:
        return round(product.price * quantity * (1 - self.discount), 2)


@dataclass(frozen=True)
class Review:
    """`regular`: the customer had ordered twice before, and may say so."""

    order: Order
    day: date
    product: Product
    tone: str
    regular: bool


@dataclass(frozen=True)
class Recipient:
    customer: Customer | None
    number: int
    variant: str
    opened: bool
    amount: float


@dataclass(frozen=True)
class History:
    """What happened in one shop, before it is written in its language."""

    customers: list[Customer]
    orders: list[Order]
    reviews: list[Review]
    recipients: list[Recipient]


def simulate(shop: Shop, rng: Random) -> History:
    """Fifteen months of one shop."""
    customers = sorted(_arrivals(shop, rng), key=lambda customer: customer.joined)
    orders: list[Order] = []
    for number, customer in enumerate(customers, 1):
        customer.number = number
        orders.extend(_orders(shop, customer, rng))
    orders.sort(key=lambda order: order.time)
    for number, order in enumerate(orders, 1):
        order.number = number
        order.customer.spent += sum(order.paid(*line) for line in order.lines)
    loyal = [order for order in orders if not order.customer.quiet]
    for status, count in shop.reversed.items():
        for order in rng.sample([order for order in loyal if not order.status], count):
            order.status = status
    for order in rng.sample([order for order in loyal if not order.status], 6):
        order.anonymous = True
    return History(
        customers, orders, _reviews(shop, customers, orders, rng), _mailing(shop, customers, Random(shop.seed + 1))
    )


def _arrivals(shop: Shop, rng: Random) -> Iterable[Customer]:
    days = [OPENED + timedelta(days) for days in range((CLOSED - OPENED).days + 1)]
    months = sorted({(day.year, day.month) for day in days})
    for month, count in zip(months, shop.newcomers, strict=True):
        inside = [day for day in days if (day.year, day.month) == month]
        for joined in rng.choices(inside, [shop.pull(day) for day in inside], k=count):
            yield _newcomer(shop, joined, rng, quiet=False)
    for _ in range(shop.quiet):
        yield _newcomer(shop, OPENED + timedelta(rng.randrange(30, 190)), rng, quiet=True)


def _newcomer(shop: Shop, joined: date, rng: Random, *, quiet: bool) -> Customer:
    city = rng.choices(shop.cities, [city.share for city in shop.cities])[0]
    age = min(max(round(rng.gauss(city.age, 10)), 19), 78)
    zeal = 0.75 if age < 33 else 1.25 if age >= 52 else 1.0
    return Customer(
        city=city,
        age=age,
        woman=rng.random() < 0.58,
        joined=joined,
        rate=rng.uniform(0.026, 0.04) if quiet else rng.gammavariate(*ORDERS_A_DAY) * zeal,
        last_chance=rng.betavariate(*NEVER_AGAIN),
        appetite=rng.uniform(1.2, 1.8) if quiet else min(rng.lognormvariate(-0.4, 0.6), 2.5),
        quiet=quiet,
        consents=rng.random() < (0.85 if quiet else 0.62),
    )


def _days(shop: Shop, customer: Customer, rng: Random) -> set[date]:
    """The days on which a customer means to order."""
    day, found = customer.joined, {customer.joined}
    if customer.quiet:
        day = last = _within(*QUIET_SINCE, rng)
        while (day := day - timedelta(max(12, round(rng.gauss(1 / customer.rate, 5))))) > customer.joined:
            found.add(day)
        return found | {last}
    while day < CLOSED and rng.random() >= customer.last_chance:
        day += timedelta(5 + min(round(rng.expovariate(customer.rate)), 999))
        around = [day + timedelta(shift) for shift in range(-2, 3)]
        day = rng.choices(around, [shop.pull(near) + 0.01 for near in around])[0]
        found.add(day)
    for season in shop.seasons:
        if customer.joined < season.first and len(found) > 1 and rng.random() < season.tempts:
            found.add(_within(season.first, season.last, rng))
    return found


def _orders(shop: Shop, customer: Customer, rng: Random) -> Iterable[Order]:
    starter, refill = shop.product(shop.starter), shop.product(shop.refill)
    pending: dict[date, list[Product]] = {day: [] for day in _days(shop, customer, rng)}
    while pending:
        day = min(pending)
        due = pending.pop(day)
        if day > CLOSED or not shop.pull(day):
            continue
        lines = _basket(shop, customer, day, due, rng)
        bought = {product.name for product, _ in lines}
        if bought & {starter.name, refill.name} and not customer.quiet and rng.random() < REFILL_CHANCE:
            pending.setdefault(day + timedelta(round(rng.gauss(*REFILL_DAYS))), []).append(refill)
        season = shop.season(day)
        moment = time(rng.choices(range(24), shop.hours)[0], rng.randrange(60), rng.randrange(60))
        yield Order(customer, datetime.combine(day, moment), lines, season.discount if season else 0.0)


def _basket(shop: Shop, customer: Customer, day: date, due: list[Product], rng: Random) -> list[tuple[Product, int]]:
    season = shop.season(day)
    traits = customer.habits | {season.name if season else "everyday"}
    lines = {product.name: (product, 1) for product in due}
    wanted = int(rng.expovariate(1 / (shop.extras + customer.appetite))) + (0 if due else 1)
    for _ in range(min(wanted, 6)):
        weights = [
            0.0 if _out_of_question(shop, product, customer, season) or product.name in lines
            else _appeal(product, traits) / place**ZIPF
            for place, product in enumerate(shop.products, 1)
        ]  # fmt: skip
        product = rng.choices(shop.products, weights)[0]
        lines[product.name] = product, _quantity(product, customer, rng)
        if product.name == shop.pair[0] and rng.random() < PAIR_CHANCE:
            lines.setdefault(shop.pair[1], (shop.product(shop.pair[1]), 1))
        customer.owned.add(product.name)
    return list(lines.values())


def _out_of_question(shop: Shop, product: Product, customer: Customer, season: Season | None) -> bool:
    owned = product.lasting and product.name in customer.owned
    supplied = product.name == shop.refill and shop.starter in customer.owned
    return owned or supplied or (bool(product.only) and (season is None or season.name not in product.only))


def _appeal(product: Product, traits: Iterable[str]) -> float:
    appeal = 1.0
    for trait in sorted(traits):
        appeal *= product.appeal.get(trait, 1.0)
    return appeal


def _quantity(product: Product, customer: Customer, rng: Random) -> int:
    return 1 if product.lasting else 1 + min(int(rng.expovariate(1 / (0.45 * customer.appetite))), 5)


def _within(first: date, last: date, rng: Random) -> date:
    return first + timedelta(rng.randrange((last - first).days + 1))


def _reviews(shop: Shop, customers: list[Customer], orders: list[Order], rng: Random) -> list[Review]:
    """About one order in six is reviewed; good customers complain about the new courier, others seldom do."""
    fifth = sorted((customer.spent for customer in customers), reverse=True)[len(customers) // 5]
    reviews = []
    before: Counter[int] = Counter()
    for order in orders:
        regular = before[order.customer.number] >= 2
        before[order.customer.number] += 1
        late = order.time.date() >= NEW_COURIER
        good = order.customer.quiet or order.customer.spent >= fifth
        day = order.time.date() + timedelta(rng.randrange(3, 13))
        spoken = 0.45 if order.customer.quiet and late else 0.18
        drunk = [product for product, _ in order.lines if product.category in shop.drinks]
        if order.status or order.anonymous or day > CLOSED or not drunk or rng.random() >= spoken:
            continue
        parcel = (0.85 if order.customer.quiet else 0.42 if good else 0.06) if late else 0.0
        tones = {"parcel": parcel, "fault": 0.1, "mixed": 0.17, "praise": max(0.73 - parcel, 0.05)}
        reviews.append(Review(order, day, drunk[0], rng.choices([*tones], [*tones.values()])[0], regular))
    return sorted(reviews, key=lambda review: review.day)


def _mailing(shop: Shop, customers: list[Customer], rng: Random) -> list[Recipient]:
    """Half the list got version A and half B, by lot: customers who agreed, and readers who never bought."""
    known: list[Customer | None] = [customer for customer in customers if customer.consents]
    people = known + [None] * (shop.recipients - len(known))
    variants = ["A", "B"] * (len(people) // 2)
    rng.shuffle(variants)
    recipients = []
    for number, (customer, variant) in enumerate(zip(people, variants, strict=True), 1):
        chance, sells = (rates["AB".index(variant)] for rates in (shop.opened, shop.bought))
        opened = rng.random() < chance
        bought = opened and rng.random() < sells / chance
        amount = sum(rng.choice(shop.products).price for _ in range(rng.choice((1, 1, 2)))) if bought else 0.0
        recipients.append(Recipient(customer, number, variant, opened, round(amount, 2)))
    return recipients


def _write(folder: Path, sheets: Sheets) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in sheets.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)


def _with_duplicates(rows: list[Row], rng: Random) -> list[Row]:
    """Five lines stand twice, as after an export that was pasted together."""
    for place in sorted(rng.sample(range(len(rows)), 5), reverse=True):
        rows.insert(place, rows[place])
    return rows


def _texts(pools: Mapping[str, tuple[str, str]], reviews: Iterable[Review], glue: str, rng: Random) -> list[str]:
    """An opening and an ending for each review, no pair twice; `{}` is the product, and `+` what only regulars say."""
    decks: dict[str, list[str]] = {}
    for tone, (openings, endings) in pools.items():
        decks[tone] = [a + glue + b for a in openings.split("\n") for b in endings.split("\n")]
        rng.shuffle(decks[tone])
    texts = []
    for review in reviews:
        deck = decks[review.tone]
        text = next(text for text in deck if review.regular or "+" not in text)
        deck.remove(text)
        texts.append(text.replace("+", "").format(review.product.called))
    return texts


def _words(text: str) -> list[str]:
    return text.split()


def _header(text: str) -> list[str]:
    return text.split(",")


STARS = {"praise": (5, 5, 5, 4), "mixed": (4, 3, 3), "fault": (3, 2, 2), "parcel": (3, 2, 2, 1)}

# --- the coffee roaster ---

COFFEE = Shop(
    seed=20250850,
    products=(
        Product("Harbour Blend 250 g", "Beans", 8.5, {"older": 1.5}),
        Product("Espresso No. 4 250 g", "Beans", 9.2, {"young": 1.5, "city": 1.3, "older": 0.6}),
        Product("Colombia Huila 250 g", "Beans", 9.8),
        Product("Ethiopia Guji 250 g", "Beans", 10.5, {"young": 2.0, "city": 1.3, "older": 0.5}),
        Product("Decaf Peru 250 g", "Beans", 9.5, {"older": 3.0, "young": 0.3}),
        Product("Brazil Cerrado 250 g", "Beans", 8.9, {"coast": 1.4}),
        Product("Harbour Blend 1 kg", "Beans", 28.0, {"older": 1.6, "young": 0.5}),
        Product("Pour-over starter kit", "Brewing", 34.0, {"young": 1.5, "christmas": 1.6}, lasting=True),
        Product("Gift box, three coffees", "Gifts", 29.0, {"christmas": 7.0, "everyday": 0.6, "father's day": 4.0}),
        Product("Christmas Blend 250 g", "Beans", 9.9, {"christmas": 6.0}, only=("christmas",)),
        Product("Almond biscotti 200 g", "Treats", 5.6, {"everyday": 0.3, "christmas": 0.6}),
        Product("Enamel mug", "Gifts", 12.0, {"christmas": 3.0, "coast": 1.5}),
        Product("Kenya Nyeri 250 g", "Beans", 11.5, {"city": 1.4}),
        Product("Dark chocolate 70 % 100 g", "Treats", 4.2),
        Product("Hand grinder", "Brewing", 42.0, {"young": 1.3, "christmas": 1.5}, lasting=True),
        Product("Cold brew bags, 10", "Cold brew", 11.0, {"young": 1.6, "christmas": 0.2}),
        Product("Paper filters, 40", "Brewing", 4.5, {"christmas": 0.4, "everyday": 0.7}),
    ),
    extras=0.3,
    drinks=frozenset({"Beans"}),
    pair=("Espresso No. 4 250 g", "Almond biscotti 200 g"),
    starter="Pour-over starter kit",
    refill="Paper filters, 40",
    cities=(
        City("Falmouth", 0.17, "coast", 52),
        City("Truro", 0.10, "coast", 54),
        City("St Ives", 0.07, "coast", 57),
        City("Plymouth", 0.13, "city", 38),
        City("Exeter", 0.11, "city", 34),
        City("Bristol", 0.18, "city", 33),
        City("London", 0.17, "city", 36),
        City("Leeds", 0.07, "city", 31),
    ),
    seasons=(
        Season("christmas", date(2025, 11, 24), date(2025, 12, 19), 2.6, tempts=0.85),
        Season("father's day", date(2026, 6, 10), date(2026, 6, 19), 1.8, tempts=0.12),
        Season("closed", date(2025, 12, 24), date(2026, 1, 2), 0.0),
    ),
    newcomers=(14, 13, 14, 30, 66, 7, 7, 8, 9, 10, 14, 44, 56, 58, 54),
    quiet=18,
    weekdays=(1.25, 1.0, 0.95, 1.0, 1.1, 0.7, 1.3),
    hours=(0, 0, 0, 0, 0, 0, 2, 6, 9, 9, 7, 5, 6, 5, 4, 4, 5, 6, 7, 9, 11, 8, 4, 1),
    reversed={"Refunded": 3, "Cancelled": 1},
    recipients=1600,
    opened=(0.33, 0.39),
    bought=(0.045, 0.072),
)

ENGLISH_WOMEN = _words("""
    Alice Amelia Anna Beth Carol Charlotte Chloe Claire Daisy Demelza Ellen Emily Emma Esme Fiona Freya Grace Hannah
    Harriet Holly Isla Jane Jenna Joan Julia Karen Kate Laura Lily Lowenna Lucy Maisie Margaret Megan Morwenna Nina
    Olivia Pippa Rachel Rosie Ruth Sally Sarah Sophie Susan Tamsin Tess Wendy Yasmin Zoe
""")
ENGLISH_MEN = _words("""
    Adam Alan Arthur Ben Callum Charlie Colin Daniel David Edward Ethan Finn Frank George Graham Harry Henry Jack
    Jago James Joe John Jonah Keith Leo Liam Luke Martin Max Michael Nathan Neil Oliver Oscar Owen Patrick Paul
    Peter Piran Ravi Robert Sam Simon Stephen Theo Thomas Toby Tom Will Zac
""")
ENGLISH_SURNAMES = _words("""
    Adams Ahmed Angove Baker Bennett Bolitho Brooks Carter Chapman Clarke Collins Cook Cooper Curnow Davies Dunstan
    Ellis Evans Foster Gray Green Hall Harris Hicks Hughes Jackson Jenkin Kelly Kemp Khan King Lewis Marsh Mason
    Mitchell Morgan Moyle Nance Newton Palmer Parker Pascoe Patel Penrose Perry Price Reed Rowe Shaw Singh Spencer
    Stone Taylor Trelawny Tremayne Turner Vincent Walker Ward Webb White Wood Wright Young
""")

ENGLISH_REVIEWS = {
    "praise": (
        """The {} is lovely, smooth and never bitter.
Best coffee I have had at home in years.
Bought the {} on a whim and finished it in a week.
My kitchen smells wonderful, and the roast date was two days old.
The {} was a present for my dad and he rang me to ask where it came from.
Fresh, well packed and exactly as described.
Nothing to complain about at all.
I was not expecting much from the {}, but I was wrong.
Really good, and you can tell that somebody cares.
+My third order, and still not bored.
Rich, chocolatey and not too dark.
Proper coffee from a proper person.""",
        """Will order again.
The handwritten note made my day.
Good value too.
My neighbour has ordered some since.
Five stars from the whole office.
Came the next day, which was a nice surprise.
Thank you!
I only wish I had found you sooner.
Works well with milk and without.
Already told my sister.
The advice on grinding by e-mail was spot on.
You have a customer for life.""",
    ),
    "mixed": (
        """+The {} is good, but not as good as the last batch.
Nice flavour, a bit lighter than I like.
Not bad at all, though I would not call it special.
The {} does what it should.
I like it, my husband does not.
+Good quality, but the price has crept up.
Tasty, although the bag would not reseal.""",
        """Might try another one next time.
Still better than the supermarket.
A smaller bag would suit me.
Happy enough.
A clearer brewing guide would help.
Three cups in I began to enjoy it.
We will see.""",
    ),
    "fault": (
        """The {} tasted flat and a little sour.
I found the {} far too expensive for what it is.
Disappointed: the bag had a split seam.
The {} was not what the picture showed.
Much too bitter for me, and I tried three ways of making it.""",
        """Would not buy it again.
I wrote about it and have not heard back.
+Expected better after the last one.
A shame, because the other coffees are good.
I have asked for a refund.
Not for me.""",
    ),
    "parcel": (
        """+Eight days for a parcel that used to take two.
+The coffee is as good as ever, but the delivery is not.
+Late again, the third time since you changed the courier.
Tracking said delivered, yet nothing was there until Tuesday.
The box arrived crushed and the {} was all over it.
I love the {}, but I cannot plan around this shipping.
Waited in twice and the courier never came.
+Another late delivery, and by then I had bought coffee elsewhere.
The parcel sat in a depot for a week.""",
        """+Please go back to the old courier.
I am not happy about it.
+As a regular I expected better.
Fresh beans are no use when they come ten days old.
If this goes on I will have to look elsewhere.
No answer to my message either.
Such a pity, the roasting is excellent.
The driver left it in the rain.
I would pay more for shipping that works.""",
    ),
}


def coffee() -> Sheets:
    """The four files of Harbour Lane Coffee."""
    rng = Random(COFFEE.seed)
    history = simulate(COFFEE, rng)
    names = _english_names(history.customers, rng)
    lines: list[Row] = []
    for order in history.orders:
        buyer = order.customer
        who = ("", "Guest") if order.anonymous else (f"C{buyer.number:04d}", names[buyer.number])
        for product, quantity in order.lines:
            lines.append((
                f"HL-{10000 + order.number}", f"{order.time:%Y-%m-%d %H:%M}", *who, product.name, product.category,
                quantity, f"{product.price:.2f}", f"£{order.paid(product, quantity):.2f}", buyer.city.name,
                order.status or "Paid",
            ))  # fmt: skip
    customers: list[Row] = [
        (
            f"C{c.number:04d}", names[c.number], f"{names[c.number].lower().replace(' ', '.')}@example.com",
            f"07700 900{c.number:03d}", c.city.name, _or_blank(c.age, rng),
            _or_blank("F" if c.woman else "M", rng), c.joined.isoformat(), "yes" if c.consents else "no",
        )
        for c in history.customers
    ]  # fmt: skip
    mailing: list[Row] = [
        (
            f"C{r.customer.number:04d}" if r.customer else f"N{r.number:04d}", r.variant,
            "yes" if r.opened else "no", "yes" if r.amount else "no", f"{r.amount:.2f}",
        )
        for r in history.recipients
    ]  # fmt: skip
    reviews: list[Row] = [
        (
            review.day.isoformat(), f"C{review.order.customer.number:04d}", review.product.name,
            rng.choice(STARS[review.tone]), text,
        )
        for review, text in zip(
            history.reviews, _texts(ENGLISH_REVIEWS, history.reviews, " ", rng), strict=True
        )
    ]  # fmt: skip
    return {
        "orders.csv": [
            _header("Order ID,Date,Customer ID,Customer name,Product,Category,Quantity,Unit price,Total,City,Status"),
            *_with_duplicates(lines, rng),
        ],
        "customers.csv": [_header("Customer ID,Name,Email,Phone,City,Age,Sex,Joined,Newsletter"), *customers],
        "ab_test.csv": [_header("Customer ID,Variant,Opened,Bought,Amount"), *mailing],
        "comments.csv": [_header("Date,Customer ID,Product,Stars,Review"), *reviews],
    }


def _english_names(customers: Iterable[Customer], rng: Random) -> dict[int, str]:
    """No name twice, so that no e-mail address is."""
    decks: dict[bool, list[str]] = {}
    for woman, given in ((True, ENGLISH_WOMEN), (False, ENGLISH_MEN)):
        decks[woman] = [f"{first} {last}" for first in given for last in ENGLISH_SURNAMES]
        rng.shuffle(decks[woman])
    return {customer.number: decks[customer.woman].pop() for customer in customers}


def _or_blank(value: object, rng: Random) -> object:
    """One cell in sixteen was never filled in."""
    return "" if rng.random() < 1 / 16 else value


# --- the tea shop ---

TEA = Shop(
    seed=20250856,
    products=(
        Product("茉莉花茶 100g", "花茶", 39.9, {"北方": 2.2, "older": 1.3}),
        Product("桂花乌龙 100g", "乌龙茶", 45.0, {"young": 1.5, "江浙沪": 1.4}),
        Product("正山小种 125g", "红茶", 68.0, {"北方": 1.4}),
        Product("小青柑 10粒装", "普洱茶", 59.0, {"young": 1.3, "华南": 1.5}),
        Product("凤凰单丛鸭屎香 100g", "乌龙茶", 79.0, {"华南": 2.4}),
        Product("明前龙井 50g", "绿茶", 96.0, {"江浙沪": 2.5, "春茶": 8.0}, only=("春茶",)),
        Product("老白茶饼 350g", "白茶", 198.0, {"older": 2.5, "young": 0.3}),
        Product("冷泡茶入门套装", "茶具", 69.0, {"young": 2.2, "older": 0.4, "年货节": 0.5}, lasting=True),
        Product("熟普洱茶饼 357g", "普洱茶", 128.0, {"older": 1.8, "young": 0.4}),
        Product("年货茶礼盒", "礼盒", 238.0, {"年货节": 7.0}, only=("年货节",)),
        Product("中秋茶礼盒", "礼盒", 168.0, {"中秋": 6.0}, only=("中秋",)),
        Product("清香铁观音 250g", "乌龙茶", 88.0, {"older": 1.4}),
        Product("手工桂花糖 200g", "茶点", 26.8, {"everyday": 0.3, "双11": 0.4, "618": 0.4}),
        Product("蜜桃乌龙茶包 15包", "茶包", 32.9, {"young": 2.0, "older": 0.4}),
        Product("玻璃公道杯", "茶具", 35.0, {"双11": 1.5}, lasting=True),
        Product("旅行茶具套装", "茶具", 129.0, {"618": 1.6, "双11": 1.6}, lasting=True),
        Product("新会陈皮 50g", "茶点", 58.0, {"华南": 2.0, "older": 1.5}),
        Product("冷泡茶包补充装 30包", "茶包", 49.9, {"young": 1.2}),
    ),
    extras=0.1,
    drinks=frozenset({"花茶", "乌龙茶", "红茶", "普洱茶", "绿茶", "白茶"}),
    pair=("桂花乌龙 100g", "手工桂花糖 200g"),
    starter="冷泡茶入门套装",
    refill="冷泡茶包补充装 30包",
    cities=(
        City("杭州", 0.15, "江浙沪", 36),
        City("上海", 0.16, "江浙沪", 35),
        City("苏州", 0.08, "江浙沪", 40),
        City("南京", 0.07, "江浙沪", 33),
        City("广州", 0.11, "华南", 42),
        City("深圳", 0.12, "华南", 30),
        City("潮州", 0.04, "华南", 54),
        City("北京", 0.11, "北方", 38),
        City("天津", 0.05, "北方", 50),
        City("成都", 0.07, "西南", 32),
        City("长沙", 0.04, "西南", 29),
    ),
    seasons=(
        Season("双11", date(2025, 10, 31), date(2025, 11, 11), 5.0, tempts=0.6, discount=0.15),
        Season("年货节", date(2026, 1, 19), date(2026, 2, 8), 3.2, tempts=0.25),
        Season("春节", date(2026, 2, 13), date(2026, 2, 23), 0.0),
        Season("春茶", date(2026, 3, 28), date(2026, 4, 18), 1.8, tempts=0.1),
        Season("618", date(2026, 6, 10), date(2026, 6, 18), 4.0, tempts=0.25, discount=0.12),
        Season("中秋", date(2026, 9, 8), date(2026, 9, 22), 2.2, tempts=0.15),
    ),
    newcomers=(9, 10, 12, 56, 9, 36, 5, 7, 16, 9, 30, 32, 38, 54, 48),
    quiet=18,
    weekdays=(1.05, 1.0, 1.0, 1.0, 1.1, 1.2, 1.25),
    hours=(3, 1, 0, 0, 0, 0, 1, 2, 4, 6, 7, 6, 7, 6, 5, 5, 5, 5, 5, 7, 10, 12, 11, 7),
    reversed={"交易关闭": 9, "退款成功": 7},
    recipients=1200,
    opened=(0.19, 0.23),
    bought=(0.045, 0.06),
)

CHINESE_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘蒋蔡余杜叶程苏魏吕丁沈任姚卢"
)
CHINESE_WOMEN = _words("""
    雨桐 晓琳 静怡 美玲 佳怡 梦瑶 思琪 婉清 秀兰 桂芳 丽华 文静 雅婷 欣妍 诗涵 若溪 春燕 海燕 慧敏 玉珍 晓燕 佩珊
    嘉欣 可馨 子晴 语嫣 红梅 淑芬 月娥 倩 敏 婷 颖 芸 岚 琳 洁 蕾
""")
CHINESE_MEN = _words("""
    建国 志强 伟明 浩然 子轩 宇航 俊杰 文博 国栋 海峰 永康 家豪 立群 明远 思远 晓东 振华 启明 天佑 泽宇 少华 德胜
    学文 伟 磊 强 涛 鹏 斌 凯 睿 翔 旭 锐
""")
NICKNAMES = _words("""
    爱喝茶的 早起的 阳台上的 南方的 慢悠悠的 山里的 打瞌睡的 巷口的 雨天的 会做饭的 二楼的 不加班的
""")
NICKNAMED = _words("""
    小鹿 老猫 阿禾 橘子 木木 豆包 石榴 团子 青柠 桃桃 阿布 麦子 栗子 小满 云朵 番茄 老李 半夏 知了 芋圆
""")

CHINESE_REVIEWS = {
    "praise": (
        """{}到手就泡了一壶，香气很正。
+回购第三次了，一直很稳定。
茶汤清亮，入口回甘，不苦不涩。
给爸妈买的，老人家说比超市的好喝多了。
{}比想象中好，叶底很完整。
包装用心，还送了手写卡片。
同事尝了一口就问我要链接。
晚上喝也不会睡不着，很喜欢。
店主回复特别耐心，教我水温和时间。
没想到这个价位能喝到这么好的茶。
{}没有一点杂味，闻着就舒服。
冷热都试过，都好喝。
送人很有面子，朋友很喜欢。""",
        """会一直支持小店。
已经推荐给闺蜜了。
下次活动再囤点。
五星好评。
发货也快，第二天就到了。
性价比很高。
希望店主一直做下去。
+家里已经离不开了。
赠品也好喝。
喝完再来。
赞一个！
值得慢慢品。""",
    ),
    "mixed": (
        """{}味道还行，就是香气淡了点。
+茶不错，价格比之前贵了。
中规中矩，没有特别惊艳。
口感可以，碎末稍微有点多。
我觉得好喝，老公说一般。
东西是好东西，就是分量少。
{}不难喝，但也谈不上多好。""",
        """下次换一款试试。
总体还算满意。
希望出个小包装。
多泡几次味道才出来。
先喝着看吧。
冲泡说明能再详细点就好了。
凑合吧。""",
    ),
    "fault": (
        """+{}有点涩，跟上次买的不是一个味道。
跟图片差别挺大的，有点失望。
太贵了，不值这个价。
{}泡两次就没味了。
打开有股闷味，不太敢喝。""",
        """不会再买了。
问客服也没说清楚。
已经申请退款。
不推荐。
别的茶还可以，这款真不行。
算是踩雷了。""",
    ),
    "parcel": (
        """这次物流太慢了，等了九天才到。
快递盒子压扁了，{}碎了不少。
+茶还是好茶，就是发货越来越慢。
+换了快递以后就没准时过。
显示已签收，其实放在隔壁小区三天。
+老顾客了，最近两次快递都出问题。
下单半个月才收到。
快递员不送上门，打电话也不接。
{}没问题，快递真的不行。""",
        """+店主能不能换回原来的快递？
等得心都凉了。
+喝了大半年，有点失望。
再这样只能换一家了。
跟客服反映了也没下文。
可惜了这么好的茶。
宁愿多付点运费也想快一点。
真的不太高兴。
差评给物流，不是给茶。""",
    ),
}


def tea() -> Sheets:
    """The four files of 小满茶铺."""
    rng = Random(TEA.seed)
    history = simulate(TEA, rng)
    names = {
        c.number: rng.choice(CHINESE_SURNAMES) + rng.choice(CHINESE_WOMEN if c.woman else CHINESE_MEN)
        for c in history.customers
    }
    nicknames = _nicknames(history.customers, rng)
    lines: list[Row] = []
    for order in history.orders:
        buyer = order.customer
        who = ("", "") if order.anonymous else (f"K{buyer.number:04d}", nicknames[buyer.number])
        for product, quantity in order.lines:
            lines.append((
                f"{order.time:%Y%m%d}{order.number:05d}", f"{order.time:%Y-%m-%d %H:%M}", *who, product.name,
                product.category, quantity, f"{product.price:.2f}", f"¥{order.paid(product, quantity):.2f}",
                buyer.city.name, order.status or "交易成功",
            ))  # fmt: skip
    customers: list[Row] = [
        (
            f"K{c.number:04d}", names[c.number], nicknames[c.number], f"1000000{c.number:04d}", c.city.name,
            _or_blank(c.age, rng), _or_blank("女" if c.woman else "男", rng), c.joined.isoformat(),
            "是" if c.consents else "否",
        )
        for c in history.customers
    ]  # fmt: skip
    mailing: list[Row] = [
        (
            f"K{r.customer.number:04d}" if r.customer else f"F{r.number:04d}", r.variant,
            "是" if r.opened else "否", "是" if r.amount else "否", f"{r.amount:.2f}",
        )
        for r in history.recipients
    ]  # fmt: skip
    reviews: list[Row] = [
        (
            review.day.isoformat(), f"K{review.order.customer.number:04d}", review.product.name,
            rng.choice(STARS[review.tone]), text,
        )
        for review, text in zip(history.reviews, _texts(CHINESE_REVIEWS, history.reviews, "", rng), strict=True)
    ]  # fmt: skip
    return {
        "订单.csv": [
            _header("订单编号,下单时间,客户编号,买家昵称,商品名称,品类,数量,单价,实付金额,收货城市,订单状态"),
            *_with_duplicates(lines, rng),
        ],
        "客户.csv": [_header("客户编号,姓名,昵称,手机号,城市,年龄,性别,注册日期,接收短信"), *customers],
        "AB测试.csv": [_header("客户编号,版本,是否点开,是否购买,成交金额"), *mailing],
        "评论.csv": [_header("评价日期,客户编号,商品名称,评分,评价内容"), *reviews],
    }


def _nicknames(customers: Iterable[Customer], rng: Random) -> dict[int, str]:
    """Four in ten never changed the name that the platform gave them."""
    chosen = [first + last for first in NICKNAMES for last in NICKNAMED]
    given = [f"tb{number}" for number in rng.sample(range(100000, 1000000), 1000)]
    rng.shuffle(chosen)
    return {c.number: given.pop() if not chosen or rng.random() < 0.4 else chosen.pop() for c in customers}


def main(folder: Path = DATA) -> None:
    """Write both shops into `folder`."""
    _write(folder / "en", coffee())
    _write(folder / "zh", tea())


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
