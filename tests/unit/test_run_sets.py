import json

import pytest
from test_run import DECLARED, write_notebook

from govopen_analytics.base.errors import RunError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.run.jobs import (
    CorpusValues,
    checked_jobs,
    corpus_values,
    plan_jobs,
)
from govopen_analytics.run.notebooks import (
    Parameter,
    find_notebooks,
    notebook_parameters,
)
from govopen_analytics.run.sets import Entry, ReportSet, choose_set, read_report_sets

CORPUS = CorpusValues(
    agencies=["甲市民政局", "乙市 民政局"],
    years=[2022, 2023],
    themes={
        "explain": {"zh": "政策解读", "en": "Explaining"},
        "channels": {"zh": "平台建设", "en": "Channels"},
    },
    core_themes=["explain"],
    plans={("甲市民政局", 2022), ("乙市 民政局", 2023)},
)
AGENCY = 'agency: str = ""\nlang: str = "zh"'
YEARS = "years: list[int] = []"
THEME = """theme: str = ""
lang: str = "zh"
interval: float = 0.95
top_n: int = 20"""


@pytest.fixture
def notebooks(tmp_path):
    """Notebooks with the parameters that reports are fanned out over."""
    declared = {"01_all": DECLARED, "04_agency": AGENCY, "05_theme": THEME}
    declared["06_years"] = YEARS
    return [
        write_notebook(tmp_path / "notebooks" / f"{name}.ipynb", parameters=text)
        for name, text in declared.items()
    ]


def sets_of(tmp_path, text):
    path = tmp_path / "reports.yml"
    path.write_text(text, encoding="utf-8")
    return read_report_sets(path)


def names(entries, notebooks, **values):
    report_set = ReportSet(notebooks=tuple(entries), **values)
    jobs = plan_jobs(report_set, notebooks, CORPUS)
    return [job.name for job in jobs]


def test_without_a_file_there_is_the_whole_suite(tmp_path):
    assert read_report_sets(tmp_path / "reports.yml") == (
        "suite",
        {"suite": ReportSet()},
    )


def test_a_set_is_read_with_its_defaults(tmp_path):
    text = """
default: brief
sets:
  suite: {notebooks: all}
  brief:
    notebooks:
      - 01_all
      - {notebook: 05_theme.ipynb, for_each: theme, values: core}
      - {notebook: 06_years, for_each: year, values: [2022], parameters: {top_n: 3}}
    parameters: {agencies: [甲]}
    languages: [en, zh]
    formats: []
    seconds_each: 60
    retries: 0
    keep: 5
    briefing: [docx]
"""
    default, sets = sets_of(tmp_path, text)
    assert default == "brief" and sets["suite"] == ReportSet()
    assert sets["brief"] == ReportSet(
        "brief",
        (
            Entry("01_all"),
            Entry("05_theme", "theme", "core"),
            Entry("06_years", "year", (2022,), {"top_n": 3}),
        ),
        {"agencies": ["甲"]},
        ("en", "zh"),
        (),
        60,
        0,
        5,
        ("docx",),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sets: [", "reports.yml: found no valid YAML"),
        ("[]", "reports.yml: found \\[\\], expected names with values"),
        ("set: {}", "unknown key: found 'set', .*did you mean sets"),
        ("sets: {}", "found no set below 'sets'"),
        ("default: b\nsets: {a: {}}", "'default': found 'b', expected one of: a"),
        ("sets: {../a: {}}", "set '../a': expected a name of a letter"),
        ("sets: {a: {notebook: all}}", "found 'notebook', .*did you mean notebooks"),
        ("sets: {a: {notebooks: x}}", "'notebooks': found 'x', expected 'all' or a"),
        ("sets: {a: {notebooks: [3]}}", "item 1: found 3, expected names"),
        ("sets: {a: {notebooks: [{for_each: year}]}}", "'notebook': found None"),
        (
            "sets: {a: {notebooks: [{notebook: b, for_each: agencies}]}}",
            "item 1, 'for_each': found 'agencies', .*did you mean agency",
        ),
        (
            "sets: {a: {notebooks: [{notebook: b, for_each: year, values: core}]}}",
            "'values': found 'core', expected a list of int",
        ),
        (
            "sets: {a: {notebooks: [{notebook: b, values: [c]}]}}",
            "'values': expected only beside 'for_each'",
        ),
        ("sets: {a: {languages: [fr]}}", "'languages': found 'fr', expected one of"),
        ("sets: {a: {languages: []}}", "'languages': found \\[\\]"),
        ("sets: {a: {briefing: [pdf]}}", "'briefing': found 'pdf', expected one of"),
        ("sets: {a: {formats: [jpg]}}", "'formats': found 'jpg', expected one of"),
        ("sets: {a: {seconds_each: 0}}", "found 0, expected a whole number of at l"),
        ("sets: {a: {keep: true}}", "'keep': found True, expected a whole number"),
    ],
)
def test_a_file_of_sets_is_refused(tmp_path, text, message):
    with pytest.raises(RunError, match=message):
        sets_of(tmp_path, text)


