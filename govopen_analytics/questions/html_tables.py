"""Tables as a reader sees them: headed, formatted and escaped HTML."""

import html
from collections.abc import Iterable
from functools import partial

import pandas as pd

from govopen_analytics.base.languages import in_language, percent
from govopen_analytics.charts.style import HtmlBlock
from govopen_analytics.words.remarks import remark_in_words

_WORDS = {
    "zh": {
        "columns": {
            "document_id": "计划编号",
            "agency": "机构",
            "level": "层级",
            "province": "省份",
            "city": "城市",
            "county": "县区",
            "year": "年份",
            "subject": "主题领域",
            "title": "标题",
            "doc_number": "文号",
            "index_number": "索引号",
            "issued_date": "成文日期",
            "source_file": "源文件",
            "source_format": "格式",
            "layout": "版式",
            "inferred": "推断所得字段",
            "n_tasks": "任务数",
            "n_chars": "字符数",
            "accounted_share": "正文有去向的份额",
            "task_share": "进入任务的份额",
            "warnings": "需查看",
            "note": "备注",
            "reason": "原因",
            "message": "说明",
            "advice": "该怎么办",
            "theme": "主题",
            "theme_id": "主题编号",
            "n_themed": "涉及任务数",
            "share": "份额",
            "share_lower": "区间下限",
            "share_upper": "区间上限",
            "finding": "发现",
            "label_zh": "主题",
            "label_en": "英文名",
            "definition_zh": "定义",
            "definition_en": "英文定义",
            "is_core": "核心主题",
            "codebook_version": "编码表版本",
        },
        "values": {
            "level": {
                "national": "国家级",
                "province": "省级",
                "city": "市级",
                "county": "县级",
                "town": "乡镇级",
            },
            "subject": {"open_government": "政务公开", "other": "其他"},
            "layout": {
                "table": "表格",
                "table (tabs)": "表格（制表符分列）",
                "table (pipes)": "表格（竖线分列）",
                "table (lines)": "表格（一格一行）",
                "table (columns)": "表格（逐列排印）",
                "table (glued)": "表格（无分隔）",
                "prose": "分条文字",
                "prose and table": "分条文字与表格",
            },
            "reason": {
                "checksum_mismatch": "校验和不符",
                "unsupported_format": "格式不支持",
                "unknown_encoding": "编码无法识别",
                "empty_document": "空文件",
                "not_a_plan": "不是年度计划",
                "nothing_recoverable": "认不出任务",
                "unreadable": "无法读取",
                "invalid": "声明有误",
                "invalid_manifest_value": "清单所填有误",
                "no_manifest_row": "清单中无此文件",
                "manifest_row_incomplete": "清单行不完整",
                "manifest_row_invalid": "清单行有误",
                "manifest_row_outside": "清单路径越界",
                "duplicate_document_id": "计划编号重复",
                "duplicate_file": "清单中文件重复",
                "file_missing": "清单所列文件缺失",
                "unexpected_error": "程序错误",
            },
        },
        "plan": "{agency} {year} 年",
        "plan_n": "n = {n}",
        "unseen": "{n} 项任务中未见",
        "unseen_in": "{plan}：{n} 项任务中未见",
        "interval": "{lower}–{upper}",
        "count": "{n} 项任务",
        "secondary": "次要主题",
        "keywords": "匹配到的关键词：",
        "keyword_join": "、",
        "remark": partial(remark_in_words, lang="zh"),
        "remark_join": "；",
        "no_keywords": "无关键词匹配",
        "no_rows": "（无）",
        "true": "是",
        "false": "否",
        "ordinal": "第 {n} 项",
        "scroll": "表格，可左右滚动",
    },
    "en": {
        "columns": {
            "document_id": "Plan",
            "agency": "Agency",
            "level": "Level",
            "province": "Province",
            "city": "City",
            "county": "County",
            "year": "Year",
            "subject": "Subject",
            "title": "Title",
            "doc_number": "Document number",
            "index_number": "Index number",
            "issued_date": "Date of issue",
            "source_file": "Source file",
            "source_format": "Format",
            "layout": "Layout",
            "inferred": "Inferred fields",
            "n_tasks": "Tasks",
            "n_chars": "Characters",
            "accounted_share": "Text with a named role",
            "task_share": "Text in tasks",
            "warnings": "To look at",
            "note": "Note",
            "reason": "Reason",
            "message": "Message",
            "advice": "What to do",
            "theme": "Theme",
            "theme_id": "Theme id",
            "n_themed": "Tasks that touch it",
            "share": "Share",
            "share_lower": "Lower bound",
            "share_upper": "Upper bound",
            "finding": "Finding",
            "label_zh": "Chinese label",
            "label_en": "Theme",
            "definition_zh": "Chinese definition",
            "definition_en": "Definition",
            "is_core": "Core theme",
            "codebook_version": "Codebook version",
        },
        "values": {
            "subject": {"open_government": "open government", "other": "other"},
            "reason": {
                "checksum_mismatch": "checksum differs",
                "unsupported_format": "format not supported",
                "unknown_encoding": "encoding not known",
                "empty_document": "no text",
                "not_a_plan": "not an annual plan",
                "nothing_recoverable": "no task recognised",
                "unreadable": "cannot be read",
                "invalid": "invalid",
                "invalid_manifest_value": "wrong value in the manifest",
                "no_manifest_row": "not in the manifest",
                "manifest_row_incomplete": "manifest row incomplete",
                "manifest_row_invalid": "manifest row wrong",
                "manifest_row_outside": "path outside the folder",
                "duplicate_document_id": "id used twice",
                "duplicate_file": "file listed twice",
                "file_missing": "listed file is missing",
                "unexpected_error": "error of the library",
            },
        },
        "plan": "{agency} {year}",
        "plan_n": "n = {n}",
        "unseen": "not observed in {n} tasks",
        "unseen_in": "{plan}: not observed in {n} tasks",
        "interval": "{lower}–{upper}",
        "count": "tasks: {n}",
        "secondary": "secondary theme",
        "keywords": "Keywords matched: ",
        "keyword_join": ", ",
        "remark": partial(remark_in_words, lang="en"),
        "remark_join": " ",
        "no_keywords": "No keyword matched",
        "no_rows": "(none)",
        "true": "yes",
        "false": "no",
        "ordinal": "Task {n}",
        "scroll": "Table, scrolls sideways",
    },
}


