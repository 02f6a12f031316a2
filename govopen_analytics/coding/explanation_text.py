"""Why a task has its themes, as plain text for a reader."""

from html import escape

import pandas as pd

from govopen_analytics.base.text import fold
from govopen_analytics.coding.codebook import Codebook, Keyword, Pattern
from govopen_analytics.coding.explain import Explanation
from govopen_analytics.words import section


def explanation_text(
    explanation: Explanation, codebook: Codebook, *, lang: str = "zh"
) -> str:
    """Write an explanation out: themes, evidence by piece, keywords in context.

    Parameters
    ----------
    explanation : Explanation
        Result of ``coding.explain``.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    str
        Lines of plain text.
    """
    words = section("explanations", lang)
    labels = codebook.labels(lang)
    lines = [explanation.task_id]
    lines += _theme_lines(explanation, labels, words)
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
    speakers: list[Keyword | Pattern] = [*codebook.keywords, *codebook.patterns]
    weights = {(speaker.theme_id, speaker.name): speaker.weight for speaker in speakers}
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


def review_text(reviews: pd.DataFrame, codebook: Codebook, *, lang: str = "zh") -> str:
    """Write out what people decided about a task, a line each.

    Parameters
    ----------
    reviews : DataFrame, shape (n_reviews, 8)
        Rows of a valid ``reviews`` table.
    lang : {"zh", "en"}, default "zh"
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


def evidence_table(
    explanation: Explanation, codebook: Codebook, *, lang: str = "zh"
) -> pd.DataFrame:
    """Lay the evidence out: a row per piece, with the keywords found in it.

    Parameters
    ----------
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_pieces, 5)
    """
    words = section("explanations", lang)
    labels, heads = codebook.labels(lang), words["columns"]
    keywords = list(dict.fromkeys(explanation.matches["keyword"]))
    pieces = explanation.pieces
    return pd.DataFrame(
        {
            heads["kind"]: [words["kinds"][kind] for kind in pieces["kind"]],
            heads["theme"]: [labels[theme] for theme in pieces["theme_id"]],
            heads["share"]: pieces["share"],
            heads["text"]: pieces["text"],
            heads["keywords"]: [
                words["join"].join(word for word in keywords if fold(word) in text)
                for text in pieces["text"]
            ],
        }
    )


def marked_text(
    explanation: Explanation, codebook: Codebook, *, lang: str = "zh"
) -> str:
    """Show the task with its keywords marked, as HTML; all text is escaped.

    Parameters
    ----------
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    str
        Each keyword in ``<mark>``, its theme as title.
    """
    labels = codebook.labels(lang)
    text, parts, place = explanation.text, [], 0
    rows = explanation.matches.sort_values(["start_char", "end_char"])
    for match in rows.itertuples():
        # Of matches that overlap, the part that is not yet shown is marked.
        start, end = max(match.start_char, place), match.end_char
        if end <= start:
            continue
        theme = escape(labels[match.theme_id])
        parts += [escape(text[place:start]), f'<mark title="{theme}">']
        parts += [escape(text[start:end]), "</mark>"]
        place = end
    parts.append(escape(text[place:]))
    return "".join(parts).replace("\n", "<br>")


def _theme_lines(
    explanation: Explanation, labels: dict[str, str], words: dict
) -> list[str]:
    lines = [
        words["theme"].format(
            rank=words["ranks"][min(int(row.rank), 2)],
            theme=labels[row.theme_id],
            score=words["no_score"] if pd.isna(row.score) else f"{row.score:.2f}",
            coder=row.coder,
        )
        for row in explanation.assignments.itertuples()
    ]
    if lines or not explanation.likeliest_theme_id:
        return lines or [words["no_theme"]]
    sentence = words["unsure"].format(
        theme=labels[explanation.likeliest_theme_id],
        score=f"{explanation.likeliest_score:.2f}",
        least=f"{explanation.least_score:.2f}",
    )
    return [sentence]


def _on_one_line(text: str) -> str:
    return " ".join(text.splitlines())
