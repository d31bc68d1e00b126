"""The chat page and its doors: a WebSocket for what happens, an upload, downloads, a font."""

import json
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from tornado.web import HTTPError, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from bot.simulator import views
from bot.simulator.faults import ApiError
from bot.simulator.people import Person
from bot.simulator.telegram import Event, Telegram

# tornado declares these as methods that may do anything; here they never stream.
# mypy: disable-error-code="override"

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_LOCAL = {"127.0.0.1", "localhost"}
# The most that an id of Telegram has.
_DIGITS = 16
_NAMES = {"en": ("Alex", "Robin"), "zh": ("小林", "小周")}


class LocalHandler(RequestHandler):
    """Serves this machine's own browser only: no other host name, and no page of another site."""

    def initialize(self, telegram: Telegram, key: str | None = None, samples: Path | None = None) -> None:
        self.telegram = telegram
        self.key = key
        self.samples = samples

    def prepare(self) -> None:
        """Refuse requests that a foreign page or a rebound name made, and whoever did not come by the printed address."""
        host, origin = self.request.host, self.request.headers.get("Origin")
        if not is_local(host) or (origin is not None and urlsplit(origin).netloc != host):
            raise HTTPError(403)
        if not self.fits(self.get_cookie(self.cookie)) and not self.is_let_in():
            raise HTTPError(403, reason="Open the address that the terminal shows, all of it")

    def is_let_in(self) -> bool:
        """Whether somebody without the key's cookie may come in."""
        return False

    @property
    def cookie(self) -> str:
        """Where the browser keeps the key. Cookies do not tell ports apart, so the port is in the name."""
        return f"key-{urlsplit(f'//{self.request.host}').port or 80}"

    def fits(self, key: str | None) -> bool:
        """Whether somebody has the key."""
        return self.key is None or secrets.compare_digest((key or "").encode(), self.key.encode())

    def set_default_headers(self) -> None:
        """Nothing from elsewhere, nothing guessed, nothing kept."""
        self.set_header("Content-Security-Policy", _POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")

    def person(self) -> Person:
        """Whom this page pretends to be: `?user=2`; new people start with `?language=…`."""
        number = self.get_query_argument("user", "1")
        language = self.get_query_argument("language", "en")
        if not number.isdecimal() or len(number) > _DIGITS or int(number) == 0:
            raise HTTPError(400)
        spoken = "zh" if language.startswith("zh") else "en"
        name = _NAMES[spoken][(int(number) - 1) % 2]
        return self.telegram.person(int(number), name, "zh-hans" if spoken == "zh" else language)


class PageHandler(LocalHandler):
    """The page itself."""

    def is_let_in(self) -> bool:
        """Take the key from the printed address into a cookie."""
        key = self.get_query_argument("key", "")
        if self.fits(key):
            self.set_cookie(self.cookie, key, httponly=True, samesite="Lax")
        return self.fits(key)

    def get(self) -> None:
        """Send index.html."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.write((Path(__file__).parent / "page" / "index.html").read_bytes())


class FontHandler(LocalHandler):
    """A font with Chinese glyphs, for machines that have none."""

    def get(self) -> None:
        """Send the font; browsers ask only when no font of theirs has a glyph."""
        from pylopdf_fonts_zh_cn import sans_path

        self.set_header("Content-Type", "font/otf")
        self.set_header("Cache-Control", "max-age=86400")
        self.write(Path(sans_path()).read_bytes())


class MediaHandler(LocalHandler):
    """Pictures and documents of the chat."""

    def get(self, path: str) -> None:
        """Send a picture to be shown, or a document to be saved."""
        file = self.telegram.files.by_path(path)
        if file is None:
            raise HTTPError(404)
        self.set_header("Content-Type", file.mime_type)
        if file.name is not None:
            self.set_header("Content-Type", "application/octet-stream")
            self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(file.name, safe='')}")
        self.write(file.content)


class UploadHandler(LocalHandler):
    """`POST /upload?user=1&name=orders.csv` with the file as the body."""

    def post(self) -> None:
        """Send the file to the bot as a document."""
        if not self.request.body:
            raise HTTPError(400)
        name = Path(self.get_query_argument("name")).name or "file"
        message = self.person().send_document(name, self.request.body)
        self.write({"id": message.message_id})


class SocketHandler(LocalHandler, WebSocketHandler):
    """What happens in the chat goes out; what the person does comes in."""

    def open(self) -> None:
        """Tell the whole story so far, then listen."""
        self.me = self.person()
        chat = self.telegram.chat(self.me.user_id)
        self.tell("history", messages=[views.of_message(message) for message in chat.messages])
        self.tell_profile()
        self.telegram.listeners.append(self.hear)

    def check_origin(self, origin: str) -> bool:
        """Only our own page."""
        return urlsplit(origin).netloc == self.request.host

    def on_close(self) -> None:
        """Stop listening."""
        if self.hear in self.telegram.listeners:
            self.telegram.listeners.remove(self.hear)

    def tell(self, kind: str, **content: Any) -> None:
        """Send one thing to the page."""
        try:
            self.write_message(json.dumps({"kind": kind, **content}))
        except WebSocketClosedError:
            self.on_close()

    def tell_profile(self) -> None:
        """Send what depends on the person's language."""
        samples = [
            {"name": path.name, "size": path.stat().st_size}
            for path in views.samples_for(self.samples, self.me.language)
        ]
        self.tell("profile", **views.of_bot(self.telegram, self.me), samples=samples)

    def hear(self, event: Event) -> None:
        """Pass on what concerns this chat."""
        if event.chat_id not in {None, self.me.user_id}:
            return
        match event.kind:
            case "message":
                self.tell("message", message=views.of_message(event.subject))
            case "deleted":
                self.tell("deleted", id=event.subject)
            case "action":
                self.tell("action", action=event.subject)
            case "answer":
                query, toast = event.subject
                self.tell("answer", id=query.message_id, data=query.data, text=toast.text, alert=toast.alert)
            case "profile":
                self.tell_profile()

    def on_message(self, message: str | bytes) -> None:
        """Do what the person did."""
        did = json.loads(message)
        try:
            self.act(did)
        except (ValueError, ApiError) as error:
            self.tell("refused", did=did, why=str(error))

    def act(self, did: dict[str, Any]) -> None:
        """Do one thing, named by `kind`."""
        match did.get("kind"):
            case "say":
                self.me.say(did["text"])
            case "tap":
                self.me.tap(did["id"], did["data"])
            case "sample":
                known = {path.name: path for path in views.samples_for(self.samples, self.me.language)}
                if did["name"] in known:
                    self.me.send_document(did["name"], known[did["name"]].read_bytes())
            case "language":
                self.me.language = did["language"]
                self.tell_profile()
            case "block":
                self.me.block()
            case "unblock":
                self.me.unblock()


def is_local(host: str) -> bool:
    """Whether a Host header names this machine's loopback."""
    return urlsplit(f"//{host}").hostname in _LOCAL
