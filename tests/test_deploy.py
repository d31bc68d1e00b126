"""What deploy/ promises: a unit and an image that start what there is, with few rights."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
UNIT = ROOT / "deploy" / "pocket-marketer.service"
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
IGNORED = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
ANALYZE = shutil.which("systemd-analyze")
MOST_EXPOSED = 1.2
"""As systemd 252 and 257 judge it, of 10; without any one of its walls it would be more."""


def instructions() -> list[tuple[str, str]]:
    lines = [line for line in DOCKERFILE.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


@pytest.mark.skipif(ANALYZE is None, reason="NO SYSTEMD IS INSTALLED: the unit is not checked")
def test_the_unit_is_understood_and_hardly_exposed(tmp_path: Path) -> None:
    assert ANALYZE is not None
    program = tmp_path / "pocket-marketer"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = tmp_path / UNIT.name
    unit.write_text(re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={program}", UNIT.read_text("utf-8")))
    verified = subprocess.run([ANALYZE, "verify", unit], capture_output=True, text=True, check=False)
    assert UNIT.name not in verified.stderr, verified.stderr
    told = subprocess.run(
        [ANALYZE, "security", "--offline=true", "--no-pager", unit], capture_output=True, text=True, check=False
    )
    if (exposed := re.search(r"exposure level for \S+: ([\d.]+)", told.stdout)) is None:
        pytest.skip("THIS SYSTEMD IS TOO OLD to judge a unit that is not installed")
    assert float(exposed[1]) <= MOST_EXPOSED


@pytest.mark.parametrize(
    "line",
    [
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "PrivateTmp=yes",
        "StateDirectoryMode=0700",
        "UMask=0077",
        "CapabilityBoundingSet=",
        "Restart=on-failure",
        # Otherwise a job too large for the machine's memory would end the whole bot.
        "OOMPolicy=continue",
    ],
)
def test_the_unit_keeps_these_whatever_else_changes(line: str) -> None:
    assert line in UNIT.read_text("utf-8").splitlines()


def test_the_image_is_slim_pinned_and_not_roots() -> None:
    said = instructions()
    ((_, base),) = [entry for entry in said if entry[0] == "FROM"]
    version = re.fullmatch(r"python:(3\.\d+)-slim", base)
    assert version
    wanted = PYPROJECT["project"]["requires-python"].removeprefix(">=")
    assert tuple(map(int, version[1].split("."))) >= tuple(map(int, wanted.split(".")))
    words = [word for word, _ in said]
    assert ("USER", "pocket") in said
    assert words.index("USER") > max(number for number, word in enumerate(words) if word == "RUN")
    assert "-c constraints.txt" in DOCKERFILE
    assert not re.search(r"(?i)(token|secret|password)\s*=", DOCKERFILE)
    for option in ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"):
        assert option in DOCKERFILE


def test_the_image_comes_back_after_a_restart_and_ends_when_told() -> None:
    assert "--restart=unless-stopped" in DOCKERFILE
    # A first process is told to end in vain until it listens for that, and the bot does so only once it reached Telegram.
    assert " --init " in DOCKERFILE


def test_all_that_the_image_copies_is_there_and_let_through() -> None:
    copied = [name for word, rest in instructions() if word == "COPY" for name in rest.split()[:-1]]
    assert copied
    for name in copied:
        assert (ROOT / name).exists(), name
        assert f"!{name}" in IGNORED
    assert IGNORED[0] == "*", "nothing else of the checkout, such as settings with a token, goes into the image"
    packed = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert {*packed["packages"], *packed["force-include"]} <= set(copied)


@pytest.mark.parametrize("text", [UNIT.read_text("utf-8"), DOCKERFILE], ids=["unit", "image"])
def test_only_commands_and_settings_that_there_are_are_named(text: str) -> None:
    named = set(re.findall(r"bin/pocket-marketer (\w+)|exec pocket-marketer pocket-marketer (\w+)", text))
    assert {name for pair in named for name in pair if name} <= set(main.commands)
    assert {setting.lower() for setting in re.findall(r"POCKET_(\w+)", text)} <= set(Settings.model_fields)
