"""The five shipped plans against the reference reading, field by field."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from govopen_analytics.plans.corpus import read_plans

ROOT = Path(__file__).parents[2]
REFERENCE = Path(__file__).parent / "five_plans"
TEXTS = ("chapter", "section", "title", "content", "progress", "deadline_raw")
TASKS = [
    json.loads(line)
    for line in (REFERENCE / "tasks.jsonl").read_text("utf-8").splitlines()
]
DOCUMENTS = json.loads((REFERENCE / "documents.json").read_text("utf-8"))


def squeezed(value):
    """Drop white space, which the reference leaves aside."""
    return re.sub(r"\s+", "", value) if isinstance(value, str) else value


def missing_as_none(value):
    return None if pd.isna(value) else value


@pytest.fixture(scope="module", params=["with manifest", "as detected"])
def corpus(request, tmp_path_factory):
    """The plans as shipped, and again with no manifest to help the reader."""
    raw_dir = ROOT / "data" / "raw"
    if request.param == "as detected":
        bare = tmp_path_factory.mktemp("raw")
        for path in raw_dir.glob("*.txt"):
            (bare / path.name).write_bytes(path.read_bytes())
        raw_dir = bare
    return read_plans(raw_dir)


def test_all_136_tasks_come_out_in_order(corpus):
    expected = [(task["document_id"], task["ordinal"]) for task in TASKS]
    tasks = corpus.tasks.set_index("document_id")
    found = [
        (name, ordinal)
        for name in dict.fromkeys(name for name, _ in expected)
        for ordinal in tasks.loc[name, "ordinal"]
    ]
    assert len(found) == 136
    assert found == expected
    assert corpus.failures.empty


@pytest.mark.parametrize("field", TEXTS)
def test_texts_equal_the_reference(corpus, field):
    tasks = corpus.tasks.set_index(["document_id", "ordinal"])[field]
    wrong = [
        (task["document_id"], task["ordinal"])
        for task in TASKS
        if squeezed(missing_as_none(tasks[task["document_id"], task["ordinal"]]))
        != squeezed(task[field])
    ]
    assert wrong == []


@pytest.mark.parametrize("field", ["lead_units", "support_units"])
def test_units_equal_the_reference(corpus, field):
    tasks = corpus.tasks.set_index(["document_id", "ordinal"])[field]
    for task in TASKS:
        assert tasks[task["document_id"], task["ordinal"]] == task[field]


@pytest.mark.parametrize(
    ("field", "reference"),
    [
        ("deadline_kind", "deadline_kind"),
        ("deadline_date", "deadline_date"),
        ("is_title_inherited", "title_inherited"),
    ],
)
def test_other_fields_equal_the_reference(corpus, field, reference):
    tasks = corpus.tasks.set_index(["document_id", "ordinal"])[field]
    for task in TASKS:
        found = missing_as_none(tasks[task["document_id"], task["ordinal"]])
        found = str(found.date()) if field == "deadline_date" and found else found
        assert found == task[reference]


@pytest.mark.parametrize(
    "field",
    ["title", "agency", "level", "year", "doc_number", "index_number", "issued_date"],
)
def test_documents_equal_the_reference(corpus, field):
    documents = corpus.documents.set_index("document_id")[field]
    for document in DOCUMENTS:
        found = missing_as_none(documents[document["document_id"]])
        found = str(found.date()) if field == "issued_date" and found else found
        assert found == document[field]


def test_regions_equal_the_reference(corpus):
    documents = corpus.documents.set_index("document_id")
    for document in DOCUMENTS:
        row = documents.loc[document["document_id"]]
        region = {name: missing_as_none(row[name]) for name in ("province", "city")}
        assert region == document["region"]


def test_every_character_is_accounted_for(corpus):
    assert corpus.documents["accounted_share"].tolist() == [1.0] * 5


def test_spans_cover_all_but_white_space_once(corpus):
    for document in corpus.documents.itertuples():
        spans = corpus.spans[corpus.spans["document_id"] == document.document_id]
        covered = "".join(
            document.text[a:b]
            for a, b in zip(spans["start_char"], spans["end_char"], strict=True)
        )
        assert squeezed(covered) == squeezed(document.text)
