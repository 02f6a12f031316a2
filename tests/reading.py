"""Read plans for the golden tests and bring their tables into comparable form."""

import json
import re
import shutil
from pathlib import Path

import pandas as pd

from govopen_analytics.base.tables import Tables
from govopen_analytics.plans.corpus import read_plans

LAYOUTS = Path(__file__).parent / "golden" / "layouts"
EXPECTED = ".expected.json"
FIELDS = (
    "chapter",
    "section",
    "title",
    "content",
    "progress",
    "lead_units",
    "support_units",
    "deadline_raw",
    "deadline_kind",
    "deadline_date",
)


def layout_names() -> list[str]:
    """Names of the layout documents that have an expected table beside them."""
    return sorted(
        path.name.removesuffix(EXPECTED) for path in LAYOUTS.glob(f"*{EXPECTED}")
    )


def layout_file(name: str) -> Path:
    """The document of a layout; the other file of the name is its expected table."""
    return next(
        path for path in LAYOUTS.glob(f"{name}.*") if not path.match(f"*{EXPECTED}")
    )


def expected_of(name: str) -> dict:
    """The expected table of a layout document."""
    return json.loads((LAYOUTS / f"{name}{EXPECTED}").read_text("utf-8"))


def load_files(paths: list[Path], folder: Path) -> Tables:
    """Load copies of some files, with no manifest to help the reader."""
    for path in paths:
        shutil.copy(path, folder / path.name)
    return read_plans(folder, n_workers=1)


def comparable(value: object) -> object:
    """Drop white space, which no reference keeps; dates become text."""
    if isinstance(value, list):
        return [comparable(one) for one in value]
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    return re.sub(r"\s+", "", value) if isinstance(value, str) else value


def task_fields(corpus: Tables, document_id: str) -> list[dict]:
    """The fields of a document's tasks, as the expected tables name them."""
    tasks = corpus.tasks[corpus.tasks["document_id"] == document_id]
    return [
        {name: comparable(task[name]) for name in FIELDS}
        for task in tasks.to_dict("records")
    ]
