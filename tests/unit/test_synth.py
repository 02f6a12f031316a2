import hashlib
import zipfile

import docx
import numpy as np
import openpyxl
import pandas as pd
import pytest
from cn2an import an2cn

from govopen_analytics.base.errors import SourceError
from govopen_analytics.base.tables import Tables
from govopen_analytics.measures import (
    agenda_distances,
    completion,
    confounding,
    deadlines_by_month,
    panel_trend,
    parse_quantities,
    shared_passages,
    theme_shares,
    unit_load,
)
from govopen_analytics.synth import LAYOUTS, synthesize_corpus
from govopen_analytics.synth.corpus import DEFAULT_TRENDS
from govopen_analytics.synth.plans import MEAN_AGENDA, draw_agendas, name_agencies

THEMES = pd.DataFrame({"codebook_version": "1", "theme_id": list(MEAN_AGENDA)})


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return synthesize_corpus(
        tmp_path_factory.mktemp("synthetic") / "corpus", n_agencies=10, seed=1
    )


def tables(corpus):
    """Return the tables of the comparisons, themes as they were planted."""
    tasks = corpus.tasks.copy()
    tasks["task_id"] = tasks["document_id"] + ":" + tasks["ordinal"].astype(str)
    tasks["text"] = tasks["title"] + "。" + tasks["content"].fillna("")
    for name in ("lead_units", "support_units"):
        tasks[name] = tasks[name].map(lambda cell: cell.split("、") if cell else [])
    columns = ["theme_id", "secondary_theme_id"]
    assignments = [
        tasks[["task_id", name]]
        .set_axis(["task_id", "theme_id"], axis=1)
        .assign(rank=k)
        for k, name in enumerate(columns, start=1)
    ]
    assignments = pd.concat(assignments).dropna().assign(coder="truth")
    made = {"documents": corpus.documents, "themes": THEMES}
    made["tasks"] = tasks.drop(columns=columns)
    return Tables.of({**made, "theme_assignments": assignments})


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    arguments = {"n_agencies": 3, "years": [2023, 2024, 2025, 2026], "seed": 7}

    def hashes(name):
        corpus = synthesize_corpus(tmp_path / name, **arguments)
        files = sorted(path for path in corpus.raw_dir.parent.rglob("*.*"))
        return {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files
        }

    first, second = hashes("a"), hashes("b")
    assert len(first) == 12 + 1 + 4
    assert first == second


def test_everything_is_marked_as_synthetic(planted):
    manifest = pd.read_csv(planted.raw_dir / "manifest.csv")
    assert manifest["agency"].str.startswith("【合成】").all()
    assert manifest["note"].str.contains("合成数据").all()
    for name in ("documents", "tasks"):
        table = pd.read_csv(planted.truth_dir / f"{name}.csv")
        assert table["is_synthetic"].all()


def test_the_manifest_names_every_file_and_its_checksum(planted):
    manifest = pd.read_csv(planted.raw_dir / "manifest.csv")
    assert len(manifest) == 40
    for file, sha256 in zip(manifest["file"], manifest["sha256"], strict=True):
        content = (planted.raw_dir / file).read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256
    assert set(planted.documents["layout"]) == set(LAYOUTS)
    is_archive = manifest["file"].str.endswith((".docx", ".xlsx"))
    archives = [planted.raw_dir / file for file in manifest.loc[is_archive, "file"]]
    assert len(archives) == 8
    assert all(zipfile.is_zipfile(path) for path in archives)


def test_planted_trends_are_recovered_within_their_intervals(tmp_path):
    held, is_beyond_chance = [], []
    for seed in range(5):
        corpus = synthesize_corpus(
            tmp_path / str(seed), n_agencies=10, seed=seed, layouts=["prose_flat"]
        )
        trend = panel_trend(tables(corpus)).set_index("theme_id")
        planted = corpus.trends.set_index("theme_id")["change_per_year"]
        above = trend["change_per_year_lower"] <= planted
        held.append(above & (planted <= trend["change_per_year_upper"]))
        is_beyond_chance.append(trend["is_beyond_chance"])
        moving = trend.loc[list(DEFAULT_TRENDS), "change_per_year"]
        assert np.sign(moving).tolist() == [1, -1]
    assert np.mean(held) > 0.85
    found = pd.concat(is_beyond_chance, axis=1).mean(axis=1)
    assert found["grassroots_standardization"] >= 0.8
    assert found.drop(list(DEFAULT_TRENDS)).mean() < 0.1


def test_planted_shares_are_recovered_within_their_intervals(planted):
    shares = theme_shares(tables(planted))
    both = shares.merge(planted.agenda, on=["document_id", "theme_id"])
    held = (both["share_lower"] <= both["share_y"]) & (
        both["share_y"] <= both["share_upper"]
    )
    assert len(both) == 360
    assert held.mean() > 0.92


def test_agencies_and_years_are_not_confounded(planted):
    found = confounding(planted.documents)
    assert (found["n_agencies"], found["n_years"]) == (10, 4)
    assert not found["is_confounded"]


def test_agencies_that_differ_are_told_apart_and_alike_ones_are_not(tmp_path):
    share = {}
    for name, concentration in (("apart", 5.0), ("alike", 5000.0)):
        corpus = synthesize_corpus(
            tmp_path / name,
            n_agencies=8,
            years=[2021, 2022, 2023, 2024],
            concentration=concentration,
            layouts=["prose_flat"],
            trends={},
        )
        distances = agenda_distances(tables(corpus), n_permutations=300)
        share[name] = distances["is_beyond_chance"].mean()
    assert share["alike"] < 0.15 < 0.5 < share["apart"]