def test_an_unknown_set_is_refused():
    with pytest.raises(RunError, match="Report set: found 'b', expected one of: a"):
        choose_set("a", {"a": ReportSet("a")}, "b")


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([Entry("*")], ["01_all", "04_agency", "05_theme", "06_years"]),
        ([Entry("06_years"), Entry("01_all")], ["01_all", "06_years"]),
        (
            [Entry("04_*", "agency")],
            ["04_agency-甲市民政局", "04_agency-乙市_民政局-8c1a2f"],
        ),
        ([Entry("05_theme", "theme", "core")], ["05_theme-explain"]),
        ([Entry("05_theme", "theme", ("channels",))], ["05_theme-channels"]),
        ([Entry("06_years", "year")], ["06_years-2022", "06_years-2023"]),
    ],
)
def test_what_a_set_runs(notebooks, entries, expected):
    assert names(entries, notebooks) == expected


def test_a_job_has_its_value_as_parameter_and_label(notebooks):
    entries = (Entry("05_*", "theme", "core"), Entry("06_*", "year", (2023,)))
    report_set = ReportSet(notebooks=entries, languages=("zh", "en"))
    jobs = plan_jobs(report_set, notebooks, CORPUS)
    assert [(job.lang, job.label, job.parameters) for job in jobs] == [
        ("zh", "政策解读", {"lang": "zh", "theme": "explain"}),
        ("zh", "2023", {"years": [2023]}),
        ("en", "Explaining", {"lang": "en", "theme": "explain"}),
        ("en", "2023", {"years": [2023]}),
    ]


EACH = {
    "agency": Entry("04_agency", "agency"),
    "core": Entry("05_theme", "theme", "core"),
    "label": Entry("05_theme", "theme", ("平台建设",)),
    "year": Entry("06_years", "year"),
}


@pytest.mark.parametrize(
    ("each", "parameters", "expected"),
    [
        ("year", {"years": [2023]}, ["06_years-2023"]),
        ("agency", {"agency": "甲市民政局"}, ["04_agency-甲市民政局"]),
        ("agency", {"agencies": ["甲市民政局"]}, ["04_agency-甲市民政局"]),
        # Another has no plan of that year, and its page could not be made.
        ("agency", {"years": [2022]}, ["04_agency-甲市民政局"]),
        ("year", {"agencies": ["甲市民政局"]}, ["06_years-2022"]),
        ("core", {"theme": "Channels"}, ["05_theme-channels"]),
        ("core", {"themes": ["explain", "channels"]}, ["05_theme-explain"]),
        ("label", {}, ["05_theme-channels"]),
    ],
)
def test_what_a_report_is_limited_to_limits_what_it_is_made_for(
    tmp_path, notebooks, each, parameters, expected
):
    declared = "agencies: list[str] = []\nthemes: list[str] = []"
    other = write_notebook(tmp_path / "07_other.ipynb", parameters=declared)
    entries = (EACH[each], *(Entry(path.stem) for path in [*notebooks, other]))
    report_set = ReportSet(notebooks=entries, parameters=parameters)
    jobs = plan_jobs(report_set, [*notebooks, other], CORPUS)
    assert [job.name for job in jobs if job.dimension] == expected


