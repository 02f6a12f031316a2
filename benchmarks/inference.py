"""Measure how often intervals hold the truth and how often claims are false.

Every figure of docs/measures.md, "What was measured", is a line of this script's
output. One core, about ten minutes: ``python benchmarks/inference.py``; name parts
to run some only, and ``--reports`` for another number of simulated reports.
"""

import argparse
import time
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from govopen_analytics.base.tables import Tables
from govopen_analytics.measures import (
    Confusion,
    agenda_distances,
    panel_trend,
    pooled_shares,
    share_change,
    theme_differences,
    theme_shares,
)
from govopen_analytics.measures.intervals import jeffreys_interval

AGENDA = np.array([27, 15, 15, 10, 10, 9, 7, 5, 2]) / 100
THEMES = [f"theme_{k}" for k in range(9)]
MIXED = (10, 15, 16, 23, 72)
MANY = [5, 30, 100, 300]


def simulated(
    sizes: list[int],
    rng: np.random.Generator,
    *,
    n_plans: int = 1,
    concentration: float | None = None,
    other: dict[int, np.ndarray] | None = None,
) -> Tables:
    """Return plans of agencies of one agenda, but for those in `other`."""
    names, carried = [], []
    for agency, size in enumerate(sizes):
        for year in range(n_plans):
            agenda = (other or {}).get(agency, AGENDA)
            if concentration is not None:
                agenda = rng.dirichlet(np.maximum(agenda, 1e-6) * concentration)
            names.append((f"p{agency:03d}_{year}", f"a{agency:03d}", 2020 + year))
            carried.append(rng.choice(9, size=size, p=agenda))
    return as_tables(names, carried)


def as_tables(names: list[tuple[str, str, int]], carried: list[np.ndarray]) -> Tables:
    """Return tables of plans: their names, agencies and years, and tasks' themes."""
    documents = pd.DataFrame(names, columns=["document_id", "agency", "year"])
    sizes = [len(themes) for themes in carried]
    tasks = pd.DataFrame({"document_id": documents["document_id"].repeat(sizes)})
    tasks = tasks.reset_index(drop=True)
    tasks["task_id"] = np.arange(len(tasks)).astype(str)
    assignments = pd.DataFrame(
        {
            "task_id": tasks["task_id"],
            "theme_id": np.array(THEMES)[np.concatenate(carried)],
            "coder": "simulated",
            "rank": 1,
        }
    )
    themes = pd.DataFrame({"theme_id": THEMES})
    return Tables.of(
        {
            "tasks": tasks,
            "theme_assignments": assignments,
            "documents": documents,
            "themes": themes,
        }
    )


def mixed(n: int) -> list[int]:
    """Return n sizes of plans, as in the shipped corpus."""
    return [MIXED[k % 5] for k in range(n)]


def raised(difference: float, theme: int = 1) -> np.ndarray:
    """Return the agenda with one theme raised and the others lowered in proportion."""
    agenda = AGENDA.copy()
    rest = 1 - agenda[theme]
    agenda *= (rest - difference) / rest
    agenda[theme] = AGENDA[theme] + difference
    return agenda


def pooled(reports: int, rng: np.random.Generator) -> Iterator[str]:
    """Coverage of the pooled share."""
    for name, sizes in (
        ("5 x 10", [10] * 5),
        ("30 x 10", [10] * 30),
        ("100 x 10", [10] * 100),
        ("30 mixed", mixed(30)),
        ("300 mixed", mixed(300)),
    ):
        n = reports if len(sizes) <= 100 else reports // 2
        held = np.zeros(9)
        for _ in range(n):
            rows = pooled_shares(simulated(sizes, rng))
            lower, upper = rows["share_lower"], rows["share_upper"]
            held += lower.le(AGENDA + 1e-12) & upper.ge(AGENDA - 1e-12)
        held /= n
        yield f"pooled {name}: mean {held.mean():.3f}, worst {held.min():.3f}, n {n}"


