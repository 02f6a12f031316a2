import numpy as np
import pandas as pd
import pytest
from compare_cases import AGENDA, THEMES, corpus, sampled
from scipy.stats import binom

from govopen_analytics.base.errors import SchemaError
from govopen_analytics.measures import (
    agenda_distances,
    index_ranks,
    jensen_shannon_distance,
    overlap,
    panel_trend,
    read_index_weights,
    share_change,
    weighted_index,
)

A, B, C = THEMES[:3]
N_SAMPLES = 20_000


def test_two_samples_of_one_agenda_are_far_apart():
    rng = np.random.default_rng(0)
    p = rng.multinomial(10, AGENDA, N_SAMPLES) / 10
    q = rng.multinomial(72, AGENDA, N_SAMPLES) / 72
    distances = jensen_shannon_distance(p, q)
    assert distances.mean() == pytest.approx(0.44, abs=0.005)
    assert np.quantile(distances, 0.95) == pytest.approx(0.58, abs=0.005)


@pytest.mark.parametrize(
    ("p", "q", "expected_overlap", "expected_distance"),
    [
        ([0.5, 0.5, 0], [0.5, 0.5, 0], 100, 0),
        ([1, 0, 0], [0, 1, 0], 0, 1),
        ([0.5, 0.5, 0], [0.5, 0, 0.5], 50, np.sqrt(0.5)),
    ],
    ids=["identical", "disjoint", "half"],
)
def test_overlap_and_distance(p, q, expected_overlap, expected_distance):
    p, q = np.array(p), np.array(q)
    assert overlap(p, q) == pytest.approx(expected_overlap)
    assert jensen_shannon_distance(p, q) == pytest.approx(expected_distance, abs=1e-7)


def test_identical_agendas_are_at_distance_0():
    plan = [[A], [A, B], [C]] * 5
    row = agenda_distances(corpus({"p": plan, "q": plan})).iloc[0]
    assert (row["distance"], row["overlap"]) == (pytest.approx(0, abs=1e-7), 100)
    assert (row["distance_corrected"], row["overlap_upper"]) == (0, 100)
    assert row["p_value"] == 1
    assert not row["is_beyond_chance"]


@pytest.mark.parametrize("against", ["each", "rest"])
def test_disjoint_agendas_are_beyond_chance(against):
    tables = corpus({"p": [[A]] * 12, "q": [[B]] * 30})
    rows = agenda_distances(tables, against=against)
    assert rows["distance"].tolist() == pytest.approx([1.0] * len(rows))
    assert rows["is_beyond_chance"].all()
    assert (rows["distance_null_bound"] < 1).all()
    # No draw of the agendas moves a distance of 1: chance alone sets the upper bound.
    assert (rows["overlap_lower"] == 0).all()
    upper = 100 - rows["overlap_null_mean"]
    np.testing.assert_allclose(rows["overlap_upper"], upper, atol=1e-9)


@pytest.mark.parametrize("against", ["each", "rest"])
def test_null_holds_its_level_for_one_agenda(against):
    tables = sampled(24, 15, np.random.default_rng(3))
    with pytest.raises(ValueError, match="n_permutations: found 50"):
        agenda_distances(tables, n_permutations=50)
    rows = agenda_distances(tables, against=against, n_permutations=300)
    assert len(rows) == (24 * 23 / 2 if against == "each" else 24)
    assert (rows["p_value"] < 0.05).mean() < 0.15
    assert rows["distance_null_mean"].mean() == pytest.approx(
        rows["distance"].mean(), rel=0.15
    )


def test_distance_intervals_hold_the_truth():
    rng = np.random.default_rng(5)
    other = AGENDA[[1, 0, 2, 4, 3, 5, 6, 8, 7]]
    drawn = [rng.choice(9, size=30, p=p) for p in (AGENDA, other) for _ in range(12)]
    plans = {f"p{k:02d}": [[THEMES[t]] for t in row] for k, row in enumerate(drawn)}
    rows = agenda_distances(corpus(plans), n_permutations=300)
    is_across = (rows["group"] < "agency p12") & (rows["reference"] >= "agency p12")
    truth = jensen_shannon_distance(AGENDA, other)
    across = rows[is_across]
    lower, upper = (across[f"distance_corrected_{end}"] for end in ("lower", "upper"))
    assert ((lower <= truth) & (truth <= upper)).mean() > 0.85
    assert across["distance_corrected"].between(lower, upper).all()
    # Small samples add to a distance; without that it lies about the true one.
    assert across["distance"].mean() > truth + 0.05
    squares = across["distance_corrected"] ** 2
    assert squares.mean() == pytest.approx(truth**2, abs=0.02)
    share = overlap(AGENDA, other)
    held = (across["overlap_lower"] <= share) & (share <= across["overlap_upper"])
    assert held.mean() > 0.9


