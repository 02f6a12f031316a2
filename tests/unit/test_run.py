import json
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import threading

import nbformat
import pytest

from govopen_analytics.base.errors import RunError, SourceError
from govopen_analytics.run import pool, report
from govopen_analytics.run.execute import MOST_OUTPUT, Outcome
from govopen_analytics.run.record import check_run, point_latest
from govopen_analytics.run.report import run_report
from govopen_analytics.run.reuse import Source, plan_report
from govopen_analytics.run.sets import Options, ReportSet

DECLARED = """years: list[int] = []  # years shown
lang: str = "zh"  # language
share: float = 0.5
processed_dir: str = "x"
output_dir: str = ""
"""
GOOD = """from pathlib import Path
Path(output_dir, "tables").mkdir(exist_ok=True)
Path(output_dir, "tables", "findings_good.csv").write_text(
    f"topic,finding\\ncorpus,{lang} {years} {Path(processed_dir).is_dir()}\\n"
)"""
# Dies at its first start and comes through at its second.
ONCE = """from pathlib import Path
import os
mark = Path(processed_dir, "died")
died = mark.exists()
mark.touch()
died or os._exit(1)"""
# Leaves a process in its own session, and one in another; both outlive the kernel.
STARTS = """import subprocess
for is_new in (False, True):
    left = subprocess.Popen(["sleep", "3600"], start_new_session=is_new)
    print("started", left.pid)"""
# Results that are no files: a link to a file, a folder that is a link, a name in GBK.
HOSTILE = {
    "09_link": "os.makedirs('tables'); os.symlink('/etc/hostname', 'tables/a.csv')",
    "10_folder": "os.symlink('/etc', 'tables')",
    "11_name": "os.makedirs(b'tables'); open(b'tables/\\xbc\\xd7.csv', 'w').close()",
}
FAILING = {
    "01_good": [GOOD],
    "02_raises": ["1", "raise ValueError('<b>no</b>')"],
    "03_leaves": ["raise SystemExit(1)"],
    "04_dies": ["import os; os._exit(1)"],
    "06_warns": ["import sys; print('odd', file=sys.stderr)"],
    "07_dies_once": [ONCE],
    "08_paths": ["processed_dir, output_dir", "object()"],
    "13_starts": [STARTS],
    "14_forked": ["import sys; print('scipy.stats' in sys.modules, sys.path[:4])"],
    "12_long": ["print('长' * 300_000)", "print('short')"],
    **{name: [f"import os; {code}"] for name, code in HOSTILE.items()},
}

ONE_WORKER = Options(n_workers=1)  # each loads every library


def write_notebook(path, *cells, parameters=DECLARED, title="# 标题：问题？"):
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_markdown_cell(title)]
    if parameters is not None:
        tagged = nbformat.v4.new_code_cell(parameters)
        tagged.metadata["tags"] = ["parameters"]
        notebook.cells.append(tagged)
    notebook.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def record_of(folder):
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))


def start(root, cells_by_name, processed_dir, report_set=None, options=ONE_WORKER):
    notebooks = [
        write_notebook(root / "notebooks" / f"{name}.ipynb", *cells)
        for name, cells in cells_by_name.items()
    ]
    folder, _ = run_report(
        notebooks,
        processed_dir=processed_dir,
        reports_dir=root / "reports",
        report_set=report_set,
        options=options,
    )
    return folder


def hidden(folder):
    return sorted(path.name for path in folder.glob(".*"))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory, processed_dir):
    """A run in which notebooks fail in every way there is."""
    root = tmp_path_factory.mktemp("mixed")
    return start(root, FAILING, processed_dir, options=Options(n_workers=2))


class AtMark(threading.Thread):
    """In place of a timer: the time is up once a notebook has made a file."""

    mark = None

    def __init__(self, seconds, end):
        super().__init__(daemon=True)
        self.end, self.is_over = end, threading.Event()

    def cancel(self):
        self.is_over.set()

    def run(self):
        while not self.is_over.wait(0.02):
            if self.mark.exists():
                self.end()
                return


