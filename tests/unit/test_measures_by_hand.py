"""Measures written anew from the formulae of docs/measures.md, in plain numpy."""

from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
import pytest
from compare_cases import THEMES, corpus
from scipy.stats import beta, hypergeom, norm, t

from govopen_analytics.measures import (
    Confusion,
    agenda_distances,
    change_parts,
    corrected_shares,
    panel_trend,
    pooled_shares,
    share_change,
    theme_differences,
    theme_gaps,
    theme_shares,
)
from govopen_analytics.measures.counts import count_themes
from govopen_analytics.measures.intervals import plan_correlation
from govopen_analytics.measures.permutation import Units, sequential_p_values
from govopen_analytics.measures.resample import draw_shares

A, B, C = NAMES = THEMES[:3]
# Themes of each task of each plan; plans of 甲 and 乙 in up to three years.
PLANS = {
    "a1": [[A]] * 6 + [[A, B]] * 4 + [[C]] * 5,
    "a2": [[A]] * 3 + [[B]] * 7 + [[C, A]] * 3,
    "a3": [[B]] * 9 + [[A, C]] * 2,
    "b1": [[C]] * 6 + [[B]] * 2 + [[]] * 2,
    "b2": [[C]] * 4 + [[A]] * 4,
    "c1": [[A]] * 7 + [[B, C]] * 2,
}
YEARS = {"a1": 2020, "a2": 2021, "a3": 2023, "b1": 2020, "b2": 2021, "c1": 2021}
AGENCIES = {name: {"a": "甲", "b": "乙", "c": "丙"}[name[0]] for name in PLANS}


def tables(plans=PLANS, **own):
    given = {"years": YEARS, "agencies": AGENCIES, "themes": NAMES}
    return corpus(plans, **{**given, **own})


def weights(plan):
    """w: one row a task, 1/k for each of its k themes."""
    rows = np.zeros((len(plan), 3))
    for row, themes in zip(rows, plan, strict=True):
        for theme in themes:
            row[NAMES.index(theme)] = 1 / len(themes)
    return rows


W = {name: weights(plan) for name, plan in PLANS.items()}


def worth(parts, u=None):
    """p and m of a group with these plans, each weighing u (by tasks if left out)."""
    n = np.array([len(part) for part in parts])
    u = n / n.sum() if u is None else np.asarray(u)
    each = np.array([part.mean(axis=0) for part in parts])
    p, every = u @ each, np.concatenate(parts)
    s2 = (every**2).mean(axis=0) - every.mean(axis=0) ** 2
    apart = (u[:, None] ** 2 * (each - p) ** 2).sum(axis=0)
    chance = (u**2 / n).sum()
    due = s2 * ((u**2 * (1 - 2 * u) / n).sum() + (u**2).sum() * chance)
    effect = np.ones(3)
    if len(n) > 1:
        common = max(1, apart.sum() / due.sum())
        effect = (10 * common + (len(n) - 1) * apart / due) / (9 + len(n))
        effect = np.maximum(effect, 1)
    return p, p * (1 - p) / (s2 * chance * effect)


def bounds(p, m):
    beta_of = beta(m * p + 0.5, m * (1 - p) + 0.5)
    return beta_of.ppf(0.025), beta_of.ppf(0.975)


def arrays(rows, *names):
    return [rows[name].to_numpy(dtype=float) for name in names]


def of_agency(rows, agency):
    return rows.loc[rows["agency"] == agency]


@pytest.mark.parametrize(
    ("agency", "plans"), [("甲", "a1 a2 a3"), ("乙", "b1 b2"), ("丙", "c1")]
)
def test_shares_and_their_intervals(agency, plans):
    rows = of_agency(theme_shares(tables(), by="agency"), agency)
    p, m = worth([W[name] for name in plans.split()])
    found = arrays(rows, "share", "share_lower", "share_upper")
    np.testing.assert_allclose(found, [p, *bounds(p, m)])


def test_pooled_shares_count_agencies_as_the_units():
    agencies = [np.concatenate([W[p] for p in PLANS if p[0] == a]) for a in "bca"]
    rows = pooled_shares(tables())
    for name, u in (("share", None), ("group_share", [1 / 3] * 3)):
        p, m = worth(agencies, u)
        found = arrays(rows, name, f"{name}_lower", f"{name}_upper")
        np.testing.assert_allclose(found, [p, *bounds(p, m)])


