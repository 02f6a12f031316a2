from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from compare_cases import AGENDA, THEMES, corpus, panel_of, sampled
from scipy.stats import false_discovery_control

from govopen_analytics.measures import (
    Confusion,
    agenda_distances,
    change_parts,
    form_differences,
    gap_totals,
    panel_trend,
    pooled_shares,
    share_change,
    share_sensitivity,
    theme_differences,
    theme_gaps,
    theme_shares,
)
from govopen_analytics.measures.counts import count_themes
from govopen_analytics.measures.differences import deviations
from govopen_analytics.measures.families import adjusted, states
from govopen_analytics.measures.intervals import (
    Cells,
    competition_ranks,
    effective_tasks,
    plan_correlation,
    share_bounds,
    unseen_bound,
)
from govopen_analytics.measures.permutation import (
    Units,
    n_arrangements,
    sequential_p_values,
)
from govopen_analytics.measures.shares import (
    intraclass_correlation,
    shrunk_shares,
)

A, B, C = THEMES[:3]


# What is established


@pytest.mark.parametrize(
    ("p_adjusted", "answered", "state"),
    [
        (0.05, True, "established"),
        (0.050001, True, "worth_asking"),
        (0.20, True, "worth_asking"),
        (0.200001, True, "not_told_apart"),
        (0.01, False, "cannot_be_answered"),
        (np.nan, True, "cannot_be_answered"),
    ],
)
def test_states_follow_from_the_corrected_p_value(p_adjusted, answered, state):
    assert states(np.array([p_adjusted]), answered).tolist() == [state]


@pytest.mark.parametrize(
    ("family", "p_values", "expected"),
    [
        ("trends", [0.01, 0.04, 0.03, np.nan], [0.03, 0.06, 0.06, np.nan]),
        ("pairs", [0.01, 0.04, 0.03, np.nan], [0.03, 0.04, 0.04, np.nan]),
        ("gaps", [0.01, 0.04, 0.03, np.nan], [0.01, 0.04, 0.03, np.nan]),
        ("trends", [0.9, 0.8], [1.0, 1.0]),
        ("pairs", [np.nan], [np.nan]),
    ],
)
def test_families_are_corrected_each_in_its_way(family, p_values, expected):
    np.testing.assert_allclose(adjusted(np.array(p_values), family), expected)


# Rearrangements


@pytest.mark.parametrize(
    ("sizes", "ways"),
    [([2, 2], 3), ([4, 4], 35), ([1, 3], 4), ([1, 1, 1], 1), ([2, 3], 10)],
    ids=str,
)
def test_arrangements_that_differ(sizes, ways):
    assert n_arrangements(np.array(sizes)) == pytest.approx(ways)


def test_arrangements_beyond_a_float_are_infinite():
    assert n_arrangements(np.full(300, 30)) == np.inf


@pytest.mark.parametrize(
    ("plans", "kind", "n_units"),
    [([0, 0, 1, 1], "task", 4), ([0, 1, 2, 2], "plan", 3)],
    ids=["one plan each", "one has two"],
)
def test_plans_are_the_units_once_a_group_has_two(plans, kind, n_units):
    group = np.array([0, 0, 1, 1])
    units = Units.of(group, np.array(plans), np.eye(4))
    assert (units.kind, len(units.n)) == (kind, n_units)
    assert units.sums.sum() == 4
    for n, sums in units.rearranged(50, np.random.default_rng(0)):
        assert n.sum(axis=1).tolist() == [4] * 50
        np.testing.assert_array_equal(sums.sum(axis=(1, 2)), n.sum(axis=1))
        if kind == "plan":  # tasks of one plan stay together
            together = sums[:, :, 2] == sums[:, :, 3]
            assert together.all()


