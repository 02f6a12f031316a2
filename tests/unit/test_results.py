import pytest

from govopen_analytics.charts.display import ChartSource, Display
from govopen_analytics.charts.model import read_chart
from govopen_analytics.questions.corpus import corpus_overview
from govopen_analytics.questions.findings import Finding
from govopen_analytics.questions.notebook import keep


def files(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.*"))


@pytest.mark.parametrize("is_kept", [True, False])
def test_nothing_is_written_without_a_folder(tmp_path, monkeypatch, tables, is_kept):
    monkeypatch.chdir(tmp_path)
    output_dir = "run" if is_kept else ""
    findings = [Finding("coverage", "top", "more", "一", "一")]
    figure = corpus_overview(
        tables["documents"], Display(source=ChartSource.of(tables))
    )
    keep(tables["themes"], output_dir, "themes")
    keep(findings, output_dir, "01_corpus")
    keep(figure, output_dir)
    expected = [
        "run/figures/corpus_overview.json",
        "run/tables/findings_01_corpus.csv",
        "run/tables/themes.csv",
    ]
    assert files(tmp_path) == (expected if is_kept else [])


def test_a_saved_chart_is_read_back_whole(tmp_path, tables):
    display = Display(source=ChartSource.of(tables))
    chart = corpus_overview(tables["documents"], display)
    keep(chart, tmp_path)
    assert read_chart(tmp_path / "figures" / "corpus_overview.json") == chart
