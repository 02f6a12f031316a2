"""The questions of notebooks 03 to 08, asked of corpora whose answers are known."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from in_process import BY_NUMBER, package, run, shown_html, table_rows

from govopen_analytics.base.errors import SelectionError
from govopen_analytics.base.languages import LANGUAGES
from govopen_analytics.base.schemas import column_meaning, table_meaning, to_schema
from govopen_analytics.base.tables import Tables
from govopen_analytics.charts.draw import draw
from govopen_analytics.charts.model import read_chart
from govopen_analytics.measures import Confusion, theme_shares
from govopen_analytics.run.build import build_processed
from govopen_analytics.synth import synthesize_corpus
from govopen_analytics.synth.plans import MEAN_AGENDA, name_agencies

SUITE = {number: path for number, path in BY_NUMBER.items() if "03" <= number <= "08"}
# Charts that rest on no theme name no coder.
UNCODED = {
    "agency_words",
    "completion_dots",
    "due_calendar",
    "due_dots",
    "element_dots",
    "plan_calendar",
    "reuse_dots",
    "unit_load_dots",
}
PARAMETERS = {
    "03": {"years": [2021, 2022, 2023], "interval": 0.9},
    "04": {"same_level": True, "top_n": 5, "interval": 0.9},
    "05": {"theme": "依申请公开", "top_n": 5, "interval": 0.9},
    "06": {"years": [2023], "interval": 0.9},
    "07": {"years": [2023, 2024], "interval": 0.9},
    "08": {"years": [2024], "interval": 0.9},
}


def said(names):
    return " ".join(own.text for own in names["findings"])


def read(folder, name):
    return pd.DataFrame(table_rows(folder, name))


def numbers(table, *names):
    return table.assign(**{name: pd.to_numeric(table[name]) for name in names})


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Eight agencies, four years, read from files and coded like any plan."""
    folder = tmp_path_factory.mktemp("planted")
    corpus = synthesize_corpus(
        folder / "corpus", n_agencies=8, seed=3, tasks_per_plan=(20, 60)
    )
    build_processed(corpus.raw_dir, folder / "processed")
    return corpus, folder / "processed"


@pytest.fixture(scope="module")
def answers(planted, tmp_path_factory):
    """What every notebook leaves behind with its defaults."""
    folder = tmp_path_factory.mktemp("answers")
    return {number: run(number, planted[1], folder) for number in SUITE}, folder


def many_agencies(n_agencies, n_tasks, years=(2024,), seed=0):
    """Tables of agencies whose tasks are drawn from one agenda."""
    rng = np.random.default_rng(seed)
    plans = [
        (f"p{k:04d}-{year}", agency.name, agency.level, year)
        for k, agency in enumerate(name_agencies(n_agencies))
        for year in years
    ]
    documents = pd.DataFrame(plans, columns=["document_id", "agency", "level", "year"])
    documents = documents.assign(
        source_file=documents["document_id"],
        sha256="0" * 64,
        layout="prose",
        n_tasks=n_tasks,
        n_chars=10,
        text="计划",
    )
    tasks = documents[["document_id"]].loc[documents.index.repeat(n_tasks)]
    tasks["ordinal"] = np.tile(np.arange(1, n_tasks + 1), len(documents))
    tasks["task_id"] = tasks["document_id"] + ":" + tasks["ordinal"].astype(str)
    tasks = tasks.assign(text="做好政务公开工作", start_char=0, end_char=1)
    agenda = np.array(list(MEAN_AGENDA.values()))
    drawn = rng.choice(list(MEAN_AGENDA), size=len(tasks), p=agenda / agenda.sum())
    assignments = tasks[["task_id"]].assign(
        theme_id=drawn, coder="truth", rank=1, score=1.0, codebook_version="1"
    )
    themes = pd.DataFrame({"theme_id": list(MEAN_AGENDA), "codebook_version": "1"})
    themes = themes.assign(
        label_zh=themes["theme_id"],
        label_en=themes["theme_id"],
        is_core=themes["theme_id"] == "application_disclosure",
    )
    frames = {
        "documents": documents,
        "tasks": tasks,
        "themes": themes,
        "theme_assignments": assignments,
    }
    names = ("failures", "spans", "keyword_matches")
    frames |= {name: pd.DataFrame() for name in names}
    return {name: to_schema(frame, name) for name, frame in frames.items()}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Give the folder of a corpus, written once for all who ask for it."""

    @cache
    def folder_of(make, *arguments):
        return package(tmp_path_factory.mktemp("built"), make(*arguments))

    return folder_of


# --- what was planted is found again ---------------------------------------


def test_planted_trends_lie_within_their_intervals(planted, answers):
    names = ["change_per_year", "change_per_year_lower", "change_per_year_upper"]
    trends = numbers(read(answers[1], "trend_dots"), *names)
    both = trends.merge(planted[0].trends, on="theme_id", suffixes=("", "_planted"))
    is_held = both["change_per_year_planted"].between(both[names[1]], both[names[2]])
    assert (len(both), is_held.sum() >= 8) == (9, True)
    moving = both.set_index("theme_id").loc[
        ["grassroots_standardization", "proactive_disclosure"]
    ]
    assert np.sign(moving["change_per_year"]).tolist() == [1, -1]
    assert "「标准化规范化与基层公开」每年 +" in said(answers[0]["03"])


def true_shares(corpus):
    """The agenda each agency's tasks were drawn from, all years together."""
    sizes = corpus.documents[["document_id", "n_tasks"]]
    rows = corpus.agenda.merge(sizes, on="document_id")
    rows["expected"] = rows["share"] * rows["n_tasks"]
    sums = rows.groupby(["agency", "theme_id"])[["expected", "n_tasks"]].sum()
    return (sums["expected"] / sums["n_tasks"]).rename("true_share").reset_index()


