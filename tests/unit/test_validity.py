"""Validity: coders against the reference, by hand and on the shipped codings."""

import json

import numpy as np
import pandas as pd
import pytest
import yaml

from govopen_analytics.base import schemas
from govopen_analytics.base.errors import CodebookError
from govopen_analytics.charts.display import Display
from govopen_analytics.charts.draw import draw
from govopen_analytics.coding.codebook import load_codebook
from govopen_analytics.measures.calibration import (
    SCORE_BANDS,
    calibration,
    calibration_error,
    expected_reliability,
    score_bands,
)
from govopen_analytics.measures.coded_tasks import CodedTasks, Draws, share_distances
from govopen_analytics.measures.cross_validation import (
    ablation,
    cross_validated,
    cross_validation_scores,
    threshold_sensitivity,
)
from govopen_analytics.measures.reference_coding import (
    all_codings,
    coder_notes,
    reference_tasks,
)
from govopen_analytics.questions import trust, trust_tables
from govopen_analytics.questions.trust_tables import SUMMARY_FILE

THEMES = ["explain", "answer", "channels"]
WORDS = {"explain": "解读", "answer": "答复", "channels": "网站"}
# One task in four is of two themes; the last speaks for none.
TEXTS = [
    ("explain", "", "组织解读{}"),
    ("answer", "explain", "按时答复{}，组织解读"),
    ("channels", "", "维护网站{}"),
    ("answer", "", "办理{}"),
]
NASTY = "<b>|*"