@pytest.fixture(scope="module")
def late(tmp_path_factory, processed_dir):
    """A run whose one notebook is stopped at its time limit, in its second cell."""
    root = tmp_path_factory.mktemp("late")
    AtMark.mark = root / "begun"
    lasts = f"import time; open({str(AtMark.mark)!r}, 'w').close(); time.sleep(3600)"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool.threading, "Timer", AtMark)
        brief = ReportSet(seconds_each=15)
        return start(root, {"05_lasts": ["1", lasts]}, processed_dir, brief)


@pytest.fixture(scope="module")
def good(tmp_path_factory, processed_dir):
    """A good run of one notebook in two languages."""
    root = tmp_path_factory.mktemp("good")
    return start(
        root,
        {"01_good": [GOOD]},
        processed_dir,
        ReportSet(languages=("zh", "en"), parameters={"years": [2022]}),
    )


def rerun(good, processed_dir, reports_dir=None, **changes):
    """Ask for the good run again, with some things changed."""
    options = changes.pop("options", ONE_WORKER)
    report_set = ReportSet(
        languages=("zh", "en"), parameters={"years": [2022]}, **changes
    )
    return run_report(
        [good.parents[1] / "notebooks" / "01_good.ipynb"],
        processed_dir=processed_dir,
        reports_dir=reports_dir or good.parent,
        report_set=report_set,
        options=options,
    )


@pytest.fixture
def reports(good, tmp_path):
    """A copy of the folder of the good run, to do harm to."""
    shutil.copytree(good.parent, tmp_path / "reports", symlinks=True)
    return tmp_path / "reports"


def test_a_good_run(good):
    record = record_of(good)
    assert record["status"] == "complete"
    assert record["parameters"] == {"years": [2022]}
    assert record["codebook_version"] == "1"
    assert {"tasks.csv", "notebooks/01_good.ipynb"} <= set(record["inputs"])
    assert {"python", "pandas", "papermill"} <= set(record["packages"])
    assert record["n_rows"] == {
        "documents": 2,
        "tasks": 6,
        "failures": 1,
        "remarks": 2,
    }
    assert [entry["lang"] for entry in record["notebooks"]] == ["zh", "en"]
    assert record["notebooks"][0]["seconds"] > 0
    # The kernel listens on no port, so it has nothing to warn of.
    assert record["warnings"] == []
    assert (good.parent / "latest").resolve() == good.resolve()
    assert (hidden(good.parent), hidden(good)) == ([], [])


def test_steps_that_make_nothing_are_not_told_and_the_last_is_the_last(
    reports, good, processed_dir
):
    told = []
    options = Options(n_workers=1, on_progress=lambda *step: told.append(step))
    rerun(good, processed_dir, reports, options=options, formats=(), briefing=("xlsx",))
    assert told == [("notebooks", 2, 4), ("briefing", 3, 4), ("pages", 4, 4)]


@pytest.mark.parametrize(("site", "lang"), [("", "zh"), ("en", "en")])
def test_each_language_has_its_own_results(good, site, lang):
    found = (good / site / "tables" / "findings_good.csv").read_text()
    assert found == f"topic,finding\ncorpus,{lang} [2022] True\n"


def test_a_good_run_is_as_recorded(good):
    outputs = record_of(good)["outputs"]
    assert {"index.html", "en/01_good.html", "notebooks/01_good.ipynb"} <= set(outputs)
    assert check_run(good) == []


@pytest.mark.parametrize(
    ("name", "harm", "problem"),
    [
        ("index.html", lambda path: path.unlink(), "index.html: missing"),
        ("index.html", lambda path: path.write_text("x"), "index.html: changed since"),
        ("new.csv", lambda path: path.write_text("x"), "new.csv: not written"),
    ],
)
def test_harm_to_a_run_is_found(reports, good, name, harm, problem):
    harm(reports / good.name / name)
    (found,) = check_run(reports / good.name)
    assert found.startswith(problem)


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(RunError, match=r"run.json: found no JSON that can be read"):
        check_run(tmp_path)


