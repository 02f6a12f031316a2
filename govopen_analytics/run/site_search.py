"""What the search page knows: every task, as a script that loads from a disk."""

import json
from collections.abc import Mapping

import pandas as pd

from govopen_analytics.base.languages import LANGUAGES, in_language


def task_index(tables: Mapping[str, pd.DataFrame], lang: str) -> list[list[str]]:
    """List what can be searched of every task.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``documents``, ``tasks``, ``themes`` and ``theme_assignments``.
    lang : {"zh", "en"}
        Language of the themes' labels.

    Returns
    -------
    list of list of str
        Of each task: agency, year, number in its plan, title, content, labels of
        themes, units, deadline. What is absent is empty.
    """
    plans = tables["documents"][["document_id", "agency", "year"]]
    tasks = tables["tasks"].merge(plans, on="document_id")
    labels = _theme_labels(tables, lang)
    return [
        [
            _text(task.agency) or _text(task.document_id),
            _text(task.year),
            _text(task.ordinal),
            _text(task.title),
            _text(task.content),
            labels.get(task.task_id, ""),
            _joined(task.lead_units, task.support_units),
            _text(task.deadline_raw),
        ]
        for task in tasks.itertuples()
    ]


def index_script(index: list[list[str]], pages: Mapping[str, str]) -> str:
    """Write the index as a script, since a page from a disk may fetch nothing.

    Parameters
    ----------
    index : list of list of str
        Result of ``task_index``.
    pages : mapping of str to str
        Address of an agency's page by its name.
    """
    content = json.dumps({"tasks": index, "pages": dict(pages)}, ensure_ascii=False)
    # Two line separators end a string in old browsers' scripts.
    content = content.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f"window.taskIndex = {content};\n"


def _theme_labels(tables: Mapping[str, pd.DataFrame], lang: str) -> dict[str, str]:
    column = in_language({code: f"label_{code}" for code in LANGUAGES}, lang)
    names = tables["themes"].set_index("theme_id")[column].to_dict()
    found: dict[str, list[str]] = {}
    for row in (
        tables["theme_assignments"].sort_values(["task_id", "rank"]).itertuples()
    ):
        found.setdefault(row.task_id, []).append(names.get(row.theme_id, row.theme_id))
    return {task_id: "；".join(labels) for task_id, labels in found.items()}


def _text(value: object) -> str:
    return "" if pd.isna(value) else str(value)


def _joined(*units: list[str]) -> str:
    return "；".join(dict.fromkeys(name for part in units for name in part))
