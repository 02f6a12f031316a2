"""The account of one file, and how the command line tells it."""

import pytest
from typer.testing import CliRunner

from govopen_analytics.base.errors import UnsupportedFormatError
from govopen_analytics.cli import app
from govopen_analytics.plans.account import account_for

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


def test_check_tells_tasks_roles_and_remarks(plan):
    result = CliRunner().invoke(app, ["check", str(plan), "--rest"])
    assert result.exit_code == 0
    assert "2 项任务" in result.output
    assert "100.0%" in result.output
    assert "编号从 1 跳到 3 · The numbering jumps from 1 to 3" in result.output
    assert "furniture: 首页 > 政务公开" in result.output


def test_check_fails_where_a_file_is_no_plan(tmp_path, plan):
    report = tmp_path / "news.txt"
    report.write_text("4月7日,我局召开工作推进会,会议要求抓好落实。", encoding="utf-8")
    result = CliRunner().invoke(app, ["check", str(plan), str(report)])
    assert result.exit_code == 1
    assert "not a plan: news" in result.output
