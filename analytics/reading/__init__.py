"""Any spreadsheet a shop can export → datasets.

container (what is inside) → text, workbook, page (a sheet of cells) → stacked, rows, years (its tables, without blanks and totals)
→ roles, kinds (what they mean) → orders with lines and money, or tables (the
canonical table) and the receipt. Every step is a module of that name.
"""

from __future__ import annotations

from analytics.choices import Choices, signature
from analytics.dataset import Dataset

USUAL = Choices()

__all__ = ["Choices", "previews", "read", "signature"]

# The steps are imported where a file is read: the bot's own process, which reads none, is 8 MB lighter for it.


def read(content: bytes, filename: str, choices: Choices = USUAL) -> tuple[Dataset, ...]:
    """Every table in the file, in the file's order.

    Raises a `DatasetError` where there is none to use: the first reason met; and TooManyRows where all of them together
    pass this server's limit. The same bytes give the same datasets.
    """
    from analytics.reading.spreadsheet import read_spreadsheet

    return read_spreadsheet(content, filename, choices)


def previews(content: bytes) -> dict[str, str]:
    """The first foreign lines of a text file under each encoding that can read them."""
    from analytics.reading import encoding

    return encoding.previews(content)
