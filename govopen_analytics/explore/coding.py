"""Coding by hand in a notebook: every decision is kept as soon as it is made."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import pandas as pd
import traitlets

from govopen_analytics import review
from govopen_analytics.base.errors import GovOpenError, SelectionError
from govopen_analytics.base.languages import percent
from govopen_analytics.base.locking import disk_errors_explained, locked
from govopen_analytics.base.schemas import to_schema, validate
from govopen_analytics.base.tables import Tables
from govopen_analytics.coding.assign import CODERS, assign_themes
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.explore import script, shipped
from govopen_analytics.measures.intervals import jeffreys_interval
from govopen_analytics.questions.short_displays import as_text
from govopen_analytics.words import section

_SECONDS_WAIT = 10
_LONGEST_NAME = 60


class HandCoding(anywidget.AnyWidget):
    """Code tasks one by one; decisions go to the folder of reviews at once.

    Made by ``corpus.code(coder="…")``, which says what its options mean. Made anew, it
    goes on where it stopped. `make_corpus` makes a corpus of tables.
    """

    _esm = script("coding.js") + "export default govopenCoding;\n"
    _css = shipped("explorer.css")
    header = traitlets.Dict().tag(sync=True)
    task = traitlets.Dict().tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
    summary: traitlets.List[str] = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(
        self,
        tables: Tables,
        codebook: Codebook,
        coder: str,
        folder: Path,
        make_corpus: Callable[[Tables], Any],
        *,
        n_random: int = 0,
        n_most: int = 200,
        task_ids: Iterable[str] = (),
        seed: int = 0,
        lang: str = "zh",
        interval: float = 0.95,
    ) -> None:
        self._tables, self._codebook, self._folder = tables, codebook, folder
        self._make_corpus, self._lang, self._interval = make_corpus, lang, interval
        self._words = section("hand_coding", lang)
        self.coder = _checked_name(coder)
        picked = self._picked(n_random, n_most, seed, list(task_ids))
        self._machine = self._coded_by_machine(picked["task_id"])
        self._rows = self._to_show(picked, is_blind=n_random > 0)
        reviews = self._own_reviews()
        # What this session knows of its coder's decisions: a change from elsewhere
        # means that another person works under the same name.
        self._decisions = {row.task_id: _decision(row) for row in reviews.itertuples()}
        self._place = self._next_open(-1)
        super().__init__(header=self._header())
        if n := len(reviews):
            self.message = self._words["goes_on"].format(coder=self.coder, n=n)
        self._show()
        self.on_msg(self._answer)

    # Which tasks ----------------------------------------------------------------------

    def _picked(
        self, n_random: int, n_most: int, seed: int, task_ids: list[str]
    ) -> pd.DataFrame:
        tasks = self._tables.tasks
        if task_ids:
            review.refuse_unknown_tasks(task_ids, tasks["task_id"])
            picked = list(dict.fromkeys(task_ids))
            reasons = [["asked_for"]] * len(picked)
            return pd.DataFrame({"task_id": picked, "reasons": reasons})
        if n_random:
            sample = review.draw_random_sample(tasks, n_random, seed=seed)
            with self._writing():
                review.add_sample(sample, self._folder)
            reasons = [["random"]] * len(sample)
            return sample[["task_id"]].assign(reasons=reasons)
        coded = self._tables.theme_assignments
        machine = coded.loc[coded["coder"].isin(CODERS)]
        people = coded.loc[~coded["coder"].isin(CODERS), "task_id"]
        open_tasks = tasks.loc[~tasks["task_id"].isin(people)]
        picked = review.select_for_review(open_tasks, machine, machine.head(0))
        done = self._own_reviews()["task_id"]
        return picked.loc[~picked["task_id"].isin(done)].head(n_most)

    def _coded_by_machine(self, task_ids: pd.Series) -> pd.DataFrame:
        """Code the plans of some tasks anew, without people's decisions."""
        tasks = self._tables.tasks
        plans = tasks.loc[tasks["task_id"].isin(task_ids), "document_id"]
        decided = self._reviews()["task_id"]
        more = tasks.loc[tasks["task_id"].isin(decided), "document_id"]
        tasks = tasks.loc[tasks["document_id"].isin([*plans, *more])]
        return assign_themes(tasks.reset_index(drop=True), self._codebook)

    def _to_show(self, picked: pd.DataFrame, *, is_blind: bool) -> list[dict[str, Any]]:
        tables, words = self._tables, self._words
        rows = review.review_rows(
            picked,
            tables.tasks,
            tables.documents,
            self._machine,
            self._codebook,
            lang=self._lang,
        )
        shown = []
        for row in rows.to_dict("records"):
            place = [row[name] for name in ("plan", "chapter", "section", "reasons")]
            lines = []
            if not is_blind:
                themes = [row["machine_primary"], row["machine_secondary"]]
                named = words["join"].join(filter(None, map(as_text, themes)))
                lines = [words["machine"].format(themes=named), row["evidence"]]
            shown.append(
                {
                    "task_id": row["task_id"],
                    "place": " · ".join(filter(None, map(as_text, place))),
                    "text": row["text"],
                    "lines": lines,
                }
            )
        return shown

    # Decisions ------------------------------------------------------------------------

    def decide(self, task_id: str, themes: Sequence[str], remark: str = "") -> None:
        """Keep a decision about a task, in place of an earlier one of this coder.

        Parameters
        ----------
        task_id : str
        themes : sequence of str
            Identifiers or labels, the primary theme first; an empty one says that
            none fits.
        remark : str, default ""

        Raises
        ------
        SelectionError
            If the task is not known, no theme is given, or someone else decided
            about it under the same name.
        CodebookError
            If a theme is not known.
        RunError, BusyError
            If the decision cannot be written.
        """
        texts = self._tables.tasks.set_index("task_id")["text"]
        review.refuse_unknown_tasks([task_id], texts.index)
        if not themes:
            raise SelectionError(self._words["choose"])
        named = map(self._codebook.theme_id, filter(None, themes))
        chosen = [] if "" in themes else list(dict.fromkeys(named))
        new = {
            "task_id": task_id,
            "coder": self.coder,
            "reviewed_date": date.today(),
            "primary_theme_id": chosen[0] if chosen else None,
            "secondary_theme_ids": chosen[1:],
            "codebook_version": self._codebook.version,
            "text_sha256": review.text_sha256(texts[task_id]),
            "remark": remark.strip() or None,
            "text": texts[task_id],
        }
        table = validate(to_schema(pd.DataFrame([new]), "reviews"), "reviews")
        with self._writing():
            stored = review.read_reviews(self._folder)
            is_own = (stored["task_id"] == task_id) & (stored["coder"] == self.coder)
            decisions = [_decision(row) for row in stored.loc[is_own].itertuples()]
            if decisions and decisions[0] != self._decisions.get(task_id):
                raise SelectionError(
                    self._words["same_name"].format(coder=self.coder, task=task_id)
                )
            review.write_reviews(review.add_reviews(stored, table), self._folder)
        (row,) = table.itertuples()
        self._decisions[task_id] = _decision(row)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        consequence = self._words["nothing_kept"]
        with (
            disk_errors_explained(self._folder, "the decision", consequence),
            locked(self._folder, seconds_wait=_SECONDS_WAIT),
        ):
            yield

    def _reviews(self) -> pd.DataFrame:
        """Return all decisions that hold for the tasks as they are now."""
        stored = review.read_reviews(self._folder)
        return review.current_reviews(stored, self._tables.tasks, self._codebook)

    def _own_reviews(self) -> pd.DataFrame:
        reviews = self._reviews()
        return reviews.loc[reviews["coder"] == self.coder]

    # What follows from them -----------------------------------------------------------

    @property
    def corpus(self) -> Any:
        """The corpus with people's decisions in the machine's place."""
        coded = self._tables.theme_assignments
        machine = coded.loc[coded["coder"].isin(CODERS)]
        decided = review.apply_reviews(machine, self._reviews())
        return self._make_corpus(self._tables.with_tables(theme_assignments=decided))

    def agreement(self) -> pd.DataFrame:
        """Say how often the primary theme is that of the machine and other coders.

        Returns
        -------
        DataFrame, shape (n_others, 6)
            ``coder`` ("machine" or a name), ``n_tasks`` (both decided), ``n_same``,
            ``share`` with ``share_lower`` and ``share_upper`` (0-1).
        """
        reviews = self._reviews()
        primary = reviews.set_index("task_id")["primary_theme_id"].fillna("")
        coders = reviews["coder"].to_numpy()
        decided = primary[coders == self.coder]
        first = self._machine.loc[self._machine["rank"] == 1]
        machine = first.set_index("task_id")["theme_id"].reindex(decided.index)
        others = {"machine": machine.fillna("")}
        for coder in sorted(set(coders) - {self.coder}):
            others[coder] = primary[coders == coder]
        rows = []
        for name, codes in others.items():
            both = decided.index.intersection(codes.index)
            n_same = int((decided[both] == codes[both]).sum())
            lower, upper = jeffreys_interval(
                np.array(n_same), np.array(len(both)), interval=self._interval
            )
            share = n_same / len(both) if len(both) else None
            rows.append((name, len(both), n_same, share, float(lower), float(upper)))
        columns = ["coder", "n_tasks", "n_same", "share", "share_lower", "share_upper"]
        return pd.DataFrame(rows, columns=columns)

    def corrected_shares(self) -> pd.DataFrame:
        """Correct the machine's shares by a random sample that was coded to the end.

        Returns
        -------
        DataFrame
            As by ``measures.corrected_shares``; no rows before a sample is
            coded to the end.
        """
        return review.corpus_correction(
            self._tables, self._codebook, self._folder, interval=self._interval
        ).shares

    # The widget -----------------------------------------------------------------------

    def __repr__(self) -> str:
        return str(section("widgets", self._lang)["coding"])

    def _header(self) -> dict[str, Any]:
        themes = self._codebook.themes
        rows = zip(
            themes["theme_id"],
            themes[f"label_{self._lang}"],
            themes[f"definition_{self._lang}"].fillna(""),
            strict=True,
        )
        return {
            "words": self._words,
            "themes": [{"id": i, "label": n, "definition": d} for i, n, d in rows],
        }

    def _answer(self, _: Any, content: Mapping[str, Any], __: Any) -> None:
        try:
            if content.get("what") == "save":
                task_id = str(content["task_id"])
                self.decide(task_id, content["themes"], str(content["remark"]))
                self.message = self._words["kept"].format(task=task_id)
                self._place = self._next_open(self._place)
            else:
                last = len(self._rows) - 1
                step = int(content.get("step", 0))
                self._place = max(0, min(last, self._place + step))
            self._show()
        except (GovOpenError, OSError) as error:
            self.message = str(error)

    def _next_open(self, place: int) -> int:
        """Return the place of the next task without a decision, else the end."""
        n = len(self._rows)
        for i in [*range(place + 1, n), *range(min(place + 1, n))]:
            if self._rows[i]["task_id"] not in self._decisions:
                return i
        return n

    def _show(self) -> None:
        if self._place < len(self._rows):
            row = self._rows[self._place]
            primary, further, remark = self._decisions.get(
                row["task_id"], (None, (), "")
            )
            chosen = [primary, *further] if primary is not None else []
            self.task = {**row, "chosen": chosen, "remark": remark}
        else:
            self.task = {"task_id": ""}
        self.summary = self._summary()

    def _summary(self) -> list[str]:
        words = self._words
        n_done = sum(row["task_id"] in self._decisions for row in self._rows)
        lines = [
            words["progress"].format(done=n_done, all=len(self._rows), coder=self.coder)
        ]
        for row in self.agreement().itertuples():
            if row.n_tasks:
                name = words["the_machine"] if row.coder == "machine" else row.coder
                lines.append(
                    words["agreement"].format(
                        coder=name,
                        share=percent(row.share),
                        lower=percent(row.share_lower),
                        upper=percent(row.share_upper),
                        n=row.n_tasks,
                    )
                )
        return lines + (self._share_lines() if n_done == len(self._rows) else [])

    def _share_lines(self) -> list[str]:
        shares = self.corrected_shares()
        labels = self._codebook.labels(self._lang)
        return [
            self._words["share"].format(
                theme=labels[row.theme_id],
                share=percent(row.share),
                corrected=percent(row.share_corrected),
                lower=percent(row.share_corrected_lower),
                upper=percent(row.share_corrected_upper),
            )
            for row in shares.itertuples()
        ]


def _checked_name(coder: str) -> str:
    name = " ".join(str(coder).split())
    if not name or len(name) > _LONGEST_NAME:
        raise SelectionError(
            f"coder: found {coder!r}, expected the name or initials of who decides, "
            f"of at most {_LONGEST_NAME} characters"
        )
    if name in CODERS:
        raise SelectionError(
            f"coder: found {name!r}, the name of an automatic coder; give your own name"
        )
    return name


def _decision(row: Any) -> tuple[str, tuple[str, ...], str]:
    """Return what was decided, to compare: no theme is an empty name."""
    primary, remark = as_text(row.primary_theme_id), as_text(row.remark)
    return primary, tuple(row.secondary_theme_ids), remark
