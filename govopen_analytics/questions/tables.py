"""Tables of measures as a reader sees them, each value with its interval."""

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from govopen_analytics.base.languages import in_language, percent
from govopen_analytics.questions.html_tables import (
    HtmlBlock,
    plain_heading,
    plain_table,
    plain_value,
)

# Rows shown on a page; the file beside it holds all of them.
MOST_SHOWN = 200

_WORDS = {
    "zh": {
        "columns": {
            "agency": "机构",
            "due": "到期",
            "change": "份额之差（{level} 区间）",
            "change_per_year": "每年变化（{level} 区间）",
            "chance_unobserved": "若与他者相同，仅凭偶然全未见的概率",
            "completion": "完成程度（自报）",
            "comparator": "比较",
            "deadline_raw": "时限",
            "distance": "距离（{level} 区间）",
            "distance_null_bound": "同一议程下的 95% 界",
            "evidence": "依据",
            "flag": "要素",
            "group": "比较的机构",
            "is_beyond_chance": "超出偶然",
            "is_collective": "泛指",
            "lead_share": "牵头占比（{level} 区间）",
            "log_odds": "对数优势比（{level} 区间）",
            "measure": "度量",
            "month": "月",
            "n_agencies": "机构数",
            "n_due": "到期任务",
            "n_group_uses": "用次",
            "n_lead": "牵头任务",
            "n_plans": "计划数",
            "n_reference_tasks": "对方任务数",
            "n_rest_uses": "他处用次",
            "n_support": "配合任务",
            "n_tasks": "任务数 n",
            "n_tasks_elsewhere": "他者任务数",
            "n_tasks_from": "起始年 n",
            "n_tasks_to": "终止年 n",
            "n_themed": "涉及任务数",
            "n_true": "具备的任务",
            "note": "备注",
            "overlap": "重合度（{level} 区间）",
            "overlap_null_bound": "同一议程下的 5% 界",
            "p_adjusted": "p（已按多重比较校正）",
            "passage": "相同文字",
            "per": "每",
            "raw": "原文",
            "reference": "对方",
            "reused_share": "早见于他处的文字占比（{level} 区间）",
            "share": "份额（{level} 区间）",
            "share_from": "起始年份额",
            "share_shrunk": "收缩后份额",
            "share_to": "终止年份额",
            "share_upper": "份额上限",
            "side": "对象",
            "source_agency": "早见于",
            "source_year": "早见于哪年",
            "status": "状态",
            "theme": "主题",
            "title": "任务",
            "unit": "计量单位",
            "unit_name": "单位",
            "value": "数值",
            "word": "词",
            "year": "年份",
            "year_from": "起始年",
            "year_to": "终止年",
            "z_score": "z 值",
        },
        "unseen": "{n} 项任务中未见",
        "interval": "{value}（{lower}–{upper}）",
        "cut": "共 {n} 行，此处列前 {shown} 行；全部见下载的 CSV。",
        "points": "{value} 个百分点",
        "whole_points": "{value}",
    },
    "en": {
        "columns": {
            "agency": "Agency",
            "due": "Due",
            "change": "Difference of shares ({level} interval)",
            "change_per_year": "Change a year ({level} interval)",
            "chance_unobserved": "Chance to miss it in all n, were it like the others",
            "completion": "Completion (own report)",
            "comparator": "Comparator",
            "deadline_raw": "Deadline",
            "distance": "Distance ({level} interval)",
            "distance_null_bound": "95% bound under one agenda",
            "evidence": "Evidence",
            "flag": "Element",
            "group": "Agency compared",
            "is_beyond_chance": "Beyond chance",
            "is_collective": "Collective name",
            "lead_share": "Share led ({level} interval)",
            "log_odds": "Log-odds ratio ({level} interval)",
            "measure": "Measure",
            "month": "Month",
            "n_agencies": "Agencies",
            "n_due": "Tasks due",
            "n_group_uses": "Uses",
            "n_lead": "Tasks led",
            "n_plans": "Plans",
            "n_reference_tasks": "Tasks of the other",
            "n_rest_uses": "Uses elsewhere",
            "n_support": "Tasks supported",
            "n_tasks": "Tasks n",
            "n_tasks_elsewhere": "Tasks of the others",
            "n_tasks_from": "n, first year",
            "n_tasks_to": "n, last year",
            "n_themed": "Tasks that touch it",
            "n_true": "Tasks that have it",
            "note": "Note",
            "overlap": "Overlap ({level} interval)",
            "overlap_null_bound": "5% bound under one agenda",
            "p_adjusted": "p (adjusted for many comparisons)",
            "passage": "Equal text",
            "per": "Per",
            "raw": "As printed",
            "reference": "The other",
            "reused_share": "Text found earlier elsewhere ({level} interval)",
            "share": "Share ({level} interval)",
            "share_from": "Share, first year",
            "share_shrunk": "Share, shrunk",
            "share_to": "Share, last year",
            "share_upper": "Share at most",
            "side": "Who",
            "source_agency": "Found earlier in",
            "source_year": "Year of that plan",
            "status": "Status",
            "theme": "Theme",
            "title": "Task",
            "unit": "Counted in",
            "unit_name": "Unit",
            "value": "Value",
            "word": "Word",
            "year": "Year",
            "year_from": "First year",
            "year_to": "Last year",
            "z_score": "z",
        },
        "unseen": "not observed in {n} tasks",
        "interval": "{value} ({lower}–{upper})",
        "cut": "{n} rows in all, the first {shown} are shown; the CSV holds all.",
        "points": "{value} points",
        "whole_points": "{value}",
    },
}


