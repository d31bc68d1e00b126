"""The loopback Telegram on a port of this machine."""

import logging
from dataclasses import dataclass
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, StaticFileHandler

from bot.simulator.chat_page import FontHandler, LocalHandler, MediaHandler, PageHandler, SocketHandler, UploadHandler
from bot.simulator.http_door import DownloadHandler, MethodHandler
from bot.simulator.telegram import Telegram

_HOST = "127.0.0.1"
_LARGEST_BODY = 256 * 1024 * 1024
_PAGE = Path(__file__).parent / "page"


class _StaticHandler(LocalHandler, StaticFileHandler):
    """The page's own files."""

    def initialize(self, telegram: Telegram, path: str) -> None:  # type: ignore[override]
        LocalHandler.initialize(self, telegram)
        StaticFileHandler.initialize(self, path)


@dataclass
class Server:
    """A running server.

    Attributes:
        port: The port it got.
    """

    port: int
    _http: HTTPServer

    @property
    def address(self) -> str:
        """Where the chat page is, and the API below it: "http://127.0.0.1:8765"."""
        return f"http://{_HOST}:{self.port}"

    async def close(self) -> None:
        """Stop listening and end every connection, long polls included."""
        self._http.stop()
        await self._http.close_all_connections()


async def serve(telegram: Telegram, port: int = 0, samples: Path | None = None) -> Server:
    """Open a Telegram's two doors over HTTP, on the loopback interface only.

    Args:
        telegram: What stands behind the doors.
        port: 0 takes any free port.
        samples: A folder with `en/*` and `zh/*`: files that the page offers to send with one tap.

    Raises:
        OSError: The port is taken.
    """
    # Every answer of a long poll would be a line.
    logging.getLogger("tornado.access").setLevel(logging.ERROR)
    shared = {"telegram": telegram}
    application = Application(
        [
            (r"/bot([^/]+)/(\w+)", MethodHandler, shared),
            (r"/file/bot([^/]+)/(.+)", DownloadHandler, shared),
            (r"/", PageHandler, shared),
            (r"/page/(.+)", _StaticHandler, shared | {"path": str(_PAGE)}),
            (r"/font\.otf", FontHandler, shared),
            (r"/media/(.+)", MediaHandler, shared),
            (r"/upload", UploadHandler, shared),
            (r"/socket", SocketHandler, shared | {"samples": samples}),
        ]
    )
    http = HTTPServer(application, max_body_size=_LARGEST_BODY, max_buffer_size=_LARGEST_BODY)
    sockets = bind_sockets(port, _HOST)
    http.add_sockets(sockets)
    return Server(sockets[0].getsockname()[1], http)
