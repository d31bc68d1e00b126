"""The loopback Telegram on a port of this machine."""

import logging
from dataclasses import dataclass
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, StaticFileHandler

from bot.simulator.chat_page import FontHandler, LocalHandler, MediaHandler, PageHandler, SocketHandler, UploadHandler
from bot.simulator.http_door import DownloadHandler, MethodHandler
from bot.simulator.telegram import Telegram

_HOST = "127.0.0.1"
_LARGEST_BODY = 256 * 1024 * 1024
_PAGE = Path(__file__).parent / "page"


class _StaticHandler(LocalHandler, StaticFileHandler):
    """The page's own files."""

    def initialize(self, telegram: Telegram, key: str | None, path: str) -> None:  # type: ignore[override]
        LocalHandler.initialize(self, telegram, key)
        StaticFileHandler.initialize(self, path)

    def parse_url_path(self, url_path: str) -> str:
        """No file has a zero byte in its name."""
        if "\0" in url_path:
            raise HTTPError(404)
        return StaticFileHandler.parse_url_path(self, url_path)


@dataclass
class Server:
    """A running server.

    Attributes:
        port: The port it got.
    """

    port: int
    _http: HTTPServer
    _key: str | None = None

    @property
    def address(self) -> str:
        """Where the API is: "http://127.0.0.1:8765"."""
        return f"http://{_HOST}:{self.port}"

    @property
    def page(self) -> str:
        """Where the chat page is, with the key to it."""
        return f"{self.address}/?key={self._key}" if self._key else self.address

    async def close(self) -> None:
        """Stop listening and end every connection, long polls included."""
        self._http.stop()
        await self._http.close_all_connections()


async def serve(telegram: Telegram, port: int = 0, samples: Path | None = None, key: str | None = None) -> Server:
    """Open a Telegram's two doors over HTTP, on the loopback interface only.

    Args:
        telegram: What stands behind the doors.
        port: 0 takes any free port.
        samples: A folder with `en/*` and `zh/*`: files that the page offers to send with one tap.
        key: What a browser must bring to be shown the page; without one any browser of this machine is.

    Raises:
        OSError: The port is taken.
    """
    # Every answer of a long poll would be a line.
    logging.getLogger("tornado.access").setLevel(logging.ERROR)
    api = {"telegram": telegram}
    page = api | {"key": key}
    application = Application(
        [
            (r"/bot([^/]+)/(\w+)", MethodHandler, api),
            (r"/file/bot([^/]+)/(.+)", DownloadHandler, api),
            (r"/", PageHandler, page),
            (r"/page/(.+)", _StaticHandler, page | {"path": str(_PAGE)}),
            (r"/font\.otf", FontHandler, page),
            (r"/media/(.+)", MediaHandler, page),
            (r"/upload", UploadHandler, page),
            (r"/socket", SocketHandler, page | {"samples": samples}),
        ]
    )
    http = HTTPServer(application, max_body_size=_LARGEST_BODY, max_buffer_size=_LARGEST_BODY)
    sockets = bind_sockets(port, _HOST)
    http.add_sockets(sockets)
    return Server(sockets[0].getsockname()[1], http, key)
