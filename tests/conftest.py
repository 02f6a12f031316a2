"""A corpus of two plans, small enough to compute its shares by hand."""

import os
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings
from packages import write_datapackage

from govopen_analytics.base.schemas import to_schema
from govopen_analytics.run.worker import leave_out_grammar

# Fitted models are no user's business while tests run; notebooks inherit this too.
os.environ["GOVOPEN_CACHE"] = str(Path(__file__).parents[1] / ".pytest_cache/kept")

# No test may fail because others use the cores.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

leave_out_grammar()

# Files that take long start first, so that no process waits for another at the end.
_LONGEST = (
    "test_run.py",
    "test_notebooks.py",
    "test_suite.py",
    "test_lab_browser.py",
    "test_pages_browser.py",
    "test_validity.py",
)

NASTY = "<script>alert(1)</script>"

_TASKS = [
    ("first-1", "first", 1, "政策解读", None),
    ("first-2", "first", 2, NASTY, "=cmd()"),
    ("first-3", "first", 3, "受理申请", "按时答复"),
    ("first-4", "first", 4, "其他工作", None),
    ("second-1", "second", 1, "网站建设", "开设专栏"),
    ("second-2", "second", 2, "解读文件", None),
]
# first: explain 1 + 1/2, answer 1/2 + 1, one of four tasks unclassified;
# second: explain 1, channels 1.
_THEMED = [
    ("first-1", "explain", 1),
    ("first-2", "explain", 1),
    ("first-2", "answer", 2),
    ("first-3", "answer", 1),
    ("second-1", "channels", 1),
    ("second-2", "explain", 1),
]


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name not in _LONGEST)


def _documents() -> list[dict]:
    plan = {
        "level": "city",
        "province": "某省",
        "title": "政务公开工作要点",
        "sha256": "0" * 64,
        "layout": "prose",
        "n_chars": 200,
        "text": "政务公开工作要点",
        "inferred": [],
    }
    first = {"document_id": "first", "agency": "甲市民政局", "year": 2022}
    second = {"document_id": "second", "agency": "乙市民政局", "year": 2023}
    return [
        {**plan, **first, "source_file": "first.txt", "n_tasks": 4}
        | {"accounted_share": 1.0},
        {**plan, **second, "source_file": "second.txt", "n_tasks": 2}
        | {"accounted_share": 0.9},
    ]


def _tasks() -> list[dict]:
    return [
        {
            "task_id": task_id,
            "document_id": document_id,
            "ordinal": ordinal,
            "title": title,
            "content": content,
            "text": f"{title}\n{content or ''}",
            "start_char": 10 * ordinal,
            "end_char": 10 * ordinal + 9,
        }
        for task_id, document_id, ordinal, title, content in _TASKS
    ]


def _themes() -> list[dict]:
    labels = {
        "channels": ("平台建设", "Channels", False),
        "explain": ("政策解读", "Explaining", True),
        "answer": ("依申请公开", "Answering", True),
    }
    return [
        {
            "codebook_version": "1",
            "theme_id": theme_id,
            "label_zh": zh,
            "label_en": en,
            "is_core": is_core,
        }
        for theme_id, (zh, en, is_core) in labels.items()
    ]


def small_tables() -> dict[str, pd.DataFrame]:
    """Every table of the small corpus, by name."""
    rows = {
        "documents": _documents(),
        "tasks": _tasks(),
        "failures": [
            {"source_file": "bad.bin", "reason": "unknown_encoding", "message": NASTY}
        ],
        "remarks": [
            {
                "source_file": name,
                "document_id": document_id,
                "ordinal": 1,
                "code": "page_numbers_left_out",
                "values": '{"numbers": "1, 2"}',
            }
            for name, document_id in (("bad.bin", None), ("second.txt", "second"))
        ],
        "spans": [],
        "themes": _themes(),
        "theme_assignments": [
            {
                "task_id": task_id,
                "theme_id": theme_id,
                "coder": "hand",
                "rank": rank,
                "score": 0.9,
                "codebook_version": "1",
            }
            for task_id, theme_id, rank in _THEMED
        ],
        "keyword_matches": [
            {
                "task_id": "first-1",
                "theme_id": "explain",
                "keyword": "解读",
                "start_char": 2,
                "end_char": 4,
            }
        ],
    }
    return {name: to_schema(pd.DataFrame(rows[name]), name) for name in rows}


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    """Every table of the small corpus, by name."""
    return small_tables()


@pytest.fixture(scope="session")
def processed_dir(tmp_path_factory):
    """Folder of the small corpus as a build writes it; not to be changed."""
    folder = tmp_path_factory.mktemp("corpus") / "processed"
    write_datapackage(small_tables(), folder, details={"codebook": {"version": "1"}})
    return folder


@pytest.fixture
def shares(tables) -> pd.DataFrame:
    """Shares of the small corpus by plan, with intervals written by hand."""
    rows = [
        ("first", "channels", 4, 0, 0.0, 0.0, 0.5),
        ("first", "explain", 4, 2, 0.375, 0.1, 0.7),
        ("first", "answer", 4, 2, 0.375, 0.1, 0.7),
        ("second", "channels", 2, 1, 0.5, 0.1, 0.9),
        ("second", "explain", 2, 1, 0.5, 0.1, 0.9),
        ("second", "answer", 2, 0, 0.0, 0.0, 0.7),
    ]
    names = ["document_id", "theme_id", "n_tasks", "n_themed", "share"]
    table = pd.DataFrame(rows, columns=[*names, "share_lower", "share_upper"])
    return table.assign(is_observed=table["n_themed"] > 0)
