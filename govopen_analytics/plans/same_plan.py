"""The same plan in two files: one of them is read, the other is named."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from govopen_analytics.base.text import fold

Row = Mapping[str, Any]

_LEAST_SHARED = 0.8  # share of the tasks of the longer one


def same_plans(
    documents: Sequence[Row | None], tasks: Sequence[Sequence[Row]]
) -> dict[int, int]:
    """Map files that repeat a plan of another file, in another format, to that file.

    Two files hold one plan where agency, year and most tasks are the same and
    the formats differ. The one with more units and deadlines is read; of two
    alike the first. A file that is no plan has None for its row of ``documents``.
    """
    groups: dict[tuple[object, ...], list[int]] = {}
    for i, document in enumerate(documents):
        if document is not None:
            name = document["agency"] or document["title"]
            groups.setdefault((name, document["year"]), []).append(i)
    instead: dict[int, int] = {}
    for group in groups.values():
        if len(group) < 2:
            continue
        texts = {i: {_letters(task["text"]) for task in tasks[i]} for i in group}
        formats = {i: (documents[i] or {})["source_format"] for i in group}
        read: list[int] = []
        for i in sorted(group, key=lambda i: (-_n_known(tasks[i]), i)):
            same = [
                j
                for j in read
                if formats[i] != formats[j]
                and len(texts[i] & texts[j])
                >= _LEAST_SHARED * max(len(texts[i]), len(texts[j]))
            ]
            if same:
                instead[i] = same[0]
            else:
                read.append(i)
    return instead


def _letters(text: str) -> str:
    return re.sub(r"\W", "", fold(text))


def _n_known(tasks: Sequence[Row]) -> int:
    known = ("lead_units", "support_units", "deadline_kind")
    return sum(bool(task[name]) for task in tasks for name in known)
