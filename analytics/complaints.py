"""Whether customers complain more than before: low ratings or, where nobody rates, words of complaint."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.dataset import Dataset, Role
from analytics.proportions import fisher
from analytics.samples import Share

DAYS = 7
WEEKS_BEFORE = 8
LEVEL = 0.01
"""How often at most a week no worse than those before is called a wave."""
FEWEST, FEWEST_BEFORE = 3, 10
LOW = 0.4
"""Ratings up to this share of the scale are low: one or two stars of five."""
SCALES = (5, 10, 100)

NEGATED = r"(?<!not )(?<!never )(?<!no )(?<!n't )(?<!without )(?<!nothing to )(?<!nothing )"
ENGLISH = (
    r"refund|money back|complain\w*|disappoint\w*|broken|damaged|faulty|defective|never arrived|not arrived|didn't arrive|"
    r"wrong item|wrong size|missing|waste of|terrible|awful|horrible|worst|rude|rip.?off|scam|stale|mouldy|moldy|leak\w*"
)
CHINESE = (
    "退款|退货|投诉|差评|失望|破损|碎了|坏了|漏了|发错|少发|没收到|一直不发货|假货|骗人|骗子|太差|很差|难吃|难用|发霉|过期|变质|"
    "态度差|态度恶劣|不会再买|不会再来|再也不买|垃圾|后悔"
)
WORDS = re.compile(rf"{NEGATED}\b(?:{ENGLISH})\b|(?<![不没无别未])(?:{CHINESE})", re.IGNORECASE)


@dataclass(frozen=True)
class Wave:
    """Of the comments between two days so many are complaints, and so many of those of the eight weeks before.

    `by` says how complaints are told: by `rating` or by `words`. `chance` is Fisher's exact one of so many or more.
    """

    first: date
    last: date
    now: Share
    before: Share
    by: Literal["rating", "words"]
    chance: float

    @property
    def beyond(self) -> bool:
        """Whether that is more than chance explains."""
        enough = self.now.successes >= FEWEST and self.before.n >= FEWEST_BEFORE
        return enough and self.now.rate > self.before.rate and self.chance < LEVEL


@dataclass(frozen=True)
class Complaints:
    """Of the comments that can be judged so many are complaints, told by `rating` or by `words`."""

    all: Share
    by: Literal["rating", "words"]


def complaints(comments: Dataset) -> Complaints | None:
    """How many of all comments complain; None where there is nothing to judge by."""
    frame = comments.frame(Role.RATING, Role.TEXT)
    if frame.empty:
        return None
    found, by = _judged(frame)
    if found is None or np.isnan(found).all():
        return None
    return Complaints(Share(int((~np.isnan(found)).sum()), int(np.nansum(found))), by)


def wave(comments: Dataset) -> Wave | None:
    """The last week of the comments beside the eight weeks before; None where there is nothing to judge by or compare with.

    A day that was not over takes part, for it is shares that are compared.
    """
    frame = comments.frame(Role.TIME, Role.RATING, Role.TEXT)
    if Role.TIME not in frame or not frame[Role.TIME].notna().any():
        return None
    frame = frame[frame[Role.TIME].notna()]
    found, by = _judged(frame)
    if found is None:
        return None
    ago = (frame[Role.TIME].max().normalize() - frame[Role.TIME].dt.normalize()).dt.days.to_numpy()
    judged = ~np.isnan(found)
    recent, earlier = judged & (ago < DAYS), judged & (ago >= DAYS) & (ago < DAYS * (1 + WEEKS_BEFORE))
    if not recent.any() or not earlier.any():
        return None
    now, before = (Share(int(rows.sum()), int(found[rows].sum())) for rows in (recent, earlier))
    last = frame[Role.TIME].max().date()
    return Wave(last - timedelta(days=DAYS - 1), last, now, before, by, fisher(now, before, "greater"))


def _judged(frame: pd.DataFrame) -> tuple[npt.NDArray[np.float64] | None, Literal["rating", "words"]]:
    """Which comments complain (1, 0, not a number where that cannot be told), and by what; None where nothing tells."""
    found = _low_ratings(frame)
    return (_complaining(frame), "words") if found is None else (found, "rating")


def _low_ratings(frame: pd.DataFrame) -> npt.NDArray[np.float64] | None:
    """Which ratings are low, not a number where there is none; None where most comments have no number for a rating."""
    if Role.RATING not in frame:
        return None
    rating = pd.to_numeric(frame[Role.RATING].astype(object), errors="coerce").to_numpy(np.float64)
    known = rating[np.isfinite(rating)]
    if 2 * known.size < len(rating) or known.min() < 0 or known.max() > SCALES[-1]:
        return None
    scale = next(scale for scale in SCALES if known.max() <= scale)
    return np.where(np.isfinite(rating), rating <= LOW * scale, np.nan)


def _complaining(frame: pd.DataFrame) -> npt.NDArray[np.float64] | None:
    if Role.TEXT not in frame:
        return None
    return np.array([WORDS.search(text) is not None for text in frame[Role.TEXT].astype(object).fillna("")], np.float64)