def plain_table(
    df: pd.DataFrame, columns: Iterable[str] = (), *, lang: str = "zh"
) -> HtmlBlock:
    """Show some columns of a table, headed in the reader's language.

    Parameters
    ----------
    df : DataFrame, shape (n_rows, ...)
        Any table; columns whose name ends in ``share``, ``_lower`` or ``_upper``
        are shown as percentages, lists are joined.
    columns : iterable of str
        The columns, in order; none shows all.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    HtmlBlock
    """
    words = in_language(_WORDS, lang)
    names = list(columns) or list(df.columns)
    if df.empty:
        return HtmlBlock(f"<p>{words['no_rows']}</p>")
    head = [_head(words["columns"].get(name, name)) for name in names]
    body = [
        [_data(_shown(value, name, words), _is_number(df[name])) for value in df[name]]
        for name in names
    ]
    return HtmlBlock(_table(head, list(zip(*body, strict=True)), words))


def share_table(shares: pd.DataFrame, *, lang: str = "zh") -> HtmlBlock:
    """Show themes by plans, each cell a share with its interval.

    Parameters
    ----------
    shares : DataFrame, shape (n_documents * n_themes, ...)
        Result of ``views.labelled_shares``.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    HtmlBlock
        A theme without a task reads "not observed in n tasks".
    """
    words = in_language(_WORDS, lang)
    plans = shares.drop_duplicates("document_id")
    head = [_head(words["columns"]["theme"])]
    for plan in plans.itertuples():
        size = words["plan_n"].format(n=plan.n_tasks)
        head.append(_head(_plan(plan, words), size))
    rows = []
    for _, part in shares.groupby("theme_id", sort=False):
        cells = {
            cell.document_id: _share_cell(cell, words) for cell in part.itertuples()
        }
        named = f'<th scope="row">{html.escape(part["theme"].iloc[0])}</th>'
        rows.append([named, *(cells[key] for key in plans["document_id"])])
    return HtmlBlock(_table(head, rows, words))


