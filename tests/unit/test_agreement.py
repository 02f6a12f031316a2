"""Agreement measures against published and hand-computed values."""

import math

import numpy as np
import pandas as pd
import pytest

from govopen_analytics.base import schemas
from govopen_analytics.base.errors import SchemaError
from govopen_analytics.coding.codebook import load_codebook
from govopen_analytics.measures.coded_tasks import (
    CodedTasks,
    Draws,
    krippendorff_alpha,
    masi_distances,
)
from govopen_analytics.measures.reference_coding import reference_assignments

THEMES = ["a", "b", "c"]


def codings(**coders):
    """Build assignments from ``coder="a, b+c, , c"``: one word per task."""
    rows = []
    for coder, words in coders.items():
        for i, word in enumerate(words.split(",")):
            for rank, theme in enumerate(filter(None, word.strip().split("+")), 1):
                rows.append((f"t{i}", theme, coder, rank, 0.5, "1"))
    columns = schemas.TABLES["theme_assignments"].fields
    return schemas.to_schema(pd.DataFrame(rows, columns=columns), "theme_assignments")


# Krippendorff (2011), Computing Krippendorff's alpha-reliability, example C:
# four observers, twelve units, nominal alpha 0.743.
PUBLISHED = [
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
]


def judge(data, *, n=50, plans=None):
    """Return tasks with their codings, each task a plan unless `plans` are given."""
    task_ids = sorted(data["task_id"].unique())
    plans = dict(zip(task_ids, task_ids, strict=True)) if plans is None else plans
    tasks = pd.DataFrame({"task_id": list(plans), "document_id": list(plans.values())})
    return CodedTasks(tasks, data, THEMES, Draws(n=n))


def alpha(lines):
    """Compute nominal alpha of one line of values a coder."""
    codes = [[-1 if v == "." else int(v) - 1 for v in line.split()] for line in lines]
    units = np.array(codes).T
    return krippendorff_alpha(units, 1 - np.eye(5))(np.ones((1, len(units))))[0]


def test_alpha_equals_the_published_value():
    assert alpha(PUBLISHED) == pytest.approx(0.743, abs=5e-4)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["1 2 3", "1 2 3"], 1.0),
        # Hand-computed: Do = 1, De = 2·2·2/(4·3) = 2/3, alpha = 1 - 1/(2/3).
        (["1 2", "2 1"], -0.5),
        (["1 1", "1 1"], math.nan),
        (["1 .", ". 2"], math.nan),
    ],
)
def test_alpha_of_known_limits(lines, expected):
    assert alpha(lines) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("a", "a", 0),
        ("a", "b", 1),
        ("ab", "a", 1 - 1 / 2 * 2 / 3),
        ("ab", "bc", 1 - 1 / 3 * 1 / 3),
        ("abc", "ab", 1 - 2 / 3 * 2 / 3),
    ],
)
def test_masi_distance(first, second, expected):
    sets = np.array(
        [[float(theme in part) for theme in THEMES] for part in (first, second)]
    )
    distances = masi_distances(sets)
    assert distances[0, 1] == pytest.approx(expected)
    assert distances[1, 0] == pytest.approx(expected)


def test_masi_alpha_of_single_themes_is_the_nominal_alpha():
    rows = judge(codings(x="a,b,c,a,b", y="a,b,a,a,b")).agreement()
    values = rows.set_index("measure")["value"]
    assert values["alpha_nominal"] == pytest.approx(values["alpha_masi"])
    assert values["same_primary"] == pytest.approx(0.8)


def test_agreement_covers_all_together_and_every_pair():
    rows = judge(codings(x="a,b,c", y="a,b,c", z="a,b,c")).agreement()
    pairs = rows[["first_coder", "second_coder"]].drop_duplicates()
    names = [["all", "all"], ["x", "y"], ["x", "z"], ["y", "z"]]
    assert pairs.to_numpy().tolist() == names
    assert (rows["value"] == 1).all()


def test_intervals_hold_the_value_and_repeat():
    data = codings(x="a,b,c,a,b,c,a,b,c,a", y="a,b,c,a,b,a,a,b,b,a")
    rows = judge(data, n=500).agreement()
    assert (
        (rows["value_lower"] <= rows["value"]) & (rows["value"] <= rows["value_upper"])
    ).all()
    assert (rows["value_lower"] < rows["value_upper"]).all()
    pd.testing.assert_frame_equal(rows, judge(data, n=500).agreement())


def test_groups_are_drawn_whole():
    data = codings(x="a,a,b,b", y="a,a,a,a")
    plans = {"t0": "p", "t1": "p", "t2": "q", "t3": "q"}
    rows = judge(data, n=500, plans=plans).agreement()
    same = rows.set_index("measure").loc["same_primary"]
    assert (same["value_lower"], same["value"], same["value_upper"]) == (0, 0.5, 1)