def test_shares_corrected_for_errors_of_coding():
    counted = COUNTED
    found = theme_shares(
        tables(), by="agency", confusion=Confusion(np.array(NAMES), counted)
    )
    right = np.trace(counted) / counted.sum()
    true = counted.sum(axis=0) + 1
    prior = true * np.where(np.eye(4) == 1, right, (1 - right) / 3)
    n = counted.sum(axis=1) + 1
    a = (counted + prior / prior.sum(axis=1, keepdims=True)) / n[:, None]
    for agency, plans in (("甲", "a1 a2 a3"), ("乙", "b1 b2")):
        p, m = worth([W[name] for name in plans.split()])
        c = np.append(p, 1 - p.sum())
        q = (c @ a)[:3]
        variance = q * (1 - q) / m + (c**2 @ (a * (1 - a) / (n[:, None] + 1)))[:3]
        lower, upper = bounds(q, q * (1 - q) / variance)
        rows = of_agency(found, agency)
        np.testing.assert_allclose(rows["share_corrected"], q)
        np.testing.assert_allclose(rows["share_lower"], np.minimum(lower, p))
        np.testing.assert_allclose(rows["share_upper"], np.maximum(upper, p))


def test_differences_among_all_arrangements():
    plans = {"a1": [[A]] * 3 + [[A, B]], "b1": [[A], [B], [B]], "c1": [[B, C]] * 2}
    made = tables(plans)
    found = theme_differences(made, n_permutations=10_000)
    w = np.concatenate([weights(plan) for plan in plans.values()])

    def z(deal):
        rows = []
        for members in deal:
            n, p, q = len(members), w[list(members)].mean(axis=0), w.mean(axis=0)
            with np.errstate(divide="ignore", invalid="ignore"):
                kl = np.nan_to_num(p * np.log(p / q))
                kl += np.nan_to_num((1 - p) * np.log((1 - p) / (1 - q)))
            rows.append(np.sqrt(np.clip(2 * n * kl / (1 - n / len(w)), 0, None)))
        return np.array(rows)

    every, left = [], set(range(9))
    for first in combinations(range(9), 4):
        for second in combinations(sorted(left - set(first)), 3):
            third = sorted(left - set(first) - set(second))
            every.append(z((first, second, third)))
    every = np.round(every, 9)
    observed = np.round(z((range(4), range(4, 7), range(7, 9))), 9)

    def rarity(values):
        return (values[:, None] <= values).mean(axis=1)

    scores = [(every**2).sum(axis=1).round(8), every.max(axis=1)]
    rare = np.stack([[rarity(c) for c in score.T] for score in scores]).min(axis=0).T
    at = np.flatnonzero((every == observed).all(axis=(1, 2)))[0]
    p_value = (rare <= rare[at]).mean(axis=0)
    p_joint = (rare.min(axis=1)[:, None] <= rare[at]).mean(axis=0)
    np.testing.assert_allclose(found.items["p_value"], p_value, atol=0.015)
    np.testing.assert_allclose(found.items["p_adjusted"], p_joint, atol=0.015)
    cells = (every.max(axis=(1, 2))[:, None, None] >= observed).mean(axis=0)
    order = ["丙", "乙", "甲"]  # groups are sorted
    by_agency = dict(zip(("甲", "乙", "丙"), np.maximum(cells, p_joint), strict=True))
    expected = np.concatenate([by_agency[agency] for agency in order])
    assert found.cells["agency"].drop_duplicates().tolist() == order
    np.testing.assert_allclose(found.cells["p_adjusted"], expected, atol=0.015)


def test_gaps_and_their_bound():
    plans = {"a1": [[A]] * 8, "b1": [[A], [B], [C]] * 4, "c1": [[A]] * 5 + [[B]]}
    gaps = theme_gaps(tables(plans)).set_index(["agency", "theme_id"])
    n, k = np.array([8, 12, 6]), np.array([[8, 0, 0], [4, 4, 4], [5, 1, 0]])
    q = (k.sum(axis=0) - k) / (n.sum() - n)[:, None]
    chance = (1 - q) ** n[:, None]
    for agency, theme, value in (
        ("甲", B, chance[0, 1]),
        ("甲", C, chance[0, 2]),
        ("丙", C, chance[2, 2]),
    ):
        row = gaps.loc[(agency, theme)]
        assert row["chance_unobserved"] == pytest.approx(value)
        as_rare = chance[chance <= value + 1e-12]
        assert row["p_adjusted"] == pytest.approx(1 - np.prod(1 - as_rare))
        assert row["share_upper"] == pytest.approx(1 - 0.05 ** (1 / row["n_tasks"]))
    assert len(gaps) == 3