@pytest.mark.parametrize("theme", ["application_disclosure", "Disclosure platforms"])
def test_planted_shares_lie_within_their_intervals(planted, tmp_path, theme):
    names = run("05", planted[1], tmp_path, theme=theme)
    bounds = ["share", "share_lower", "share_upper"]
    shares = numbers(read(tmp_path, "theme_ranking"), *bounds)
    both = shares.merge(true_shares(planted[0]), on=["agency", "theme_id"])
    is_held = both["true_share"].between(both["share_lower"], both["share_upper"])
    assert (len(both), is_held.sum() >= 7) == (8, True)
    lowest = shares.loc[shares["share"].idxmin(), "agency"]
    assert lowest in said(names)


def test_the_agency_is_compared_with_its_true_agenda(planted, answers):
    bounds = ["share", "share_lower", "share_upper"]
    shares = numbers(read(answers[1], "agency_shares"), *bounds)
    both = shares.merge(true_shares(planted[0]), on=["agency", "theme_id"])
    is_held = both["true_share"].between(both["share_lower"], both["share_upper"])
    assert (len(both), is_held.sum() >= 8) == (9, True)
    sizes = planted[0].documents.groupby("agency")["n_tasks"].sum()
    assert shares["agency"].unique().tolist() == [sizes.idxmax()]


def test_planted_deadlines_are_counted(planted, answers):
    months = numbers(read(answers[1], "due_dots"), "n_due").set_index("due")["n_due"]
    tasks = planted[0].tasks
    is_due = tasks["deadline_kind"].isin(["month_end", "date", "year_end"])
    dates = pd.to_datetime(tasks.loc[is_due, "deadline_date"])
    expected = dates.dt.strftime("%m").value_counts()
    assert months.loc[expected.index].tolist() == expected.tolist()
    kinds = tasks["deadline_kind"].value_counts()
    assert months[["whole_year", "ongoing"]].tolist() == [
        kinds["whole_year"],
        kinds["ongoing"],
    ]


def test_planted_progress_and_units_are_counted(planted, answers):
    tasks = planted[0].tasks
    done = numbers(read(answers[1], "completion_dots"), "n_true")
    found = done.groupby("flag")["n_true"].sum()
    expected = tasks["completion"].value_counts()
    assert found[expected.index].tolist() == expected.tolist()
    load = numbers(read(answers[1], "unit_load_dots"), "n_lead")
    named = (
        tasks["lead_units"]
        .str.split("、")
        .map(lambda units: len([*filter(None, units)]))
    )
    assert load["n_lead"].sum() == pytest.approx(named.sum(), rel=0.01)


def test_planted_passages_are_listed(planted, answers):
    copies = planted[0].tasks.query("source_document_id != ''")
    text = "".join(read(answers[1], "shared_passages")["passage"])
    assert copies["passage"].map(lambda passage: passage in text).mean() >= 5 / 6


