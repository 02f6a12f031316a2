"""Human review: picked tasks, a workbook there and back, shares corrected."""

import hashlib
import itertools
from datetime import date, datetime

import openpyxl
import pandas as pd
import pytest

from govopen_analytics import review
from govopen_analytics.base import schemas
from govopen_analytics.base.errors import (
    ReadError,
    SchemaError,
    SelectionError,
    SourceError,
)
from govopen_analytics.base.tables import Tables
from govopen_analytics.coding.codebook import parse_codebook
from govopen_analytics.review.samples import joint_sample
from govopen_analytics.review.workbook import (
    COLUMNS,
    MAX_CELL_CHARS,
    column_label,
    write_workbook,
)
from govopen_analytics.words import section

THEMES = ["explain", "answer", "channels"]
LABELS = {"explain": "政策解读", "answer": "=答复", "channels": "平台建设"}


def codebook(version="1", crosswalk=()):
    themes = [
        {
            "id": theme,
            "label_zh": LABELS[theme],
            "label_en": theme.title(),
            "definition_zh": f"{theme}的定义",
            "keywords": [f"{theme}词"],
        }
        for theme in THEMES
    ]
    return parse_codebook(
        {"version": version, "themes": themes, "crosswalk": list(crosswalk)}
    )


CODEBOOK = codebook()


def make_tasks(*texts, document_id="d"):
    n = len(texts)
    table = pd.DataFrame(
        {
            "task_id": [f"{document_id}-{i:03d}" for i in range(n)],
            "document_id": document_id,
            "ordinal": range(1, n + 1),
            "title": None,
            "content": list(texts),
            "text": list(texts),
            "start_char": range(n),
            "end_char": range(1, n + 1),
        }
    )
    return schemas.to_schema(table, "tasks")


DOCUMENTS = pd.DataFrame({"document_id": ["d"], "agency": ["甲局"], "year": [2022]})


def coded(rows, coder="combined"):
    """Build assignments from (task number, theme, score), all of rank 1."""
    table = pd.DataFrame(
        [(f"d-{i:03d}", theme, coder, 1, score, "1") for i, theme, score in rows],
        columns=schemas.TABLES["theme_assignments"].fields,
    )
    return schemas.to_schema(table, "theme_assignments")


def pick(n=3):
    return pd.DataFrame(
        {"task_id": [f"d-{i:03d}" for i in range(n)], "reasons": [["random"]] * n}
    )


def export(picked, tasks, documents, machine, book, path, *, lang="zh", **options):
    rows = review.review_rows(
        picked, tasks, documents, machine, book, lang=lang, **options
    )
    write_workbook(rows, path, book, lang=lang)