def write_codebook(folder, *, coders="ab", notes=True, label=NASTY):
    """Write a codebook of three themes with reference codings of three plans."""
    themes = [
        {
            "id": theme,
            "label_zh": label if theme == "explain" else theme,
            "label_en": theme.title(),
            "keywords": [WORDS[theme]],
            "examples": [f"做好{WORDS[theme]}工作", f"加强{WORDS[theme]}"],
        }
        for theme in THEMES
    ]
    data = {
        "version": "1",
        "themes": themes,
        "reference": {"tasks": "tasks.jsonl", "themes": "themes.csv"},
    }
    tasks, rows = [], ["document_id,ordinal,coder,primary,secondary,confidence"]
    for plan in ("one", "two", "three"):
        for number, (primary, secondary, text) in enumerate(TEXTS, start=1):
            task = {
                "document_id": plan,
                "ordinal": number,
                "content": text.format(plan),
            }
            tasks.append(json.dumps(task, ensure_ascii=False))
            rows.append(f"{plan},{number},reference,{primary},{secondary},high")
            rows += [f"{plan},{number},{c},{primary},,high" for c in coders]
    (folder / "codebook.yml").write_text(yaml.safe_dump(data), encoding="utf-8")
    (folder / "tasks.jsonl").write_text("\n".join(tasks), encoding="utf-8")
    (folder / "themes.csv").write_text("\n".join(rows), encoding="utf-8")
    if notes:
        text = "coder,kind,is_expert_checked,note_zh,note_en\na,human,true,甲,A\n"
        (folder / "reference_coders.csv").write_text(text, encoding="utf-8")
    return load_codebook(folder / "codebook.yml")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Return a small codebook and everything measured on it."""
    book = write_codebook(tmp_path_factory.mktemp("book"))
    return book, trust.validate_coding(book, n_bootstrap=200)


@pytest.fixture(scope="module")
def shipped():
    """Return the shipped codebook and everything measured on it."""
    book = load_codebook()
    # As many draws as the notebook's test asks for: measured once, and kept.
    return book, trust.validate_coding(book, n_bootstrap=100)


def codings(**coders):
    """Build assignments from one text a coder: themes of t0, t1, … by commas."""
    rows = [
        (f"t{i}", theme, coder, rank, None, "1")
        for coder, text in coders.items()
        for i, themes in enumerate(text.split(","))
        for rank, theme in enumerate(filter(None, themes.strip().split("+")), start=1)
    ]
    table = pd.DataFrame(rows, columns=schemas.TABLES["theme_assignments"].fields)
    return schemas.to_schema(table, "theme_assignments")


def tasks(*document_ids):
    return pd.DataFrame(
        {
            "task_id": [f"t{i}" for i in range(len(document_ids))],
            "document_id": list(document_ids),
        }
    )


# By hand --------------------------------------------------------------------------


def share_errors(rows, data, interval=0.95):
    return CodedTasks(rows, data, THEMES, Draws(interval=interval)).share_errors()


def test_share_errors_by_hand():
    data = codings(
        reference="explain, explain+answer, channels, answer",
        machine="explain, explain, answer, ",
    )
    errors = share_errors(tasks("a", "a", "b", "b"), data)
    found = errors.pivot(index="document_id", columns="theme_id", values="error")
    assert found.loc["a", THEMES].tolist() == [0.25, -0.25, 0]
    assert found.loc["b", THEMES].tolist() == [0, 0, -0.5]
    # Of plan b half a task is under the wrong theme and half under none.
    distances = share_distances(errors).set_index("document_id")
    assert distances["misplaced_share"].tolist() == [0.25, 0.5]
    assert distances["largest_error"].tolist() == [0.25, 0.5]
    assert distances["largest_error_theme_id"].tolist() == ["explain", "channels"]
    assert (errors["error_lower"] <= errors["error"]).all()
    assert (errors["error"] <= errors["error_upper"]).all()
    # Plan a: errors of 0 and 1/2 for "explain"; two tasks drawn give 0, 1/4 or 1/2 in
    # a quarter, a half and a quarter of the draws.
    for level, bounds in ((0.4, [0.25, 0.25]), (0.6, [0, 0.5]), (0.95, [0, 0.5])):
        rows = share_errors(tasks("a", "a", "b", "b"), data, level)
        row = rows.query("document_id == 'a' and theme_id == 'explain'").iloc[0]
        assert row[["error_lower", "error_upper"]].tolist() == bounds


def test_a_plan_beside_it_does_not_change_a_plans_interval():
    data = codings(reference="explain, answer, answer", machine="answer, answer, ")
    columns = ["error_lower", "error_upper"]
    both = share_errors(tasks("a", "a", "b"), data)
    part = data.loc[data["task_id"] != "t2"]
    alone = share_errors(tasks("a", "a"), part)
    np.testing.assert_array_equal(both[columns].head(3), alone[columns])


def test_abstentions_by_hand():
    data = codings(
        reference="explain, answer, channels, answer", machine="explain, , answer, "
    )
    row = CodedTasks(tasks(*"aabb"), data, THEMES).abstentions().iloc[0]
    assert (row["n_tasks"], row["n_coded"], row["n_abstained"]) == (4, 2, 2)
    assert row["coded_share"] == 0.5 and row["accuracy_when_coded"] == 0.5


@pytest.mark.parametrize(
    ("score", "band"),
    [(0.0, 0), (0.09, 0), (0.1, 1), (0.7, 7), (0.8999, 8), (0.9, 9), (1.0, 9)],
)
def test_every_score_lies_in_one_band(score, band):
    assert score_bands(pd.Series([score])).tolist() == [band]


def test_calibration_by_hand():
    data = codings(
        reference="explain, answer, answer", combined="explain, answer, explain"
    )
    data.loc[data["coder"] == "combined", "score"] = [0.6, 0.6, 0.99]
    rows = calibration(data)
    assert rows["n_tasks"].tolist() == [0, 0, 0, 0, 0, 0, 2, 0, 0, 1]
    assert rows["accuracy"].dropna().tolist() == [1.0, 0.0]
    assert len(rows) == len(SCORE_BANDS) - 1
    # No task, no knowledge: from nothing to everything.
    assert rows.loc[0, ["accuracy_lower", "accuracy_upper"]].tolist() == [0, 1]
    own = expected_reliability(
        tasks(*"aaaa"), data.loc[data["coder"] == "combined"], rows
    )
    assert own["n_corpus_tasks"].tolist() == [0, 0, 0, 0, 0, 0, 2, 0, 0, 1]
    assert own["corpus_share"].sum() == 0.75


@pytest.mark.parametrize(
    ("scores", "machine", "expected"),
    [
        # Two of three right at a score of 2/3, one bin.
        ([0.65, 0.65, 0.65], "explain, answer, answer", abs(2 / 3 - 0.65)),
        # Certain and right, certain and wrong: no error, and all of it.
        ([1.0, 1.0, 1.0], "explain, answer, channels", 0.0),
        ([1.0, 1.0, 1.0], "answer, explain, answer", 1.0),
        # What is not coded has score 0 and is right about that.
        ([1.0, 1.0], "explain, answer, ", 0.0),
    ],
)
def test_calibration_error_by_hand(scores, machine, expected):
    data = codings(reference="explain, answer, channels", combined=machine)
    data.loc[data["coder"] == "combined", "score"] = scores
    value, noise, most = calibration_error(data, pd.Series(["t0", "t1", "t2"]))
    assert value == pytest.approx(expected)
    assert noise <= most


def test_noise_shrinks_with_the_number_of_tasks():
    found = []
    for n in (20, 2000):
        data = codings(combined=",".join(["explain"] * n)).assign(score=0.5)
        ids = pd.Series([f"t{i}" for i in range(n)])
        found.append(calibration_error(data, ids, n_draws=200)[1])
    # The mean distance of a coin's share of heads from a half.
    assert found[0] == pytest.approx(0.0881, abs=0.02)
    assert found[1] == pytest.approx(0.0089, abs=0.002)


# The whole ------------------------------------------------------------------------


def test_every_coder_is_judged_on_every_task(small):
    _, tables = small
    scores = tables["scores"]
    coders = ["a", "b", "keywords", "tfidf", "keywords_and_tfidf", "linear", "combined"]
    assert list(dict.fromkeys(scores["coder"])) == coders
    assert set(scores["n_tasks"]) == {12} and set(scores["n_plans"]) == {3}
    first = scores.loc[scores["measure"] == "primary_accuracy"].set_index("coder")
    # Of four tasks keywords find nothing in one and a draw in another, which the
    # first theme of the codebook wins.
    assert first.loc[["a", "keywords"], "value"].tolist() == [1.0, 0.5]
    shown = tables["abstentions"].set_index("coder")
    assert shown.loc["keywords", "n_abstained"] == 3
    assert tables["confusions"].groupby("coder")["n_tasks"].sum().eq(12).all()


def test_agreement_leaves_the_adjudicated_reference_out(small):
    _, tables = small
    table = tables["agreement"]
    coders = set(table["first_coder"]) | set(table["second_coder"])
    assert "reference" not in coders and {"a", "b", "all", "combined"} <= coders
    pair = table.loc[(table["first_coder"] == "a") & (table["second_coder"] == "b")]
    assert pair.set_index("measure")["value"].tolist() == [1.0, 1.0, 1.0]


def test_thresholds_are_tried_around_the_default(small):
    _, tables = small
    rows = tables["threshold_sensitivity"]
    assert rows.groupby("threshold")["is_default"].sum().tolist() == [1, 1]
    n = rows.loc[rows["threshold"] == "secondary_least", "n_secondary"]
    coded = rows.loc[rows["threshold"] == "least_score", "coded_share"]
    assert n.is_monotonic_decreasing and coded.is_monotonic_decreasing


def test_the_ablation_names_every_part(small):
    _, tables = small
    rows = tables["ablation"]
    variants = list(dict.fromkeys(rows["variant"]))
    assert variants[:4] == ["keywords", "tfidf", "keywords_and_tfidf", "linear"]
    assert variants[-1] == "combined" and len(variants) == 9
    assert set(rows["measure"]) == {"primary_accuracy", "micro_f1", "macro_f1"}


def test_equal_bytes_whatever_the_order_of_rows(small, tmp_path):
    book, tables = small
    for name, source in (("one", tables), ("two", _measured_backwards(book))):
        trust_tables.write_validity(source, tmp_path / name, book, Display())
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len(files) == len(tables) + 1
    for name in files:
        one, two = (tmp_path / part / name for part in ("one", "two"))
        assert one.read_bytes() == two.read_bytes(), name


def _measured_backwards(book):
    """Measure again, every table given in the opposite order of rows."""
    own = reference_tasks(book).iloc[::-1]
    data = all_codings(own, book).iloc[::-1]
    draws = Draws(n=200)
    coded = CodedTasks(own, data, book.theme_ids, draws)
    errors = coded.share_errors()
    written, unseen = cross_validated(book)
    return {
        "coders": coder_notes(book),
        "scores": coded.scores(),
        "theme_scores": coded.theme_scores(),
        "confusions": coded.confusions(),
        "agreement": coded.agreement(),
        "share_errors": errors,
        "share_distances": share_distances(errors),
        "abstentions": coded.abstentions(),
        "calibration": calibration(unseen),
        "cross_validation": cross_validation_scores(
            written.iloc[::-1], unseen.iloc[::-1], book, draws
        ),
        "threshold_sensitivity": threshold_sensitivity(own, book),
        "ablation": ablation(coded, book),
    }


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", ["效度", "一部分", "甲"]), ("en", ["Validity", "only some", "| A |"])],
)
def test_the_summary_speaks_both_languages_and_escapes(small, tmp_path, lang, words):
    book, tables = small
    path = trust_tables.write_validity(tables, tmp_path, book, Display(lang))
    assert path.name == SUMMARY_FILE
    text = path.read_text(encoding="utf-8")
    assert all(word in text for word in words)
    assert "<b>" not in text and (lang == "en" or r"\<b\>\|\*" in text)


def test_corrected_shares_have_their_place_in_the_summary(small):
    book, tables = small
    rows = pd.DataFrame(
        {
            "theme_id": THEMES,
            "n_tasks": 12,
            "n_sampled": 6,
            "share": [0.5, 0.25, 0.25],
            "share_corrected": [0.4, 0.3, 0.3],
            "share_corrected_lower": [0.3, 0.2, 0.2],
            "share_corrected_upper": [0.5, 0.4, 0.4],
        }
    )
    tables = {**tables, "corrected_shares": rows}
    text = trust_tables.validity_summary(tables, book, Display())
    assert "| 12 | 6 | 50.0% | 40.0%（30.0%–50.0%） |" in text


# Who coded ------------------------------------------------------------------------


def test_coders_nobody_describes_are_unknown(tmp_path):
    notes = coder_notes(write_codebook(tmp_path))
    assert notes["coder"].tolist() == ["a", "b", "reference"]
    assert notes["kind"].tolist() == ["human", "unknown", "unknown"]
    assert notes["is_expert_checked"].tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("coder,kind\na,human\n", "expected also 'is_expert_checked'"),
        (
            "coder,kind,is_expert_checked,note_zh,note_en\na,robot,true,,\n",
            "line 2, kind: found 'robot'",
        ),
    ],
)
def test_a_mangled_description_of_coders_is_refused(tmp_path, text, expected):
    book = write_codebook(tmp_path)
    (tmp_path / "reference_coders.csv").write_text(text, encoding="utf-8")
    with pytest.raises(CodebookError, match=expected):
        coder_notes(book)


def test_a_codebook_without_reference_cannot_be_judged(tmp_path):
    path = tmp_path / "bare.yml"
    theme = {"id": "a", "label_zh": "甲", "label_en": "A", "keywords": ["甲"]}
    path.write_text(yaml.safe_dump({"version": "1", "themes": [theme]}))
    with pytest.raises(CodebookError, match="found no reference codings"):
        trust.validate_coding(load_codebook(path))


def test_another_codebook_than_the_corpus_is_told(small):
    book, _ = small
    data = codings(machine="explain")
    assert trust.codebook_findings(data, book, Display()) == []
    other = trust.codebook_findings(data.assign(codebook_version="7"), book, Display())
    assert "7" in other[0].text


# The shipped codings --------------------------------------------------------------


def test_shipped_coding_meets_its_marks_on_plans_left_out(shipped):
    _, tables = shipped
    scores = tables["scores"]
    main = scores.loc[scores["coder"] == "combined"].set_index("measure")["value"]
    assert main["primary_accuracy"] >= 0.90
    assert main["macro_f1"] >= 0.85
    assert (tables["scores"]["n_tasks"] == 136).all()


def test_shipped_coding_meets_its_marks_on_fields_left_out(shipped):
    _, tables = shipped
    rows = tables["cross_validation"].set_index(["part", "measure"])
    value = rows["value"]
    assert value["fields_left_out", "primary_accuracy"] >= 0.92
    assert value["fields_left_out", "macro_f1"] >= 0.92
    assert value["all", "coverage"] >= 0.97
    assert value["all", "silence"] >= 0.9
    assert value["all", "calibration_error"] <= 0.05
    assert rows["n_tasks"]["all", "calibration_error"] >= 1000


def test_shipped_coders_are_language_models_and_unchecked(shipped):
    book, tables = shipped
    notes = tables["coders"].set_index("coder")
    assert notes["kind"].to_dict() == {
        "coder_a": "language_model",
        "coder_b": "language_model",
        "reference": "adjudicated",
    }
    assert not notes["is_expert_checked"].any()
    for lang, word in (("zh", "没有人类专家"), ("en", "No human expert")):
        found = trust.validity_findings(tables, book.themes, Display(lang))
        assert any(word in own.text for own in found)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("make", "name"),
    [
        (trust.theme_f1_plot, "validity_theme_scores"),
        (trust.confusion_heat_map, "validity_confusion"),
        (trust.share_error_plot, "validity_share_errors"),
    ],
)
def test_charts_carry_name_words_and_source(small, make, name, lang):
    book, tables = small
    chart = make(tables, book.themes, Display(lang))
    assert chart.name == name and chart.alt and "n = 12" in chart.source
    assert "<b>" not in draw(chart).to_json()


def test_confusion_map_counts_what_agrees(small):
    book, tables = small
    chart = trust.confusion_heat_map(tables, book.themes, Display("en"), "keywords")
    assert chart.alt.endswith("6 tasks agree, 6 do not.")
