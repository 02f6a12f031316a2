import pytest

from govopen_analytics.base.errors import SelectionError
from govopen_analytics.charts.display import Display
from govopen_analytics.questions.corpus import remarks_to_read
from govopen_analytics.questions.coverage import tasks_by_theme
from govopen_analytics.questions.selection import select_plans, select_themes


@pytest.mark.parametrize(
    ("agencies", "years", "n_rows"),
    [
        ([], [], {"documents": 2, "tasks": 6, "remarks": 2}),
        (["甲市民政局"], [], {"documents": 1, "tasks": 4, "theme_assignments": 4}),
        ([], [2023], {"documents": 1, "tasks": 2, "theme_assignments": 2}),
        (["乙市民政局"], [2023], {"keyword_matches": 0, "failures": 1, "themes": 3}),
        (["甲市民政局"], [], {"remarks": 1}),
    ],
)
def test_select_plans(tables, agencies, years, n_rows):
    kept = select_plans(tables, agencies=agencies, years=years)
    assert {name: len(kept[name]) for name in n_rows} == n_rows


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (
            {"agencies": ["甲市民政"]},
            "agency: found '甲市民政'.*did you mean 甲市民政局",
        ),
        ({"years": [2020]}, "year: found 2020, expected one of: 2022, 2023"),
        (
            {"agencies": ["甲市民政局"], "years": [2023]},
            "the corpus holds: 乙市民政局 2023, 甲市民政局 2022",
        ),
    ],
)
def test_select_plans_refuses(tables, choice, message):
    with pytest.raises(SelectionError, match=message):
        select_plans(tables, **choice)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([], ["explain", "answer", "channels"]),
        (["channels", "answer"], ["answer", "channels"]),
        (["政策解读"], ["explain"]),
        (["Answering"], ["answer"]),
    ],
)
def test_select_themes_puts_core_first(tables, wanted, expected):
    assert list(select_themes(tables["themes"], wanted)["theme_id"]) == expected


def test_select_themes_refuses_an_unknown_one(tables):
    with pytest.raises(SelectionError, match="did you mean explain"):
        select_themes(tables["themes"], ["explains"])


def test_tasks_by_theme_carries_the_evidence(tables):
    rows = tasks_by_theme(tables, select_themes(tables["themes"]), Display())
    explain = rows[rows["theme_id"] == "explain"]
    assert list(explain["task_id"]) == ["first-1", "first-2", "second-2"]
    assert list(explain["keywords"]) == [["解读"], [], []]
    assert len(rows) == 6


@pytest.mark.parametrize(
    ("lang", "expected"),
    [("zh", "略去的页码：1, 2"), ("en", "Page numbers left out: 1, 2")],
)
def test_remarks_are_said_in_the_language(tables, lang, expected):
    assert remarks_to_read(tables["remarks"], Display(lang))["remark"][1] == expected
