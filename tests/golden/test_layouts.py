"""Short plans in every layout seen in the wild, against tables read by eye."""

import pytest
from opencc import OpenCC
from reading import (
    EXPECTED,
    FIELDS,
    LAYOUTS,
    comparable,
    expected_of,
    layout_file,
    layout_names,
    load_files,
    task_fields,
)

from govopen_analytics.plans.corpus import read_plans

NAMES = layout_names()
PLANS = [name for name in NAMES if expected_of(name)["verdict"] is None]
OTHERS = [name for name in NAMES if name not in PLANS]
DESCRIBED = [
    (name, field) for name in PLANS for field in sorted(expected_of(name)["documents"])
]


TEXTS = [name for name in PLANS if layout_file(name).suffix == ".txt"]
# There a blank line parts the rows, and others would part them anew.
BLANK_LINES_ARE_ROWS = {"62_tab_led_cells_after_a_letter"}
HALF_WIDTH = str.maketrans("，（）：；", ",():;")


def expected_tasks(name):
    return [
        {field: comparable(task[field]) for field in FIELDS}
        for task in expected_of(name)["tasks"]
    ]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    files = [layout_file(name) for name in NAMES]
    return load_files(files, tmp_path_factory.mktemp("layouts"))


def test_every_document_has_its_expected_table():
    documents = [
        path.name.split(".")[0]
        for path in LAYOUTS.iterdir()
        if not path.name.endswith(EXPECTED) and path.name != "README.md"
    ]
    assert sorted(documents) == NAMES
    assert len(PLANS) >= 36


@pytest.mark.parametrize("name", PLANS)
def test_tasks_equal_the_expected_table(corpus, name):
    assert task_fields(corpus, name) == expected_tasks(name)


@pytest.mark.parametrize(("name", "field"), DESCRIBED)
def test_documents_say_what_they_are(corpus, name, field):
    documents = corpus.documents.set_index("document_id")
    found = documents.loc[name, field]
    assert comparable(found) == comparable(expected_of(name)["documents"][field])


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_plan_fails_with_its_reason(corpus, name):
    failures = corpus.failures.set_index("document_id")
    verdict = expected_of(name)["verdict"]
    assert f": {verdict}" in failures.loc[name, "message"]
    assert name not in set(corpus.documents["document_id"])


def on_a_page(text):
    """What a site prints around a plan, its line ends and trailing blanks."""
    above = "首页 > 政务公开 > 通知公告\n【字体：大 中 小】 浏览次数：35\n"
    below = "\n扫一扫在手机打开当前页\n【打印本页】 【关闭窗口】\n版权所有：某网站\n"
    lines = (above + text + below).split("\n")
    padded = [f"{line} \u00a0\u3000" if line.strip() else line for line in lines]
    return "\ufeff" + "\r\n".join(padded)


def half_width(text):
    return text.translate(HALF_WIDTH)


# To read its tables takes a tenth of a second.
TRADITIONAL = OpenCC("s2t")


def traditional(text):
    return TRADITIONAL.convert(text)


def with_blank_lines(text):
    return text.replace("\n", "\n\n")


def unchanged(text):
    return text


def translated(tasks, change):
    """Expected tasks after a change of the characters; kinds keep their names."""

    def change_value(field, value):
        if field == "deadline_kind" or value is None:
            return value
        return (
            [change(one) for one in value] if isinstance(value, list) else change(value)
        )

    return [{f: change_value(f, value) for f, value in task.items()} for task in tasks]


DRESSES = {
    on_a_page: unchanged,
    with_blank_lines: unchanged,
    half_width: half_width,
    traditional: traditional,
}


@pytest.fixture(scope="module", params=DRESSES, ids=lambda dress: dress.__name__)
def dressed(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dressed")
    for name in TEXTS:
        text = request.param(layout_file(name).read_text("utf-8"))
        (folder / f"{name}.txt").write_bytes(text.encode("utf-8"))
    return request.param, read_plans(folder)


@pytest.mark.parametrize("name", TEXTS)
def test_what_a_plan_is_printed_with_changes_no_task(dressed, name):
    dress, found = dressed
    if dress is with_blank_lines and name in BLANK_LINES_ARE_ROWS:
        assert len(task_fields(found, name)) == len(expected_tasks(name))
        return
    expected = translated(expected_tasks(name), DRESSES[dress])
    assert task_fields(found, name) == expected


def test_a_gap_in_the_numbering_is_told(corpus):
    remarks = corpus.remarks.query("code == 'numbering_jumps'")
    (remark,) = remarks.query("document_id == '72_gap_in_the_numbering'").itertuples()
    assert remark.values == '{"after": 4, "before": 2}'