PANEL = [name for name in PLANS if name[0] in "ab"]


def test_change_a_year_within_agencies():
    w = [W[name] for name in PANEL]
    n = np.array([len(part) for part in w], dtype=float)
    year = np.array([YEARS[name] for name in PANEL], dtype=float)
    agency = np.array([name[0] == "b" for name in PANEL])
    p = np.array([part.mean(axis=0) for part in w])
    y, centred = year.copy(), p.copy()
    for own in (agency, ~agency):
        y[own] -= (n[own] @ year[own]) / n[own].sum()
        centred[own] -= (n[own] @ p[own]) / n[own].sum()
    lever = n * y
    squares = (lever * y).sum()
    slope = lever @ p / squares
    residual = centred - y[:, None] * slope
    every = np.concatenate(w)
    s2 = (every**2).mean(axis=0) - every.mean(axis=0) ** 2
    freedom = 5 - 2 - 1
    by_plan = (lever**2 @ residual**2) * 5 / freedom
    by_task = (lever**2 / n).sum() * s2
    reach = t.ppf(0.975, freedom) * np.sqrt(np.maximum(by_plan, by_task)) / squares
    rows = panel_trend(tables())
    names = [f"change_per_year{end}" for end in ("", "_lower", "_upper")]
    np.testing.assert_allclose(
        arrays(rows, *names), [slope, slope - reach, slope + reach], atol=1e-12
    )
    # 3! orders of 甲 times 2! of 乙, all equally likely.
    reached = np.zeros(3)
    orders_of_a = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
    for first in orders_of_a:
        for second in ((3, 4), (4, 3)):
            order = [*first, *second]
            m, x = n[order], year.copy()
            for own in (agency, ~agency):
                x[own] -= (m[own] @ year[own]) / m[own].sum()
            drawn = (m * x) @ p[order] / (m * x * x).sum()
            reached += np.abs(drawn) >= np.abs(slope) - 1e-9
    np.testing.assert_allclose(rows["p_value"], reached / 12, atol=0.03)
    assert rows["n_tasks"].tolist() == [57] * 3
    assert rows["state"].tolist() == ["cannot_be_answered"] * 3


def test_change_between_two_years():
    rows = share_change(tables())
    row = rows.query("agency == '甲' and theme_id == @B").iloc[0]
    sides = []
    for name in ("a1", "a2"):
        p, m = worth([W[name]])
        low, high = bounds(p, m)
        sides.append((p[1], low[1], high[1]))
    (p0, low0, high0), (p1, low1, high1) = sides
    assert row["change"] == pytest.approx(p1 - p0)
    below, above = np.hypot(p1 - low1, high0 - p0), np.hypot(high1 - p1, p0 - low0)
    assert row["change_lower"] == pytest.approx(p1 - p0 - below)
    assert row["change_upper"] == pytest.approx(p1 - p0 + above)
    assert (row["year_from"], row["year_to"], row["is_adjacent"]) == (2020, 2021, True)


COUNTED = np.array([[30, 4, 1, 0], [2, 20, 2, 1], [0, 3, 24, 0], [1, 0, 2, 1.0]])


def undone():
    """U and V: the inverse of how true themes are coded, and what is left unsure."""
    right = np.trace(COUNTED) / COUNTED.sum()
    coded = COUNTED.T + np.where(np.eye(4) == 1, right, (1 - right) / 3)
    n = coded.sum(axis=1)[:, None]
    u = np.linalg.inv(coded / n)
    return u, ((coded / n) @ u**2 - np.eye(4))[:, :3] / (n + 1)


def with_coding(p_value, d, unsure):
    """p of a difference d (themes, and none) whose errors of coding vary too."""
    leaked = d**2 @ unsure - d[:3] ** 2 * np.diag(unsure)
    z = norm.isf(p_value / 2)
    return 2 * norm.sf(z / np.sqrt(1 + z**2 * leaked / d[:3] ** 2))


