"""Score coders on what they have not learned from, and by other thresholds."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from govopen_analytics.base import schemas
from govopen_analytics.coding.assign import assign_themes
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.coding.combined import WEIGHTS, coder_weights
from govopen_analytics.coding.training import LeftOut, training_tasks
from govopen_analytics.measures.calibration import calibration_error
from govopen_analytics.measures.coded_tasks import BOTH, REFERENCE, CodedTasks, Draws
from govopen_analytics.measures.reference_coding import reference_assignments

#: Fields are left out this many times, several at once; plans one by one.
N_FIELD_FOLDS = 10

#: The parts figures are given for.
PARTS = ("plans_left_out", "fields_left_out")

#: Thresholds of the combined coder, and the values they are tried at.
THRESHOLDS = {
    "secondary_least": (0.2, 0.3, 0.4, 0.5, 0.6, 0.8),
    "least_score": (0.0, 0.2, 0.4, 0.6, 0.8, 0.9),
}
_MEASURES = ["primary_accuracy", "micro_f1", "macro_f1"]
_COLUMNS = ["measure", "value", "value_lower", "value_upper", "n_tasks"]


def _without(*endings: str) -> dict[str, float]:
    names = [
        name for name in WEIGHTS if name.startswith(endings) or name.endswith(endings)
    ]
    return dict.fromkeys(names, 0.0)


#: The combined coder with a part switched off, as weights that are set to 0. Half of
#: the evidence makes every score small, so without it nothing is left unclassified.
PARTS_OFF: dict[str, dict[str, float]] = {
    "combined_without_keywords": {
        **_without(".keywords", "silence"),
        "least_score": 0.0,
    },
    "combined_without_linear": {**_without(".linear"), "least_score": 0.0},
    "combined_without_headings": _without("section.", "chapter."),
}
WITHOUT_REFERENCE = "combined_without_reference"


def _with_weights(codebook: Codebook, weights: Mapping[str, float]) -> Codebook:
    # Weights come after the fitted models, so these may be kept.
    changed = {**codebook.settings.weights, **weights}
    return replace(codebook, settings=replace(codebook.settings, weights=changed))


def folds(codebook: Codebook) -> Iterator[tuple[LeftOut, pd.DataFrame]]:
    """Split coded tasks into parts that are left out together.

    Yields whole fields, or one plan, with their tasks as ``training_tasks`` lays them
    out, with ``document_id``.
    """
    tasks = training_tasks(codebook)
    tasks = tasks.assign(document_id=tasks["group"])
    fields = sorted(codebook.training["field"].unique())
    for number in range(min(N_FIELD_FOLDS, len(fields))):
        part = frozenset(fields[number::N_FIELD_FOLDS])
        of_part = tasks.loc[tasks["group"].isin(part)]
        # These tasks were written one by one: none has its title from above.
        yield LeftOut(fields=part), of_part.assign(document_id=of_part["task_id"])
    for document in sorted(codebook.reference["document_id"].unique()):
        of_plan = tasks.loc[tasks["group"] == document]
        yield LeftOut(documents=frozenset([document])), of_plan


def cross_validated(codebook: Codebook) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Code every task by a model that has seen neither its field nor its plan.

    Nothing is left unclassified, so that scores can be held against what is right
    and a threshold be chosen.

    Returns
    -------
    tasks : DataFrame, shape (n_tasks, 10)
        Tasks about nothing in the codebook included; ``part`` says what was left
        out, "plans_left_out" or "fields_left_out".
    codings : DataFrame, shape (n_assignments, 6)
        Valid ``theme_assignments`` of "combined" and of "reference"; the latter has
        none for a task about nothing in the codebook.
    """
    eager = _with_weights(codebook, {"least_score": 0.0})
    parts, coded = [], []
    for left_out, tasks in folds(codebook):
        parts.append(tasks.assign(part=PARTS[0] if left_out.documents else PARTS[1]))
        coded.append(assign_themes(tasks, eager, left_out=left_out))
    tasks = pd.concat(parts, ignore_index=True)
    true = [
        (task.task_id, theme, REFERENCE, rank, codebook.version)
        for task in tasks.itertuples()
        for rank, theme in enumerate(task.theme_ids, start=1)
    ]
    columns = ["task_id", "theme_id", "coder", "rank", "codebook_version"]
    reference = schemas.to_schema(
        pd.DataFrame(true, columns=columns), "theme_assignments"
    )
    return tasks, pd.concat([*coded, reference], ignore_index=True)


