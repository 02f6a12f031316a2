"""Why a task has its themes, or none: the evidence, and how it is shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from govopen_analytics.base.errors import SchemaError, choices
from govopen_analytics.base.text import fold
from govopen_analytics.coding.assign import assign_themes
from govopen_analytics.coding.clauses import KINDS, mark_shared_titles
from govopen_analytics.coding.codebook import (
    Codebook,
    Keyword,
    Pattern,
    load_codebook,
)
from govopen_analytics.coding.coders import by_unseen_documents, linear_model
from govopen_analytics.coding.combined import (
    coder_weights,
    primary_chances,
    task_evidence,
)
from govopen_analytics.coding.keywords import (
    check_tasks,
    keyword_in_context,
    keyword_matches,
)
from govopen_analytics.words import section


@dataclass(frozen=True)
class Explanation:
    """Why a task has its themes, or none.

    Attributes
    ----------
    assignments : DataFrame
        The task's ``theme_assignments``.
    pieces : DataFrame, shape (n_pieces, 4)
        Each piece of the task: ``kind``, ``text`` (folded, means left out),
        ``theme_id`` it speaks for most, ``share`` of its evidence (0-1).
    matches : DataFrame
        Keywords found in the task, in context.
    text : str
        The task's text.
    likeliest_theme_id : str
        The theme with the greatest chance, whether given or not; empty if nothing
        speaks for any.
    likeliest_score, least_score : float
        Its chance, and the threshold below which a task stays unclassified (0-1).
    """

    task_id: str
    assignments: pd.DataFrame
    pieces: pd.DataFrame
    matches: pd.DataFrame
    text: str
    likeliest_theme_id: str
    likeliest_score: float
    least_score: float
    codebook: Codebook

    def __repr__(self) -> str:
        return self.in_words()

    def _repr_html_(self) -> str:
        table = self.evidence_table().to_html(index=False, escape=True)
        return f"<p>{self.marked_text()}</p>{table}"

    def in_words(self, lang: str = "zh") -> str:
        """Write it out in lines: themes, evidence by piece, keywords in context."""
        words, labels = section("explanations", lang), self.codebook.labels(lang)
        pieces = [
            words["piece"].format(
                kind=words["kinds"][piece.kind],
                theme=labels[piece.theme_id],
                share=f"{piece.share:.2f}",
                text=piece.text,
            )
            for piece in self.pieces.itertuples()
        ]
        entries: list[Keyword | Pattern] = [
            *self.codebook.keywords,
            *self.codebook.patterns,
        ]
        weights = {(entry.theme_id, entry.name): entry.weight for entry in entries}
        matches = [
            words["match"].format(
                theme=labels[match.theme_id],
                weight=f"{weights[match.theme_id, match.keyword]:g}",
                before=_on_one_line(match.before),
                match=_on_one_line(match.match),
                after=_on_one_line(match.after),
            )
            for match in self.matches.itertuples()
        ]
        lines = [self.task_id, *self._theme_lines(words, labels)]
        lines += [words["pieces"], *pieces]
        lines += [words["matches" if matches else "no_matches"], *matches]
        return "\n".join(lines)

    def _theme_lines(self, words: dict, labels: dict[str, str]) -> list[str]:
        lines = [
            words["theme"].format(
                rank=words["ranks"][min(int(row.rank), 2)],
                theme=labels[row.theme_id],
                score=words["no_score"] if pd.isna(row.score) else f"{row.score:.2f}",
                coder=row.coder,
            )
            for row in self.assignments.itertuples()
        ]
        if lines or not self.likeliest_theme_id:
            return lines or [words["no_theme"]]
        sentence = words["unsure"].format(
            theme=labels[self.likeliest_theme_id],
            score=f"{self.likeliest_score:.2f}",
            least=f"{self.least_score:.2f}",
        )
        return [sentence]

    def evidence_table(self, lang: str = "zh") -> pd.DataFrame:
        """Lay the evidence out: a row per piece, with the keywords found in it."""
        words, labels = section("explanations", lang), self.codebook.labels(lang)
        heads, pieces = words["columns"], self.pieces
        keywords = list(dict.fromkeys(self.matches["keyword"]))
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

    def marked_text(self, lang: str = "zh") -> str:
        """Show the task with its keywords marked, as HTML; all text is escaped."""
        labels = self.codebook.labels(lang)
        spans = self.matches[["start_char", "end_char", "theme_id"]].assign(
            theme_id=self.matches["theme_id"].map(labels)
        )
        marked = marked_text(self.text, spans.itertuples(index=False, name=None))
        return marked.replace("\n", "<br>")


def explain(
    task: str | Mapping[str, Any] | pd.Series | pd.DataFrame,
    tasks: Any = None,
    codebook: Codebook | None = None,
) -> Explanation:
    """Say why the combined coder gives a task its themes, or none.

    Parameters
    ----------
    task : str, mapping, Series or DataFrame
        What is at hand: the id of a task of `tasks`; without `tasks`, a text, or a
        row of a tasks table (a Series, a table of one row, or a mapping with
        ``text``, or with ``title`` and ``content``).
    tasks : DataFrame or Corpus, optional
        Holds the task. A title that several rows share then counts as carried down.
    codebook : Codebook, optional
        The shipped one by default.

    Raises
    ------
    SchemaError
        If `tasks` does not hold the task, or a row has no text.
    """
    codebook = codebook or load_codebook()
    if tasks is not None:
        row = _row_of(task, getattr(tasks, "tasks", tasks))
    else:
        row = _row_at_hand(task)
    [(left_out, _)] = by_unseen_documents(row, codebook)
    evidence = task_evidence(row, codebook, linear_model(codebook, left_out))
    weights = coder_weights(codebook)
    chances = primary_chances(evidence, weights)[0, :-1]
    shares = evidence.piece_shares()
    theme_ids = np.array(codebook.theme_ids, dtype=object)
    pieces = pd.DataFrame(
        {
            "kind": [KINDS[kind] for kind in evidence.pieces.kinds],
            "text": [evidence.pieces.texts[n] for n in evidence.pieces.numbers],
            "theme_id": theme_ids[shares.argmax(axis=1)],
            "share": shares.max(axis=1).round(3),
        }
    )
    text = row["text"].iloc[0]
    return Explanation(
        task_id=row["task_id"].iloc[0],
        assignments=assign_themes(row, codebook, left_out=left_out),
        pieces=pieces,
        matches=keyword_in_context(row, keyword_matches(row, codebook)),
        text="" if pd.isna(text) else text,
        likeliest_theme_id=theme_ids[chances.argmax()] if chances.any() else "",
        likeliest_score=float(chances.max()),
        least_score=weights["least_score"],
        codebook=codebook,
    )


def _row_of(task: Any, tasks: pd.DataFrame) -> pd.DataFrame:
    check_tasks(tasks)
    task_id = task if isinstance(task, str) else _row_at_hand(task)["task_id"].iloc[0]
    marked = mark_shared_titles(tasks)
    row = marked.loc[marked["task_id"] == task_id]
    if row.empty:
        raise SchemaError(
            "tasks", f"unknown task_id: {choices(task_id, tasks['task_id'])}"
        )
    return row


def _row_at_hand(task: Any) -> pd.DataFrame:
    """Lay a text, a row or a mapping out as a table of one task."""
    if isinstance(task, pd.DataFrame):
        if len(task) != 1:
            raise SchemaError("tasks", f"found {len(task)} rows, expected one task")
        task = task.iloc[0]
    if isinstance(task, str):
        task = {"text": task}
    if not isinstance(task, Mapping | pd.Series):
        raise SchemaError(
            "tasks",
            f"found {type(task).__name__}, expected a text, a row, a mapping, or the "
            "id of a task with the tasks or corpus that hold it",
        )
    values = {k: v for k, v in dict(task).items() if isinstance(v, list) or pd.notna(v)}
    parts = [values.get(name) for name in ("title", "content")]
    values.setdefault("text", "\n".join(part for part in parts if part))
    values.setdefault("task_id", "task")
    if not str(values["text"]).strip():
        raise SchemaError(
            "tasks",
            f"found a row with {', '.join(map(str, values))}, expected 'text', or "
            "'title' and 'content'",
        )
    columns = ["task_id", "document_id", "title", "is_title_inherited", "text"]
    columns += ["section", "chapter"]
    return pd.DataFrame([{name: values[name] for name in columns if name in values}])


def review_text(reviews: pd.DataFrame, codebook: Codebook, *, lang: str = "zh") -> str:
    """Write out what people decided about a task, a line for each of these reviews."""
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


def marked_text(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """Escape a text, and mark stretches of it, each given by start, end and title.

    Of a stretch that begins inside an earlier one, the part not yet shown is marked.
    """
    parts, done = [], 0
    for start, end, title in sorted(spans, key=lambda span: span[:2]):
        if end <= done or start >= len(text):
            continue
        start = max(start, done)
        inner = escape(text[start:end])
        parts.append(escape(text[done:start]))
        parts.append(f'<mark title="{escape(title)}">{inner}</mark>')
        done = end
    return "".join(parts) + escape(text[done:])


def _on_one_line(text: str) -> str:
    return " ".join(text.splitlines())
