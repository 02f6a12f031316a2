"""Builds that take what earlier builds made, and when they must not."""

import json
import os
import shutil
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pandas as pd
import pytest

from govopen_analytics.base.cache import Cache
from govopen_analytics.base.fingerprints import digest_of
from govopen_analytics.coding import coded
from govopen_analytics.coding.codebook import load_codebook
from govopen_analytics.plans import corpus, one_file
from govopen_analytics.questions import trust
from govopen_analytics.run import build
from govopen_analytics.run.build import build_processed

PLAN = """{agency}2023年政务公开工作要点

一、加强政策解读
（一）做好政策解读。政策文件公开后{n}日内发布解读材料。（办公室）
（二）扩大解读范围。会议文件同步解读。（办公室）
二、规范依申请公开
（三）规范依申请公开办理。2023年12月底前依法按时答复申请人。（办公室）
"""
KEY = digest_of("a key")


@pytest.fixture(scope="module")
def codebook():
    return load_codebook()


@pytest.fixture
def raw_dir(tmp_path, monkeypatch):
    monkeypatch.setenv("GOVOPEN_CACHE", str(tmp_path / "kept"))
    folder = tmp_path / "raw"
    folder.mkdir()
    for n, agency in enumerate(["甲市民政局", "乙市财政局", "丙市教育局"], start=3):
        text = PLAN.format(agency=agency, n=n)
        (folder / f"p{n}.txt").write_text(text, encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    return folder


@pytest.fixture(autouse=True)
def work(monkeypatch, codebook):
    """Read in this process, and name what is read and what is coded."""
    done = {"read": [], "coded": []}
    assign = coded.assign_themes

    def results(function, jobs, **options):
        for n, job in enumerate(jobs):
            done["read"].append(job.name)
            yield n, function(job)

    def assign_themes(tasks, *args, **options):
        done["coded"] += list(tasks["document_id"].unique())
        return assign(tasks, *args, **options)

    monkeypatch.setattr(build, "load_codebook", lambda path: codebook)
    monkeypatch.setattr(corpus, "bounded_results", results)
    monkeypatch.setattr(coded, "assign_themes", assign_themes)
    return done


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def kept_files(tmp_path, kind):
    return sorted((tmp_path / "kept" / kind).glob("*/*"))


def change_a_file(raw_dir):
    path = raw_dir / "p4.txt"
    path.write_text(path.read_text("utf-8").replace("同步", "及时"), encoding="utf-8")


def add_a_row(raw_dir):
    text = "file,document_id,agency,year\np5.txt,p5,丙市教育局,2023\n"
    (raw_dir / "manifest.csv").write_text(text, encoding="utf-8")


def rename_a_file(raw_dir):
    (raw_dir / "p3.txt").rename(raw_dir / "q3.txt")


CHANGES = [
    (lambda raw_dir: None, [], []),
    (change_a_file, ["p4.txt"], ["p4"]),
    (add_a_row, ["p5.txt"], []),
    (rename_a_file, ["q3.txt"], ["q3"]),
]


def test_only_what_has_changed_is_read_and_coded(raw_dir, tmp_path, work):
    build_processed(raw_dir, tmp_path / "a")
    assert (len(work["read"]), work["coded"]) == (4, ["p3", "p4", "p5"])
    for change, read, was_coded in CHANGES:
        work["read"].clear(), work["coded"].clear()
        change(raw_dir)
        build_processed(raw_dir, tmp_path / "a")
        assert work == {"read": read, "coded": was_coded}
    build_processed(raw_dir, tmp_path / "b", is_forced=True)
    assert len(work["read"]) == 4 + 1
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def cut_short(path):
    path.write_bytes(path.read_bytes()[:40])


def other_key(path):
    found = json.loads(zlib.decompress(path.read_bytes()))
    path.write_bytes(zlib.compress(json.dumps([KEY, found[1]]).encode()))


def other_shape(path):
    key, _ = json.loads(zlib.decompress(path.read_bytes()))
    path.write_bytes(zlib.compress(json.dumps([key, {"rows": 1}]).encode()))


HARMS = [cut_short, other_key, other_shape, os.unlink]


def test_what_is_damaged_is_made_again(raw_dir, tmp_path, work):
    build_processed(raw_dir, tmp_path / "a")
    for kind, n in (("plans", 4), ("codes", 3)):
        paths = kept_files(tmp_path, kind)
        assert len(paths) == n
        for path, harm in zip(paths, HARMS[:n], strict=True):
            harm(path)
    work["read"].clear(), work["coded"].clear()
    build_processed(raw_dir, tmp_path / "b")
    assert (len(work["read"]), len(work["coded"])) == (4, 3)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


@pytest.mark.parametrize(
    ("module", "n_read", "n_coded"), [(corpus, 4, 0), (coded, 0, 3)]
)
def test_what_other_code_made_is_not_used(
    raw_dir, tmp_path, work, monkeypatch, module, n_read, n_coded
):
    build_processed(raw_dir, tmp_path / "a")
    monkeypatch.setattr(module, "made_by", lambda *folders: "another version")
    work["read"].clear(), work["coded"].clear()
    build_processed(raw_dir, tmp_path / "a")
    assert (len(work["read"]), len(work["coded"])) == (n_read, n_coded)


def test_a_killed_build_goes_on_where_it_stopped(raw_dir, tmp_path, work):
    def interrupt(step, done, total):
        if (step, done) == ("read", 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_processed(raw_dir, tmp_path / "a", on_progress=interrupt)
    work["read"].clear()
    build_processed(raw_dir, tmp_path / "a")
    assert len(work["read"]) == 2


@pytest.mark.parametrize("is_file", [True, False], ids=["no folder", "kept nothing"])
def test_a_folder_that_cannot_be_written_costs_time_alone(
    raw_dir, tmp_path, monkeypatch, work, is_file
):
    build_processed(raw_dir, tmp_path / "a")
    (tmp_path / "file").write_text("")
    named = str(tmp_path / "file") if is_file else ""
    monkeypatch.setenv("GOVOPEN_CACHE", named)
    work["read"].clear()
    build_processed(raw_dir, tmp_path / "b")
    assert len(work["read"]) == 4
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_failures_that_may_pass_are_not_kept(raw_dir, tmp_path, monkeypatch):
    def fail(*args, **options):
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(one_file, "_rows_of", fail)
        built = build_processed(raw_dir, tmp_path / "a")
        assert set(built.failures["reason"]) == {"too_large"}
    built = build_processed(raw_dir, tmp_path / "a")
    assert set(built.failures["reason"]) == {"empty_document"}


def test_a_plan_in_two_formats_is_read_once_from_what_is_kept(raw_dir, tmp_path, work):
    page = "".join(
        f"<p>{line}</p>" for line in (raw_dir / "p3.txt").read_text("utf-8").split("\n")
    )
    (raw_dir / "p3.html").write_text(f"<html><body>{page}</body></html>", "utf-8")
    first = build_processed(raw_dir, tmp_path / "a")
    assert "same_plan" in set(first.failures["reason"])
    work["read"].clear()
    build_processed(raw_dir, tmp_path / "b")
    assert work["read"] == []
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_a_file_replaced_while_it_was_read_is_not_kept(raw_dir, tmp_path, monkeypatch):
    real = corpus.bounded_results

    def replace_meanwhile(function, jobs, **options):
        shutil.copy(raw_dir / "p4.txt", raw_dir / "p3.txt")
        return real(function, jobs, **options)

    with monkeypatch.context() as patched:
        patched.setattr(corpus, "bounded_results", replace_meanwhile)
        build_processed(raw_dir, tmp_path / "a")
    assert len(kept_files(tmp_path, "plans")) == 3


def test_the_oldest_go_first_where_all_is_too_large(tmp_path):
    cache = Cache(tmp_path)
    keys = [digest_of(n) for n in range(5)]
    for n, key in enumerate(keys):
        cache.put(key, list(range(1000)))
        path = next(p for p in tmp_path.glob("*/*") if p.name in key)
        os.utime(path, (n + 1, n + 1))
        size = path.stat().st_size
    assert cache.get(keys[0]) is not None  # used, so young
    left = tmp_path / "ab" / "left.part"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"")
    os.utime(left, (0, 0))
    cache.trim(4 * size)
    assert [cache.get(key) is not None for key in keys] == [
        True,
        False,
        False,
        True,
        True,
    ]
    assert not left.exists()


def test_two_that_write_one_value_at_once_leave_it_whole(tmp_path):
    value = {"text": "公开" * 50_000}
    caches = [Cache(tmp_path) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda cache: cache.put(KEY, value), caches * 10))
    assert all(done)
    assert Cache(tmp_path).get(KEY) == value
    assert len(list(tmp_path.glob("*/*"))) == 1


