"""What a user of the library holds: a corpus, its parts, its measures."""

import doctest
import re
import shutil
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest
from conftest import NASTY, small_tables

import govopen_analytics as go
import govopen_analytics.base.tables as tables_module
import govopen_analytics.corpus as corpus_module
from govopen_analytics.base.errors import (
    CodebookError,
    ExportError,
    SelectionError,
    SourceError,
)
from govopen_analytics.base.tables import Tables
from govopen_analytics.charts.draw import draw
from govopen_analytics.coding.explain import marked_text
from govopen_analytics.coding.keywords import find_word
from govopen_analytics.questions import notebook
from govopen_analytics.questions.findings import Finding
from govopen_analytics.run.build import build_processed

ROOT = Path(__file__).parents[2]


def corpus_of(lang="en", **own):
    tables = small_tables()
    documents = tables["documents"].assign(**own)
    return go.Corpus(Tables.of(tables | {"documents": documents}), lang=lang)


@pytest.fixture
def corpus():
    return corpus_of()


def test_tables_are_read_once_and_only_when_asked_for():
    asked = []
    loaders = {"tasks": lambda: asked.append("tasks") or pd.DataFrame({"a": [1]})}
    tables = Tables({**loaders, "spans": lambda: asked.append("spans")})
    assert ("tasks" in tables, list(tables), asked) == (True, ["tasks", "spans"], [])
    assert len(tables.tasks) == len(tables["tasks"]) == 1
    assert asked == ["tasks"]
    with pytest.raises(SourceError, match="lacks a table: found 'documents'"):
        _ = tables.documents


def test_tasks_have_agency_year_and_themes_as_columns():
    tasks = corpus_of(地区=["沿海", None]).tasks
    assert list(tasks.columns[:5]) == [
        "task_id",
        "agency",
        "year",
        "theme",
        "further_themes",
    ]
    assert tasks.columns[-1] == "地区"
    rows = tasks.set_index("task_id")
    assert rows.loc["first-2", ["agency", "year", "theme"]].tolist() == [
        "甲市民政局",
        2022,
        "Explaining",
    ]
    assert rows.loc["first-2", "further_themes"] == ["Answering"]
    assert pd.isna(rows.loc["first-4", "theme"])
    assert rows["地区"].fillna("").tolist() == ["沿海"] * 4 + [""] * 2


@pytest.mark.parametrize(
    ("chosen", "task_ids"),
    [
        ({}, ["first-1", "first-2", "first-3", "first-4", "second-1", "second-2"]),
        ({"agencies": "乙市民政局"}, ["second-1", "second-2"]),
        ({"years": 2023}, ["second-1", "second-2"]),
        ({"years": [2022, 2023], "themes": "answer"}, ["first-2", "first-3"]),
        ({"themes": ["Channels", "依申请公开"]}, ["first-2", "first-3", "second-1"]),
        ({"levels": "city", "地区": "沿海"}, [f"first-{n}" for n in (1, 2, 3, 4)]),
    ],
)
def test_select(chosen, task_ids):
    corpus = corpus_of(地区=["沿海", "内陆"])
    shown = corpus.select(**chosen)
    assert shown.tasks["task_id"].tolist() == task_ids
    assert shown.documents["n_tasks"].sum() == len(task_ids)
    assert set(shown.assignments["task_id"]) <= set(task_ids)
    assert len(corpus.tasks) == 6


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"agencies": "甲市民政"}, "agency: found '甲市民政'.*did you mean 甲市民政局"),
        ({"years": [2021]}, "year: found 2021, expected one of: 2022, 2023"),
        ({"themes": "explian"}, "did you mean explain"),
        ({"themes": "政策解毒"}, "政策解读, explain, .*did you mean 政策解读"),
        ({"years": ["2022"]}, "year: found '2022', expected a number: 2022"),
        ({"levels": "town"}, "level: found 'town', expected one of: city"),
        ({"provnce": "某省"}, "column: found 'provnce'.*did you mean province"),
        (
            {"agencies": "甲市民政局", "years": 2023},
            "No plan has agency.*甲市民政局 2022",
        ),
        ({"agencies": "乙市民政局", "themes": "answer"}, "No task of these plans"),
    ],
)
def test_select_names_the_nearest(corpus, chosen, message):
    with pytest.raises(SelectionError, match=message):
        corpus.select(**chosen)


