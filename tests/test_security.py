"""What SECURITY.md promises: owners are apart, sheets are only data, files are private, nothing foreign is run."""

from __future__ import annotations

import ast
import asyncio
import csv
import io
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from analytics.language import LANGUAGES
from analytics.registry import ANALYSES
from bot.handlers.dispatch import ACTS
from bot.resources import SAMPLES
from bot.simulator.faults import ApiError
from bot.simulator.params import Uploads
from bot.simulator.telegram import Telegram
from tests.talk import Running, Talk, running
from tests.walk import tap, walk

ROOT = Path(__file__).parents[1]
MARK = "Zq"
PRODUCT = str(987 * 789)
HOSTILE = (
    "<b>bold</b>",
    "</code>",
    "{{987*789}}",
    "{% include 'chat.html' %}{{ self }}",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*987",
    "\u202egnp.\u2066exe",
    '<a href="https://evil.example">x</a>',
    '<button to="forget yes">x</button>',
    "x\u2028<page to='forget yes'>y</page>\x0b",
    "$\\frac{1}{0$",
    "%s%n${987*789}",
    "'; DROP TABLE owners; --",
    '"quoted", "twice"',
    "&lt;i&gt;&#x3C;",
)
UNRULY = re.compile("[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\x0b\x0c]")
COMMANDS = [f"/{name}" for name in (*(analysis.name for analysis in ANALYSES), *ACTS) if name not in {"forget", "undo"}]


