"""Files travel with jobs: a path of the bot's folder becomes one of the worker's own, its file having gone over storage.

Values are pickled with their paths as persistent ids (pickle's word), so that jobs know nothing of it. Storage is whatever
fsspec opens by URL; each job has a folder of its own there, which is removed after it.
"""

from __future__ import annotations

import io
import os
import pickle
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from fsspec import url_to_fs

What = Literal["file", "folder", "nothing"]
ABANDONED = 86_400.0
"""Seconds after which a job's folder is left over from a bot that was killed."""


def new_trip(storage: str) -> str:
    """The URL of a new job's folder."""
    return f"{storage.rstrip('/')}/{int(time.time())}-{secrets.token_hex(8)}"


def clear_abandoned(storage: str) -> None:
    """Remove the folders of jobs that nobody came back for."""
    filesystem, root = _opened(storage)
    with suppress(FileNotFoundError):
        for folder in filesystem.ls(root, detail=False):
            began, _, _ = folder.rstrip("/").rpartition("/")[2].partition("-")
            if began.isdecimal() and time.time() - int(began) > ABANDONED:
                filesystem.rm(folder, recursive=True)


@dataclass
class Freight:
    """One side of a job's way there and back: `root` is this side's folder, `trip` the job's folder on storage.

    Without a trip paths stay as they are: both sides have the same disk.
    """

    root: Path
    trip: str | None
    _there: set[str] = field(default_factory=set)

    def pack(self, value: object) -> bytes:
        """The value, pickled; the files that it names are on storage."""
        stream = io.BytesIO()
        _Pickler(stream, self).dump(value)
        return stream.getvalue()

    def unpack(self, content: bytes) -> Any:
        """The value that the other side packed; the files that it names are under `root`."""
        return _Unpickler(io.BytesIO(content), self).load()

    def clear(self) -> None:
        """Remove what is on storage."""
        if self.trip is not None:
            filesystem, folder = _opened(self.trip)
            with suppress(FileNotFoundError):
                filesystem.rm(folder, recursive=True)

    def send(self, path: Path) -> tuple[str, What]:
        """Have the file on storage, unless it came from there: by which name, and what it is."""
        name = path.relative_to(self.root).as_posix()
        if path.is_dir():
            return name, "folder"
        if not path.is_file():
            return name, "nothing"
        if name not in self._there:
            filesystem, target = _opened(f"{self.trip}/{name}")
            try:
                filesystem.pipe_file(target, path.read_bytes())
            except FileNotFoundError:
                # Unlike an object store, it has folders.
                filesystem.makedirs(target.rpartition("/")[0], exist_ok=True)
                filesystem.pipe_file(target, path.read_bytes())
            self._there.add(name)
        return name, "file"

    def receive(self, name: str, what: What) -> Path:
        """Where the other side's path is on this side; a file is fetched, whole or not at all."""
        path = self.root / name
        (path if what == "folder" else path.parent).mkdir(parents=True, exist_ok=True, mode=0o700)
        if what == "file" and not path.exists():
            filesystem, source = _opened(f"{self.trip}/{name}")
            aside = path.with_name(f"{path.name}.part")
            with aside.open("wb") as stream:
                stream.write(filesystem.cat_file(source))
                stream.flush()
                os.fsync(stream.fileno())
            aside.rename(path)
        self._there.add(name)
        return path


def _opened(url: str) -> tuple[Any, str]:
    """The file system that a URL names, and the path in it."""
    filesystem, path = url_to_fs(url)
    # What the other side wrote just now is to be seen.
    filesystem.invalidate_cache()
    return filesystem, path


class _Pickler(pickle.Pickler):
    def __init__(self, stream: io.BytesIO, freight: Freight) -> None:
        super().__init__(stream)
        self._freight = freight

    def persistent_id(self, value: object) -> tuple[str, What] | None:
        if self._freight.trip is not None and isinstance(value, Path) and value.is_relative_to(self._freight.root):
            return self._freight.send(value)
        return None


class _Unpickler(pickle.Unpickler):
    def __init__(self, stream: io.BytesIO, freight: Freight) -> None:
        super().__init__(stream)
        self._freight = freight

    def persistent_load(self, known: tuple[str, What]) -> Path:
        return self._freight.receive(*known)
