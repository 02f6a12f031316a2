"""The notebook on trust runs on a small corpus and says what it rests on."""

import csv
from pathlib import Path

import pytest

from govopen_analytics.datapackage import write_datapackage
from govopen_analytics.run import run_report

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "09_trust_in_the_coding.ipynb"


def rows(folder, name):
    path = folder / "tables" / f"{name}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_trust_in_the_coding(tmp_path, tables, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", "/no/such/browser")
    processed = tmp_path / "data" / "processed"
    write_datapackage(tables, processed, details={"codebook": {"version": "1"}})
    folder, record = run_report(
        [NOTEBOOK],
        processed_dir=processed,
        reports_dir=tmp_path / "reports",
        parameters={"lang": "en", "n_bootstrap": 100, "years": [2022]},
    )
    assert record["notebooks"][0]["error"] == ""
    scores = {
        (row["coder"], row["measure"]): float(row["value"])
        for row in rows(folder, "validity_scores")
    }
    assert scores["combined", "primary_accuracy"] == pytest.approx(0.963, abs=0.03)
    assert scores["combined", "macro_f1"] == pytest.approx(0.943, abs=0.05)
    # Three tasks of the plan of 2022 are coded, with a score of 0.9 each.
    counts = [
        row["n_corpus_tasks"] for row in rows(folder, "validity_scores_of_corpus")
    ]
    assert counts == ["0", "0", "0", "3", "0"]
    assert rows(folder, "corrected_shares") == []
    page = (folder / "09_trust_in_the_coding.html").read_text(encoding="utf-8")
    assert "no human expert has checked" in page
    assert "this corpus was coded by codebook version 1" in page