def test_reference_scores_by_hand():
    data = codings(auto="a+b, b, , c", reference="a, b+c, c, a")
    scores = judge(data).scores().set_index("measure")["value"]
    # 2 hits, 2 false alarms (b, c), 3 misses (c, c, a).
    assert scores["primary_accuracy"] == pytest.approx(2 / 4)
    assert scores["exact_set"] == 0
    assert scores["micro_precision"] == pytest.approx(2 / 4)
    assert scores["micro_recall"] == pytest.approx(2 / 5)
    assert scores["micro_f1"] == pytest.approx(4 / 9)
    assert scores["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)
    assert scores["coverage"] == pytest.approx(3 / 4)


def test_theme_scores_by_hand():
    data = codings(auto="a+b, b, , c", reference="a, b+c, c, a")
    rows = judge(data).theme_scores().set_index("theme_id")
    assert rows["n_reference"].tolist() == [2, 1, 2]
    assert rows["n_coder"].tolist() == [1, 2, 1]
    assert rows["precision"].tolist() == [1, 0.5, 0]
    assert rows["recall"].tolist() == [0.5, 1, 0]


def _two_plans(wrong: int, n: int) -> tuple[pd.DataFrame, dict[str, str]]:
    """Two plans of n tasks of theme a, as many in each coded b."""
    auto = ", ".join((["b"] * wrong + ["a"] * (n - wrong)) * 2)
    data = codings(auto=auto, reference=", ".join(["a"] * (2 * n)))
    return data, {f"t{i}": "p" if i < n else "q" for i in range(2 * n)}


@pytest.mark.parametrize(
    ("wrong", "n", "expected"),
    [
        # Both plans are alike, so drawing plans alone gives bounds of no width.
        # Jeffreys' Beta(128.5, 8.5); for F1, 2 J / (1 + J) with J of Beta(128.5, 16.5).
        (4, 68, {"primary_accuracy": (0.8921, 0.9718), "micro_f1": (0.9071, 0.9650)}),
        # No error: .05 ** (1 / n), by which F1 is .815 for 8 tasks.
        (0, 4, {"primary_accuracy": (0.6877, 1), "micro_f1": (0.8149, 1)}),
        (0, 4, {"macro_f1": (0.8149, 1), "coverage": (0.6877, 1)}),
    ],
)
def test_intervals_are_never_narrower_than_those_of_tasks(wrong, n, expected):
    data, plans = _two_plans(wrong, n)
    scores = judge(data, n=200, plans=plans).scores().set_index("measure")
    for measure, bounds in expected.items():
        row = scores.loc[measure]
        found = (row["value_lower"], row["value_upper"])
        assert found == pytest.approx(bounds, abs=0.015), measure
        assert found[0] <= bounds[0] + 1e-4
        assert found[1] >= bounds[1] - 1e-4


def test_f1_of_a_theme_without_errors_has_an_interval():
    data, plans = _two_plans(0, 4)
    rows = judge(data, plans=plans).theme_scores().set_index("theme_id")
    j = 0.05 ** (1 / 8)
    assert rows.loc["a", "f1_lower"] == pytest.approx(2 * j / (1 + j))
    assert rows.loc["a", "f1_upper"] == 1
    assert rows.loc[["b", "c"], ["f1", "f1_lower", "f1_upper"]].isna().all(axis=None)


def test_confusion_counts_what_was_left_out():
    data = codings(auto="a+b, b, , c", reference="a, b+c, c, a")
    rows = judge(data).confusions()
    columns = [*THEMES, "unclassified"]
    counts = rows.pivot(
        index="reference_theme_id", columns="coder_theme_id", values="n_tasks"
    )
    assert counts[columns].to_numpy().tolist() == [
        [1, 0, 1, 0],
        [0, 1, 0, 0],
        [0, 0, 0, 1],
    ]


@pytest.mark.parametrize(
    ("data", "options", "expected"),
    [
        (
            codings(x="a", y="a").assign(codebook_version=["1", "2"]),
            {},
            "versions 1, 2",
        ),
        (codings(x="a", y="a"), {"plans": {}}, "not in tasks"),
        (codings(x="a+b", y="a").assign(rank=1), {}, "one primary theme each"),
    ],
)
def test_bad_codings_are_refused(data, options, expected):
    with pytest.raises(SchemaError, match=expected):
        judge(data, **options)


def test_an_unknown_coder_is_refused():
    with pytest.raises(SchemaError, match="found 'w'"):
        judge(codings(x="a", reference="a")).scores(["w"])


def test_shipped_reference_codings_become_assignments():
    codebook = load_codebook()
    reference = codebook.reference
    tasks = reference.assign(
        task_id=[f"{r.document_id}-{r.ordinal}" for r in reference.itertuples()]
    )
    coded = reference_assignments(
        tasks, codebook, coders=["coder_a", "coder_b", "reference"]
    )
    schemas.validate(coded, "theme_assignments")
    rows = CodedTasks(tasks, coded, codebook.theme_ids, Draws(n=10)).agreement()
    same = rows.set_index("measure").loc["same_primary"]
    assert (round(same["value"], 3), same["n_tasks"]) == (0.993, 136)
