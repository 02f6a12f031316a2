"""Print a plan in one of the layouts that agencies use."""

import html
import io
import itertools
from collections.abc import Callable, Sequence
from datetime import datetime

from cn2an import an2cn

from govopen_analytics.base.atomic_files import stable_package
from govopen_analytics.synth.plans import Plan, Task

_COLUMNS = ("序号", "任务名称", "任务内容", "责任处室", "协助处室", "时间节点")
_PROGRESS_COLUMNS = ("序号", "重点任务", "完成时限", "工作进展")
_NOTICE = "本文件由程序合成，仅供软件测试，不是任何机构的文件。"
_SECTIONS = ("落实年度重点", "巩固日常工作")
# Archives carry the time of writing; one fixed time keeps them the same by seed.
_FIXED_TIME = datetime(2020, 1, 1)


def print_plan(plan: Plan) -> tuple[str, bytes]:
    """Return a plan in its layout: the file suffix with its dot, and the bytes."""
    suffix, printer = PRINTERS[plan.layout]
    content = printer(plan)
    return suffix, content if isinstance(content, bytes) else content.encode("utf-8")


def printed_parts(layout: str) -> dict[str, bool]:
    """Say what a layout prints of a task, beside its title."""
    has_progress = layout == "cell_lines_progress"
    return {
        "has_units": not has_progress and layout != "prose_flat",
        "has_deadlines": not layout.startswith("prose"),
        "has_progress": has_progress,
        "has_content": not has_progress,
    }


def printed_text(layout: str, task: Task) -> tuple[str, str | None]:
    """Return title and content of a task as the layout prints them."""
    if printed_parts(layout)["has_content"]:
        return task.title, task.content
    return f"{task.title}，{task.content}", None


def _prose_flat(plan: Plan) -> str:
    """一、 headings; numbered paragraphs 1. that run on through the plan."""
    lines = [plan.title, _NOTICE]
    number = itertools.count(1)
    for order, (chapter, tasks) in enumerate(_by_chapter(plan)):
        lines.append(f"{an2cn(order + 1)}、{chapter}")
        lines += [f"{next(number)}.{task.title}。{task.content}" for task in tasks]
    return "\n".join(lines) + "\n"


def _prose_units(plan: Plan) -> str:
    """一、 headings; （一） paragraphs that end in the units in brackets."""
    lines = [plan.title, "", "　　" + _NOTICE]
    for order, (chapter, tasks) in enumerate(_by_chapter(plan)):
        lines += ["", f"　　{an2cn(order + 1)}、{chapter}"]
        for k, task in enumerate(tasks, start=1):
            body = f"{task.title}。{task.content}{_units_in_brackets(task)}"
            lines += ["", f"　　（{an2cn(k)}）{body}"]
    return "\n".join(lines) + "\n"


def _prose_nested(plan: Plan) -> str:
    """一、 chapters, （一） sections, 1. tasks, restarting under each heading."""
    lines = [plan.title, "　　" + _NOTICE]
    for order, (chapter, tasks) in enumerate(_by_chapter(plan)):
        lines.append(f"　　{an2cn(order + 1)}、{chapter}")
        halves = (tasks[::2], tasks[1::2])
        for k, half in enumerate([half for half in halves if half], start=1):
            lines.append(f"　　（{an2cn(k)}）{_SECTIONS[k - 1]}")
            for n, task in enumerate(half, start=1):
                body = f"{task.title}。{task.content}{_units_in_brackets(task)}"
                lines.append(f"　　{n}.{body}")
    return "\n".join(lines) + "\n"


def _cell_lines(plan: Plan) -> str:
    """A table one cell a line: lines led by a tab, rows parted by a blank line."""
    return _as_cell_lines(plan, _table(plan))


def _cell_lines_progress(plan: Plan) -> str:
    """The same with a progress report and without units; the title is the task."""
    rows = [
        _PROGRESS_COLUMNS,
        *(
            (
                str(k),
                printed_text(plan.layout, task)[0],
                task.deadline_raw,
                task.progress,
            )
            for k, task in enumerate(plan.tasks, start=1)
        ),
    ]
    return _as_cell_lines(plan, rows)