def test_failing_notebooks_leave_the_others_alone(mixed):
    record = record_of(mixed)
    assert record["status"] == "partial"
    assert [e["name"] for e in record["notebooks"] if e["status"] == "complete"] == [
        "01_good",
        "06_warns",
        "07_dies_once",
        "08_paths",
        "12_long",
        "13_starts",
        "14_forked",
    ]
    assert not (mixed.parent / "latest").exists()
    assert len(check_run(mixed)) == 3 + len(HOSTILE)


@pytest.mark.parametrize(
    ("name", "error", "source", "attempts", "told"),
    [
        ("02_raises", "ValueError: <b>no</b>", "raise ValueErr", 1, "这个单元格出错"),
        ("03_leaves", "SystemExit", "raise SystemExit(1)", 1, "这个单元格出错"),
        ("04_dies", "DeadKernelError", "import os; os._exit(1)", 2, "内核意外终止"),
        ("05_lasts", "TimeLimit: stopped after 15 s", "import time", 1, "seconds_each"),
        ("07_dies_once", "", "", 2, ""),
    ],
)
def test_no_way_to_fail_looks_like_success(
    mixed, late, name, error, source, attempts, told
):
    run = late if name == "05_lasts" else mixed
    (entry,) = (e for e in record_of(run)["notebooks"] if e["name"] == name)
    assert entry["error"].startswith(error) and bool(entry["error"]) == bool(error)
    assert entry["cell_source"].startswith(source)
    assert entry["attempts"] == attempts
    # The reason and what to do stand on the page in its own language.
    assert told in (run / f"{name}.html").read_text(encoding="utf-8")
    if error:
        notebook = run.parents[1] / "notebooks" / f"{name}.ipynb"
        cells = nbformat.read(notebook, as_version=4).cells
        assert cells[entry["cell"] - 1].source.startswith(source)


def test_the_pages_of_a_partial_run_tell_the_truth(mixed):
    index = (mixed / "index.html").read_text(encoding="utf-8")
    assert "部分完成" in index and "ValueError: &lt;b&gt;no&lt;/b&gt;" in index
    page = (mixed / "02_raises.html").read_text(encoding="utf-8")
    assert "没有运行完" in page and "An Exception was" not in page


def test_what_a_notebook_warns_of_is_recorded(mixed):
    warnings = record_of(mixed)["warnings"]
    (warning,) = (w for w in warnings if w["values"].get("notebook") == "06_warns")
    assert warning["values"] == {"notebook": "06_warns", "cell": 3, "text": "odd"}
    assert warning["message"] == "06_warns，第 3 个单元格：odd"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("09_link", "tables/a.csv"),
        ("10_folder", "tables"),
        ("11_name", "tables/甲.csv"),
    ],
)
def test_results_that_are_no_files_are_not_published(mixed, name, told):
    (entry,) = (e for e in record_of(mixed)["notebooks"] if e["name"] == name)
    assert (entry["kind"], entry["files"]) == ("results", [])
    assert f"in UTF-8: {told}; a link" in entry["error"]
    assert not any(path.is_symlink() for path in mixed.rglob("*"))


@pytest.mark.skipif(os.name != "posix", reason="needs sleep")
def test_processes_that_a_notebook_leaves_are_ended(mixed):
    import psutil

    cells = nbformat.read(mixed / "notebooks" / "13_starts.ipynb", as_version=4).cells
    pids = re.findall(r"started (\d+)", cells[-1].outputs[0]["text"])
    assert len(pids) == 2
    names = [psutil.Process(int(p)).name() for p in pids if psutil.pid_exists(int(p))]
    assert "sleep" not in names


@pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux alone")
def test_libraries_are_loaded_before_a_notebook_begins(mixed):
    cells = nbformat.read(mixed / "notebooks" / "14_forked.ipynb", as_version=4).cells
    text = cells[-1].outputs[0]["text"]
    # Modules beside the command are no modules of a notebook.
    assert text.startswith("True [") and os.getcwd() not in text


