"""Pictures of reports, one kind a module, all in the house style."""

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
    "Range",
    "Side",
    "bars",
    "columns",
    "drawable",
    "flows",
    "heat",
    "histogram",
    "pie",
    "ranges",
    "scatter",
    "shortened",
]
