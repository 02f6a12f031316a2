"""The number a paragraph begins with."""

import pytest

from govopen_analytics.base.text import fold
from govopen_analytics.plans.numbering import leading_number, number_alone


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("一、加强公开", "chapter", 1),
        ("十二、加强公开", "chapter", 12),
        ("（三）加强公开", "paren", 3),
        ("(三)、加强公开", "paren", 3),
        ("1.加强公开", "arabic", 1),
        ("12、加强公开", "arabic", 12),
        ("3．加强公开", "arabic", 3),
        ("1 主动公开", "arabic", 1),
        ("9999.加强公开", "arabic", 9999),
        ("10000、加强公开", "arabic", 10000),
        ("（1）加强公开", "arabic_paren", 1),
        ("2）加强公开", "arabic_paren", 2),
        ("①加强公开", "circled", 1),
        ("第一条 为了", "article", 1),
        ("第二章 公开", "part", 2),
        ("一是加强公开", "inline", 1),
        ("1.2 加强公开", "decimal", 2),
    ],
)
def test_leading_number(text, kind, value):
    number = leading_number(fold(text))
    assert (number.kind, number.value) == (kind, value)


@pytest.mark.parametrize(
    "text",
    [
        "2021年工作",
        "2024、2025年两年",
        "2024.3.1印发",
        "12月底前",
        "一方面",
        "3.5万条",
        "一是否公开",
        "公开1.",
        "",
        "5个工作日",
    ],
)
def test_no_leading_number(text):
    assert leading_number(fold(text), bare=True) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12", 12), ("（三）", 3), ("⑤", 5), ("7.", 7), ("12月", None)],
)
def test_number_alone(text, expected):
    assert number_alone(fold(text)) == expected
