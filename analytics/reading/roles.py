"""Columns → roles: the owner's word, then known exports, exact headers, likely headers, and what the values look like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from analytics.choices import Choices, signature
from analytics.dataset import Column, Role
from analytics.reading.headers import EXACT, normalise
from analytics.reading.platforms import Platform, find_platform
from analytics.reading.profile import CONTROL, EMAIL, HOUSE, MOBILE, PHONE, SERIAL, Profile
from analytics.reading.sheet import Cells, Sheet

MANY = frozenset({Role.ATTRIBUTE, Role.UNUSED})
"""Roles that several columns of one table may have."""
LIKELY, ALIKE = 60, 85
"""Least `fuzz.ratio` of a header that counts as a name in the table, misspelt or shortened: the lower bar where the
values can contradict, the higher for the roles of any word at all."""
TELLING = frozenset(
    {
        Role.TIME, Role.PAID_TIME, Role.AMOUNT, Role.PRICE, Role.ORDER_TOTAL, Role.PAID, Role.REFUND, Role.POSTAGE,
        Role.DISCOUNT, Role.EMAIL, Role.PHONE, Role.SEX,
    }
)  # fmt: skip
IDS = frozenset({Role.ORDER, Role.CUSTOMER, Role.PRODUCT, Role.PHONE})
MONEY = frozenset({Role.AMOUNT, Role.PRICE, Role.ORDER_TOTAL, Role.PAID})
PERSONAL = frozenset({Role.NAME, Role.EMAIL, Role.PHONE, Role.ADDRESS})
PERSON = frozenset({Role.CUSTOMER, Role.NAME, Role.EMAIL, Role.PHONE})
CONTACT = re.compile(
    "姓名|名字|昵称|联系人|电话|手机|邮箱|邮件|地址|住址|微信|身份证|(last|first|middle|family|sur|nick|contact)name|contactperson|phone"
    "|mobile|e?mail|address|street|whatsapp|wechat|passport"
)
"""In the header of one more name or contact, whatever else stands there."""
REGION = re.compile("city|province|state|country|region|zip|postcode|省|市|国家|地区|邮编")
"""In the header of a part of an address that many share."""
FEW = 5
"""As many values are codes, such as whether somebody wants e-mail."""
FUZZY = [name for name in EXACT if len(name) > 2]


@dataclass(frozen=True)
class Found:
    """The role of one column, how sure that is (0–1), and the column."""

    cells: Cells
    role: Role
    confidence: float

    @property
    def column(self) -> Column:
        """The same, as a dataset tells it."""
        return Column(self.cells.header, self.role, self.confidence)


@dataclass(frozen=True)
class Roles:
    """What each column of a sheet was taken for, in the sheet's order."""

    found: tuple[Found, ...]
    platform: Platform | None

    def __contains__(self, role: Role) -> bool:
        return any(found.role is role for found in self.found)

    def get(self, role: Role) -> Cells | None:
        """The column of this role, if there is one."""
        return next((found.cells for found in self.found if found.role is role), None)

    def all(self, role: Role) -> list[Cells]:
        """Every column of this role."""
        return [found.cells for found in self.found if found.role is role]

    def instead(self, old: Cells, new: Cells) -> Roles:
        """The same with one column replaced."""
        return replace(self, found=tuple(replace(f, cells=new) if f.cells is old else f for f in self.found))

    def renamed(self, old: Role, new: Role) -> Roles:
        """The same with the one role called the other."""
        return replace(self, found=tuple(replace(f, role=new) if f.role is old else f for f in self.found))

    def only(self, own: AbstractSet[Role], other: Role) -> Roles:
        """The same with roles that are not `own` turned into `other`."""
        found = (f if f.role in own or f.role is Role.UNUSED else replace(f, role=other) for f in self.found)
        return replace(self, found=tuple(found))

    @property
    def given(self) -> frozenset[Role]:
        """All roles that some column has."""
        return frozenset(found.role for found in self.found)


def find_roles(sheet: Sheet, choices: Choices) -> Roles:
    """Give every column a role; each role but attributes goes to the column that fits best."""
    chosen = choices.roles.get(signature(sheet.headers), {})
    platform = find_platform(sheet.headers)
    known = platform.roles if platform else {}
    profiles = [Profile(cells) for cells in sheet.columns]
    candidates: list[tuple[float, int, int, Role]] = []
    for place, profile in enumerate(profiles):
        header = profile.cells.header
        if header in chosen:
            candidates.append((2.0, 0, place, chosen[header]))
        elif (role := known.get(normalise(header))) is not None:
            candidates.append((1.5, 0, place, role))
        elif sheet.has_header:
            candidates.extend((score, rank, place, role) for score, rank, role in _by_header(profile))
    taken = _assign(candidates)
    for place, (role, confidence) in _by_value(profiles, taken, sheet).items():
        taken[place] = role, confidence
    found = []
    for place, profile in enumerate(profiles):
        role, confidence = taken.get(place, (_left_over(profile), 0.5 if profile.filled else 0.0))
        found.append(Found(profile.cells.as_ids() if role in IDS else profile.cells, role, confidence))
    return Roles(tuple(found), platform)