def test_distances_have_a_row_for_every_pair(answers):
    pairs = read(answers[1], "overlap_heat_map")
    assert len(pairs) == 8 * 7 / 2
    assert len(read(answers[1], "agency_map")) == 8
    found = int((pairs["is_beyond_chance"] == "true").sum())
    assert (f"28 对机构中有 {found} 对" in said(answers[0]["08"])) == (found > 0)


# --- one number, one interval -------------------------------------------------


def miscoded(tables):
    """The same tables, coded by a machine that was wrong in one task of ten."""
    themes = tables["themes"]["theme_id"].to_numpy(dtype=str)
    errors = Confusion(np.sort(themes), 9 * np.eye(10) + 0.1, "combined")
    rows = tables["theme_assignments"].assign(coder="combined")
    return {**tables, "theme_assignments": rows, "coding_errors": errors.table("1")}


def test_a_share_has_one_interval_on_every_page(tmp_path):
    tables = miscoded(many_agencies(3, 23))
    processed = package(tmp_path, tables)
    agency = tables["documents"]["agency"][1]
    for number, own in {"02": {}, "04": {"agency": agency}, "05": {}}.items():
        run(number, processed, tmp_path, **own)
    columns = ["share", "share_lower", "share_upper"]
    key = ["agency", "theme_id"]
    whole = numbers(read(tmp_path, "theme_shares"), *columns).set_index(key)
    assert (whole["has_coding_error"] == whole["is_observed"]).all()
    errors = Confusion.of_tables(tables)
    expected = theme_shares(Tables.of(tables), by="agency", confusion=errors).set_index(
        key
    )
    np.testing.assert_allclose(whole[columns], expected.loc[whole.index, columns])
    for name in ("agency_shares", "theme_ranking", "peer_dots"):
        rows = numbers(read(tmp_path, name), *columns)
        rows = rows.loc[rows["agency"] != ""].set_index(key)
        pd.testing.assert_frame_equal(rows[columns], whole.loc[rows.index, columns])
    texts = {tuple(row) for row in whole[columns].to_numpy()}
    for path in sorted((tmp_path / "tables").glob("findings_*.csv")):
        found = numbers(pd.read_csv(path, dtype=str), "number", "lower", "upper")
        found = found.loc[(found["unit"] == "share") & found["lower"].notna()]
        # The sentence on all agencies together has an interval of its own.
        own = found.loc[~found["key"].isin(["whole", "pooled", "nobody"])]
        assert {tuple(r) for r in own[["number", "lower", "upper"]].to_numpy()} <= texts
    for name in ("theme_dot_plot", "theme_ranking", "peer_dots"):
        key_of_line = dict(read_chart(tmp_path / "figures" / f"{name}.json").key)
        assert key_of_line["line"] == "95% 区间（含抽样与编码误差）"


def test_equal_shares_rank_the_same_on_every_page(tmp_path):
    tables = many_agencies(4, 9)
    rows = tables["theme_assignments"]
    ordinal = rows["task_id"].str.split(":").str[1].astype(int)
    rows["theme_id"] = tables["themes"]["theme_id"].to_numpy()[ordinal - 1]
    processed = package(tmp_path, tables)
    for number in ("02", "04", "05"):
        run(number, processed, tmp_path)
    for name in ("theme_shares", "agency_shares", "theme_ranking"):
        assert {row["share_rank"] for row in table_rows(tmp_path, name)} == {"1"}


# --- every notebook, every language, other than its default parameters ------


@pytest.mark.parametrize("number", sorted(SUITE))
def test_a_chart_has_table_description_and_mark_of_synthetic_data(
    planted, tmp_path, number
):
    names = run(number, planted[1], tmp_path, lang="en", **PARAMETERS[number])
    for path in sorted((tmp_path / "figures").glob("*.json")):
        chart = read_chart(path)
        assert chart.name == path.stem and (chart.alt or chart.reason)
        assert "Synthetic data" in chart.source
        assert ("(codebook " in chart.source) == (chart.name not in UNCODED)
        assert (tmp_path / "tables" / f"{path.stem}.csv").is_file()
        words = without_names(chart, planted[0].documents)
        assert [letter for letter in words if "\u4e00" <= letter <= "\u9fff"] == []
    for path in sorted((tmp_path / "tables").glob("*.csv")):
        head, text = path.stem, path.read_text("utf-8-sig")
        is_empty = len(text.splitlines()) < 2
        assert (
            is_empty
            or head.startswith("findings_")
            or "合成" in text
            or ("Synthetic data" in text)
        )
    assert len(names["findings"]) > 0
    shown = said(names) + str([read_chart(p).key for p in tmp_path.glob("figures/*")])
    # Distances are tested together: 08 shows no interval.
    assert ("90% interval" in shown) == (number != "08")
    assert "95% interval" not in shown


