"""What stands on the front page: conclusions, a table of cells, cards, caveats."""

from collections.abc import Mapping, Sequence
from typing import Any

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.model import HeatTable
from govopen_analytics.charts.style import cell_fill, readable_on, shortened
from govopen_analytics.measures.families import CANNOT_BE_ANSWERED
from govopen_analytics.questions.summary import (
    MOST_COLUMNS,
    Measured,
    conclusions,
    headline,
    summary_table,
)
from govopen_analytics.words import agency_name, section

Page = Mapping[str, Any]
#: Pages of a dimension that a card names; the others are on the page of the group.
MOST_LINKS = 6
_SMALL_PLAN = 30  # tasks below which one or two of them move a share
_LONGEST_HEAD = 16  # Latin letters of a column's heading


def front_values(
    measured: Measured | None,
    record: Mapping[str, Any],
    groups: list[dict[str, Any]],
    findings: Mapping[str, list[dict[str, str]]],
    lang: str,
) -> dict[str, Any]:
    """Return what the template of the front page shows.

    Parameters
    ----------
    measured : Measured or None
    record : mapping
        The run's record, as ``write_pages`` takes it.
    groups : list of dict
        Pages by notebook, as the navigation has them.
    findings : mapping of str to list of dict
        Rows of the findings that a notebook left, by its name.
    lang : {"zh", "en"}

    Returns
    -------
    dict
        ``claim``, ``facts``, ``conclusions``, ``heat``, ``trust``, ``cards`` and
        ``caveats``.
    """
    pages = [page for group in groups for page in group["pages"]]
    points = conclusions(measured, lang)
    return {
        "claim": headline(measured, points, lang),
        "facts": _facts(measured, record, lang),
        "conclusions": [
            {"said": point, "href": evidence_href(point.evidence, pages)}
            for point in points
        ],
        "heat": None if measured is None else _heat(measured, lang),
        "trust": _trust(findings, groups, lang),
        "cards": [_card(group, findings.get(group["name"], [])) for group in groups],
        "caveats": _caveats(measured, lang),
    }


def evidence_href(evidence: str, pages: Sequence[Page]) -> str:
    """Return the address of the page that shows a chart or table, and its place.

    Parameters
    ----------
    evidence : str
        Name of the chart or table.
    pages : sequence of mapping
        Pages in order, each with ``files`` and ``href``.

    Returns
    -------
    str
        Empty where no page shows it.
    """
    for page in pages:
        stems = {path.rsplit("/", 1)[-1].rsplit(".", 1)[0] for path in page["files"]}
        if evidence in stems:
            is_chart = any(path.endswith(f"/{evidence}.json") for path in page["files"])
            return f"{page['href']}#chart-{evidence}" if is_chart else page["href"]
    return ""


def _facts(
    measured: Measured | None, record: Mapping[str, Any], lang: str
) -> list[str]:
    words, n_rows = section("site", lang), record["n_rows"]
    n_agencies = 0 if measured is None else len(measured.sizes)
    facts = [
        words["fact_plans"].format(
            plans=f"{n_rows['documents']:,}",
            agencies=f"{n_agencies:,}",
            tasks=f"{n_rows['tasks']:,}",
        )
    ]
    years = [] if measured is None else measured.documents["year"].dropna()
    if len(years):
        ends = dict.fromkeys(str(year) for year in (min(years), max(years)))
        facts.append(words["fact_years"].format(years="–".join(ends)))
    return facts


