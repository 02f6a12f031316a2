"""Looking at single tasks: the index, the explorer, the page of a plan."""

import json
import re

import pytest
from bs4 import BeautifulSoup
from conftest import NASTY, small_tables

import govopen_analytics as go
from govopen_analytics.base.errors import SelectionError
from govopen_analytics.base.tables import Tables
from govopen_analytics.base.text import fold, fold_pairs
from govopen_analytics.explore.pages import ReportPages
from govopen_analytics.explore.places import (
    Span,
    find_in_source,
    source_places,
    stretches,
)
from govopen_analytics.explore.task_index import TaskIndex

SOURCE = "一、 依申请 公开\n（办公室）1. 受\n理申请，年底 前完成。"


def corpus_of(**own):
    tables = small_tables()
    documents = tables["documents"].assign(**own)
    return go.Corpus(Tables.of(tables | {"documents": documents}), lang="zh")


@pytest.fixture
def index():
    return TaskIndex(small_tables(), "zh")


def test_a_plan_counts_units_and_days_as_the_measures_do():
    tables = small_tables()
    leads = [["各处室"], ["办公室"], ["相关处室", "办公室"], []]
    kinds = ["date", "whole_year", None, "ongoing"]
    own = tables["tasks"].head(4).assign(lead_units=leads, deadline_kind=kinds)
    corpus = go.Corpus(Tables.of(tables | {"tasks": own}), lang="en")
    flags = corpus.commitments("document_id").table.set_index("flag")["n_true"]
    assert flags[["has_lead_unit", "has_deadline"]].tolist() == [2, 1]
    told = corpus.document("first").headline
    assert "4 tasks, 2 name a lead unit, 1 have a day" in told


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ({"month": ["3"]}, "condition: found 'month', expected one of: words, agency"),
        ({"year": [1999]}, "year: found '1999', expected one of: 2022, 2023"),
        ({"theme": "explian"}, "did you mean explain"),
    ],
)
def test_a_condition_that_is_not_known_is_told(state, told):
    explorer = corpus_of().explore()
    with pytest.raises(SelectionError, match=told):
        explorer.state = state
    explorer.state = {"year": 2023, "theme": None}
    assert explorer.state["year"] == ["2023"] and len(explorer.table()) == 2


