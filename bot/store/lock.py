"""One process at a time in a data folder. The lock goes with the process, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Self

FILE = "lock"


class InUse(Exception):
    """Another process works in this data folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"the bot is running in {folder} already: end it first, or choose another POCKET_DATA")


class Lock:
    """Holds a data folder until it is released or the process ends. Raises InUse where another process holds it."""

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise InUse(folder) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        os.close(self._descriptor)