def without_names(chart, documents):
    """The words of a chart, without the Chinese names that belong there."""
    meanings = [meaning for _, meaning in chart.key]
    words = " ".join([chart.title, chart.axis, chart.source, chart.reason, *meanings])
    for name in sorted(set(documents["agency"]), key=len, reverse=True):
        words = words.replace(name, "")
    return words


# --- input that cannot answer the question ----------------------------------


def test_without_two_years_of_one_agency_no_trend_is_drawn(tmp_path, tables):
    names = run("03", package(tmp_path, tables), tmp_path)
    assert "没有一个机构有两个年份的计划" in said(names)
    assert read(tmp_path, "plan_calendar")["status"].tolist().count("缺") == 2
    assert "不画趋势" in names["trend"].reason


ONE_PLAN = [
    ("01", 1, "读入 1 份年度计划（1 个机构，2024 年）"),
    ("02", 1, "占 1 项任务的 100%"),
    ("02", 12, "份额最大的是"),
    ("03", 12, "这些计划都出自 2024 年；加一份任一机构另一年的计划即可"),
    ("04", 1, "没有可以与【合成】甲子省民政厅相比的其他机构"),
    ("05", 1, "在全部 1 项任务中未见"),
    ("05", 12, "在全部 12 项任务中未见"),
    ("06", 1, "没有一项任务写明责任单位"),
    ("07", 12, "这些计划都没有报告进展"),
    ("08", 12, "只有一个机构，无从比较"),
]
ASKED = [f"{number:02d}" for number in range(1, 9)]


@pytest.mark.parametrize(("number", "n_tasks", "expected"), ONE_PLAN)
def test_a_corpus_of_one_plan(built, tmp_path, number, n_tasks, expected):
    processed = built(many_agencies, 1, n_tasks)
    assert expected in said(run(number, processed, tmp_path))


def without_the_second_plan():
    """A plan that was read, and in which no task was found."""
    tables = many_agencies(4, 10)
    documents, tasks = tables["documents"], tables["tasks"]
    is_gone = tasks["document_id"] == documents["document_id"][1]
    documents.loc[1, "n_tasks"] = 0
    rows = tables["theme_assignments"]
    kept = rows["task_id"].isin(tasks.loc[~is_gone, "task_id"])
    return {**tables, "tasks": tasks[~is_gone], "theme_assignments": rows[kept]}


@pytest.mark.parametrize("number", ASKED)
def test_a_plan_without_tasks_is_named_and_not_drawn(built, tmp_path, number):
    names = run(number, built(without_the_second_plan), tmp_path)
    heat_map = tmp_path / "figures" / "theme_heat_map.json"
    assert number != "02" or (
        "没有份额的计划：【合成】甲子东市民政局（2024 年）" in said(names)
        and "甲子东市" not in str(read_chart(heat_map).table.rows)
    )
    assert "nan" not in said(names).lower() and said(names)


NO_TASKS = {
    "01": "读入 0 份年度计划",
    "02": "没有一项任务，没有份额可言",
    **dict.fromkeys(("03", "05", "06", "07", "08"), "没有一项任务，无法回答"),
}


def without_plans():
    """One file that could not be read, and nothing else."""
    tables = many_agencies(1, 1)
    rows = [("bad.bin", "unknown_encoding", "<b>?</b>")]
    failures = pd.DataFrame(rows, columns=["source_file", "reason", "message"])
    empty = {name: table.head(0) for name, table in tables.items()}
    kept = {"themes": tables["themes"], "failures": to_schema(failures, "failures")}
    return empty | kept


@pytest.mark.parametrize("number", sorted(NO_TASKS))
def test_an_empty_corpus_gives_one_sentence_and_no_empty_panels(
    built, tmp_path, number
):
    names = run(number, built(without_plans), tmp_path)
    assert NO_TASKS[number] in said(names) and (len(names["findings"]) < 3)
    charts = [read_chart(path) for path in tmp_path.glob("figures/*")]
    assert charts and [chart.is_empty for chart in charts] == [True] * len(charts)
    assert number != "01" or "&lt;b&gt;?&lt;/b&gt;" in shown_html(names)