def single(reports: int, rng: np.random.Generator) -> Iterator[str]:
    """Coverage of the share of one agency, one plan or several that vary."""
    for name, size, n_plans, concentration in (
        ("one plan of 10", 10, 1, None),
        ("one plan of 23", 23, 1, None),
        ("one plan of 72", 72, 1, None),
        ("3 plans of 23 that vary (Dirichlet 60)", 23, 3, 60.0),
    ):
        held = []
        for _ in range(reports // 10):
            tables = simulated(
                [size] * 20, rng, n_plans=n_plans, concentration=concentration
            )
            rows = theme_shares(tables, by="agency")
            truth = np.tile(AGENDA, 20)
            held.append(rows["share_lower"].le(truth) & rows["share_upper"].ge(truth))
        yield f"share, {name}: {np.mean(held):.3f}, n {20 * len(held)} agencies"


def claimed(
    reports: int,
    rng: np.random.Generator,
    what: str,
    is_claimed: Callable[[Tables, int], bool],
) -> Iterator[str]:
    """Count reports with a false claim under one agenda."""
    for n_agencies in MANY:
        n_false = 0
        for _ in range(reports):
            tables = simulated(mixed(n_agencies), rng)
            n_false += is_claimed(tables, int(rng.integers(2**31)))
        n = np.array([reports])
        lower, upper = jeffreys_interval(np.array([n_false]), n, interval=0.95)
        yield (
            f"false claims on {what}, {n_agencies} agencies: {n_false / reports:.3f} "
            f"({lower[0]:.3f} to {upper[0]:.3f}), {n_false} of {reports}"
        )


def false_names(reports: int, rng: np.random.Generator) -> Iterator[str]:
    """Reports that claim a difference or name an agency, under one agenda."""

    # Of nine themes and two statistics each, up to 18 rearrangements are the rarest of
    # one: with 200 of them no corrected p-value is below 18 / 201, too much for a find.
    def is_claimed(tables: Tables, seed: int) -> bool:
        rows = theme_differences(tables, n_permutations=1000, seed=seed)
        both = pd.concat([rows.items["state"], rows.cells["state"]])
        return bool(both.eq("established").any())

    return claimed(reports, rng, "themes and names", is_claimed)


def false_rest(reports: int, rng: np.random.Generator) -> Iterator[str]:
    """Reports that set an agency apart from the rest under one agenda."""

    # These go on where more could change what is found, so few and many reports do.
    def is_claimed(tables: Tables, seed: int) -> bool:
        options = {"against": "rest", "n_permutations": 200, "seed": seed}
        return bool(agenda_distances(tables, **options)["is_beyond_chance"].any())

    return claimed(reports, rng, "agencies against the rest", is_claimed)


def outlier(reports: int, rng: np.random.Generator) -> Iterator[str]:
    """One agency whose tasks are all in another theme."""
    for n_agencies in (51, 300):
        n, found, named = max(reports // 20, 5), 0, 0
        for _ in range(n):
            tables = simulated(mixed(n_agencies), rng, other={3: np.eye(9)[8]})
            distances = agenda_distances(tables, against="rest")
            hits = distances.loc[distances["is_beyond_chance"], "group"]
            found += "a003" in set(hits)
            cells = theme_differences(tables, n_permutations=1000).cells
            hits = cells.loc[cells["state"] == "established", "agency"]
            named += "a003" in set(hits)
        yield (
            f"outlier among {n_agencies}: found {found / n:.2f}, "
            f"named in a theme {named / n:.2f}, n {n}"
        )


def power(reports: int, rng: np.random.Generator) -> Iterator[str]:
    """Smallest difference found in 80 % of reports, 30 agencies of 23 tasks."""
    n = max(reports // 4, 10)

    def found(other: dict[int, np.ndarray]) -> tuple[float, float, float]:
        theme = name = rest = 0
        for _ in range(n):
            tables = simulated([23] * 30, rng, other=other)
            rows = theme_differences(tables, n_permutations=1000)
            of_theme = rows.items.set_index("theme_id").loc[THEMES[1]]
            theme += of_theme["state"] == "established"
            cell = rows.cells[rows.cells["agency"] == "a000"].set_index("theme_id")
            name += cell.loc[THEMES[1], "state"] == "established"
            apart = agenda_distances(tables, against="rest", n_permutations=200)
            rest += apart.set_index("group").loc["a000", "is_beyond_chance"]
        return theme / n, name / n, rest / n

    for difference in (0.35, 0.40, 0.45, 0.50):
        theme, name, rest = found({0: raised(difference)})
        yield (
            f"power, one of 30 higher by {difference:.2f}: theme {theme:.2f}, "
            f"named {name:.2f}, apart from the rest {rest:.2f}, n {n}"
        )
    for difference in (0.12, 0.16, 0.20, 0.24):
        half = {k: raised(difference) for k in range(15)}
        theme, name, rest = found(half)
        yield (
            f"power, 15 of 30 higher by {difference:.2f}: theme {theme:.2f}, one of "
            f"them named {name:.2f}, apart from the rest {rest:.2f}, n {n}"
        )


def plans(reports: int, rng: np.random.Generator) -> Iterator[str]:
    """Two agencies of one long-run agenda whose plans vary (Dirichlet 60)."""
    for n_plans in (2, 4, 6, 10):
        found, states = 0, set()
        for _ in range(reports):
            tables = simulated([23, 23], rng, n_plans=n_plans, concentration=60)
            row = agenda_distances(tables, n_permutations=500).iloc[0]
            found += row["is_beyond_chance"]
            states.add(row["state"] == "cannot_be_answered")
        answered = (
            "cannot be answered" if states == {True} else f"{found / reports:.3f}"
        )
        yield f"two agencies of {n_plans} plans each: {answered}, n {reports}"
    moved = raised(0.25)
    n = max(reports // 2, 10)
    found = 0
    for _ in range(n):
        tables = simulated([23, 23], rng, n_plans=6, concentration=60, other={1: moved})
        row = agenda_distances(tables, n_permutations=500).iloc[0]
        found += row["is_beyond_chance"]
    yield f"6 plans each, one theme higher by .25: found {found / n:.2f}, n {n}"


def trends(reports: int, rng: np.random.Generator) -> Iterator[str]:
    """Reports that claim a trend where plans vary and nothing changes."""
    for n_agencies, n_years in ((10, 3), (6, 4), (3, 2)):
        claimed, changed, states, held = 0, 0, set(), []
        for _ in range(reports):
            tables = simulated(
                [23] * n_agencies, rng, n_plans=n_years, concentration=60
            )
            rows = panel_trend(tables, n_permutations=1000)
            claimed += rows["is_beyond_chance"].any()
            states |= set(rows["state"])
            held.append(
                (rows["change_per_year_lower"] <= 0)
                & (rows["change_per_year_upper"] >= 0)
            )
            changed += share_change(tables)["is_beyond_chance"].any()
        answer = (
            "cannot be answered"
            if states == {"cannot_be_answered"}
            else f"{claimed / reports:.3f}"
        )
        yield (
            f"trends of {n_agencies} agencies over {n_years} years: claimed {answer}, "
            f"intervals hold 0 {np.mean(held):.3f}, "
            f"a change claimed {changed / reports:.3f}, n {reports}"
        )
    n = max(reports // 4, 10)
    for slope in (0.06, 0.08, 0.10):
        found = 0
        for _ in range(n):
            tables = steady(10, 3, slope, rng)
            rows = panel_trend(tables, n_permutations=1000).set_index("theme_id")
            found += rows.loc[THEMES[0], "is_beyond_chance"]
        yield f"power, {slope:.2f} a year, 10 agencies, 3 years: {found / n:.2f}, n {n}"


def steady(
    n_agencies: int, n_years: int, slope: float, rng: np.random.Generator
) -> Tables:
    """Return plans of 23 tasks that vary, with a theme that gains every year."""
    names, carried = [], []
    for agency in range(n_agencies):
        for year in range(n_years):
            agenda = AGENDA.copy()
            moved = slope * (year - (n_years - 1) / 2)
            agenda[:2] += moved, -moved
            names.append((f"p{agency}_{year}", f"a{agency}", 2020 + year))
            carried.append(rng.choice(9, size=23, p=rng.dirichlet(agenda * 60)))
    return as_tables(names, carried)


def miscoded(
    n: int, agenda: np.ndarray, kind: str, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return codes of which one in ten is wrong, and the true themes."""
    truth = rng.choice(9, size=n, p=agenda)
    other = 8 if kind == "the rarest" else (truth + rng.integers(1, 9, size=n)) % 9
    return np.where(rng.random(n) < 0.1, other, truth), truth


def checked(n: int, kind: str, rng: np.random.Generator) -> Confusion:
    """Return the confusion of n tasks that people coded too."""
    table = np.zeros((10, 10))
    np.add.at(table, miscoded(n, AGENDA, kind, rng), 1)
    return Confusion(np.array(THEMES), table)


def coding(reports: int, rng: np.random.Generator) -> Iterator[str]:
    """Intervals of shares where one code in ten is wrong."""
    n = max(reports // 2, 10)
    for kind, size, n_checked, agenda in (
        ("the rarest", 1500, 300, AGENDA),
        ("the rarest", 1500, 136, AGENDA),
        ("any other", 1500, 136, AGENDA),
        ("any other", 23, 136, AGENDA),
        ("any other", 1500, 136, raised(0.15)),
    ):
        plain, corrected = [], []
        for _ in range(n):
            confusion = checked(n_checked, kind, rng)
            coded, _ = miscoded(size, agenda, kind, rng)
            tables = as_tables([("p", "a", 2020)], [coded])
            for found, known in ((plain, None), (corrected, confusion)):
                rows = theme_shares(tables, confusion=known)
                found.append(
                    rows["share_lower"].le(agenda) & rows["share_upper"].ge(agenda)
                )
        yield (
            f"10 % wrong codes ({kind} theme), {size} tasks, {n_checked} checked"
            f"{'' if agenda is AGENDA else ', a theme .15 higher than in the sample'}: "
            f"sampling only {np.mean(plain):.3f}, with coding {np.mean(corrected):.3f} "
            f"(worst theme {np.mean(corrected, axis=0).min():.3f}), n {n}"
        )


def coded_change(reports: int, rng: np.random.Generator) -> Iterator[str]:
    """Intervals and tests of change where one code in ten is wrong."""
    moved = AGENDA.copy()
    moved[:2] += -0.15, 0.15
    n = max(reports // 2, 10)
    for kind, size, n_checked, later in (
        ("the rarest", 1500, 300, moved),
        ("the rarest", 1500, 136, moved),
        ("any other", 1500, 136, moved),
        ("any other", 10_000, 136, moved),
        ("any other", 23, 136, moved),
        ("any other", 1500, 136, AGENDA),
    ):
        truth = later - AGENDA
        held, claims = {"sampling only": [], "with coding": []}, []
        for _ in range(n):
            confusion = checked(n_checked, kind, rng)
            coded = [miscoded(size, p, kind, rng)[0] for p in (AGENDA, later)]
            tables = as_tables([("p0", "a", 2020), ("p1", "a", 2021)], coded)
            for found, known in zip(held.values(), (None, confusion), strict=True):
                rows = share_change(tables, confusion=known)
                found.append(
                    rows["change_lower"].le(truth) & rows["change_upper"].ge(truth)
                )
            claims.append(rows["is_beyond_chance"].to_numpy() & (truth == 0))
        yield change_line(
            "change", kind, f"{size} tasks a year", n_checked, held, claims
        )
    held, claims = {"sampling only": [], "with coding": []}, []
    truth = np.r_[0.06, -0.06, np.zeros(7)]
    for _ in range(n):
        confusion = checked(136, "any other", rng)
        names, carried = [], []
        for agency in range(10):
            for year in range(3):
                names.append((f"p{agency}_{year}", f"a{agency}", 2020 + year))
                agenda = AGENDA + truth * (year - 1)
                carried.append(miscoded(150, agenda, "any other", rng)[0])
        for found, known in zip(held.values(), (None, confusion), strict=True):
            rows = panel_trend(
                as_tables(names, carried), confusion=known, n_permutations=500
            )
            lower, upper = rows["change_per_year_lower"], rows["change_per_year_upper"]
            found.append(lower.le(truth) & upper.ge(truth))
        claims.append(rows["is_beyond_chance"].to_numpy() & (truth == 0))
    size = "10 agencies, 3 years, 150 tasks a plan"
    yield change_line("change a year", "any other", size, 136, held, claims)


def change_line(
    what: str,
    kind: str,
    size: str,
    n_checked: int,
    held: dict[str, list[pd.Series]],
    claims: list[np.ndarray],
) -> str:
    """Say how often intervals of a change held the truth, theme by theme."""
    holds = ", ".join(
        f"{name} {np.mean(found):.3f} (worst theme {np.mean(found, axis=0).min():.3f})"
        for name, found in held.items()
    )
    return (
        f"10 % wrong codes ({kind} theme), {what}, {size}, {n_checked} checked: "
        f"{holds}; a change claimed where there is none "
        f"{np.any(claims, axis=1).mean():.3f}, n {len(claims)}"
    )


PARTS: dict[str, Callable[[int, np.random.Generator], Iterator[str]]] = {
    part.__name__: part
    for part in (
        pooled,
        single,
        false_names,
        false_rest,
        outlier,
        power,
        plans,
        trends,
        coding,
        coded_change,
    )
}


def main() -> None:
    """Run the parts that are named, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=", ".join(PARTS))
    parser.add_argument("--reports", type=int, default=200)
    parser.add_argument("--agencies", type=int, help="of false claims, one number only")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    if chosen.agencies:
        MANY[:] = [chosen.agencies]
    for name in chosen.parts or PARTS:
        start = time.process_time()
        for line in PARTS[name](chosen.reports, np.random.default_rng(chosen.seed)):
            print(line, flush=True)
        print(f"  {name}: {time.process_time() - start:.0f} s of processor", flush=True)


if __name__ == "__main__":
    main()