def cross_validation_scores(
    tasks: pd.DataFrame,
    codings: pd.DataFrame,
    codebook: Codebook,
    draws: Draws,
) -> pd.DataFrame:
    """Sum up what models make of fields and plans they have not seen.

    Returns
    -------
    DataFrame, shape (n_rows, 6)
        ``part`` ("plans_left_out", "fields_left_out" or "all"), ``measure``,
        ``value``, ``value_lower``, ``value_upper``, ``n_tasks``. Measures are
        "primary_accuracy", "micro_f1", "macro_f1" and "coverage" (share of plan
        tasks that stay classified); "silence", the share of other tasks that stay
        unclassified; and "calibration_error" with "calibration_noise", what a
        perfectly calibrated score would show at this n (its mean, and up to what it
        shows in 95 of 100 cases).
    """
    least = coder_weights(codebook)["least_score"]
    first = codings.loc[(codings["coder"] == "combined") & (codings["rank"] == 1)]
    score = first.set_index("task_id")["score"].reindex(tasks["task_id"]).fillna(0)
    silent = set(score.index[score < least])
    loud = codings.loc[
        (codings["coder"] == REFERENCE) | ~codings["task_id"].isin(silent)
    ]
    tasks = tasks.assign(document_id=tasks["group"])
    rows: list[tuple] = []
    for part in (*PARTS, "all"):
        of_part = tasks if part == "all" else tasks.loc[tasks["part"] == part]
        if of_part.empty:
            continue
        is_plan = of_part["theme_ids"].str.len() > 0
        of_plans = of_part.loc[is_plan]
        codings_of_plans = loud.loc[loud["task_id"].isin(of_plans["task_id"])]
        coded = CodedTasks(of_plans, codings_of_plans, codebook.theme_ids, draws)
        scores = coded.scores(["combined"])
        scores = scores.loc[scores["measure"].isin([*_MEASURES, "coverage"])]
        rows += [(part, *row) for row in scores[_COLUMNS].itertuples(index=False)]
        others = of_part.loc[~is_plan, "task_id"]
        if len(others):
            value = others.isin(silent).mean()
            rows.append((part, "silence", value, np.nan, np.nan, len(others)))
    value, noise, most = calibration_error(codings, tasks["task_id"], seed=draws.seed)
    rows.append(("all", "calibration_error", value, np.nan, np.nan, len(tasks)))
    rows.append(("all", "calibration_noise", noise, np.nan, most, len(tasks)))
    return pd.DataFrame(rows, columns=["part", *_COLUMNS])


def threshold_sensitivity(tasks: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Code with other thresholds: for a further theme, and for abstaining.

    Returns
    -------
    DataFrame, shape (n_settings, 9)
        ``threshold``, ``threshold_value`` (0-1), ``is_default``,
        ``primary_accuracy`` (abstentions are wrong), ``accuracy_when_coded``,
        ``micro_f1``, ``macro_f1``, ``coded_share`` (0-1) and ``n_secondary``
        (themes of rank 2 or more, count).
    """
    weights = {**WEIGHTS, **codebook.settings.weights}
    people = reference_assignments(tasks, codebook)
    rows = []
    for name, values in THRESHOLDS.items():
        for value in sorted({*values, weights[name]}):
            codings = assign_themes(tasks, _with_weights(codebook, {name: value}))
            both = pd.concat([people, codings])
            coded = CodedTasks(tasks, both, codebook.theme_ids, Draws(n=1))
            scores = coded.scores(["combined"]).set_index("measure")["value"]
            row = {
                "threshold": name,
                "threshold_value": value,
                "is_default": value == weights[name],
                **scores[_MEASURES],
                "accuracy_when_coded": scores["primary_accuracy"] / scores["coverage"],
                "coded_share": scores["coverage"],
                "n_secondary": int((codings["rank"] > 1).sum()),
            }
            rows.append(row)
    table = pd.DataFrame(rows)
    table.insert(4, "accuracy_when_coded", table.pop("accuracy_when_coded"))
    return table


def ablation(coded: CodedTasks, codebook: Codebook) -> pd.DataFrame:
    """Show what each part of the coding adds.

    The simple coders alone and together, then the combined coder with one part
    switched off and nothing fitted anew.

    Returns
    -------
    DataFrame, shape (n_variants * 3, 6)
        ``variant``, ``measure`` ("primary_accuracy", "micro_f1", "macro_f1"),
        ``value`` (0-1), ``value_lower``, ``value_upper``, ``n_tasks``.
    """
    variants = {
        name: _with_weights(codebook, weights) for name, weights in PARTS_OFF.items()
    }
    # What was fitted with reference codings is kept under the old fingerprint.
    fingerprint = f"{codebook.fingerprint} without reference"
    variants[WITHOUT_REFERENCE] = replace(
        codebook, reference_paths=(), fingerprint=fingerprint
    )
    less = [
        assign_themes(coded.tasks, variant).assign(coder=name)
        for name, variant in variants.items()
    ]
    codings = pd.concat([coded.codings, *less])
    coders = ["keywords", "tfidf", BOTH, "linear", *variants, "combined"]
    table = replace(coded, codings=codings).scores(coders)
    table = table.loc[table["measure"].isin(_MEASURES), ["coder", *_COLUMNS]]
    return table.rename(columns={"coder": "variant"}).reset_index(drop=True)