def test_change_corrected_for_errors_of_coding():
    u, unsure = undone()
    plans = {"a1": [[A]] * 9 + [[A, B]] * 3 + [[C]] * 5 + [[]]}
    plans["a2"] = [[A]] * 7 + [[A, B]] * 2 + [[C]] * 4 + [[B]] * 3
    confusion = Confusion(np.array(NAMES), COUNTED)
    rows = share_change(tables(plans), confusion=confusion)
    w = [weights(plan) for plan in plans.values()]
    w = [np.column_stack([part, 1 - part.sum(axis=1)]) for part in w]
    p0, p1 = (part.mean(axis=0) for part in w)
    true0, true1 = p0 @ u, p1 @ u
    d = true1 - true0
    every = np.concatenate(w)
    stretch = ((every @ u).var(axis=0) / every.var(axis=0))[:3]
    low, high = zip(*(bounds(*worth([part[:, :3]])) for part in w), strict=True)
    below = (high[0] - p0[:3]) ** 2 + (p1[:3] - low[1]) ** 2
    above = (p0[:3] - low[0]) ** 2 + (high[1] - p1[:3]) ** 2
    coding, coded = 1.959964**2 * (d**2 @ unsure), (p1 - p0)[:3]
    lower = np.minimum(d[:3] - np.sqrt(stretch * below + coding), coded)
    upper = np.maximum(d[:3] + np.sqrt(stretch * above + coding), coded)
    names = [f"change{end}" for end in ("", "_corrected", "_lower", "_upper")]
    expected = [coded, d[:3], lower, upper]
    np.testing.assert_allclose(arrays(rows, *names), expected, rtol=1e-6)
    assert rows["has_coding_error"].all()
    # Both plans lie no further apart than tasks do: each counts, less for its errors.
    n0, n1 = np.rint(18 / stretch), np.rint(16 / stretch)
    x0, x1 = np.rint(n0 * true0[:3]), np.rint(n1 * true1[:3])
    exact = hypergeom(n0 + n1, x0 + x1, n0)
    p_value = np.minimum(1, 2 * np.minimum(exact.cdf(x0), exact.sf(x0 - 1)))
    np.testing.assert_allclose(rows["p_value"], with_coding(p_value, d, unsure))


def test_other_measures_of_change_corrected_for_errors_of_coding():
    u, _ = undone()
    confusion = Confusion(np.array(NAMES), COUNTED)
    true = {
        name: (w @ u[:3] + (1 - w.sum(axis=1))[:, None] * u[3]) for name, w in W.items()
    }
    plain, rows = (panel_trend(tables(), confusion=c) for c in (None, confusion))
    n = np.array([len(W[name]) for name in PANEL], dtype=float)
    year = np.array([YEARS[name] for name in PANEL], dtype=float)
    for own in (slice(0, 3), slice(3, 5)):
        year[own] -= n[own] @ year[own] / n[own].sum()
    lever = n * year / (n @ year**2)
    b = lever @ [true[name].mean(axis=0) for name in PANEL]
    np.testing.assert_allclose(rows["change_per_year_corrected"], b[:3])
    np.testing.assert_allclose(rows["change_per_year"], plain["change_per_year"])
    reach = rows["change_per_year_upper"] - rows["change_per_year_lower"]
    assert (
        reach > plain["change_per_year_upper"] - plain["change_per_year_lower"]
    ).all()
    assert rows["has_coding_error"].all()


def test_the_test_of_a_change_counts_alike_tasks_once():
    # Plans of 甲 are all A or all B: tasks of a plan are worth one, so 1 against 1.
    plans = {"a1": [[A]] * 9, "a2": [[B]] * 9, "a3": [[A]] * 9}
    rows = share_change(tables(plans))
    assert rows["p_value"].tolist() == [1.0] * len(rows)
    # Tasks that differ alike in both years are worth themselves.
    even = {"b1": [[A]] * 8 + [[B]] * 2, "b2": [[A]] * 2 + [[B]] * 8}
    even |= {f"a{k}": ([[A]] * 5 + [[B]] * 5) for k in (1, 2, 3)}
    row = share_change(tables(even)).query("agency == '甲'").iloc[0]
    assert row["p_value"] == 1.0
    one = share_change(tables({"c1": [[A]] * 4, "a1": [[A]] * 3, "a2": [[B]] * 3}))
    assert one["p_value"].iloc[0] == 1.0