def test_displays_are_short_and_escaped(corpus):
    shown = [
        corpus,
        corpus.task("first-2"),
        corpus.task("first#2"),
        corpus.document("first"),
        corpus.theme_shares(),
        corpus.kwic("alert"),
        go.load_codebook(),
    ]
    for one in shown:
        assert len(repr(one)) < 300 and len(one._repr_html_()) < 20_000
        assert NASTY not in one._repr_html_()
    assert "&lt;script&gt;" in shown[1]._repr_html_()
    assert shown[1]._repr_html_() == shown[2]._repr_html_()
    assert repr(corpus) == "Corpus: 2 plans, 6 tasks, 2 agencies, years 2022–2023"


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], "a&lt;bcd"),
        ([(1, 3, "x")], 'a<mark title="x">&lt;b</mark>cd'),
        ([(3, 9, '"')], 'a&lt;b<mark title="&quot;">cd</mark>'),
        (
            [(0, 2, "x"), (1, 4, "y")],
            '<mark title="x">a&lt;</mark><mark title="y">bc</mark>d',
        ),
        ([(0, 4, "x"), (1, 2, "y")], '<mark title="x">a&lt;bc</mark>d'),
        ([(7, 9, "x")], "a&lt;bcd"),
    ],
)
def test_marked_text(spans, expected):
    assert marked_text("a<bcd", spans) == expected


def test_a_task_knows_its_place_in_the_source(tmp_path):
    plan = (
        "某县档案局2023年政务公开工作要点\n（一）做好政策解读。对规范性文件开展解读。\n"
    )
    plan += "（二）规范文件库。集中公开规范性文件。\n（三）开展培训。组织1次培训。\n"
    (tmp_path / "plan.txt").write_text(plan, encoding="utf-8")
    corpus = go.load_corpus(tmp_path, lang="en")
    task = corpus.task("plan#2")
    assert (task.line, task.source_file) == (3, "plan.txt")
    assert task.source_text.startswith("（二）规范文件库。集中公开规范性文件。")
    assert "规范文件库" in repr(corpus.explain("plan#2"))
    again = corpus.recode(corpus.codebook)
    pd.testing.assert_frame_equal(again.assignments, corpus.assignments)


@pytest.mark.parametrize("name", ["first-9", "first#9", "fist#1"])
def test_an_unknown_task_names_the_nearest(corpus, name):
    with pytest.raises(SelectionError, match=f"found '{name}'.*did you mean first-"):
        corpus.task(name)


@pytest.mark.parametrize(
    ("word", "regex", "matches"),
    [
        ("解读", False, ["解读", "解读"]),
        ("解讀", False, ["解读", "解读"]),
        ("政 策解读", False, ["政策解读"]),
        ("SCRIPT", False, ["script", "script"]),
        ("alert(", False, ["alert("]),
        ("[", False, []),
        ("\\", False, []),
        ("😀", False, []),
        ("政策|文件", True, ["政策", "文件"]),
        ("x*", True, []),
    ],
)
def test_kwic_finds_any_word(corpus, word, regex, matches):
    found = corpus.kwic(word, regex=regex)
    assert found.table["match"].tolist() == matches
    assert found.counts["n_true"].sum() == found.table["task_id"].nunique()


@pytest.mark.parametrize(
    ("word", "regex", "message"),
    [
        ("", False, "found nothing"),
        (5, False, "found 5, expected a text"),
        ("字" * 10_000, False, "found 10,000 characters"),
        ("(", True, "is no regular expression.*leave out regex=True"),
    ],
)
def test_kwic_refuses(corpus, word, regex, message):
    with pytest.raises(SelectionError, match=message):
        corpus.kwic(word, regex=regex)


