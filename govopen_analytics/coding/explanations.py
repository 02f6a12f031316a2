"""Why a task has its themes, as plain text for a reader."""

import pandas as pd

from govopen_analytics.base.languages import in_language
from govopen_analytics.coding.assign import Explanation
from govopen_analytics.coding.codebook import Codebook, Keyword, Pattern

_WORDS = {
    "zh": {
        "theme": "{rank}：{theme}（把握 {score}，{coder}）",
        "ranks": {1: "主要主题", 2: "次要主题"},
        "no_theme": "没有归入任何主题：没有证据为任何主题说话。",
        "no_score": "人工判断",
        "review": "{coder} 于 {date} 判断（优先于机器）：{themes}",
        "no_theme_fits": "不属于任何主题",
        "join": "、",
        "pieces": "逐段的证据（该段最支持的主题，占该段证据的份额）：",
        "piece": "  [{kind}] {theme} {share} · {text}",
        "kinds": {
            "title": "标题",
            "inherited_title": "承袭的标题",
            "content": "内容",
            "purpose": "目的",
            "section": "节",
            "chapter": "章",
        },
        "matches": "匹配到的关键词：",
        "match": "  {theme}（权重 {weight}）：{before}【{match}】{after}",
        "no_matches": "没有匹配到关键词；主题由线性模型归入。",
    },
    "en": {
        "theme": "{rank}: {theme} (score {score}, {coder})",
        "ranks": {1: "Primary theme", 2: "Secondary theme"},
        "no_theme": "No theme: nothing in the task speaks for one.",
        "no_score": "given by a person",
        "review": "{coder} decided on {date} (wins over the machine): {themes}",
        "no_theme_fits": "no theme fits",
        "join": ", ",
        "pieces": "Evidence piece by piece (the theme a piece speaks for most, and its "
        "share of the piece's evidence):",
        "piece": "  [{kind}] {theme} {share} · {text}",
        "kinds": {
            "title": "title",
            "inherited_title": "inherited title",
            "content": "content",
            "purpose": "purpose",
            "section": "section",
            "chapter": "chapter",
        },
        "matches": "Keywords matched:",
        "match": "  {theme} (weight {weight}): {before}[{match}]{after}",
        "no_matches": "No keyword matched; the theme comes from the linear model.",
    },
}


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
    words = in_language(_WORDS, lang)
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
    words = in_language(_WORDS, lang)
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
