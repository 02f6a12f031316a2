"""What changed since the last good run: plans, tasks, shares, findings."""

import csv
import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from govopen_analytics.base.data_files import ANY, read_json
from govopen_analytics.base.errors import RunError
from govopen_analytics.base.languages import LANGUAGES
from govopen_analytics.base.tables import Tables
from govopen_analytics.measures.families import ESTABLISHED, WORTH_ASKING
from govopen_analytics.questions import FINDINGS_PREFIX, TABLES_DIR
from govopen_analytics.run.record import RESTORE

STATE = "state.json"
_OF_FINDING = ("page", "topic", "key", "subject", "state", "short", "text")
_OF_SHARE = ("share", "share_lower", "share_upper", "n_tasks")
_NEWS = (ESTABLISHED, WORTH_ASKING)  # states of a finding that is news
_SHAPE = {
    "plans": [
        {
            "document_id": str,
            "agency": str | None,
            "year": int | None,
            "sha256": str | None,
            "tasks": [str],
        }
    ],
    "shares": [
        {
            "agency": str | None,
            "theme_id": str,
            **dict.fromkeys(_OF_SHARE, float | int | None),
        }
    ],
    "findings?": {ANY: [dict.fromkeys(_OF_FINDING, str)]},
}
# Two texts of a plan at least this alike are one task, reworded (0-1).
_LEAST_LIKENESS = 0.6
# Comparing every pair is quadratic; a plan rewritten as a whole is not reworded.
_MOST_PAIRED = 200


