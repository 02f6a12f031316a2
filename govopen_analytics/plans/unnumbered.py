"""Paragraphs without numbers to tasks: headings told by their form.

A heading is short and no sentence, and stands above a paragraph. Where nearly each
heading has one paragraph it names a task; else it is a chapter, and each paragraph
below it is a task.
"""

import re
from dataclasses import dataclass

from govopen_analytics.plans.obligations import says_what_to_do
from govopen_analytics.plans.outline import Node
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("unnumbered")

_LONGEST_HEADING = 36
_LEAST_TASKS, _LEAST_ACTING = 2, 0.6


@dataclass
class Group:
    """A task's paragraphs: its headings, the one that names it, and its text."""

    chapter: Node | None
    title: Node | None
    body: list[Node]


def groups_of(nodes: list[Node]) -> list[Group]:
    """Read paragraphs without numbers as tasks; none where they are no list."""
    runs = _runs(nodes)
    if not runs:
        return []
    texts = sum(1 for _, body in runs for _ in body)
    titled = [len(body) == 1 for heads, body in runs if heads]
    names_tasks = len(titled) > 1 and sum(titled) >= 0.7 * len(titled)
    has_levels = any(len(heads) > 1 for heads, _ in runs)
    groups: list[Group] = []
    chapter: Node | None = None
    for heads, body in runs:
        if heads and (has_levels or not names_tasks):
            chapter = heads[0] if len(heads) > 1 or not names_tasks else chapter
        title = (
            heads[-1] if heads and (names_tasks and heads[-1] is not chapter) else None
        )
        if title is not None:
            groups.append(Group(chapter, title, [one for part in body for one in part]))
        else:
            groups += [Group(chapter, None, part) for part in body]
    acting = sum(says_what_to_do(_text(group)) for group in groups)
    is_list = len(groups) >= _LEAST_TASKS and acting >= _LEAST_ACTING * len(groups)
    return groups if is_list and texts else []


def _runs(nodes: list[Node]) -> list[tuple[list[Node], list[list[Node]]]]:
    """Headings, and the paragraphs below them; label lines belong to the one above."""
    runs: list[tuple[list[Node], list[list[Node]]]] = []
    heads: list[Node] = []
    for node in nodes:
        if _is_heading(node):
            heads.append(node)
        elif node.is_label and runs and not heads:
            runs[-1][1][-1].append(node)
        elif heads or not runs:
            runs.append((heads, [[node]]))
            heads = []
        else:
            runs[-1][1].append([node])
    if runs and not runs[0][0]:  # what stands above the first heading
        body = [one for one in runs[0][1] if not FORMS.opening.search(one[0].folded)]
        runs = runs[1:] if len(runs) > 1 else [([], body)]
    return [run for run in runs if run[1]]


def _is_heading(node: Node) -> bool:
    """Whether a paragraph without a number has the form of a heading."""
    folded = node.folded.strip("# *")
    return (
        2 <= len(folded) <= _LONGEST_HEADING
        and not re.search(r"[。;!?]|[,、:]$|\)$", folded)
        and not node.is_label
        and node.role == "preamble"
    )


def _text(group: Group) -> str:
    parts = [*([group.title] if group.title else []), *group.body]
    return "。".join(one.text for one in parts)