def _as_cell_lines(plan: Plan, rows: Sequence[tuple[str, ...]]) -> str:
    blocks = ["\n".join(f"\t{cell}" for cell in row) for row in rows]
    return f"{plan.title}\n" + "\n\n".join(blocks) + "\n"


def _tab_table(plan: Plan) -> str:
    lines = ["\t".join(row) for row in _table(plan)]
    return f"{plan.title}\n\n{_NOTICE}\n\n" + "\n".join(lines) + "\n"


def _pipe_table(plan: Plan) -> str:
    head, *rows = _table(plan)
    rows = [head, ("---",) * len(head), *rows]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return f"# {plan.title}\n\n{_NOTICE}\n\n" + "\n".join(lines) + "\n"


def _html_table(plan: Plan) -> str:
    lines = [
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
        for row in _table(plan)
    ]
    title = html.escape(plan.title)
    return (
        f'<!DOCTYPE html>\n<html lang="zh"><head><meta charset="utf-8">'
        f"<title>{title}</title></head>\n<body><h1>{title}</h1>\n<p>{_NOTICE}</p>\n"
        "<table>\n" + "\n".join(lines) + "\n</table></body></html>\n"
    )


def _docx(plan: Plan) -> bytes:
    from docx import Document

    document = Document()
    document.add_heading(plan.title, level=1)
    document.add_paragraph(_NOTICE)
    table = document.add_table(rows=0, cols=len(_COLUMNS))
    for row in _table(plan):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    buffer = io.BytesIO()
    document.save(buffer)
    return stable_package(buffer.getvalue(), _FIXED_TIME)


def _xlsx(plan: Plan) -> bytes:
    from openpyxl import Workbook

    workbook = Workbook()
    sheet = workbook.active
    sheet.append([plan.title])
    for row in _table(plan):
        sheet.append(list(row))
    buffer = io.BytesIO()
    workbook.save(buffer)
    return stable_package(buffer.getvalue(), _FIXED_TIME)


PRINTERS: dict[str, tuple[str, Callable[[Plan], str | bytes]]] = {
    "prose_flat": (".txt", _prose_flat),
    "prose_units": (".txt", _prose_units),
    "prose_nested": (".txt", _prose_nested),
    "cell_lines": (".txt", _cell_lines),
    "cell_lines_progress": (".txt", _cell_lines_progress),
    "tab_table": (".txt", _tab_table),
    "pipe_table": (".md", _pipe_table),
    "html_table": (".html", _html_table),
    "docx": (".docx", _docx),
    "xlsx": (".xlsx", _xlsx),
}


def printed_order(plan: Plan) -> list[Task]:
    """Return the tasks in the order in which the layout prints them."""
    if not plan.layout.startswith("prose"):
        return plan.tasks
    ordered = []
    for _, tasks in _by_chapter(plan):
        nested = plan.layout == "prose_nested"
        ordered += [*tasks[::2], *tasks[1::2]] if nested else tasks
    return ordered


def _by_chapter(plan: Plan) -> list[tuple[str, list[Task]]]:
    chapters: dict[str, list[Task]] = {}
    for task in plan.tasks:
        chapters.setdefault(task.chapter, []).append(task)
    return list(chapters.items())


def _table(plan: Plan) -> list[tuple[str, ...]]:
    """Return the plan as a table of cells, its head first."""
    rows = [
        (
            str(number),
            task.title,
            task.content,
            "、".join(task.lead_units),
            "、".join(task.support_units),
            task.deadline_raw,
        )
        for number, task in enumerate(plan.tasks, start=1)
    ]
    return [_COLUMNS, *rows]


def _units_in_brackets(task: Task) -> str:
    lead = "、".join(task.lead_units) + "牵头"
    support = "、".join(task.support_units)
    return f"（{lead}，{support}配合）" if support else f"（{lead}）"