def test_too_many_groups_to_compare_each_with_each():
    tables = sampled(61, 3, np.random.default_rng(0))
    with pytest.raises(ValueError, match="61 groups, expected at most 60"):
        agenda_distances(tables)


def test_a_group_without_a_classified_task_has_no_distance():
    row = agenda_distances(corpus({"p": [[]], "q": [[A]]})).iloc[0]
    assert np.isnan(row["distance"])
    assert np.isnan(row["p_adjusted"])


PANEL = {
    "plans": {
        "p1": [[A]] * 10 + [[B]] * 10,
        "p2": [[A]] * 4 + [[B]] * 16,
        "p3": [[A]] * 2 + [[B]] * 18,
        "q1": [[A]] * 5,
    },
    "years": {"p1": 2021, "p2": 2022, "p3": 2024, "q1": 2021},
    "agencies": {"p1": "甲", "p2": "甲", "p3": "甲", "q1": "乙"},
}


def test_change_between_neighbouring_years_and_first_to_last():
    changes = share_change(corpus(**PANEL)).query("theme_id == @A")
    years = changes[["year_from", "year_to"]].to_numpy().tolist()
    assert years == [[2021, 2022], [2022, 2024], [2021, 2024]]
    assert changes["change"].tolist() == pytest.approx([-0.3, -0.1, -0.4])
    assert changes["is_adjacent"].tolist() == [True, True, False]
    assert changes["agency"].unique().tolist() == ["甲"]


def test_square_and_add_interval():
    # Newcombe (1998) combines intervals; 10/20 against 4/20 with Jeffreys' limits.
    row = share_change(corpus(**PANEL)).iloc[0]
    assert row["change_lower"] == pytest.approx(-0.536, abs=0.015)
    assert row["change_upper"] == pytest.approx(-0.004, abs=0.015)


def test_no_agency_with_two_years_gives_no_change():
    tables = corpus({"p": [[A]], "q": [[B]]}, years={"p": 2021, "q": 2022})
    assert share_change(tables).empty
    trend = panel_trend(tables)
    assert trend["n_agencies"].tolist() == [0] * 9
    assert trend["change_per_year"].isna().all()
    assert not trend["is_beyond_chance"].any()


def test_trend_is_within_agencies():
    # Agencies differ by level and begin in different years; each gains 0.1 a year.
    plans, years, agencies = {}, {}, {}
    for agency, (base, first) in enumerate([(1, 2020), (5, 2022), (3, 2021)]):
        for k in range(3):
            name = f"p{agency}{k}"
            plans[name] = [[A]] * (base + k) + [[B]] * (10 - base - k)
            years[name], agencies[name] = first + k, f"agency {agency}"
    trend = panel_trend(corpus(plans, years=years, agencies=agencies))
    trend = trend.set_index("theme_id")
    assert trend.loc[A, "change_per_year"] == pytest.approx(0.1)
    assert trend.loc[B, "change_per_year"] == pytest.approx(-0.1)
    assert trend.loc[A, "change_per_year_lower"] < 0.1
    assert trend.loc[A, "n_agencies"] == 3


WEIGHTS = pd.DataFrame(
    {
        "indicator": ["甲", "乙", "乙"],
        "indicator_weight": [3.0, 1.0, 1.0],
        "theme_id": [A, B, C],
        "theme_part": [1.0, 1.0, 0.5],
    }
)


HALVES = pd.DataFrame(
    {
        "indicator": ["甲", "乙"],
        "indicator_weight": 1.0,
        "theme_id": [A, B],
        "theme_part": 1.0,
    }
)


