"""Sample files as their shop would export them now: a sample of last year would be met with a call for newer orders."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

_DAY = re.compile(rb"\b20\d\d-[01]\d-[0-3]\d\b")


def up_to(day: date, samples: Path, folder: Path) -> Path:
    """Copies of all samples (`LANGUAGE/*.csv`) in `folder`, each language's dates moved so that its last one is `day`."""
    for language in (path for path in samples.iterdir() if path.is_dir()):
        contents = {path.name: path.read_bytes() for path in language.iterdir()}
        last = max(_date(found) for content in contents.values() for found in _DAY.findall(content))
        for name, content in contents.items():
            copy = folder / language.name / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(_moved(content, day - last))
    return folder


def _moved(content: bytes, by: timedelta) -> bytes:
    return _DAY.sub(lambda found: (_date(found[0]) + by).isoformat().encode(), content)


def _date(written: bytes) -> date:
    return date.fromisoformat(written.decode())