def test_parts_of_a_change():
    every = change_parts(tables())
    pairs = every[["year_from", "year_to", "is_adjacent"]].to_numpy().tolist()[::3]
    assert pairs == [[2020, 2021, True], [2021, 2023, True], [2020, 2023, False]]
    rows = every.query("year_from == 2020 and year_to == 2021")
    n0, n1 = {"甲": 15, "乙": 10}, {"甲": 13, "乙": 8, "丙": 9}
    p0 = {"甲": W["a1"].mean(axis=0), "乙": W["b1"].mean(axis=0)}
    p1 = {"甲": W["a2"].mean(axis=0), "乙": W["b2"].mean(axis=0)}
    p1["丙"] = p0["丙"] = W["c1"].mean(axis=0)
    within, composition = np.zeros(3), np.zeros(3)
    for agency in n1:
        u0, u1 = n0.get(agency, 0) / 25, n1[agency] / 30
        within += (u0 + u1) / 2 * (p1[agency] - p0[agency])
        composition += (u1 - u0) * (p0[agency] + p1[agency]) / 2
    np.testing.assert_allclose(rows["change_within"], within, atol=1e-12)
    np.testing.assert_allclose(rows["change_of_composition"], composition, atol=1e-12)
    np.testing.assert_allclose(rows["change"], within + composition, atol=1e-12)
    assert rows["n_agencies_both"].tolist() == [2] * 3
    # What one task varies by, over its plan's tasks, with the design effect of plans.
    u, unsure = undone()
    w = np.concatenate(list(W.values()))
    w = np.column_stack([w, 1 - w.sum(axis=1)]) @ u
    counts = count_themes(tables(), by="agency")
    rho = plan_correlation(counts.cells(), 3)
    names = ["a1", "b1", "a2", "b2"]
    lever = np.array([-15 / 25 - 13 / 30, -10 / 25 - 8 / 30, 0, 0]) / 2
    lever[2:] = -lever[:2]
    n = np.array([len(W[name]) for name in names])
    tasks = (lever**2 * (1 + (n - 1) * rho) / n).sum() * w.var(axis=0)[:3]
    each = [W[name].mean(axis=0) for name in names]
    d = lever @ np.column_stack([each, 1 - np.sum(each, axis=1)]) @ u
    reach = 1.959964 * np.sqrt(tasks + d**2 @ unsure)
    found = change_parts(tables(), confusion=Confusion(np.array(NAMES), COUNTED))
    found = found.query("year_from == 2020 and year_to == 2021")
    lower = np.minimum(d[:3] - reach, within)
    np.testing.assert_allclose(found["change_within_lower"], lower, rtol=1e-6)
    upper = np.maximum(d[:3] + reach, within)
    np.testing.assert_allclose(found["change_within_upper"], upper, rtol=1e-6)


def test_distances_of_agendas_and_their_null():
    plans = {"a1": [[A]] * 4 + [[B], []], "c1": [[B]] * 3 + [[A]], "b1": [[]]}
    rows = agenda_distances(tables(plans), n_permutations=20_000)
    row = rows.query("group == '丙' and reference == '甲'").iloc[0]

    def distance(x, n=5, m=4, total=5):
        """√JSD with x of n tasks, and total - x of m, of theme A."""
        p, q = np.array([x / n, 1 - x / n]), np.array([total - x, m - total + x]) / m
        middle = (p + q) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            kl = [np.nansum(side * np.log2(side / middle)) for side in (p, q)]
        return np.sqrt(sum(kl) / 2), 100 - 50 * np.abs(p - q).sum()

    every = {x: distance(x) for x in range(1, 6)}
    chance = {x: comb(5, x) * comb(4, 5 - x) / comb(9, 5) for x in every}
    assert row["distance"] == pytest.approx(every[4][0])
    assert row["overlap"] == pytest.approx(every[4][1])
    for place, name in enumerate(("distance", "overlap")):
        mean = sum(chance[x] * every[x][place] for x in every)
        assert row[f"{name}_null_mean"] == pytest.approx(mean, abs=0.01 * 50**place)
    added = sum(chance[x] * every[x][0] ** 2 for x in every)
    corrected = np.sqrt(max(every[4][0] ** 2 - added, 0))
    assert row["distance_corrected"] == pytest.approx(corrected, abs=0.02)
    as_far = sum(chance[x] for x in every if every[x][0] >= every[4][0] - 1e-9)
    assert row["p_value"] == pytest.approx(as_far, abs=0.01)
    assert (row["n_tasks"], row["n_reference_tasks"]) == (4, 6)
    assert (row["n_classified"], row["n_reference_classified"]) == (4, 5)
    assert rows["p_value"].notna().sum() == 1


