"""Comparisons to figures: one function a chart, and no arithmetic on the data.

A figure carries its name and its description for those who cannot see it in
``layout.meta``; positions, not shares, are the only numbers computed here.
"""

from govopen_analytics.figures.corpus import corpus_overview
from govopen_analytics.figures.coverage import theme_dot_plot, theme_heat_map
from govopen_analytics.figures.frame import FigureSource

__all__ = ["FigureSource", "corpus_overview", "theme_dot_plot", "theme_heat_map"]
