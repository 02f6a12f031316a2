import pandas as pd
import pytest

from govopen_analytics.base.tables import Tables
from govopen_analytics.charts.display import Display
from govopen_analytics.coding.codebook import load_codebook
from govopen_analytics.questions.sensitivity import sensitivity_of, settings_by_theme


def test_settings_are_summed_up_by_theme():
    themes = pd.DataFrame({"theme_id": ["a", "b"], "label_en": ["Ay", "Bee"]})
    rows = [
        ("combined", "tasks", "a", 0.6, 1, "established"),
        ("combined", "tasks", "b", 0.4, 2, "not_told_apart"),
        ("combined", "themes", "a", 0.4, 2, "established"),
        ("combined", "themes", "b", 0.6, 1, "worth_asking"),
        ("keywords", "tasks", "a", 0.7, 1, "not_told_apart"),
        ("keywords", "tasks", "b", 0.3, 2, "not_told_apart"),
    ]
    columns = ["coder", "cut", "theme_id", "share", "share_rank", "state"]
    found = settings_by_theme(
        pd.DataFrame(rows, columns=columns), themes, Display("en")
    )
    assert found.drop(columns="theme_id").to_numpy().tolist() == [
        ["Ay", 0.6, 1, 0.4, 0.7, 1, 2, 3, 2],
        ["Bee", 0.4, 2, 0.3, 0.6, 1, 2, 3, 0],
    ]


def test_every_coder_codes_and_plans_are_cut_in_three_ways():
    codebook = load_codebook()
    texts = ["做好依申请公开答复工作", "更新政策解读材料，办好政府网站平台"]
    tasks = pd.DataFrame(
        {
            "task_id": ["p-1", "p-2", "q-1", "q-2"],
            "document_id": ["p", "p", "q", "q"],
            "title": "公开",
            "text": texts * 2,
        }
    )
    documents = pd.DataFrame({"document_id": ["p", "q"], "agency": ["甲", "乙"]})
    found = sensitivity_of(
        Tables.of({"tasks": tasks, "documents": documents}), codebook
    )
    assert len(found) == 4 * 3 * len(codebook.theme_ids)
    n_tasks = found.drop_duplicates(["coder", "cut"]).set_index(["coder", "cut"])
    assert n_tasks.loc[("combined", "tasks"), "n_tasks"] == 4
    assert n_tasks.loc[("combined", "titles"), "n_tasks"] == 2
    own = found.set_index(["coder", "cut", "theme_id"])["share"]
    assert own["keywords", "tasks", "application_disclosure"] == pytest.approx(0.5)
