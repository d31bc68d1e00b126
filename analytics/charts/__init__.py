"""Pictures of reports, one kind a module, all in the house style."""

from analytics.charts.series import columns
from analytics.charts.shares import Bar, bars, pie
from analytics.charts.spread import Bin, histogram
from analytics.charts.style import drawable, shortened

__all__ = ["Bar", "Bin", "bars", "columns", "drawable", "histogram", "pie", "shortened"]
