import json

import pytest

from govopen_analytics.charts.display import Display
from govopen_analytics.questions.findings import no_tasks
from govopen_analytics.questions.notebook import keep
from govopen_analytics.run.changes import (
    codebook_names,
    compare_findings,
    compare_states,
    finding_states,
    state_of,
)


def plan(name, *tasks):
    return {"document_id": name, "agency": name, "year": 2022, "tasks": list(tasks)}


def share(value, lower=0.1, upper=0.4, theme_id="explain"):
    measured = {"share": value, "share_lower": lower, "share_upper": upper}
    named = {"agency": None, "theme_id": theme_id, "theme": {"zh": "题", "en": "T"}}
    return {**named, **measured, "n_tasks": 10}


def compare_plans(old, new):
    return compare_states({"plans": old, "shares": []}, {"plans": new, "shares": []})


@pytest.mark.parametrize(
    ("old", "new", "added", "removed"),
    [
        ([plan("a")], [plan("a")], [], []),
        ([plan("a")], [plan("a"), plan("b")], ["b"], []),
        ([plan("a"), plan("b")], [plan("a")], [], ["b"]),
        ([], [plan("a")], ["a"], []),
    ],
)
def test_new_and_removed_plans(old, new, added, removed):
    found = compare_plans(old, new)
    assert [p["document_id"] for p in found["plans_new"]] == added
    assert [p["document_id"] for p in found["plans_removed"]] == removed


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (["做好政策解读"], ["做好政策解读"], None),
        (["甲任务", "做好政策解读"], ["做好政策解读", "甲任务"], ([], [], [])),
        (["做好政策解读"], ["做好政策解读", "建设专栏"], (["建设专栏"], [], [])),
        (["做好政策解读", "建设专栏"], ["建设专栏"], ([], ["做好政策解读"], [])),
        (["同", "同"], ["同"], ([], ["同"], [])),
        (
            ["做好政策文件解读工作"],
            ["做好重要政策文件解读工作"],
            (
                [],
                [],
                [{"old": "做好政策文件解读工作", "new": "做好重要政策文件解读工作"}],
            ),
        ),
    ],
)
def test_tasks_added_removed_and_reworded(old, new, expected):
    found = compare_plans([plan("a", *old)], [plan("a", *new)])["tasks"]
    if expected is None:
        assert found == []
        return
    (part,) = found
    assert (part["added"], part["removed"], part["changed"]) == expected


@pytest.mark.parametrize(
    ("value", "is_moved"),
    [(0.2, False), (0.1, False), (0.4 + 1e-12, False), (0.41, True), (0.05, True)],
)
def test_a_share_has_moved_beyond_the_interval_it_had(value, is_moved):
    old = {"plans": [], "shares": [share(0.25)]}
    new = {"plans": [], "shares": [share(value), share(0.9, theme_id="new")]}
    found = compare_states(old, new)["shares"]
    assert [part["new"]["share"] for part in found] == ([value] if is_moved else [])


def test_the_state_of_a_corpus(tables):
    state = state_of(tables)
    assert [p["document_id"] for p in state["plans"]] == ["first", "second"]
    assert state["plans"][1]["tasks"] == ["网站建设\n开设专栏", "解读文件"]
    found = {(s["agency"], s["theme_id"]): s for s in state["shares"]}
    # first-1 and second-2 give 1, first-2 gives 1/2, of six tasks.
    assert found[None, "explain"]["share"] == pytest.approx(2.5 / 6)
    assert found["乙市民政局", "channels"]["share"] == pytest.approx(0.5)
    assert json.loads(json.dumps(state)) == state


def test_a_corpus_has_not_changed_since_itself(tables):
    state = state_of(tables)
    found = compare_states(json.loads(json.dumps(state)), state)
    assert found == {
        **{"plans_new": [], "plans_removed": [], "tasks": [], "shares": []},
        "findings": {},
    }


def finding(state, subject="", key="differ", page="06", topic="agencies"):
    named = {"page": page, "topic": topic, "key": key, "subject": subject}
    return {**named, "state": state, "short": "", "text": f"{subject} {state}"}


SURE, ASKING, APART = "established", "worth_asking", "not_told_apart"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([finding(SURE, "甲")], [finding(SURE, "甲")], {}),
        ([], [finding(SURE, "甲")], {"new": [SURE]}),
        ([], [finding(APART, "甲"), finding("", "乙")], {}),  # no news
        ([finding(ASKING, "甲")], [], {"gone": [ASKING]}),
        ([finding(APART, "甲")], [], {}),
        # The key of a finding follows its state; one without subject has only it.
        (
            [finding(SURE, "甲")],
            [finding(ASKING, "甲", "differ_asking")],
            {"changed": [ASKING]},
        ),
        ([finding(APART)], [finding(SURE, key="top")], {"new": [SURE]}),
        # Two findings of one subject keep their order.
        (
            [finding(SURE, "甲"), finding(APART, "甲")],
            [finding(SURE, "甲"), finding(ASKING, "甲")],
            {"changed": [ASKING]},
        ),
        (
            [finding(SURE, "甲", page="a")],
            [finding(SURE, "甲", page="b")],
            {"new": [SURE], "gone": [SURE]},
        ),
    ],
)
def test_findings_are_new_gone_or_of_another_state(old, new, expected):
    found = compare_findings(old, new)
    states = {kind: [row["state"] for row in rows] for kind, rows in found.items()}
    assert states == {"new": [], "gone": [], "changed": [], **expected}
    assert all(row["old_state"] != row["state"] for row in found["changed"])


def test_findings_are_compared_within_a_language():
    old = {"plans": [], "shares": [], "findings": {"zh": [], "fr": []}}
    new = {**old, "findings": {"zh": [finding(SURE)], "en": [finding(SURE)]}}
    found = compare_states(old, new)["findings"]
    assert list(found) == ["zh"] and len(found["zh"]["new"]) == 1
    del old["findings"]  # the state of a run before findings were kept
    assert compare_states(old, new)["findings"] == {}


def test_the_findings_of_a_run_are_read_from_their_tables(tmp_path):
    keep([no_tasks("coverage", Display())[0]], str(tmp_path), "02")
    pages = [{"name": "02", "files": ["tables/findings_02.csv", "tables/x.csv"]}]
    (row,) = finding_states(tmp_path, pages)
    assert (row["page"], row["key"]) == ("02", "no_tasks")
    assert row["state"] == "cannot_be_answered" and row["text"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"version": "1"}, {"version": "2"}, ["1", "2"]),
        ({"version": "1"}, {"version": "1"}, ["1", "1"]),
        (
            {"version": "1", "sha256": "a" * 64},
            {"version": "1", "sha256": "b" * 64},
            ["1 [aaaaaaaa]", "1 [bbbbbbbb]"],
        ),
    ],
)
def test_codebooks_of_one_version_are_told_apart(old, new, told):
    assert codebook_names(old, new) == told
