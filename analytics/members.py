"""Customers as their owner knows them, and what they brought."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analytics import rfm
from analytics.analysis import Member
from analytics.people import Contacts

Mask = npt.NDArray[np.bool_]


class Members:
    """The customers of a table under their names."""

    def __init__(self, table: rfm.CustomerTable, contacts: Contacts) -> None:
        self.table = table
        self.contacts = contacts

    def ranked(self, inside: Mask) -> npt.NDArray[np.int64]:
        """Positions of those inside, most money first; among equals by the name that the owner knows them by."""
        chosen = np.flatnonzero(inside)
        labels = [self.contacts.label(self.table.customer[i]) for i in chosen]
        order = np.lexsort((np.array(labels, str), -self.table.money[chosen]))
        ranked: npt.NDArray[np.int64] = chosen[order]
        return ranked

    def best(self, inside: Mask, most: int) -> tuple[Member, ...]:
        """Those inside who brought most money, at most so many."""
        return tuple(self.at(int(i)) for i in self.ranked(inside)[:most])

    def at(self, place: int) -> Member:
        """The customer at that position of the table."""
        key = self.table.customer[place]
        return Member(
            customer=self.contacts.label(key),
            name=self.contacts.name(key),
            orders=int(self.table.frequency[place]),
            money=float(self.table.money[place]),
            silent=int(self.table.recency[place]),
        )
