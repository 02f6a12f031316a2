"""Nothing of a source is lost: each character has one role, tasks are in place."""

from itertools import pairwise
from pathlib import Path

import pytest
from reading import comparable, layout_file, layout_names

from govopen_analytics.plans import accounted_share
from govopen_analytics.plans.one_file import read_document

RAW = Path(__file__).parents[2] / "data" / "raw"
FILES = {path.stem: path for path in sorted(RAW.glob("*.txt"))} | {
    name: layout_file(name) for name in layout_names()
}
# Share of the characters whose role is known, where it is not all of them.
FLOORS: dict[str, float] = {}


@pytest.fixture(scope="module")
def documents():
    """Text and findings of every document, by name."""
    read = {}
    for name, path in FILES.items():
        source, found = read_document(path)
        read[name] = source.text, found
    return read


@pytest.mark.parametrize("name", FILES)
def test_every_character_has_a_known_role(documents, name):
    _, found = documents[name]
    assert accounted_share(found.spans) >= FLOORS.get(name, 1.0)


@pytest.mark.parametrize("name", FILES)
def test_spans_are_in_order_and_do_not_overlap(documents, name):
    _, found = documents[name]
    bounds = [(start, end) for start, end, _, _ in found.spans]
    assert all(start < end for start, end in bounds)
    assert all(end <= start for (_, end), (start, _) in pairwise(bounds))


@pytest.mark.parametrize("name", FILES)
def test_spans_cover_all_but_white_space(documents, name):
    text, found = documents[name]
    covered = "".join(text[start:end] for start, end, _, _ in found.spans)
    assert comparable(covered) == comparable(text)


@pytest.mark.parametrize("name", FILES)
def test_title_and_content_stand_within_their_task(documents, name):
    text, found = documents[name]
    for draft in found.tasks:
        inside = comparable(text[draft.start : draft.end])
        for role in ("title", "content"):
            for start, end in draft.stretches.get(role, []):
                assert comparable(text[start:end]) in inside


@pytest.mark.parametrize("name", FILES)
def test_spans_hold_the_words_of_title_and_content(documents, name):
    text, found = documents[name]
    for position, draft in enumerate(found.tasks):
        for role in ("title", "content"):
            printed = "".join(
                text[start:end]
                for start, end, name_of_role, task in found.spans
                if (name_of_role, task) == (role, position)
            )
            assert comparable(printed) == comparable(draft.text(role, text) or "")


@pytest.mark.parametrize("name", FILES)
def test_spans_name_the_tasks_that_are_there(documents, name):
    _, found = documents[name]
    named = {task for _, _, _, task in found.spans if task is not None}
    assert named == set(range(len(found.tasks)))
