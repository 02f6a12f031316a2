"""How far the coding can be trusted: every coder against the reference codings.

The figures rest on the codings that come with a codebook. A task is always coded
by a model that has not seen its plan, so they say what to expect of another plan
of the same kind, and nothing about plans of a kind the reference does not hold.
"""

import pandas as pd

from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.measures.coder_scores import (
    abstentions,
    calibration,
    coder_agreement,
    coder_scores,
    coder_theme_scores,
    confusions,
    expected_reliability,
)
from govopen_analytics.measures.coder_variants import ablation, threshold_sensitivity
from govopen_analytics.measures.cross_validation import (
    cross_validated,
    cross_validation_scores,
)
from govopen_analytics.measures.reference_coding import (
    all_codings,
    coder_notes,
    keyword_and_tfidf_assignments,
    reference_tasks,
)
from govopen_analytics.measures.share_errors import share_distances, share_errors
from govopen_analytics.questions.trust_sentences import (
    codebook_findings,
    validity_findings,
)
from govopen_analytics.questions.trust_summary import validity_summary, write_validity
from govopen_analytics.questions.trust_views import (
    agreement_view,
    basis_view,
    corrected_view,
    plan_labels,
    reliability_view,
    score_view,
    share_view,
    theme_view,
    threshold_view,
)
from govopen_analytics.questions.trust_words import coder_label

__all__ = [
    "ablation",
    "abstentions",
    "agreement_view",
    "all_codings",
    "basis_view",
    "calibration",
    "codebook_findings",
    "coder_agreement",
    "coder_label",
    "coder_notes",
    "coder_scores",
    "coder_theme_scores",
    "confusions",
    "corrected_view",
    "expected_reliability",
    "keyword_and_tfidf_assignments",
    "plan_labels",
    "reference_tasks",
    "reliability_view",
    "score_view",
    "share_distances",
    "share_errors",
    "share_view",
    "theme_view",
    "threshold_sensitivity",
    "threshold_view",
    "validate_coding",
    "validity_findings",
    "validity_summary",
    "write_validity",
]


def validate_coding(
    codebook: Codebook,
    *,
    n_bootstrap: int = 1000,
    interval: float = 0.95,
    seed: int = 0,
) -> dict[str, pd.DataFrame]:
    """Measure every coder against the codebook's reference codings.

    Parameters
    ----------
    codebook : Codebook
        With reference codings.
    n_bootstrap : int, default 1000
        Draws behind each interval.
    interval : float, default 0.95
        Level of the intervals (0-1).
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    dict of str to DataFrame
        ``coders``, ``scores``, ``theme_scores``, ``confusions``, ``agreement``,
        ``share_errors``, ``share_distances``, ``abstentions``, ``calibration``,
        ``cross_validation``, ``threshold_sensitivity`` and ``ablation``; each
        function of this module describes its own. ``calibration`` and
        ``cross_validation`` rest on tasks of many fields, those of the plans
        included, and on tasks about nothing in the codebook.

    Raises
    ------
    CodebookError
        If the codebook has no reference codings.
    """
    tasks = reference_tasks(codebook)
    codings = all_codings(tasks, codebook)
    draws = {"n_bootstrap": n_bootstrap, "level": interval, "seed": seed}
    errors = share_errors(tasks, codings, codebook, **draws)
    written, unseen = cross_validated(codebook)
    return {
        "coders": coder_notes(codebook),
        "scores": coder_scores(tasks, codings, codebook, **draws),
        "theme_scores": coder_theme_scores(tasks, codings, codebook, **draws),
        "confusions": confusions(codings, codebook),
        "agreement": coder_agreement(tasks, codings, **draws),
        "share_errors": errors,
        "share_distances": share_distances(errors),
        "abstentions": abstentions(tasks, codings),
        "calibration": calibration(unseen, level=interval),
        "cross_validation": cross_validation_scores(written, unseen, codebook, **draws),
        "threshold_sensitivity": threshold_sensitivity(tasks, codebook),
        "ablation": ablation(tasks, codings, codebook, **draws),
    }