def _heat(measured: Measured, lang: str) -> dict[str, Any]:
    words = section("summary", lang)["table"]
    table, n = summary_table(measured, lang), len(measured.sizes)
    is_spread, is_single = n > MOST_COLUMNS, n == 1
    is_core = measured.themes.set_index(f"label_{lang}")["is_core"].fillna(False)
    return {
        "title": words["title_single" if is_single else "title"],
        "note": words["note_spread"].format(n=f"{n:,}") if is_spread else "",
        "columns": _spread_heads(table) if is_spread else _heads(measured, table, lang),
        "n_tasks": words["tasks"].format(n=f"{measured.n_tasks:,}"),
        "rows": [
            {
                "name": name,
                "is_core": bool(is_core.get(name, False)),
                "whole": line[0].label,
                "cells": [_cell(cell, table, is_single) for cell in line[1:]],
            }
            for name, line in zip(table.rows, table.cells, strict=True)
        ],
        "is_spread": is_spread,
        "is_single": is_single,
        "has_unseen": any(_is_unseen(c) for line in table.cells for c in line[1:]),
        "has_framed": any(c.is_framed for line in table.cells for c in line),
        "words": words,
    }


def _is_unseen(cell: Any) -> bool:
    return cell.value is None and not cell.label.replace(",", "").isdigit()


def _cell(cell: Any, table: HeatTable, is_single: bool) -> dict[str, Any]:
    style = ""
    if cell.value is not None and is_single:
        style = f"--part:{100 * cell.value / table.most:.0f}%"
    elif cell.value is not None:
        fill = cell_fill(cell, table)
        style = f"background:{fill};color:{readable_on(fill)}"
    kind = "unseen" if _is_unseen(cell) else "plain" if cell.value is None else ""
    return {
        "label": cell.label,
        "style": style,
        "kind": kind,
        "framed": cell.is_framed,
        "tasks": cell.tasks,
    }


def _spread_heads(table: HeatTable) -> list[dict[str, Any]]:
    return [{"name": name, "full": "", "notes": []} for name in table.columns[1:]]


def _heads(measured: Measured, table: HeatTable, lang: str) -> list[dict[str, Any]]:
    words = section("summary", lang)["table"]
    names = shortened(table.columns[1:], _LONGEST_HEAD)
    heads = []
    for (agency, n), name in zip(measured.sizes.items(), names, strict=True):
        own = measured.documents.loc[measured.documents["agency"] == agency, "year"]
        ends = dict.fromkeys(str(y) for y in (own.min(), own.max())) if len(own) else []
        notes = ["–".join(ends)] if len(own.dropna()) else []
        size = words["tasks"].format(n=f"{n:,}")
        full = agency_name(agency, lang)
        heads.append({"name": name, "full": full, "notes": [*notes, size]})
    return heads


def _trust(
    findings: Mapping[str, list[dict[str, str]]],
    groups: list[dict[str, Any]],
    lang: str,
) -> dict[str, str]:
    words = section("site", lang)
    for group in groups:
        rows = findings.get(group["name"], [])
        told = {row["key"]: row for row in rows if row["topic"] == "validity"}
        score = told.get("score", {})
        if score.get("number"):
            known = ("number", "lower", "upper")
            values = {
                name: percent(float(score[name])) for name in known if score.get(name)
            }
            text = words["trust_score" if len(values) == 3 else "trust_number"]
            checked = next(
                (k for k in ("unchecked", "partly_checked") if k in told), ""
            )
            checked = words[f"trust_{checked}" if checked else "trust_checked"]
            return {"text": text.format(**values) + checked, "href": group["href"]}
    return {"text": words["trust_none"], "href": ""}


def _card(group: Mapping[str, Any], rows: list[dict[str, str]]) -> dict[str, Any]:
    first = next((row for row in rows if row.get("is_detail") != "true"), {})
    return {
        "group": group,
        "text": first.get("finding", ""),
        "is_off": first.get("state") == CANNOT_BE_ANSWERED,
        "links": group["pages"][:MOST_LINKS] if group["dimension"] else [],
        "n_more": max(0, len(group["pages"]) - MOST_LINKS) if group["dimension"] else 0,
    }


def _caveats(measured: Measured | None, lang: str) -> list[str]:
    words = section("site", lang)["caveats"]
    if measured is None:
        return []
    found = []
    sizes = measured.documents["n_tasks"]
    if measured.is_confounded:
        found.append(words["confounded"])
    if sizes.min() < _SMALL_PLAN:
        found.append(words["small"].format(least=sizes.min()))
    return [*found, words["written"], words["fractional"]]