def test_kwic_passes_over_blanks_and_keeps_offsets():
    text = "做好 政 务公开\n政務公开"
    tasks = pd.DataFrame({"task_id": ["a"], "text": [text]})
    found = find_word(tasks, "政务公开", width=2)
    assert found["match"].tolist() == ["政 务公开", "政務公开"]
    assert [text[a:b] for a, b in found[["start_char", "end_char"]].values] == (
        found["match"].tolist()
    )


def test_kwic_counts_by_group(corpus):
    counts = corpus.kwic("解读").counts.set_index("agency")
    assert counts["n_true"].to_dict() == {"甲市民政局": 1, "乙市民政局": 1}
    assert counts["n_tasks"].to_dict() == {"甲市民政局": 4, "乙市民政局": 2}


def test_own_columns_name_the_groups_of_every_measure():
    corpus = corpus_of(地区=["沿海", "内陆"])
    for verb in ("theme_shares", "gaps", "commitments", "deadlines"):
        table = getattr(corpus, verb)(by="地区").table
        assert set(table["地区"]) == {"沿海", "内陆"}
    usual = "by: found '地点', expected one of: agency, year, level, province, all, "
    with pytest.raises(SelectionError, match=f"{usual}.*did you mean 地区"):
        corpus.theme_shares(by="地点")


def test_an_agency_is_followed_by_its_series():
    renamed = corpus_of(agency_series=["某局", "某局"]).change().table
    assert renamed[
        ["agency_series", "year_from", "year_to"]
    ].drop_duplicates().values.tolist() == [["某局", 2022, 2023]]
    assert corpus_of().change().table.empty


def test_shares_are_those_of_the_measure_with_labels(corpus):
    shares = corpus.theme_shares(themes=["answer"]).table
    assert shares[["agency", "theme", "share"]].values.tolist() == [
        ["乙市民政局", "Answering", 0.0],
        ["甲市民政局", "Answering", 0.375],
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "verb",
    [
        "theme_shares",
        "change",
        "gaps",
        "trend",
        "distances",
        "responsibility",
        "deadlines",
        "commitments",
        "completion",
        "distinctive_words",
        "reuse",
    ],
)
def test_every_measure_has_a_table_a_chart_and_a_display(verb, lang):
    result = getattr(corpus_of(lang), verb)()
    chart = result.plot()
    assert (chart.name, chart.is_empty) == (verb, result.table.empty)
    assert draw(chart).layout.title.text
    assert f"{len(result.table)}" in result._repr_html_()


@pytest.mark.parametrize(
    ("verb", "n_rows"),
    [("theme_shares", 3), ("commitments", 6), ("deadlines", 16)],
)
def test_all_plans_are_one_group(corpus, verb, n_rows):
    table = getattr(corpus, verb)(by="all").table
    assert (set(table["scope"]), len(table)) == ({"all"}, n_rows)
    assert set(table["n_tasks"]) == {6}


def test_plans_are_kept_by_a_condition(corpus):
    later = corpus.where(corpus.documents["year"] > 2022)
    assert later.tasks["agency"].unique().tolist() == ["乙市民政局"]
    assert len(corpus.repeated.documents) == 0
    sides = corpus.beside("甲市民政局").theme_shares(by="side").table
    assert set(sides["side"]) == {"agency", "peers"}


def test_a_result_is_saved_by_the_ending_of_the_file(corpus, tmp_path):
    shares = corpus.theme_shares()
    assert "plotly" in shares.save(tmp_path / "a.html").read_text("utf-8")
    saved = pd.read_csv(shares.save(tmp_path / "a.csv"), encoding="utf-8-sig")
    assert saved["share"].tolist() == pytest.approx(shares.table["share"].tolist())
    with pytest.raises(ExportError, match=r"Ending of a\.doc: .*csv"):
        shares.save(tmp_path / "a.doc")


def shown_by(monkeypatch):
    shown = []
    monkeypatch.setattr(notebook, "display", lambda thing: shown.append(thing))
    return shown


