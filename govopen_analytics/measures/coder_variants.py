"""Coding with other thresholds, or with a part switched off."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pandas as pd

from govopen_analytics.coding.assign import assign_themes
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.coding.combined import WEIGHTS
from govopen_analytics.measures.agreement import reference_assignments, reference_scores
from govopen_analytics.measures.coder_scores import coder_scores
from govopen_analytics.measures.reference_coding import BOTH, REFERENCE

#: Thresholds of the combined coder, and the values they are tried at.
THRESHOLDS = {
    "secondary_least": (0.2, 0.3, 0.4, 0.5, 0.6, 0.8),
    "least_score": (0.0, 0.2, 0.4, 0.6, 0.8, 0.9),
}


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


def threshold_sensitivity(tasks: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Code with other thresholds: for a further theme, and for abstaining.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
        Result of ``reference_tasks``.
    codebook : Codebook

    Returns
    -------
    DataFrame, shape (n_settings, 9)
        ``threshold``, ``threshold_value`` (0-1), ``is_default``,
        ``primary_accuracy`` (abstentions are wrong), ``accuracy_when_coded``,
        ``micro_f1``, ``macro_f1``, ``coded_share`` (0-1) and ``n_secondary``
        (themes of rank 2 or more, count).
    """
    own = {**WEIGHTS, **codebook.settings.weights}
    people = reference_assignments(tasks, codebook)
    rows = []
    for name, values in THRESHOLDS.items():
        for value in sorted({*values, own[name]}):
            coded = assign_themes(tasks, _with_weights(codebook, {name: value}))
            row = _summary(people, coded, codebook)
            named = {"threshold": name, "threshold_value": value}
            rows.append({**named, "is_default": value == own[name], **row})
    return pd.DataFrame(rows)


def _summary(
    people: pd.DataFrame, coded: pd.DataFrame, codebook: Codebook
) -> dict[str, float]:
    both = pd.concat([people, coded])
    scores = reference_scores(
        both,
        coder="combined",
        reference=REFERENCE,
        theme_ids=codebook.theme_ids,
        n_bootstrap=1,
    ).set_index("measure")["value"]
    coverage = scores["coverage"]
    return {
        "primary_accuracy": scores["primary_accuracy"],
        "accuracy_when_coded": scores["primary_accuracy"] / coverage,
        "micro_f1": scores["micro_f1"],
        "macro_f1": scores["macro_f1"],
        "coded_share": coverage,
        "n_secondary": int((coded["rank"] > 1).sum()),
    }


def _with_weights(codebook: Codebook, weights: Mapping[str, float]) -> Codebook:
    # Weights come after the fitted models, so these may be kept.
    changed = {**codebook.settings.weights, **weights}
    return replace(codebook, settings=replace(codebook.settings, weights=changed))


def ablation(
    tasks: pd.DataFrame,
    codings: pd.DataFrame,
    codebook: Codebook,
    *,
    n_bootstrap: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Show what each part of the coding adds.

    The simple coders alone and together, then the combined coder with one part
    switched off and nothing fitted anew.

    Parameters
    ----------
    tasks, codings, codebook, n_bootstrap, level, seed
        As for ``coder_scores``.

    Returns
    -------
    DataFrame, shape (n_variants * 3, 6)
        ``variant``, ``measure`` ("primary_accuracy", "micro_f1", "macro_f1"),
        ``value`` (0-1), ``value_lower``, ``value_upper``, ``n_tasks``.
    """
    order = ["keywords", "tfidf", BOTH, "linear"]
    simple = codings.loc[codings["coder"].isin([*order, "combined", REFERENCE])]
    changed = list(_changed_codebooks(codebook))
    less = [
        assign_themes(tasks, part).assign(coder=variant) for variant, part in changed
    ]
    table = coder_scores(
        tasks,
        pd.concat([simple, *less]),
        codebook,
        n_bootstrap=n_bootstrap,
        level=level,
        seed=seed,
    )
    order += [*(variant for variant, _ in changed), "combined"]
    measures = ["primary_accuracy", "micro_f1", "macro_f1"]
    table = table.loc[table["measure"].isin(measures)].drop(columns="n_plans")
    table = table.rename(columns={"coder": "variant"})
    table = table.sort_values(
        "variant", key=lambda v: v.map(order.index), kind="stable"
    )
    return table.reset_index(drop=True)


def _changed_codebooks(codebook: Codebook) -> Iterator[tuple[str, Codebook]]:
    for variant, weights in PARTS_OFF.items():
        yield variant, _with_weights(codebook, weights)
    # What was fitted with reference codings is kept under the old fingerprint.
    yield (
        WITHOUT_REFERENCE,
        replace(
            codebook,
            reference_paths=(),
            fingerprint=f"{codebook.fingerprint} without reference",
        ),
    )