class Strict(Telegram):
    """Remembers what it refused."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[str] = []

    async def call(self, method: str, params: dict[str, Any], files: Uploads | None = None) -> Any:
        try:
            return await super().call(method, params, files)
        except ApiError as error:
            self.refused.append(f"{method}: {error.description}")
            raise


def hostile(path: Path) -> tuple[str, bytes]:
    """A sample sheet with hostile text in every cell that is no date or number, and in headers of no meaning."""
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    known: dict[str, str] = {}

    def turned(cell: str) -> str:
        if not cell or re.fullmatch(r"[£¥]?[\d.:/ -]+", cell):
            return cell
        return known.setdefault(cell, f"{HOSTILE[len(known) % len(HOSTILE)]} {MARK}{len(known)}")

    header = [*rows[0], "<b>{{987*789}}</b>", "=1+1 </code>"]
    # Codes that the reader must know are left alone: yes and no, versions, whether an order counts.
    kept = {
        n
        for n, name in enumerate(header)
        if re.search(r"Status|状态|Newsletter|短信|Opened|Bought|是否|Sex|性别|Email", name)
    }
    body = [
        [*(cell if n in kept else turned(cell) for n, cell in enumerate(row)), turned(row[-1] + "x"), f"{MARK}<i>"]
        for row in rows[1:]
    ]
    out = io.StringIO()
    csv.writer(out).writerows([header, *body])
    return f"<b>{{{{987*789}}}}\u202e_{MARK}_{path.name}", out.getvalue().encode()


async def fed(bot: Running, language: str, user_id: int | None = None) -> Talk:
    """Somebody who sent a whole shop of hostile sheets."""
    talk = bot.person("zh-hans" if language == "zh" else "en", user_id)
    talk.person.first_name = "<b>{{987*789}}</b>"
    for path in sorted((SAMPLES / language).iterdir()):
        await talk.send(*hostile(path))
    return talk


@pytest.mark.parametrize("language", LANGUAGES)
async def test_hostile_sheets_are_only_shown(tmp_path: Path, language: str) -> None:
    telegram = Strict()
    async with running(tmp_path / "data", telegram) as bot:
        talk = await fed(bot, language)
        await walk(talk, COMMANDS, steps=2)
    said = [message for message in talk.messages if message.from_bot]
    assert len(said) > 80
    assert [refused for refused in telegram.refused if "not modified" not in refused] == []
    assert any("<b>bold</b>" in message.words for message in said), "it is shown as it stands there"
    assert any("{{987*789}}" in message.words for message in said)
    for message in said:
        labels = [button.label for row in message.buttons for button in row]
        for text in (message.words, *labels):
            assert PRODUCT not in text
            assert not UNRULY.search(text), text
        assert not any("evil.example" in str(entity) for entity in message.entities)
        assert all(button.url is None for row in message.buttons for button in row)
        if message.document and (message.document.name or "").endswith(".csv"):
            for row in csv.reader(io.StringIO(message.document.content.decode("utf-8-sig"))):
                assert not [cell for cell in row if re.match(r"\s*[=@]|\s*[+-](?![\d.,]+$)", cell)], row
    wrong = [message.words for message in said if "on my side" in message.words or "我这边出了" in message.words]
    assert wrong == []


def state(bot: Running, owner: int) -> tuple[object, ...]:
    """All that is kept of somebody: rows and files."""
    db = bot.services.store.db
    rows: list[object] = []
    for table in db.table_names():
        columns = {column.name for column in db.table(table).columns}
        whose = next((name for name in ("owner", "user_id") if name in columns), None)
        if whose and table != "inbox":
            rows.append((table, *db.execute(f"SELECT * FROM {table} WHERE {whose} = ? ORDER BY 1, 2", [owner])))
    rows.extend(db.execute("SELECT * FROM snapshots WHERE upload IN (SELECT id FROM uploads WHERE owner = ?)", [owner]))
    folder = bot.services.store.folder_of(owner)
    return (*rows, *sorted((path.name, path.read_bytes()) for path in folder.iterdir()))


NUMBERED = (
    "receipt {}",
    "only {}",
    "columns {} 0 0",
    "columns {} 0 0 amount",
    "sent {} off",
    "drop {}",
    "drop {} yes",
    "split trial {}",
    "bandit trial {}",
    "campaigns trial {}",
    "campaigns names {}",
)


async def test_no_button_of_one_owner_shows_or_changes_anything_for_another(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as bot:
        ann = await fed(bot, "en")
        for command in ("/split A B holdout 20%", "/bandit A B", "/sent 1 today", "/abplan 5% +1%"):
            await ann.say(command)
        seen = await walk(ann, COMMANDS, steps=1)
        assert {data.removeprefix("~").split()[0] for data in seen} >= {
            "columns",
            "receipt",
            "sent",
            "drop",
            "customer",
        }
        assert any(MARK in message.words for message in ann.messages if message.from_bot)
        kinds = {tuple(data.removeprefix("~").split()[:2]): data for data in sorted(seen)}
        # Numbers are counted over all owners, so these are of Ann's files and trials.
        tried = [*kinds.values(), *(words.format(n) for words in NUMBERED for n in range(1, 8)), "undo", "forget yes"]
        before = state(bot, ann.person.user_id)
        newcomer, bob = bot.person(), bot.person()
        await bob.send_file(SAMPLES / "en" / "comments.csv")
        for talk in (newcomer, bob):
            await tap(talk, tried)
            for message in talk.messages:
                assert MARK not in message.words, message.words
                assert message.document is None or MARK.encode() not in message.document.content
                assert MARK not in str([button.label for row in message.buttons for button in row])
        assert state(bot, ann.person.user_id) == before


async def test_everything_on_the_disk_is_for_its_user_alone(tmp_path: Path) -> None:
    environment = os.environ | {"POCKET_DATA": str(tmp_path / "data"), "POCKET_WORKERS": "1"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--port", "0"),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        preexec_fn=lambda: os.umask(0o000),
    )
    assert process.stdout is not None
    text = b""
    while b"http://127.0.0.1:" not in text:
        text += await asyncio.wait_for(process.stdout.readline(), 60)
    assert b"/?key=" in text
    open_ones = [
        path for path in (tmp_path / "data-demo", *(tmp_path / "data-demo").rglob("*")) if path.stat().st_mode & 0o077
    ]
    process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(process.communicate(), 20)
    assert open_ones == []
    assert (tmp_path / "data-demo" / "pocket.sqlite").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("path", [path for package in ("bot", "analytics") for path in sorted((ROOT / package).rglob("*.py"))], ids=lambda path: str(path.relative_to(ROOT)))  # fmt: skip
def test_nothing_from_outside_is_run_or_unpickled(path: Path) -> None:
    # Jobs go to the owner's own cluster, and their results come back, as pickles; nothing else does.
    own_cluster = path.is_relative_to(ROOT / "bot" / "compute")
    never = {"eval", "exec", "compile", "__import__", "from_string", "system", "popen", "Template", "mark_safe"}
    modules = {
        *(() if own_cluster else ("pickle",)),
        "marshal",
        "shelve",
        "dill",
        "cloudpickle",
        "joblib",
        "subprocess",
        "yaml",
    }
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = (
                called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
            )
            regex = isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "re"
            assert name not in never or regex, f"{path.name}:{node.lineno} calls {name}"
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            assert not {name.partition(".")[0] for name in names} & modules, f"{path.name}:{node.lineno}"
            # Escaping is all that is wanted of it: its parsers take bombs.
            assert not [name for name in names if name.startswith("xml") and name != "xml.sax.saxutils"]
