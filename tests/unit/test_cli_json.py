"""Answers for programs: standard output holds one JSON value and nothing else."""

import json
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from govopen_analytics.cli import app
from govopen_analytics.questions import trust, trust_tables

ROOT = Path(__file__).parents[2]
PLAN = ROOT / "data" / "raw" / "shandong_mzt_2023.txt"


def answer(*args, exit_code=0):
    result = CliRunner().invoke(app, [*map(str, args), "--json"])
    assert result.exit_code == exit_code, result.output
    return json.loads(result.stdout)


def test_check_accounts_for_every_character(tmp_path):
    bad = tmp_path / "bad.bin"
    bad.write_bytes(b"\x00\x01")
    plan, failed = answer("check", PLAN, bad, exit_code=1)
    assert list(plan) == [
        "file",
        "error",
        "verdict",
        "layout",
        "n_tasks",
        "accounted_share",
        "task_share",
        "tasks",
        "inferred",
        "remarks",
        "roles",
        "rest",
    ]
    assert (plan["file"], plan["error"], plan["verdict"]) == (str(PLAN), None, None)
    assert (plan["n_tasks"], plan["layout"]) == (10, "table (tabs)")
    assert sum(role["share"] for role in plan["roles"]) == pytest.approx(1)
    text = PLAN.read_text(encoding="utf-8")
    assert all(text[r["start_char"] : r["end_char"]] == r["text"] for r in plan["rest"])
    assert list(failed) == ["file", "error"]
    assert failed["error"]


def test_notebooks_with_their_parameters():
    found = answer("notebooks", "--notebooks", ROOT / "notebooks")
    assert [notebook["name"][:2] for notebook in found] == [
        f"{n:02}" for n in range(1, 11)
    ]
    assert {tuple(notebook) for notebook in found} == {("name", "title", "parameters")}
    corpus = {p["name"]: p for p in found[0]["parameters"]}
    assert (corpus["lang"]["type"], corpus["lang"]["default"]) == ("str", "zh")
    assert "output_dir" not in corpus


def test_validate_gives_every_score(tmp_path, monkeypatch):
    scores = pd.DataFrame({"coder": ["combined", "tfidf"], "value": [0.5, None]})
    monkeypatch.chdir(tmp_path)  # no reviews here
    monkeypatch.setattr(trust, "validate_coding", lambda *_, **__: {"scores": scores})
    monkeypatch.setattr(
        trust_tables, "write_validity", lambda *_, **__: tmp_path / "a.html"
    )
    rows = [{"coder": "combined", "value": 0.5}, {"coder": "tfidf", "value": None}]
    assert answer("validate", "--out", "v") == {"folder": "v", "scores": rows}


def test_a_dry_run_names_what_would_run_and_why(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = ["--raw", ROOT / "data" / "raw", "--notebooks", ROOT / "notebooks"]
    found = answer("report", "--dry-run", *options, "-p", "years=[2023]")
    assert (found["set"], found["writes_tables"]) == ("suite", True)
    assert len(found["jobs"]) == 10
    assert all(job["would_run"] for job in found["jobs"])
    assert {tuple(job["reasons"]) for job in found["jobs"]} == {("first",)}
    assert found["jobs"][0]["parameters"]["years"] == [2023]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("args", "exit_code"),
    [
        (["report", "--json"], 2),
        (["notebooks", "--notebooks", "nowhere", "--json"], 1),
        (["report", "--dry-run", "--raw", "nowhere", "--json"], 1),
    ],
)
def test_an_error_leaves_standard_output_empty(args, exit_code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, args)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert result.stderr


def test_the_version_is_that_of_the_package():
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout.strip()) == (
        0,
        version("govopen-analytics"),
    )


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands(shell):
    environment = {"_GOVOPEN_COMPLETE": f"source_{shell}"}
    result = CliRunner().invoke(app, [], env=environment, prog_name="govopen")
    assert result.exit_code == 0
    assert "_GOVOPEN_COMPLETE" in result.output