def test_permutations_go_on_where_they_could_change_what_is_found():
    rng = np.random.default_rng(0)
    true = np.array([1e-5] + [0.5] * 299)
    asked = np.zeros(300)

    def draw(k, n):
        asked[k] += n
        return rng.binomial(n, true[k])

    first = np.array([draw(k, 1000) for k in range(300)])
    p = sequential_p_values(first, 1000, draw, lambda p: adjusted(p, "agencies"))
    assert adjusted(p, "agencies")[0] <= 0.05
    assert asked[0] >= 10_000
    assert (asked[1:] == 1000).all()
    assert (p > 0).all()


# One interval for a share


def test_the_interval_of_whole_tasks_in_one_plan_is_jeffreys():
    cells = Cells(
        np.zeros(1, int), np.array([20.0]), np.array([[5.0]]), np.array([[5.0]])
    )
    share, worth = effective_tasks(cells, 1)
    assert (share[0, 0], worth[0, 0]) == (0.25, pytest.approx(20))
    low, high = share_bounds(share, worth, np.array([[20]]), interval=0.95)
    # Beta(5.5, 15.5): Brown, Cai & DasGupta (2001), table of Jeffreys' limits.
    assert (low[0, 0], high[0, 0]) == pytest.approx((0.1024, 0.4639), abs=5e-4)


def test_half_a_task_varies_less_than_a_whole_one():
    # 10 tasks of half a weight: the share .25 varies as 10 coins worth a half.
    squares = np.array([[2.5]])
    cells = Cells(np.zeros(1, int), np.array([20.0]), np.array([[5.0]]), squares)
    _, worth = effective_tasks(cells, 1)
    assert worth[0, 0] == pytest.approx(20 * 0.25 * 0.75 / (2.5 / 20 - 0.25**2))


def test_plans_that_differ_are_worth_fewer_tasks():
    def worth(counts):
        counts = np.array(counts, dtype=float)
        both = np.stack([counts, 10 - counts], axis=1)
        cells = Cells(np.zeros(4, int), np.full(4, 10.0), both, both)
        return effective_tasks(cells, 1)[1][0, 0]

    assert worth([5, 5, 5, 5]) == pytest.approx(40)
    # Design effect 400/100 of 4 cells: 3 + 10 degrees of freedom, both the same.
    assert worth([10, 10, 0, 0]) == pytest.approx(40 / (40 / 3), rel=1e-6)


def test_weights_may_be_equal_by_group():
    n, ones = np.array([10.0, 90.0]), np.array([[10.0], [0.0]])
    share, _ = effective_tasks(Cells(np.zeros(2, int), n, ones, ones), 1)
    assert share[0, 0] == pytest.approx(0.1)
    share, _ = effective_tasks(
        Cells(np.zeros(2, int), n, ones, ones), 1, equal_cells=True
    )
    assert share[0, 0] == pytest.approx(0.5)


@pytest.mark.parametrize(("n", "bound"), [(10, 0.2589), (23, 0.1221), (0, 1.0)])
def test_exact_bound_of_what_was_not_seen(n, bound):
    assert unseen_bound(np.array([n]))[0] == pytest.approx(bound, abs=5e-5)


def test_equal_shares_rank_the_same():
    third = 1 / 3
    values = np.array([0.1 + 0.2, 0.3, third, 0.0])
    assert competition_ranks(values).tolist() == [2, 2, 1, 4]
    shares = theme_shares(corpus({"p": [[A], [B]], "q": [[A]], "r": [[B], [A]]}))
    rank = shares.query("theme_id == @A").set_index("document_id")["share_rank"]
    assert rank.to_dict() == {"p": 2, "q": 1, "r": 2}


def test_other_agencies_move_no_interval():
    own = {"p": [[A], [A, B], [C]], "q": [[B], [A]]}
    both = {"p": "甲", "q": "甲"}
    alone = theme_shares(corpus(own, agencies=both), by="agency")
    more = corpus({**own, "r": [[C]] * 40}, agencies={**both, "r": "乙"})
    beside = theme_shares(more, by="agency").query("agency == '甲'")
    columns = ["theme_id", "share", "share_lower", "share_upper"]
    pd.testing.assert_frame_equal(
        alone[columns], beside[columns].reset_index(drop=True)
    )


