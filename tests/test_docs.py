"""What the README promises is what there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from analytics.language import LANGUAGES
from analytics.registry import ANALYSES
from bot.handlers.dispatch import ACTS
from bot.render import Renderer
from bot.resources import TEMPLATES
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
READMES = {"en": ROOT / "README.md", "zh": ROOT / "README.zh-CN.md"}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SETTING = re.compile(r"^\| `(POCKET_\w+)` \| ([^|]*) \|", re.MULTILINE)
INTERNAL = {
    "thanks",
    "cannot",
    "vocabulary",
    "thresholds",
    "only",
    "more",
    "receipt",
    "dates",
    "years",
    "encoding",
    "dropfile",
    "alone",
    "newtest",
    "policy",
    "sent",
    "drop",
    "words",
}


@pytest.mark.parametrize("readme", READMES.values(), ids=READMES.keys())
def test_every_setting_is_listed_with_its_default(readme: Path) -> None:
    listed = dict(SETTING.findall(readme.read_text("utf-8")))
    assert set(listed) == {f"POCKET_{name.upper()}" for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        plain = isinstance(field.default, (str, int)) and name != "workers"
        if plain:
            assert listed[f"POCKET_{name.upper()}"].strip() == f"`{field.default}`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_analysis_is_listed_with_its_hint(language: str) -> None:
    renderer, text = Renderer(TEMPLATES), READMES[language].read_text("utf-8")
    for analysis in ANALYSES:
        assert f"| `/{analysis.name}` | {renderer.hint(analysis.name, language)} |" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_listed_in_the_readme_and_in_the_menu(language: str) -> None:
    text = READMES[language].read_text("utf-8")
    for command in set(ACTS) - INTERNAL:
        assert f"`/{command}`" in text
    menu = dict(Renderer(TEMPLATES).menu(language))
    assert set(menu) == {analysis.name for analysis in ANALYSES} | (set(ACTS) - INTERNAL - {"start"})


def test_both_readmes_give_the_same_commands() -> None:
    commands = {
        language: re.findall(r"^ {4,}(.*pip install.*)$", path.read_text("utf-8"), re.MULTILINE)
        for language, path in READMES.items()
    }
    assert commands["en"][:2] == commands["zh"][:2]
    assert commands["en"][0].endswith("-e . && .venv/bin/pocket-marketer demo")
    assert commands["en"][1].endswith("-e '.[test]' && .venv/bin/pytest")


@pytest.mark.parametrize("readme", READMES.values(), ids=READMES.keys())
def test_linked_files_exist(readme: Path) -> None:
    text = readme.read_text("utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text) + re.findall(r'src="([^"]+)"', text):
        assert (ROOT / target).is_file(), target


def test_the_lock_fits_what_is_declared() -> None:
    locked: dict[str, list[Version]] = {}
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        pinned = Requirement(line)
        (specifier,) = pinned.specifier
        locked.setdefault(pinned.name, []).append(Version(specifier.version))
    project = PYPROJECT["project"]
    declared = [
        *project["dependencies"],
        *(entry for extra in project["optional-dependencies"].values() for entry in extra),
    ]
    for requirement in map(Requirement, declared):
        if requirement.name == project["name"]:
            continue
        assert requirement.name in locked
        assert all(requirement.specifier.contains(version) for version in locked[requirement.name]), requirement


def test_the_lock_names_no_addresses() -> None:
    assert not re.search(r"://|@ |--hash|file:", (ROOT / "constraints.txt").read_text("utf-8"))
    assert not (ROOT / "uv.lock").exists()


def test_the_unit_and_the_image_start_what_there_is() -> None:
    script = next(iter(PYPROJECT["project"]["scripts"]))
    assert f"{script} run" in (ROOT / "deploy" / "pocket-marketer.service").read_text("utf-8")
    assert f'["{script}", "run"]' in (ROOT / "deploy" / "Dockerfile").read_text("utf-8")


def test_the_changelog_names_every_analysis() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert all(f"`/{analysis.name}`" in text for analysis in ANALYSES)
