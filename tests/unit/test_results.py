import json

import pandas as pd
import pytest

from govopen_analytics.charts.style import FigureSource
from govopen_analytics.questions.corpus_charts import corpus_overview
from govopen_analytics.questions.results import save_figure, save_findings, save_table


def files(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.*"))


@pytest.mark.parametrize("is_kept", [True, False])
def test_nothing_is_written_without_a_folder(tmp_path, monkeypatch, tables, is_kept):
    monkeypatch.chdir(tmp_path)
    output_dir = "run" if is_kept else ""
    findings = pd.DataFrame({"topic": ["top"], "finding": ["一"]})
    figure = corpus_overview(tables["documents"], source=FigureSource.of(tables))
    save_table(tables["themes"], output_dir, "themes")
    save_findings(findings, output_dir, "01_corpus")
    save_figure(figure, output_dir)
    expected = [
        "run/figures/corpus_overview.json",
        "run/tables/findings_01_corpus.csv",
        "run/tables/themes.csv",
    ]
    assert files(tmp_path) == (expected if is_kept else [])


def test_a_saved_figure_keeps_its_description(tmp_path, tables):
    figure = corpus_overview(tables["documents"], source=FigureSource.of(tables))
    save_figure(figure, str(tmp_path))
    text = (tmp_path / "figures" / "corpus_overview.json").read_text(encoding="utf-8")
    assert json.loads(text)["layout"]["meta"]["alt"] == figure.layout.meta["alt"]
