"""The face of the library: a corpus with its tables, measures and charts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from govopen_analytics import measures
from govopen_analytics.base.cache import Cache
from govopen_analytics.base.datapackage import read_datapackage, read_descriptor
from govopen_analytics.base.errors import (
    CodebookError,
    ExportError,
    SelectionError,
    choices,
)
from govopen_analytics.base.tables import Tables
from govopen_analytics.charts.display import ChartSource, Display
from govopen_analytics.coding.codebook import Codebook, load_codebook
from govopen_analytics.coding.coded import code_plans, moved_themes, recode
from govopen_analytics.coding.explain import explain
from govopen_analytics.coding.keywords import find_word
from govopen_analytics.explore.adding import Addition, read_addition
from govopen_analytics.explore.plan import Document, plans_of
from govopen_analytics.plans.corpus import read_plans
from govopen_analytics.questions import commitments, selection, short_displays
from govopen_analytics.questions.citation import Citation, citation
from govopen_analytics.questions.result import Result

if TYPE_CHECKING:
    from govopen_analytics.explore.coding import HandCoding
    from govopen_analytics.explore.explorer import Explorer

By = str | Sequence[str]
OPEN_GOVERNMENT = ("open_government",)
_USUAL_GROUPS = ("agency", "year", "level", "province", "all")


def load_corpus(
    raw_dir: str | Path,
    *,
    codebook: Codebook | str | Path | None = None,
    lang: str = "zh",
    interval: float = 0.95,
    subjects: Iterable[str] = OPEN_GOVERNMENT,
    executor: Any = None,
    on_progress: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> "Corpus":
    """Read a folder of plans and code their themes.

    A file that cannot be read or is no plan becomes a row of ``failures``.

    Parameters
    ----------
    raw_dir : str or Path
        Folder of plans as published, with or without a ``manifest.csv``.
    codebook : Codebook, str or Path, optional
        Codebook or its YAML file; by default the one that comes with the library.
    lang : {"zh", "en"}, default "zh"
        Language of labels, displays and charts.
    interval : float, default 0.95
        Level of all intervals (0-1, exclusive).
    subjects : iterable of str, default ("open_government",)
        Plans kept, by ``documents.subject``; none keeps all.
    executor : concurrent.futures.Executor or distributed.Client, optional
        Reads the files instead of processes of this machine.
    on_progress : callable, optional
        Called with "read" or "code", what is done of it and its total.

    Raises
    ------
    SourceError
        If the folder is not there, or its manifest cannot be read.
    CodebookError
        If the codebook breaks one of its rules.

    Examples
    --------
    >>> corpus = load_corpus("data/raw", lang="en")
    >>> corpus
    Corpus: 5 plans, 136 tasks, 5 agencies, years 2021–2024
    >>> shares = corpus.theme_shares(by=["agency", "year"])
    >>> shares.table.shape[0]
    45
    """
    book = codebook if isinstance(codebook, Codebook) else load_codebook(codebook)
    plans = read_plans(
        raw_dir,
        executor=executor,
        cache=Cache.of_user("plans"),
        on_progress=partial(on_progress, "read"),
    )
    tables = code_plans(
        plans,
        book,
        cache=Cache.of_user("codes"),
        on_progress=partial(on_progress, "code"),
    )
    folder = Path(raw_dir).resolve()
    return Corpus(
        _about(tables, subjects),
        codebook=book,
        lang=lang,
        interval=interval,
        data_dir=folder.parent if folder.name == "raw" else None,
    )


def open_corpus(
    processed_dir: str | Path = "data/processed",
    *,
    codebook: Codebook | str | Path | None = None,
    lang: str = "zh",
    interval: float = 0.95,
    date: str = "",
    subjects: Iterable[str] = OPEN_GOVERNMENT,
) -> "Corpus":
    """Open the tables that ``govopen build`` wrote; each is read on first use.

    Parameters
    ----------
    processed_dir : str or Path, default "data/processed"
        Folder with a ``datapackage.json``.
    codebook : Codebook, str or Path, optional
        The codebook the tables were coded by, where it is not the library's.
    lang, interval
        As in ``load_corpus``.
    date : str, default ""
        Date in the source lines of charts, ISO 8601; empty writes none.
    subjects : iterable of str, default ("open_government",)
        Plans kept, by ``documents.subject``; none keeps all.

    Raises
    ------
    SourceError
        If the tables were not built.
    """
    coded_by = read_descriptor(processed_dir).get("codebook", {})
    book = load_codebook(codebook) if isinstance(codebook, str | Path) else codebook
    return Corpus(
        _about(read_datapackage(processed_dir), subjects),
        codebook=book,
        coded_by=coded_by,
        lang=lang,
        interval=interval,
        date=date,
        data_dir=Path(processed_dir).resolve().parent,
    )


class Corpus:
    """Plans, their tasks and themes, with every measure one word away.

    Made by ``load_corpus`` or ``open_corpus``.

    Parameters
    ----------
    tables : Tables
        The plain tables; each is read on first use.
    codebook : Codebook, optional
        What the tasks were coded by.
    coded_by : mapping of str to str, optional
        ``name``, ``version`` and ``sha256`` of the codebook that coded the tables;
        by default those of `codebook`.
    lang, interval, date
        As in ``open_corpus``.
    data_dir : Path, optional
        Folder that holds ``raw`` and ``reviews``, for ``add`` and ``code``.

    Raises
    ------
    SelectionError
        If the language or the level is not among what it may be.
    """

    def __init__(
        self,
        tables: Tables,
        *,
        codebook: Codebook | None = None,
        coded_by: Mapping[str, str] | None = None,
        lang: str = "zh",
        interval: float = 0.95,
        date: str = "",
        data_dir: Path | None = None,
    ) -> None:
        Display(lang, interval)  # refuses what a display cannot be
        self.tables = selection.with_series(tables)
        self.lang, self.interval, self.date = lang, interval, date
        self._options: dict[str, Any] = {
            "codebook": codebook,
            "coded_by": coded_by,
            "lang": lang,
            "interval": interval,
            "date": date,
            "data_dir": data_dir,
        }

    # Tables -----------------------------------------------------------------------

    @property
    def documents(self) -> pd.DataFrame:
        """The plans, one a row, with the manifest's own columns."""
        return self.tables.documents

    @cached_property
    def tasks(self) -> pd.DataFrame:
        """The tasks, with agency, year and themes as columns.

        ``theme`` is the label of the primary theme, empty where no theme fits;
        ``further_themes`` lists the labels of the others. The plan's level, place
        and the manifest's own columns stand at the end.
        """
        return selection.tasks_with_plans(self.tables, self.lang)

    @property
    def themes(self) -> pd.DataFrame:
        """The themes of the codebook."""
        return self.tables.themes

    @property
    def assignments(self) -> pd.DataFrame:
        """Which task carries which theme, by which coder."""
        return self.tables.theme_assignments

    @property
    def matches(self) -> pd.DataFrame:
        """The codebook's keywords found in the tasks."""
        return self.tables.keyword_matches

    @property
    def spans(self) -> pd.DataFrame:
        """What each character of each plan is."""
        return self.tables.spans

    @property
    def failures(self) -> pd.DataFrame:
        """Files that became no plan, and why."""
        return self.tables.failures

    @property
    def remarks(self) -> pd.DataFrame:
        """What a person should look at in the plans that were read."""
        return self.tables.remarks

    @property
    def codebook(self) -> Codebook:
        """The codebook the tasks were coded by.

        Raises
        ------
        CodebookError
            If the tables were coded by another codebook than the library's and it
            was not given.
        """
        if self._options["codebook"] is None:
            book, coded_by = load_codebook(), self._options["coded_by"] or {}
            if coded_by.get("sha256", book.fingerprint) != book.fingerprint:
                raise CodebookError(
                    "The tables were coded by another codebook than the one of the "
                    "library; give its file: open_corpus(..., codebook=path), or run "
                    "`govopen build` again"
                )
            self._options["codebook"] = book
        return cast(Codebook, self._options["codebook"])

    @cached_property
    def confusion(self) -> measures.Confusion | None:
        """How often the coder was wrong on plans that people coded; None if unknown.

        What the build wrote, or measured now on the codebook's reference codings.
        """
        written = measures.Confusion.of_tables(self.tables)
        codebook = self._options["codebook"]
        if written is not None or codebook is None:
            return written
        return measures.Confusion.of_codebook(codebook)

    # Choosing and looking ---------------------------------------------------------

    def select(
        self,
        agencies: str | Iterable[str] = (),
        years: int | Iterable[int] = (),
        themes: str | Iterable[str] = (),
        levels: str | Iterable[str] = (),
        **columns: Any,
    ) -> "Corpus":
        """Keep a part of the corpus.

        Parameters
        ----------
        agencies, years, levels : value or iterable of values
            Of these plans; none keeps all.
        themes : str or iterable of str
            Tasks that touch one of these themes (identifiers or labels). Shares of
            what is kept are then shares among these tasks.
        **columns : value or iterable of values
            By further columns of `documents`, such as ``province="甲省"`` or a
            column of your own in the manifest.

        Raises
        ------
        SelectionError
            If the corpus does not hold a value, with the nearest ones, or nothing
            is left.
        """
        chosen = {"level": _listed(levels)}
        chosen |= {name: _listed(values) for name, values in columns.items()}
        tables = selection.select_plans(
            self.tables,
            agencies=_listed(agencies),
            years=_listed(years),
            subjects=(),
            columns=chosen,
        )
        wanted = _listed(themes)
        return self._with(selection.select_tasks(tables, wanted) if wanted else tables)

    def where(self, is_kept: pd.Series) -> "Corpus":
        """Keep the plans for which a condition holds.

        Parameters
        ----------
        is_kept : Series of bool, shape (n_documents,)
            With the index of ``documents``.
        """
        kept = self.documents.loc[is_kept.fillna(False).astype(bool)]
        return self._with(selection.of_documents(self.tables, kept))

    @property
    def repeated(self) -> "Corpus":
        """The plans of agencies that have plans for two or more years."""
        return self._with(selection.panel_of(self.tables))

    def beside(self, agency: str, *, same_level: bool = False) -> "Corpus":
        """Set one agency against all others, in a column ``side`` of `documents`.

        Parameters
        ----------
        same_level : bool, default False
            Keep only peers of a level the agency has.
        """
        sides = selection.with_sides(self.tables, agency, same_level=same_level)
        return self._with(sides)

    def recode(self, codebook: Codebook) -> "Corpus":
        """Code the same plans by another codebook."""
        # Errors of coding were measured on the codebook before.
        kept = [name for name in self.tables if name != "coding_errors"]
        plans = Tables({name: partial(self.tables.__getitem__, name) for name in kept})
        tables = code_plans(plans, codebook)
        return self._with(tables, codebook=codebook, coded_by=None)

    def moved_by(self, codebook: Codebook, *, coder: str = "combined") -> Result:
        """Find the tasks that another codebook gives other themes.

        Parameters
        ----------
        codebook : Codebook
            Such as ``corpus.codebook.with_keywords(...)``.
        coder : str, default "combined"
            "keywords" codes by keywords alone, which shows at once what a keyword
            does; "combined" is what reports use, and weighs the whole sentence.

        Returns
        -------
        Result
            A row per task that moves, with the themes before and after and the
            keywords it gains or loses; ``save("moved.csv")`` keeps it. ``counts``
            holds the tasks each theme gains and loses, and is what ``plot`` draws.

        See Also
        --------
        coding.coded.recode
        """
        moved = recode(self.tables.tasks, self.codebook, codebook, coder=coder)
        labels = codebook.labels(self.lang)
        counts = moved_themes(moved, labels)
        for name in ("themes_before", "themes_after"):
            moved[name] = [
                [labels.get(key, key) for key in keys] for keys in moved[name]
            ]
        plans = self.tasks[["task_id", "agency", "year"]]
        table = plans.merge(moved, on="task_id")
        return Result("moved", table, [], self.display, counts)

    def task(self, name: str) -> short_displays.Task:
        """Show one task: its text with the keywords marked, and its place.

        Parameters
        ----------
        name : str
            A ``task_id``, or plan and position such as "plan#3".

        Raises
        ------
        SelectionError
            If the corpus has no such task, with the nearest ones.
        """
        return short_displays.Task.of(self.tables, self.tasks, name, self.display)

    def document(self, document_id: str) -> Document:
        """Show one plan as published: tasks, units, deadlines and keywords marked.

        Raises
        ------
        SelectionError
            If the corpus has no such plan, with the nearest ones.
        """
        documents, tasks = self.documents, self.tasks
        is_meant = documents["document_id"] == document_id
        if not is_meant.any():
            raise SelectionError(
                f"Corpus, plan: {choices(document_id, documents['document_id'])}"
            )
        tasks = tasks.loc[tasks["document_id"] == document_id]
        plan = selection.of_documents(self.tables, documents.loc[is_meant], tasks)
        return next(plans_of(plan, self.lang))

    def explain(self, name: str) -> short_displays.Explained:
        """Say why a task has its themes.

        Parameters
        ----------
        name : str
            As in ``task``.

        Raises
        ------
        SelectionError
            If the corpus has no such task.
        CodebookError
            If the codebook is not known.
        """
        row, tasks = self.task(name).row, self.tables.tasks
        plan = tasks.loc[tasks["document_id"] == row["document_id"]]
        explanation = explain(row["task_id"], plan, self.codebook)
        return short_displays.Explained(explanation, self.lang)

    def kwic(
        self,
        word: str,
        *,
        by: By = ("agency", "year"),
        regex: bool = False,
        width: int = 20,
    ) -> Result:
        """Find any word in the tasks, in context.

        Parameters
        ----------
        word : str
            Traditional and simplified characters are alike.
        by : str or sequence of str, default ("agency", "year")
            Columns that name the groups whose tasks with the word are counted.
        regex : bool, default False
            Read `word` as a regular expression; else every character is itself.
        width : int, default 20
            Characters shown on either side.

        Returns
        -------
        Result
            A row per place; ``counts`` holds the tasks with the word by group, with
            interval, and is what ``plot`` draws.

        Raises
        ------
        SelectionError
            If `word` is empty, too long, or no regular expression.
        """
        tasks = self.tasks
        places = find_word(tasks, word, regex=regex, width=width)
        has_word = tasks["task_id"].isin(places["task_id"]).astype(bool)
        flags = tasks[["task_id"]].assign(has_word=has_word)
        measure = partial(measures.task_proportions, flags=flags)
        counted = self._by_group("kwic", measure, by)
        table = places.merge(tasks[["task_id", "agency", "year"]], on="task_id")
        first = ["task_id", "agency", "year", "before", "match", "after"]
        table = table[[*first, *(name for name in table if name not in first)]]
        return replace(counted, table=table, counts=counted.table)

    def cite(self) -> Citation:
        """Return the reference to software, codebook and corpus, with versions.

        Returns
        -------
        Citation
            With ``text``, ``bibtex`` and ``plans``, the table of the plans.

        Examples
        --------
        >>> corpus = open_corpus("data/processed", lang="en")
        >>> corpus.cite().bibtex.splitlines()[0]
        '@software{govopen_analytics,'
        """
        coded_by = self._options["coded_by"] or {}
        if not {"name", "version", "sha256"} <= set(coded_by):
            book = self.codebook
            coded_by = {"name": book.name, "version": book.version}
            coded_by["sha256"] = book.fingerprint
        return citation(self.documents, coded_by, self.display)

    def explore(self) -> "Explorer":
        """Look through the tasks: filters, words in context, tasks in their source.

        Returns
        -------
        Explorer
            Shown as the output of a cell; its ``selected`` is the corpus of what is
            shown.

        Examples
        --------
        >>> explorer = open_corpus("data/processed", lang="en").explore()
        >>> explorer.state = {"words": "政策解读", "year": ["2022"]}
        >>> explorer.selected
        Corpus: 2 plans, 3 tasks, 2 agencies, years 2022
        """
        from govopen_analytics.explore.explorer import Explorer

        return Explorer(self.tables, self._with, lang=self.lang)

    def add(
        self, plan: str | Path, *, raw_dir: str | Path = "", **declared: object
    ) -> Addition:
        """Read a plan that is to be added; ``save()`` of the result writes it.

        Parameters
        ----------
        plan : str or Path
            A file, or the pasted text of a plan or its page; a first line that is
            an address becomes ``source_url``.
        raw_dir : str or Path, optional
            The raw folder; by default the one of this corpus.
        **declared : object
            What the text does not say, such as ``agency="…", year=2024``: any
            column of the manifest, your own ones too.

        Returns
        -------
        Addition
            Shows what was read and what is missing.

        Raises
        ------
        SelectionError, ReadError, SourceError
            If it is no plan, is there already, or a column given is not known.
        """
        folder = self._folder("raw", raw_dir, "of plans")
        return read_addition(plan, folder, declared, lang=self.lang)

    def code(
        self,
        coder: str,
        *,
        n_random: int = 0,
        n_most: int = 200,
        task_ids: Iterable[str] = (),
        seed: int = 0,
        reviews_dir: str | Path = "",
    ) -> "HandCoding":
        """Code tasks by hand; every decision is kept at once.

        Parameters
        ----------
        coder : str
            Your name or initials.
        n_random : int, default 0
            Draw so many tasks at random, to tell honest error rates and to correct
            shares; 0 takes the tasks worth a person's time.
        n_most : int, default 200
            Most tasks worth a person's time (count).
        task_ids : iterable of str
            Code these tasks, such as ``explorer.selected.tasks["task_id"]``, in
            place of those worth a person's time.
        seed : int, default 0
            Of the random sample.
        reviews_dir : str or Path, optional
            Folder of reviews; by default the one beside the tables.

        Returns
        -------
        HandCoding
            Shown as the output of a cell; with ``corpus``, ``agreement()`` and
            ``corrected_shares()``. Made anew, it goes on where it stopped.

        Raises
        ------
        SelectionError
            If the name is none, there are not so many tasks, or no folder is known.
        """
        from govopen_analytics.explore.coding import HandCoding

        return HandCoding(
            self.tables,
            self.codebook,
            coder,
            self._folder("reviews", reviews_dir, "for decisions"),
            self._with,
            n_random=n_random,
            n_most=n_most,
            task_ids=task_ids,
            seed=seed,
            lang=self.lang,
            interval=self.interval,
        )

    # Measures ---------------------------------------------------------------------

    def theme_shares(self, by: By = "agency", *, themes: Iterable[str] = ()) -> Result:
        """Share of each group's tasks that each theme takes.

        Parameters
        ----------
        by : str or sequence of str, default "agency"
            Columns of `documents` that name the groups, the manifest's own columns
            among them; "all" takes the corpus as one group.
        themes : iterable of str
            Themes shown; shares are computed on all.

        Returns
        -------
        Result
            Columns of ``table``: `by`, ``theme`` (label in the corpus's language),
            ``theme_id``, ``n_tasks``, ``n_themed`` (counts), ``share`` with
            ``share_lower`` and ``share_upper``, ``share_corrected``,
            ``has_coding_error``, ``share_shrunk`` (0-1), ``is_observed`` and
            ``share_rank``. ``plot`` draws a panel a theme, a row a group: a dot at the
            share with its interval, another mark where the theme was not observed.

        See Also
        --------
        measures.theme_shares
        """
        measure = partial(measures.theme_shares, confusion=self.confusion)
        return self._by_group("theme_shares", measure, by, themes=themes)

    def change(self, by: By = "agency_series", *, themes: Iterable[str] = ()) -> Result:
        """Change of each theme's share between the years of one agency.

        Returns
        -------
        Result
            Columns of ``table``: `by`, ``theme`` (label), ``theme_id``, ``year_from``,
            ``year_to``, ``n_tasks_from``, ``n_tasks_to`` (counts), ``share_from``,
            ``share_to`` (0-1), ``change`` with ``change_lower`` and ``change_upper``
            (-1 to 1), ``change_corrected``, ``has_coding_error``, ``p_value``,
            ``p_adjusted``, ``state``, ``is_beyond_chance`` and ``is_adjacent``.

        See Also
        --------
        measures.share_change
        """
        measure = partial(measures.share_change, confusion=self.confusion)
        return self._by_group("change", measure, by, themes=themes)

    def gaps(self, by: By = "agency", *, themes: Iterable[str] = ()) -> Result:
        """Themes that no task of a group touches, with the chance of that.

        Returns
        -------
        Result
            Columns of ``table``: `by`, ``theme`` (label), ``theme_id``, ``n_tasks``,
            ``share_upper`` (0-1), ``n_tasks_elsewhere``, ``touching_share_elsewhere``
            (0-1), ``chance_unobserved``, ``p_adjusted`` and ``state``.

        See Also
        --------
        measures.theme_gaps
        """
        return self._by_group("gaps", measures.theme_gaps, by, themes=themes)

    def trend(self, *, themes: Iterable[str] = ()) -> Result:
        """Yearly change of each theme's share within agencies.

        Parameters
        ----------
        themes : iterable of str
            Themes shown.

        Returns
        -------
        Result
            Columns of ``table``: ``theme`` (label), ``theme_id``, ``n_agencies``,
            ``n_years``, ``n_tasks``, ``change_per_year`` with ``change_per_year_lower``
            and ``change_per_year_upper``, ``change_per_year_corrected``,
            ``has_coding_error``, ``p_value``, ``p_adjusted``, ``state`` and
            ``is_beyond_chance``.

        See Also
        --------
        measures.panel_trend
        """
        table = measures.panel_trend(
            self.tables, confusion=self.confusion, interval=self.interval
        )
        return Result("trend", self._labelled(table, themes), [], self.display)

    def distances(self, by: By = "agency", *, against: str = "each") -> Result:
        """How far the agendas of groups lie apart, beside what chance gives.

        Returns
        -------
        Result
            Columns of ``table``: ``group``, ``reference``, ``n_tasks``,
            ``n_reference_tasks``, ``n_classified``, ``n_reference_classified``
            (counts), ``overlap`` (0-100) with ``_lower`` and ``_upper``, ``distance``
            (0-1), both with ``_null_mean`` and ``_null_bound``, ``distance_corrected``
            (0-1) with ``_lower`` and ``_upper``, ``test_unit``, ``p_value``,
            ``p_adjusted``, ``state`` and ``is_beyond_chance``.

        See Also
        --------
        measures.agenda_distances
        """
        measure = partial(measures.agenda_distances, against=against)
        return self._by_group("distances", measure, by)

    def responsibility(self, by: By = "agency") -> Result:
        """Tasks that each unit leads and supports.

        Returns
        -------
        Result
            Columns of ``table``: `by`, ``unit_name``, ``is_collective``, ``n_tasks``,
            ``n_lead``, ``n_support``, ``n_due`` (counts), ``lead_share`` with
            ``lead_share_lower`` and ``lead_share_upper`` (0-1).

        See Also
        --------
        measures.unit_load
        """
        return self._by_group("responsibility", measures.unit_load, by)

    def deadlines(self, by: By = "agency") -> Result:
        """Tasks that fall due in each month.

        Returns
        -------
        Result
            Columns of ``table``: `by`, ``label`` (of the period), ``due``, ``month``,
            ``n_tasks``, ``n_due`` (counts), ``share`` with ``share_lower`` and
            ``share_upper`` (0-1).

        See Also
        --------
        measures.deadlines_by_month
        """
        names = self.display.words("responsibility")["due"]
        measure = measures.deadlines_by_month
        return self._by_group("deadlines", measure, by, labels={"due": names})

    def commitments(self, by: By = "agency") -> Result:
        """Share of tasks with each element of a commitment that can be checked.

        Returns
        -------
        Result
            Columns of ``table``: `by`, ``label`` (of the element), ``flag``,
            ``n_tasks``, ``n_true`` (counts), ``share`` with ``share_lower`` and
            ``share_upper`` (0-1).

        See Also
        --------
        measures.verifiability, measures.task_proportions
        """
        flags = commitments.element_flags(measures.verifiability(self.tables.tasks))
        names = self.display.words("commitments")["flags"]
        measure = partial(measures.task_proportions, flags=flags)
        return self._by_group("commitments", measure, by, labels={"flag": names})

    def completion(self, by: By = "agency") -> Result:
        """How far the tasks with a progress report got, in the agencies' words.

        Returns
        -------
        Result
            Columns of ``table``: `by`, ``label`` (of the point), ``flag``, ``n_tasks``,
            ``n_true`` (counts), ``share`` with ``share_lower`` and ``share_upper``
            (0-1).

        See Also
        --------
        measures.completion, measures.task_proportions
        """
        tasks, names = self.tables.tasks, self.display.words("commitments")["points"]
        judged = measures.completion(tasks)
        flags = commitments.completion_flags(judged)
        reported = judged.loc[judged["has_progress"], "task_id"]
        tasks = tasks.loc[tasks["task_id"].isin(reported)]

        def measure(tables: Tables, **options: Any) -> pd.DataFrame:
            tables = tables.with_tables(tasks=tasks)
            return measures.task_proportions(tables, flags, **options)

        return self._by_group("completion", measure, by, labels={"flag": names})

    def distinctive_words(self, by: By = "agency", *, top_n: int = 20) -> Result:
        """Words that a group uses more than all the others.

        Parameters
        ----------
        by : str or sequence of str, default "agency"
            Columns of `documents`, or "theme_id" for the tasks of each theme.
        top_n : int, default 20
            Most words of a group.

        Returns
        -------
        Result
            Columns of ``table``: `by`, ``word``, ``rank``, ``log_odds`` with
            ``log_odds_lower`` and ``log_odds_upper``, ``z_score``, ``p_adjusted``,
            ``state``, ``n_group_uses``, ``n_rest_uses``, ``n_tasks``, ``n_documents``
            (counts) and ``group_word_share`` (0-1).

        See Also
        --------
        measures.distinctive_words
        """
        measure = partial(measures.distinctive_words, top_n=top_n)
        return self._by_group("distinctive_words", measure, by, also=("theme_id",))

    @cached_property
    def passages(self) -> pd.DataFrame:
        """The passages that stand in an earlier plan as well.

        See Also
        --------
        measures.shared_passages
        """
        return measures.shared_passages(self.tables)

    def reuse(self, by: By = "agency") -> Result:
        """Share of each group's text that stands in earlier plans.

        Returns
        -------
        Result
            Columns of ``table``: `by`, ``n_tasks``, ``n_chars``, ``n_reused_chars``
            (counts), ``reused_share`` with ``reused_share_lower`` and
            ``reused_share_upper`` (0-1).

        See Also
        --------
        measures.shared_passages, measures.reuse_by_group
        """

        def measure(tables: Tables, **options: Any) -> pd.DataFrame:
            reuse = measures.text_reuse(tables, self.passages)
            return measures.reuse_by_group(tables, reuse, **options)

        return self._by_group("reuse", measure, by)

    def briefing(
        self,
        path: str | Path,
        *,
        themes: str | Iterable[str] = (),
        findings: str | Iterable[str] = (),
        template: str | Path | None = None,
    ) -> Path:
        """Write the conclusions as slides, pages or a workbook.

        Parameters
        ----------
        path : str or Path
            Its ending says what: ``.pptx``, ``.docx`` or ``.xlsx``; ``.png``, ``.svg``
            or ``.pdf`` draw one picture for each claim, its number behind the name.
        themes : str or iterable of str
            Themes shown (identifiers or labels); none shows all, and shares stay
            shares of all tasks.
        findings : str or iterable of str
            Conclusions kept, as ``govopen briefing --list`` names them.
        template : str or Path, optional
            The office's own presentation or document.

        Returns
        -------
        Path
            The file written, whole or not at all; of pictures the first.

        Raises
        ------
        SelectionError
            If the ending, a theme or a finding is not known.
        ExportError
            If the template has no place for charts, or the file cannot be written.
        """
        from govopen_analytics.office import write_briefing
        from govopen_analytics.questions.briefing import make_briefing

        file = Path(path)
        made = make_briefing(self, themes=_listed(themes), findings=_listed(findings))
        written = write_briefing(
            made,
            file.parent,
            formats=[file.suffix.lstrip(".")],
            templates=[] if template is None else [Path(template)],
            name=file.stem,
        )
        if not written.paths:
            why = "; ".join(written.missing) or "no claim has a chart"
            raise ExportError(f"{file}: nothing was written: {why}")
        return written.paths[0]

    def index(
        self, weights: str | Path | pd.DataFrame | None = None, by: By = "agency"
    ) -> Result:
        """Score each group's agenda by weights of your own.

        Parameters
        ----------
        weights : str, Path or DataFrame, optional
            As ``measures.read_index_weights`` reads or returns it; by default the
            example that comes with the library, which no issuer has approved.
        by : str or sequence of str, default "agency"
            Columns that name the groups.

        Returns
        -------
        Result
            Columns of ``table``: `by`, ``measure``, ``indicator``, ``weight``,
            ``n_tasks``, ``value`` with ``value_lower`` and ``value_upper``,
            ``chance_value`` and ``unit``.

        See Also
        --------
        measures.weighted_index
        """
        if not isinstance(weights, pd.DataFrame):
            weights = measures.read_index_weights(weights)
        measure = partial(measures.weighted_index, weights=weights)
        return self._by_group("index", measure, by)

    # Display ----------------------------------------------------------------------

    def __repr__(self) -> str:
        return short_displays.corpus_lines(self.tables, self.lang)[0]

    def _repr_html_(self) -> str:
        lines = short_displays.corpus_lines(self.tables, self.lang)
        return short_displays.corpus_html(lines)

    @cached_property
    def display(self) -> Display:
        """What a function that writes sentences or draws charts takes."""
        source = ChartSource.of(self.tables, date=self.date)
        return Display(self.lang, self.interval, source)

    def _with(self, tables: Tables, **changed: Any) -> "Corpus":
        return Corpus(tables, **{**self._options, **changed})

    def _folder(self, name: str, given: str | Path, holds: str) -> Path:
        if given:
            return Path(given)
        if self._options["data_dir"] is None:
            raise SelectionError(
                f"{name}_dir: found none, expected the folder {holds}, such as "
                f"data/{name}"
            )
        return Path(self._options["data_dir"]) / name

    def _by(self, by: By, also: Iterable[str] = ()) -> list[str]:
        names = [by] if isinstance(by, str) else list(by)
        if names == [selection.WHOLE]:
            return ["scope"]
        columns = [*also, *(name for name in self.documents if name != "text")]
        for name in names:
            if name not in columns:
                known = dict.fromkeys([*_USUAL_GROUPS, *columns])
                raise SelectionError(f"by: {choices(name, known)}")
        return names

    def _grouped(self, by: list[str]) -> Tables:
        return selection.with_whole(self.tables) if by == ["scope"] else self.tables

    def _by_group(
        self,
        name: str,
        measure: Callable[..., pd.DataFrame],
        by: By,
        *,
        themes: Iterable[str] | None = None,
        labels: Mapping[str, Mapping[str, str]] | None = None,
        also: Iterable[str] = (),
    ) -> Result:
        """Compute a measure for groups, and name its themes, or codes by `labels`."""
        by = self._by(by, also)
        table = measure(self._grouped(by), by=by, interval=self.interval)
        if themes is not None:
            table = self._labelled(table, themes)
        for column, names in (labels or {}).items():
            table.insert(len(by), "label", table[column].map(names))
        return Result(name, table, by, self.display)

    def _labelled(self, table: pd.DataFrame, themes: Iterable[str]) -> pd.DataFrame:
        shown = selection.select_themes(self.themes, _listed(themes))
        return selection.with_theme_labels(table, shown, self.display)


def _about(tables: Tables, subjects: Iterable[str]) -> Tables:
    return selection.select_plans(tables, subjects=subjects) if subjects else tables


def _listed(values: Any) -> list[Any]:
    """Return one value or several as a list."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        return [values]
    return list(values)