def test_output_without_bound_is_cut_at_the_stated_size(mixed):
    cells = nbformat.read(mixed / "notebooks" / "12_long.ipynb", as_version=4).cells
    texts = [cell.outputs[0]["text"] for cell in cells if cell.get("outputs")]
    assert texts == ["长" * MOST_OUTPUT + "…", "short\n"]
    page = (mixed / "12_long.html").read_text("utf-8")
    assert page.count("长") == MOST_OUTPUT + 1  # once in the code
    warnings = record_of(mixed)["warnings"]
    (cut,) = (w for w in warnings if w["code"] == "output_cut")
    assert cut["values"] == {"notebook": "12_long", "cell": 3, "n": "100,000"}


def test_no_path_of_the_machine_in_an_executed_notebook(mixed):
    text = (mixed / "notebooks" / "08_paths.ipynb").read_text(encoding="utf-8")
    assert str(mixed.parents[1]) not in text and "../../.data" in text
    assert "<object" in text and " at 0x" not in text


def test_a_run_in_which_all_fail_has_failed(tmp_path, processed_dir, monkeypatch):
    def fail(requests, *, on_outcome, **options):
        on_outcome(0, Outcome("ZeroDivisionError: no", "cell"))

    monkeypatch.setattr(report, "run_requests", fail)
    folder = start(tmp_path, {"01_bad": ["1 / 0"]}, processed_dir)
    assert record_of(folder)["status"] == "failed"
    assert not (folder.parent / "latest").exists()


def test_nothing_changed_runs_nothing(good, processed_dir):
    folder, record = rerun(good, processed_dir)
    assert (folder.resolve(), record["is_unchanged"]) == (good.resolve(), True)
    assert hidden(good.parent) == []


def test_an_unchanged_notebook_is_taken_from_the_last_run(reports, good, processed_dir):
    folder, record = rerun(good, processed_dir, reports, formats=("svg",))
    assert [entry["taken_from"] for entry in record["notebooks"]] == [good.name] * 2
    assert folder.name != good.name and check_run(folder) == []
    for name in ("tables/findings_good.csv", "en/notebooks/01_good.ipynb"):
        assert (folder / name).read_bytes() == (good / name).read_bytes()


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        ("tables", "outputs"),
        ("notebook", "notebook"),
        ("forced", "first"),
        ("parameters", "parameters"),
    ],
)
def test_why_a_notebook_runs_again(reports, good, processed_dir, harm, reason):
    copied = reports.parent / "notebooks" / "01_good.ipynb"
    write_notebook(copied, GOOD if harm != "notebook" else "1")
    if harm == "tables":
        (reports / good.name / "tables" / "findings_good.csv").write_text("x")
    years = [2023] if harm == "parameters" else [2022]
    planned, _ = plan_report(
        ReportSet(parameters={"years": years}),
        [copied],
        processed_dir,
        reports,
        Options(is_forced=harm == "forced"),
    )
    assert [job.changed for job in planned] == [[reason]]


def end(*args, **options):
    os.kill(os.getpid(), signal.SIGKILL)


def run_alone(notebook, processed_dir, reports, moment):
    """Run a report in a session of its own; at a moment, if any, it is killed."""
    os.setsid()
    if moment:
        owner, name = moment.split(".")
        owners = {"report": report, "Source": Source, "os": os}
        setattr(owners[owner], name, end)
    run_report(
        [notebook],
        processed_dir=processed_dir,
        reports_dir=reports,
        report_set=ReportSet(
            languages=("zh", "en"), parameters={"years": [2022]}, formats=("svg",)
        ),
        options=ONE_WORKER,  # two notebooks for it, so it forks their kernels
    )


def started_alone(*arguments):
    """Start a run in a copy of this process, which has loaded what it needs."""
    context = multiprocessing.get_context("fork")
    process = context.Process(target=run_alone, args=arguments)
    process.start()
    return process