def state_of(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Keep of the tables what the next run compares itself with.

    ``plans`` has the texts of each plan's tasks; ``shares`` the share of every theme
    (0-1) with its 95 % interval, in all plans together and in those of each agency.
    """
    tasks = tables["tasks"]
    texts = _joined(tasks["title"]) + _joined(tasks["content"])
    texts_of = texts.str.strip().groupby(tasks["document_id"]).agg(list).to_dict()
    plans = [
        {
            name: _plain(plan[name])
            for name in ("document_id", "agency", "year", "sha256")
        }
        | {"tasks": texts_of.get(plan["document_id"], [])}
        for plan in tables["documents"].to_dict("records")
    ]
    return {"plans": plans, "shares": _shares(tables)}


def read_state(folder: Path) -> dict[str, Any] | None:
    """Read the state a run left, or None where it left none."""
    path = folder / STATE
    if not path.is_file():
        return None
    return read_json(path, _SHAPE, RunError, RESTORE)


def plans_gone(old: Mapping[str, Any], documents: pd.DataFrame) -> list[str]:
    """Name the plans of a state that are in a corpus under no name.

    A plan of the same bytes is not gone.
    """
    ids, digests = set(documents["document_id"]), set(documents["sha256"])
    return [
        plan["document_id"]
        for plan in old["plans"]
        if plan["document_id"] not in ids and plan["sha256"] not in digests
    ]


def changes_since(
    last_good: tuple[Mapping[str, Any], Mapping[str, Any]] | None,
    record: Mapping[str, Any],
    state: Mapping[str, Any],
) -> dict[str, Any]:
    """Say what is different since the record and state of the last good run."""
    old, old_state = last_good or (record, state)
    return {
        "run": record["run"],
        "since": old["run"] if last_good else None,
        "since_date": old["started"] if last_good else None,
        "code_changed": old["code"]["sha256"] != record["code"]["sha256"],
        "codebook_changed": old["codebook"] != record["codebook"],
        "codebook_versions": codebook_names(old["codebook"], record["codebook"]),
        **compare_states(old_state, state),
    }


def codebook_names(*codebooks: Mapping[str, Any]) -> list[str]:
    """Name two codebooks by their versions, with digests where these are the same."""
    names = [str(codebook.get("version", "?")) for codebook in codebooks]
    if len(set(names)) > 1 or codebooks[0] == codebooks[1]:
        return names
    digests = [str(codebook.get("sha256", "?"))[:8] for codebook in codebooks]
    return [f"{name} [{d}]" for name, d in zip(names, digests, strict=True)]


def compare_states(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Say what is different between two states.

    ``tasks`` has each plan in both whose tasks differ: texts ``added``, ``removed``
    and ``changed``. ``shares`` has those outside the interval they had. ``findings``
    has each language that both have.
    """
    before = {plan["document_id"]: plan for plan in old["plans"]}
    after = {plan["document_id"]: plan for plan in new["plans"]}
    tasks = [
        {**_named(plan), **_task_changes(before[name]["tasks"], plan["tasks"])}
        for name, plan in after.items()
        if name in before and before[name]["tasks"] != plan["tasks"]
    ]
    return {
        "plans_new": [_named(p) for name, p in after.items() if name not in before],
        "plans_removed": [_named(p) for name, p in before.items() if name not in after],
        "tasks": tasks,
        "shares": _moved(old["shares"], new["shares"]),
        "findings": {
            lang: compare_findings(old["findings"][lang], rows)
            for lang, rows in new.get("findings", {}).items()
            if lang in old.get("findings", {})
        },
    }


def finding_rows(site: Path, page: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Read the findings that a notebook left in the folder of its language."""
    for path in page["files"]:
        if path.startswith(f"{TABLES_DIR}/{FINDINGS_PREFIX}"):
            with (site / path).open(encoding="utf-8-sig", newline="") as file:
                yield from csv.DictReader(file)


def finding_states(
    site: Path, pages: Iterable[Mapping[str, Any]]
) -> list[dict[str, str]]:
    """Keep of each finding of a language what the next run compares it with."""
    return [
        {**{name: row.get(name, "") for name in _OF_FINDING}, "page": page["name"]}
        | {"text": row["finding"]}
        for page in pages
        for row in finding_rows(site, page)
    ]


def compare_findings(
    old: Iterable[Mapping[str, str]], new: Iterable[Mapping[str, str]]
) -> dict[str, list[dict[str, str]]]:
    """Say which findings are new, gone, or of another state.

    A finding is the same where page, topic and subject are; one without a subject,
    where its key is. Its sentence is not compared: every number in it may differ.
    Only findings that are established or worth asking about are new or gone.
    """
    before, after = _by_identity(old), _by_identity(new)
    return {
        "new": _news(after, before),
        "gone": _news(before, after),
        "changed": [
            {**row, "old_state": before[name]["state"]}
            for name, row in after.items()
            if name in before and before[name]["state"] != row["state"]
        ],
    }


def _by_identity(rows: Iterable[Mapping[str, str]]) -> dict[Any, dict[str, str]]:
    findings, n_of = {}, Counter[Any]()
    for row in rows:
        name = (row["page"], row["topic"], row["subject"] or row["key"])
        findings[*name, n_of[name]] = dict(row)  # one subject may have several
        n_of[name] += 1
    return findings


def _news(
    rows: Mapping[Any, dict[str, str]], others: Mapping[Any, Any]
) -> list[dict[str, str]]:
    return [
        row
        for name, row in rows.items()
        if name not in others and row["state"] in _NEWS
    ]


def _joined(texts: pd.Series) -> pd.Series:
    return texts.fillna("").astype(str) + "\n"


def _plain(value: Any) -> Any:
    """Return a value of a table as JSON has it: what is missing is None."""
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def _named(plan: Mapping[str, Any]) -> dict[str, Any]:
    return {key: plan[key] for key in ("document_id", "agency", "year")}


def _shares(tables: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    from govopen_analytics import measures

    if tables["tasks"].empty:
        return []
    themes = tables["themes"].set_index("theme_id")
    return [
        {
            "agency": _plain(row.get("agency")),
            "theme": {
                lang: _plain(themes.loc[row["theme_id"], f"label_{lang}"])
                for lang in LANGUAGES
            },
            **{name: _plain(row[name]) for name in ("theme_id", *_OF_SHARE)},
        }
        for by in ([], ["agency"])
        for row in measures.theme_shares(Tables.of(tables), by=by).to_dict("records")
    ]


def _task_changes(old: list[str], new: list[str]) -> dict[str, list[Any]]:
    removed = list((Counter(old) - Counter(new)).elements())
    added = list((Counter(new) - Counter(old)).elements())
    changed = []
    if len(removed) <= _MOST_PAIRED and len(added) <= _MOST_PAIRED:
        for text in list(added):
            near = difflib.get_close_matches(text, removed, 1, _LEAST_LIKENESS)
            if near:
                changed.append({"old": near[0], "new": text})
                removed.remove(near[0])
                added.remove(text)
    return {"added": added, "removed": removed, "changed": changed}


def _moved(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict]:
    before = {(row["agency"], row["theme_id"]): row for row in old}
    moved = []
    for row in new:
        earlier = before.get((row["agency"], row["theme_id"]))
        if earlier and not _is_within(row["share"], earlier):
            named = {key: row[key] for key in ("agency", "theme_id", "theme")}
            values = {
                name: {key: share[key] for key in _OF_SHARE}
                for name, share in (("old", earlier), ("new", row))
            }
            moved.append({**named, **values})
    return moved


def _is_within(share: float | None, earlier: Mapping[str, float]) -> bool:
    lower, upper = earlier["share_lower"], earlier["share_upper"]
    if share is None or lower is None or upper is None:
        return True  # nothing was measured that it could be outside of
    margin = 1e-9  # equal shares may differ in their last digit
    return lower - margin <= share <= upper + margin
