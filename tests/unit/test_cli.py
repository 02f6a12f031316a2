import subprocess
import sys
from inspect import signature
from pathlib import Path

import pytest
from test_run import write_notebook
from typer.testing import CliRunner

from govopen_analytics.base.errors import RunError, SourceError
from govopen_analytics.base.locking import locked
from govopen_analytics.base.schemas import empty
from govopen_analytics.base.tables import Tables
from govopen_analytics.cli import app, briefing, coding, folders, plans, reports
from govopen_analytics.cli.shared import commands
from govopen_analytics.run import build as build_module
from govopen_analytics.run import jobs, record
from govopen_analytics.run import notebooks as notebooks_module
from govopen_analytics.run import report as report_module
from govopen_analytics.run.notebooks import find_notebooks
from govopen_analytics.run.sets import Options, ReportSet

RUN_REPORT = report_module.run_report
TWO = {"a": ["甲", "乙"], "n": 2}
NOTEBOOK = {"name": "01_a", "status": "complete", "cell": None, "error": ""}


@pytest.fixture
def govopen(tmp_path, monkeypatch, tables):
    """Call the command line with the work behind it replaced; return both."""
    calls = {}

    def build_processed(raw, out, **options):
        calls["build"] = (raw, out)
        changes = {"review_changes": empty("review_changes")}
        return Tables.of({**tables, **changes})

    def run_report(notebooks, **options):
        calls["run"] = options
        options["options"].prepare()
        content = {"status": "complete", "warnings": [], "notebooks": [NOTEBOOK]}
        content["problems"] = []
        return options["reports_dir"] / "run", {**content, **calls.get("record", {})}

    monkeypatch.setattr(build_module, "build_processed", build_processed)
    monkeypatch.setattr(report_module, "run_report", run_report)
    monkeypatch.setattr(notebooks_module, "find_notebooks", lambda folder: [folder])
    monkeypatch.setattr(jobs, "plan_jobs", lambda *args: [])
    monkeypatch.chdir(tmp_path)
    return lambda *args: CliRunner().invoke(app, args), calls


def test_build_tells_what_was_read_and_what_was_not(govopen):
    call, calls = govopen
    result = call("build", "--raw", "plans", "--processed", "tables")
    assert result.exit_code == 0
    assert [str(path) for path in calls["build"]] == ["plans", "tables"]
    assert "2 份计划" in result.output and "6 项任务" in result.output
    assert "bad.bin: " in result.output


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ([], ReportSet()),
        (["--lang", "en"], ReportSet(languages=("en",))),
        (["-p", "lang=en"], ReportSet(languages=("en",))),
        (["-p", "years=[2022]"], ReportSet(parameters={"years": [2022]})),
        (["-p", "a=[甲, 乙]", "-p", "n=2"], ReportSet(parameters=TWO)),
        (["-p", "name=a=b"], ReportSet(parameters={"name": "a=b"})),
        (["--keep", "3"], ReportSet(keep=3)),
    ],
)
def test_report_passes_parameters_on(govopen, args, expected):
    call, calls = govopen
    result = call("report", *args)
    assert result.exit_code == 0 and calls["run"]["report_set"] == expected
    assert "index.html" in result.output


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ([], Options()),
        (["--force", "--wait", "9"], Options(is_forced=True, seconds_wait=9)),
        (["--jobs", "1"], Options(n_workers=1)),
        (["--removed", "a", "--removed", "b"], Options(removed=("a", "b"))),
        (["brief"], Options(latest="latest-brief")),
    ],
)
def test_report_passes_options_on(govopen, tmp_path, args, expected):
    call, calls = govopen
    text = "default: all\nsets: {all: {}, brief: {}}"
    (tmp_path / "reports.yml").write_text(text, encoding="utf-8")
    assert call("report", *args).exit_code == 0
    assert calls["run"]["options"] == expected


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [("complete", 0, "报告"), ("partial", 3, "部分完成"), ("failed", 1, "运行失败")],
)
def test_the_exit_code_tells_the_status(govopen, status, code, words):
    call, calls = govopen
    calls["record"] = {"status": status}
    result = call("report")
    assert result.exit_code == code and words in result.output


def test_nothing_changed_is_told(govopen):
    call, calls = govopen
    calls["record"] = {"is_unchanged": True}
    result = call("report")
    assert result.exit_code == 0 and "没有变化" in result.output


def test_an_unknown_set_is_answered_with_the_nearest(govopen):
    call, calls = govopen
    result = call("report", "suit")
    assert result.exit_code == 1 and "did you mean suite?" in result.output
    assert calls == {}


def test_a_second_run_is_refused_before_anything_is_built(
    govopen, monkeypatch, tmp_path
):
    call, calls = govopen
    monkeypatch.setattr(report_module, "run_report", RUN_REPORT)
    write_notebook(tmp_path / "notebooks" / "01_a.ipynb", "1")
    monkeypatch.setattr(notebooks_module, "find_notebooks", find_notebooks)
    with locked(tmp_path / "reports"):
        result = call("report")
    assert result.exit_code == 4 and "is being written by process" in result.output
    assert calls == {}
    # The same call, with the lock free, builds: its tables are none here.
    assert call("report").exit_code == 1
    assert list(calls) == ["build"]