def test_an_empty_corpus_has_no_agency_to_compare(built):
    with pytest.raises(SelectionError, match="found no plan that names its agency"):
        run("04", built(without_plans))


def test_a_theme_nobody_has(tmp_path):
    tables = many_agencies(3, 10)
    is_other = tables["theme_assignments"]["theme_id"] != "application_disclosure"
    tables["theme_assignments"] = tables["theme_assignments"].loc[is_other]
    names = run("05", package(tmp_path, tables), tmp_path)
    assert "在全部 30 项任务中未见" in said(names)
    (series,) = names["ranking"].panels[0].series
    assert {mark.kind for mark in series.marks} == {"unseen"}
    assert "没有任务以此为主要主题" in names["words_chart"].reason


def without_a_year_or_an_agency():
    tables = many_agencies(4, 15, years=(2023, 2024))
    documents = tables["documents"]
    documents.loc[0, "year"] = pd.NA
    documents.loc[7, "agency"] = pd.NA
    return tables


@pytest.mark.parametrize("number", sorted(SUITE))
def test_an_agency_without_a_year_and_a_plan_without_an_agency(built, tmp_path, number):
    names = run(number, built(without_a_year_or_an_agency), tmp_path)
    assert number != "03" or "2 份计划没有注明年份或机构" in said(names)
    assert "nan" not in said(names).lower()


HIDDEN = {
    "01": ("corpus_overview", "另有 570 份未画出"),
    "02": ("theme_heat_map", "任务较少的 575 份计划未画出"),
    "03": ("plan_calendar", "另有 570 个未画出"),
    "05": ("theme_ranking", "另有 570 个未画出"),
    "06": ("due_calendar", "另有 570 个未画出"),
    "07": ("element_dots", "另有 570 个未画出"),
    "08": ("rest_dots", "另有 570 个未画出"),
}


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crowd")
    tables = many_agencies(600, 3)
    tables["tasks"]["deadline_kind"] = "ongoing"
    tables["documents"].loc[0, "year"] -= 1  # a calendar has two years at least
    return package(folder, tables)


def test_one_of_many_agencies_is_compared_with_the_rest(crowd, tmp_path):
    names = run("04", crowd, tmp_path)
    assert "与其余 599 个机构" in said(names)
    assert shown_html(names).count("<tr>") < 100


@pytest.mark.parametrize("number", sorted(HIDDEN))
def test_many_agencies_show_the_ends_and_count_the_rest(crowd, tmp_path, number):
    names = run(number, crowd, tmp_path)
    name, hidden = HIDDEN[number]
    layout = draw(read_chart(tmp_path / "figures" / f"{name}.json")).layout
    assert hidden in layout.title.subtitle.text
    assert len(layout.yaxis.ticktext) == {"02": 25}.get(number, 30)
    assert layout.height <= 740
    shown = shown_html(names)
    assert shown.count("<tr>") < 500 and len(shown) < 500_000


@pytest.mark.parametrize(
    ("number", "parameters", "message"),
    [
        ("04", {"agency": "【合成】甲子省民政"}, "did you mean 【合成】甲子省民政厅"),
        ("05", {"theme": "依申请"}, "did you mean 依申请公开"),
        ("05", {"theme": "platform"}, "did you mean platforms"),
        ("03", {"themes": ["platform"]}, "did you mean platforms"),
        ("06", {"agencies": ["甲子省民政厅"]}, "did you mean 【合成】甲子省民政厅"),
        ("08", {"years": [2031]}, "found 2031, expected one of: 2021, 2022"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_the_corpus_does_not_hold_is_refused(planted, number, parameters, message):
    with pytest.raises(SelectionError, match=message):
        run(number, planted[1], **parameters)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_column_left_behind_has_a_meaning(answers, lang):
    tables = sorted(answers[1].rglob("*.csv"))
    heads = {path.stem: list(pd.read_csv(path, nrows=0).columns) for path in tables}
    untold = [name for name in heads if not table_meaning(name, lang)]
    for name, columns in heads.items():
        untold += [c for c in columns if not column_meaning(name, c, lang)]
    assert len(heads) > 12 and untold == []
