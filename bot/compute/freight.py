"""Files travel with jobs: a path of the bot's folder becomes one of the worker's own, its file having gone over storage.

Values are pickled with their paths as persistent ids (pickle's word), so that jobs know nothing of it. Storage is whatever
fsspec opens by URL; each job has a folder of its own there, its trip, which is removed after it.
"""

from __future__ import annotations

import io
import logging
import os
import pickle
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from fsspec import url_to_fs

from bot.errors import OutOfReach

log = logging.getLogger(__name__)

What = Literal["file", "folder", "nothing"]


class Trips:
    """The trips of one bot. Each is noted in the folder `notes` for as long as anything of it may lie on storage.

    So what a bot that was killed left there is known to the next one, and to nobody else who uses the same storage.
    """

    def __init__(self, storage: str, notes: Path) -> None:
        self._storage = storage.rstrip("/")
        self._notes = notes
        notes.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._left = {note.name for note in notes.iterdir()}

    def begin(self) -> str:
        """The URL of a new trip's folder."""
        # Its imports are none for a worker, which begins no trips.
        from bot.snapshots import sync

        name = secrets.token_hex(16)
        (self._notes / name).touch(mode=0o600)
        sync(self._notes)
        return f"{self._storage}/{name}"

    def clear(self, trip: str) -> None:
        """Remove what is on storage. Raises OutOfReach."""
        self._clear(trip.rpartition("/")[2])

    def end(self, trip: str) -> None:
        """Remove what is on storage, and the note; also what could not be removed before. Raises OutOfReach."""
        self._left.add(trip.rpartition("/")[2])
        self.clear_left()

    def clear_left(self) -> None:
        """Remove what trips left that ended before, here or in a bot that was killed. Raises OutOfReach."""
        for name in tuple(self._left):
            self._clear(name)
            (self._notes / name).unlink(missing_ok=True)
            self._left.discard(name)

    def _clear(self, name: str) -> None:
        with _reached(), suppress(FileNotFoundError):
            filesystem, folder = _opened(f"{self._storage}/{name}")
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

    def send(self, path: Path) -> tuple[str, What]:
        """Have the file on storage, unless it came from there: by which name, and what it is."""
        name = path.relative_to(self.root).as_posix()
        if path.is_dir():
            return name, "folder"
        if not path.is_file():
            return name, "nothing"
        if name not in self._there:
            content = path.read_bytes()
            with _reached():
                filesystem, target = _opened(f"{self.trip}/{name}")
                try:
                    filesystem.pipe_file(target, content)
                except FileNotFoundError:
                    # Unlike an object store, it has folders.
                    filesystem.makedirs(target.rpartition("/")[0], exist_ok=True)
                    filesystem.pipe_file(target, content)
            self._there.add(name)
        return name, "file"

    def receive(self, name: str, what: What) -> Path:
        """Where the other side's path is on this side; a file is fetched, whole or not at all."""
        path = self.root / name
        (path if what == "folder" else path.parent).mkdir(parents=True, exist_ok=True, mode=0o700)
        if what == "file" and not path.exists():
            with _reached():
                filesystem, source = _opened(f"{self.trip}/{name}")
                content = filesystem.cat_file(source)
            aside = path.with_name(f"{path.name}.part")
            with aside.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            aside.rename(path)
        self._there.add(name)
        return path


@contextmanager
def _reached() -> Iterator[None]:
    """Every kind of storage fails in its own ways: they are all OutOfReach; a file that is not there stays FileNotFoundError."""
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:
        # Not the error's own words: they may name the file.
        log.warning("the storage cannot be used: %s", type(error).__name__)
        raise OutOfReach from error


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
