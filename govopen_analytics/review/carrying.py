"""Decisions of people found again after tasks or the codebook have changed."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import pandas as pd

from govopen_analytics.base.errors import CodebookError
from govopen_analytics.base.schemas import TABLES, to_schema, validate
from govopen_analytics.coding.codebook import Codebook, theme_carrier

# Share of characters that two texts have in common, in order (Ratcliff and
# Obershelp); below it a changed text may be another obligation.
NEAR_TEXT = 0.9
# Below this the nearest task says nothing about where a decision belongs.
_WORTH_NAMING = 0.5
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class CarriedReviews:
    """Decisions that hold now, and what became of those that did not fit.

    Attributes
    ----------
    reviews : DataFrame, shape (n_current, 9)
        A valid ``reviews`` table about the tasks and the codebook as they are now.
    changes : DataFrame, shape (n_changed, 10)
        A valid ``review_changes`` table: decisions that moved to another number or
        a changed text, and those that no task or theme takes.
    """

    reviews: pd.DataFrame
    changes: pd.DataFrame

    @property
    def n_orphaned(self) -> int:
        """How many decisions do not count until a person looks (count)."""
        return len(self.changes) - self.n_moved

    @property
    def n_moved(self) -> int:
        """How many decisions were carried to another number or text (count)."""
        return int(self.changes["outcome"].isin(["same_text", "near_text"]).sum())


@dataclass(frozen=True)
class _Place:
    """Where a decision may belong, and how like the texts are (0-1)."""

    task_id: str
    likeness: float


def text_sha256(text: str | None) -> str:
    """Return the digest by which a task's text is known again."""
    content = "" if text is None or pd.isna(text) else text
    return hashlib.sha256(content.encode()).hexdigest()


def document_of(task_id: str) -> str:
    """Return the plan that a task's id begins with."""
    return task_id.rpartition("-")[0]


class _Tasks:
    """Tasks as they are now, found by number, text, or near-equal text."""

    def __init__(self, tasks: pd.DataFrame, reviews: pd.DataFrame) -> None:
        self.texts = dict(zip(tasks["task_id"], tasks["text"], strict=True))
        self.digests = {task: text_sha256(text) for task, text in self.texts.items()}
        self._by_digest: dict[str, list[str]] = {}
        self._by_document: dict[str, list[str]] = {}
        for task, digest in self.digests.items():
            self._by_digest.setdefault(digest, []).append(task)
            self._by_document.setdefault(document_of(task), []).append(task)
        self._successors = self._find_successors(reviews)

    def _find_successors(self, reviews: pd.DataFrame) -> dict[str, str]:
        """Find plans that go by another id now: by the texts they share."""
        votes: dict[str, Counter[str]] = {}
        for review in reviews.itertuples():
            document = document_of(review.task_id)
            if document not in self._by_document:
                same = self._by_digest.get(review.text_sha256, [])
                votes.setdefault(document, Counter()).update(
                    set(map(document_of, same))
                )
        best = {document: count.most_common(2) for document, count in votes.items()}
        return {
            document: ranked[0][0]
            for document, ranked in best.items()
            if len(ranked) == 1 or (ranked and ranked[0][1] > ranked[1][1])
        }

    def home(self, task_id: str) -> str | None:
        """Return the plan a decision belongs to; None where it is gone."""
        document = document_of(task_id)
        if document in self._by_document:
            return document
        return self._successors.get(document)

    def same(self, review: Any) -> Iterator[_Place]:
        """Yield the task of the same number and text."""
        if self.digests.get(review.task_id) == review.text_sha256:
            yield _Place(review.task_id, 1.0)

    def same_text(self, review: Any) -> Iterator[_Place]:
        """Yield tasks of the same plan with the same text, in order."""
        home = self.home(review.task_id)
        for task in self._by_digest.get(review.text_sha256, []):
            if document_of(task) == home:
                yield _Place(task, 1.0)

    def near_text(self, review: Any, least: float = NEAR_TEXT) -> Iterator[_Place]:
        """Yield tasks of the same plan with a like text, the most like first."""
        home = self.home(review.task_id)
        if pd.isna(review.text) or home is None:
            return
        matcher = SequenceMatcher(None, "", _BLANKS.sub("", review.text), False)
        places = []
        for task in self._by_document[home]:
            matcher.set_seq1(_BLANKS.sub("", self.texts[task] or ""))
            bounds = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
            if all(bound() >= least for bound in bounds):
                places.append(_Place(task, matcher.ratio()))
        yield from sorted(places, key=lambda place: -place.likeness)


