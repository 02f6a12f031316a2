"""What readers are told about validity, in both languages."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from govopen_analytics.base.languages import in_language
from govopen_analytics.measures.coder_variants import WITHOUT_REFERENCE
from govopen_analytics.measures.reference_coding import BOTH

#: The coder whose errors a reader of the report has to live with.
MAIN_CODER = "combined"

WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "coders": {
            "keywords": "关键词",
            "tfidf": "TF-IDF",
            BOTH: "关键词 + TF-IDF",
            "linear": "线性模型",
            "combined": "综合（默认）",
            "combined_without_keywords": "综合，不用关键词",
            "combined_without_linear": "综合，不用线性模型",
            "combined_without_headings": "综合，不用章节标题",
            WITHOUT_REFERENCE: "综合，不用参照编码训练",
            "all": "全部编码者",
        },
        "measures": {
            "primary_accuracy": "主要主题正确率",
            "micro_f1": "微平均 F1",
            "macro_f1": "宏平均 F1",
            "coverage": "已编码比例",
            "alpha_nominal": "α（主要主题）",
            "alpha_masi": "α（主题集合，MASI）",
            "same_primary": "主要主题相同",
        },
        "thresholds": {
            "secondary_least": "次要主题门槛",
            "least_score": "弃权门槛",
        },
        "heads": {
            "coder": "编码者",
            "variant": "编码方式",
            "theme": "主题",
            "n_reference": "参照任务数",
            "precision": "精确率",
            "recall": "召回率",
            "f1": "F1（{level} 区间）",
            "pair": "编码者对",
            "threshold": "门槛",
            "threshold_value": "取值",
            "accuracy_when_coded": "编码时的正确率",
            "n_secondary": "次要主题数",
            "plan": "计划",
            "n_tasks": "任务数",
            "misplaced": "错置的任务",
            "mean_error": "平均误差",
            "largest_error": "最大误差",
            "score": "把握",
            "accuracy": "正确率（{level} 区间）",
            "n_corpus_tasks": "本语料任务数",
            "corpus_share": "占本语料",
            "kind": "是谁",
            "note": "说明",
            "share": "份额",
            "corrected": "校正后份额（{level} 区间）",
            "n_sampled": "人工编码数",
        },
        "kinds": {
            "human": "人",
            "language_model": "语言模型",
            "adjudicated": "裁定结果",
            "automatic": "程序",
            "unknown": "未说明",
        },
        "default": "{value}（默认）",
        "interval": "{value}（{lower}–{upper}）",
        "pair": "{first} / {second}",
        "band": "{start}–{end}",
        "unchecked": "没有人类专家核对过参照编码；它出自：{kinds}。{meaning}",
        "partly_checked": "人类专家只核对过一部分参照编码；它出自：{kinds}。{meaning}",
        "meaning": "以下数字说的是与这份参照编码相符的程度，不是与事实相符的程度。",
        "basis": "参照编码只有 {plans} 份计划的 {tasks} 项任务：区间由重抽计划得到，"
        "计划这样少，区间也只是粗略的。",
        "score": "留一计划检验：{coder}的主要主题正确率为 {accuracy}，"
        "主题集合的微平均 F1 为 {micro}，宏平均 F1 为 {macro}"
        "（括号内为 {level} 区间）。",
        "weakest": "最弱的主题是「{theme}」：F1 {f1}，精确率 {precision}，"
        "召回率 {recall}，参照中有 {n} 项任务。",
        "people": "{first} 与 {second} 的一致性：α（主要主题）{nominal}，"
        "α（主题集合）{masi}。",
        "share": "份额误差：按计划平均错置 {mean} 的任务，最多 {most}（{plan}，"
        "n = {n}）；单个份额的最大误差为 {largest}。",
        "abstained": "{coder}在 {n} 项任务中弃权 {abstained} 项。",
        "plan": "{agency} {year} 年",
        "other_codebook": "注意：本语料按编码表 {found} 版编码，以下效度属于编码表"
        "「{name}」{version} 版，不能直接用于本语料。",
        "title": "主题编码的效度",
        "codebook": "编码表 {name} {version} 版；固定种子，相同输入得到相同文件。",
        "sections": {
            "basis": "根据什么",
            "scores": "各编码者与参照编码",
            "themes": "各主题：{coder}",
            "agreement": "编码者之间的一致性",
            "shares": "每份计划的份额误差：{coder}",
            "calibration": "把握与正确率：{coder}",
            "thresholds": "换一个门槛会怎样",
            "ablation": "每一部分贡献多少",
            "corrected": "经随机抽样校正的份额",
        },
        "ablation_note": "去掉一部分后没有重新拟合权重。",
        "files": "同一文件夹中的 CSV 是全部数字。",
        "stop": "。",
        "join": "、",
    },
    "en": {
        "coders": {
            "keywords": "keywords",
            "tfidf": "TF-IDF",
            BOTH: "keywords + TF-IDF",
            "linear": "linear model",
            "combined": "combined (default)",
            "combined_without_keywords": "combined without keywords",
            "combined_without_linear": "combined without linear model",
            "combined_without_headings": "combined without headings",
            WITHOUT_REFERENCE: "combined, not trained on codings",
            "all": "all coders",
        },
        "measures": {
            "primary_accuracy": "Primary accuracy",
            "micro_f1": "Micro F1",
            "macro_f1": "Macro F1",
            "coverage": "Share coded",
            "alpha_nominal": "α (primary theme)",
            "alpha_masi": "α (sets, MASI)",
            "same_primary": "Same primary theme",
        },
        "thresholds": {
            "secondary_least": "for a secondary theme",
            "least_score": "for abstaining",
        },
        "heads": {
            "coder": "Coder",
            "variant": "Way of coding",
            "theme": "Theme",
            "n_reference": "Reference tasks",
            "precision": "Precision",
            "recall": "Recall",
            "f1": "F1 ({level} interval)",
            "pair": "Pair of coders",
            "threshold": "Threshold",
            "threshold_value": "Set to",
            "accuracy_when_coded": "Accuracy when coded",
            "n_secondary": "Secondary themes",
            "plan": "Plan",
            "n_tasks": "Tasks",
            "misplaced": "Misplaced tasks",
            "mean_error": "Mean error",
            "largest_error": "Largest error",
            "score": "Score",
            "accuracy": "Accuracy ({level} interval)",
            "n_corpus_tasks": "Tasks of this corpus",
            "corpus_share": "Share of this corpus",
            "kind": "Who it is",
            "note": "Note",
            "share": "Share",
            "corrected": "Corrected share ({level} interval)",
            "n_sampled": "Coded by people",
        },
        "kinds": {
            "human": "person",
            "language_model": "language model",
            "adjudicated": "adjudication",
            "automatic": "program",
            "unknown": "not said",
        },
        "default": "{value} (default)",
        "interval": "{value} ({lower}–{upper})",
        "pair": "{first} / {second}",
        "band": "{start}–{end}",
        "unchecked": "No human expert has checked the reference codings; they were "
        "made by: {kinds}. {meaning}",
        "partly_checked": "Human experts have checked only some of the reference "
        "codings; they were made by: {kinds}. {meaning}",
        "meaning": "The figures say how far a coder agrees with them, not how far it "
        "is right.",
        "basis": "The reference is {tasks} tasks of {plans} plans: intervals come "
        "from drawing plans, and of so few they are rough.",
        "score": "Leaving one plan out, the coder {coder} finds the primary theme "
        "with accuracy {accuracy}; over sets of themes micro F1 is {micro} and macro "
        "F1 {macro} (in brackets: {level} intervals).",
        "weakest": 'The weakest theme is "{theme}": F1 {f1}, precision {precision}, '
        "recall {recall}, {n} tasks in the reference.",
        "people": "Agreement of {first} and {second}: α {nominal} over primary "
        "themes, α {masi} over sets.",
        "share": "Error of shares: on average {mean} of a plan's tasks stand under "
        "the wrong theme, at most {most} ({plan}, n = {n}); the largest error of a "
        "single share is {largest}.",
        "abstained": "Of {n} tasks the coder {coder} abstains on {abstained}.",
        "plan": "{agency} {year}",
        "other_codebook": "Mind: this corpus was coded by codebook version {found}; "
        'the figures below are for codebook "{name}", version {version}, and do not '
        "carry over.",
        "title": "Validity of the theme coding",
        "codebook": "Codebook {name}, version {version}; seeds are fixed, equal input "
        "gives equal files.",
        "sections": {
            "basis": "What it rests on",
            "scores": "Coders against the reference",
            "themes": "Theme by theme: {coder}",
            "agreement": "Agreement between coders",
            "shares": "Error of shares in each plan: {coder}",
            "calibration": "Score and accuracy: {coder}",
            "thresholds": "With other thresholds",
            "ablation": "What each part adds",
            "corrected": "Shares corrected by a random sample",
        },
        "ablation_note": "Weights were not fitted anew where a part is left out.",
        "files": "The CSV files in this folder hold every figure.",
        "stop": ".",
        "join": ", ",
    },
}


def coder_label(coder: str, lang: str = "zh") -> str:
    """Return the name of a coder or of a variant for a reader."""
    return in_language(WORDS, lang)["coders"].get(coder, coder)


def number(value: float) -> str:
    """Write a measure with three decimals, a missing one as a dash."""
    return "–" if pd.isna(value) else f"{value:.3f}"


def percent(value: float) -> str:
    """Write a share (0-1) as a percentage, a missing one as a dash."""
    return "–" if pd.isna(value) else f"{value:.1%}"


def between(
    value: float,
    lower: float,
    upper: float,
    words: dict,
    form: Callable[[float], str] = number,
) -> str:
    """Write a value with its interval in brackets."""
    if pd.isna(value):
        return "–"
    return words["interval"].format(
        value=form(value), lower=form(lower), upper=form(upper)
    )


def titled(columns: dict[str, list], words: dict, level: float) -> pd.DataFrame:
    """Head columns with the names a reader knows them by."""
    heads = {**words["measures"], **words["heads"]}
    shown = f"{level:.0%}"
    return pd.DataFrame(
        {heads[name].format(level=shown): column for name, column in columns.items()}
    )
