"""What stands around a run may be damaged: one sentence, before notebooks run."""

import json
import os
import shutil
from functools import partial

import pandas as pd
import pytest
from conftest import small_tables
from packages import write_datapackage
from test_run import GOOD, record_of, write_notebook

from govopen_analytics.base.errors import RunError, SourceError
from govopen_analytics.base.fingerprints import file_digest
from govopen_analytics.run import report
from govopen_analytics.run.execute import Outcome
from govopen_analytics.run.report import run_report
from govopen_analytics.run.sets import Options, ReportSet, read_report_sets

DEEP = "[" * 100_000
NOT_A_RECORD = ["", "null", "[]", "{}", '{"run": 1}', DEEP]


def write_tables(folder, documents=slice(None), **changes):
    """Tables of the small corpus, or of some of its plans."""
    tables = small_tables()
    digests = {"sha256": ["1" * 64, "2" * 64]}
    plans = tables["documents"].assign(**digests, **changes)
    tables["documents"] = plans.iloc[documents]
    kept = tables["tasks"]["document_id"].isin(tables["documents"]["document_id"])
    tables["tasks"] = tables["tasks"].loc[kept]
    for name in ("theme_assignments", "keyword_matches"):
        is_kept = tables[name]["task_id"].isin(tables["tasks"]["task_id"])
        tables[name] = tables[name].loc[is_kept]
    write_datapackage(tables, folder, details={"codebook": {"version": "1"}})
    return folder


def succeed(requests, *, on_outcome, **options):
    """In place of running notebooks: each succeeds without being started."""
    for place in range(len(requests)):
        on_outcome(place, Outcome())


