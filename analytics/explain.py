"""Who is in a group, in words: rules read off a decision tree by information gain, pruned by cross-validation.

Tree and pruning: Breiman, Friedman, Olshen & Stone (1984), with entropy as impurity (Quinlan 1986).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.conditions import Condition, meets, merged, rounded

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

FOLDS = 5
DEEPEST = 4
MOST_CONDITIONS = 3
SMALLEST_LEAF = 5
FEWEST_OF_A_VALUE = 10
MOST_INDICATORS = 600
MOST_VALUES = 20
MOST_PRUNINGS = 10
LEARNT_FROM = 8_000


@dataclass(frozen=True)
class Rule:
    """At most three conditions for one group of so many `customers`; without conditions it holds of everybody.

    `recall` is the share of the group that meets them, `precision` the share of the group among those who do.
    """

    group: str
    conditions: tuple[Condition, ...]
    customers: int
    meeting: int
    recall: float
    precision: float

    @property
    def telling(self) -> bool:
        """Whether it may be said of the group: most of the group meet it, and most who meet it are of the group."""
        return bool(self.conditions) and min(self.recall, self.precision) > 0.5


@dataclass(frozen=True)
class Explanation:
    """A rule for each group, largest first.

    `accuracy` is that of the whole tree on customers that it had not seen, `baseline` what calling everybody a member of
    the largest group would reach.
    """

    rules: tuple[Rule, ...]
    accuracy: float
    baseline: float


def entropy(values: Sequence[Any] | npt.NDArray[Any]) -> float:
    """Shannon's entropy of the values' shares, in bits."""
    shares = np.unique(np.asarray(values).astype(str), return_counts=True)[1] / max(len(values), 1)
    return float(abs(-(shares * np.log2(shares)).sum()))


def information_gain(attribute: Sequence[Any] | npt.NDArray[Any], target: Sequence[Any] | npt.NDArray[Any]) -> float:
    """By how many bits knowing the attribute's value makes the target less uncertain (Quinlan 1986)."""
    known, aim = np.asarray(attribute).astype(str), np.asarray(target).astype(str)
    left = sum(float((known == value).mean()) * entropy(aim[known == value]) for value in np.unique(known))
    return entropy(aim) - left


def explain(features: Mapping[str, Any], codes: Sequence[str] | npt.NDArray[np.object_]) -> Explanation | None:
    """Rules for the groups `codes` (n) in terms of `features` (each n): numbers, or texts, with gaps.

    None where there is one group only. Nothing depends on the order of the customers or of any unit.
    """
    groups, target = np.unique(np.asarray(codes).astype(str), return_inverse=True)
    if len(groups) < 2:
        return None
    columns = _columns(features)
    matrix = np.column_stack([np.empty((len(target), 0)), *(column.encoded for column in columns)])
    order = np.lexsort((target, *matrix.T[::-1]))
    chosen = order[np.unique(np.linspace(0, len(order) - 1, min(len(order), LEARNT_FROM)).astype(np.int64))]
    penalty, accuracy = _pruning(matrix[chosen], target[chosen])
    tree = _tree(matrix[chosen], target[chosen], penalty)
    candidates = _paths(tree.tree_, columns, matrix)
    sizes = np.bincount(target)
    rules = [_rule(str(groups[i]), target == i, candidates, columns) for i in np.argsort(-sizes, kind="stable")]
    return Explanation(tuple(rules), accuracy, float(sizes.max() / sizes.sum()))


@dataclass(frozen=True)
class _Column:
    """One column of the tree's matrix: the ranks of a feature's numbers (−1 unknown), or whether it has this `value`.

    `raw` are the feature's own values (n), `others` the values that a text may have besides.
    """

    feature: str
    encoded: Floats
    raw: npt.NDArray[Any]
    value: str | None = None
    others: tuple[str, ...] = ()


