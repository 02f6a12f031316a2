"""The account of one file, and how the command line tells it."""

import json

import pytest
from typer.testing import CliRunner

from govopen_analytics.base.errors import UnsupportedFormatError
from govopen_analytics.base.languages import LANGUAGES
from govopen_analytics.cli import app
from govopen_analytics.plans.one_file import TASK_ROLES, account_for
from govopen_analytics.plans.plan_or_not import TABLE
from govopen_analytics.words import section

PLAN = """首页 > 政务公开
某县档案局2023年政务公开工作要点
为做好今年工作，制定本要点。
一、深化政策公开
（一）做好政策解读。对规范性文件开展解读。（办公室牵头）
（三）规范文件库。集中公开规范性文件。
"""


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_text(PLAN, encoding="utf-8")
    return path


def test_every_character_has_a_role_and_the_shares_add_up(plan):
    account = account_for(plan)
    n_chars = len("".join(PLAN.split()))
    assert account.n_tasks == 2
    assert account.accounted_share == 1.0
    assert account.roles["n_chars"].sum() == pytest.approx(n_chars, abs=2)
    assert account.roles["share"].sum() == pytest.approx(1.0)
    assert {"title", "content", "lead_units", "heading", "furniture"} <= set(
        account.roles["role"]
    )


def test_the_remainder_says_what_it_is(plan):
    rest = account_for(plan).remainder.set_index("role")["text"]
    assert rest["furniture"] == "首页 > 政务公开"
    assert rest["preamble"] == "为做好今年工作，制定本要点。"


def test_a_gap_in_the_numbering_is_a_remark(plan):
    assert [remark.code for remark in account_for(plan).remarks] == ["numbering_jumps"]


def test_a_file_that_cannot_be_read_is_an_error(tmp_path):
    path = tmp_path / "plan.ofd"
    path.write_bytes(b"OFD 1.0")
    with pytest.raises(UnsupportedFormatError, match="OFD"):
        account_for(path)


def checked(*arguments):
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "zh",
            [
                "2 项任务",
                "100% 的文字有归属",
                "编号从 1 跳到 3",
                "年份 2023",
                "任务",
                "办公室",
            ],
        ),
        (
            "en",
            [
                "2 tasks",
                "100% of the text is accounted for",
                "year 2023",
                "No.",
                "办公室",
            ],
        ),
    ],
)
def test_check_tells_tasks_and_what_was_left_out(plan, lang, expected):
    result = checked(plan, "--rest", "--lang", lang)
    assert result.exit_code == 0
    assert [one for one in expected if one not in result.output] == []
    assert "furniture: 首页 > 政务公开" in result.output


def test_check_shows_number_title_units_and_deadline_in_a_row(plan):
    (row,) = [
        line
        for line in checked(plan, "--lang", "zh").output.splitlines()
        if line.split()[:1] == ["1"]
    ]
    assert row.split() == ["1", "做好政策解读：对规范性文件开展解读。", "办公室"]


def test_check_shows_a_deadline_beside_tasks_without_one(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_text(PLAN.replace("规范性文件。", "文件，6月底前完成。"), "utf-8")
    rows = [line.split() for line in checked(path, "--lang", "zh").output.splitlines()]
    assert ["6月底前", "(2023-06-30)"] in [row[-2:] for row in rows]
    assert any(row[:1] == ["1"] and row[-1] == "办公室" for row in rows)


def test_check_tells_why_it_is_a_plan(plan):
    account = account_for(plan)
    output = checked(plan, "--why", "--lang", "zh").output
    assert f"{account.judgement.score:+g} 分" in output
    assert "+8 标题是计划" in output


@pytest.mark.parametrize("name", [one.name for one in TABLE])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_evidence_has_a_name_in_both_languages(name, lang):
    assert name.replace(" ", "_") in section("check", lang)["found"]


@pytest.mark.parametrize("role", TASK_ROLES)
def test_every_task_role_has_a_name(role):
    assert role in section("check", "zh")["roles"]


def test_check_fails_where_a_file_is_no_plan(tmp_path, plan):
    report = tmp_path / "news.txt"
    report.write_text("4月7日,我局召开工作推进会,会议要求抓好落实。", encoding="utf-8")
    result = checked(plan, report, "--lang", "zh")
    assert result.exit_code == 1
    assert "不是计划：新闻" in result.output


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "zh",
            ["a.txt 计划 2 {share} 0", "b/news.txt 不是计划：新闻", "c.pdf 无法读取"],
        ),
        ("en", ["a.txt plan 2 {share} 0", "b/news.txt not a plan: news"]),
    ],
)
def test_check_lists_the_files_of_a_folder(tmp_path, lang, expected):
    (tmp_path / "b").mkdir()
    (tmp_path / "a.txt").write_text(PLAN, encoding="utf-8")
    news = "4月7日,我局召开工作推进会,会议要求抓好落实。"
    (tmp_path / "b" / "news.txt").write_text(news, encoding="utf-8")
    (tmp_path / "c.pdf").write_bytes(b"%PDF-1.4")
    share = f"{account_for(tmp_path / 'a.txt').task_share:.0%}"
    result = checked(tmp_path, "--lang", lang)
    rows = [" ".join(line.split()) for line in result.output.splitlines()]
    assert result.exit_code == 1
    assert [one for one in expected if one.format(share=share) not in rows] == []
    of_files = json.loads(
        CliRunner().invoke(app, ["check", str(tmp_path), "--json"]).stdout
    )
    assert [one.get("n_tasks") for one in of_files] == [2, 0, None]


def test_the_page_marks_tasks_and_escapes_the_source(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_text(PLAN.replace("文件库", "<b>文件库</b>"), encoding="utf-8")
    target = tmp_path / "seen.html"
    result = checked(path, "--html", target, "--lang", "zh")
    page = target.read_text("utf-8")
    assert result.exit_code == 0
    assert "<b>" not in page
    assert "规范&lt;b&gt;文件库&lt;/b&gt;" in page
    assert page.count("<mark") >= 2 * 2  # title and content of both tasks
    assert [one.name for one in tmp_path.iterdir() if "writing" in one.name] == []


def test_a_lost_line_is_told_with_its_number(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_text(PLAN + "二、强化保障\n附件：\n1.公开名录。", encoding="utf-8")
    account = account_for(path)
    told = {
        r.values["line"]: r.values["text"]
        for r in account.remarks
        if "line" in r.values
    }
    assert told[7] == "二、强化保障"
    assert account.task_share < 0.9
