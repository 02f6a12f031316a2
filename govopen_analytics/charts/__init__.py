"""Comparisons to charts: a module per notebook, a function per chart."""
