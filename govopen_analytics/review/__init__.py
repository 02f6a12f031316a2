"""Human review: tasks worth a person's time, decisions back, shares corrected."""

from govopen_analytics.review.carrying import (
    CarriedReviews,
    carry_reviews,
    current_reviews,
    text_sha256,
)
from govopen_analytics.review.decisions import (
    ReviewImport,
    add_reviews,
    apply_reviews,
    import_reviews,
)
from govopen_analytics.review.samples import (
    Correction,
    corpus_correction,
    correction_by_reviews,
    draw_random_sample,
    refuse_unknown_tasks,
    select_for_review,
)
from govopen_analytics.review.store import (
    add_sample,
    read_reviews,
    read_samples,
    reviews_folder,
    write_reviews,
)
from govopen_analytics.review.workbook import review_rows, write_workbook

__all__ = [
    "CarriedReviews",
    "Correction",
    "ReviewImport",
    "add_reviews",
    "add_sample",
    "apply_reviews",
    "carry_reviews",
    "corpus_correction",
    "correction_by_reviews",
    "current_reviews",
    "draw_random_sample",
    "import_reviews",
    "read_reviews",
    "read_samples",
    "refuse_unknown_tasks",
    "review_rows",
    "reviews_folder",
    "select_for_review",
    "text_sha256",
    "write_reviews",
    "write_workbook",
]
