"""Measures of validity as a reader sees them: tables, sentences, a page, files."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from govopen_analytics.codebook import Codebook
from govopen_analytics.datapackage import to_csv
from govopen_analytics.languages import in_language
from govopen_analytics.validity.reference import BOTH
from govopen_analytics.validity.variants import WITHOUT_REFERENCE

SUMMARY_FILE = "summary.md"
#: The coder whose errors a reader of the report has to live with.
MAIN_CODER = "combined"

_MEASURES = ("primary_accuracy", "micro_f1", "macro_f1", "coverage")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~&])")

_WORDS: dict[str, dict[str, Any]] = {
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
    return in_language(_WORDS, lang)["coders"].get(coder, coder)


def _number(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:.3f}"


def _percent(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:.1%}"


def _between(
    value: float,
    lower: float,
    upper: float,
    words: dict,
    form: Callable[[float], str] = _number,
) -> str:
    if pd.isna(value):
        return "–"
    return words["interval"].format(
        value=form(value), lower=form(lower), upper=form(upper)
    )


def _titled(columns: dict[str, list], words: dict, level: float) -> pd.DataFrame:
    heads = {**words["measures"], **words["heads"]}
    shown = f"{level:.0%}"
    return pd.DataFrame(
        {heads[name].format(level=shown): column for name, column in columns.items()}
    )


def plan_labels(documents: pd.DataFrame, *, lang: str = "zh") -> dict[str, str]:
    """Name every plan by its agency and year.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    dict of str to str
        By document_id; plans that lack agency or year are left out.
    """
    form = in_language(_WORDS, lang)["plan"]
    named = documents.dropna(subset=["agency", "year"])
    return {
        plan.document_id: form.format(agency=plan.agency, year=plan.year)
        for plan in named.itertuples()
    }


# Tables ---------------------------------------------------------------------------


def basis_view(tables: Mapping[str, pd.DataFrame], *, lang: str = "zh") -> pd.DataFrame:
    """Say who coded the reference.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame of str, shape (n_coders, 3)
    """
    words = in_language(_WORDS, lang)
    notes = tables["coders"]
    kinds = [words["kinds"][kind] for kind in notes["kind"]]
    columns = {"coder": notes["coder"], "kind": kinds, "note": notes[f"note_{lang}"]}
    return _titled(columns, words, 0)


def score_view(
    tables: Mapping[str, pd.DataFrame],
    *,
    name: str = "scores",
    lang: str = "zh",
) -> pd.DataFrame:
    """Lay scores out with a row for each coder, or for each way of coding.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    name : {"scores", "ablation"}
        Which of the tables.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame of str, shape (n_coders, n_measures + 1)
        Each value with its interval.
    """
    words = in_language(_WORDS, lang)
    table = tables[name]
    key = "coder" if name == "scores" else "variant"
    coders = list(dict.fromkeys(table[key]))
    columns: dict[str, list] = {key: [coder_label(coder, lang) for coder in coders]}
    for measure in _MEASURES:
        rows = table.loc[table["measure"] == measure].set_index(key)
        if not rows.empty:
            columns[measure] = [
                _between(row.value, row.value_lower, row.value_upper, words)
                for row in rows.loc[coders].itertuples()
            ]
    return _titled(columns, words, 0)


def theme_view(
    tables: Mapping[str, pd.DataFrame],
    themes: pd.DataFrame,
    *,
    coder: str = MAIN_CODER,
    level: float = 0.95,
    lang: str = "zh",
) -> pd.DataFrame:
    """Lay one coder's scores out by theme.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    themes : DataFrame
        The codebook's ``themes``.
    coder : str, default "combined"
    level : float, default 0.95
        Level of the intervals, for the heading.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_themes, 5)
    """
    words = in_language(_WORDS, lang)
    labels = themes.set_index("theme_id")[f"label_{lang}"]
    rows = tables["theme_scores"]
    rows = rows.loc[rows["coder"] == coder]
    columns = {
        "theme": list(rows["theme_id"].map(labels)),
        "n_reference": list(rows["n_reference"]),
        "precision": [_number(value) for value in rows["precision"]],
        "recall": [_number(value) for value in rows["recall"]],
        "f1": [
            _between(row.f1, row.f1_lower, row.f1_upper, words)
            for row in rows.itertuples()
        ],
    }
    return _titled(columns, words, level)


def agreement_view(
    tables: Mapping[str, pd.DataFrame], *, lang: str = "zh"
) -> pd.DataFrame:
    """Lay the agreement of all coders and of each pair out.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_pairs, 4)
    """
    words = in_language(_WORDS, lang)
    table = tables["agreement"]
    keys = ["first_coder", "second_coder"]
    pairs = table.drop_duplicates(keys)
    names = [
        coder_label(pair.first_coder, lang)
        if pair.first_coder == pair.second_coder
        else words["pair"].format(
            first=coder_label(pair.first_coder, lang),
            second=coder_label(pair.second_coder, lang),
        )
        for pair in pairs.itertuples()
    ]
    columns: dict[str, list] = {"pair": names}
    for measure in ("alpha_nominal", "alpha_masi"):
        rows = table.loc[table["measure"] == measure]
        columns[measure] = [
            _between(row.value, row.value_lower, row.value_upper, words)
            for row in rows.itertuples()
        ]
    columns["n_tasks"] = list(pairs["n_tasks"])
    return _titled(columns, words, 0)


def share_view(
    tables: Mapping[str, pd.DataFrame],
    themes: pd.DataFrame,
    plan_names: Mapping[str, str] | None = None,
    *,
    coder: str = MAIN_CODER,
    lang: str = "zh",
) -> pd.DataFrame:
    """Lay the error of shares out by plan.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    themes : DataFrame
        The codebook's ``themes``.
    plan_names : mapping of str to str, optional
        Name of each plan for a reader; its document_id where there is none.
    coder : str, default "combined"
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_plans, 6)
    """
    words = in_language(_WORDS, lang)
    labels = themes.set_index("theme_id")[f"label_{lang}"]
    rows = tables["share_distances"]
    rows = rows.loc[rows["coder"] == coder]
    names = plan_names or {}
    columns = {
        "plan": [names.get(plan, plan) for plan in rows["document_id"]],
        "n_tasks": list(rows["n_tasks"]),
        "misplaced": [_percent(value) for value in rows["misplaced_share"]],
        "mean_error": [_percent(value) for value in rows["mean_absolute_error"]],
        "largest_error": [_percent(value) for value in rows["largest_error"]],
        "theme": [
            labels[row.largest_error_theme_id] if row.largest_error else "–"
            for row in rows.itertuples()
        ],
    }
    return _titled(columns, words, 0)


def reliability_view(
    reliability: pd.DataFrame,
    calibrated: pd.DataFrame,
    *,
    level: float = 0.95,
    lang: str = "zh",
) -> pd.DataFrame:
    """Lay scores out: how often they are right, how often they occur here.

    Parameters
    ----------
    reliability : DataFrame
        Result of ``expected_reliability``; without rows, only `calibrated`.
    calibrated : DataFrame
        Result of ``calibration``.
    level : float, default 0.95
        Level of the intervals, for the heading.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_bands, 3 or 5)
    """
    words = in_language(_WORDS, lang)
    columns: dict[str, list] = {
        "score": [
            words["band"].format(
                start=f"{row.score_from:.2f}", end=f"{row.score_to:.2f}"
            )
            for row in calibrated.itertuples()
        ],
        "accuracy": [
            _between(row.accuracy, row.accuracy_lower, row.accuracy_upper, words)
            for row in calibrated.itertuples()
        ],
        "n_reference": list(calibrated["n_tasks"]),
    }
    if not reliability.empty:
        columns["n_corpus_tasks"] = list(reliability["n_corpus_tasks"])
        columns["corpus_share"] = [_percent(v) for v in reliability["corpus_share"]]
    return _titled(columns, words, level)


def threshold_view(
    tables: Mapping[str, pd.DataFrame], *, lang: str = "zh"
) -> pd.DataFrame:
    """Lay out what other thresholds do.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_settings, 8)
    """
    words = in_language(_WORDS, lang)
    rows = tables["threshold_sensitivity"]
    values = [
        words["default"].format(value=f"{row.threshold_value:g}")
        if row.is_default
        else f"{row.threshold_value:g}"
        for row in rows.itertuples()
    ]
    columns: dict[str, list] = {
        "threshold": [
            words["thresholds"].get(name, name) for name in rows["threshold"]
        ],
        "threshold_value": values,
    }
    for name in ("primary_accuracy", "accuracy_when_coded", "micro_f1", "macro_f1"):
        columns[name] = [_number(value) for value in rows[name]]
    columns["coverage"] = [_percent(value) for value in rows["coded_share"]]
    columns["n_secondary"] = list(rows["n_secondary"])
    return _titled(columns, words, 0)


def corrected_view(
    corrected: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    level: float = 0.95,
    lang: str = "zh",
) -> pd.DataFrame:
    """Lay corrected shares out beside the plain ones.

    Parameters
    ----------
    corrected : DataFrame
        Result of ``review.review_corrected_shares`` over all tasks together.
    themes : DataFrame
        The codebook's ``themes``.
    level : float, default 0.95
        Level of the intervals, for the heading.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_themes, 5)
    """
    words = in_language(_WORDS, lang)
    labels = themes.set_index("theme_id")[f"label_{lang}"]
    columns = {
        "theme": list(corrected["theme_id"].map(labels)),
        "n_tasks": list(corrected["n_tasks"]),
        "n_sampled": list(corrected["n_sampled"]),
        "share": [_percent(value) for value in corrected["share"]],
        "corrected": [
            _between(
                row.share_corrected,
                row.share_corrected_lower,
                row.share_corrected_upper,
                words,
                _percent,
            )
            for row in corrected.itertuples()
        ],
    }
    return _titled(columns, words, level)


# Sentences ------------------------------------------------------------------------


def validity_findings(
    tables: Mapping[str, pd.DataFrame],
    themes: pd.DataFrame,
    plan_names: Mapping[str, str] | None = None,
    *,
    level: float = 0.95,
    lang: str = "zh",
) -> pd.DataFrame:
    """Say in sentences how far the coding can be trusted, and on what basis.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    themes : DataFrame
        The codebook's ``themes``.
    plan_names : mapping of str to str, optional
        Name of each plan for a reader.
    level : float, default 0.95
        Level of the intervals.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_sentences, 2)
        ``topic`` and ``finding``.
    """
    words = in_language(_WORDS, lang)
    sentences = [
        _score_sentence(tables["scores"], words, level, lang),
        _weakest_sentence(tables["theme_scores"], themes, words, lang),
        _share_sentence(tables, plan_names or {}, words),
        _abstention_sentence(tables["abstentions"], words, lang),
        *_people_sentences(tables, words),
        *_basis_sentences(tables, words),
    ]
    return pd.DataFrame({"topic": "validity", "finding": sentences})


def codebook_findings(
    assignments: pd.DataFrame, codebook: Codebook, *, lang: str = "zh"
) -> pd.DataFrame:
    """Say where a corpus was coded by another codebook than the one judged.

    Parameters
    ----------
    assignments : DataFrame, shape (n_assignments, 6)
        ``theme_assignments`` of the corpus.
    codebook : Codebook
        The one whose reference codings were used.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (0 or 1, 2)
        ``topic`` and ``finding``.
    """
    words = in_language(_WORDS, lang)
    others = sorted(set(assignments["codebook_version"]) - {codebook.version})
    sentences = [
        words["other_codebook"].format(
            found=words["join"].join(others),
            name=codebook.name,
            version=codebook.version,
        )
        for _ in others[:1]
    ]
    return pd.DataFrame({"topic": "validity", "finding": sentences})


def _score_sentence(scores: pd.DataFrame, words: dict, level: float, lang: str) -> str:
    rows = scores.loc[scores["coder"] == MAIN_CODER].set_index("measure")
    shown = {
        name: _between(row["value"], row["value_lower"], row["value_upper"], words)
        for name, row in rows.iterrows()
    }
    return words["score"].format(
        coder=coder_label(MAIN_CODER, lang),
        accuracy=shown["primary_accuracy"],
        micro=shown["micro_f1"],
        macro=shown["macro_f1"],
        level=f"{level:.0%}",
    )


def _weakest_sentence(
    scores: pd.DataFrame, themes: pd.DataFrame, words: dict, lang: str
) -> str:
    rows = scores.loc[scores["coder"] == MAIN_CODER].dropna(subset="f1")
    weakest = rows.sort_values("f1", kind="stable").iloc[0]
    labels = themes.set_index("theme_id")[f"label_{lang}"]
    return words["weakest"].format(
        theme=labels[weakest["theme_id"]],
        f1=_number(weakest["f1"]),
        precision=_number(weakest["precision"]),
        recall=_number(weakest["recall"]),
        n=weakest["n_reference"],
    )


def _share_sentence(
    tables: Mapping[str, pd.DataFrame], names: Mapping[str, str], words: dict
) -> str:
    rows = tables["share_distances"]
    rows = rows.loc[rows["coder"] == MAIN_CODER]
    worst = rows.sort_values("misplaced_share", ascending=False, kind="stable").iloc[0]
    return words["share"].format(
        mean=_percent(rows["misplaced_share"].mean()),
        most=_percent(worst["misplaced_share"]),
        plan=names.get(worst["document_id"], worst["document_id"]),
        n=worst["n_tasks"],
        largest=_percent(rows["largest_error"].max()),
    )


def _abstention_sentence(rows: pd.DataFrame, words: dict, lang: str) -> str:
    row = rows.set_index("coder").loc[MAIN_CODER]
    return words["abstained"].format(
        coder=coder_label(MAIN_CODER, lang),
        n=int(row["n_tasks"]),
        abstained=int(row["n_abstained"]),
    )


def _people_sentences(tables: Mapping[str, pd.DataFrame], words: dict) -> list[str]:
    """Speak of the pairs of coders that came with the codebook."""
    own = set(tables["coders"]["coder"])
    rows = tables["agreement"]
    rows = rows.loc[rows["first_coder"].isin(own) & rows["second_coder"].isin(own)]
    sentences = []
    for (first, second), pair in rows.groupby(
        ["first_coder", "second_coder"], sort=False
    ):
        shown = {
            row.measure: _between(row.value, row.value_lower, row.value_upper, words)
            for row in pair.itertuples()
        }
        sentences.append(
            words["people"].format(
                first=first,
                second=second,
                nominal=shown["alpha_nominal"],
                masi=shown["alpha_masi"],
            )
        )
    return sentences


def _basis_sentences(tables: Mapping[str, pd.DataFrame], words: dict) -> list[str]:
    notes, scores = tables["coders"], tables["scores"]
    sentences = []
    if not notes["is_expert_checked"].all():
        kinds = dict.fromkeys(words["kinds"][kind] for kind in notes["kind"])
        key = "partly_checked" if notes["is_expert_checked"].any() else "unchecked"
        kinds = words["join"].join(kinds)
        sentences.append(words[key].format(kinds=kinds, meaning=words["meaning"]))
    plans, tasks = scores["n_plans"].iloc[0], scores["n_tasks"].iloc[0]
    sentences.append(words["basis"].format(plans=plans, tasks=tasks))
    return sentences


# A page and files -----------------------------------------------------------------


def validity_summary(
    tables: Mapping[str, pd.DataFrame],
    codebook: Codebook,
    *,
    level: float = 0.95,
    lang: str = "zh",
) -> str:
    """Write the measures up as a short page.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``; a table ``corrected_shares`` is shown where
        there is one.
    codebook : Codebook
    level : float, default 0.95
        Level of the intervals.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    str
        Markdown.
    """
    words = in_language(_WORDS, lang)
    themes, heads = codebook.themes, words["sections"]
    found = validity_findings(tables, themes, level=level, lang=lang)["finding"]
    calibrated = tables["calibration"]
    scored = reliability_view(pd.DataFrame(), calibrated, level=level, lang=lang)
    sections = {
        "basis": basis_view(tables, lang=lang),
        "scores": score_view(tables, lang=lang),
        "themes": theme_view(tables, themes, level=level, lang=lang),
        "agreement": agreement_view(tables, lang=lang),
        "shares": share_view(tables, themes, lang=lang),
        "calibration": scored,
        "thresholds": threshold_view(tables, lang=lang),
        "ablation": score_view(tables, name="ablation", lang=lang),
    }
    if "corrected_shares" in tables:
        corrected = tables["corrected_shares"]
        sections["corrected"] = corrected_view(
            corrected, themes, level=level, lang=lang
        )
    parts = [f"# {words['title']}"]
    parts.append("\n".join(f"- {_escaped(sentence)}" for sentence in found))
    for name, table in sections.items():
        parts.append(f"## {heads[name].format(coder=coder_label(MAIN_CODER, lang))}")
        parts.append(_markdown_table(table))
    named = words["codebook"].format(name=codebook.name, version=codebook.version)
    parts += [words["ablation_note"], _escaped(named), words["files"]]
    return "\n\n".join(parts) + "\n"


def write_validity(
    tables: Mapping[str, pd.DataFrame],
    folder: Path | str,
    codebook: Codebook,
    *,
    level: float = 0.95,
    lang: str = "zh",
) -> Path:
    """Write every table as CSV and the summary beside them.

    All files are made aside and moved in at the end, the summary last; equal
    tables give equal bytes.

    Parameters
    ----------
    tables, codebook, level, lang
        As for ``validity_summary``.
    folder : Path or str
        Made where missing; files of other names stay.

    Returns
    -------
    Path
        The summary.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    text = validity_summary(tables, codebook, level=level, lang=lang)
    aside = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    try:
        for name, table in tables.items():
            to_csv(table, aside / f"{name}.csv")
        (aside / SUMMARY_FILE).write_text(text, encoding="utf-8")
        for path in sorted(aside.glob("*.csv")):
            os.replace(path, folder / path.name)
        os.replace(aside / SUMMARY_FILE, folder / SUMMARY_FILE)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder / SUMMARY_FILE


def _markdown_table(table: pd.DataFrame) -> str:
    rows = [list(table.columns), ["---"] * table.shape[1]]
    rows[0] = [_escaped(str(cell)) for cell in rows[0]]
    rows += [[_escaped(str(cell)) for cell in row] for row in table.to_numpy()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _escaped(text: str) -> str:
    """Take from a text what Markdown would make of it."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
