"""Comparisons to what a reader is told: what is shown, in which words."""