def fill(path, rows, lang="zh"):
    """Write decisions into a workbook: {row: {column: value}}."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    places = {cell.value: cell.column for cell in sheet[1]}
    for row, cells in rows.items():
        for column, value in cells.items():
            sheet.cell(row, places[column_label(column, lang)], value)
    book.save(path)


@pytest.fixture
def exported(tmp_path):
    """Return three tasks and the workbook they were written to."""
    tasks = make_tasks("解读政策", "答复申请", "=cmd()|' /C calc'!A0")
    machine = coded([(0, "explain", 0.9), (1, "answer", 0.4)])
    path = tmp_path / "review.xlsx"
    export(pick(), tasks, DOCUMENTS, machine, CODEBOOK, path)
    return tasks, path


# Picking --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("machine", "others", "expected"),
    [
        # Two tasks a theme, all sure, the others agree: nothing to see.
        (
            [(i, THEMES[i // 2], 0.99) for i in range(6)],
            [(i, THEMES[i // 2], 1.0) for i in range(6)],
            {},
        ),
        (
            [(i, "explain", 0.99) for i in range(5)],
            [],
            {"d-005": ["unclassified"]},
        ),
        (
            [*((i, "explain", 0.99) for i in range(5)), (5, "explain", 0.6)],
            [],
            {"d-005": ["uncertain"]},
        ),
        (
            [(i, "explain", 0.99) for i in range(6)],
            [(2, "answer", 1.0)],
            {"d-002": ["disagreeing"]},
        ),
        # The only task of its theme; sure ones do not matter.
        (
            [*((i, "explain", 0.99) for i in range(5)), (5, "answer", 0.9)],
            [],
            {"d-005": ["influential"]},
        ),
        # Of three against two, one moved task makes another theme the largest.
        (
            [
                *((i, "explain", 0.99) for i in range(3)),
                (3, "explain", 0.9),
                (4, "answer", 0.99),
                (5, "answer", 0.99),
            ],
            [],
            {},
        ),
        (
            [
                (0, "explain", 0.9),
                *((i, "explain", 0.99) for i in (1, 2)),
                *((i, "answer", 0.99) for i in (3, 4)),
                (5, "channels", 0.99),
            ],
            [],
            {"d-000": ["influential"]},
        ),
    ],
)
def test_tasks_are_picked_for_a_reason(machine, others, expected):
    tasks = make_tasks(*"甲乙丙丁戊己")
    other = coded(others, coder="keywords")
    picked = review.select_for_review(tasks, coded(machine), other)
    found = dict(zip(picked["task_id"], picked["reasons"], strict=True))
    assert found == expected


def test_most_reasons_come_first_and_the_order_of_rows_changes_nothing():
    tasks = make_tasks(*"甲乙丙丁戊己")
    machine = coded(
        [
            *((i, "explain", 0.99) for i in range(3)),
            (3, "answer", 0.5),
            (4, "explain", 0.65),
        ]
    )
    other = coded([(3, "explain", 1.0)], coder="keywords")
    picked = review.select_for_review(tasks, machine, other)
    assert picked["task_id"].tolist() == ["d-003", "d-005", "d-004"]
    shuffled = review.select_for_review(
        tasks.iloc[::-1], machine.iloc[::-1], other.iloc[::-1]
    )
    pd.testing.assert_frame_equal(picked, shuffled)


def test_a_random_sample_is_drawn_with_known_chances():
    tasks = make_tasks(*map(str, range(50)))
    sample = schemas.validate(
        review.draw_random_sample(tasks, 10, seed=3), "review_samples"
    )
    assert sample["task_id"].is_unique and len(sample) == 10
    assert set(sample["sampling_share"]) == {0.2}
    again = review.draw_random_sample(tasks.sample(frac=1, random_state=1), 10, seed=3)
    pd.testing.assert_frame_equal(sample, again)
    other = review.draw_random_sample(tasks, 10, seed=4)
    assert set(other["task_id"]) != set(sample["task_id"])


def test_every_task_has_the_same_chance():
    tasks = make_tasks(*map(str, range(10)))
    drawn = [
        review.draw_random_sample(tasks, 3, seed=seed)["task_id"] for seed in range(300)
    ]
    counts = pd.concat(drawn).value_counts()
    # 90 expected, standard deviation 7.9.
    assert len(counts) == 10 and counts.between(58, 122).all()


@pytest.mark.parametrize("n", [0, 4])
def test_a_sample_larger_than_the_corpus_is_refused(n):
    with pytest.raises(SelectionError, match="from 1 to 3"):
        review.draw_random_sample(make_tasks("a", "b", "c"), n)


# The workbook ---------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_workbook_is_ready_to_code_in(tmp_path, lang):
    tasks = make_tasks("解读explain词", "答复", "公开")
    path = tmp_path / "r.xlsx"
    machine = coded([(0, "explain", 0.9)])
    export(pick(), tasks, DOCUMENTS, machine, CODEBOOK, path, lang=lang)
    book = openpyxl.load_workbook(path)
    names = {"zh": ["复核", "说明", "主题"], "en": ["Review", "Guide", "Themes"]}
    assert book.sheetnames == names[lang]
    sheet = book.worksheets[0]
    head = [cell.value for cell in sheet[1]]
    assert head == [column_label(column, lang) for column in COLUMNS]
    assert sheet.freeze_panes == "B2" and sheet["F2"].alignment.wrap_text
    assert sheet.column_dimensions["R"].hidden
    lists = sheet.data_validations.dataValidation
    assert [str(item.sqref) for item in lists] == ["K2:K4", "L2:L4", "M2:M4", "N2:N4"]
    # Three themes, and for the primary one "no theme fits".
    assert lists[0].formula1 == f"='{names[lang][2]}'!$A$2:$A$5"
    assert lists[1].formula1 == f"='{names[lang][2]}'!$A$2:$A$4"
    offered = [cell.value for cell in book.worksheets[2]["A"][1:]]
    assert offered[-1] == section("review_workbook", lang)["no_theme"]
    assert "explain词" in sheet["G2"].value


def test_no_cell_starts_a_formula_and_odd_texts_survive(tmp_path):
    texts = ["=1+1", "😀\ue000字\x0b符", "长" * 50_000]
    tasks = make_tasks(*texts)
    path = tmp_path / "r.xlsx"
    export(pick(), tasks, DOCUMENTS, coded([]), CODEBOOK, path)
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    shown = [book.worksheets[0][f"F{row}"].value for row in (2, 3, 4)]
    assert shown[0] == "'=1+1" and shown[1] == "😀\ue000字�符"
    assert len(shown[2]) < MAX_CELL_CHARS + 40 and "50000" in shown[2]


def test_equal_input_gives_equal_bytes_whatever_the_order_of_rows(tmp_path):
    tasks = make_tasks("解读", "答复", "公开")
    machine = coded([(0, "explain", 0.9), (1, "answer", 0.4)])
    digests = set()
    for n, step in itertools.product(range(2), (1, -1)):
        path = tmp_path / f"{n}{step}.xlsx"
        export(
            pick(), tasks.iloc[::step], DOCUMENTS, machine.iloc[::step], CODEBOOK, path
        )
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_a_blind_workbook_hides_what_the_machine_thinks(tmp_path):
    path = tmp_path / "r.xlsx"
    export(
        pick(1),
        make_tasks("解读explain词"),
        DOCUMENTS,
        coded([(0, "explain", 0.9)]),
        CODEBOOK,
        path,
        is_blind=True,
    )
    row = [cell.value for cell in openpyxl.load_workbook(path).worksheets[0][2]]
    assert row[6:10] == [None] * 4 and row[5] == "解读explain词"


def test_a_picked_task_must_be_there():
    tasks = make_tasks("解读")
    with pytest.raises(SchemaError, match="2 tasks to review are not in it"):
        review.review_rows(pick(3), tasks, DOCUMENTS, coded([]), CODEBOOK)


def test_a_failed_write_leaves_the_old_workbook(tmp_path, monkeypatch):
    path = tmp_path / "r.xlsx"
    path.write_bytes(b"old")

    def refuse(old, new):
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        write_workbook(pd.DataFrame(), path, CODEBOOK)
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


# Back again -----------------------------------------------------------------------


def test_decisions_make_the_round_trip(exported, tmp_path):
    tasks, path = exported
    fill(
        path,
        {
            2: {
                "primary": "'=答复",
                "secondary_1": "政策解读",
                "secondary_2": "channels",
                "coder": "@张三",
                "reviewed_date": datetime(2024, 5, 31),
                "remark": "+见附件；两处",
            },
            3: {"primary": "Explain", "coder": "李四", "reviewed_date": "2024/6/1"},
        },
    )
    found = review.import_reviews(path, tasks, CODEBOOK)
    assert found.problems.empty and found.n_empty == 1
    rows = found.reviews.set_index("task_id")
    assert rows.loc["d-000", "primary_theme_id"] == "answer"
    assert rows.loc["d-000", "secondary_theme_ids"] == ["explain", "channels"]
    assert rows.loc["d-001", "primary_theme_id"] == "explain"
    assert rows["reviewed_date"].dt.date.tolist() == [
        date(2024, 5, 31),
        date(2024, 6, 1),
    ]
    review.write_reviews(found.reviews, tmp_path / "reviews")
    stored = review.read_reviews(tmp_path / "reviews")
    pd.testing.assert_frame_equal(stored, found.reviews)
    assert rows["coder"].tolist() == ["@张三", "李四"]


GOOD = {"primary": "政策解读", "coder": "张三", "reviewed_date": "2024-05-31"}


@pytest.mark.parametrize(
    ("rows", "problems"),
    [
        ({2: GOOD}, []),
        ({2: GOOD | {"task_id": "x-1"}}, [(2, "task_id", "x-1")]),
        ({3: GOOD | {"text_sha256": "0" * 64}}, [(3, "text_sha256", "0" * 59 + "…")]),
        ({2: GOOD | {"primary": "解读政策"}}, [(2, "primary", "解读政策")]),
        ({2: GOOD | {"primary": None, "remark": "?"}}, [(2, "primary", "")]),
        (
            {4: GOOD | {"secondary_2": "政策解读"}},
            [(4, "secondary_2", "政策解读")],
        ),
        (
            {4: GOOD | {"secondary_1": "平台建设", "secondary_3": "channels"}},
            [(4, "secondary_3", "channels")],
        ),
        (
            {2: GOOD | {"primary": "（不属于任何主题）", "secondary_1": "平台建设"}},
            [(2, "secondary_1", "平台建设")],
        ),
        (
            {2: GOOD | {"secondary_1": "（不属于任何主题）"}},
            [(2, "secondary_1", "（不属于任何主题）")],
        ),
        ({2: GOOD | {"coder": None}}, [(2, "coder", "")]),
        ({2: GOOD | {"coder": "combined"}}, [(2, "coder", "combined")]),
        ({2: GOOD | {"reviewed_date": None}}, [(2, "reviewed_date", "")]),
        (
            {2: GOOD | {"reviewed_date": "31.5.2024"}},
            [(2, "reviewed_date", "31.5.2024")],
        ),
        (
            {2: GOOD | {"reviewed_date": "2024-13-01"}},
            [(2, "reviewed_date", "2024-13-01")],
        ),
        ({2: GOOD | {"reviewed_date": "昨天"}}, [(2, "reviewed_date", "昨天")]),
        # The same coder twice for a task; another coder is welcome.
        (
            {2: GOOD, 5: GOOD | {"task_id": "d-000", "text_sha256": "="}},
            [(5, "coder", "张三")],
        ),
        (
            {
                2: GOOD,
                5: GOOD | {"task_id": "d-000", "text_sha256": "=", "coder": "李"},
            },
            [],
        ),
    ],
)
def test_problems_are_told_by_row(exported, rows, problems):
    tasks, path = exported
    digest = review.text_sha256(tasks["text"].iloc[0])
    for cells in rows.values():
        if cells.get("text_sha256") == "=":
            cells["text_sha256"] = digest
    fill(path, rows)
    found = review.import_reviews(path, tasks, CODEBOOK)
    shown = found.problems[["row", "column", "found"]]
    assert list(shown.itertuples(index=False, name=None)) == problems
    assert len(found.reviews) == len(rows) - len({row for row, _, _ in problems})
    assert (found.problems["expected"].str.len() > 0).all()


def test_a_changed_text_makes_a_decision_stale(exported):
    tasks, path = exported
    fill(path, {2: GOOD, 3: GOOD})
    tasks.loc[0, "text"] = "解读新政策"
    found = review.import_reviews(path, tasks, CODEBOOK)
    assert found.problems["column"].tolist() == ["text_sha256"]
    assert found.reviews["task_id"].tolist() == ["d-001"]


def test_coder_and_date_may_be_given_for_all_rows(exported):
    tasks, path = exported
    fill(path, {2: {"primary": "政策解读"}, 3: {"coder": "张三"}})
    found = review.import_reviews(
        path, tasks, CODEBOOK, coder="李四", reviewed_date="2024年5月31日"
    )
    assert found.reviews["coder"].tolist() == ["李四"]
    # A name without a theme decides nothing.
    assert (len(found.problems), found.n_empty) == (0, 2)


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"no workbook", "no XLSX workbook"), (None, "cannot be opened")],
)
def test_a_file_that_is_no_workbook_is_refused(tmp_path, content, expected):
    path = tmp_path / "r.xlsx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ReadError, match=expected):
        review.import_reviews(path, make_tasks("a"), CODEBOOK)


def test_a_workbook_without_a_needed_column_is_refused(exported):
    tasks, path = exported
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["K1"] = "主题"
    book.save(path)
    with pytest.raises(ReadError, match="expected also '主要主题（必填）'"):
        review.import_reviews(path, tasks, CODEBOOK)


# Kept and applied -----------------------------------------------------------------


def decisions(*rows):
    """Build reviews from (task number, coder, day, primary, secondary)."""
    table = pd.DataFrame(
        [
            (f"d-{i:03d}", coder, f"2024-05-{day:02d}", primary, list(secondary))
            for i, coder, day, primary, secondary in rows
        ],
        columns=schemas.TABLES["reviews"].fields[:5],
    )
    table["codebook_version"] = "1"
    table["text_sha256"] = [review.text_sha256("甲乙丙丁"[row[0]]) for row in rows]
    return schemas.to_schema(table, "reviews")


def test_a_later_decision_of_the_same_coder_replaces_the_earlier():
    stored = decisions((0, "张", 2, "explain", []), (1, "张", 2, "explain", []))
    new = decisions((0, "张", 3, "answer", []), (1, "张", 1, "answer", []))
    kept = review.add_reviews(stored, new).set_index("task_id")
    assert kept["primary_theme_id"].tolist() == ["answer", "explain"]
    both = review.add_reviews(stored, decisions((0, "李", 1, "answer", [])))
    assert len(both) == 3


def test_people_win_over_the_machine():
    machine = coded([(0, "explain", 0.9), (1, "answer", 0.9), (2, "channels", 0.9)])
    reviews = decisions(
        (0, "张", 2, "answer", ["channels"]),
        (0, "李", 1, "explain", []),
        (2, "李", 1, None, []),
        (3, "李", 1, "channels", []),
    )
    table = schemas.validate(
        review.apply_reviews(machine, reviews), "theme_assignments"
    )
    rows = table[["task_id", "theme_id", "coder", "rank"]]
    # The later of two people decides; no theme leaves no row; an unclassified
    # task gets a person's theme.
    assert list(rows.itertuples(index=False, name=None)) == [
        ("d-000", "answer", "张", 1),
        ("d-000", "channels", "张", 2),
        ("d-001", "answer", "combined", 1),
        ("d-003", "channels", "李", 1),
    ]
    shuffled = review.apply_reviews(machine.iloc[::-1], reviews.iloc[::-1])
    pd.testing.assert_frame_equal(table, shuffled)


def test_without_reviews_the_machine_is_left_alone():
    machine = coded([(0, "explain", 0.9)])
    pd.testing.assert_frame_equal(
        review.apply_reviews(machine, schemas.empty("reviews")), machine
    )


def test_stale_and_unknown_reviews_do_not_count():
    tasks = make_tasks("甲", "换", "丙")
    reviews = decisions(*((i, "张", 1, "explain", []) for i in range(4)))
    current = review.current_reviews(reviews, tasks, CODEBOOK)
    assert current["task_id"].tolist() == ["d-000", "d-002"]


def test_reviews_of_an_earlier_version_are_carried_over():
    rows = [("1", "explain", "answer"), ("1", "answer", "answer")]
    crosswalk = [
        {"from_version": v, "from_theme": a, "to_theme": b} for v, a, b in rows
    ]
    newer = codebook("2", crosswalk)
    reviews = decisions((0, "张", 1, "explain", ["answer"]))
    current = review.current_reviews(reviews, make_tasks("甲"), newer)
    assert current["primary_theme_id"].tolist() == ["answer"]
    assert current["secondary_theme_ids"].tolist() == [[]]
    assert current["codebook_version"].tolist() == ["2"]
    unnamed = review.current_reviews(reviews, make_tasks("甲"), codebook("3"))
    assert unnamed["primary_theme_id"].tolist() == ["explain"]
    gone = decisions((0, "张", 1, "gone", []), (1, "张", 1, "answer", ["gone"]))
    carried = review.carry_reviews(gone, make_tasks("甲", "乙"), codebook("3"))
    assert carried.reviews.empty and carried.n_orphaned == 2
    assert carried.changes["outcome"].tolist() == ["theme_gone"] * 2
    assert carried.changes["found_task_id"].tolist() == ["d-000", "d-001"]
    with pytest.raises(SchemaError, match="versions 1, 2"):
        review.apply_reviews(coded([(1, "explain", 0.9)]), current)


LONG = "编制并公布本机关主动公开基本目录，及时更新各栏目的内容。"


def decided(*rows):
    """Build reviews from (task id, coder, text); an empty text was not stored."""
    table = pd.DataFrame(rows, columns=["task_id", "coder", "text"])
    table["text_sha256"] = table["text"].map(review.text_sha256)
    table["reviewed_date"] = "2024-05-01"
    table["primary_theme_id"] = "answer"
    table["secondary_theme_ids"] = [["channels"]] * len(rows)
    table["codebook_version"] = "1"
    table.loc[table["text"] == "短", "text"] = None
    return schemas.to_schema(table, "reviews")


def plan(document_id, *texts):
    return make_tasks(*texts, document_id=document_id)


NUMBERED = plan("d", "甲项任务", "乙项任务", "丙项任务")


@pytest.mark.parametrize(
    ("reviews", "tasks", "kept", "changes"),
    [
        # As it was.
        ([("d-001", "张", "乙项任务")], [NUMBERED], ["d-001"], []),
        # Another number, with and without a stored text.
        (
            [("d-000", "张", "丙项任务")],
            [NUMBERED],
            ["d-002"],
            [("same_text", "d-002", 1.0)],
        ),
        (
            [("d-007", "张", "短")],
            [plan("d", "短")],
            ["d-000"],
            [("same_text", "d-000", 1)],
        ),
        # The same text in another plan is another task.
        (
            [("e-000", "张", "丙项任务")],
            [NUMBERED, plan("e", "别的")],
            [],
            [("text_gone", None, None)],
        ),
        # A changed text, near enough, across blanks; and one that is not.
        (
            [("d-000", "张", LONG)],
            [plan("d", "别的", LONG.replace("及时", " 按时"))],
            ["d-001"],
            [("near_text", "d-001", 0.96)],
        ),
        (
            [("d-000", "张", LONG)],
            [plan("d", "别的", LONG[:18] + "，由办公室负责督促检查。")],
            [],
            [("text_gone", "d-001", 0.66)],
        ),
        ([("d-000", "张", "短")], [plan("d", "长")], [], [("text_gone", None, None)]),
        # A plan under another name; two that fit as well decide nothing.
        (
            [("x-000", "张", "甲项任务"), ("x-001", "张", LONG)],
            [plan("d", "甲项任务", LONG[:-2]), plan("e", "别的")],
            ["d-000", "d-001"],
            [("same_text", "d-000", 1), ("near_text", "d-001", 0.96)],
        ),
        (
            [("x-000", "张", "甲项任务")],
            [plan("d", "甲项任务"), plan("e", "甲项任务")],
            [],
            [("document_gone", None, None)],
        ),
        # Two decisions of one coder never share a task; of two coders they do.
        (
            [("d-000", "张", "甲项任务"), ("d-001", "张", "甲项任务")],
            [plan("d", "甲项任务", "别的")],
            ["d-000"],
            [("decided_already", "d-000", 1)],
        ),
        (
            [("d-000", "张", "甲项任务"), ("d-001", "李", "甲项任务")],
            [plan("d", "甲项任务", "别的")],
            ["d-000", "d-000"],
            [("same_text", "d-000", 1)],
        ),
        # Equal texts of one plan keep their order.
        (
            [("d-005", "张", "甲项任务"), ("d-006", "张", "甲项任务")],
            [plan("d", "甲项任务", "别的", "甲项任务")],
            ["d-000", "d-002"],
            [("same_text", "d-000", 1), ("same_text", "d-002", 1)],
        ),
    ],
)
def test_decisions_follow_their_text(reviews, tasks, kept, changes):
    table = decided(*reviews)
    now = pd.concat(tasks, ignore_index=True)
    carried = review.carry_reviews(table, now, CODEBOOK)
    assert carried.reviews["task_id"].tolist() == kept
    found = carried.changes[["outcome", "found_task_id", "likeness"]].astype(object)
    found = found.where(found.notna(), None)
    assert [tuple(row) for row in found.to_numpy()] == [
        (outcome, task, likeness and pytest.approx(likeness, abs=0.01))
        for outcome, task, likeness in changes
    ]
    assert len(kept) + carried.n_orphaned == len(reviews)
    texts = now.set_index("task_id")["text"]
    digests = [review.text_sha256(texts[task]) for task in kept]
    assert carried.reviews["text_sha256"].tolist() == digests
    # Carried twice is carried once.
    again = review.carry_reviews(carried.reviews, now, CODEBOOK)
    pd.testing.assert_frame_equal(again.reviews, carried.reviews)
    assert again.changes.empty


def test_rows_of_a_workbook_follow_a_task_to_its_new_number(exported):
    tasks, path = exported
    fill(path, {2: GOOD, 3: GOOD})
    tasks = make_tasks("新任务", "解读政策", "答复申请")
    found = review.import_reviews(path, tasks, CODEBOOK)
    assert found.problems.empty
    assert found.reviews["task_id"].tolist() == ["d-001", "d-002"]
    assert found.reviews["text"].tolist() == ["解读政策", "答复申请"]


def test_decisions_without_a_stored_text_are_still_read(tmp_path):
    review.write_reviews(decisions((0, "张", 1, "explain", [])), tmp_path)
    path = tmp_path / "reviews.csv"
    stored = pd.read_csv(path, encoding="utf-8-sig").drop(columns="text")
    stored.to_csv(path, index=False, encoding="utf-8-sig")
    assert review.read_reviews(tmp_path)["text"].isna().all()


@pytest.mark.parametrize(
    ("text", "error", "expected"),
    [
        ("task_id,who\n", SourceError, "unknown column: found 'who'"),
        ("task_id,reviewed_date\na,5.1.24\n", SourceError, "line 2, reviewed_date"),
        ("task_id,coder\na,x\n", SchemaError, "reviewed_date"),
    ],
)
def test_a_mangled_store_is_refused(tmp_path, text, error, expected):
    (tmp_path / "reviews.csv").write_text(text, encoding="utf-8")
    with pytest.raises(error, match=expected):
        review.read_reviews(tmp_path)


def test_an_empty_folder_holds_no_reviews(tmp_path):
    assert review.read_reviews(tmp_path / "none").empty
    assert review.read_samples(tmp_path / "none").empty
    assert review.reviews_folder("data/processed").as_posix() == "data/reviews"
    assert review.reviews_folder("data/processed", "mine").as_posix() == "mine"


# Correction -----------------------------------------------------------------------


def sampled_corpus(tmp_path, n=40, n_drawn=20):
    """Write a corpus whose machine gives a quarter of 'explain' to 'answer'."""
    tasks = make_tasks(*(f"第{i}项" for i in range(n)))
    truth = ["explain"] * n
    machine = coded([(i, "answer" if i % 4 == 0 else "explain", 0.9) for i in range(n)])
    sample = review.draw_random_sample(tasks, n_drawn)
    review.add_sample(sample, tmp_path)
    rows = tasks.loc[tasks["task_id"].isin(sample["task_id"])]
    reviews = pd.DataFrame(
        {
            "task_id": rows["task_id"],
            "coder": "张",
            "reviewed_date": "2024-05-31",
            "primary_theme_id": truth[0],
            "codebook_version": "1",
            "text_sha256": rows["text"].map(review.text_sha256),
        }
    )
    return tasks, machine, schemas.to_schema(reviews, "reviews")


def coded_tables(tasks, machine):
    made = {"documents": DOCUMENTS, "themes": CODEBOOK.themes}
    return Tables.of({**made, "tasks": tasks, "theme_assignments": machine})


def corrected(tasks, machine, reviews, samples):
    tables = coded_tables(tasks, machine)
    return review.correction_by_reviews(tables, reviews, samples).shares


def test_shares_are_corrected_by_the_random_sample(tmp_path):
    tasks, machine, reviews = sampled_corpus(tmp_path, n_drawn=40)
    samples = review.read_samples(tmp_path)
    rows = corrected(tasks, machine, reviews, samples).set_index("theme_id")
    assert rows.loc["explain", "share"] == pytest.approx(0.75)
    # The whole corpus was coded by people.
    assert rows.loc["explain", "share_corrected"] == pytest.approx(1.0)
    assert rows.loc["answer", "share_corrected"] == pytest.approx(0.0)


def test_half_a_sample_covers_the_truth(tmp_path):
    tasks, machine, reviews = sampled_corpus(tmp_path)
    samples = review.read_samples(tmp_path)
    rows = corrected(tasks, machine, reviews, samples).set_index("theme_id")
    row = rows.loc["explain"]
    assert row["n_sampled"] == 20
    assert row["share_corrected_lower"] < 1.0 < row["share_corrected_upper"] + 1e-9
    assert row["share_corrected"] > row["share"]


def test_picked_tasks_are_no_part_of_the_sample(tmp_path):
    tasks, machine, reviews = sampled_corpus(tmp_path)
    samples = review.read_samples(tmp_path)
    plain = corrected(tasks, machine, reviews, samples)
    rest = tasks.loc[~tasks["task_id"].isin(samples["task_id"])].head(5)
    picked = reviews.head(5).assign(
        task_id=rest["task_id"].to_numpy(), primary_theme_id="channels"
    )
    more = corrected(tasks, machine, pd.concat([reviews, picked]), samples)
    pd.testing.assert_frame_equal(plain, more)


def test_two_samples_are_one_with_a_greater_chance(tmp_path):
    tasks, _, _ = sampled_corpus(tmp_path, n=10, n_drawn=5)
    review.add_sample(review.draw_random_sample(tasks, 5, seed=8), tmp_path)
    review.add_sample(review.draw_random_sample(tasks, 5, seed=8), tmp_path)
    samples = review.read_samples(tmp_path)
    assert len(samples) == 10
    joint = joint_sample(samples)
    assert set(joint["sampling_share"]) == {0.75}
    assert set(joint["task_id"]) == set(samples["task_id"])


@pytest.mark.parametrize(
    ("n_reviewed", "n_tasks", "expected"),
    [
        (19, 40, ("20 项任务中有 1 项", "of 20 tasks 1 have no decision")),
        (20, 39, ("40 项任务", "drawn from 40 other tasks")),
    ],
)
def test_an_unfinished_or_foreign_sample_corrects_nothing(
    tmp_path, n_reviewed, n_tasks, expected
):
    tasks, machine, reviews = sampled_corpus(tmp_path)
    samples = review.read_samples(tmp_path)
    reviews, tasks = reviews.head(n_reviewed), tasks.head(n_tasks)
    tables = coded_tables(tasks, machine)
    correction = review.correction_by_reviews(tables, reviews, samples)
    assert correction.shares.empty
    for lang, word, text in zip(
        ("zh", "en"), ("样本", "Sample"), expected, strict=True
    ):
        (sentence,) = correction.sentences(lang)
        assert sentence.startswith(word) and text in sentence


def test_without_a_sample_there_is_nothing_to_correct_by(tmp_path):
    tables = {"tasks": make_tasks("甲"), "documents": DOCUMENTS}
    correction = review.corpus_correction(tables, CODEBOOK, tmp_path)
    assert correction.shares.empty and correction.problems.empty