@pytest.mark.parametrize(
    ("interval", "ranks_under_any_weights"),
    [(0.95, [(1, 2), (1, 2)]), (0.4, [(1, 1), (2, 2)])],
)
def test_ranks_depend_on_tasks_and_on_weights(interval, ranks_under_any_weights):
    # p divides its tasks as the weights are, q has one indicator only. With the
    # weights (w, 1 - w) q comes first where w is above 3/4: in a quarter of cases.
    plans = {"p": [[A]] * 200 + [[B]] * 200, "q": [[A]] * 300, "r": [[C]] * 9}
    rows = index_ranks(corpus(plans), weights=HALVES, interval=interval)
    assert rows["agency"].tolist() == ["agency p", "agency q"]
    assert rows["value"].tolist() == pytest.approx([100.0, 50.0])
    assert rows["n_tasks"].tolist() == [400, 300]
    own = ["rank", "rank_lower", "rank_upper"]
    assert rows[own].to_numpy().tolist() == [[1, 1, 1], [2, 2, 2]]
    found = rows[["rank_any_lower", "rank_any_upper"]].to_numpy().tolist()
    assert [tuple(row) for row in found] == ranks_under_any_weights


def test_equal_scores_share_the_better_rank():
    plans = {"p": [[A], [B]], "q": [[A], [B]], "r": [[A], [A]]}
    rows = index_ranks(corpus(plans), weights=HALVES)
    assert rows["rank"].tolist() == [1, 1, 3]


@pytest.mark.parametrize(
    ("carried", "index"),
    [
        ([[A]] * 6 + [[B]] * 2, 100.0),
        ([[A]] * 8, 75.0),
        ([[B]] * 8, 25.0),
        ([[A]] * 4 + [[C]] * 8, 75.0),
        ([[A]] * 6 + [[B]] * 2 + [[THEMES[5]]] * 9, 100.0),
    ],
    ids=["as weighted", "one only", "the other", "half a theme", "no indicator"],
)
def test_weighted_index(carried, index):
    rows = weighted_index(corpus({"p": carried}), weights=WEIGHTS)
    row = rows.query("measure == 'weighted_index'").iloc[0]
    assert row["value"] == pytest.approx(index)
    assert row["value_lower"] <= row["value"] <= row["value_upper"] <= 100
    assert rows["value"].between(0, 100).all()


def test_an_index_leaves_out_tasks_without_an_indicator():
    carried = [[A]] * 6 + [[B]] * 2 + [[THEMES[5]]] * 9
    rows = weighted_index(corpus({"p": carried}), weights=WEIGHTS)
    columns = ["measure", "indicator", "weight", "n_tasks", "value", "value_lower"]
    columns += ["value_upper", "chance_value", "unit"]
    assert list(rows) == ["agency", *columns]
    assert set(rows["n_tasks"]) == {8}
    # Of eight tasks dealt by weights of 3/4 and 1/4, k are the first's.
    k = np.arange(9)
    chance = (binom(8, 0.75).pmf(k) * (100 - 100 * np.abs(k / 8 - 0.75))).sum()
    assert rows["chance_value"].dropna().tolist() == pytest.approx([chance], abs=1.5)


def test_shipped_weights_cover_the_published_indicators():
    weights = read_index_weights()
    assert set(weights["indicator"]) == {
        "决策公开",
        "管理服务公开",
        "执行和结果公开",
        "政务公开平台建设",
        "依申请公开",
    }
    assert weights.groupby("theme_id")["theme_part"].sum().unique().tolist() == [1.0]
    assert weights["note"].str.contains("示例|同上|各计一半|half").all()


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("indicator_weight", -1, "not above 0"),
        ("theme_part", 2, "not between 0 and 1"),
        ("theme_id", None, "an empty cell"),
        ("theme_id", B, "sum to more than 1"),
        ("indicator_weight", 2, "several weights"),
    ],
)
def test_weights_that_cannot_be_are_refused(tmp_path, column, value, message):
    weights = WEIGHTS.copy()
    weights.loc[2, column] = value
    weights.to_csv(tmp_path / "weights.csv", index=False)
    with pytest.raises(SchemaError, match=message):
        read_index_weights(tmp_path / "weights.csv")


def test_weights_for_an_unknown_theme_are_refused():
    weights = WEIGHTS.assign(theme_id=[A, B, "thema_2"])
    with pytest.raises(SchemaError, match="did you mean theme_"):
        weighted_index(corpus({"p": [[A]]}), weights=weights)
