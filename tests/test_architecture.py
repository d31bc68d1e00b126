"""The arrows of the design: who may import whom. Read from the code's own imports, those inside functions included."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.registry import ANALYSES

ROOT = Path(__file__).parents[1]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("analytics", "bot")
    for path in (ROOT / package).rglob("*.py")
}

# From the top down; a module may import from its own layer's package and from layers below it.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("bot.__main__",),
    ("bot.check",),
    ("bot.simulator.demo",),
    ("bot.app",),
    ("bot.handlers", "bot.digest", "bot.retention", "bot.nightly"),
    ("bot.context",),
    ("bot.progress",),
    ("bot.delivery",),
    ("bot.webhook",),
    ("bot.inbox", "bot.conversations", "bot.fetching", "bot.transport"),
    ("bot.outbox", "bot.queue"),
    ("bot.ratelimit",),
    ("bot.render", "bot.access", "bot.metrics"),
    ("bot.store", "bot.compute"),
    ("bot.erasing", "bot.exporting"),
    ("bot.migrations", "bot.jobs", "bot.settings", "bot.zips"),
    ("bot.snapshots",),
    ("bot.sealing",),
    ("bot.resources", "bot.schedule", "bot.sentences", "bot.when", "bot.zones", "bot.logs", "bot.errors"),
    ("analytics.registry",),
    tuple(f"analytics.{analysis.name}" for analysis in ANALYSES),
    ("analytics.share",),
    ("analytics.letters",),
    ("analytics.suggestions",),
    ("analytics.campaign_options",),
    ("analytics.plays",),
    ("analytics.audience", "analytics.readout_chart", "analytics.shown_trials"),
    ("analytics.repeats",),
    ("analytics.bandit_orders", "analytics.typed_sends"),
    ("analytics.abtest_chart", "analytics.asked_tests"),
    ("analytics.abtest_report",),
    ("analytics.soundness",),
    ("analytics.planning", "analytics.typed_plans", "analytics.typed_tests"),
    ("analytics.known_groups", "analytics.tested_rows"),
    ("analytics.tested_totals",),
    ("analytics.tested_sheets", "analytics.typed_figures"),
    ("analytics.kept_tests",),
    ("analytics.versions",),
    ("analytics.alerts", "analytics.digest_chart", "analytics.lapses"),
    ("analytics.silence",),
    ("analytics.basket_charts", "analytics.segment_charts", "analytics.basket_lists"),
    ("analytics.forgetting", "analytics.persons"),
    ("analytics.next_purchase",),
    ("analytics.bundles",),
    ("analytics.basket_options",),
    (
        "analytics.basketing",
        "analytics.best_sellers",
        "analytics.breakdown",
        "analytics.grouping",
        "analytics.lookup",
        "analytics.movers",
        "analytics.outlook",
        "analytics.portraits",
        "analytics.ranking",
        "analytics.reach",
        "analytics.readout",
        "analytics.sends",
        "analytics.stages",
        "analytics.typed_splits",
    ),
    ("analytics.members",),
    (
        "analytics.browsing",
        "analytics.cohorts",
        "analytics.freshness",
        "analytics.merging",
        "analytics.mentions",
        "analytics.natural",
        "analytics.people",
        "analytics.purchases",
        "analytics.rhythm",
        "analytics.traffic",
        "analytics.weeks",
    ),
    (
        "analytics.anytime",
        "analytics.assignment",
        "analytics.birthdays",
        "analytics.economics",
        "analytics.effort",
        "analytics.timing",
        "analytics.uplift",
        "analytics.bandits",
        "analytics.bayes",
        "analytics.group_sequential",
        "analytics.means",
        "analytics.power",
        "analytics.private_counts",
        "analytics.proportions",
        "analytics.samples",
        "analytics.verdicts",
        "analytics.clusters",
        "analytics.complaints",
        "analytics.conditions",
        "analytics.explain",
        "analytics.features",
        "analytics.festivals",
        "analytics.identity",
        "analytics.itemsets",
        "analytics.partitions",
        "analytics.quality",
        "analytics.randomization",
        "analytics.sequences",
        "analytics.sequences_chance",
        "analytics.sequences_due",
        "analytics.sequences_risk",
        "analytics.traits",
        "analytics.rfm",
        "analytics.association",
        "analytics.association_advice",
        "analytics.association_chance",
        "analytics.association_contrast",
        "analytics.association_sizes",
        "analytics.charts",
        "analytics.distribution",
        "analytics.lists",
        "analytics.naming",
        "analytics.reading",
        "analytics.survival",
    ),
    ("analytics.baskets",),
    ("analytics.analysis", "analytics.choices", "analytics.language"),
    ("analytics.cleaning", "analytics.drafts", "analytics.sms", "analytics.words"),
    ("analytics.dataset",),
    ("analytics.trials",),
    ("analytics.parquet", "analytics.keeping"),
    ("analytics.errors",),
)
HEAVY = {"sklearn", "scipy", "matplotlib", "statsmodels"}
NOT_FOR_ANALYTICS = {"bot", "telegram", "jinja2", "sqlite_utils", "tornado"}


def imports(path: Path, *, top_level: bool = False) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside_type_checking = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and getattr(block.test, "id", "") == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in tree.body if top_level else ast.walk(tree):
        if id(node) in inside_type_checking:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (
                f"{node.module}.{alias.name}" for alias in node.names if f"{node.module}.{alias.name}" in MODULES
            )


def layer(module: str) -> int | None:
    found = [
        (len(name), number)
        for number, names in enumerate(LAYERS)
        for name in names
        if module == name or module.startswith(f"{name}.")
    ]
    return max(found)[1] if found else None


@pytest.mark.parametrize("module", sorted(MODULES))
def test_arrows_point_down(module: str) -> None:
    own = layer(module)
    for other in imports(MODULES[module]):
        below = layer(other)
        if own is None or below is None:
            continue
        same_package = own == below and module.rpartition(".")[0] == other.rpartition(".")[0].removesuffix(".simulator")
        inside = (
            module.startswith(
                ("analytics.reading", "analytics.charts", "analytics.itemsets", "bot.compute", "bot.store")
            )
            or "handlers" in module
        )
        assert below > own or same_package or inside, f"{module} must not import {other}"


def test_every_module_has_its_layer() -> None:
    known = {module for module in MODULES if layer(module) is not None}
    free = {"analytics", "bot"} | {module for module in MODULES if module.startswith("bot.simulator")}
    assert set(MODULES) - known - free == set()


@pytest.mark.parametrize("module", [name for name in sorted(MODULES) if name.startswith("analytics")])
def test_analytics_knows_nothing_of_the_bot(module: str) -> None:
    assert not {name.partition(".")[0] for name in imports(MODULES[module])} & NOT_FOR_ANALYTICS


@pytest.mark.parametrize("module", sorted(MODULES))
def test_heavy_libraries_are_imported_where_they_are_used(module: str) -> None:
    assert not {name.partition(".")[0] for name in imports(MODULES[module], top_level=True)} & HEAVY


def test_the_bot_at_rest_has_loaded_none_of_them() -> None:
    heavy = HEAVY | {"pyarrow.parquet", "holidays", "rapidfuzz", "distributed", "opendp"}
    look = f"import sys, bot.app; print(sorted({heavy!r} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, check=True, text=True)
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize("module", [name for name in sorted(MODULES) if name.startswith("bot.simulator")])
def test_the_simulator_knows_nothing_of_the_bot(module: str) -> None:
    if module == "bot.simulator.demo":
        return
    strange = [
        name
        for name in imports(MODULES[module])
        if name.startswith(("bot.", "analytics")) and not name.startswith("bot.simulator")
    ]
    assert strange == []


@pytest.mark.parametrize(
    "module", [name for name in sorted(MODULES) if name.startswith("bot.") and "simulator" not in name]
)
def test_no_code_asks_whether_this_is_the_demo(module: str) -> None:
    allowed = {"bot.__main__"}
    if module not in allowed:
        assert not [name for name in imports(MODULES[module]) if name.startswith("bot.simulator")]


def test_modules_stay_small() -> None:
    long = {
        module: lines for module, path in MODULES.items() if (lines := len(path.read_text("utf-8").splitlines())) > 420
    }
    assert long == {}


def test_only_the_store_speaks_sql() -> None:
    verbs = ("SELECT ", "INSERT ", "DELETE FROM", "UPDATE ")
    speakers = {module for module, path in MODULES.items() if any(verb in path.read_text("utf-8") for verb in verbs)}
    assert "bot.store" in speakers
    assert [name for name in speakers if not name.startswith("bot.store")] == []
