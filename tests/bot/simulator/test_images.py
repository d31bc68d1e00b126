"""Sizes of pictures, checked against Pillow's own writing."""

import io

import pytest
from PIL import Image

from bot.simulator.images import measure


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("GIF", {}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
    ],
)
def test_measures(kind: str, options: dict[str, bool]) -> None:
    content = io.BytesIO()
    Image.new("RGB", (300, 45), "white").save(content, kind, **options)
    assert measure(content.getvalue()) == (300, 45)


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF1234WEBP"])
def test_anything_else_is_no_picture(content: bytes) -> None:
    assert measure(content) is None
