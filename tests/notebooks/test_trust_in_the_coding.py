"""The notebook on trust runs on a small corpus and says what it rests on."""

import pandas as pd
import pytest
from in_process import run, shown_html, table_rows

from govopen_analytics.base.schemas import column_meaning, table_meaning
from govopen_analytics.charts.model import read_chart


def test_trust_in_the_coding(tmp_path, processed_dir):
    names = run("09", processed_dir, tmp_path, lang="en", n_bootstrap=100, years=[2022])
    scores = {
        (row["coder"], row["measure"]): float(row["value"])
        for row in table_rows(tmp_path, "validity_scores")
    }
    assert scores["combined", "primary_accuracy"] == pytest.approx(0.963, abs=0.03)
    assert scores["combined", "macro_f1"] == pytest.approx(0.943, abs=0.05)
    # Three tasks of the plan of 2022 are coded, with a score of 0.9 each.
    counts = [
        row["n_corpus_tasks"]
        for row in table_rows(tmp_path, "validity_scores_of_corpus")
    ]
    assert sorted(map(int, counts)) == [0] * 9 + [3]
    assert table_rows(tmp_path, "corrected_shares") == []
    assert "This corpus was coded by codebook version 1" in shown_html(names)
    figures = sorted((tmp_path / "figures").glob("*.json"))
    sources = [read_chart(path).source for path in figures]
    assert ["No human expert has checked" in text for text in sources] == [True] * 3
    assert "no human expert has checked it" in shown_html(names)
    for path in (tmp_path / "tables").glob("*.csv"):
        assert table_meaning(path.stem, "zh")
        columns = pd.read_csv(path, nrows=0).columns
        assert [c for c in columns if not column_meaning(path.stem, c, "zh")] == []
