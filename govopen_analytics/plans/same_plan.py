"""The same plan in two files: one of them is read, the other is named."""

import re
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from govopen_analytics.base.text import fold

_LEAST_SHARED = 0.8  # share of the tasks of the longer one


class Read(Protocol):
    """What was read of one file: rows of the tables."""

    document: dict[str, Any] | None
    tasks: list[dict[str, Any]]


Result = TypeVar("Result", bound=Read)


def part_same_plans(
    results: list[Result],
) -> tuple[list[Result], list[tuple[Result, Result]]]:
    """Part files that repeat a plan of another file from those that are read.

    Two files hold one plan where agency, year and most tasks are the same and
    the formats differ. The one with more units and deadlines is read; of two
    alike the first.

    Parameters
    ----------
    results : list of Result
        What was read, in order.

    Returns
    -------
    kept : list of Result
        Those to read, with a remark where another file repeats them.
    repeated : list of (Result, Result)
        Each that repeats another, and the one that is read.
    """
    groups: dict[tuple[object, ...], list[int]] = {}
    for i, result in enumerate(results):
        if result.document is not None and result.tasks:
            groups.setdefault(_key(result.document), []).append(i)
    instead: dict[int, int] = {}
    for group in groups.values():
        order = sorted(group, key=lambda i: (-_n_known(results[i]), i))
        for at, i in enumerate(order):
            same = [j for j in order[:at] if j not in instead]
            found = next((j for j in same if _are_same(results[i], results[j])), None)
            if found is not None:
                instead[i] = found
    kept = []
    for i, result in enumerate(results):
        names = [results[j].document["source_file"] for j in instead if instead[j] == i]
        if i not in instead:
            kept.append(_with_remarks(result, sorted(names)) if names else result)
    return kept, [(results[i], results[j]) for i, j in sorted(instead.items())]


def _key(document: dict[str, Any]) -> tuple[object, ...]:
    if document["agency"] is not None:
        return document["agency"], document["year"]
    return document["title"], document["year"]


def _n_known(result: Read) -> int:
    known = ("lead_units", "support_units", "deadline_kind")
    return sum(bool(task[name]) for task in result.tasks for name in known)


def _are_same(one: Read, other: Read) -> bool:
    first, second = one.document, other.document
    if first is None or second is None:
        return False
    if first["source_format"] == second["source_format"]:
        return False
    texts = [
        {re.sub(r"\W", "", fold(task["text"])) for task in result.tasks}
        for result in (one, other)
    ]
    shared = len(texts[0] & texts[1])
    return shared >= _LEAST_SHARED * max(map(len, texts))


def _with_remarks(result: Result, names: list[str]) -> Result:
    document = dict(result.document or {})
    document["warnings"] = [
        *document["warnings"],
        *(f"The same plan stands in {name} too; it was read once." for name in names),
    ]
    return replace(result, document=document)  # type: ignore[type-var]
