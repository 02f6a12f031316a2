import pytest

from govopen_analytics.measures import gap_totals, theme_differences
from govopen_analytics.questions.findings import (
    MOST_PLANS,
    confounding_findings,
    corpus_findings,
    coverage_findings,
)


def said(findings):
    return " ".join(findings["finding"])


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "zh",
            [
                "读入 2 份年度计划（2 个机构，2022–2023 年），共 6 项任务。",
                "1 个文件未能读入，原因见语料页。",
                "关于 2 个文件有 2 条说明，见语料页。",
            ],
        ),
        (
            "en",
            [
                "Annual plans read: 2 (agencies: 2; 2022–2023), with tasks: 6.",
                "Files that could not be read: 1; the corpus page says why.",
                "Remarks on what was read: 2, on files: 2; see the corpus page.",
            ],
        ),
    ],
)
def test_corpus_findings(tables, lang, expected):
    names = ("documents", "tasks", "failures", "remarks")
    found = corpus_findings(*(tables[name] for name in names), lang=lang)
    assert list(found["finding"]) == expected


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "zh",
            "甲市民政局（2022 年）：份额最大的是「政策解读」、「依申请公开」，各占",
        ),
        ("zh", "「依申请公开」在乙市民政局（2023 年）的 2 项任务中未见"),
        ("zh", "「政策解读」、「依申请公开」：各方有没有差别无法回答：任务或机构太少"),
        (
            "zh",
            "6 个格子（计划 × 主题）中有 2 个未见；若各计划议程相同，仅凭偶然也会有约",
        ),
        ("zh", "1 项任务未能归入任何主题"),
        ("en", "was not observed in: 乙市民政局 (2023), n = 2. With few tasks"),
        ("en", "whether the shares differ cannot be answered: with so few tasks"),
    ],
)
def test_coverage_findings(tables, shares, lang, expected):
    names = ("tasks", "theme_assignments", "documents", "themes")
    counted = [tables[name] for name in names]
    found = coverage_findings(
        shares,
        tables["documents"],
        tables["themes"],
        differences=theme_differences(*counted, by="document_id", n_permutations=99),
        gaps=gap_totals(*counted, by="document_id"),
        n_unclassified=1,
        lang=lang,
    )
    assert expected in said(found)


def test_a_choice_of_themes_leaves_the_others_out(tables, shares):
    themes = tables["themes"].query("theme_id == 'answer'")
    found = said(coverage_findings(shares, tables["documents"], themes))
    assert "政策解读" not in found and "38%" in found


def test_many_plans_are_counted_not_listed(tables, shares):
    import pandas as pd

    documents = pd.concat(
        [
            tables["documents"].head(1).assign(document_id=f"plan-{n}")
            for n in range(MOST_PLANS + 3)
        ]
    )
    rows = [
        shares[shares["document_id"] == "first"].assign(document_id=name)
        for name in documents["document_id"]
    ]
    found = coverage_findings(pd.concat(rows), documents, tables["themes"])
    assert "其余 3 份见主题页" in said(found)
    assert (found["topic"] == "top").sum() == MOST_PLANS + 1


@pytest.mark.parametrize(
    ("is_confounded", "is_partly", "expected"),
    [
        (True, False, "机构与年份混淆"),
        (False, True, "只有 2 个机构"),
        (False, False, ""),
    ],
)
def test_confounding_findings(is_confounded, is_partly, expected):
    confounding = {
        "is_confounded": is_confounded,
        "is_partly_confounded": is_partly,
        "n_agencies_repeated": 2,
    }
    assert expected in said(confounding_findings(confounding))
    assert bool(expected) == bool(len(confounding_findings(confounding)))
