"""What briefings say of themselves, in both languages."""

import re
from typing import Any

from govopen_analytics.base.languages import in_language

# An office chart draws bars where the figure draws dots, and grey where it
# hatches; what the words say of the marks has to follow.
_BARS_FOR_DOTS = {
    "zh": [
        ("(?:空心)?菱形：未见", "标“未见”者：不在任务之中"),
        ("(?:空心)?菱形", "标“未见”者"),
        ("橙色竖线", "橙色条形"),
        ("[●◆]", "■"),
        ("[○◇]", "□"),
        ("空心(?:圆点|圆|点)?", "浅色条形"),
        ("实心(?:圆点|圆|点)?", "深色条形"),
        ("方块|方点", "条形"),
        ("虚线", "竖线"),
        ("圆点", "条形"),
        ("点图", "条形图"),
    ],
    "en": [
        (r"\b(?:(?:open|hollow) )?diamonds?: not observed", "not obs.: in no task"),
        (r"\b(?:(?:open|hollow) )?diamonds?", "marked not obs."),
        ("[●◆]", "■"),
        ("[○◇]", "□"),
        (r"\b(?:open|hollow) (?:circle|dot)", "pale bar"),
        (r"\b(?:filled|solid) (?:circle|dot)", "dark bar"),
        (r"\b(?:open|hollow)(?=: )", "pale"),
        (r"\b(?:filled|solid)(?=: )", "dark"),
        (r"\bsquare", "bar"),
        (r"\bdotted line", "vertical line"),
        (r"\(dotted\)", "(vertical line)"),
        (r"\bdot plot", "bar chart"),
        (r"\bdot", "bar"),
    ],
}
_GREY_FOR_HATCHING = {
    "zh": [("斜线格|斜纹格", "灰色格"), ("热力图", "着色表格")],
    "en": [(r"\b(?:hatched|strokes)", "grey"), (r"\bheat map", "shaded table")],
}
# Office charts give all points of a series one size.
_NO_SIZES = {
    "zh": [("(?:圆)?点越大[^；]*；?", "")],
    "en": [(r"\b(?:larger|bigger) (?:dot|point|circle)s?\b[^;]*;? ?", "")],
}
_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "speech": "zh-CN",
        "continued": "{title}（{number}/{n}）",
        "lane": "{name}：区间",
        "minus": "{name}：向下误差",
        "plus": "{name}：向上误差",
        "interval": "{value}（{lower}–{upper}）",
        "panel_alt": "{title}：{marks}。",
        "more": "等共 {n} 项",
        "join": "；",
        "set_title": "政务公开年度计划分析：图表",
        "tables_title": "政务公开年度计划分析：数据表",
        "notes": "说明",
        "head": ("项目", "内容"),
        "about": {
            "run": "运行",
            "status": "运行状态",
            "started": "运行时间",
            "codebook": "编码表版本",
            "code": "程序版本",
        },
        "statuses": {"complete": "完成", "partial": "部分完成", "failed": "失败"},
        "source": "资料来源",
        "sheets": ("工作表", "内容", "行数"),
        "columns": ("工作表", "列", "类型", "含义"),
        "types": {
            "number": "数值",
            "date": "日期",
            "boolean": "是/否",
            "string": "文本",
        },
        "chart_columns": (
            "分图",
            "类别",
            "系列",
            "横轴值",
            "数值",
            "区间下限",
            "区间上限",
            "标注",
        ),
        "chart_meanings": (
            "图中的分图，只有一个则为空",
            "一行、一列或一个时段的名称",
            "系列的名称",
            "散点图中的横轴值",
            "图中的数值",
            "数值的区间下限",
            "数值的区间上限",
            "图中写在旁边的文字",
        ),
        "reading": [
            "份额按百分比显示，单元格内是 0–1 之间的数。",
            "“未见”只说该计划的 n 项任务中没有出现，不说该机构没有部署。",
            "以等号、加号、减号或 @ 开头的文字前加了一个撇号，以免被当作公式。",
        ],
        "cut": "工作表“{sheet}”第 {row} 行“{column}”列的文字超过 "
        "{most} 个字符，已截断，全文见同名 CSV。",
        "unprintable": "工作表“{sheet}”第 {row} 行“{column}”列有单元格容不下的"
        "控制字符，已换成 �，原样见同名 CSV。",
    },
    "en": {
        "speech": "en-GB",
        "continued": "{title} ({number}/{n})",
        "lane": "{name}: interval",
        "minus": "{name}: minus error",
        "plus": "{name}: plus error",
        "interval": "{value} ({lower}–{upper})",
        "panel_alt": "{title}: {marks}.",
        "more": "and more, {n} in all",
        "join": "; ",
        "set_title": "Open-government annual plans: charts",
        "tables_title": "Open-government annual plans: tables",
        "notes": "Notes",
        "head": ("Item", "Content"),
        "about": {
            "run": "Run",
            "status": "Status of the run",
            "started": "Started",
            "codebook": "Codebook version",
            "code": "Code version",
        },
        "statuses": {"complete": "complete", "partial": "partial", "failed": "failed"},
        "source": "Source",
        "sheets": ("Sheet", "Content", "Rows"),
        "columns": ("Sheet", "Column", "Type", "Meaning"),
        "types": {
            "number": "number",
            "date": "date",
            "boolean": "true/false",
            "string": "text",
        },
        "chart_columns": (
            "Panel",
            "Category",
            "Series",
            "Horizontal value",
            "Value",
            "Lower bound",
            "Upper bound",
            "Label",
        ),
        "chart_meanings": (
            "Panel of the chart; empty where it has one only.",
            "Name of the row, column or period.",
            "Name of the series.",
            "Horizontal value in a scatter.",
            "Value the chart shows.",
            "Lower bound of the value's interval.",
            "Upper bound of the value's interval.",
            "Words beside it in the chart.",
        ),
        "reading": [
            "Shares are shown as percentages; the cells hold numbers between 0 and 1.",
            '"Not observed" says that none of the plan\'s n tasks carries the theme, '
            "not that the agency did not plan for it.",
            "A text that opens with an equals, plus or minus sign or @ has an "
            "apostrophe before it, so that it is not taken for a formula.",
        ],
        "cut": "Sheet '{sheet}', row {row}, column '{column}': the text was longer "
        "than {most} characters and is cut; the CSV of that name has all of it.",
        "unprintable": "Sheet '{sheet}', row {row}, column '{column}': control "
        "characters that no cell holds became �; the CSV of that name has them.",
    },
}


