"""Files that Telegram keeps, whoever sent them."""

import mimetypes
import secrets
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from bot.simulator.faults import bad_request
from bot.simulator.images import measure

DOWNLOAD_LIMIT = 20 * 1024 * 1024
UPLOAD_LIMIT = 50 * 1024 * 1024
PHOTO_LIMIT = 10 * 1024 * 1024
_PHOTO_SIDES = 10_000
_PHOTO_RATIO = 20

# The system's table, where there is one, differs from machine to machine.
_TYPES = mimetypes.MimeTypes()
_TYPES.add_type("text/csv", ".csv")
_TYPES.add_type("application/gzip", ".gz")
_TYPES.add_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx")


@dataclass(frozen=True)
class StoredFile:
    """One file: its name as sent (None for a photo), its bytes and the names that Telegram gives it."""

    name: str | None
    content: bytes = field(repr=False)
    mime_type: str
    path: str
    file_id: str
    file_unique_id: str
    width: int | None = None
    height: int | None = None

    def to_api(self) -> dict[str, Any]:
        """The File object of the Bot API, without its path, plus what documents or photos add."""
        answer: dict[str, Any] = {
            "file_id": self.file_id,
            "file_unique_id": self.file_unique_id,
            "file_size": len(self.content),
        }
        if self.name is None:
            return answer | {"width": self.width, "height": self.height}
        return answer | {"file_name": self.name, "mime_type": self.mime_type}


def mime_type_of(name: str) -> str:
    """The type that Telegram's apps state for a file of this name."""
    kind, encoding = _TYPES.guess_type(name, strict=False)
    return "application/gzip" if encoding == "gzip" else kind or "application/octet-stream"


class Files:
    """All files, found again by id or by path."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def keep_document(self, name: str, content: bytes, mime_type: str | None = None) -> StoredFile:
        """Keep a document as it is."""
        suffix = PurePosixPath(name).suffix
        return self._keep(name, content, mime_type or mime_type_of(name), "documents", suffix)

    def keep_photo(self, content: bytes) -> StoredFile:
        """Keep a picture.

        Raises:
            ApiError: 400 if it is no picture, too big, too long or too thin.
        """
        size = measure(content)
        if size is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        width, height = size
        if width + height > _PHOTO_SIDES or max(size) > _PHOTO_RATIO * min(size):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        if len(content) > PHOTO_LIMIT:
            raise bad_request("file is too big")
        kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
        return self._keep(None, content, kind, "photos", ".png" if kind == "image/png" else ".jpg", size)

    def _keep(
        self,
        name: str | None,
        content: bytes,
        mime_type: str,
        folder: str,
        suffix: str,
        size: tuple[int | None, int | None] = (None, None),
    ) -> StoredFile:
        file = StoredFile(
            name=name,
            content=content,
            mime_type=mime_type,
            path=f"{folder}/file_{len(self._by_id)}{suffix}",
            # A bot may remember ids for longer than this process lives, so none may ever come twice.
            file_id=f"BQAC{secrets.token_urlsafe(40)}",
            file_unique_id=f"AgAD{secrets.token_urlsafe(8)}",
            width=size[0],
            height=size[1],
        )
        self._by_id[file.file_id] = file
        self._by_path[file.path] = file
        return file

    def by_id(self, file_id: str) -> StoredFile | None:
        """The file of this id, or None."""
        return self._by_id.get(file_id)

    def by_path(self, path: str) -> StoredFile | None:
        """The file at this path of the download address, or None."""
        return self._by_path.get(path)
