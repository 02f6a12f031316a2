"""Automatic coders: valid assignments, stable, and explained."""

import os
import pickle
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml

from govopen_analytics.base import schemas
from govopen_analytics.base.errors import CodebookError, SchemaError
from govopen_analytics.base.text import fold
from govopen_analytics.coding import assign, coders
from govopen_analytics.coding.assign import CODERS, assign_themes
from govopen_analytics.coding.clauses import (
    Splitter,
    mark_shared_titles,
    read_tasks,
    split_tasks,
)
from govopen_analytics.coding.codebook import (
    CodingSettings,
    load_codebook,
    parse_codebook,
)
from govopen_analytics.coding.explain import explain
from govopen_analytics.coding.training import (
    LeftOut,
    seen_documents,
    training_tasks,
)

CODEBOOK = load_codebook()


def tasks(*pairs, **columns):
    """Build a tasks table from (title, content) pairs."""
    return pd.DataFrame(
        {
            "task_id": [f"t{i:03d}" for i in range(len(pairs))],
            "document_id": "d",
            "title": [title for title, _ in pairs],
            "content": [content for _, content in pairs],
            "text": ["\n".join(filter(None, pair)) for pair in pairs],
            **columns,
        }
    )


def reference_tasks():
    rows = CODEBOOK.reference
    table = tasks(*zip(rows["title"], rows["content"], strict=True))
    return table.assign(
        task_id=[f"{r.document_id}-{r.ordinal:03d}" for r in rows.itertuples()],
        document_id=rows["document_id"],
        is_title_inherited=rows["is_title_inherited"],
        section=rows["section"],
        chapter=rows["chapter"],
    )


def primary(table, **options):
    coded = assign_themes(table, CODEBOOK, **options)
    first = coded.loc[coded["rank"] == 1].set_index("task_id")["theme_id"]
    return [first.get(task_id) for task_id in table["task_id"]]


@pytest.mark.parametrize(
    ("title", "content", "expected"),
    [
        ("加强政策解读", "", "policy_interpretation"),
        ("", "做好空气质量监测信息公开", "proactive_disclosure"),
        ("", "公布学区划分方案和录取结果", "proactive_disclosure"),
        ("", "公示用地审批和出让结果", "proactive_disclosure"),
        ("", "修复网站失效链接，改进站内搜索", "platforms"),
        ("", "废止的规范性文件及时标注失效", "policy_documents"),
        ("", "邀请市民代表列席局务会议", "decision_participation"),
        ("", "网民留言五个工作日内办结答复", "response_interaction"),
        ("", "举办政务公开业务培训班", "organization_supervision"),
        ("", "按期答复公开申请，规范告知书", "application_disclosure"),
        ("", "指导各村做好村务公开", "grassroots_standardization"),
        # Rule 1: the channel is no platform task where it is a mere means.
        ("", "通过政府网站、微信公众号公开药品抽检结果", "proactive_disclosure"),
        # Rule 3: of a carried-down name, the content decides.
        ("常规工作", "公开部门预算和决算", "proactive_disclosure"),
        # Rule 10: a general title says nothing of its subject.
        ("规范开展政务公开工作", "", "organization_supervision"),
    ],
)
def test_primary_theme(title, content, expected):
    assert primary(tasks((title, content))) == [expected]


