"""What a campaign takes of one person's day and purse: assumptions that are shown, not measured."""

from __future__ import annotations

from dataclasses import dataclass

PERSONAL = 3
"""Minutes for a message to one person: to look at what they bought, write two sentences, send."""
BULK = 30
"""Minutes for one message to many: to write it, load the list, try it on oneself, send."""
BY_HAND = BULK // PERSONAL
"""Up to so many people are written to one by one."""
A_MESSAGE = 0.05
"""What a text message costs, in yuan, pounds, dollars or euros alike; a chat or an e-mail costs nothing."""


@dataclass(frozen=True)
class Effort:
    """`minutes` of work, and `money` for sending; `personal` is one by one."""

    minutes: int
    money: float
    personal: bool


def effort(people: int) -> Effort:
    """To write to so many: one by one while that is quicker, else one message to all."""
    if people <= BY_HAND:
        return Effort(PERSONAL * people, 0.0, personal=True)
    return Effort(BULK, A_MESSAGE * people, personal=False)


def within(minutes: int) -> int:
    """How many people can be written to one by one in that time."""
    return max(minutes, 0) // PERSONAL
