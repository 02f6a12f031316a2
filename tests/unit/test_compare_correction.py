import numpy as np
import pandas as pd
import pytest
from compare_cases import AGENDA, THEMES, sampled

from govopen_analytics.base.errors import SchemaError
from govopen_analytics.measures import corrected_shares

A, B = THEMES[:2]


def miscoded(seed, n_tasks=2000, n_sampled=400):
    """Return tables whose coder gives half of theme A to theme B, and a sample."""
    rng = np.random.default_rng(seed)
    tables = sampled(1, n_tasks, rng)
    truth = tables["theme_assignments"]
    is_wrong = (truth["theme_id"] == A) & (rng.random(n_tasks) < 0.5)
    coded = truth.assign(theme_id=truth["theme_id"].mask(is_wrong, B))
    tables = tables.with_tables(theme_assignments=coded)
    drawn = rng.choice(n_tasks, size=n_sampled, replace=False)
    task_id = tables["tasks"]["task_id"].iloc[drawn]
    sample = pd.DataFrame({"task_id": task_id, "sampling_share": n_sampled / n_tasks})
    coded = truth[truth["task_id"].isin(task_id)]
    return tables, coded, sample


def test_the_coders_error_is_corrected():
    held, plain = [], []
    for seed in range(8):
        tables, coded, sample = miscoded(seed)
        rows = corrected_shares(tables, coded=coded, sample=sample)
        row = rows.set_index("theme_id").loc[A]
        plain.append(row["share"])
        truth = AGENDA[0]
        held.append(
            row["share_corrected_lower"] <= truth <= row["share_corrected_upper"]
        )
    assert np.mean(plain) == pytest.approx(AGENDA[0] / 2, abs=0.01)
    assert np.mean(held) >= 0.8


def test_a_coder_without_error_is_left_alone():
    tables, _, sample = miscoded(0)
    right = tables["theme_assignments"]
    coded = right[right["task_id"].isin(sample["task_id"])]
    rows = corrected_shares(tables, coded=coded, sample=sample)
    np.testing.assert_allclose(rows["share_corrected"], rows["share"])


def test_a_full_sample_gives_the_truth():
    tables, coded, sample = miscoded(1, n_tasks=50, n_sampled=50)
    rows = corrected_shares(tables, coded=coded, sample=sample)
    truth = coded["theme_id"].value_counts() / 50
    found = rows.set_index("theme_id")["share_corrected"]
    np.testing.assert_allclose(found[truth.index], truth)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sampling_share": 0.0}, "sampling_share not above 0"),
        ({"task_id": "p0000:1"}, "sampled before"),
        ({"task_id": "x"}, "not in tasks"),
    ],
)
def test_samples_that_cannot_be_are_refused(change, message):
    tables, coded, sample = miscoded(0, n_tasks=20, n_sampled=5)
    with pytest.raises(SchemaError, match=message):
        corrected_shares(tables, coded=coded, sample=sample.assign(**change))


def test_codings_outside_the_sample_are_refused():
    tables, coded, sample = miscoded(0, n_tasks=20, n_sampled=5)
    with pytest.raises(SchemaError, match="outside the sample"):
        corrected_shares(tables, coded=coded, sample=sample.iloc[1:])
