"""Coding by hand: what is kept, what is refused, and what follows from it."""

import os

import pytest

import govopen_analytics as go
from govopen_analytics import review
from govopen_analytics.base.errors import RunError, SelectionError

PLAN = (
    "某市民政局2024年政务公开工作要点\n一、加强公开\n"
    "（一）做好政策解读。（责任单位：办公室）\n"
    "（二）受理依申请公开。（责任单位：法规科）\n"
    "（三）办好政府网站。（责任单位：办公室）\n"
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    (folder / "plan.txt").write_text(PLAN, encoding="utf-8")
    return go.load_corpus(folder, lang="en")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "reviews"


def coding(corpus, folder, coder="A. B.", n_random=3):
    return corpus.code(coder, n_random=n_random, reviews_dir=folder)


def pressed(widget, what="save", themes=(), remark=""):
    """Do what a key in the notebook does."""
    task_id = widget.task["task_id"]
    question = {"what": what, "task_id": task_id, "themes": list(themes)}
    widget._answer(widget, {**question, "remark": remark, "step": 1}, [])
    return task_id


def test_each_decision_is_kept_and_a_new_session_goes_on(corpus, folder):
    first = coding(corpus, folder)
    assert first.task["lines"] == []  # a random sample does not see the machine
    task_id = pressed(first, themes=["policy_interpretation", "platforms"], remark="?")
    kept = review.read_reviews(folder)
    assert kept[["task_id", "coder", "primary_theme_id"]].values.tolist() == [
        [task_id, "A. B.", "policy_interpretation"]
    ]
    assert kept["secondary_theme_ids"].tolist() == [["platforms"]]
    assert first.message == f"Saved: {task_id}."
    again = coding(corpus, folder)
    assert again.task["task_id"] == first.task["task_id"] != task_id
    assert "1 decisions under the name" in again.message
    assert again.summary[0] == "A. B.: 1 of 3 done"


def test_agreement_and_shares_follow(corpus, folder):
    machine = corpus.assignments.loc[corpus.assignments["rank"] == 1]
    codes = machine.set_index("task_id")["theme_id"]
    own = coding(corpus, folder)
    assert own.corrected_shares().empty
    while own.task["task_id"]:
        pressed(own, themes=[codes[own.task["task_id"]]])
    other = coding(corpus, folder, "C. D.")
    pressed(other, themes=[""])
    rows = own.agreement().set_index("coder")
    assert rows.loc["machine", ["n_tasks", "n_same", "share"]].tolist() == [3, 3, 1]
    assert rows.loc["C. D.", ["n_tasks", "n_same", "share"]].tolist() == [1, 0, 0]
    shares = own.corrected_shares()
    assert shares["share_corrected"].sum() == pytest.approx(1)
    assert any("corrected by the sample" in line for line in own._share_lines())
    # A decision that no theme fits wins over the machine.
    assert len(own.corpus.assignments) == 3


def test_two_people_under_one_name(corpus, folder):
    one, two = coding(corpus, folder), coding(corpus, folder)
    task_id = pressed(one, themes=["platforms"])
    pressed(two, themes=["policy_interpretation"])
    assert f"Someone decides about task {task_id} under the name" in two.message
    assert two.task["task_id"] == task_id
    assert review.read_reviews(folder)["primary_theme_id"].tolist() == ["platforms"]


def test_a_folder_that_cannot_be_written(corpus, folder, monkeypatch):
    widget = coding(corpus, folder)
    real = os.replace
    task_id = widget.task["task_id"]

    def refused(*names):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "replace", refused)
    pressed(widget, themes=["platforms"])
    assert "the disk is read-only; give another folder" in widget.message
    assert "the earlier ones are all there" in widget.message
    assert widget.task["task_id"] == task_id
    monkeypatch.setattr(os, "replace", real)
    pressed(widget, themes=["platforms"])
    assert widget.message == f"Saved: {task_id}."
    (folder.parent / "file").write_text("")
    with pytest.raises(RunError, match="could not be written"):
        coding(corpus, folder.parent / "file" / "reviews")


@pytest.mark.parametrize(
    ("coder", "told"),
    [("", "expected the name"), ("combined", "automatic coder"), ("x" * 99, "at most")],
)
def test_names_that_are_none(corpus, folder, coder, told):
    with pytest.raises(SelectionError, match=told):
        coding(corpus, folder, coder)


@pytest.mark.parametrize(
    ("themes", "told"),
    [([], "No theme is chosen"), (["platform"], "did you mean platforms")],
)
def test_decisions_that_are_none(corpus, folder, themes, told):
    widget = coding(corpus, folder)
    pressed(widget, themes=themes)
    assert told in widget.message and review.read_reviews(folder).empty
    assert pressed(widget, "go") != widget.task["task_id"]


def test_tasks_worth_a_persons_time_show_the_machines_themes(corpus, folder):
    widget = coding(corpus, folder, n_random=0)
    assert all("Machine: " in row["lines"][0] for row in widget._rows)
    assert not any("nan" in row["lines"][0] for row in widget._rows)
    assert "JupyterLab" in repr(widget) and ".decide(" in repr(widget)
    with pytest.raises(SelectionError, match="expected from 1 to 3"):
        coding(corpus, folder, n_random=9)
    with pytest.raises(SelectionError, match="reviews_dir: found none"):
        corpus.code("A. B.")


def test_tasks_that_are_asked_for_are_coded(corpus, folder):
    last, first = corpus.tasks["task_id"].iloc[[-1, 0]]
    widget = corpus.code("A. B.", task_ids=[last, first, last], reviews_dir=folder)
    assert [row["task_id"] for row in widget._rows] == [last, first]
    for name in ("政策解读", "Policy interpretation", "policy_interpretation"):
        widget.decide(last, [name])
        (kept,) = review.read_reviews(folder)["primary_theme_id"]
        assert kept == "policy_interpretation"
    with pytest.raises(SelectionError, match="Task: found 'none'"):
        corpus.code("A. B.", task_ids=["none"], reviews_dir=folder)