def measure_table(
    df: pd.DataFrame,
    columns: Iterable[str],
    *,
    lang: str = "zh",
    interval: float = 0.95,
    values: Mapping[str, Mapping[str, str]] | None = None,
) -> HtmlBlock:
    """Show measures with their intervals in one cell, headed and formatted.

    Parameters
    ----------
    df : DataFrame, shape (n_rows, ...)
        A table of measures; a column ``x`` with ``x_lower`` and ``x_upper`` is
        shown with its interval, a share of a theme not observed in words.
    columns : iterable of str
        The columns, in order.
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals, for the words that name it (0-1).
    values : mapping of str to mapping, optional
        Words for the values of a column.

    Returns
    -------
    HtmlBlock
        The first 200 rows, with a sentence where there are more.
    """
    words = in_language(_WORDS, lang)
    columns, shown = list(columns), df.head(MOST_SHOWN)
    readable = {}
    for name in columns:
        cells = _column(shown, name, words)
        named = (values or {}).get(name, {})
        head = words["columns"].get(name, name).format(level=f"{interval:.0%}")
        readable[head] = [named.get(cell, cell) for cell in cells]
    block = plain_table(pd.DataFrame(readable), lang=lang)
    return _with_cut(block, len(df), len(shown), words)


def heading(name: str, lang: str) -> str:
    """Return the heading of a column, or its name where there is none."""
    known = in_language(_WORDS, lang)["columns"].get(name)
    return (
        known.partition("（{")[0].partition(" ({")[0]
        if known
        else plain_heading(name, lang)
    )


def written(value: object, name: str, lang: str) -> str:
    """Write a value of the column `name` for a reader, not escaped."""
    if not isinstance(value, float) or isinstance(value, bool):
        return plain_value(value, name, lang)
    return str(_form(name, in_language(_WORDS, lang))(value))


def long_table(
    df: pd.DataFrame, columns: Iterable[str] = (), *, lang: str = "zh"
) -> HtmlBlock:
    """Show the first rows of a table, and say so where there are more.

    Parameters
    ----------
    df : DataFrame, shape (n_rows, ...)
    columns, lang
        As in ``html_tables.plain_table``.

    Returns
    -------
    HtmlBlock
        The first 200 rows, with a sentence where there are more.
    """
    shown = df.head(MOST_SHOWN)
    block = plain_table(shown, columns, lang=lang)
    return _with_cut(block, len(df), len(shown), in_language(_WORDS, lang))


def _with_cut(block: HtmlBlock, n_rows: int, n_shown: int, words: dict) -> HtmlBlock:
    if n_rows <= n_shown:
        return block
    note = words["cut"].format(n=f"{n_rows:,}", shown=n_shown)
    return HtmlBlock(f"{block.markup}<p><small>{note}</small></p>")


def _column(df: pd.DataFrame, name: str, words: dict) -> list[object]:
    form = _form(name, words)
    if f"{name}_lower" not in df or f"{name}_upper" not in df:
        return [form(value) for value in df[name]]
    is_unseen = (
        ~df["is_observed"].astype(bool)
        if name == "share" and "is_observed" in df
        else pd.Series(False, index=df.index)
    )
    cells = []
    for value, lower, upper, unseen, n in zip(
        df[name],
        df[f"{name}_lower"],
        df[f"{name}_upper"],
        is_unseen,
        df.get("n_tasks", is_unseen),
        strict=True,
    ):
        text = words["unseen"].format(n=n) if unseen else form(value)
        if not pd.isna(value) and not pd.isna(lower):
            text = words["interval"].format(
                value=text, lower=form(lower), upper=form(upper)
            )
        cells.append(text)
    return cells


def _form(name: str, words: dict) -> Callable[[object], object]:
    if name == "comparator":
        return lambda sign: _SIGNS.get(sign, sign)
    if name in _YEARS:
        return lambda year: "" if pd.isna(year) else f"{int(year)}"
    if name == "change" or name.startswith("change_per"):
        return _points
    if name in ("share_upper", "chance_unobserved") or "share" in name:
        return percent
    if name == "p_adjusted":
        return lambda p: "" if pd.isna(p) else "<0.001" if p < 0.001 else f"{p:.3f}"
    if name.startswith("overlap"):
        return lambda value: "–" if pd.isna(value) else f"{value:.0f}"
    if name in ("z_score",) or name.startswith(("distance", "log_odds")):
        return lambda value: "–" if pd.isna(value) else f"{value:.2f}"
    return lambda value: f"{value:.2f}" if isinstance(value, float) else value


_SIGNS = {">=": "≥", "<=": "≤"}
_YEARS = ("year", "year_from", "year_to", "source_year")


def _points(change: object) -> str:
    if pd.isna(change):
        return "–"
    return f"{change:+.1%}".replace("-", "−")