def test_pooled_interval_does_not_drift_with_the_number_of_agencies():
    # 100 agencies of 10 tasks, 20 tasks of one theme: near a simple proportion.
    plans = {
        f"p{k}": [[A if k < 20 and t == 0 else B] for t in range(10)]
        for k in range(100)
    }
    row = pooled_shares(corpus(plans)).set_index("theme_id").loc[A]
    assert row["share"] == pytest.approx(0.02)
    assert (row["share_lower"], row["share_upper"]) == pytest.approx(
        (0.013, 0.030), abs=0.002
    )


@pytest.mark.parametrize(("n_plans", "n_tasks"), [(5, 10), (40, 10)])
def test_pooled_intervals_hold_the_truth_as_often_as_they_say(n_plans, n_tasks):
    rng = np.random.default_rng(n_plans)
    held = []
    for _ in range(40):
        rows = pooled_shares(sampled(n_plans, n_tasks, rng))
        held.append(rows["share_lower"].le(AGENDA) & rows["share_upper"].ge(AGENDA))
    assert 0.92 <= np.mean(held) <= 0.98


# Errors of coding


def miscoded(n, rng, share_wrong=0.1):
    """Return weights of one theme each, as coded and in truth, shape (n, 9)."""
    truth = rng.choice(9, size=n, p=AGENDA)
    wrong = rng.random(n) < share_wrong
    coded = np.where(wrong, 8, truth)
    return np.eye(9)[coded], np.eye(9)[truth]


def as_tables(weights):
    return corpus({"p": [[THEMES[t]] for t in weights.argmax(axis=1)]})


def test_intervals_hold_the_truth_although_one_code_in_ten_is_wrong():
    rng = np.random.default_rng(0)
    plain, held = [], []
    for _ in range(25):
        coded, _ = miscoded(1500, rng)
        machine, person = (
            np.hstack([w, np.zeros((300, 1))]) for w in miscoded(300, rng)
        )
        confusion = Confusion(np.array(THEMES), machine.T @ person)
        for found, with_it in ((plain, None), (held, confusion)):
            rows = theme_shares(as_tables(coded), confusion=with_it)
            found.append(
                rows["share_lower"].le(AGENDA) & rows["share_upper"].ge(AGENDA)
            )
    assert np.mean(plain, axis=0)[[0, 8]].max() < 0.5
    assert np.mean(held) > 0.92
    assert np.mean(held, axis=0).min() > 0.8


def test_a_confusion_is_counted_by_the_coders_theme():
    tables = corpus({"p": [[A], [A], [B], [A, B], []]})
    people = corpus({"p": [[A], [B], [B], [A], [A]]})["theme_assignments"]
    found = Confusion.of_sample(
        tables["tasks"], tables["theme_assignments"], people, tables["themes"]
    )
    assert found.tasks[:2, :2].tolist() == [[1.5, 1.0], [0.5, 1.0]]
    assert found.tasks[9, 0] == 1
    assert found.tasks.sum() == 5


def test_intervals_say_what_they_hold():
    tables = corpus({"p": [[A]] * 6 + [[B]] * 4})
    right = Confusion(np.array(THEMES), 18 * np.eye(10) + 0.2)
    rows = theme_shares(tables, confusion=right).set_index("theme_id")
    plain = theme_shares(tables).set_index("theme_id")
    assert rows["has_coding_error"].to_dict() == {t: t in (A, B) for t in THEMES}
    assert not plain["has_coding_error"].any()
    assert rows.loc[A, "share"] == 0.6
    assert rows.loc[A, "share_corrected"] == pytest.approx(0.6 * 0.9 + 0.01, abs=0.01)
    width = rows["share_upper"] - rows["share_lower"]
    assert width[A] > (plain["share_upper"] - plain["share_lower"])[A]
    assert rows.loc[C, "share_upper"] == pytest.approx(unseen_bound(10))
    assert pooled_shares(tables, confusion=right)["has_coding_error"].all()