def task_lists(
    tasks: pd.DataFrame, shares: pd.DataFrame, *, lang: str = "zh"
) -> HtmlBlock:
    """Show the tasks behind every cell, folded, by theme and then by plan.

    Parameters
    ----------
    tasks : DataFrame, shape (n_assignments, ...)
        Result of ``views.tasks_by_theme``.
    shares : DataFrame, shape (n_documents * n_themes, ...)
        Result of ``views.labelled_shares``; it names the cells without a task.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    HtmlBlock
    """
    words = in_language(_WORDS, lang)
    groups = dict(list(tasks.groupby(["theme_id", "document_id"], sort=False)))
    parts = []
    for theme_id, cells in shares.groupby("theme_id", sort=False):
        parts.append(f"<h3>{html.escape(cells['theme'].iloc[0])}</h3>")
        for cell in cells.itertuples():
            found = groups.get((theme_id, cell.document_id))
            parts.append(_folded_tasks(cell, found, words))
    return HtmlBlock(f'<div class="task-lists">{"".join(parts)}</div>')


def sentence_list(findings: pd.DataFrame) -> HtmlBlock:
    """Show findings as a list of sentences; no rows show nothing."""
    items = "".join(f"<li>{html.escape(text)}</li>" for text in findings["finding"])
    return HtmlBlock(f'<ul class="findings">{items}</ul>' if items else "")


def _table(head: list[str], rows: Iterable[Iterable[str]], words: dict) -> str:
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    label = words["scroll"]
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
        f"<table><thead><tr>{''.join(head)}</tr></thead><tbody>{body}</tbody></table>"
        "</div>"
    )


def _head(text: str, second: str = "") -> str:
    below = f"<br><small>{html.escape(second)}</small>" if second else ""
    return f'<th scope="col">{html.escape(text)}{below}</th>'


def _data(text: str, is_number: bool) -> str:
    kind = ' class="number"' if is_number else ""
    return f"<td{kind}>{html.escape(text)}</td>"


def _is_number(values: pd.Series) -> bool:
    is_flag = pd.api.types.is_bool_dtype(values.dtype)
    return pd.api.types.is_numeric_dtype(values.dtype) and not is_flag


def _shown(value: object, name: str, words: dict) -> str:
    if name == "warnings":
        parts = [words["remark"](remark) for remark in value]
        return words["remark_join"].join(parts)
    if isinstance(value, list | tuple):
        return words["keyword_join"].join(str(part) for part in value)
    if pd.isna(value):
        return ""
    if isinstance(value, bool):
        return words["true" if value else "false"]
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if name.endswith(("share", "_lower", "_upper")):
        return percent(value)
    if isinstance(value, int) and not name.endswith("year"):
        return f"{value:,}"
    return words["values"].get(name, {}).get(value, str(value))


def _plan(row: object, words: dict) -> str:
    if pd.isna(row.agency):
        return str(row.document_id)
    if pd.isna(row.year):
        return str(row.agency)
    return words["plan"].format(agency=row.agency, year=row.year)


def _share_cell(cell: object, words: dict) -> str:
    if not cell.is_observed:
        text = html.escape(words["unseen"].format(n=cell.n_tasks))
        return f'<td class="unseen">{text}</td>'
    bounds = words["interval"].format(
        lower=percent(cell.share_lower), upper=percent(cell.share_upper)
    )
    return (
        f'<td class="number">{html.escape(percent(cell.share))}'
        f"<br><small>{html.escape(bounds)}</small></td>"
    )


def _folded_tasks(cell: object, tasks: pd.DataFrame | None, words: dict) -> str:
    plan = html.escape(_plan(cell, words))
    if tasks is None:
        text = words["unseen_in"].format(plan=plan, n=cell.n_tasks)
        return f'<p class="unseen">{text}</p>'
    count = words["count"].format(n=len(tasks))
    items = "".join(_task_item(task, words) for task in tasks.itertuples())
    return (
        f"<details><summary>{plan} <small>{html.escape(count)}</small></summary>"
        f"<ul>{items}</ul></details>"
    )


def _task_item(task: object, words: dict) -> str:
    where = words["ordinal"].format(n=task.ordinal)
    if task.rank > 1:
        where = f"{where} · {words['secondary']}"
    lines = [f"<small>{html.escape(where)}</small>"]
    if not pd.isna(task.title):
        lines.append(f"<b>{html.escape(task.title)}</b>")
    if not pd.isna(task.content):
        lines.append(html.escape(task.content))
    found = words["keyword_join"].join(task.keywords)
    evidence = words["keywords"] + found if found else words["no_keywords"]
    lines.append(f'<small class="evidence">{html.escape(evidence)}</small>')
    return f"<li>{'<br>'.join(lines)}</li>"
