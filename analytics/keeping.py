"""What takes long to work out is kept, and given again wherever it would come out the same.

It is known by a mark of all that it is worked out from: the numbers themselves, not where they came from, and the code.
So another file, cleaning, day or version finds nothing that is not its own, and nobody needs to know what depends on what.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol, TypeVar, get_type_hints

import numpy as np
import pandas as pd
import pyarrow as pa

T = TypeVar("T")

NUMBERS = "biuf"

LIBRARIES = ("numpy", "pandas", "scipy")
"""Another version may come to other last digits."""


class Kept(Protocol):
    """A place beside the data: one content a name, put there under a mark, which it is to be asked for with."""

    def get(self, name: str, mark: bytes) -> bytes | None:
        """What was put there under this mark, unchanged; None where that is not there any more, or never was."""

    def put(self, name: str, mark: bytes, content: bytes) -> None:
        """Keep the content in the place of what was there; or not, where that cannot be."""


def once(kept: Kept | None, name: str, kind: type[T], work: Callable[[], T], *of: object) -> T:
    """What `work` gives, of a frozen `kind` of arrays and numbers; as it was kept where it was worked out from the same.

    `of` is all that it depends on: arrays, frames, frozen values of such, and plain values told apart by how they are written.
    """
    if kept is None:
        return work()
    told = mark(kind, *of)
    content = kept.get(name, told)
    if content is not None:
        try:
            return unpacked(kind, content)
        except (ValueError, TypeError, OSError, MemoryError):
            # What is not whole is worked out anew.
            pass
    found = work()
    kept.put(name, told, packed(found))
    return found


def mark(*of: object) -> bytes:
    """32 bytes that stand for these values, in this order, and for the code that there is."""
    told = hashlib.blake2b(METHOD, digest_size=32)
    for value in of:
        for leaf in _leaves(value):
            if isinstance(leaf, np.ndarray) and leaf.dtype != object:
                told.update(f"{leaf.dtype.str}{leaf.shape}".encode())
                told.update(np.ascontiguousarray(leaf).view(np.uint8).data)
            else:
                plain = leaf.tolist() if isinstance(leaf, np.ndarray) else leaf
                told.update(f"{type(leaf).__qualname__} {plain!r}\n".encode(errors="surrogatepass"))
    return told.digest()


def packed(value: object) -> bytes:
    """A frozen value, compressed. It has numbers only: who or what they are about stays where it is."""
    stream = io.BytesIO()
    for leaf in _leaves(value):
        numbers = np.asarray(leaf)
        assert numbers.dtype.kind in NUMBERS
        np.lib.format.write_array(stream, numbers, allow_pickle=False)
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as packing:
        packing.write(stream.getbuffer())
    return bytes(sink.getvalue())


def unpacked(kind: type[T], content: bytes) -> T:
    """The value of that kind that was packed. ValueError, TypeError or OSError where it is none."""
    with pa.CompressedInputStream(pa.BufferReader(content), "zstd") as stream:
        whole = io.BytesIO(stream.read())
    found: T = _built(kind, whole)
    if whole.read(1):
        raise ValueError(kind)
    return found


def _leaves(value: Any) -> Iterator[Any]:
    """The arrays and plain values that a value is made of."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _leaves(getattr(value, field.name))
    elif isinstance(value, pd.DataFrame):
        yield tuple(value.columns)
        for name in value:
            yield from _leaves(value[name])
    elif isinstance(value, pd.Series) and isinstance(value.dtype, pd.CategoricalDtype):
        yield value.cat.codes.to_numpy()
        yield value.cat.categories.to_numpy()
    else:
        yield value.to_numpy() if isinstance(value, pd.Series) else value


def _built(kind: Any, stream: io.BytesIO) -> Any:
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{field.name: _built(hints[field.name], stream) for field in fields(kind)})
    leaf = np.lib.format.read_array(stream, allow_pickle=False)
    if leaf.dtype.kind not in NUMBERS:
        raise ValueError(leaf.dtype)
    return leaf.item() if kind in (bool, int, float) else leaf


def method(code: Path) -> bytes:
    """Stands for every line of the code in that folder, and for the libraries that count for it."""
    told = hashlib.blake2b("".join(f"{name} {version(name)}\n" for name in LIBRARIES).encode(), digest_size=32)
    for path in sorted(code.rglob("*.py")):
        told.update(hashlib.blake2b(path.read_bytes()).digest())
    return told.digest()


METHOD = method(Path(__file__).parent)
"""Taken as the code is loaded: files may be replaced while it runs."""