def test_a_notebook_heads_a_part_only_where_something_follows(corpus, monkeypatch):
    shown = shown_by(monkeypatch)
    show = go.Notebook(corpus)
    show.evidence()
    show(pd.DataFrame({"agency": []}), name="documents")
    show.limits()
    assert shown == []
    show = go.Notebook(corpus)
    own = Finding("coverage", "top", "k", "甲", "甲", caveats=("unseen", "fractional"))
    detail = replace(own, text="乙", is_detail=True)
    first = replace(own, text="丙", state="established")
    show([own, detail, first])
    show.limits("unseen")
    texts = [block._repr_html_() for block in shown]
    assert [re.sub("<[^>]+>", " ", text).split() for text in texts[:2]] == [
        ["丙", "●", "established", "甲"],
        ["Limits"],
    ]
    assert texts[2].count("<li>") == 2 and "Perianes-Rodriguez" in texts[2]


def test_the_table_of_a_chart_is_kept_with_it(corpus, tmp_path, monkeypatch):
    shown = shown_by(monkeypatch)
    show = go.Notebook(corpus, str(tmp_path))
    shares = corpus.theme_shares()
    show(shares.plot(), ["agency", "share"], table=shares.table)
    show(replace(shares.plot(), panels=()), table=shares.table)
    assert [type(thing).__name__ for thing in shown] == ["Chart", "Table"]
    assert "<summary>Table (6 rows)</summary>" in shown[1]._repr_html_()
    assert (tmp_path / "figures" / "theme_shares.json").is_file()
    assert (tmp_path / "tables" / "theme_shares.csv").is_file()


def test_a_chart_draws_the_values_of_its_table(corpus):
    result = corpus.theme_shares(themes=["explain"])
    (panel,) = result.plot().panels
    assert panel.categories == ("乙市民政局, n = 2", "甲市民政局, n = 4")
    marks = [(m.value, m.label, m.kind) for m in panel.series[0].marks]
    assert marks == [(0.5, "50%", "sure"), (0.375, "38%", "sure")]


def test_tables_of_another_codebook_ask_for_it(processed_dir):
    opened = go.open_corpus(processed_dir)
    assert opened.codebook.name == "government_openness"
    unknown = go.Corpus(opened.tables, coded_by={"sha256": "0" * 64})
    with pytest.raises(CodebookError, match=r"open_corpus\(..., codebook=path\)"):
        _ = unknown.codebook


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", "编码表 my_book 2 版（0123456789ab）；语料：2 份"), ("en", "of 2 annual")],
)
def test_a_corpus_cites_software_codebook_and_corpus(lang, words):
    named = {"name": "my_book", "version": "2", "sha256": "0123456789abcdef"}
    tables = Tables.of(small_tables())
    cited = go.Corpus(tables, coded_by=named, lang=lang).cite()
    assert words in cited.text and version("govopen-analytics") in cited.text
    assert cited.bibtex.count("\n@") == 2 and "my\\_book" in cited.bibtex
    assert "2022--2023" in cited.bibtex
    for agency in cited.plans["agency"]:
        assert agency in cited.text and agency in cited.bibtex
    assert list(cited.plans) == [
        *("document_id", "agency", "year", "title", "source_url", "sha256")
    ]
    again = go.Corpus(tables, coded_by=named, lang=lang).cite()
    assert again.bibtex == cited.bibtex
    fewer = go.Corpus(tables, coded_by=named, lang=lang).select(years=2023)
    assert fewer.cite().bibtex != cited.bibtex


@pytest.mark.parametrize(
    ("options", "message"),
    [({"lang": "de"}, "lang: found 'de'"), ({"interval": 95}, "interval: found 95")],
)
def test_wrong_options_are_refused(processed_dir, options, message):
    with pytest.raises(SelectionError, match=message):
        go.open_corpus(processed_dir, **options)


def test_the_examples_of_the_face_hold(monkeypatch, tmp_path):
    """The docstrings' examples, on the plans that ship."""
    shutil.copytree(ROOT / "data" / "raw", tmp_path / "data" / "raw")
    monkeypatch.chdir(tmp_path)
    build_processed("data/raw", "data/processed")
    for module in (corpus_module, tables_module):
        assert doctest.testmod(module).failed == 0