# Searching ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "places"),
    [
        ({}, [0, 1, 2, 3, 4, 5]),
        ({"words": "解读"}, [0, 1, 5]),
        ({"words": "解讀"}, [0, 1, 5]),
        ({"words": "乙市 解读"}, [5]),
        ({"words": "ＳＣＲＩＰＴ"}, [1]),
        ({"words": "("}, [1]),
        ({"words": "["}, []),
        ({"words": "\\"}, []),
        ({"words": ".*"}, []),
        ({"words": "🙂"}, []),
        ({"words": "解" * 10_000}, []),
        ({"agency": ["甲市民政局"], "theme": ["explain"]}, [0, 1]),
        ({"theme": ["explain", "answer"]}, [0, 1, 2, 5]),
        ({"theme": ["none"]}, [3]),
        ({"year": ["2023"]}, [4, 5]),
        ({"year": ["1999"]}, []),
        ({"level": ["city"], "due": ["none"], "unit": ["none"]}, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_tasks_that_meet_every_condition(index, state, places):
    assert index.find(state).tolist() == places


def test_tasks_are_counted_by_theme_and_agency(index):
    counted = index.counted(index.find({"theme": ["explain"]}))
    theme, agency = index.facet("theme"), index.facet("agency")
    cells = {(theme.values[t], agency.values[a]): n for t, a, n in counted["cells"]}
    assert (counted["n"], counted["n_plans"], counted["totals"]) == (3, 2, [1, 2])
    assert cells == {
        ("explain", "乙市民政局"): 1,
        ("explain", "甲市民政局"): 2,
        ("answer", "甲市民政局"): 1,
    }


def test_a_column_of_the_users_own_is_a_filter():
    explorer = corpus_of(地区=["沿海", None]).explore()
    explorer.state = {"地区": ["沿海"]}
    assert explorer.selected.documents["document_id"].tolist() == ["first"]


def test_a_page_folds_as_the_library_does():
    one, other = fold_pairs()
    assert len(one) == len(other) > 2000
    assert fold(one) == other
    table = str.maketrans(one, other)
    text = "政務公開〔２０２２〕　﹝解讀﹞ａＢ"
    assert text.translate(table) == fold(text)


# The explorer ------------------------------------------------------------------------


def answered(explorer, monkeypatch, **question):
    sent = []
    monkeypatch.setattr(explorer, "send", lambda *reply: sent.append(reply))
    explorer._answer(explorer, {"number": 1, **question}, [])
    ((content, buffers),) = sent
    return content.get("value"), content.get("error"), buffers


def test_what_is_shown_comes_back_as_a_corpus():
    explorer = corpus_of().explore()
    assert len(explorer.selected.tasks) == 6
    explorer.state = {"words": "", "agency": ["甲市民政局"], "theme": ["explain"]}
    chosen = explorer.selected
    assert chosen.tasks["task_id"].tolist() == ["first-1", "first-2"]
    assert chosen.documents["n_tasks"].tolist() == [2]
    assert len(chosen.theme_shares().table) == 3
    explorer.state = {"words": "没有这样的词"}
    with pytest.raises(SelectionError, match="no task meets its conditions"):
        _ = explorer.selected


def test_the_kernel_answers_as_the_page_counts(monkeypatch):
    explorer = corpus_of().explore()
    state = {"words": "解读", "agency": ["甲市民政局"]}
    ask = {"state": state}
    found, _, _ = answered(explorer, monkeypatch, what="find", **ask)
    assert (found["n"], found["totals"]) == (2, [0, 2])
    rows, _, _ = answered(explorer, monkeypatch, what="rows", start=1, stop=9, **ask)
    assert [row["id"] for row in rows] == ["first-2"]
    task, _, _ = answered(explorer, monkeypatch, what="task", task_id="first-2")
    assert task["text"] == f"{NASTY}\n=cmd()" and len(task["source"]) == 3
    none, _, _ = answered(explorer, monkeypatch, what="task", task_id="first-9")
    assert none is None
    _, error, _ = answered(explorer, monkeypatch, what="nonsense")
    assert "no question it knows" in error
    _, _, (csv,) = answered(explorer, monkeypatch, what="file", kind="csv", **ask)
    assert csv.decode("utf-8-sig").splitlines()[1].startswith("first-1,甲市民政局,2022")
    _, _, (xlsx,) = answered(explorer, monkeypatch, what="file", kind="xlsx", **ask)
    assert xlsx[:2] == b"PK"


def test_without_a_kernel_the_last_state_is_a_table():
    explorer = corpus_of().explore()
    explorer.state = {"words": "cmd", "theme": ["explain"]}
    shown = explorer._static_table()
    assert NASTY not in shown and "&lt;script&gt;" in shown
    assert "6 项任务中有 1 项，来自 1 份计划 · cmd · 政策解读" in shown
    assert explorer.table_class in shown
    # In a terminal: what a page has no more room for is cut.
    assert "JupyterLab" in repr(explorer) and len(repr(explorer)) <= 110


# The page of a plan ------------------------------------------------------------------


def spans_of(*stretches_of_text):
    found = []
    for text, role in stretches_of_text:
        start = SOURCE.index(text)
        found.append(Span(start, start + len(text), role, "a-1"))
    return found


def test_keywords_lead_back_to_the_source():
    spans = spans_of(("依申请 公开", "title"), ("受\n理申请，年底 前完成", "content"))
    task = {
        "title": "依申请公开",
        "text": "依申请公开\n受理申请，年底前完成",
        "is_title_inherited": False,
    }
    places = source_places(task, spans, SOURCE)
    back = ["" if i < 0 else SOURCE[i] for i in places]
    assert "".join(back) == task["text"].replace("\n", "")
    (title,) = stretches(places[0:5])
    assert SOURCE[slice(*title)] == "依申请 公开"
    assert SOURCE[slice(*find_in_source("年底前", spans, SOURCE))] == "年底 前"
    assert find_in_source("明年", spans, SOURCE) == (0, 0)


def test_a_title_from_a_row_above_is_not_in_the_source():
    spans = spans_of(("受\n理申请", "content"))
    task = {"title": "依申请公开", "text": "依申请公开\n受理申请"}
    places = source_places({**task, "is_title_inherited": True}, spans, SOURCE)
    assert places[:6] == [-1] * 6 and SOURCE[places[6]] == "受"


def test_every_character_of_a_plan_is_on_its_page(tmp_path):
    (tmp_path / "plan.txt").write_text(
        f"某市民政局2024年政务公开工作要点\n一、加强公开 {NASTY}\n"
        "（一）做好政策 解读。全面梳理。"
        "（责任单位：办公室；完成时限：2024年12月底前）\n"
        f"（二）受理依申请公开{NASTY}。（责任单位：法规科）\n",
        encoding="utf-8",
    )
    corpus = go.load_corpus(tmp_path, lang="en")
    document = corpus.document("plan")
    page = document._repr_html_()
    assert "<script>alert" not in page
    soup = BeautifulSoup(page, "html.parser")
    tasks = soup.select("section.task")
    assert [one["id"] for one in tasks] == corpus.tasks["task_id"].tolist()
    text = soup.select_one(".text")
    for extra in text.select(".chips, .why"):
        extra.decompose()
    shown = re.sub(r"\s", "", text.get_text())
    assert shown == re.sub(r"\s", "", document.text)
    marked = {k: soup.select_one(f"section mark.{k}") for k in ("kw", "due", "unit")}
    assert marked["kw"] is not None and "办公室" in marked["unit"].get_text()
    assert marked["due"].get_text() == "2024年12月底前"


# In the report -----------------------------------------------------------------------


def test_a_large_report_has_a_page_for_each_year():
    pages = ReportPages(small_tables(), "en", most_tasks=4, most_plans=1)
    by_name = {page.name: page for page in pages.pages()}
    assert sorted(by_name) == [
        "plans.html",
        "search-2022.html",
        "search-2023.html",
        "search.html",
    ]
    assert "2022 (4 tasks)" in by_name["search.html"].body
    assert "more than 1 plans" in by_name["plans.html"].body
    # What an address asks for goes on to the part that is chosen.
    assert "link.hash = location.hash" in by_name["search.html"].body
    assets = dict(pages.assets())
    data = assets["tasks-search-2022.js"].removeprefix("window.govopenTasks = ")
    read = json.loads(data.removesuffix(";\n"))
    assert read["columns"]["ids"] == ["first-1", "first-2", "first-3", "first-4"]
    assert read["addresses"] == {}


@pytest.mark.parametrize("name", ["a/b", "..", "x" * 300, "甲 乙", "a%b"])
def test_the_page_of_a_plan_has_a_plain_name(name):
    tables = small_tables()
    for table in ("documents", "tasks"):
        tables[table] = tables[table].replace({"document_id": {"first": name}})
    address = ReportPages(tables, "zh").plan_addresses()[name]
    assert re.fullmatch(r"plan-([0-9a-f]{16}|\.\.)\.html", address)
