"""The parameters of one call, which may arrive as JSON values or as the strings of a form."""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from bot.simulator.faults import ApiError, bad_request
from bot.simulator.files import UPLOAD_LIMIT, Files, StoredFile

Uploads: TypeAlias = Mapping[str, tuple[str, bytes]]


class Params:
    """Typed access; a wrong type is refused as Telegram refuses it."""

    def __init__(self, values: Mapping[str, Any], uploads: Uploads) -> None:
        self._values = values
        self._uploads = uploads

    def text(self, name: str, default: str = "") -> str:
        """A string; `default` if it is missing."""
        value = self._values.get(name)
        return default if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number; `default` if it is missing."""
        value = self._values.get(name)
        try:
            return default if value in {None, ""} else int(str(value))
        except ValueError:
            raise bad_request(f'parameter "{name}" must be an Integer') from None

    def flag(self, name: str) -> bool:
        """A Boolean; False if it is missing."""
        return self.text(name).lower() in {"true", "1", "yes"}

    def structure(self, name: str) -> Any:
        """An object or array; None if it is missing."""
        value = self._values.get(name)
        if not isinstance(value, str) or not value:
            return value or None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def within(self, values: Mapping[str, Any]) -> "Params":
        """Parameters of a part of this call, such as one picture of an album, with the same uploads."""
        return Params(values, self._uploads)

    def file(self, name: str, files: Files, *, photo: bool) -> StoredFile:
        """The file of this call: a new upload, or one that Telegram knows, by its id.

        Raises:
            ApiError: It is missing, empty, too big, or not a picture where one is needed.
        """
        value = self.text(name)
        upload = self._uploads.get(value.removeprefix("attach://")) if value else self._uploads.get(name)
        if upload is None:
            known = files.by_id(value)
            if known and photo == (known.name is None):
                return known
            if value and not value.startswith("attach://"):
                raise bad_request("wrong remote file identifier specified: Wrong string length")
            raise bad_request(f"there is no {'photo' if photo else 'document'} in the request")
        filename, content = upload
        if not content:
            raise bad_request("file must be non-empty")
        if len(content) > UPLOAD_LIMIT:
            raise ApiError(413, "Request Entity Too Large")
        return files.keep_photo(content) if photo else files.keep_document(filename, content)
