"""Customer lists, and the key by which a customer is known."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from analytics.dataset import Role
from analytics.reading.sheet import Cells

KNOWN_BY = (Role.CUSTOMER, Role.EMAIL, Role.PHONE, Role.NAME)
"""What a customer may be known by, best first."""
VISIBLE = 7
"""So many letters and digits must be left of a text with stars in it, lest strangers look alike."""


def keys(columns: Mapping[Role, Cells | None]) -> Cells | None:
    """The key of each row: the id as it stands, else the e-mail, the phone or the name, normalised; null if none.

    Where the sheet has customer ids, a row without one is without a customer; else e-mail, phone and name fill each
    other's gaps.
    """
    if (own := columns.get(Role.CUSTOMER)) is not None and not own.blank.all():
        return own
    result: pa.Array | None = None
    header = ""
    for role in KNOWN_BY[1:]:
        told = columns.get(role)
        if told is None or (cells := _unmasked(told)).blank.all():
            continue
        normalised = normalise(role, cells.distinct)
        column = pa.DictionaryArray.from_arrays(cells.encoded.indices, normalised).cast(pa.string())
        header = header or cells.header
        result = column if result is None else pc.coalesce(result, column)
    return None if result is None else Cells(header, result.dictionary_encode())


def _unmasked(cells: Cells) -> Cells:
    """The column without texts of which the shop system shows too little, such as `王*` and `1**********`."""
    stars = pc.match_substring_regex(cells.distinct, "[*＊]")
    if not pc.any(stars).as_py():
        return cells
    visible = pc.utf8_length(pc.replace_substring_regex(cells.distinct, r"[^\pL\pN]", ""))
    hidden = pc.and_(stars, pc.less(visible, VISIBLE))
    texts = pc.if_else(hidden, pa.scalar(None, pa.string()), cells.distinct)
    plain = pa.DictionaryArray.from_arrays(cells.encoded.indices, texts).cast(pa.string())
    return Cells(cells.header, plain.dictionary_encode())


def normalise(role: Role, texts: pa.StringArray) -> pa.StringArray:
    """E-mails without case, phones without country code, blanks and signs, so that two spellings meet."""
    if role is Role.EMAIL:
        return pc.utf8_lower(texts)
    if role is Role.PHONE:
        digits = pc.replace_substring_regex(texts, r"[^0-9+]", "")
        return pc.replace_substring_regex(digits, r"^(\+|00)86(1[0-9]{10})$", r"\2")
    return pc.utf8_normalize(texts, form="NFKC")
