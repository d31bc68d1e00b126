"""People who look and have not bought: how far on their way the browsing log shows them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.dataset import Dataset, Role

STAGES: tuple[str, ...] = ("awareness", "interest", "evaluation")
FRESH_DAYS = 90
"""Who has not looked for longer is on the way to nowhere."""

# What the events of the usual logs (GA4, Shopify, Taobao's pv/fav/cart/buy) say; any other event is a look.
BOUGHT = re.compile(r"purchase|bought|\bbuy\b|paid|transaction|order.?(placed|completed|paid)|购买|付款|支付|成交")
EVALUATED = re.compile(
    r"cart|basket|checkout|payment|shipping|compare|inquir|chat|加购|购物车|购物袋|结算|对比|咨询|询价"
)
LIKED = re.compile(r"fav|wish|like|search|subscri|follow|sign.?up|regist|收藏|喜欢|点赞|搜索|订阅|关注|注册|心愿")


@dataclass(frozen=True)
class Prospects:
    """One entry a person who looked lately and is no customer, by name; `silent` whole days since the last event.

    `faded` more have not looked for `FRESH_DAYS`; of `unbooked` the log says that they bought, and the orders do not.
    """

    customer: npt.NDArray[np.object_]
    stage: npt.NDArray[np.object_]
    silent: npt.NDArray[np.int64]
    faded: int
    unbooked: int


def prospects(events: Dataset, customers: npt.NDArray[np.object_], reference: pd.Timestamp) -> Prospects:
    """Those in the log who are not among the customers, seen on the reference day.

    Once looked is awareness; looked on several days, or marked something to come back to, is interest; put something
    in the cart or asked is evaluation.
    """
    rows = events.frame(Role.CUSTOMER, Role.TIME, Role.EVENT).dropna()
    rows = rows[~rows[Role.CUSTOMER].isin(customers)]
    told = {event: _reach(str(event)) for event in rows[Role.EVENT].unique()}
    seen = pd.DataFrame(
        {
            "customer": rows[Role.CUSTOMER].astype(str),
            "day": rows[Role.TIME].dt.normalize(),
            "reach": rows[Role.EVENT].astype(object).map(told).astype(np.int64),
        }
    )
    people = seen.groupby("customer", sort=True).agg(
        days=("day", "nunique"), last=("day", "max"), reach=("reach", "max")
    )
    silent = np.maximum((reference - people["last"]).dt.days.to_numpy(np.int64), 0)
    fresh = silent <= FRESH_DAYS
    reach = np.maximum(people["reach"].to_numpy(np.int64), people["days"].to_numpy(np.int64) > 1)
    return Prospects(
        customer=people.index.to_numpy(object)[fresh],
        stage=np.array(STAGES, object)[np.minimum(reach, 2)][fresh],
        silent=silent[fresh],
        faded=int((~fresh).sum()),
        unbooked=int((reach == 3)[fresh].sum()),
    )


def _reach(event: str) -> int:
    """0 looked, 1 liked, 2 evaluated, 3 bought."""
    said = event.casefold()
    return next((reach for reach, words in ((3, BOUGHT), (2, EVALUATED), (1, LIKED)) if words.search(said)), 0)
