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
        return tuple(
            Member(
                customer=self.contacts.label(self.table.customer[i]),
                name=self.contacts.name(self.table.customer[i]),
                orders=int(self.table.frequency[i]),
                money=float(self.table.money[i]),
                silent=int(self.table.recency[i]),
            )
            for i in self.ranked(inside)[:most]
        )