def export_words(lang: str) -> dict[str, Any]:
    """Return the words of one language.

    Raises
    ------
    SelectionError
        If there are none in `lang`.
    """
    return in_language(_WORDS, lang)


def words_for_marks(
    text: str, lang: str, *, is_bars: bool = False, is_table: bool = False
) -> str:
    """Let what a figure says of its marks fit the marks of an office chart.

    Parameters
    ----------
    text : str
        A subtitle or a description.
    lang : {"zh", "en"}
    is_bars, is_table : bool, default False
        Whether bars stand for the figure's dots, a table for its heat map.
    """
    changes = list(in_language(_NO_SIZES, lang))
    changes += in_language(_BARS_FOR_DOTS, lang) if is_bars else []
    changes = [*changes, *(in_language(_GREY_FOR_HATCHING, lang) if is_table else [])]
    for pattern, wanted in changes:
        text = re.sub(pattern, _cased(wanted), text, flags=re.IGNORECASE)
    return text


def kept_together(text: str) -> str:
    """Keep an n with its number: no line ends between them."""
    return re.sub(r"n = (?=\d)", "n\u00a0=\u00a0", text)


def _cased(wanted: str) -> Any:
    def replaced(found: re.Match[str]) -> str:
        is_opening = found.group()[:1].isupper()
        return wanted[:1].upper() + wanted[1:] if is_opening else wanted

    return replaced
