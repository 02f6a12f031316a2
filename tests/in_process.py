"""Notebooks run in this process: a kernel for each would take most of the time."""

import ast
import csv
import json
from pathlib import Path
from unittest import mock

from packages import write_datapackage

from govopen_analytics.base.schemas import empty
from govopen_analytics.questions import notebook

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
BY_NUMBER = {path.name[:2]: path for path in sorted(NOTEBOOKS.glob("[01]*.ipynb"))}
BY_NUMBER["template"] = NOTEBOOKS / "_template.ipynb"


def run(number, processed_dir, output_dir="", **parameters):
    """Run a notebook in this process; return its names after the last cell."""
    names = {"__name__": "notebook"}
    with mock.patch.object(notebook, "display", _Display(names)):
        return _run(names, number, processed_dir, output_dir, parameters)


class _Display:
    """Keep what a notebook shows, in place of a cell's output."""

    def __init__(self, names):
        self.names = names

    def __call__(self, thing):
        self.names[f"shown: {len(self.names)}"] = thing


def _run(names, number, processed_dir, output_dir, parameters):
    given = {"processed_dir": str(processed_dir), "output_dir": str(output_dir)}
    for cell in json.loads(BY_NUMBER[number].read_text("utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse("".join(cell["source"]))
        shown = isinstance(tree.body[-1], ast.Expr) and ast.Expression(
            tree.body.pop().value
        )
        exec(compile(tree, cell["id"], "exec"), names)
        if shown:
            value = eval(compile(shown, cell["id"], "eval"), names)
            if value is not None:
                names[f"shown: {cell['id']}"] = value
        if "parameters" in cell["metadata"].get("tags", []):
            unknown = {*parameters} - {*names}
            assert unknown == set()
            names.update({**given, **parameters})
    return names


def shown_html(names):
    """What the notebook shows as HTML, without its charts."""
    shown = [value for key, value in names.items() if key.startswith("shown: ")]
    return "".join(b._repr_html_() for b in shown if hasattr(b, "_repr_html_"))


def table_rows(folder, name):
    """Rows of a table that a notebook left behind."""
    path = Path(folder) / "tables" / f"{name}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def package(folder, tables):
    """Write tables as a build does; return their folder."""
    processed = folder / "processed"
    tables = {"remarks": empty("remarks"), **tables}
    write_datapackage(tables, processed, details={"codebook": {"version": "1"}})
    return processed