SELECTING = """agencies: list[str] = []
year: int = 0
years: list[int] = []
themes: list[str] = []
theme: str = ""
"""


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"agencies": ["甲市民政"]},
            "'agencies': .*'甲市民政', .*mean 甲市民政局",
        ),
        ({"year": 2021}, "'year': .*found 2021, expected one of: 2022, 2023"),
        ({"years": [2022, 2021]}, "'years': .*found 2021, expected one of: 2022"),
        ({"theme": "explan"}, "'theme': .*found 'explan', .*did you mean explain"),
        (
            {"themes": ["answer", "政策解"]},
            "'themes': .*'政策解', .*mean 政策解读",
        ),
        ({"agencies": ["甲市民政局"], "years": [2023]}, "No plan has agency"),
    ],
)
def test_what_the_corpus_does_not_hold_is_refused(
    tmp_path, processed_dir, values, message
):
    path = write_notebook(tmp_path / "01_a.ipynb", parameters=SELECTING)
    for report_set in (
        ReportSet(parameters=values),
        ReportSet(notebooks=(Entry("*", parameters=values),)),
    ):
        with pytest.raises(RunError, match=message):
            checked_jobs(report_set, [path], processed_dir)


def test_a_name_a_notebook_uses_for_something_else_is_left_alone(
    tmp_path, processed_dir
):
    own = 'agencies: int = 3\nyear: str = ""'
    path = write_notebook(tmp_path / "01_a.ipynb", parameters=own)
    asked = ReportSet(parameters={"agencies": 9, "year": "now"})
    (job,), _ = checked_jobs(asked, [path], processed_dir)
    assert job.parameters == {"agencies": 9, "year": "now"}


def test_what_the_codebook_cannot_give_is_left_out_with_a_note(tmp_path, processed_dir):
    paths = [write_notebook(tmp_path / f"{name}.ipynb") for name in ("01_a", "09_b")]
    notebook = json.loads(paths[1].read_text("utf-8"))
    notebook["metadata"]["govopen"] = {"needs": ["reference_codings"]}
    paths[1].write_text(json.dumps(notebook), encoding="utf-8")
    own = tmp_path / "own.yml"
    own.write_text(
        'version: "1"\nthemes: [{id: a, label_zh: 甲, label_en: A, keywords: [公开]}]',
        encoding="utf-8",
    )
    jobs, notes = checked_jobs(ReportSet(), paths, processed_dir, own)
    assert [job.name for job in jobs] == ["01_a"]
    values = {"notebook": "09_b", "codebook": "own.yml"}
    assert notes == [Remark("no_references", values)]
    assert len(checked_jobs(ReportSet(), paths, processed_dir)[0]) == 2


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (Entry("01_al"), "notebook: found '01_al', .*did you mean 01_all"),
        (Entry("99_*"), "notebook: found '99_\\*', expected one of: 01_all"),
        (Entry("05_theme", parameters={"interval": 1}), "1, .*between 0 and 1"),
        (Entry("05_theme", parameters={"top_n": 0}), "found 0, expected 1 or more"),
        (Entry("01_all", "agency"), "found no parameter 'agency' or 'agencies'"),
        (Entry("04_agency", "agency", ("甲市",)), "'values': found '甲市'"),
        (Entry("01_all", parameters={"yers": []}), "found 'yers', .*did you mean year"),
        (Entry("01_all", parameters={"share": "a"}), "found 'a', expected float"),
        (Entry("01_all", parameters={"output_dir": "/"}), "found 'output_dir'"),
    ],
)
def test_what_a_set_asks_for_is_refused(notebooks, entry, message):
    with pytest.raises(RunError, match=message):
        names([entry], notebooks)