def run_in(root, processed_dir, **options):
    return run_report(
        [write_notebook(root / "notebooks" / "01_a.ipynb", GOOD)],
        processed_dir=processed_dir,
        reports_dir=root / "reports",
        report_set=ReportSet(formats=()),
        options=Options(**options),
    )


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run one notebook, which always succeeds without being started."""
    monkeypatch.setattr(report, "run_requests", succeed)
    return partial(run_in, tmp_path)


@pytest.fixture(scope="module")
def good_once(tmp_path_factory):
    """A good run of two plans, beside the tables it was made from."""
    root = tmp_path_factory.mktemp("good")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "run_requests", succeed)
        folder, record = run_in(root, write_tables(root / "two"))
    assert record["status"] == "complete"
    return folder


@pytest.fixture
def good(good_once, tmp_path):
    """A copy of the good run and its tables, to do harm to."""
    shutil.copytree(good_once.parents[1], tmp_path, symlinks=True, dirs_exist_ok=True)
    return tmp_path / "reports" / good_once.name


@pytest.fixture
def no_notebook_runs(good, monkeypatch):
    def refuse(requests, **options):
        raise AssertionError("a notebook was run")

    monkeypatch.setattr(report, "run_requests", refuse)


def latest(folder):
    return (folder.parent / "latest").resolve().name


def test_a_run_that_reads_nothing_fails(run, good, tmp_path):
    folder, record = run(write_tables(tmp_path / "none", slice(0)))
    assert (record["status"], latest(folder)) == ("failed", good.name)
    assert [problem["code"] for problem in record["problems"]] == ["nothing_read"]
    page = (folder / "index.html").read_text(encoding="utf-8")
    first = page.index("没有读成一份计划（未读入的文件：1 个）")
    assert page.index("运行失败") < first < page.index("<h1")
    # Nothing has changed since, and still it is no success.
    assert run(tmp_path / "none")[1]["status"] == "failed"


@pytest.mark.parametrize(
    ("changes", "removed", "status", "recorded"),
    [
        ({"documents": slice(1)}, (), "partial", []),
        ({"documents": slice(1)}, ("first",), "partial", []),
        ({"documents": slice(1)}, ("second",), "complete", ["second"]),
        ({"source_file": ["1.txt", "2.txt"]}, (), "complete", []),
    ],
)
def test_a_plan_of_the_last_good_run_must_be_there_or_removed(
    run, good, tmp_path, changes, removed, status, recorded
):
    folder, record = run(write_tables(tmp_path / "new", **changes), removed=removed)
    assert (record["status"], record["removed"]) == (status, recorded)
    is_good = status == "complete"
    assert latest(folder) == (folder.name if is_good else good.name)
    told = [problem["values"] for problem in record["problems"]]
    assert told == ([] if is_good else [{"n": 1, "plans": "second"}])
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert ("--removed 计划编号" in page) is not is_good


def test_a_plan_under_another_name_is_not_gone(run, tmp_path):
    run(write_tables(tmp_path / "old"))
    tables = small_tables()
    digests = ["1" * 64, "2" * 64]
    names = {"second": "renamed"}
    for table in tables.values():
        if "document_id" in table:
            table["document_id"] = table["document_id"].replace(names)
    tables["documents"] = tables["documents"].assign(sha256=digests)
    write_datapackage(tables, tmp_path / "new", details={"codebook": {}})
    assert run(tmp_path / "new")[1]["status"] == "complete"


@pytest.mark.parametrize("content", NOT_A_RECORD)
@pytest.mark.parametrize("name", ["run.json", "state.json"])
def test_a_damaged_last_good_run_is_refused(
    run, good, no_notebook_runs, tmp_path, name, content
):
    (good / name).write_text(content, encoding="utf-8")
    before = sorted(path.name for path in good.parent.iterdir())
    with pytest.raises(RunError, match=rf"{name}: .*or remove it and run again"):
        run(write_tables(tmp_path / "new", slice(1)))
    assert sorted(path.name for path in good.parent.iterdir()) == before


def test_a_record_that_names_files_elsewhere_is_refused(run, good, no_notebook_runs):
    record = record_of(good)
    record["outputs"]["../../precious"] = "sha256:0"
    (good / "run.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(RunError, match=r"found '\.\./\.\./precious', no file of"):
        run(good.parents[1] / "two")


@pytest.mark.parametrize(
    "content",
    [
        *NOT_A_RECORD,
        '{"resources": [{}]}',
        '{"resources": [{"path": "../a.parquet", "hash": "", "format": "parquet"}]}',
        '{"resources": [], "codebook": []}',
    ],
)
def test_a_damaged_descriptor_is_refused(run, good, no_notebook_runs, content):
    processed = good.parents[1] / "two"
    (processed / "datapackage.json").write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=r"datapackage.json: .*run `govopen build`"):
        run(processed)


@pytest.mark.parametrize("name", ["documents", "tasks", "keyword_matches"])
@pytest.mark.parametrize("damage", ["cut", "noise", "columns", "types"])
def test_a_damaged_table_is_refused_though_its_digest_fits(
    run, good, no_notebook_runs, name, damage
):
    processed = good.parents[1] / "two"
    path = processed / f"{name}.parquet"
    content = path.read_bytes()
    if damage == "columns":
        pd.DataFrame({"x": [1]}).to_parquet(path)
    elif damage == "types":
        table = pd.read_parquet(path)
        lists = {column: [["a"]] * len(table) for column in table.columns}
        pd.DataFrame(lists).to_parquet(path)
    else:
        path.unlink()
        half = len(content) // 2
        noise = bytes(256) + content[256:]
        path.write_bytes(content[:half] if damage == "cut" else noise)
    package = json.loads((processed / "datapackage.json").read_text("utf-8"))
    for item in package["resources"]:
        item["hash"] = file_digest(processed / item["path"])
    (processed / "datapackage.json").write_text(json.dumps(package), "utf-8")
    with pytest.raises(SourceError, match=rf"{name}.parquet .*run `govopen build`"):
        run(processed)


def test_latest_that_became_a_folder_is_refused(run, good, no_notebook_runs, tmp_path):
    link = good.parent / "latest"
    link.unlink()
    shutil.copytree(good, link)
    with pytest.raises(RunError, match=r"latest is a folder, .*rename or remove it"):
        run(write_tables(tmp_path / "new", source_file=["1.txt", "2.txt"]))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "expected names with values"),
        ("null", "expected names with values"),
        ("sets: []", "'sets': found"),
        ("sets: {a: []}", "set 'a': found"),
        ("sets: {a: 1}", "set 'a': found 1"),
        ("default: []\nsets: {a: {}}", "'default': found"),
        ("sets: {a: {languages: [[zh]]}}", "'languages': found"),
        ("sets: {a: {notebooks: {}}}", "'notebooks': found"),
        ("sets: {a: {notebooks: [{notebook: []}]}}", "'notebook': found"),
        ("sets: {a: {notebooks: [{notebook: a, for_each: []}]}}", "'for_each': found"),
        ("sets: {a: {parameters: null}}", "'parameters': found None"),
        ("sets: {a: {keep: true}}", "'keep': found True"),
        ("sets: {a: {keep: 2026-99-99}}", "no valid YAML"),
        (DEEP, "no valid YAML"),
        ("? {a: 1}\n: 2", "no valid YAML"),
    ],
)
def test_report_sets_of_another_shape_are_refused(tmp_path, content, message):
    path = tmp_path / "reports.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RunError, match=message):
        read_report_sets(path)


def test_yaml_that_names_itself_many_times_is_told_briefly(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    path = tmp_path / "reports.yml"
    path.write_text("\n".join([*lines, "sets: *a11"]), encoding="utf-8")
    with pytest.raises(RunError) as caught:
        read_report_sets(path)
    assert len(str(caught.value)) < 1000


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX alone")
def test_a_file_name_that_is_no_utf8_costs_that_file(tmp_path):
    from govopen_analytics.base.datapackage import is_built
    from govopen_analytics.run.build import build_processed

    raw = tmp_path / "raw"
    raw.mkdir()
    plan = (
        "某县档案局2023年政务公开工作要点\n\n（一）做好政策解读。开展解读。（办公室）\n"
    )
    (raw / "plan.txt").write_text(plan, encoding="utf-8")
    for name in ("计划", "\u6742"):
        with open(os.fsencode(raw) + b"/" + name.encode("gbk") + b".txt", "w") as file:
            file.write(plan)
    tables = build_processed(raw, tmp_path / "out")
    assert tables["documents"]["source_file"].tolist() == ["plan.txt"]
    failures = tables["failures"]
    assert failures["source_file"].tolist() == ["杂.txt", "计划.txt"]
    assert set(failures["reason"]) == {"file_name_not_utf8"}
    assert is_built(raw, tmp_path / "out")
