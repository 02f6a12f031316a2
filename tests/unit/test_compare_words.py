import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from govopen_analytics.base.errors import SourceError
from govopen_analytics.base.tables import Tables
from govopen_analytics.measures import (
    distinctive_words,
    reuse_by_group,
    shared_passages,
    text_reuse,
)
from govopen_analytics.measures.reuse import align_passages
from govopen_analytics.measures.words import han_words

SENTENCE = "集中公开现行有效的行政规范性文件并及时更新有效性的标注"
EDITED = "集中公开现行有效的全部行政规范性文件并动态更新有效性的标注"


def texts(plans):
    """Return tables from (agency, year, texts)."""
    tasks = pd.DataFrame(
        [
            (f"{k}:{n}", f"{k}", text)
            for k, (_, _, plan) in enumerate(plans)
            for n, text in enumerate(plan, start=1)
        ],
        columns=["task_id", "document_id", "text"],
    )
    documents = pd.DataFrame(
        [(f"{k}", agency, year) for k, (agency, year, _) in enumerate(plans)],
        columns=["document_id", "agency", "year"],
    )
    return Tables.of({"tasks": tasks, "documents": documents})


def test_distinctive_words_by_hand():
    tables = texts([("甲", 2023, ["公开 公开 解读"]), ("乙", 2023, ["公开 申请"])])
    rows = distinctive_words(
        tables, tokenize=str.split, prior_words=5, min_tasks=1, top_n=None
    )
    row = rows.query("agency == '甲' and word == '解读'").iloc[0]
    # Counts 1 of 3 against 0 of 2; the prior adds 5 * 1/5 = 1 use and 5 words.
    expected = np.log(2 / 6) - np.log(1 / 6)
    assert row["log_odds"] == pytest.approx(expected)
    assert row["z_score"] == pytest.approx(expected / np.sqrt(1 / 2 + 1 / 1))
    assert row["rank"] == 1
    assert (row["n_group_uses"], row["n_rest_uses"], row["n_tasks"]) == (1, 0, 1)


def test_groups_that_use_the_same_words_set_nothing_apart():
    tables = texts([("甲", 2023, ["公开 解读"]), ("乙", 2023, ["公开 解读"])])
    rows = distinctive_words(tables, tokenize=str.split, min_tasks=1)
    np.testing.assert_allclose(rows["log_odds"], 0, atol=1e-12)


def test_a_rare_word_is_not_more_distinctive_than_a_frequent_one():
    plans = [("甲", 2023, ["依申请 " * 30 + "生僻"]), ("乙", 2023, ["公开 " * 30])]
    tables = texts(plans)
    rows = distinctive_words(tables, tokenize=str.split, min_tasks=1)
    of_first = rows.query("agency == '甲'").set_index("word")["z_score"]
    assert of_first["依申请"] > of_first["生僻"] > 0


def test_a_word_is_established_only_among_all_words_tested():
    common = " ".join(f"词{k:02d}" for k in range(40)) + " "
    rare = "专有 " * 60 + "偶有 " * 20
    plans = [("甲", 2023, [common * 10 + rare]), ("乙", 2023, [common * 10])]
    rows = distinctive_words(
        texts(plans), tokenize=str.split, min_tasks=1, prior_words=20, top_n=2
    )
    rows = rows.query("agency == '甲'").set_index("word")
    # Benjamini-Hochberg: p times the number of tests (42 words) over its rank.
    expected = 2 * norm.sf(rows["z_score"]) * 42 / np.array([1, 2])
    np.testing.assert_allclose(rows["p_adjusted"], expected)
    assert (rows["log_odds_lower"] > 0).all()
    assert rows["state"].to_dict() == {"专有": "established", "偶有": "not_told_apart"}


def test_words_by_theme_need_assignments():
    tables = texts([("甲", 2023, ["政策解读材料", "依申请公开"])])
    assignments = pd.DataFrame(
        {"task_id": ["0:1", "0:2"], "theme_id": ["a", "b"], "rank": 1}
    )
    coded = tables.with_tables(theme_assignments=assignments)
    rows = distinctive_words(coded, by="theme_id", min_tasks=1)
    assert rows.query("theme_id == 'a' and rank == 1")["word"].item() in (
        "政策",
        "解读",
        "材料",
    )
    with pytest.raises(SourceError, match=r"lacks a table.+theme_assignments"):
        distinctive_words(tables, by="theme_id")


def test_no_frequent_word_gives_no_row():
    tables = texts([("甲", 2023, ["公开"])])
    assert distinctive_words(tables, min_tasks=2).empty