def exit_code(process):
    process.join()
    return process.exitcode


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
@pytest.mark.parametrize(
    "moment",
    [
        "report.snapshot",
        "Source.take",
        "report.write_pages",
        "os.replace",
        "report.point_latest",
    ],
)
def test_a_killed_run_leaves_the_last_good_one(reports, good, processed_dir, moment):
    notebook = good.parents[1] / "notebooks" / "01_good.ipynb"
    killed = started_alone(notebook, processed_dir, reports, moment)
    assert exit_code(killed) == -9
    latest = (reports / "latest").resolve()
    assert check_run(latest) == [] and (latest / "index.html").is_file()
    folder, record = rerun(good, processed_dir, reports, formats=("svg",))
    assert record["status"] == "complete" and check_run(folder) == []
    assert (reports / "latest").resolve() == folder.resolve()
    assert hidden(reports) == []
    assert [told["code"] for told in record["warnings"]].count("run_killed") == 1


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_what_a_killed_run_had_finished_is_taken_over(tmp_path, processed_dir):
    starts = tmp_path / "starts"
    counted = f"print('x', file=open({str(starts)!r} + lang, 'a'))\n{GOOD}"
    notebook = write_notebook(tmp_path / "notebooks" / "01_good.ipynb", counted)
    reports, moment = tmp_path / "reports", "report.write_pages"
    assert exit_code(started_alone(notebook, processed_dir, reports, moment)) == -9
    (building,) = reports.glob(".building-*")
    # One is damaged, the other as it was.
    (building / ".jobs" / "1" / "tables" / "findings_good.csv").write_text("x")
    folder, record = rerun(reports / "none", processed_dir, reports, formats=("svg",))
    assert (record["status"], check_run(folder), hidden(reports)) == (
        "complete",
        [],
        [],
    )
    n_starts = [len(path.read_text()) / 2 for path in sorted(tmp_path.glob("starts*"))]
    assert n_starts == [2, 1]  # en, zh
    found = (folder / "en" / "tables" / "findings_good.csv").read_text()
    assert found == "topic,finding\ncorpus,en [2022] True\n"


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_run_killed_with_notebooks_running_leaves_no_process(tmp_path, processed_dir):
    import time

    import psutil

    mark = tmp_path / "running"
    slow = f"open({str(mark)!r}, 'w').close()\nimport time; time.sleep(600)"
    notebook = write_notebook(tmp_path / "notebooks" / "01_slow.ipynb", slow)
    reports = tmp_path / "reports"
    process = started_alone(notebook, processed_dir, reports, "")
    while not mark.exists() and process.is_alive():
        time.sleep(0.05)
    family = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGKILL)
    process.join()
    gone, alive = psutil.wait_procs(family, timeout=600)
    assert (len(gone) >= 2, alive) == (True, [])
    assert list(reports.glob("2*")) == [] and hidden(reports) != []


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_worker_takes_its_temporary_files_with_it(tmp_path):
    scratch = tmp_path / "scratch"
    (scratch / "runtime").mkdir(parents=True)
    command = [sys.executable, "-m", "govopen_analytics.run.worker", str(scratch)]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)
    assert (ended.returncode, scratch.exists()) == (-9, False), ended.stderr


def test_a_second_run_leaves_with_a_message(reports, good, processed_dir):
    from govopen_analytics.base.errors import BusyError
    from govopen_analytics.base.locking import locked

    with (
        locked(reports),
        pytest.raises(BusyError, match=rf"process {os.getpid()} on .*--wait"),
    ):
        rerun(good, processed_dir, reports)
    assert hidden(reports) == []


@pytest.mark.parametrize(
    ("step", "number", "told"),
    [
        ("write_pages", 28, "the disk is full"),
        ("write_record", 30, "read-only"),
        ("snapshot", 13, "may not write there"),
    ],
)
def test_a_disk_that_refuses_publishes_nothing(
    reports, good, processed_dir, monkeypatch, step, number, told
):
    def refuse(*args, **options):
        raise OSError(number, os.strerror(number))

    before = sorted(path.name for path in reports.iterdir())
    with monkeypatch.context() as patch:
        patch.setattr(report, step, refuse)
        with pytest.raises(RunError, match=rf"{told}.*Nothing was published"):
            rerun(good, processed_dir, reports, formats=("svg",))
    assert sorted(path.name for path in reports.iterdir()) == before


