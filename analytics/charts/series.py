"""Upright columns over time."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.charts.style import BLUE, INK, MARGIN, PALE, WIDTH, drawable, figure, headline, png


def columns(
    title: str,
    subtitle: str,
    labels: Sequence[str],
    values: Sequence[float],
    unfinished: Sequence[bool],
    notes: dict[int, str],
) -> bytes:
    """Upright columns over time; unfinished periods are pale, the columns in `notes` carry their figure.

    What stands behind a line break in a label (a month's year) is shown where it changes. Of notes that would overlap
    the first is shown.
    """
    drawn, axes = figure(3.8)
    drawn.subplots_adjust(left=MARGIN, right=1 - MARGIN, top=0.72, bottom=0.16)
    axes.bar(range(len(values)), values, width=0.78, color=[PALE if open_ else BLUE for open_ in unfinished])
    axes.set_xlim(-0.5, len(values) - 0.5)
    for position, note, begin, end in _apart(notes, len(values)):
        below = values[position] < 0
        beneath = values[round(begin) : round(end) + 1]
        axes.annotate(
            drawable(note),
            ((begin + end) / 2, min(*beneath, 0) if below else max(*beneath, 0)),
            (0, -4 if below else 4),
            textcoords="offset points",
            ha="center",
            va="top" if below else "bottom",
            fontsize=11,
            color=INK,
        )
    if any(values[position] < 0 for position in notes):
        axes.set_ylim(bottom=axes.get_ylim()[0] - 0.15 * (max(*values, 0) - min(values)))
    step = -(-len(labels) // 7)
    shown = range((len(labels) - 1) % step, len(labels), step)
    axes.set_xticks(list(shown), _changing([drawable(labels[position]) for position in shown]))
    for position, tick in zip(shown, axes.get_xticklabels(), strict=True):
        if len(values) > 12 and position in (0, len(values) - 1):
            tick.set_horizontalalignment("right" if position else "left")
    axes.set_yticks([])
    headline(drawn, title, subtitle)
    return png(drawn)


def _apart(notes: dict[int, str], columns: int) -> list[tuple[int, str, float, float]]:
    """The notes that do not overlap, with where they begin and end in columns; none leaves the picture."""
    inch = columns / (WIDTH * (1 - 2 * MARGIN))
    placed: list[tuple[int, str, float, float]] = []
    for position, note in notes.items():
        wide = sum(0.16 if ord(sign) > 0x2E80 else 0.095 for sign in note) * inch
        begin = max(min(position - wide / 2, columns - 0.5 - wide), -0.5)
        if all(begin + wide < start or end < begin for _, _, start, end in placed):
            placed.append((position, note, begin, begin + wide))
    return placed


def _changing(labels: Sequence[str]) -> list[str]:
    """The labels, their second lines only where they differ from the one before."""
    before = ["", *(label.partition("\n")[2] for label in labels)]
    return [
        label.partition("\n")[0] if label.endswith(f"\n{line}") else label
        for label, line in zip(labels, before, strict=False)
    ]
