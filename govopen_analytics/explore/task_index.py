"""The tasks of a corpus as numbers, so that very many are filtered at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from govopen_analytics.base.errors import SelectionError, choices
from govopen_analytics.base.schemas import further_columns, heading
from govopen_analytics.base.text import BLANKS, fold, fold_pairs, without_blanks
from govopen_analytics.coding.features import fold_many
from govopen_analytics.measures.responsibility import DUE_KINDS, named_units
from govopen_analytics.questions.short_displays import as_text
from govopen_analytics.words import agency_name, section

LONGEST_SEARCH = 200  # characters; what is longer is cut
#: Value of a theme or a unit where a task has none.
NONE = "none"
# A column of the user's own with more values is no filter.
_MOST_OWN_VALUES = 60


@dataclass(frozen=True)
class Facet:
    """One thing that tasks are filtered by.

    Attributes
    ----------
    key : str
        Name in the state of the explorer.
    label : str
    values, labels : list of str
        What can be chosen, and how it is shown.
    owner, value : ndarray of int
        Pairs: a plan or a task, and the position in `values` of what it has; in the
        order of `owner`.
    is_of_plans : bool
        Whether `owner` counts plans, else tasks.
    """

    key: str
    label: str
    values: list[str]
    labels: list[str]
    owner: np.ndarray
    value: np.ndarray
    is_of_plans: bool


class TaskIndex:
    """Tasks with what they are filtered by, and labels in one language.

    Made of ``documents``, ``tasks``, ``themes`` and ``theme_assignments``.
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame], lang: str) -> None:
        self.lang = lang
        documents, tasks = tables["documents"], tables["tasks"]
        self.documents = documents.reset_index(drop=True)
        self.task_ids: list[str] = tasks["task_id"].tolist()
        self.texts: list[str] = tasks["text"].fillna("").tolist()
        places = {plan: i for i, plan in enumerate(documents["document_id"])}
        self.plan = tasks["document_id"].map(places).to_numpy(dtype=np.int32)
        self.ordinal = tasks["ordinal"].fillna(0).to_numpy(dtype=np.int32)
        self.deadlines: list[str] = tasks["deadline_raw"].fillna("").tolist()
        self.facets = [
            *_plan_facets(self.documents, lang),
            _theme_facet(tables, self.task_ids, lang),
            _unit_facet(tasks, lang),
            _due_facet(tasks, lang),
        ]

    def __len__(self) -> int:
        return len(self.task_ids)

    def facet(self, key: str) -> Facet:
        """Return the facet of a name."""
        return next(facet for facet in self.facets if facet.key == key)

    # Searching --------------------------------------------------------------------

    @cached_property
    def _folded(self) -> list[str]:
        folded = fold_many(self.texts)
        joined = "".join(folded)
        # Looking for the place of each blank takes long, and most texts have none.
        blanks = [blank for blank in BLANKS if blank in joined]
        return [
            (
                without_blanks(text)[0] if any(b in text for b in blanks) else text
            ).lower()
            for text in folded
        ]

    def checked(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """Return a state as ``find`` takes it; a single value stands for a list of one.

        A SelectionError names a condition, or a value of it, that there is not.
        """
        facets = {facet.key: facet for facet in self.facets}
        conditions: dict[str, Any] = {}
        for key, given in state.items():
            if key == "words":
                conditions[key] = str(given or "")
                continue
            if key not in facets:
                keys = ["words", *facets]
                raise SelectionError(f"Explorer, condition: {choices(key, keys)}")
            if given is None:
                given = []
            elif isinstance(given, str) or not isinstance(given, Iterable):
                given = [given]
            conditions[key] = [str(value) for value in given]
            for value in conditions[key]:
                if value not in facets[key].values:
                    expected = choices(value, facets[key].values)
                    raise SelectionError(f"Explorer, {key}: {expected}")
        return conditions

    def find(self, state: Mapping[str, Any]) -> np.ndarray:
        """Return the positions of the tasks that meet every condition.

        The state has, under the key of a facet, the values of which a task has one, and
        under ``words`` what its text, agency, themes or units must hold, several words
        parted by blanks. Every character means itself.
        """
        keep = np.ones(len(self), dtype=bool)
        for facet in self.facets:
            if wanted := set(state.get(facet.key) or ()):
                keep &= self._has(facet, (value in wanted for value in facet.values))
        for term in search_terms(str(state.get("words") or "")):
            keep &= self._mentions(term)
        return np.flatnonzero(keep)

    def _has(self, facet: Facet, chosen: Iterable[bool]) -> np.ndarray:
        is_chosen = np.fromiter(chosen, dtype=bool, count=len(facet.values))
        n_owners = len(self.documents) if facet.is_of_plans else len(self)
        owners = facet.owner[is_chosen[facet.value]]
        has = np.bincount(owners, minlength=n_owners) > 0
        return has[self.plan] if facet.is_of_plans else has

    def _mentions(self, term: str) -> np.ndarray:
        mentions = np.fromiter(
            (term in text for text in self._folded), dtype=bool, count=len(self)
        )
        for facet in self.facets:
            named = [
                value not in ("", NONE) and term in searchable(label)
                for value, label in zip(facet.values, facet.labels, strict=True)
            ]
            if any(named):
                mentions |= self._has(facet, named)
        return mentions

    def counted(self, positions: np.ndarray) -> dict[str, Any]:
        """Count the tasks at these positions by theme and agency.

        ``cells`` are (theme, agency, tasks) where there are any, ``totals`` the tasks
        of each agency.
        """
        agency, theme = self.facet("agency"), self.facet("theme")
        of_task = agency.value[self.plan]  # every plan has one agency
        is_found = np.zeros(len(self), dtype=bool)
        is_found[positions] = True
        shown = is_found[theme.owner]
        n_agencies = len(agency.values)
        pairs = theme.value[shown] * n_agencies + of_task[theme.owner[shown]]
        codes, counts = np.unique(pairs, return_counts=True)
        cells = np.column_stack([codes // n_agencies, codes % n_agencies, counts])
        return {
            "n": len(positions),
            "n_plans": len(np.unique(self.plan[positions])),
            "totals": np.bincount(of_task[positions], minlength=n_agencies).tolist(),
            "cells": cells.tolist(),
        }

    # What a page is given ---------------------------------------------------------

    def header(self) -> dict[str, Any]:
        """Return what every page needs: words, plans and choices."""
        plans = self.documents[["document_id", "agency", "year"]].itertuples()
        return {
            "words": section("explore", self.lang),
            "lang": self.lang,
            "n": len(self),
            "longest": LONGEST_SEARCH,
            "fold": fold_pairs(),
            "plans": [
                [p.document_id, agency_name(p.agency, self.lang), as_text(p.year)]
                for p in plans
            ],
            "facets": [
                {
                    "key": facet.key,
                    "label": facet.label,
                    "values": facet.values,
                    "labels": facet.labels,
                    "plans": facet.value.tolist() if facet.is_of_plans else None,
                }
                for facet in self.facets
            ],
        }

    def columns(self, positions: Sequence[int] | None = None) -> dict[str, Any]:
        """Return what is known of each task, or of some, but its text."""
        which = np.arange(len(self)) if positions is None else np.array(positions, int)
        lists = {}
        for facet in self.facets:
            if not facet.is_of_plans:
                first = np.searchsorted(facet.owner, which)
                last = np.searchsorted(facet.owner, which, side="right")
                lists[facet.key] = [
                    facet.value[a:b].tolist() for a, b in zip(first, last, strict=True)
                ]
        return {
            "ids": [self.task_ids[i] for i in which],
            "plan": self.plan[which].tolist(),
            "ordinal": self.ordinal[which].tolist(),
            "deadline": [self.deadlines[i] for i in which],
            **lists,
        }


def search_terms(words: str) -> list[str]:
    """Part what was typed into words, folded as the texts are."""
    return [searchable(word) for word in words[:LONGEST_SEARCH].split()]


def searchable(text: str) -> str:
    """Return the form of a text in which it is searched."""
    return without_blanks(fold(text))[0].lower()


def _facet(
    key: str,
    pairs: pd.DataFrame,
    values: list[str],
    labels: list[str],
    lang: str,
    *,
    is_of_plans: bool = False,
) -> Facet:
    """Make a facet of pairs of ``owner`` and ``value``, in the order of `owner`."""
    place = {value: i for i, value in enumerate(values)}
    return Facet(
        key=key,
        label=section("explore", lang)["facets"].get(key) or heading(key, lang),
        values=values,
        labels=labels,
        owner=pairs["owner"].to_numpy(dtype=np.int64),
        value=pairs["value"].map(place).to_numpy(dtype=np.int64),
        is_of_plans=is_of_plans,
    )


def _with_none(pairs: pd.DataFrame, n_owners: int) -> pd.DataFrame:
    """Add a pair for each owner that has no value."""
    has_none = np.bincount(pairs["owner"], minlength=n_owners) == 0
    none = pd.DataFrame({"owner": np.flatnonzero(has_none), "value": NONE})
    return pd.concat([pairs, none], ignore_index=True)


def _plan_facets(documents: pd.DataFrame, lang: str) -> Iterator[Facet]:
    words = section("explore", lang)
    levels = section("tables", lang)["values"].get("level", {})
    names = {"agency": partial(agency_name, lang=lang), "level": levels.get}
    for key in ("agency", "year", "level", *further_columns(documents, "documents")):
        texts = documents[key].map(as_text).tolist()
        values = sorted(set(texts))
        if key not in words["facets"] and not 1 < len(values) <= _MOST_OWN_VALUES:
            continue
        name = names.get(key, str)
        labels = [name(value) or value or words["none"] for value in values]
        pairs = pd.DataFrame({"owner": range(len(texts)), "value": texts})
        yield _facet(key, pairs, values, labels, lang, is_of_plans=True)


def _theme_facet(
    tables: Mapping[str, pd.DataFrame], task_ids: list[str], lang: str
) -> Facet:
    themes, rows = tables["themes"], tables["theme_assignments"]
    places = {task_id: i for i, task_id in enumerate(task_ids)}
    pairs = pd.DataFrame(
        {
            "owner": rows["task_id"].map(places),
            "value": rows["theme_id"].where(rows["theme_id"].isin(themes["theme_id"])),
            "rank": rows["rank"],
        }
    )
    pairs = pairs.dropna(subset=["owner", "value"]).astype({"owner": np.int64})
    pairs = _with_none(pairs, len(task_ids)).sort_values(["owner", "rank"])
    labels = [*themes[f"label_{lang}"], section("explore", lang)["no_theme"]]
    return _facet("theme", pairs, [*themes["theme_id"], NONE], labels, lang)


def _unit_facet(tasks: pd.DataFrame, lang: str) -> Facet:
    units = pd.concat(
        tasks[name].reset_index(drop=True) for name in ("lead_units", "support_units")
    )
    units = units.explode().dropna()
    codes, printed = pd.factorize(units)
    names = np.array([named_units([name])[0] for name in printed], dtype=object)
    pairs = pd.DataFrame({"owner": units.index, "value": names[codes]})
    pairs = _with_none(pairs.astype({"owner": np.int64}), len(tasks))
    pairs = pairs.drop_duplicates().sort_values("owner", kind="stable")
    counts = pairs["value"].value_counts()
    values = sorted(counts.index, key=lambda name: (-counts[name], name))
    none = section("explore", lang)["none"]
    labels = [none if name == NONE else name for name in values]
    return _facet("unit", pairs, values, labels, lang)


def _due_facet(tasks: pd.DataFrame, lang: str) -> Facet:
    names = section("responsibility", lang)["due"]
    kind = tasks["deadline_kind"].astype("string").fillna(NONE)
    days = pd.to_datetime(tasks["deadline_date"])
    month = days.map({day: f"{day:%Y-%m}" for day in days.dropna().unique()})
    is_due = kind.isin(DUE_KINDS) & month.notna()
    due = month.where(is_due, kind.where(kind.isin(list(names)), NONE))
    values = sorted(set(due))
    pairs = pd.DataFrame({"owner": range(len(due)), "value": due.to_numpy()})
    labels = [names.get(value, value) for value in values]
    return _facet("due", pairs, values, labels, lang)
