import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from govopen_analytics import build as build_module
from govopen_analytics import run as run_module
from govopen_analytics.build import Built
from govopen_analytics.cli import app
from govopen_analytics.errors import RunError, SourceError

NOTEBOOK = {"name": "01_a", "status": "complete", "cell": None, "error": ""}


@pytest.fixture
def govopen(tmp_path, monkeypatch, tables):
    """Call the command line with the work behind it replaced; return both."""
    calls = {}

    def build_processed(raw, out, **options):
        calls["build"] = (raw, out)
        return Built(tables, out / "datapackage.json")

    def run_report(notebooks, **options):
        calls["run"] = options
        record = {"status": "complete", "warnings": [], "notebooks": [NOTEBOOK]}
        return options["reports_dir"] / "run", {**record, **calls.get("record", {})}

    monkeypatch.setattr(build_module, "build_processed", build_processed)
    monkeypatch.setattr(run_module, "run_report", run_report)
    monkeypatch.setattr(run_module, "find_notebooks", lambda folder: [folder])
    monkeypatch.setattr(run_module, "assign_parameters", lambda found, values: {})
    monkeypatch.chdir(tmp_path)
    return lambda *args: CliRunner().invoke(app, args), calls


def test_build_tells_what_was_read_and_what_was_not(govopen):
    call, calls = govopen
    result = call("build", "--raw", "plans", "--out", "tables")
    assert result.exit_code == 0
    assert [str(path) for path in calls["build"]] == ["plans", "tables"]
    assert "2 份计划" in result.output and "6 项任务" in result.output
    assert "bad.bin: " in result.output


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ([], {}),
        (["--lang", "en"], {"lang": "en"}),
        (["-p", "years=[2022, 2023]"], {"years": [2022, 2023]}),
        (["-p", "agencies=[甲, 乙]", "-p", "n=2"], {"agencies": ["甲", "乙"], "n": 2}),
        (["-p", "name=a=b"], {"name": "a=b"}),
    ],
)
def test_report_passes_parameters_on(govopen, args, expected):
    call, calls = govopen
    result = call("report", *args)
    assert result.exit_code == 0 and calls["run"]["parameters"] == expected
    assert "index.html" in result.output


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


def test_warnings_are_told(govopen):
    call, calls = govopen
    calls["record"] = {"warnings": ["No images: no browser"]}
    result = call("report")
    assert result.exit_code == 0 and "No images: no browser" in result.output


@pytest.mark.parametrize("error", [SourceError("no folder"), RunError("no folder")])
def test_an_error_is_one_plain_line(govopen, monkeypatch, error):
    call, _ = govopen

    def refuse(*args, **options):
        raise error

    monkeypatch.setattr(build_module, "build_processed", refuse)
    result = call("build")
    assert result.exit_code == 1
    assert result.output == "错误 · error: no folder\n"


def test_help_imports_nothing_heavy():
    code = (
        "import sys, govopen_analytics.cli; "
        "print(sorted({'pandas', 'plotly', 'papermill', 'sklearn'} & set(sys.modules)))"
    )
    started = time.monotonic()
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.stdout.strip() == "[]"
    assert time.monotonic() - started < 5
