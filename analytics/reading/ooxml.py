"""Where the used range of each worksheet of an .xlsx begins; readers of workbooks drop the empty rows above it."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

HEAD = 1 << 16
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*["']([^"']*)["']""")
_RELATION = re.compile(r"<Relationship\b[^>]*>")
_ROW_OR_VALUE = re.compile(r"""<(?:\w+:)?row\b[^>]*?\br=["'](\d+)["']|<(?:\w+:)?(v|is|f)\b""")


def find_first_rows(content: bytes) -> dict[str, int]:
    """Sheet name → number of its first row with a value; sheets that cannot be found out are not in it."""
    rows: dict[str, int] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            book = archive.read("xl/workbook.xml").decode(errors="replace")
            relations = archive.read("xl/_rels/workbook.xml.rels").decode(errors="replace")
            targets = {a.get("Id"): a.get("Target", "") for a in map(_attributes, _RELATION.findall(relations))}
            for sheet in map(_attributes, _SHEET.findall(book)):
                target = targets.get(next((v for k, v in sheet.items() if k.endswith(":id")), ""), "")
                path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
                with archive.open(path) as stream:
                    rows[sheet.get("name", "")] = _first_row(stream.read(HEAD).decode(errors="replace"))
    except (KeyError, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error, zipfile.BadZipFile):
        return rows
    return rows


def _attributes(tag: str) -> dict[str, str]:
    return dict(_ATTRIBUTE.findall(tag))


def _first_row(head: str) -> int:
    row = 1
    for match in _ROW_OR_VALUE.finditer(head):
        if match[2]:
            break
        row = int(match[1])
    return row
