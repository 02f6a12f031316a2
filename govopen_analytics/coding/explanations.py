"""Why a task has its themes, as plain text for a reader."""

import pandas as pd

from govopen_analytics.coding.assign import Explanation
from govopen_analytics.coding.codebook import Codebook, Keyword, Pattern
from govopen_analytics.words import section


def explanation_text(
    explanation: Explanation, codebook: Codebook, *, lang: str = "zh"
) -> str:
    """Write an explanation out: themes, evidence by piece, keywords in context.

    Parameters
    ----------
    explanation : Explanation
        Result of ``coding.explain``.
    codebook : Codebook
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    str
        Lines of plain text.
    """
    words = section("explanations", lang)
    labels = codebook.labels(lang)
    lines = [explanation.task_id]
    lines += _theme_lines(explanation.assignments, labels, words)
    lines.append(words["pieces"])
    lines += [
        words["piece"].format(
            kind=words["kinds"][piece.kind],
            theme=labels[piece.theme_id],
            share=f"{piece.share:.2f}",
            text=piece.text,
        )
        for piece in explanation.pieces.itertuples()
    ]
    speakers = [*codebook.keywords, *codebook.patterns]
    weights = {(one.theme_id, _name(one)): one.weight for one in speakers}
    lines.append(words["no_matches" if explanation.matches.empty else "matches"])
    lines += [
        words["match"].format(
            theme=labels[match.theme_id],
            weight=f"{weights[match.theme_id, match.keyword]:g}",
            before=_on_one_line(match.before),
            match=_on_one_line(match.match),
            after=_on_one_line(match.after),
        )
        for match in explanation.matches.itertuples()
    ]
    return "\n".join(lines)


def _name(speaker: Keyword | Pattern) -> str:
    return speaker.text if isinstance(speaker, Keyword) else speaker.name


def review_text(reviews: pd.DataFrame, codebook: Codebook, *, lang: str = "zh") -> str:
    """Write out what people decided about a task, a line each.

    Parameters
    ----------
    reviews : DataFrame, shape (n_reviews, 8)
        Rows of a valid ``reviews`` table.
    codebook : Codebook
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    str
    """
    words = section("explanations", lang)
    labels = codebook.labels(lang)
    lines = []
    for review in reviews.itertuples():
        themes = words["no_theme_fits"]
        if not pd.isna(review.primary_theme_id):
            given = [review.primary_theme_id, *review.secondary_theme_ids]
            themes = words["join"].join(labels[theme] for theme in given)
        day = review.reviewed_date.date().isoformat()
        lines.append(
            words["review"].format(coder=review.coder, date=day, themes=themes)
        )
    return "\n".join(lines)


def _theme_lines(
    assignments: pd.DataFrame, labels: dict[str, str], words: dict
) -> list[str]:
    lines = [
        words["theme"].format(
            rank=words["ranks"][min(int(row.rank), 2)],
            theme=labels[row.theme_id],
            score=words["no_score"] if pd.isna(row.score) else f"{row.score:.2f}",
            coder=row.coder,
        )
        for row in assignments.itertuples()
    ]
    return lines or [words["no_theme"]]


def _on_one_line(text: str) -> str:
    return " ".join(text.splitlines())