def _place_all(reviews: pd.DataFrame, tasks: _Tasks) -> dict[int, tuple[str, _Place]]:
    """Give each decision its task; of one coder no two to the same task.

    What fits exactly is placed first, of equal fits the later decision.
    """
    placed: dict[int, tuple[str, _Place]] = {}
    taken: set[tuple[str, str]] = set()
    ordered = reviews.sort_values("reviewed_date", ascending=False, kind="stable")
    for outcome in ("same", "same_text", "near_text"):
        for review in ordered.itertuples():
            if review.Index in placed:
                continue
            for place in getattr(tasks, outcome)(review):
                if (place.task_id, review.coder) not in taken:
                    taken.add((place.task_id, review.coder))
                    placed[review.Index] = (outcome, place)
                    break
    return placed


def _orphan(review: Any, tasks: _Tasks) -> tuple[str, _Place | None]:
    """Say why a decision has no task, and which task is nearest."""
    if tasks.home(review.task_id) is None:
        return "document_gone", None
    if place := next(tasks.same_text(review), None):
        return "decided_already", place
    nearest = next(tasks.near_text(review, _WORTH_NAMING), None)
    if nearest is not None and nearest.likeness >= NEAR_TEXT:
        return "decided_already", nearest
    return "text_gone", nearest


def carry_reviews(
    reviews: pd.DataFrame, tasks: pd.DataFrame, codebook: Codebook
) -> CarriedReviews:
    """Find the tasks and themes that decisions belong to now.

    A decision keeps its task where number and text are as they were. Else it goes
    to the task of the same plan with the same text, else with a text of at least
    ``NEAR_TEXT`` likeness. A plan whose id is gone is the one that shares most of
    its decided texts. Themes of an earlier codebook follow the crosswalk.

    Parameters
    ----------
    reviews : DataFrame, shape (n_reviews, 9)
        A valid ``reviews`` table.
    tasks : DataFrame, shape (n_tasks, ...)
        ``task_id`` and ``text``.
    codebook : Codebook
        Its crosswalk carries decisions of earlier versions over.

    Returns
    -------
    CarriedReviews
        No decision is lost: it is in ``reviews``, or in ``changes`` with the
        reason why it does not count.
    """
    reviews = reviews.reset_index(drop=True)
    now = _Tasks(tasks, reviews)
    placed = _place_all(reviews, now)
    carry = theme_carrier(codebook)
    current, changes = {}, {}
    for review in reviews.itertuples():
        outcome, place = placed.get(review.Index) or _orphan(review, now)
        if review.Index in placed and place is not None:
            try:
                current[review.Index] = place, _carried_themes(review, carry)
            except CodebookError:
                outcome = "theme_gone"
        if outcome != "same":
            changes[review.Index] = outcome, place
    places = [place.task_id for place, _ in current.values()]
    themes = [carried for _, carried in current.values()]
    moved = reviews.loc[list(current)].assign(
        task_id=places,
        primary_theme_id=[carried[0] if carried else None for carried in themes],
        secondary_theme_ids=[carried[1:] for carried in themes],
        codebook_version=codebook.version,
        text_sha256=[now.digests[task] for task in places],
        text=[now.texts[task] for task in places],
    )
    nearest = [place for _, place in changes.values()]
    changed = reviews.loc[list(changes)].assign(
        outcome=[outcome for outcome, _ in changes.values()],
        found_task_id=[place and place.task_id for place in nearest],
        likeness=[place and place.likeness for place in nearest],
        found_text=[place and now.texts[place.task_id] for place in nearest],
    )
    changed = changed[TABLES["review_changes"].fields]
    return CarriedReviews(
        validate(to_schema(moved, "reviews"), "reviews"),
        validate(to_schema(changed, "review_changes"), "review_changes"),
    )


def _carried_themes(review: Any, carry: Any) -> list[str]:
    """Return the primary and the other themes; two may have become one."""
    if pd.isna(review.primary_theme_id):
        return []
    themes = [review.primary_theme_id, *review.secondary_theme_ids]
    return list(dict.fromkeys(carry(each, review.codebook_version) for each in themes))


def current_reviews(
    reviews: pd.DataFrame, tasks: pd.DataFrame, codebook: Codebook
) -> pd.DataFrame:
    """Keep the decisions that hold for the tasks and the codebook as they are now.

    Parameters
    ----------
    reviews, tasks, codebook
        As for ``carry_reviews``, which also says what became of the others.

    Returns
    -------
    DataFrame, shape (n_current, 9)
        A valid ``reviews`` table.
    """
    return carry_reviews(reviews, tasks, codebook).reviews