KINDS_OF_CASES = yaml.safe_load(
    Path(__file__).with_name("coding_cases.yml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("kind", KINDS_OF_CASES, ids=lambda kind: kind["kind"])
def test_cases_of_a_kind(kind):
    cases = kind["cases"]
    table = tasks(*((case.get("title", ""), case["content"]) for case in cases))
    coded = assign_themes(table, CODEBOOK)
    found = coded.groupby("task_id")["theme_id"].agg(list)
    wrong = []
    for task_id, case in zip(table["task_id"], cases, strict=True):
        first, *others = found.get(task_id, [None])
        if first != case["primary"] or set(others) != set(case.get("also", [])):
            wrong.append((case["content"], first, others))
    assert wrong == []


def test_no_case_is_learned_from():
    learned = {fold(text) for text in CODEBOOK.training["content"]}
    cases = {fold(c["content"]) for kind in KINDS_OF_CASES for c in kind["cases"]}
    assert cases & learned == set()


@pytest.mark.parametrize(
    ("title", "content", "expected"),
    [
        ("做好信息公开", "公开医保基金收支情况。", set()),
        (
            "做好医保信息公开",
            "公开医保基金收支情况。开展医保政策解读，制作政策图解。",
            {"policy_interpretation"},
        ),
        # A heading alone never gives a secondary theme.
        ("加强政策解读", "运用图解、短视频解读就业政策。", set()),
    ],
)
def test_secondary_themes(title, content, expected):
    coded = assign_themes(tasks((title, content)), CODEBOOK)
    assert set(coded.loc[coded["rank"] > 1, "theme_id"]) == expected


@pytest.mark.parametrize("coder", CODERS)
def test_assignments_are_valid_and_have_one_primary_theme(coder):
    table = reference_tasks()
    coded = schemas.validate(
        assign_themes(table, CODEBOOK, coder=coder), "theme_assignments"
    )
    firsts = coded.loc[coded["rank"] == 1, "task_id"]
    assert firsts.is_unique
    assert set(coded["task_id"]) == set(firsts)
    assert coded["score"].between(0, 1).all()
    ranks = coded.groupby("task_id")["rank"].agg(list)
    assert all(sorted(r) == list(range(1, len(r) + 1)) for r in ranks)


def test_primary_themes_of_plans_left_out():
    # Every document of the reference is coded by a model that has not seen it.
    table = reference_tasks()
    expected = [themes[0] for themes in CODEBOOK.reference["theme_ids"]]
    right = [a == b for a, b in zip(primary(table), expected, strict=True)]
    assert sum(right) / len(right) >= 0.9


@pytest.mark.parametrize("coder", CODERS)
def test_order_of_rows_and_other_documents_change_nothing(coder):
    table = reference_tasks()
    whole = assign_themes(table, CODEBOOK, coder=coder)
    mixed = assign_themes(table.sample(frac=1, random_state=1), CODEBOOK, coder=coder)
    pd.testing.assert_frame_equal(whole, mixed)
    one = table.loc[table["document_id"] == table["document_id"].iloc[0]]
    alone = assign_themes(one, CODEBOOK, coder=coder)
    expected = whole.loc[whole["task_id"].isin(one["task_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, expected)


def test_tasks_coded_together_are_coded_as_one_by_one():
    # To the last digit: the documents of the reference are coded by several models.
    learned = training_tasks(CODEBOOK)[["task_id", "title", "text", "section"]]
    table = learned.iloc[::41].assign(document_id=lambda rows: rows["task_id"])
    together = assign_themes(table, CODEBOOK)
    alone = [assign_themes(table.iloc[[row]], CODEBOOK) for row in range(len(table))]
    expected = pd.concat(alone).sort_values(["task_id", "rank"], ignore_index=True)
    pd.testing.assert_frame_equal(together, expected, check_exact=True)
    assert len(table) == 41 and len(together) >= 25


class Elsewhere:
    """An executor that sends its jobs as another machine would get them."""

    def __init__(self):
        self.documents = []

    def submit(self, function, *arguments):
        function, arguments = pickle.loads(pickle.dumps((function, arguments)))
        self.documents.append(set(arguments[0]["document_id"]))
        result = pickle.loads(pickle.dumps(function(*arguments)))
        return SimpleNamespace(result=lambda: result)


@pytest.mark.parametrize("size", [1, 7, 60])
def test_partition_by_document_changes_nothing(size, monkeypatch):
    monkeypatch.setattr(assign, "_BATCH", size)
    table = reference_tasks().sample(frac=1, random_state=2)
    table["document_id"] += (table["task_id"].str[-1].astype(int) % 3).map("-{}".format)
    executor = Elsewhere()
    coded = assign_themes(table, CODEBOOK, executor=executor)
    monkeypatch.setattr(assign, "_BATCH", len(table))
    whole = assign_themes(table, CODEBOOK)
    pd.testing.assert_frame_equal(coded, whole, check_exact=True)
    # A document stands in one part.
    documents = [name for part in executor.documents for name in part]
    assert sorted(documents) == sorted(set(table["document_id"]))
    assert len(executor.documents) == {1: 15, 7: 13, 60: 3}[size]


@pytest.fixture
def processes(monkeypatch):
    """Let a few tasks be enough for two processes."""
    monkeypatch.setattr(assign, "_LEAST_FOR_PROCESSES", 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    return assign._n_workers(1)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux")
@pytest.mark.parametrize("coder", ["combined", "keywords"])
def test_processes_change_nothing(processes, coder):
    assert processes == 2
    table = reference_tasks()
    coded = assign_themes(table, CODEBOOK, coder=coder)
    whole = assign_themes(table, CODEBOOK, coder=coder, executor=Elsewhere())
    pd.testing.assert_frame_equal(coded, whole, check_exact=True)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux")
def test_a_process_that_dies_costs_no_result(processes, monkeypatch):
    table, here = reference_tasks(), os.getpid()
    whole = assign_themes(table, CODEBOOK, coder="keywords", executor=Elsewhere())
    plain = coders.CODERS["keywords"]

    def dies_elsewhere(*arguments):
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return plain(*arguments)

    monkeypatch.setitem(coders.CODERS, "keywords", dies_elsewhere)
    coded = assign_themes(table, CODEBOOK, coder="keywords")
    pd.testing.assert_frame_equal(coded, whole)


def variant(text):
    """The same text as another format prints it."""
    wide = {ord("("): "（", ord(","): "，", ord("2"): "２", ord("0"): "０"}
    return text.translate(wide).replace("，", ", ").replace("、", "， ")


@pytest.mark.parametrize("shown", [lambda text: text, variant])
def test_a_plan_under_another_name_is_coded_as_left_out(shown):
    # Its model has not seen it, whatever it is called and however it is printed.
    table = reference_tasks()
    own = table.loc[table["document_id"] == "jilin_mzt_2022"]
    left_out = LeftOut(documents=frozenset({"jilin_mzt_2022"}))
    columns = ["title", "content", "text"]
    other = own.assign(
        document_id="another", **{name: own[name].map(shown) for name in columns}
    )
    assert set(seen_documents(other, CODEBOOK)) == {left_out.documents}
    pd.testing.assert_frame_equal(
        assign_themes(other, CODEBOOK),
        assign_themes(other, CODEBOOK, left_out=left_out),
    )


def test_one_copied_task_shows_that_a_plan_was_seen_and_boilerplate_does_not():
    table = reference_tasks()
    longest = table.loc[table["text"].str.len().idxmax(), "text"]
    own = tasks(("做好公开", "公布名单"), ("", longest), ("", "加强政策解读"))
    assert set(seen_documents(own, CODEBOOK)) == {frozenset({"jining_mzj_2024"})}
    rest = own.loc[own["text"] != longest]
    assert set(seen_documents(rest, CODEBOOK)) == {frozenset()}
    # Without documents each task stands for itself.
    alone = seen_documents(own[["task_id", "text"]], CODEBOOK)
    assert [len(documents) for documents in alone] == [0, 1, 0]


@pytest.mark.parametrize("coder", CODERS)
@pytest.mark.parametrize("text", ["", "  \n", "😀😀", "\ue000\ue001", None])
def test_a_task_nothing_speaks_for_is_unclassified(coder, text):
    table = tasks(("", "x")).assign(text=text, content=text)
    assert assign_themes(table, CODEBOOK, coder=coder).empty


def test_heading_alone_codes_nothing():
    table = tasks(("", "")).assign(section="加强政策解读", chapter="政策解读")
    assert assign_themes(table, CODEBOOK).empty


@pytest.mark.parametrize("coder", CODERS)
def test_no_tasks(coder):
    coded = assign_themes(tasks(), CODEBOOK, coder=coder)
    assert coded.empty
    schemas.validate(coded, "theme_assignments")


def test_task_of_fifty_thousand_characters():
    table = tasks(("", "开展政策解读，提高解读质量。" * 3600))
    assert primary(table) == ["policy_interpretation"]


def test_only_task_id_and_text_are_needed():
    table = tasks(("加强政策解读", "做好图解"))[["task_id", "text"]]
    assert primary(table) == ["policy_interpretation"]


def test_progress_is_reported():
    calls = []
    table = tasks(("加强政策解读", ""), ("公开预算", ""))
    assign_themes(table, CODEBOOK, on_progress=lambda *call: calls.append(call))
    assert calls == [(2, 2)]


def test_unknown_coder_is_refused():
    with pytest.raises(CodebookError, match="did you mean keywords"):
        assign_themes(tasks(("a", "b")), CODEBOOK, coder="keyword")


OTHER = {
    "version": "7",
    "themes": [
        {"id": "river", "label_zh": "河湖", "label_en": "Rivers", "keywords": ["河流"]},
        {"id": "wood", "label_zh": "林草", "label_en": "Woods", "keywords": ["森林"]},
    ],
}


@pytest.mark.parametrize("coder", CODERS)
def test_a_codebook_of_ones_own_works(coder):
    codebook = parse_codebook(OTHER)
    table = tasks(("保护森林", ""), ("治理河流", "清理河流"))
    coded = assign_themes(table, codebook, coder=coder)
    first = coded.loc[coded["rank"] == 1]
    assert first["theme_id"].tolist() == ["wood", "river"]
    assert set(coded["codebook_version"]) == {"7"}


def test_order_of_themes_changes_nothing():
    turned = parse_codebook(OTHER | {"themes": OTHER["themes"][::-1]})
    table = tasks(("保护森林", "清理河流"), ("治理河流", ""))
    one = assign_themes(table, parse_codebook(OTHER))
    pd.testing.assert_frame_equal(one, assign_themes(table, turned))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"coding": {"weights": {"titel": 1}}}, "did you mean title"),
        (
            {"themes": [{"id": "a", "label_zh": "甲", "label_en": "A"}]},
            "nothing|found no",
        ),
    ],
)
def test_codebook_the_coder_cannot_use_is_refused(changes, expected):
    codebook = parse_codebook(OTHER | changes)
    with pytest.raises(CodebookError, match=expected):
        assign_themes(tasks(("保护森林", "")), codebook)


def test_explain_shows_assignments_pieces_and_matches():
    table = tasks(("做好信息公开", "公开抽检结果。开展政策解读，制作政策图解。"))
    why = explain("t000", table, CODEBOOK)
    pd.testing.assert_frame_equal(why.assignments, assign_themes(table, CODEBOOK))
    assert why.pieces["kind"].tolist() == ["title", "content", "content", "content"]
    pieces = why.pieces.set_index("text")["theme_id"]
    assert pieces["开展政策解读"] == "policy_interpretation"
    assert "政策解读" in why.matches["keyword"].tolist()


ROW = {"title": "做好公开", "content": "公开<b>预算</b>和决算"}
TABLE = tasks(("做好公开", "公开<b>预算</b>和决算"))


@pytest.mark.parametrize(
    "at_hand",
    [
        ("做好公开\n公开<b>预算</b>和决算",),
        (ROW,),
        (pd.Series(ROW),),
        (TABLE.iloc[0],),
        (TABLE,),
        ("t000", TABLE),
        ("t000", TABLE, CODEBOOK),
        (TABLE.iloc[0], TABLE),
        ("t000", SimpleNamespace(tasks=TABLE)),
    ],
)
def test_explain_takes_what_is_at_hand(at_hand):
    why = explain(*at_hand)
    assert why.assignments["theme_id"].tolist() == ["proactive_disclosure"]
    marked = why.marked_text("en")
    assert "<b>" not in marked and "<mark title=" in marked
    table = why.evidence_table("en")
    assert table["Theme"].tolist() == ["Proactive disclosure of key areas"] * len(table)


@pytest.mark.parametrize(
    ("at_hand", "expected"),
    [
        ((TABLE.iloc[:0],), "found 0 rows"),
        (({"title": None},), "expected 'text', or"),
        ((7,), "found int, expected a text"),
    ],
)
def test_explain_refuses_what_is_no_task(at_hand, expected):
    with pytest.raises(SchemaError, match=expected):
        explain(*at_hand)


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("zh", "😀", "没有证据为任何主题说话"),
        ("zh", "举办职工运动会", "低于门槛 0.40"),
        ("en", "举办职工运动会", "below the threshold of 0.40"),
    ],
)
def test_explain_says_why_a_task_is_unclassified(lang, text, expected):
    why = explain(text)
    assert why.assignments.empty
    assert expected in why.in_words(lang)