def test_a_confusion_by_hand():
    # Coder says A for 8 true A and 2 true B, B for 10 true B: 18 of 20 right.
    tasks = np.array([[8.0, 2, 0], [0, 10, 0], [0, 0, 0]])
    found = Confusion(np.array([A, B]), tasks)
    # One more task a row, by Bayes: right .9, else .05 each; true by 9 13 1 of 23.
    prior_a = np.array([0.9 * 9, 0.05 * 13]) / (0.9 * 9 + 0.05 * 13 + 0.05)
    prior_b = np.array([0.05 * 9, 0.9 * 13]) / (0.05 * 9 + 0.9 * 13 + 0.05)
    as_a = (np.array([8, 2]) + prior_a) / 11
    as_b = (np.array([0, 10]) + prior_b) / 11
    themes = np.array([A, B])
    shares = found.true_shares(np.array([[1.0, 0, 0], [0.5, 0.5, 0]]), themes)
    np.testing.assert_allclose(shares, [as_a, (as_a + as_b) / 2])
    variance = found.variance(np.array([[1.0, 0, 0]]), themes)
    np.testing.assert_allclose(variance, [as_a * (1 - as_a) / 12])


def test_a_build_keeps_the_confusion_of_its_codebook():
    tables = corpus({"p": [[A], [A], [B]]}, themes=[A, B])
    found = replace(
        Confusion.of_sample(
            tables["tasks"],
            tables["theme_assignments"],
            corpus({"p": [[A], [B], []]})["theme_assignments"],
            tables["themes"],
        ),
        coder="combined",
    )
    table = found.table("1")
    assert len(table) == 9
    cells = table.set_index(["coder_theme_id", "reference_theme_id"])["n_fractional"]
    assert (cells[A, B], cells[B, "unclassified"], cells[B, A]) == (1, 1, 0)
    again = Confusion.of_tables({**tables, "coding_errors": table})
    assert again.coder == "combined"
    np.testing.assert_array_equal(again.tasks, found.tasks)
    others = {"themes": corpus({}, themes=[A, C])["themes"], "coding_errors": table}
    assert Confusion.of_tables(others) is None
    assert Confusion.of_tables(tables) is None


def test_sets_of_themes_that_agree_hold_no_confusion():
    tables = corpus({"p": [[A, B], [A, B]]}, themes=[A, B])
    people = corpus({"p": [[B, A], [A]]})["theme_assignments"]
    found = Confusion.of_sample(
        tables["tasks"], tables["theme_assignments"], people, tables["themes"]
    )
    assert found.tasks.tolist() == [[1, 0, 0], [0.5, 0.5, 0], [0, 0, 0]]


def test_what_people_coded_holds_no_error_of_the_machine():
    tables = corpus({"p": [[A]] * 6 + [[B]] * 4, "q": [[A]] * 6 + [[B]] * 4})
    rows = tables["theme_assignments"]
    rows["coder"] = np.where(rows["task_id"].str.startswith("p"), "combined", "赵")
    wrong = Confusion(np.array(THEMES), 9 * np.eye(10) + 1, "combined")
    found = theme_shares(tables, confusion=wrong)
    plain = theme_shares(tables)
    is_p = found["document_id"] == "p"
    assert found.loc[is_p & found["is_observed"], "has_coding_error"].all()
    assert not found.loc[~is_p, "has_coding_error"].any()
    bounds = ["share_lower", "share_upper", "share"]
    pd.testing.assert_frame_equal(found.loc[~is_p, bounds], plain.loc[~is_p, bounds])
    by_machine = found.loc[is_p].set_index("theme_id")["share_corrected"]
    whole = pooled_shares(tables, by="document_id", confusion=wrong)
    both = theme_shares(tables, by=(), confusion=wrong).set_index("theme_id")
    expected = (by_machine[A] + 0.6) / 2
    assert both.loc[A, "share_corrected"] == pytest.approx(expected)
    assert whole["has_coding_error"].all()


