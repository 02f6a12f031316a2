"""Human review: tasks worth a person's time, decisions back, shares corrected."""

from govopen_analytics.review.carrying import (
    CarriedReviews,
    carry_reviews,
    current_reviews,
    text_sha256,
)
from govopen_analytics.review.corrected_shares import (
    Correction,
    corpus_correction,
    correction_findings,
    correction_sample,
    review_corrected_shares,
    sample_problems,
)
from govopen_analytics.review.decisions import (
    ReviewImport,
    add_reviews,
    apply_reviews,
    deciding_reviews,
    import_reviews,
    review_assignments,
)
from govopen_analytics.review.export import export_review, review_rows
from govopen_analytics.review.selection import (
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

__all__ = [
    "CarriedReviews",
    "Correction",
    "ReviewImport",
    "add_reviews",
    "add_sample",
    "apply_reviews",
    "carry_reviews",
    "corpus_correction",
    "correction_findings",
    "correction_sample",
    "current_reviews",
    "deciding_reviews",
    "draw_random_sample",
    "export_review",
    "import_reviews",
    "read_reviews",
    "read_samples",
    "refuse_unknown_tasks",
    "review_assignments",
    "review_corrected_shares",
    "review_rows",
    "reviews_folder",
    "sample_problems",
    "select_for_review",
    "text_sha256",
    "write_reviews",
]
