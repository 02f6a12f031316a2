import time

import numpy as np
import pandas as pd
import pytest
from compare_cases import AGENDA, THEMES, corpus, sampled
from hypothesis import given, settings
from hypothesis import strategies as st

from govopen_analytics.base.errors import SchemaError
from govopen_analytics.measures import (
    confounding,
    pooled_shares,
    theme_gaps,
    theme_shares,
)

A, B, C = THEMES[:3]
# Ten coarse tasks that bundle three obligations, and the same cut into thirty.
COARSE = [[A, B, C]] * 4 + [[A]] * 6
SHARES = [
    pytest.param([[A], [A], [B], [C]], {A: 0.5, B: 0.25, C: 0.25}, id="one each"),
    pytest.param([[A, B], [A]], {A: 0.75, B: 0.25, C: 0.0}, id="two share a task"),
    pytest.param([[A], []], {A: 0.5, B: 0.0, C: 0.0}, id="unclassified stays"),
    pytest.param(COARSE, {A: 11 / 15, B: 2 / 15, C: 2 / 15}, id="coarse"),
    pytest.param([[]], {A: 0.0, B: 0.0, C: 0.0}, id="nothing classified"),
]

plans = st.dictionaries(
    st.sampled_from(["p1", "p2", "p3"]),
    st.lists(st.lists(st.sampled_from(THEMES), unique=True, max_size=4), min_size=1),
    min_size=1,
)


@pytest.mark.parametrize(("carried", "expected"), SHARES)
def test_share_is_fractional(carried, expected):
    shares = theme_shares(corpus({"p": carried})).set_index("theme_id")["share"]
    assert shares[list(expected)].to_dict() == pytest.approx(expected)


def test_every_theme_has_a_row_and_its_n():
    shares = theme_shares(corpus({"p": [[A]] * 4, "q": [[B]] * 3}))
    assert shares.groupby("document_id").size().to_dict() == {"p": 9, "q": 9}
    assert shares["n_tasks"].tolist() == [4] * 9 + [3] * 9
    assert shares["is_observed"].sum() == 2


def test_cutting_each_task_into_four_changes_no_share():
    whole = theme_shares(corpus({"p": COARSE}))
    cut = theme_shares(corpus({"p": [task for task in COARSE for _ in range(4)]}))
    np.testing.assert_allclose(whole["share"], cut["share"], atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(plans=plans, order=st.permutations(THEMES))
def test_theme_order_changes_nothing_and_shares_lie_in_0_1(plans, order):
    keys = ["document_id", "theme_id"]
    first = theme_shares(corpus(plans))
    second = theme_shares(corpus(plans, themes=order))
    assert second["theme_id"].tolist()[:9] == list(order)
    pd.testing.assert_frame_equal(
        first.sort_values(keys, ignore_index=True),
        second.sort_values(keys, ignore_index=True),
    )
    bounds = first[["share_lower", "share", "share_upper", "share_shrunk"]]
    assert bounds.min().min() >= 0
    assert bounds.max().max() <= 1 + 1e-12
    assert (first["share_lower"] <= first["share"]).all()
    assert (first["share"] <= first["share_upper"]).all()
    assert (first["share_upper"] > first["share_lower"]).all()
    assert first.groupby("document_id")["share"].sum().max() <= 1 + 1e-9


@pytest.mark.parametrize(
    ("n", "upper"), [(10, 0.259), (23, 0.122), (72, 0.041)], ids=str
)
def test_upper_bound_of_a_theme_not_observed_is_exact(n, upper):
    shares = theme_shares(corpus({"p": [[A]] * n}))
    row = shares.set_index("theme_id").loc[B]
    assert row["share_lower"] == 0
    assert row["share_upper"] == pytest.approx(upper, abs=0.0005)


@pytest.mark.parametrize("n", [10, 23, 72])
def test_intervals_hold_the_truth_as_often_as_they_say(n):
    tables = sampled(400, n, np.random.default_rng(n))
    shares = theme_shares(tables)
    truth = np.tile(AGENDA, 400)
    held = (shares["share_lower"] <= truth) & (truth <= shares["share_upper"])
    assert 0.93 <= held.mean() <= 0.98


def test_plans_of_one_cell_that_differ_widen_its_interval():
    alike = corpus({"p": [[A], [B]] * 10, "q": [[A], [B]] * 10})
    apart = corpus({"p": [[A]] * 20, "q": [[B]] * 20})

    def width(tables):
        row = theme_shares(tables, by="year").set_index("theme_id").loc[A]
        return row["share_upper"] - row["share_lower"]

    assert width(apart) > 2 * width(alike)


def test_shrinkage_moves_small_groups_further_towards_the_pooled_share():
    tables = corpus(
        {
            "small": [[A]] * 4,
            "large": [[A]] * 60 + [[B]] * 20,
            "other": [[B]] * 60 + [[A]] * 20,
        }
    )
    shares = theme_shares(tables).query("theme_id == @A").set_index("document_id")
    pooled = 84 / 164
    moved = (shares["share"] - shares["share_shrunk"]) / (shares["share"] - pooled)
    assert 0 < moved["large"] < moved["small"] < 1


def test_groups_of_one_agenda_are_shrunk_onto_it():
    tables = corpus({"p": [[A], [B], [C]] * 5, "q": [[A], [B], [C]] * 9})
    shares = theme_shares(tables)
    observed = shares[shares["is_observed"]]
    np.testing.assert_allclose(observed["share_shrunk"], 1 / 3)


@pytest.mark.parametrize(
    ("by", "n_groups"),
    [("agency", 2), (["agency", "year"], 3), ([], 1), (["year"], 2), ("ordinal", 4)],
    ids=str,
)
def test_any_column_of_either_table_groups(by, n_groups):
    tables = corpus(
        {"p": [[A]] * 4, "q": [[B]] * 2, "r": [[C]]},
        years={"p": 2023, "q": 2024, "r": 2023},
        agencies={"p": "甲", "q": "甲", "r": "乙"},
    )
    shares = theme_shares(tables, by=by)
    assert len(shares) == n_groups * 9
    assert shares.groupby("theme_id")["n_tasks"].sum().unique().tolist() == [7]


def test_a_missing_year_is_a_group_of_its_own():
    tables = corpus({"p": [[A]], "q": [[B]] * 2})
    tables["documents"]["year"] = pd.array([2024, None], dtype="Int64")
    shares = theme_shares(tables, by="year")
    assert shares.groupby("year", dropna=False)["n_tasks"].first().tolist() == [1, 2]


def test_three_thousand_agencies_take_seconds():
    tables = sampled(3000, 20, np.random.default_rng(0))
    start = time.process_time()
    shares = theme_shares(tables, by="agency")
    assert len(shares) == 27_000
    assert time.process_time() - start < 30


def broken(name, table):
    return corpus({"p": [[A], [B]]}).with_tables(**{name: table})


ORPHAN = pd.DataFrame({"task_id": ["x"], "theme_id": [A], "coder": "c", "rank": 1})
BAD_THEME = pd.DataFrame(
    {"task_id": ["p:1"], "theme_id": ["theme_x"], "coder": "c", "rank": 1}
)
TWO_CODERS = pd.DataFrame(
    {"task_id": ["p:1", "p:1"], "theme_id": [A, A], "coder": ["c", "d"], "rank": 1}
)
DOCUMENTS = pd.DataFrame({"document_id": ["p", "p"], "agency": "甲", "year": 2024})


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (broken("theme_assignments", ORPHAN), "names? a task_id that is not in tasks"),
        (broken("theme_assignments", BAD_THEME), "theme_x.*did you mean theme_"),
        (broken("theme_assignments", TWO_CODERS), "coders c, d; expected one"),
        (broken("documents", DOCUMENTS), "'p' stands in it more than once"),
        (broken("documents", DOCUMENTS.iloc[:0]), "not in documents"),
        (broken("themes", pd.DataFrame({"theme_id": [A, A]})), "more than once"),
    ],
    ids=["orphan", "theme", "coders", "repeated", "no document", "versions"],
)
def test_tables_that_do_not_fit_are_refused(tables, message):
    with pytest.raises(SchemaError, match=message):
        theme_shares(tables)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"by": "agancy"}, "did you mean agency"),
        ({"interval": 95}, "found 95, expected a level between 0 and 1"),
    ],
    ids=["by", "interval"],
)
def test_arguments_that_mean_nothing_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        theme_shares(corpus({"p": [[A]]}), **arguments)