def test_a_disk_that_is_really_full(good, processed_dir, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)]
    if not hasattr(os, "geteuid") or os.geteuid() or subprocess.run(mount).returncode:
        pytest.skip("only root can make a small disk")
    try:
        shutil.copytree(good.parent, disk / "reports", symlinks=True)
        before = sorted(path.name for path in (disk / "reports").iterdir())
        space = os.statvfs(disk)
        n_left = space.f_bavail * space.f_frsize - 200_000
        (disk / "filler").write_bytes(bytes(n_left))
        with pytest.raises(RunError, match="the disk is full"):
            rerun(good, processed_dir, disk / "reports", formats=("svg",))
        assert sorted(path.name for path in (disk / "reports").iterdir()) == before
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_missing_kernel_is_one_sentence_and_runs_nothing(
    tmp_path, processed_dir, monkeypatch
):
    from govopen_analytics.run import execute

    monkeypatch.setattr(execute, "_KERNEL_PACKAGE", "no_such_kernel")
    with pytest.raises(RunError) as caught:
        start(tmp_path, {"01_a": ["1"], "02_b": ["1"]}, processed_dir)
    assert str(caught.value) == (
        "There is no Jupyter kernel 'python3' in this environment; install "
        "it with `pip install no_such_kernel` and run the report again"
    )
    assert list((tmp_path / "reports").iterdir()) == []


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("", ""),
        ("ValueError: no", "cell"),
        ("DeadKernelError: Kernel died", "kernel"),
        ("RuntimeError: Kernel died before replying", "kernel"),
        ("RuntimeError: other", "cell"),
        ("SelectionError: Corpus, agency: found 'x'", "refused"),
        ("OSError: [Errno 28] No space left on device", "disk"),
        ("OSError: [Errno 2] No such file", "cell"),
    ],
)
def test_kinds_of_failure(error, kind):
    from govopen_analytics.run.execute import failure_kind

    assert failure_kind(error) == kind


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"langs": "en"}, "found 'langs', expected one of: .*did you mean lang"),
        ({"output_dir": "/"}, "found 'output_dir', expected one of"),
        ({"lang": "fr"}, "found 'fr', expected one of: zh, en"),
        ({"lang": 1}, "Parameter 'lang': found 1"),
        ({"years": 2022}, "parameter 'years': found 2022, expected list\\[int\\]"),
        ({"share": "a"}, "parameter 'share': found 'a', expected float"),
        ({"years": [2021]}, "'years': .*found 2021, expected one of: 2022, 2023"),
    ],
)
def test_parameters_are_refused_before_anything_runs(
    tmp_path, processed_dir, values, message
):
    with pytest.raises(RunError, match=message):
        asked = ReportSet().with_parameters(values)
        start(tmp_path, {"01_a": [GOOD]}, processed_dir, asked)
    assert list((tmp_path / "reports").glob("*")) == []


def test_without_tables_nothing_runs(tmp_path):
    path = write_notebook(tmp_path / "01_a.ipynb")
    with pytest.raises(SourceError, match="run `govopen build`"):
        run_report([path], processed_dir=tmp_path, reports_dir=tmp_path / "reports")
    assert list((tmp_path / "reports").glob("*")) == []


def test_tables_changed_behind_their_descriptor_are_refused(
    reports, good, processed_dir, tmp_path
):
    shutil.copytree(processed_dir, tmp_path / "processed")
    (tmp_path / "processed" / "tasks.csv").write_text("x")
    with pytest.raises(RunError, match=r"tasks.csv is not the file"):
        rerun(good, tmp_path / "processed", reports)
    assert hidden(reports) == []


@pytest.mark.parametrize("n_runs", [1, 3])
def test_latest_names_the_last_run(tmp_path, n_runs):
    for number in range(n_runs):
        (tmp_path / f"run{number}").mkdir()
        point_latest(tmp_path, f"run{number}")
    assert os.readlink(tmp_path / "latest") == f"run{n_runs - 1}"
    assert hidden(tmp_path) == []


def test_without_symbolic_links_a_file_names_the_last_run(tmp_path, monkeypatch):
    def refuse(*args, **options):
        raise OSError("no symbolic links here")

    monkeypatch.setattr(os, "symlink", refuse)
    point_latest(tmp_path, "run1")
    assert (tmp_path / "latest.txt").read_text(encoding="utf-8") == "run1\n"
    assert hidden(tmp_path) == []