def test_planted_passages_are_found(planted):
    found = tables(planted)
    copies = found["tasks"].query("source_document_id != ''")
    passages = shared_passages(found)
    passages = passages.merge(copies, on="task_id", suffixes=("", "_planted"))
    assert len(copies) == 6
    hits = [
        planted_text in text
        for text, planted_text in zip(
            passages["passage"], passages["passage_planted"], strict=True
        )
    ]
    assert passages.loc[hits, "task_id"].nunique() == 6
    of_hits = passages[hits]
    assert (
        of_hits["source_document_id"] == of_hits["source_document_id_planted"]
    ).all()


def test_planted_deadlines_units_and_progress_are_counted(planted):
    found = tables(planted)
    tasks = found.tasks
    months = deadlines_by_month(found).groupby("due")["n_due"].sum()
    kinds = planted.tasks["deadline_kind"].value_counts()
    assert months["ongoing"] == kinds["ongoing"]
    assert months["whole_year"] == kinds["whole_year"]
    assert months["none"] == planted.tasks["deadline_kind"].isna().sum()
    load = unit_load(found)
    assert load["n_lead"].sum() == tasks["lead_units"].map(len).sum()
    reported = planted.tasks["completion"].notna()
    judged = completion(tasks)
    assert judged["has_progress"].sum() == reported.sum() > 0
    same = (
        judged.loc[reported, "completion"] == planted.tasks.loc[reported, "completion"]
    )
    assert same.all()


def test_planted_quantities_are_parsed(planted):
    tasks = tables(planted)["tasks"]
    parsed = [bool(parse_quantities(text)) for text in tasks["text"]]
    assert (np.array(parsed) == tasks["has_quantity"]).mean() > 0.99


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_prints_every_task(tmp_path, layout):
    corpus = synthesize_corpus(
        tmp_path / "c", n_agencies=1, years=[2024], layouts=[layout]
    )
    assert len(corpus.tasks) == corpus.documents["n_tasks"].item() >= 10
    assert corpus.tasks["ordinal"].tolist() == list(range(1, len(corpus.tasks) + 1))
    assert corpus.tasks["deadline_raw"].notna().all() == (
        not layout.startswith("prose")
    )
    printed = read_all(corpus.raw_dir / corpus.documents["file"].item())
    assert all(title in printed for title in corpus.tasks["title"])


def read_all(path):
    if path.suffix == ".docx":
        table = docx.Document(str(path)).tables[0]
        return "\n".join(cell.text for row in table.rows for cell in row.cells)
    if path.suffix == ".xlsx":
        rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
        return "\n".join(str(cell) for row in rows for cell in row)
    return path.read_text("utf-8")


def test_missing_plans_leave_each_agency_one(tmp_path):
    corpus = synthesize_corpus(
        tmp_path / "c", n_agencies=12, missing_share=0.9, layouts=["prose_flat"]
    )
    assert corpus.documents["agency"].nunique() == 12
    assert len(corpus.documents) < 30


def test_agendas_sum_to_one_and_follow_the_trend():
    rng = np.random.default_rng(0)
    trends = {"platforms": 0.02, "policy_documents": -0.02}
    agendas = draw_agendas(50, [2020, 2021, 2022], trends, 60.0, rng)
    np.testing.assert_allclose(agendas.sum(axis=2), 1)
    assert agendas.min() >= 0.01 - 1e-12
    platforms = list(MEAN_AGENDA).index("platforms")
    np.testing.assert_allclose(np.diff(agendas[:, :, platforms], axis=1), 0.02)


def test_names_of_many_agencies_are_unique():
    agencies = name_agencies(3000)
    assert len({agency.name for agency in agencies}) == 3000
    assert {agency.level for agency in agencies} == {"province", "city", "county"}


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九")],
)
def test_numerals(number, expected):
    assert an2cn(number) == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_agencies": 0}, "n_agencies: found 0, expected at least 1"),
        ({"years": []}, "years: found none"),
        ({"tasks_per_plan": (5, 2)}, "tasks_per_plan"),
        ({"layouts": ["pdf_scan"]}, "layouts: found 'pdf_scan'"),
        ({"layouts": []}, "layouts: found none"),
        ({"trends": {"platform": 0.1}}, "did you mean platforms"),
        ({"trends": {"platforms": 0.1}}, "found a sum of \\+0.100"),
        ({"trends": {"platforms": 0.4, "policy_documents": -0.4}}, "smaller trends"),
        ({"missing_share": 2}, "missing_share: found 2"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_arguments_that_cannot_be_are_refused(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        synthesize_corpus(tmp_path / "c", **arguments)
    assert not (tmp_path / "c").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "kept.txt").write_text("kept")
    with pytest.raises(SourceError, match="found something there already"):
        synthesize_corpus(tmp_path, n_agencies=1, years=[2024])
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_synth_on_the_command_line_writes_plans_and_their_truth(tmp_path):
    from typer.testing import CliRunner

    from govopen_analytics.cli import app

    words = ["synth", str(tmp_path), "--agencies", "2", "--last-year", "2022"]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert len(list((tmp_path / "raw").iterdir())) == 2 * 2 + 1
    assert (tmp_path / "truth" / "tasks.csv").is_file()


def test_synth_refuses_years_in_the_wrong_order(tmp_path):
    from typer.testing import CliRunner

    from govopen_analytics.cli import app

    words = ["synth", str(tmp_path), "--first-year", "2024", "--last-year", "2022"]
    assert CliRunner().invoke(app, words).exit_code == 2