def test_check_tells_what_does_not_hold(govopen, monkeypatch, tmp_path):
    call, _ = govopen
    problems = ["a.csv: missing"]
    monkeypatch.setattr(record, "find_run", lambda folder, name: folder / name)
    monkeypatch.setattr(record, "check_run", lambda folder: problems)
    result = call("report", "--check", "latest")
    assert result.exit_code == 1 and "a.csv: missing" in result.output
    problems.clear()
    assert call("report", "--check", "latest").exit_code == 0


def test_notebooks_are_listed_with_their_parameters():
    folder = Path(__file__).parents[2] / "notebooks"
    result = CliRunner().invoke(app, ["notebooks", "--notebooks", str(folder)])
    assert result.exit_code == 0
    assert "01_corpus: 语料：" in result.output
    assert "  lang: str = 'zh'" in result.output
    assert "language of the report: zh or en" in result.output
    assert "output_dir" not in result.output


@pytest.mark.parametrize("pair", ["lang", "=en", "years=[1"])
def test_a_malformed_parameter_is_refused(govopen, pair):
    call, calls = govopen
    assert call("report", "-p", pair).exit_code == 2
    assert calls == {}


def test_a_failed_run_exits_with_one_and_says_where(govopen):
    call, calls = govopen
    failed = {**NOTEBOOK, "status": "failed", "cell": 3, "error": "ValueError: no"}
    calls["record"] = {"status": "failed", "notebooks": [failed]}
    result = call("report")
    assert result.exit_code == 1
    assert "01_a, cell 3: ValueError: no" in result.output


def test_an_error_that_many_have_is_told_once(govopen):
    call, calls = govopen
    failed = {**NOTEBOOK, "status": "failed", "cell": 3, "error": "ValueError: no"}
    named = [{**failed, "name": f"04_{n}"} for n in range(300)]
    calls["record"] = {"status": "failed", "notebooks": named}
    told = call("report").output
    assert "04_0, cell 3; 04_1, cell 3; 04_2, cell 3; +297: ValueError: no" in told
    assert told.count("ValueError") == 1


def test_warnings_are_told(govopen):
    call, calls = govopen
    calls["record"] = {"warnings": [{"code": "rows_joined", "values": {"n": 7}}]}
    result = call("report")
    assert result.exit_code == 0 and "跨页的 7 行已接上 · Table rows" in result.output


def test_a_build_that_reads_nothing_fails(tmp_path):
    (tmp_path / "raw").mkdir()
    folders = ["--raw", str(tmp_path / "raw"), "--processed", str(tmp_path / "out")]
    result = CliRunner().invoke(app, ["build", *folders])
    assert result.exit_code == 1
    assert "0 份计划 · plans" in result.output
    assert "No plan was read from" in result.output


def test_a_package_that_is_missing_is_one_plain_line(govopen, monkeypatch):
    call, _ = govopen

    def refuse(*args, **options):
        raise ImportError("No module named 'yaml'", name="yaml")

    monkeypatch.setattr(build_module, "build_processed", refuse)
    result = call("build")
    assert result.exit_code == 1 and result.output.count("\n") == 1
    assert "pip install --force-reinstall pyyaml" in result.output


@pytest.mark.parametrize("error", [SourceError("no folder"), RunError("no folder")])
def test_an_error_is_one_plain_line(govopen, monkeypatch, error):
    call, _ = govopen

    def refuse(*args, **options):
        raise error

    monkeypatch.setattr(build_module, "build_processed", refuse)
    result = call("build")
    assert result.exit_code == 1
    assert result.output == "错误 · error: no folder\n"


@pytest.mark.parametrize(
    ("arguments", "most_modules"),
    [(["--help"], 200), (["--version"], 260), (["notebooks"], 400), (["init"], 400)],
)
def test_start_up_imports_what_the_command_needs(arguments, most_modules, tmp_path):
    # Modules are counted, not seconds: all of the standard library's are in it.
    code = (
        "import sys\n"
        "from govopen_analytics.cli import app\n"
        f"try: app({arguments!r})\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'pandas', 'plotly', 'papermill', 'rich', 'sklearn'}\n"
        "print(len(sys.modules), sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    number, heavy = found.stdout.splitlines()[-1].split(maxsplit=1)
    assert (heavy, int(number) <= most_modules) == ("[]", True), number


def test_every_word_of_a_command_has_an_option():
    # The other way round a command without words cannot be imported.
    groups = [coding, folders, plans, reports, sys.modules[briefing.__module__]]
    parameters = {
        name: set(signature(function).parameters)
        for group in groups
        for name, function in vars(group).items()
        if callable(function) and getattr(function, "__module__", "") == group.__name__
    }
    told = {"steps", "status", "reasons", "shared"}
    own = {name: words for name, words in commands().items() if name not in told}
    unused = {name: set(words) - parameters[name] for name, words in own.items()}
    shared = set(commands()["shared"]) - set().union(*parameters.values())
    assert ({name for name, left in unused.items() if left}, shared) == (set(), set())


def test_a_file_that_is_not_there_is_named_once():
    result = CliRunner().invoke(app, ["check", "nosuch.txt"])
    assert result.exit_code == 1 and result.output.count("nosuch.txt") == 1