def test_a_coder_checked_without_end_leaves_sampling_alone():
    tables = corpus({"p": [[A]] * 6 + [[B]] * 4})
    sure = Confusion(np.array(THEMES), 1e9 * np.eye(10))
    rows, plain = (theme_shares(tables, confusion=c) for c in (sure, None))
    bounds = ["share_lower", "share_upper"]
    np.testing.assert_allclose(rows[bounds], plain[bounds], atol=1e-6)


# Differences between agencies


def test_deviations_by_hand():
    # 3 and 1 of 10 tasks against 4 of 20: 2 n KL / (1 - n / N), signed roots.
    found = deviations(np.array([10.0, 10.0]), np.array([[3.0], [1.0]]))
    above = 2 * 10 * (0.3 * np.log(1.5) + 0.7 * np.log(0.875)) / 0.5
    below = 2 * 10 * (0.1 * np.log(0.5) + 0.9 * np.log(1.125)) / 0.5
    assert found[:, 0].tolist() == pytest.approx([np.sqrt(above), -np.sqrt(below)])
    nobody = deviations(np.array([10.0, 10.0]), np.array([[0.0], [0.0]]))
    assert nobody.tolist() == [[0], [0]]


def test_one_agenda_gives_few_false_claims():
    claims = 0
    for seed in range(40):
        tables = sampled(8, 15, np.random.default_rng(seed))
        found = theme_differences(tables, n_permutations=200, seed=seed)
        assert (
            found.cells["p_adjusted"] >= np.tile(found.items["p_adjusted"], 8)
        ).all()
        claims += (found.items["state"] == "established").any()
    assert claims <= 6  # 2 expected


def test_an_agency_that_differs_is_named_with_its_direction():
    rng = np.random.default_rng(0)
    tables = sampled(30, 23, rng)
    odd = tables["tasks"]["document_id"] == "p0007"
    task_ids = tables["tasks"].loc[odd, "task_id"]
    rows = tables["theme_assignments"]
    rows.loc[rows["task_id"].isin(task_ids), "theme_id"] = THEMES[8]
    found = theme_differences(tables)
    items = found.items.set_index("theme_id")
    assert items.loc[THEMES[8], "state"] == "established"
    assert (items["test_unit"] == "task").all()
    named = found.cells[found.cells["state"] == "established"]
    assert "agency p0007" in set(named["agency"])
    assert set(named["agency"]) == {"agency p0007"}
    assert named.set_index("theme_id").loc[THEMES[8], "is_higher"]
    assert named.loc[named["theme_id"] != THEMES[8], "is_higher"].eq(False).all()


def test_an_agency_that_differs_is_found_among_sixty_themes():
    themes = [f"theme_{k}" for k in range(60)]
    drawn = np.random.default_rng(0).integers(60, size=(6, 120))
    plans = {f"p{k}": [[themes[t]] for t in row] for k, row in enumerate(drawn)}
    plans["p0"][:40] = [[themes[59]]] * 40
    found = theme_differences(corpus(plans, themes=themes), n_permutations=200)
    items = found.items.set_index("theme_id")
    assert items.loc[themes[59], "state"] == "established"
    # With 200 rearrangements, not 80 a theme, it would be 0.28 at best.
    assert items.loc[themes[59], "p_adjusted"] < 0.03


def test_one_group_or_few_plans_cannot_be_answered():
    alone = theme_differences(corpus({"p": [[A], [B]]}))
    assert set(alone.items["state"]) == {"cannot_be_answered"}
    four = corpus(
        {"p": [[A]] * 9, "q": [[A]] * 9, "r": [[B]] * 9, "s": [[B]] * 9},
        agencies={"p": "甲", "q": "甲", "r": "乙", "s": "乙"},
    )
    found = theme_differences(four)
    assert set(found.items["test_unit"]) == {"plan"}
    assert set(found.items["state"]) == {"cannot_be_answered"}
    assert set(found.cells["state"]) == {"cannot_be_answered"}


