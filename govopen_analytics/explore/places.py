"""Back from the cleaned text of a task to the characters of its source."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

import pandas as pd


class Span(NamedTuple):
    """A stretch of a source: its ends, what it is, and the task it belongs to."""

    start: int
    end: int
    role: str
    task_id: str | None


def spans_by_plan(spans: pd.DataFrame) -> dict[str, list[Span]]:
    """Return the rows of a ``spans`` table as plain values, in order, by plan."""
    ordered = spans.sort_values(["document_id", "start_char"])
    task_ids = ordered["task_id"].astype(object)
    columns = (
        ordered["document_id"].tolist(),
        ordered["start_char"].astype(int).tolist(),
        ordered["end_char"].astype(int).tolist(),
        ordered["role"].tolist(),
        task_ids.where(task_ids.notna(), None).tolist(),
    )
    by_plan: dict[str, list[Span]] = {}
    for plan, *row in zip(*columns, strict=True):
        by_plan.setdefault(plan, []).append(Span(*row))
    return by_plan


def source_places(
    task: Mapping[str, Any], spans: Sequence[Span], source: str
) -> list[int]:
    """Say where each character of a task's text stands in the text of its plan.

    The text of a task drops blanks, and joins stretches that a table parts; so an
    offset in it is no offset in the source. A character that is not there, such as one
    of a title carried down from a row above, has -1.
    """
    text = "" if pd.isna(task["text"]) else str(task["text"])
    title = "" if pd.isna(task["title"]) else str(task["title"])
    places = [-1] * len(text)
    has_own_title = bool(title) and not task["is_title_inherited"]
    parts = [("title", 0, len(title))] if has_own_title else []
    start = len(title) + 1 if title else 0
    parts += [("content", start, len(text))]
    every = _offsets(spans, source)
    for role, first, last in parts:
        inside = [i for i in range(first, last) if not text[i].isspace()]
        wanted = "".join(text[i] for i in inside)
        of_role = [span for span in spans if span.role == role]
        for offsets in (_offsets(of_role, source), every):
            letters = "".join(source[i] for i in offsets)
            if letters == wanted:
                break
        if letters == wanted:
            for i, offset in zip(inside, offsets, strict=True):
                places[i] = offset
            continue
        matcher = SequenceMatcher(None, wanted, letters, autojunk=False)
        for a, b, size in matcher.get_matching_blocks():
            for k in range(size):
                places[inside[a + k]] = offsets[b + k]
    return places


def _offsets(spans: Iterable[Span], source: str) -> list[int]:
    return [
        i
        for span in spans
        for i in range(span.start, span.end)
        if not source[i].isspace()
    ]


def stretches(places: list[int]) -> list[tuple[int, int]]:
    """Join rising offsets to stretches, passing over blanks of the source.

    Gaps of up to two characters are blanks; -1 has no place.
    """
    joined: list[tuple[int, int]] = []
    for place in places:
        if place < 0:
            continue
        if joined and 0 <= place - joined[-1][1] <= 2:
            joined[-1] = (joined[-1][0], place + 1)
        else:
            joined.append((place, place + 1))
    return joined


def find_in_source(words: str, spans: Sequence[Span], source: str) -> tuple[int, int]:
    """Find words in a task's spans of the source, whatever blanks stand between.

    Start and end; (0, 0) where the words are not there.
    """
    offsets = _offsets(spans, source)
    wanted = "".join(words.split())
    at = "".join(source[i] for i in offsets).find(wanted) if wanted else -1
    return (0, 0) if at < 0 else (offsets[at], offsets[at + len(wanted) - 1] + 1)
