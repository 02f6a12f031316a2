"""What a notebook leaves in its run's folder: tables, figures, findings.

A notebook run by hand has no folder, and nothing is written then.
"""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from govopen_analytics.base.datapackage import to_csv
from govopen_analytics.charts.model import Chart, write_chart
from govopen_analytics.questions import FIGURES_DIR, TABLES_DIR
from govopen_analytics.questions.findings import Finding, findings_table

FINDINGS_PREFIX = "findings_"


def save_table(df: pd.DataFrame, output_dir: str, name: str) -> None:
    """Write a table to ``tables/<name>.csv`` below the run's folder.

    Parameters
    ----------
    df : DataFrame, shape (n_rows, n_columns)
        The table, unformatted.
    output_dir : str
        Folder of the run; empty writes nothing.
    name : str
        Name of the table.
    """
    if output_dir:
        folder = Path(output_dir) / TABLES_DIR
        folder.mkdir(parents=True, exist_ok=True)
        to_csv(df, folder / f"{name}.csv")


def save_findings(findings: Iterable[Finding], output_dir: str, name: str) -> None:
    """Write findings for the front page, which shows them in order of `name`.

    Parameters
    ----------
    findings : iterable of Finding
    output_dir : str
        Folder of the run; empty writes nothing.
    name : str
        Name of the notebook they come from.
    """
    save_table(findings_table(findings), output_dir, f"{FINDINGS_PREFIX}{name}")


def save_chart(chart: Chart, output_dir: str) -> None:
    """Write a chart to ``figures/<its name>.json`` below the run's folder.

    Pictures and office files are made from these files.

    Parameters
    ----------
    chart : Chart
    output_dir : str
        Folder of the run; empty writes nothing.
    """
    if output_dir:
        folder = Path(output_dir) / FIGURES_DIR
        folder.mkdir(parents=True, exist_ok=True)
        write_chart(chart, folder / f"{chart.name}.json")