def test_form_that_differs_is_found():
    tables = corpus({"p": [[A]] * 12, "q": [[A]] * 12, "r": [[A]] * 12})
    ids = tables["tasks"]["task_id"]
    flags = pd.DataFrame(
        {
            "task_id": ids,
            "has_lead_unit": ids.str.startswith("p"),
            "has_quantity": np.arange(36) % 3 == 0,
        }
    )
    found = form_differences(tables, flags)
    assert found.items["state"].tolist() == ["established", "not_told_apart"]
    cell = found.cells.query("agency == 'agency p' and flag == 'has_lead_unit'")
    assert cell["share"].item() == 1
    assert cell["whole_share"].item() == pytest.approx(1 / 3)


def test_one_outlier_among_three_hundred_is_found():
    tables = sampled(300, 12, np.random.default_rng(1))
    ids = tables["tasks"].loc[tables["tasks"]["document_id"] == "p0042", "task_id"]
    rows = tables["theme_assignments"]
    rows.loc[rows["task_id"].isin(ids), "theme_id"] = THEMES[8]
    distances = agenda_distances(tables, against="rest", n_permutations=300)
    found = distances.loc[distances["is_beyond_chance"], "group"].tolist()
    assert found == ["agency p0042"]


def test_pairs_of_agencies_with_two_plans_each_cannot_be_told_apart():
    plans = {f"{a}{k}": [[A if a == "p" else B]] * 9 for a in "pq" for k in range(2)}
    tables = corpus(plans, agencies={k: k[0] for k in plans})
    row = agenda_distances(tables).iloc[0]
    assert (row["test_unit"], row["state"]) == ("plan", "cannot_be_answered")
    assert not row["is_beyond_chance"]
    plans = {f"{a}{k}": [[A if a == "p" else B]] * 9 for a in "pq" for k in range(4)}
    tables = corpus(plans, agencies={k: k[0] for k in plans})
    row = agenda_distances(tables).iloc[0]
    assert (row["test_unit"], row["state"]) == ("plan", "established")
    assert row["p_value"] == pytest.approx(2 / 70, abs=0.015)


# Gaps


def test_gaps_are_judged_among_all_groups_and_themes():
    tables = corpus({"p": [[A]] * 10, "q": [[A]] * 60 + [[B]] * 40}, themes=[A, B])
    gaps = theme_gaps(tables)
    chance = 0.6**10
    # Cells: p-A 0.4^10, p-B 0.6^10, q-A 0, q-B 1 (nobody else touches it).
    assert gaps["chance_unobserved"].item() == pytest.approx(chance)
    assert gaps["p_adjusted"].item() == pytest.approx(
        1 - (1 - chance) * (1 - 0.4**10), rel=1e-6
    )
    assert gaps["state"].item() == "established"


def test_one_task_elsewhere_is_enough_for_a_chance():
    gaps = theme_gaps(corpus({"p": [[A]] * 3, "q": [[B]]}, themes=[A, B]))
    of_p = gaps.query("agency == 'agency p'").iloc[0]
    assert (of_p["touching_share_elsewhere"], of_p["chance_unobserved"]) == (1, 0)


def test_intraclass_correlation_by_the_analysis_of_variance():
    groups = [[1, 1], [1, 0, 0, 0.5], [1, 1, 0.5, 0, 1, 1]]
    themes = {0: [B], 0.5: [A, B], 1: [A]}
    plans = {f"p{k}": [themes[x] for x in g] for k, g in enumerate(groups)}
    counts = count_themes(corpus(plans, themes=[A, B]))
    values = [np.array(g, dtype=float) for g in groups]
    mean, n = np.concatenate(values).mean(), np.array([2.0, 4.0, 6.0])
    # Donner (1986): mean squares between and within, and the typical group.
    between = sum(len(v) * (v.mean() - mean) ** 2 for v in values) / 2
    within = sum(((v - v.mean()) ** 2).sum() for v in values) / 9
    typical = (12 - (n**2).sum() / 12) / 2
    expected = (between - within) / (between + (typical - 1) * within)
    # Both themes vary alike, so their sum has the ratio of each.
    assert intraclass_correlation(counts) == pytest.approx(expected)
    share = np.array([v.mean() for v in values])
    prior = (1 - expected) / expected
    shrunk = (n * share + prior * mean) / (n + prior)
    assert shrunk_shares(counts)[:, 0].tolist() == pytest.approx(shrunk.tolist())


