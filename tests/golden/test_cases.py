"""Kinds of faults met on real pages, each by small made-up inputs."""

from pathlib import Path

import pytest
import yaml
from reading import comparable

from govopen_analytics.plans import Segmented
from govopen_analytics.plans.document import segment_document
from govopen_analytics.plans.draft import Draft
from govopen_analytics.readers import read_bytes

FOLDER = Path(__file__).parent / "cases"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
CASES = {
    case["id"]: case
    for path in sorted(FOLDER.glob("*.yml"))
    for case in yaml.load(path.read_text("utf-8"), Loader=LOADER)
}


def task_fields(draft: Draft, text: str) -> dict:
    title, content = draft.title(text), draft.text("content", text)
    return {
        "chapter": draft.chapter,
        "title": title,
        "content": content,
        "text": "".join(part for part in (title, content) if part),
        "lead": draft.lead,
        "support": draft.support,
        "deadline_kind": draft.deadline.kind if draft.deadline else None,
        "deadline_date": draft.deadline.date if draft.deadline else None,
        "carried": sorted(getattr(draft, "carried", ())),
    }


def found_in(found: Segmented, text: str, expected: dict) -> dict:
    """What was found of the fields that a case asks for."""
    answer = {
        "refused": found.verdict is not None,
        "n_tasks": len(found.tasks),
        "subject": found.metadata.subject,
    }
    for name in ("title", "doc_number", "agency", "year"):
        answer[name] = comparable(getattr(found.metadata, name))
    tasks = [task_fields(draft, text) for draft in found.tasks]
    wanted = expected.get("tasks", [])
    answer["tasks"] = [
        {
            name: comparable(value) if name in ("title", "content", "text") else value
            for name, value in task.items()
            if name in (wanted[i] if i < len(wanted) else ("text",))
        }
        for i, task in enumerate(tasks)
    ]
    return {name: answer[name] for name in expected}


def comparable_case(expected: dict) -> dict:
    """The expectation without white space, which is not asked for."""
    strings = {"title", "content", "text", "doc_number", "agency"}

    def squeeze(name, value):
        return comparable(value) if name in strings else value

    found = {name: squeeze(name, value) for name, value in expected.items()}
    if "tasks" in expected:
        found["tasks"] = [
            {name: squeeze(name, value) for name, value in task.items()}
            for task in expected["tasks"]
        ]
    return found


@pytest.mark.parametrize("case_id", CASES)
def test_a_case_is_read_as_a_careful_person_reads_it(case_id):
    case = CASES[case_id]
    expected = case["expect"]
    source = read_bytes(case["text"].encode("utf-8"), "plan" + case["suffix"])
    found = segment_document(source)
    assert found_in(found, source.text, expected) == comparable_case(expected)