def _columns(features: Mapping[str, Any]) -> list[_Column]:
    series = {name: pd.Series(np.asarray(values)) for name, values in features.items()}
    texts = [name for name, values in series.items() if not _numeric(values)]
    most = min(MOST_VALUES, max(2, MOST_INDICATORS // max(len(texts), 1)))
    found = []
    for name, values in series.items():
        if _numeric(values):
            numbers = values.to_numpy(float)
            known = np.unique(numbers[~np.isnan(numbers)])
            ranks = np.where(np.isnan(numbers), -1.0, np.searchsorted(known, numbers))
            found.append(_Column(name, ranks, numbers))
            continue
        told = values.astype(str).to_numpy(object)
        told[values.isna().to_numpy()] = None
        counts = pd.Series(told).value_counts().sort_index().sort_values(ascending=False, kind="stable")
        for value in sorted(counts.index[counts >= FEWEST_OF_A_VALUE][:most]):
            others = tuple(sorted(other for other in counts.index if other != value))
            found.append(_Column(name, (told == value).astype(float), told, value, others))
    return found


def _numeric(values: pd.Series[Any]) -> bool:
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _tree(matrix: Floats, target: Ints, penalty: float) -> Any:
    from sklearn.tree import DecisionTreeClassifier

    smallest = max(SMALLEST_LEAF, len(target) // 100)
    tree = DecisionTreeClassifier(
        criterion="entropy", max_depth=DEEPEST, min_samples_leaf=smallest, ccp_alpha=penalty, random_state=0
    )
    return tree.fit(matrix if matrix.shape[1] else np.zeros((len(target), 1)), target)


def _pruning(matrix: Floats, target: Ints) -> tuple[float, float]:
    """The strongest pruning within one standard error of the best, and its accuracy; customers must be in a set order."""
    if not matrix.shape[1]:
        matrix = np.zeros((len(target), 1))
    ends = _tree(matrix, target, 0.0).cost_complexity_pruning_path(matrix, target).ccp_alphas.clip(0)
    ends = np.unique(ends)
    ends = ends[np.unique(np.linspace(0, len(ends) - 1, MOST_PRUNINGS).astype(int))]
    # A pruning holds from one end to the next; between them, it is the same tree.
    penalties = np.append(np.sqrt(ends[:-1] * ends[1:]), ends[-1] * (1 + 1e-9) + 1e-12)
    fold = np.empty(len(target), np.int64)
    for group in range(int(target.max()) + 1):
        inside = np.flatnonzero(target == group)
        fold[inside] = (group + np.arange(len(inside))) % FOLDS
    parts = [fold == part for part in range(FOLDS) if 0 < np.count_nonzero(fold == part) < len(target)]
    tried = [_tried(matrix, target, parts, penalty) for penalty in penalties]
    lost = np.array([loss for loss, _ in tried])
    # By the bits that the tree leaves open: accuracy hardly moves where one group is small. Paired, so that the error is
    # that of the difference.
    further = lost - lost[int(lost.mean(axis=1).argmin())]
    error = further.std(axis=1) / np.sqrt(len(target))
    strongest = int(np.flatnonzero(further.mean(axis=1) <= error + 1e-12).max())
    return float(penalties[strongest]), tried[strongest][1]


def _tried(matrix: Floats, target: Ints, parts: Sequence[Mask], penalty: float) -> tuple[Floats, float]:
    """For each customer the bits by which a tree that never saw them missed their group, and the share of hits.

    A leaf's shares are drawn towards those of all by two customers' worth.
    """
    loss, right = np.zeros(len(target)), 0
    for part in parts:
        tree = _tree(matrix[~part], target[~part], penalty)
        shares = np.zeros((np.count_nonzero(part), int(target.max()) + 1))
        shares[:, tree.classes_] = tree.predict_proba(matrix[part])
        leaf = tree.tree_.n_node_samples[tree.apply(matrix[part])][:, None]
        common = (np.bincount(target[~part], minlength=shares.shape[1]) + 0.5) / (np.count_nonzero(~part) + 1)
        drawn = (leaf * shares + 2 * common) / (leaf + 2)
        loss[part] = -np.log2(drawn[np.arange(len(drawn)), target[part]])
        right += int((shares.argmax(axis=1) == target[part]).sum())
    return loss, right / len(target)


_Path = tuple[Condition, ...]


def _paths(tree: Any, columns: Sequence[_Column], matrix: Floats) -> list[_Path]:
    """The conditions that lead to each node but the root, merged to one a feature."""
    found: list[_Path] = []

    def walk(node: int, inside: Mask, path: _Path) -> None:
        if tree.children_left[node] < 0:
            return
        column = columns[tree.feature[node]]
        goes_left = matrix[:, tree.feature[node]] <= tree.threshold[node]
        for child, half, left in (
            (tree.children_left[node], inside & goes_left, True),
            (tree.children_right[node], inside & ~goes_left, False),
        ):
            further = merged(path, _condition(column, inside & ~goes_left, left=left))
            found.append(further)
            walk(child, half, further)

    walk(0, np.ones(len(matrix), bool), ())
    return found


def _condition(column: _Column, above: Mask, *, left: bool) -> Condition:
    if column.value is not None:
        value = (column.value,)
        return Condition(column.feature, besides=value) if left else Condition(column.feature, among=value)
    cut = float(column.raw[above].min())
    return Condition(column.feature, below=cut) if left else Condition(column.feature, at_least=cut)


def _rule(group: str, inside: Mask, paths: Sequence[_Path], columns: Sequence[_Column]) -> Rule:
    """Of all the tree's nodes the one that is most like the group: highest harmonic mean of recall and precision."""
    raw = {column.feature: column.raw for column in columns}
    candidates = [_rated(group, inside, path, raw) for path in ((), *paths) if len(path) <= MOST_CONDITIONS]
    best = max(candidates, key=lambda rule: (round(_likeness(rule), 9), -len(rule.conditions)))
    for condition in best.conditions:
        shorter = _rated(group, inside, tuple(other for other in best.conditions if other != condition), raw)
        if shorter.conditions and _likeness(shorter) >= _likeness(best):
            best = shorter
    path = best.conditions
    for place, condition in enumerate(path):
        others = _meeting((*path[:place], *path[place + 1 :]), raw, len(inside))
        path = (*path[:place], rounded(condition, raw[condition.feature][others]), *path[place + 1 :])
    return replace(best, conditions=tuple(_plain(condition, columns) for condition in path))


def _rated(group: str, inside: Mask, path: _Path, raw: Mapping[str, npt.NDArray[Any]]) -> Rule:
    meeting = _meeting(path, raw, len(inside))
    both, size, met = int((meeting & inside).sum()), int(inside.sum()), int(meeting.sum())
    return Rule(group, path, size, met, both / size, both / met if met else 0.0)


def _meeting(path: _Path, raw: Mapping[str, npt.NDArray[Any]], customers: int) -> Mask:
    meeting = np.ones(customers, bool)
    for condition in path:
        meeting &= meets(condition, raw[condition.feature])
    return meeting


def _likeness(rule: Rule) -> float:
    total = rule.recall + rule.precision
    return 2 * rule.recall * rule.precision / total if total else 0.0


def _plain(condition: Condition, columns: Sequence[_Column]) -> Condition:
    """Where only a few values are left, they are named instead of those that are not meant."""
    if condition.besides is None:
        return condition
    column = next(c for c in columns if c.feature == condition.feature and c.value is not None)
    left = tuple(sorted({str(column.value), *column.others} - set(condition.besides)))
    return replace(condition, besides=None, among=left) if 0 < len(left) <= len(condition.besides) else condition
