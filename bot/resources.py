"""Where templates and sample data lie: beside the packages in a checkout, inside `bot` in a wheel."""

from __future__ import annotations

from pathlib import Path

_BOT = Path(__file__).parent


def _folder(name: str) -> Path:
    shipped = _BOT / "_res" / name
    return shipped if shipped.is_dir() else _BOT.parent / name


TEMPLATES = _folder("templates")
SAMPLES = _folder("data")
CHECKOUT: Path | None = _BOT.parent if (_BOT.parent / "pyproject.toml").is_file() else None
