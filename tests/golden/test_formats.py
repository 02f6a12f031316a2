"""The five shipped plans, written out in every format, give the same 136 tasks."""

import json
from pathlib import Path

import pytest
from plan_writer import WRITERS, Item, plan_items, write_csv, write_html
from reading import FIELDS, comparable, task_fields

from govopen_analytics.plans.corpus import read_plans
from govopen_analytics.readers import read_bytes

RAW = Path(__file__).parents[2] / "data" / "raw"
REFERENCE = Path(__file__).parent / "five_plans" / "tasks.jsonl"
TASKS = [json.loads(line) for line in REFERENCE.read_text("utf-8").splitlines()]
PLANS = sorted({task["document_id"] for task in TASKS})
WITH_MERGES = "shanghai_mzj_2022"
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030")


def merged(items: list[Item]) -> list[Item]:
    """Merge an empty name cell, which is the second, with the name above it."""
    *before, rows = items
    found, above = [], (0, 1)
    for r, row in enumerate(rows):
        above = (r, 1) if row[1] else above
        found.append(row if row[1] else [row[0], above, *row[2:]])
    return [*before, found]


def written_out(plan: str) -> dict[str, bytes]:
    """A plan's paragraphs and tables as files, by name."""
    items = plan_items((RAW / f"{plan}.txt").read_text("utf-8"))
    files = {name: write(items) for name, write in WRITERS.items()}
    if plan == WITH_MERGES:
        for name in ("plan.docx", "plan.xlsx", "plan.xls", "plan.html"):
            files[name.replace("plan", "merged")] = WRITERS[name](merged(items))
    return files


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    """A corpus for each format: in one folder they would be the same plans."""
    folder = tmp_path_factory.mktemp("formats")
    for plan in PLANS:
        for name, content in written_out(plan).items():
            path = folder / name / f"{plan}{Path(name).suffix}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
    return {path.name: read_plans(path) for path in folder.iterdir()}


FILES = [(plan, name) for plan in PLANS for name in WRITERS] + [
    (WITH_MERGES, f"merged.{ending}") for ending in ("docx", "xlsx", "xls", "html")
]


def test_every_file_is_read(corpora):
    assert all(corpus.failures.empty for corpus in corpora.values())
    n_read = sum(len(corpus.documents) for corpus in corpora.values())
    assert n_read == len(FILES) == 5 * 7 + 4


@pytest.mark.parametrize(("plan", "name"), FILES)
def test_a_format_gives_the_tasks_of_the_original(corpora, plan, name):
    expected = [
        {field: comparable(task[field]) for field in FIELDS}
        for task in TASKS
        if task["document_id"] == plan
    ]
    assert task_fields(corpora[name], plan) == expected


@pytest.mark.parametrize(("plan", "name"), FILES)
def test_a_format_loses_no_character(corpora, plan, name):
    documents = corpora[name].documents.set_index("document_id")
    assert documents.loc[plan, "accounted_share"] == 1.0


def test_a_plan_in_several_formats_is_one_plan(tmp_path):
    files = written_out(WITH_MERGES)
    for name in ("plan.csv", "plan.docx", "plan.html"):
        (tmp_path / name).write_bytes(files[name])
    corpus = read_plans(tmp_path)
    (document,) = corpus.documents.to_dict("records")
    assert document["source_file"] == "plan.csv"
    assert len(corpus.tasks) == document["n_tasks"] == 72
    assert list(corpus.failures["reason"]) == ["same_plan"] * 2
    told = corpus.remarks[corpus.remarks["code"] == "same_plan"]
    assert list(told["values"]) == ['{"file": "plan.docx"}', '{"file": "plan.html"}']
    assert set(told["source_file"]) == {"plan.csv"}


def encoded(plan: str, form: str, encoding: str) -> bytes:
    """A plan in one of the formats that have an encoding."""
    text = (RAW / f"{plan}.txt").read_text("utf-8")
    if form == "txt":
        return text.encode(encoding)
    write = write_csv if form == "csv" else write_html
    return write(plan_items(text), encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("form", ["txt", "csv", "html"])
@pytest.mark.parametrize("plan", PLANS)
def test_an_encoding_changes_no_character(plan, form, encoding):
    expected = read_bytes(encoded(plan, form, "utf-8"), f"plan.{form}")
    found = read_bytes(encoded(plan, form, encoding), f"plan.{form}")
    assert (found.text, found.blocks) == (expected.text, expected.blocks)