def test_spread_between_groups_beyond_chance():
    row = pooled_shares(corpus({"p": [[A]] * 10, "q": [[B]] * 90})).iloc[0]
    # All tasks of a group are alike: correlation 1, so sqrt(.1 * .9).
    assert row["between_groups_sd"] == pytest.approx(0.3)


def test_number_of_gaps_that_equal_agendas_leave():
    tables = corpus({"p": [[A]] * 2, "q": [[A], [B]]}, themes=[A, B])
    totals = gap_totals(tables)
    # B: the one task falls to either side with chance 1/2, so one gap is sure; of
    # three A tasks two fall to one side at most.
    assert totals == {
        "n_cells": 4,
        "n_unobserved": 1,
        "n_expected": pytest.approx(1.0),
        "p_value": pytest.approx(0.75),
    }


# Change


def test_a_steady_change_is_established_and_its_interval_holds_it():
    tables = panel_of(12, 3, 30, np.random.default_rng(1), slope=0.12)
    row = panel_trend(tables).set_index("theme_id").loc[A]
    assert row["state"] == "established"
    assert row["change_per_year_lower"] < 0.12 < row["change_per_year_upper"]
    assert 0.10 < row["change_per_year"] < 0.14
    # Twelve agencies of three years: residuals of 23 degrees of freedom.
    width = row["change_per_year_upper"] - row["change_per_year_lower"]
    assert width == pytest.approx(0.062, abs=0.02)
    # None of 19 orders reaches it, and the data are one order more.
    few = panel_trend(tables, n_permutations=19).set_index("theme_id")
    assert few.loc[A, "p_value"] == 1 / 20


@pytest.mark.parametrize(
    ("n_agencies", "n_years", "state"),
    [(2, 2, "cannot_be_answered"), (8, 2, "cannot_be_answered"), (9, 2, "established")],
    ids=str,
)
def test_trends_of_few_plans_cannot_be_answered(n_agencies, n_years, state):
    plans, years, agencies = {}, {}, {}
    for a in range(n_agencies):
        for year in range(n_years):
            name = f"p{a}{year}"
            plans[name] = [[A if year else B]] * 10
            years[name], agencies[name] = 2020 + year, f"agency {a}"
    trend = panel_trend(corpus(plans, years=years, agencies=agencies))
    assert trend.set_index("theme_id").loc[A, "state"] == state


def test_plans_that_vary_give_few_false_trends():
    claims = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        tables = panel_of(6, 4, 25, rng, slope=0, concentration=60)
        claims += panel_trend(tables, n_permutations=300)["is_beyond_chance"].any()
    assert claims <= 6  # 2 expected


def test_changes_are_corrected_over_agencies_and_themes():
    tables = panel_of(10, 2, 40, np.random.default_rng(3), slope=0)
    rows = share_change(tables)
    expected = false_discovery_control(rows["p_value"])
    np.testing.assert_allclose(rows["p_adjusted"], expected)
    assert not rows["is_beyond_chance"].any()
    first = rows.iloc[0]
    n, x = 40, np.rint(40 * np.array([first["share_from"], first["share_to"]]))
    assert first["p_value"] == pytest.approx(_doubled_fisher(*x, n), rel=1e-9)


def _doubled_fisher(x, y, n):
    from math import comb

    x, y = int(x), int(y)
    ways = [comb(n, k) * comb(n, x + y - k) for k in range(x + y + 1)]
    low = sum(ways[: x + 1]) / sum(ways)
    high = sum(ways[x:]) / sum(ways)
    return min(1, 2 * min(low, high))