def test_explain_refuses_an_unknown_task():
    with pytest.raises(SchemaError, match="unknown task_id"):
        explain("t9", tasks(("a", "b")), CODEBOOK)


SETTINGS = CodingSettings(
    means=("通过", "以…形式"),
    means_ends=("公开", "开展"),
    means_nouns=("公开栏", "政务公开"),
    places=("网站", "栏目"),
    lead_ins=("围绕",),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("通过网站等渠道公开预算", "公开预算"),
        ("以图文形式的产品开展解读", "开展解读"),
        ("公开预算，通过网站等渠道", "公开预算"),
        ("通过网站", "通过网站"),
        # A verb inside a noun does not end the means.
        ("通过政务公开专栏公开预算", "公开预算"),
        ("通过村务公开栏公开低保", "公开低保"),
        ("在门户网站公开预算", "公开预算"),
        ("在网站设置专栏", "在网站设置专栏"),
        ("做好预算公开", "做好预算公开"),
    ],
)
def test_without_means(text, expected):
    assert Splitter(SETTINGS).without_means(fold(text)) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("加强政策解读,回应社会关切", ["加强政策解读", "回应社会关切"]),
        ("围绕就业,加强政策解读", ["围绕就业,加强政策解读"]),
        ("加强政策解读,做好", ["加强政策解读,做好"]),
        ("短,句", ["短,句"]),
        (",", []),
    ],
)
def test_split_clauses(sentence, expected):
    assert Splitter(SETTINGS).split_clauses(sentence) == expected


def test_sentences_end_at_their_marks():
    text = "做好政策解读。公开财政预算;办好政府网站\n\n开展基层试点 "
    pieces = split_tasks(pd.DataFrame({"text": [text], "title": [""]}), SETTINGS)
    assert pieces.texts == [
        "做好政策解读",
        "公开财政预算",
        "办好政府网站",
        "开展基层试点",
    ]


def test_title_is_read_from_the_text():
    [task] = read_tasks(pd.DataFrame({"text": ["标题\n内容"]}))
    assert (task.title, task.content) == ("标题", "内容")
    table = pd.DataFrame({"text": ["内容"], "title": ["别的"]})
    [task] = read_tasks(table)
    assert (task.title, task.content) == ("", "内容")


def test_shared_titles_are_marked_in_every_row():
    table = tasks(("甲", "一"), ("甲", "二"), ("乙", "三"), ("", "四"), ("", "五"))
    marked = mark_shared_titles(table)
    assert marked["is_title_inherited"].tolist() == [True, True, False, False, False]
