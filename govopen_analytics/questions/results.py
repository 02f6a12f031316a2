"""What a notebook leaves in its run's folder: tables, figures, findings.

A notebook run by hand has no folder, and nothing is written then.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from govopen_analytics.base.datapackage import to_csv

if TYPE_CHECKING:
    import plotly.graph_objects as go

TABLES_DIR, FIGURES_DIR = "tables", "figures"
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


def save_findings(findings: pd.DataFrame, output_dir: str, name: str) -> None:
    """Write sentences for the front page, which shows them in order of `name`.

    Parameters
    ----------
    findings : DataFrame, shape (n_sentences, 2)
        ``topic`` and ``finding``.
    output_dir : str
        Folder of the run; empty writes nothing.
    name : str
        Name of the notebook they come from.
    """
    save_table(findings, output_dir, f"{FINDINGS_PREFIX}{name}")


def save_figure(figure: "go.Figure", output_dir: str) -> None:
    """Write a figure to ``figures/<its name>.json`` below the run's folder.

    Pictures are made from these files once all notebooks are through, so that
    one browser serves the whole run.

    Parameters
    ----------
    figure : Figure
        One that ``figures`` made; its name stands in ``layout.meta``.
    output_dir : str
        Folder of the run; empty writes nothing.
    """
    if output_dir:
        folder = Path(output_dir) / FIGURES_DIR
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{figure.layout.meta['name']}.json"
        temporary = path.with_suffix(".writing")
        temporary.write_text(figure.to_json(), encoding="utf-8")
        os.replace(temporary, path)
