import json

import pytest

from govopen_analytics.base.errors import RunError
from govopen_analytics.run.jobs import Job
from govopen_analytics.run.record import find_run, point_latest, remove_old_runs
from govopen_analytics.run.reuse import PlannedJob, Source, slowest_first


def make_run(folder, name, status="complete", set_name="suite"):
    (folder / name).mkdir(parents=True)
    record = {
        "run": name,
        "status": status,
        "set": {"name": set_name, "formats": []},
        "languages": ["zh"],
        "started": "2026-01-01T00:00:00+00:00",
        "codebook": {},
        "code": {"sha256": ""},
        "pictures": {"n_missing": 0},
        "outputs": {},
        "notebooks": [],
    }
    (folder / name / "run.json").write_text(json.dumps(record), encoding="utf-8")
    return name


def run_name(number):
    return f"202601{number:02}T000000Z"


@pytest.mark.parametrize(
    ("statuses", "keep", "latest", "kept"),
    [
        ("ccccc", 2, 5, [4, 5]),
        ("ccccc", 9, 5, [1, 2, 3, 4, 5]),
        ("cpppp", 2, 1, [1, 4, 5]),
        ("cppff", 1, 1, [1, 5]),
        ("ccppf", 1, None, [2, 5]),
        ("ccccc", 1, 2, [2, 5]),
        ("fffff", 1, None, [5]),
    ],
)
def test_retention_never_removes_the_last_good_run(
    tmp_path, statuses, keep, latest, kept
):
    words = {"c": "complete", "p": "partial", "f": "failed"}
    for number, letter in enumerate(statuses, start=1):
        make_run(tmp_path, run_name(number), words[letter])
    if latest:
        point_latest(tmp_path, run_name(latest))
    remove_old_runs(tmp_path, "suite", keep)
    found = sorted(path.name for path in tmp_path.glob("2*"))
    assert found == [run_name(number) for number in kept]


def test_retention_leaves_what_is_not_a_run_of_the_set(tmp_path):
    make_run(tmp_path, run_name(1), set_name="other")
    make_run(tmp_path, run_name(2))
    make_run(tmp_path, run_name(3))
    make_run(tmp_path, "validity")
    (tmp_path / run_name(4)).mkdir()
    assert remove_old_runs(tmp_path, "suite", 1) == [run_name(2)]
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [run_name(1), run_name(3), run_name(4), "validity"]


@pytest.mark.parametrize("name", ["latest", run_name(2)])
def test_a_run_is_found_by_name_and_by_link(tmp_path, name):
    for number in (1, 2):
        point_latest(tmp_path, make_run(tmp_path, run_name(number)))
    assert find_run(tmp_path, name).name == run_name(2)
    assert find_run(tmp_path / "elsewhere", str(tmp_path / name)).name == run_name(2)


def test_an_unknown_run_is_answered_with_the_nearest(tmp_path):
    make_run(tmp_path, run_name(1))
    with pytest.raises(RunError, match=f"did you mean {run_name(1)}"):
        find_run(tmp_path, "20260102T000000Z")


def test_the_slowest_notebook_starts_first(tmp_path):
    sizes = {"a": 10, "b": 30, "c": 20, "d": 40, "e": 10}
    seconds = {"a": 1.5, "b": 0.5, "e": "damaged"}
    record = {
        "notebooks": [
            *({"name": n, "lang": "zh", "seconds": s} for n, s in seconds.items()),
            {"name": "d", "lang": "en", "seconds": 9.0},
        ]
    }
    jobs = []
    for name, size in sizes.items():
        path = tmp_path / f"{name}.ipynb"
        path.write_bytes(b" " * size)
        source = None if name == "c" else Source(tmp_path, record)
        jobs.append(PlannedJob(Job(name, path, "zh", {}), {}, [], source))
    order = [jobs[number].job.name for number in slowest_first(jobs)]
    assert order == ["d", "c", "e", "a", "b"]
