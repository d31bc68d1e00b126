"""Lists to act on: every rule, the best offer to each customer, who is due."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics import language, people
from analytics.association import Rules
from analytics.association_advice import Offers, best_missing
from analytics.basket_options import BasketOptions
from analytics.baskets import of_pairs
from analytics.bundles import Mined
from analytics.dataset import Shop
from analytics.members import Members
from analytics.next_purchase import customers, day, due_rows, followed, purchases_of, writable_rows
from analytics.reach import writable
from analytics.rfm import CustomerTable


def sheet(shop: Shop, chosen: BasketOptions, reader: str) -> tuple[str, pd.DataFrame]:
    """All rules with their measures, the best offer to each customer, or who is due; headers in the reader's language."""
    if chosen.listed == "due":
        return _due_sheet(shop, chosen, reader)
    mined = Mined(shop, chosen)
    if chosen.listed == "offers":
        return _offer_sheet(shop, mined, chosen, reader)
    best = mined.shown[1]
    found = mined.rules.take(best)
    advice = [mined.advice(int(rule)) for rule in best]
    rows = {
        "with": [" + ".join(entry.with_) for entry in advice],
        "then": [entry.then for entry in advice],
        "count": found.count,
        "of": found.antecedent_count,
        "base": (found.consequent_count / max(found.baskets, 1)).round(5),
        "support": found.support.round(5),
        "confidence": found.confidence.round(4),
        "lift": found.lift.round(3),
        "leverage": found.leverage.round(6),
        "conviction": found.conviction.round(3),
        "log10_chance": (mined.proof.fisher[best] / np.log(10)).round(1),
        "most_units": [None if entry.units is None else round(entry.units, 2) for entry in advice],
        "most_money": [None if entry.money is None else round(entry.money, 2) for entry in advice],
    }
    return language.BASKET_LISTS[reader]["rules"], pd.DataFrame(rows).rename(columns=language.BASKET_HEADERS[reader])


def offers_of(mined: Mined, table: CustomerTable) -> tuple[Offers, Rules]:
    """For every customer of the table the best partner of what they have, and the rules that the offers number."""
    book = mined.book
    place = (
        pd.Index(table.customer).get_indexer(pd.Index(book.customers)) if len(book.customers) else np.empty(0, np.int64)
    )
    owner = np.where(book.customer >= 0, np.append(place, -1)[book.customer], -1)
    each = np.repeat(owner, book.baskets.sizes)
    owned = of_pairs(each[each >= 0], book.baskets.item[each >= 0], len(table), book.baskets.items)
    # Either way round: what to offer follows from what the customer has.
    real = mined.rules.take(mined.worth.extra > 0)
    return best_missing(owned, real), real


def _offer_sheet(shop: Shop, mined: Mined, chosen: BasketOptions, reader: str) -> tuple[str, pd.DataFrame]:
    """For every customer who may be written to the best partner of what they have, with the reason."""
    table, book = customers(shop, chosen), mined.book
    offers, real = offers_of(mined, table)
    contacts = people.Contacts(shop.people)
    chosen_ones = Members(table, contacts).ranked((offers.rule >= 0) & writable(shop, table.customer, chosen.asked))
    confidence = real.confidence[offers.rule[chosen_ones]]
    rows: dict[str, object] = {
        **contacts.of(table.customer[chosen_ones]),
        "offer": book.names[offers.item[chosen_ones]],
        "because": [
            " + ".join(str(book.names[item]) for item in real.items_of(int(rule))) for rule in offers.rule[chosen_ones]
        ],
        "confidence": confidence.round(4),
        "money": table.money[chosen_ones].round(2),
        "silent": table.recency[chosen_ones],
    }
    last = (table.reference - pd.Timedelta(days=1)).date()
    headers = language.headers(reader, last) | language.BASKET_HEADERS[reader]
    return language.BASKET_LISTS[reader]["offers"], pd.DataFrame(rows).rename(columns=headers)


def _due_sheet(shop: Shop, chosen: BasketOptions, reader: str) -> tuple[str, pd.DataFrame]:
    bought, table, names = purchases_of(shop, chosen)
    rows, _ = writable_rows(shop, due_rows(bought, followed(shop, chosen, bought)), table, chosen)
    contacts = people.Contacts(shop.people)
    frame = pd.DataFrame(
        {
            **contacts.of(table.customer[rows["customer"]]),
            "product": names[rows["item"]],
            "last_bought": rows["last"].map(day),
            "due": rows["due"].map(day),
            "late": rows["late"],
            "usual_money": rows["money"].round(2),
            "chance": rows["chance"].round(2),
        }
    ).sort_values(["due", "customer", "product"], kind="stable")
    headers = language.HEADERS[reader] | language.BASKET_HEADERS[reader]
    return language.BASKET_LISTS[reader]["due"], frame.rename(columns=headers)