def test_words_are_two_or_more_chinese_characters():
    assert set(han_words("及时公开IPv6和2024年报，做")) <= {"及时", "公开", "年报"}


def codes(text):
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)


ALIGNMENTS = [
    pytest.param(SENTENCE, SENTENCE, 15, [(0, 27, 0, 27, 27)], id="identical"),
    pytest.param(
        "前言" + SENTENCE, SENTENCE + "结", 15, [(2, 29, 0, 27, 27)], id="moved"
    ),
    pytest.param(SENTENCE, EDITED, 15, [(0, 27, 0, 29, 25)], id="edited"),
    pytest.param(SENTENCE, "做好养老服务工作", 6, [], id="nothing alike"),
    pytest.param("公开年度报告内容", "年度报告", 5, [], id="too short"),
    pytest.param("甲", "甲", 15, [], id="one character"),
]


@pytest.mark.parametrize(("first", "second", "min_chars", "expected"), ALIGNMENTS)
def test_alignment(first, second, min_chars, expected):
    found = align_passages(codes(first), codes(second), min_chars=min_chars)
    spans = [(p.start, p.end, p.other_start, p.other_end, p.n_alike) for p in found]
    assert spans == expected


PLANS = [
    ("甲", 2021, [f"做好清理工作，{SENTENCE}。"]),
    ("乙", 2022, [f"一、{SENTENCE}", "扩大养老服务信息公开范围"]),
    ("甲", 2023, [f"{SENTENCE}，确保要素齐全。"]),
]


def test_the_source_is_the_earliest_plan():
    passages = shared_passages(texts(PLANS))
    pairs = passages[["task_id", "source_task_id", "is_same_agency"]]
    assert pairs.to_numpy().tolist() == [["1:1", "0:1", False], ["2:1", "0:1", True]]
    assert passages["passage"].unique().tolist() == [SENTENCE]
    row = passages.iloc[0]
    source = texts(PLANS).tasks["text"][0][
        row["source_start_char"] : row["source_end_char"]
    ]
    assert source == SENTENCE


def test_plans_of_one_year_are_not_earlier_than_each_other():
    plans = [("甲", 2021, [SENTENCE]), ("乙", 2021, [SENTENCE])]
    tables = texts(plans)
    passages = shared_passages(tables)
    assert passages.empty
    reuse = text_reuse(tables, passages)
    assert not reuse["has_earlier"].any()
    assert reuse["reused_share"].isna().all()
    assert reuse_by_group(tables, reuse).empty


def test_share_of_text_that_stands_earlier():
    tables = texts(PLANS)
    reuse = text_reuse(tables, shared_passages(tables))
    shares = reuse.set_index("task_id")["reused_share"]
    assert shares["1:1"] == pytest.approx(27 / 29)
    assert shares["1:2"] == 0
    assert np.isnan(shares["0:1"])
    groups = reuse_by_group(tables, reuse).set_index("document_id")
    assert groups.loc["1", "reused_share"] == pytest.approx(27 / 41)
    assert groups.loc["1", "reused_share_lower"] < 27 / 41
    assert groups.loc["1", "reused_share_upper"] < 1


LAW = "《中华人民共和国政府信息公开条例实施细则（修订）》"
LIST = "最低生活保障、特困供养、临时救助、孤儿保障、残疾人补贴、高龄津贴"
STOCK = "进一步提高政治站位强化组织领导压实工作责任"
NOT_COUNTED = [
    pytest.param([f"贯彻{LAW}要求", f"学习{LAW}精神"], id="title of a law"),
    pytest.param([f"公开{LIST}政策", f"做好{LIST}工作"], id="list of names"),
    pytest.param([f"{SENTENCE[:19]}。", f"另{SENTENCE[:19]}"], id="19 characters"),
    pytest.param([f"{STOCK}一", f"甲{STOCK}", f"{STOCK}丙丁"], id="stock phrase"),
]


@pytest.mark.parametrize("passages", NOT_COUNTED)
def test_what_any_two_plans_share_is_no_reuse(passages):
    plans = [(f"机构{k}", 2020 + k, [text]) for k, text in enumerate(passages)]
    assert shared_passages(texts(plans)).empty


def test_a_passage_stops_at_a_title_and_counts_from_twenty_characters():
    exact = SENTENCE[:20]
    plans = [("甲", 2021, [f"{exact}{LAW}"]), ("乙", 2022, [f"落实{exact}{LAW}"])]
    passages = shared_passages(texts(plans))
    assert passages["passage"].tolist() == [exact]
    assert passages["n_alike"].tolist() == [20]