def test_names_of_files_are_told_apart():
    from govopen_analytics.run.jobs import _file_name

    values = ["a", "A", "a/b", "a b", "甲" * 60, "甲" * 61]
    found = [_file_name(value) for value in values]
    assert len({name.casefold() for name in found}) == len(values)
    assert all(len(name.encode()) < 140 and "/" not in name for name in found)


def test_corpus_values(processed_dir):
    found = corpus_values(processed_dir)
    assert found.agencies == ["乙市民政局", "甲市民政局"]
    assert (found.years, found.core_themes) == ([2022, 2023], ["explain", "answer"])
    assert found.themes["explain"] == {"zh": "政策解读", "en": "Explaining"}


def test_parameters_are_read_with_type_default_and_comment(tmp_path):
    path = write_notebook(tmp_path / "01_a.ipynb")
    found = notebook_parameters(path)
    assert list(found) == ["years", "lang", "share", "processed_dir", "output_dir"]
    assert found["years"] == Parameter("years", "list[int]", [], "years shown")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (None, "found 0 cells tagged 'parameters', expected exactly one"),
        ("lang = 'zh'", "found `lang = 'zh'`, expected a literal"),
        ("lang: str", "found `lang: str`, expected a literal"),
        ("n: int = 1 + n", "found `n: int = 1 \\+ n`, expected a literal"),
        ("when: date = 1", "expected a literal of one of the types str, int"),
        ("n: int = 'a'", "parameter 'n': found 'a', expected int"),
        ("n: int =", "cell 'parameters', line 1"),
        ("import os", "found `import os`"),
    ],
)
def test_a_notebook_is_refused(tmp_path, parameters, message):
    path = write_notebook(tmp_path / "01_a.ipynb", parameters=parameters)
    with pytest.raises(RunError, match=message) as caught:
        notebook_parameters(path)
    assert caught.value.notebook == "01_a"


@pytest.mark.parametrize("content", ["", "{}", "not json", '{"cells": 1'])
def test_a_file_that_is_no_notebook_is_refused(tmp_path, content):
    path = tmp_path / "01_a.ipynb"
    path.write_text(content)
    with pytest.raises(RunError, match="cannot be read as a notebook"):
        notebook_parameters(path)


def test_each_notebook_gets_what_it_declares(tmp_path):
    first = write_notebook(tmp_path / "01_a.ipynb")
    second = write_notebook(tmp_path / "02_b.ipynb", parameters='lang: str = "zh"')
    asked = ReportSet(parameters={"years": [2022]}, languages=("en",))
    given = [job.parameters for job in plan_jobs(asked, [first, second], None)]
    assert given == [{"years": [2022], "lang": "en"}, {"lang": "en"}]


def test_a_whole_number_is_a_fitting_float(tmp_path):
    path = write_notebook(tmp_path / "01_a.ipynb")
    (job,) = plan_jobs(ReportSet(parameters={"share": 1}), [path], None)
    assert job.parameters == {"share": 1, "lang": "zh"}


def test_a_truth_value_is_no_number(tmp_path):
    path = write_notebook(tmp_path / "01_a.ipynb")
    with pytest.raises(RunError, match="parameter 'years': found \\[True\\]"):
        plan_jobs(ReportSet(parameters={"years": [True]}), [path], None)


def test_find_notebooks_takes_numbered_ones_in_order(tmp_path):
    for name in ("02_b", "01_a", "00_explore", "_template", "notes"):
        write_notebook(tmp_path / f"{name}.ipynb")
    assert [path.stem for path in find_notebooks(tmp_path)] == ["01_a", "02_b"]


def test_a_folder_without_notebooks_is_refused(tmp_path):
    with pytest.raises(RunError, match="found no notebook"):
        find_notebooks(tmp_path)


def test_the_shipped_sets_fit_the_shipped_notebooks():
    from pathlib import Path

    root = Path(__file__).parents[2]
    default, sets = read_report_sets(root / "reports.yml")
    found = find_notebooks(root / "notebooks")
    for report_set in sets.values():
        jobs = plan_jobs(report_set, found, CORPUS)
        assert jobs
    assert default in sets