def test_correlation_of_tasks_within_plans():
    # Four plans of one agency, all A or all B: tasks of a plan are all alike.
    alike = np.array([[9.0, 0], [9, 0], [0, 9], [0, 9]])
    cells = Cells(np.zeros(4, int), np.full(4, 9.0), alike, alike)
    assert plan_correlation(cells, 1) == 1
    even = np.array([[4.0, 4], [4, 4]])
    cells = Cells(np.zeros(2, int), np.full(2, 8.0), even, even)
    assert plan_correlation(cells, 1) == 0
    one_each = Cells(np.arange(2), np.full(2, 9.0), alike[1:3], alike[1:3])
    assert plan_correlation(one_each, 2) == 0


def test_change_is_split_into_agencies_and_composition():
    # Both agencies stay as they are; the second year has more of 乙.
    stays = corpus(
        {
            "a1": [[A]] * 10,
            "b1": [[B]] * 10,
            "a2": [[A]] * 10,
            "b2": [[B]] * 30,
        },
        agencies={"a1": "甲", "a2": "甲", "b1": "乙", "b2": "乙"},
        years={"a1": 2020, "b1": 2020, "a2": 2021, "b2": 2021},
    )
    row = change_parts(stays).set_index("theme_id").loc[A]
    assert (row["change"], row["change_within"]) == (pytest.approx(-0.25), 0)
    assert row["change_of_composition"] == pytest.approx(-0.25)
    # 甲 moves from A to B; 丙 comes in with the second year.
    moves = corpus(
        {"a1": [[A]] * 10, "a2": [[B]] * 10, "c2": [[A]] * 10},
        agencies={"a1": "甲", "a2": "甲", "c2": "丙"},
        years={"a1": 2020, "a2": 2021, "c2": 2021},
    )
    row = change_parts(moves).set_index("theme_id").loc[A]
    assert row["change"] == pytest.approx(-0.5)
    assert row["change_within"] == pytest.approx(-0.75)
    assert row["change_of_composition"] == pytest.approx(0.25)
    assert row["n_agencies_both"] == 1


def test_one_year_has_no_parts_of_change():
    none = change_parts(corpus({"p": [[A]]}))
    two = corpus(
        {"p": [[A]], "q": [[A]]},
        agencies={"p": "甲", "q": "甲"},
        years={"p": 2020, "q": 2021},
    )
    assert none.empty and list(none) == list(change_parts(two))


# Sensitivity


def test_shares_by_coder_and_by_how_finely_plans_are_cut():
    tables = corpus({"p": [[A, B], [A], [A], []], "q": [[B], [A, C]]})
    tasks = tables["tasks"].assign(title=["x", "x", "y", "z", "v", "w"])
    rows = tables["theme_assignments"]
    found = share_sensitivity(
        tables.with_tables(tasks=tasks),
        {"both": rows, "first": rows[rows["rank"] == 1]},
        n_permutations=100,
    )
    assert found.index.tolist() == list(range(2 * 3 * 9))
    a = found[found["theme_id"] == A].set_index(["coder", "cut"])
    assert a["n_tasks"].to_dict() == {
        ("both", "tasks"): 6,
        ("both", "titles"): 5,
        ("both", "themes"): 8,
        ("first", "tasks"): 6,
        ("first", "titles"): 5,
        ("first", "themes"): 6,
    }
    # Titles: x (A and B, 1/2), y (A), z (none), v (B), w (A and C, 1/2).
    assert a["share"].to_dict() == pytest.approx(
        {
            ("both", "tasks"): 3 / 6,
            ("both", "titles"): 2 / 5,
            ("both", "themes"): 4 / 8,
            ("first", "tasks"): 4 / 6,
            ("first", "titles"): 3 / 5,
            ("first", "themes"): 4 / 6,
        }
    )
    assert (a["share_rank"] == 1).all()
    # Six tasks can be dealt in 15 ways, eight in 56: only these could be found.
    assert a.loc[("both", "tasks"), "state"] == "cannot_be_answered"
    assert a.loc[("both", "themes"), "state"] == "not_told_apart"