def test_tables_come_back_with_their_types_or_are_made_again(tmp_path):
    table = pd.DataFrame(
        {
            "n": pd.array([1, None], dtype="Int64"),
            "share": [0.1, float("nan")],
            "name": pd.array(["甲", None], dtype="string"),
            "is_known": [True, False],
        },
        index=[3, 5],
    )
    n_made = []

    def make(value):
        n_made.append(value)
        return {"table": value}

    for _ in range(2):
        found = Cache(tmp_path).tables(KEY, lambda: make(table))["table"]
        pd.testing.assert_frame_equal(found, table)
    assert len(n_made) == 1
    odd, other = pd.DataFrame({"a": [{1, 2}]}), digest_of("other")
    for _ in range(2):
        assert Cache(tmp_path).tables(other, lambda: make(odd))["table"].equals(odd)
    assert len(n_made) == 3


@pytest.mark.parametrize("change", ["codebook", "draws", "interval", "code"])
def test_validity_is_measured_once_for_a_codebook_and_code(
    raw_dir, codebook, monkeypatch, change
):
    calls = []

    def measured(*args):
        calls.append(args)
        return {"scores": pd.DataFrame({"value": [0.5]})}

    monkeypatch.setattr(trust, "_measured", measured)
    for _ in range(2):
        tables = trust.validate_coding(codebook)
        assert list(tables) == ["coders", "scores"]
    assert len(calls) == 1
    options = {"draws": {"n_bootstrap": 5}, "interval": {"interval": 0.5}}
    given = options.get(change, {})
    if change == "codebook":
        codebook = replace(codebook, fingerprint="other")
    if change == "code":
        monkeypatch.setattr(trust, "made_by", lambda *folders: "other")
    trust.validate_coding(codebook, **given)
    assert len(calls) == 2
