"""What the columns and tables of a run mean, for the sheet that explains them."""

import re

from govopen_analytics.languages import in_language
from govopen_analytics.schemas import FIELDS, TABLES

_ZH = {
    # tables
    "documents": "每行一份计划",
    "tasks": "每行一项任务",
    "failures": "每行一个未读入的文件",
    "theme_shares": "每行一份计划的一个主题：份额与区间",
    "theme_tasks": "每行一项任务的一个主题",
    "unclassified_tasks": "每行一项未能归入任何主题的任务",
    # columns
    "document_id": "计划编号",
    "agency": "制定计划的机构全称",
    "level": "机构层级",
    "province": "省级行政区",
    "city": "地级行政区",
    "county": "县级行政区",
    "year": "计划所属年份",
    "title": "标题",
    "doc_number": "文号",
    "index_number": "索引号",
    "issued_date": "成文日期，没有则为通知日期",
    "source_file": "源文件路径",
    "source_url": "发布网址",
    "source_format": "源文件格式",
    "encoding": "字符编码",
    "sha256": "源文件的 SHA-256 校验和",
    "layout": "任务所在的版式",
    "inferred": "由正文推断而非清单声明的字段",
    "n_tasks": "任务数（项）",
    "n_chars": "正文长度（字符）",
    "accounted_share": "有明确去向的字符占非空白字符的份额",
    "warnings": "需要人工查看之处",
    "note": "备注",
    "reason": "原因",
    "message": "说明",
    "topic": "发现的类别",
    "finding": "发现",
    "theme_id": "主题编号",
    "theme": "主题",
    "n_themed": "涉及该主题的任务数（项）",
    "share": "份额：多主题任务按 1/k 计，分母为全部任务",
    "share_lower": "份额的区间下限",
    "share_upper": "份额的区间上限",
    "share_shrunk": "向合计收缩后的份额",
    "is_observed": "是否出现",
    "task_id": "任务编号",
    "ordinal": "任务在计划中的次序",
    "rank": "1 为主要主题，2 起为次要主题",
    "content": "任务内容",
    "text": "原文",
    "keywords": "匹配到的关键词",
    "keyword": "关键词",
    "coder": "编码者",
    "score": "编码者的把握（0–1）",
    "chapter": "所在章",
    "section": "所在节",
    "is_title_inherited": "标题是否由上文带下",
    "progress": "计划所载的工作进展",
    "lead_units": "牵头单位",
    "support_units": "配合单位",
    "deadline_raw": "时限原文",
    "deadline_kind": "时限类型",
    "deadline_date": "时限的最后一天",
    "start_char": "起始字符位置",
    "end_char": "结束字符位置",
    "measure": "指标",
    "group": "被测的组",
    "reference": "参照",
    "value": "数值",
    "value_lower": "数值的区间下限",
    "value_upper": "数值的区间上限",
    "unit": "单位",
    "n_reference_tasks": "参照的任务数（项）",
    "codebook_version": "编码表版本",
}
_EN = {
    "theme_shares": "One row is one theme of a plan: its share and interval.",
    "theme_tasks": "One row is one theme of a task.",
    "unclassified_tasks": "One row is a task that fits no theme.",
    "topic": "Topic of the finding.",
    "finding": "Finding.",
    "theme": "Theme.",
    "n_themed": "Number of tasks that touch the theme (count).",
    "share": "Share: a task with k themes counts 1/k; of all tasks.",
    "share_lower": "Lower bound of the share's interval.",
    "share_upper": "Upper bound of the share's interval.",
    "share_shrunk": "Share, shrunk towards the whole.",
    "is_observed": "Whether any task carries the theme.",
    "keywords": "Keywords that matched.",
}
_PATTERNS = {
    "zh": [
        (r"findings_.*", "主要发现，每行一句"),
        (r".*_lower", "区间下限"),
        (r".*_upper", "区间上限"),
        (r".*_share", "份额"),
        (r"n_.*", "数目"),
        (r"(?:is|has)_.*", "是或否"),
        (r".*_date", "日期"),
        (r".*_id", "编号"),
    ],
    "en": [
        (r"findings_.*", "Findings, one sentence a row."),
        (r".*_lower", "Lower bound of the interval."),
        (r".*_upper", "Upper bound of the interval."),
        (r".*_share", "Share (0-1)."),
        (r"n_.*", "Count."),
        (r"(?:is|has)_.*", "True or false."),
        (r".*_date", "Date."),
        (r".*_id", "Identifier."),
    ],
}


def column_meaning(name: str, lang: str) -> str:
    """Say what a column or a table holds.

    Parameters
    ----------
    name : str
        Name of a column or of a table.
    lang : {"zh", "en"}

    Returns
    -------
    str
        Empty where neither the schemas nor the name itself tell.

    Raises
    ------
    SelectionError
        If there are no words in `lang`.
    """
    known = dict(in_language({"zh": _ZH, "en": _EN}, lang))
    if lang == "en":
        declared = {key: spec.description for key, spec in FIELDS.items()}
        rows = {key: f"One row is {spec.row}." for key, spec in TABLES.items()}
        known = {**rows, **declared, **known}
    if name in known:
        return known[name]
    patterns = in_language(_PATTERNS, lang)
    return next((words for form, words in patterns if re.fullmatch(form, name)), "")
