"""Pictures of reports, one kind a module, all in the house style."""

from analytics.charts.banded import banded
from analytics.charts.curves import Mark, curve
from analytics.charts.dealt import Dealt, dealt
from analytics.charts.flows import Band, flows
from analytics.charts.heat import Cells, heat
from analytics.charts.ranges import Range, ranges
from analytics.charts.scatters import Crowd, Side, scatter
from analytics.charts.series import columns
from analytics.charts.shares import Bar, bars, pie
from analytics.charts.spread import Bin, histogram
from analytics.charts.style import drawable, shortened

__all__ = [
    "Band",
    "Bar",
    "Bin",
    "Cells",
    "Crowd",
    "Dealt",
    "Mark",
    "Range",
    "Side",
    "banded",
    "bars",
    "columns",
    "curve",
    "dealt",
    "drawable",
    "flows",
    "heat",
    "histogram",
    "pie",
    "ranges",
    "scatter",
    "shortened",
]
