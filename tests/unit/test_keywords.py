"""Keywords are found where they stand, and nowhere else."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govopen_analytics.base import schemas
from govopen_analytics.base.errors import SchemaError
from govopen_analytics.base.text import fold
from govopen_analytics.coding.codebook import load_codebook, parse_codebook
from govopen_analytics.coding.keywords import (
    keyword_in_context,
    keyword_matches,
    keyword_scores,
)

CODEBOOK = parse_codebook(
    {
        "version": "1",
        "context_only": ["信息公开条例"],
        "themes": [
            {
                "id": "explain",
                "label_zh": "解读",
                "label_en": "Explain",
                "keywords": [{"weight": 2, "words": ["解读", "政策解读"]}, "IPv6"],
                "exclusions": {"解读": ["误读解读"]},
                "patterns": [{"name": "年份", "expression": "20[0-9]{2}年"}],
            },
            {
                "id": "publish",
                "label_zh": "公开",
                "label_en": "Publish",
                "keywords": ["公开…信息", "公开…结果", "条例", "策解", "信息公开"],
            },
        ],
    }
)


def tasks(*texts):
    return pd.DataFrame(
        {"task_id": [f"t{i}" for i in range(len(texts))], "text": list(texts)}
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("😀\ue000", []),
        ("解读", [("解读", 0, 2)]),
        # The longest match wins, also over another theme's keyword inside it.
        ("政策解读", [("政策解读", 0, 4)]),
        ("正读解读", [("解读", 2, 4)]),
        ("误读解读", []),
        # Words of the context hide keywords inside them.
        ("信息公开条例", []),
        ("村民条例", [("条例", 2, 4)]),
        # Script, width and blanks make no difference; places are the text's own.
        ("政策解讀", [("政策解读", 0, 4)]),
        ("支持ＩＰｖ６", [("IPv6", 2, 6)]),
        ("政 策\u200b解读。", [("政策解读", 0, 6)]),
        # A gap stays within a clause and ends at the nearest ending.
        ("公开处罚结果和信息", [("公开…结果", 0, 6)]),
        ("公开处罚，结果良好", []),
        ("公开处罚；信息", []),
        ("公" + "开" + "某" * 25 + "信息", []),
        ("2024年计划", [("年份", 0, 5)]),
        ("解读\n解读", [("解读", 0, 2), ("解读", 3, 5)]),
    ],
)
def test_keyword_matches(text, expected):
    matches = schemas.validate(
        keyword_matches(tasks(text), CODEBOOK), "keyword_matches"
    )
    found = matches[["keyword", "start_char", "end_char"]].itertuples(index=False)
    assert [tuple(row) for row in found] == expected


def test_matches_do_not_depend_on_the_order_of_rows():
    table = tasks("政策解读", "公开处罚结果", "", "条例")
    forward = keyword_matches(table, CODEBOOK)
    backward = keyword_matches(table.iloc[::-1], CODEBOOK)
    pd.testing.assert_frame_equal(forward, backward)


def test_matches_stay_within_their_task():
    matches = keyword_matches(tasks("政策", "解读", "公开", "信息"), CODEBOOK)
    assert matches["task_id"].tolist() == ["t1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [0, 0]),
        ("解读解读", [2, 0]),
        ("政策解读IPv6", [3, 0]),
        ("公开结果，条例", [0, 2]),
    ],
)
def test_keyword_scores_count_a_keyword_once(text, expected):
    assert keyword_scores([fold(text)], CODEBOOK)[0].tolist() == expected


def test_keyword_in_context():
    table = tasks("及时发布政策解读材料")
    shown = keyword_in_context(table, keyword_matches(table, CODEBOOK), width=2)
    assert shown[["before", "match", "after"]].to_numpy().tolist() == [
        ["发布", "政策解读", "材料"]
    ]


def test_keyword_in_context_refuses_other_tasks():
    matches = keyword_matches(tasks("及时发布政策解读材料"), CODEBOOK)
    with pytest.raises(SchemaError, match="point outside the tasks"):
        keyword_in_context(tasks("短"), matches)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (pd.DataFrame({"task_id": ["a"]}), "missing column 'text'"),
        (pd.DataFrame({"task_id": ["a", "a"], "text": ["", ""]}), "2 rows are not"),
    ],
)
def test_bad_tasks_are_refused(table, expected):
    with pytest.raises(SchemaError, match=expected):
        keyword_matches(table, CODEBOOK)


def test_long_task():
    table = tasks("政策解读，" * 10_000)
    assert len(keyword_matches(table, CODEBOOK)) == 10_000


WORDS = ["ab", "abc", "bc", "c", "cab", "bca"]
NESTED = parse_codebook(
    {
        "version": "1",
        "themes": [
            {"id": "t", "label_zh": "t", "label_en": "t", "keywords": WORDS},
        ],
    }
)


def slow_matches(text):
    """All occurrences that lie in no other occurrence, by definition."""
    spans = [
        (i, i + len(word))
        for word in WORDS
        for i in range(len(text))
        if text.startswith(word, i)
    ]
    return sorted(
        (a, b)
        for a, b in spans
        if not any((c, d) != (a, b) and c <= a and b <= d for c, d in spans)
    )


@given(st.text(alphabet="abc", max_size=30))
@settings(max_examples=200, deadline=None)
def test_longest_match_is_what_its_definition_says(text):
    hits = keyword_matches(tasks(text), NESTED)
    found = list(zip(hits["start_char"], hits["end_char"], strict=True))
    assert found == slow_matches(text)


def test_every_shipped_keyword_is_found_in_itself():
    codebook = load_codebook()
    plain = [keyword for keyword in codebook.keywords if not keyword.has_gap]
    table = tasks(*(keyword.text for keyword in plain))
    found = keyword_matches(table, codebook)
    pairs = set(zip(found["task_id"], found["keyword"], strict=True))
    missing = [
        keyword.text
        for i, keyword in enumerate(plain)
        if (f"t{i}", keyword.text) not in pairs
    ]
    assert missing == []