def test_shares_drawn_anew_lie_about_the_share():
    counts = count_themes(tables(), by="agency")
    rng = np.random.default_rng(0)
    drawn = np.concatenate([d for _, d in draw_shares(counts, n_draws=4000, rng=rng)])
    n = counts.n_tasks[:, None]
    middle = (counts.sums + 0.5) / (n + 1)
    np.testing.assert_allclose(drawn.mean(axis=2), middle, atol=0.02)
    # 丙 has one plan: of the whole tasks of A the draws follow Beta(7.5, 2.5).
    of_c = drawn[0, 0]
    assert of_c.std() == pytest.approx(beta(7.5, 2.5).std(), rel=0.05)
    assert np.quantile(of_c, 0.1) == pytest.approx(beta(7.5, 2.5).ppf(0.1), abs=0.015)
    # 甲 has three plans that differ: their weights are drawn as well.
    assert drawn[2, 1].std() > 1.3 * beta(18.5, 21.5).std()
    bare = next(draw_shares(counts, n_draws=50, rng=rng, is_smoothed=False))[1]
    assert bare[1, 1].min() > 0 and bare.sum(axis=1).max() <= 1 + 1e-9


def test_shares_corrected_by_a_sample():
    made = corpus({"p": [[A], [A], [B], [B]]}, themes=NAMES)
    ids = made["tasks"]["task_id"]
    sample = pd.DataFrame({"task_id": ids.iloc[[0, 2]], "sampling_share": 0.5})
    coded = made["theme_assignments"].iloc[[2]]  # the first was found to carry no theme
    row = corrected_shares(made, coded=coded, sample=sample).iloc[0]
    # A: 1 + (0 - 1) / .5, 1, 0, 0 with mean 0 and sum of squares 2.
    reach = 1.959964 * np.sqrt(2 / 3 / 4)
    assert row["share"] == 0.5
    names = [f"share_corrected{end}" for end in ("", "_lower", "_upper")]
    assert row[names].tolist() == pytest.approx([0, -reach, reach], abs=1e-6)
    one = corrected_shares(made, coded=coded, sample=sample.iloc[[1]]).iloc[1]
    assert (one["share_corrected"], one["n_sampled"]) == (0.5, 1)
    assert np.isnan(one["share_corrected_lower"])


def test_rearranged_tasks_are_as_many_as_asked_for():
    group = np.repeat([0, 1], [1500, 500])
    units = Units.of(group, group, np.arange(2000.0)[:, None])
    # 2,000 kinds of tasks by two groups: several batches.
    sizes = [len(n) for n, _ in units.rearranged(1200, np.random.default_rng(0))]
    assert (sum(sizes), len(sizes) > 1) == (1200, True)
    n, sums = next(units.rearranged(3, np.random.default_rng(0)))
    assert n.tolist() == [[1500, 500]] * 3
    assert sums.sum(axis=(1, 2)).tolist() == [1999000.0] * 3


def test_permutations_go_on_tenfold():
    asked = []

    def draw(test, n):
        asked.append(n)
        return 0

    def p_of(reached, drawn, level=0.001):
        asked.clear()
        return sequential_p_values(
            np.array([reached]), drawn, draw, lambda p: p, level=level
        ).tolist()

    # At most 2 / .001 permutations, though the first already find it.
    assert (p_of(0, 10), asked) == ([1 / 2001], [90, 900, 1000])
    assert (p_of(1, 100), asked) == ([2 / 2001], [900, 1000])
    assert (p_of(10, 100), asked) == ([11 / 101], [])
    assert (p_of(0, 3000), asked) == ([1 / 3001], [])
    # Not even 900 further ones that all stay below could make it .0001.
    assert (p_of(1, 100, level=0.0001), asked) == ([2 / 101], [])
