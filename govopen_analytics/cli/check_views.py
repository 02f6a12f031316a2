"""What ``govopen check`` shows: a text for the terminal, and a page of the source."""

import datetime as dt
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from govopen_analytics.base.languages import in_language, percent
from govopen_analytics.base.text import tidy
from govopen_analytics.words import section
from govopen_analytics.words.remark_words import remark_in_words

if TYPE_CHECKING:
    from govopen_analytics.plans.one_file import Account

_WIDTHS = {"ordinal": 5, "text": 40, "units": 28, "deadline": 26}  # terminal columns
_OF_FOLDER = {"file": 36, "found": 28, "tasks": 7, "in_tasks": 16, "lines": 10}
_SHOWN = 60  # characters of a remainder


def account_lines(
    account: "Account", lang: str, *, show_rest: bool, show_why: bool
) -> Iterator[str]:
    """Say line by line what became of a file.

    The rest is every stretch that stands in no task, the evidence why it is a plan.
    """
    words = section("check", lang)
    yield _head(account, lang)
    if show_why:
        yield from _evidence(account, lang)
    if account.n_tasks:
        yield f"  {words['inferred']}: {_inferred(account, lang)}"
        if account.inferred.get("subject") == "other":
            yield f"  ! {words['other_subject']}"
        for cells in (words["table"], *_cells(account, lang)):
            yield _row(cells, _WIDTHS)
    yield f"  {words['left_out']}:"
    for row in account.roles[~account.roles["is_task_field"]].itertuples():
        n_chars = words["characters"].format(n=row.n_chars, share=percent(row.share))
        yield f"    {words['roles'].get(row.role, row.role)}: {n_chars}"
    for remark in account.remarks:
        yield f"  ! {remark_in_words(remark, lang)}"
    for row in account.remainder.itertuples() if show_rest else ():
        text = " ".join(row.text.split())
        shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
        yield f"  {row.start_char}–{row.end_char} {row.role}: {shown}"


def overview(files: list[tuple[str, "Account | None"]], lang: str) -> Iterator[str]:
    """Say what the files of a folder are, a line each, and how many are plans.

    A file without an account cannot be read.
    """
    words = section("check", lang)
    plans = [a for _, a in files if a is not None and a.verdict is None]
    yield _row(words["folder"], _OF_FOLDER)
    for name, account in files:
        cells = dict.fromkeys(_OF_FOLDER, "") | {"file": name}
        if account is None:
            cells["found"] = words["unreadable"]
        elif account.verdict is not None:
            cells["found"] = _kind_of_file(account, lang)
        else:
            lost = sum(r.code == "line_in_no_task" for r in account.remarks)
            cells |= {
                "found": words["plan"],
                "tasks": str(account.n_tasks),
                "in_tasks": percent(account.task_share),
                "lines": str(lost),
            }
        yield _row(cells, _OF_FOLDER)
    n_tasks = sum(plan.n_tasks for plan in plans)
    yield "  " + words["of_folder"].format(
        files=len(files), plans=len(plans), tasks=n_tasks
    )


def _head(account: "Account", lang: str) -> str:
    words = section("check", lang)
    layouts = section("tables", lang)["values"].get("layout", {})
    return words["head"].format(
        found=_kind_of_file(account, lang),
        layout=layouts.get(account.layout, account.layout),
        accounted=percent(account.accounted_share),
        in_tasks=percent(account.task_share),
    )


def _kind_of_file(account: "Account", lang: str) -> str:
    words = section("check", lang)
    if account.verdict is None:
        return words["tasks"].format(n=account.n_tasks)
    _, is_no_plan, kind = account.verdict.partition("not a plan: ")
    if not is_no_plan:
        return words["nothing_left"]
    return words["no_plan"].format(kind=words["found"][kind.replace(" ", "_")])


def _inferred(account: "Account", lang: str) -> str:
    words = section("check", lang)
    values = section("tables", lang)["values"]
    pairs = [
        (words["fields"][name], values.get(name, {}).get(value, value))
        for name, value in account.inferred.items()
    ]
    return ", ".join(f"{name} {value}" for name, value in pairs) or words["not_known"]


def _evidence(account: "Account", lang: str) -> Iterator[str]:
    words = section("check", lang)
    judgement = account.judgement
    yield "  " + words["evidence"].format(score=f"{judgement.score:+g}")
    for match in judgement.found:
        name = words["found"][match.evidence.name.replace(" ", "_")]
        place = match.evidence.place
        example = f": {match.example}" if place in ("title", "heading", "line") else ""
        yield f"    {match.evidence.weight:+g} {name} ×{match.count}{example}"


def _cells(account: "Account", lang: str) -> Iterator[dict[str, str]]:
    words = section("check", lang)
    for row in account.tasks.itertuples():
        units = "、".join(row.lead_units)
        if row.support_units:
            support = "、".join(row.support_units)
            units = words["supported"].format(lead=units, support=support)
        deadline = row.deadline_raw if isinstance(row.deadline_raw, str) else ""
        if deadline and isinstance(row.deadline_date, dt.date):
            deadline = f"{deadline} ({row.deadline_date})"
        if {"lead_units", "support_units"} & set(row.carried):
            units = words["carried"].format(text=units)
        if "deadline" in row.carried:
            deadline = words["carried"].format(text=deadline)
        yield {
            "ordinal": str(row.ordinal),
            "text": "：".join(
                part for part in (row.title, row.content) if isinstance(part, str)
            ),
            "units": units,
            "deadline": deadline,
        }


def _row(cells: dict[str, str], widths: dict[str, int]) -> str:
    parts = [_padded(cells[name], width) for name, width in widths.items()]
    return ("  " + "  ".join(parts)).rstrip()


def _padded(text: str, width: int) -> str:
    """Cut or fill a text to a width in terminal columns; a Chinese letter takes two."""
    shown, used = "", 0
    for character in tidy(text):
        size = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used + size > width - 1:
            return shown + "…" + " " * (width - used - 1)
        shown, used = shown + character, used + size
    return shown + " " * (width - used)


def page(accounts: list[tuple[str, "Account"]], lang: str) -> str:
    """Write the sources as one HTML document, with what became a task marked."""
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        keep_trailing_newline=True,
    )
    template = environment.get_template("check.html.j2")
    files = [
        {
            "name": name,
            "lines": [
                _head(account, lang),
                *(f"! {remark_in_words(remark, lang)}" for remark in account.remarks),
            ],
            "rows": list(_cells(account, lang)),
            "stretches": list(_stretches(account, lang)),
        }
        for name, account in accounts
    ]
    title = in_language({"zh": "读入结果核对", "en": "What was read"}, lang)
    heading = section("check", lang)["table"]
    return template.render(title=title, lang=lang, heading=heading, files=files)


def _stretches(account: "Account", lang: str) -> Iterator[tuple[str, str, int | None]]:
    """Cut the source where a role begins or ends; a stretch between has none."""
    roles, text, end = section("check", lang)["roles"], account.text, 0
    for start, next_end, role, task in account.spans:
        yield text[end:start], "", None
        yield text[start:next_end], roles.get(role, role), task
        end = next_end
    yield text[end:], "", None