CONFOUNDED = [
    pytest.param([("甲", 2022), ("乙", 2023)], True, 0, id="each agency one year"),
    pytest.param([("甲", 2022), ("甲", 2023)], False, 1, id="a panel"),
    pytest.param([("甲", 2022), ("乙", 2022)], False, 0, id="one year"),
    pytest.param(
        [("甲", 2022), ("甲", 2022), ("乙", 2023)], True, 0, id="twice a year"
    ),
    pytest.param([("甲", 2022), ("甲", None)], False, 0, id="undated"),
]


@pytest.mark.parametrize(("rows", "is_confounded", "n_repeated"), CONFOUNDED)
def test_confounding(rows, is_confounded, n_repeated):
    found = confounding(pd.DataFrame(rows, columns=["agency", "year"]))
    assert found["is_confounded"] is is_confounded
    assert found["n_agencies_repeated"] == n_repeated


def test_gaps_carry_the_chance_of_them():
    tables = corpus({"p": [[A]] * 10, "q": [[A]] * 60 + [[B]] * 40})
    gaps = theme_gaps(tables).query("theme_id == @B")
    assert gaps["agency"].tolist() == ["agency p"]
    row = gaps.iloc[0]
    assert row["touching_share_elsewhere"] == 0.4
    assert row["chance_unobserved"] == pytest.approx(0.6**10)
    assert row["share_upper"] == pytest.approx(1 - 0.05**0.1)


def test_a_single_group_has_gaps_without_a_chance():
    gaps = theme_gaps(corpus({"p": [[A]] * 10}))
    assert len(gaps) == 8
    assert gaps["chance_unobserved"].isna().all()


def test_pooled_by_task_and_by_group():
    pooled = pooled_shares(corpus({"p": [[A]] * 10, "q": [[B]] * 90}))
    row = pooled.set_index("theme_id").loc[A]
    assert row["share"] == pytest.approx(0.1)
    assert row["group_share"] == pytest.approx(0.5)
    assert row["intraclass_correlation"] == pytest.approx(1)
    assert row["n_groups"] == 2


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "measure", [theme_shares, theme_gaps], ids=lambda m: m.__name__
)
def test_a_corpus_without_tasks_gives_an_empty_table(measure):
    tables = corpus({"p": [[A]]})
    none = {name: tables[name].iloc[:0] for name in ("tasks", "theme_assignments")}
    assert measure(tables.with_tables(**none)).empty


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("carried", [[[A]], [[]]], ids=["one task", "no theme"])
def test_a_corpus_of_one_task(carried):
    tables = corpus({"p": carried})
    shares = theme_shares(tables)
    assert len(shares) == 9
    assert shares["share"].sum() == len(carried[0])
    pooled = pooled_shares(tables)
    np.testing.assert_allclose(pooled["share"], shares["share"])
