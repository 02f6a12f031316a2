"""Comparisons to what a reader is told: what is shown, in which words."""

# Where a notebook leaves its results, in its folder.
TABLES_DIR, FIGURES_DIR = "tables", "figures"
FINDINGS_PREFIX = "findings_"  # of the names of tables of findings
