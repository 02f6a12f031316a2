"""What stands on the front page: conclusions, a table of cells, cards, caveats."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.model import Cell, HeatTable
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

    Groups are pages by notebook, findings the rows that each notebook left of its own.
    """
    pages = [page for group in groups for page in group["pages"]]
    points = conclusions(measured, lang)
    return {
        "claim": headline(measured, points, lang),
        "facts": _facts(measured, record, lang),
        "conclusions": [
            {"point": point, "href": evidence_href(point.evidence, pages)}
            for point in points
        ],
        "heat": None if measured is None else _heat(measured, lang),
        "trust": _trust(findings, groups, lang),
        "cards": [_card(group, findings.get(group["name"], [])) for group in groups],
        "caveats": [] if measured is None else _caveats(measured, lang),
    }


def evidence_href(evidence: str, pages: Sequence[Page]) -> str:
    """Return the address of the first page with a chart or table of a name, if any."""
    for page in pages:
        paths = [Path(path) for path in page["files"] if Path(path).stem == evidence]
        if paths:
            is_chart = any(path.suffix == ".json" for path in paths)
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
    if measured is not None and (years := _span(measured.documents["year"])):
        facts.append(words["fact_years"].format(years=years))
    return facts


def _span(years: pd.Series) -> str:
    """Write the first and the last year; nothing where none is known."""
    known = years.dropna()
    ends = (str(known.min()), str(known.max())) if len(known) else ()
    return "–".join(dict.fromkeys(ends))


def _heat(measured: Measured, lang: str) -> dict[str, Any]:
    words = section("summary", lang)["table"]
    table, n = summary_table(measured, lang), len(measured.sizes)
    is_spread, is_single = n > MOST_COLUMNS, n == 1
    is_core = measured.themes.set_index(f"label_{lang}")["is_core"].fillna(False)
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "is_core": bool(is_core.get(name, False)),
            "whole": line[0],
            "cells": [_cell(cell, table, is_single) for cell in line[1:]],
        }
        for name, line in zip(table.rows, table.cells, strict=True)
    ]
    return {
        "title": words["title_single" if is_single else "title"],
        "note": words["note_spread"].format(n=f"{n:,}") if is_spread else "",
        "columns": [
            {"name": name, "full": "", "notes": []} for name in table.columns[1:]
        ]
        if is_spread
        else _heads(measured, table, lang),
        "n_tasks": words["tasks"].format(n=f"{measured.n_tasks:,}"),
        "rows": rows,
        "is_spread": is_spread,
        "is_single": is_single,
        "has_unseen": any(c["kind"] == "unseen" for row in rows for c in row["cells"]),
        "has_framed": any(cell.is_framed for line in table.cells for cell in line),
        "words": words,
    }


def _cell(cell: Cell, table: HeatTable, is_single: bool) -> dict[str, Any]:
    style, kind = "", ""
    if cell.value is None:
        is_count = cell.label.replace(",", "").isdigit()
        kind = "plain" if is_count else "unseen"
    elif is_single:
        style = f"--part:{100 * cell.value / table.most:.0f}%"
    else:
        fill = cell_fill(cell, table)
        style = f"background:{fill};color:{readable_on(fill)}"
    return {"shown": cell, "style": style, "kind": kind}


def _heads(measured: Measured, table: HeatTable, lang: str) -> list[dict[str, Any]]:
    words = section("summary", lang)["table"]
    names = shortened(table.columns[1:], _LONGEST_HEAD)
    heads = []
    for (agency, n), name in zip(measured.sizes.items(), names, strict=True):
        documents = measured.documents
        years = _span(documents.loc[documents["agency"] == agency, "year"])
        notes = [years] if years else []
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
        rows = {
            row["key"]: row
            for row in findings.get(group["name"], [])
            if row["topic"] == "validity"
        }
        score = rows.get("score", {})
        if score.get("number"):
            values = {
                name: percent(float(score[name]))
                for name in ("number", "lower", "upper")
                if score.get(name)
            }
            text = words["trust_score" if len(values) == 3 else "trust_number"]
            states = ("unchecked", "partly_checked")
            checked = next((name for name in states if name in rows), "checked")
            text = text.format(**values) + words[f"trust_{checked}"]
            return {"text": text, "href": group["href"]}
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


def _caveats(measured: Measured, lang: str) -> list[str]:
    words, least = section("site", lang)["caveats"], measured.documents["n_tasks"].min()
    confounded = [words["confounded"]] if measured.is_confounded else []
    small = [words["small"].format(least=least)] if least < _SMALL_PLAN else []
    return [*confounded, *small, words["written"], words["fractional"]]