def _left_over(profile: Profile) -> Role:
    """What a column that got no role is: one more name, phone or address says who somebody is, and describes nobody."""
    header = normalise(profile.cells.header)
    speaks = CONTACT.search(header) and not REGION.search(header)
    named = EXACT.get(header, {}).keys() & PERSONAL or (speaks and _tells_many_apart(profile))
    shown = max(profile.share(pattern) for pattern in (EMAIL, MOBILE, HOUSE)) > 0.5
    return Role.UNUSED if named or shown else Role.ATTRIBUTE


def _tells_many_apart(profile: Profile) -> bool:
    """Whether the values may be somebody's own, which whether and when an e-mail may be sent is not, nor how often it was."""
    counted = profile.numeric > 0.5 and profile.share(PHONE) < 0.5
    return len(profile.cells.distinct) > FEW and not counted and profile.dated < 0.5


def _by_header(profile: Profile) -> list[tuple[float, int, Role]]:
    """Scores 0–1 of the roles that the header may mean, with the rank of the name among those of its role."""
    name = normalise(profile.cells.header)
    if exact := EXACT.get(name):
        fits = {role: profile.fits(role) for role in exact}
        doubt = 1.0 if len(exact) == 1 else 0.95
        return [
            (doubt if fits[role] >= 0.5 else fits[role], rank, role) for role, rank in exact.items() if fits[role] > 0.1
        ]
    if len(name) < 3 and name.isascii():
        return []
    matches = process.extract(name, FUZZY, scorer=fuzz.ratio, score_cutoff=LIKELY, limit=3)
    scores = [
        (0.9 * ratio / 100 * profile.fits(role), rank, role)
        for near, ratio, _ in matches
        for role, rank in EXACT[near].items()
        if ratio >= (LIKELY if role in TELLING else ALIKE)
    ]
    return [score for score in scores if score[0] >= 0.5]


def _owner_of_id(used: AbstractSet[Role]) -> Role:
    """Whose number a column headed just "id" holds, beside columns of these roles."""
    if Role.TIME in used and used & MONEY:
        return Role.ORDER
    return Role.PRODUCT if used & {Role.PRICE, Role.PRODUCT_NAME} else Role.CUSTOMER


def _assign(candidates: list[tuple[float, int, int, Role]]) -> dict[int, tuple[Role, float]]:
    """Best score first; among equals the name that stands earlier in the table of names, then the column further left."""
    taken: dict[int, tuple[Role, float]] = {}
    used: set[Role] = set()
    for score, _, place, role in sorted(candidates, key=lambda c: (-c[0], c[1], c[2])):
        if place in taken or (role in used and role not in MANY):
            continue
        taken[place] = role, round(min(score, 1.0), 2)
        used.add(role)
    return taken


def _by_value(
    profiles: list[Profile], taken: Mapping[int, tuple[Role, float]], sheet: Sheet
) -> dict[int, tuple[Role, float]]:
    """What the headers left open: a column of dates is the time, one of e-mail addresses the e-mail, and so on."""
    if sheet.baskets:
        return {0: (Role.ORDER, 0.9), 1: (Role.PRODUCT, 0.9)}
    used = {role for role, _ in taken.values()}
    free = [place for place in range(len(profiles)) if place not in taken and profiles[place].filled]
    guessed: dict[int, tuple[Role, float]] = {}

    def give(role: Role, places: list[int], confidence: float) -> None:
        if role not in used and places:
            guessed[places[0]] = role, confidence
            used.add(role)
            free.remove(places[0])

    give(Role.TIME, [p for p in free if profiles[p].dated > 0.8 and profiles[p].share(SERIAL) < 0.5], 0.6)
    give(Role.EMAIL, [p for p in free if profiles[p].share(EMAIL) > 0.8], 0.6)
    give(Role.PHONE, [p for p in free if profiles[p].share(MOBILE) > 0.8], 0.6)
    if sheet.has_header:
        unnamed = [
            p for p in free if normalise(profiles[p].cells.header) in ("id", "no", "编号", "number", "key", "uid")
        ]
        if Role.TEXT not in used:
            give(_owner_of_id(used), unnamed, 0.6)
        if Role.OUTCOME in used:
            give(Role.VARIANT, [p for p in free if profiles[p].few and profiles[p].share(CONTROL)], 0.6)
        if used == {Role.TIME}:
            give(Role.AMOUNT, [p for p in free if profiles[p].numeric > 0.9], 0.5)
    if sheet.has_header or Role.TIME not in used:
        return guessed
    numbers = [p for p in free if profiles[p].numeric > 0.9]
    give(Role.AMOUNT, [p for p in numbers if profiles[p].whole < 0.9][-1:], 0.5)
    numbers = [p for p in free if p in numbers]
    give(Role.QUANTITY, [p for p in numbers if profiles[p].repeat > 5 and 0 < profiles[p].middle < 100][-1:], 0.4)
    ids = [p for p in free if profiles[p].length < 40 and len(profiles[p].cells.distinct) > 1]
    repeating = sorted((p for p in ids if profiles[p].repeat > 1.05), key=lambda p: profiles[p].numeric < 0.9)
    give(Role.CUSTOMER, repeating or ids, 0.4)
    give(Role.ORDER, [p for p in free if p in ids and len(profiles[p].cells.distinct) > 0.9 * len(sheet.numbers)], 0.3)
    return guessed
