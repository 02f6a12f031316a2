"""``govopen check``: what became of every character of a file."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from govopen_analytics.cli.answers import JsonOption, rows_of, tell_json

if TYPE_CHECKING:
    from govopen_analytics.plans.account import Account

ROLES_ZH = {
    "ordinal": "序号",
    "title": "任务名称",
    "content": "任务内容",
    "lead_units": "责任单位",
    "support_units": "配合单位",
    "deadline": "时限",
    "progress": "进展",
    "note": "备注",
    "score": "分值",
    "criteria": "评价标准",
    "basis": "依据",
    "form": "公开方式",
    "category": "类别",
    "heading": "章节标题",
    "metadata": "文件信息",
    "table_header": "表头",
    "delimiter": "分隔符",
    "repeated": "重复内容",
    "preamble": "总体要求等引言",
    "covering_letter": "印发通知",
    "notes": "附注",
    "furniture": "网页元素",
    "unrecognised": "未识别",
}
_SHOWN = 60  # characters of a remainder


def check(
    files: Annotated[
        list[Path], typer.Argument(help="计划文件 · files of plans", metavar="FILE…")
    ],
    show_rest: Annotated[
        bool, typer.Option("--rest", help="列出未进入任务的内容 · list what is no task")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """核对读入结果 · show the tasks found and what each character became."""
    from govopen_analytics.base.errors import ReadError
    from govopen_analytics.plans.account import account_for

    n_bad = 0
    answers = []
    for path in files:
        try:
            account = account_for(path)
        except ReadError as error:
            answers.append({"file": str(path), "error": str(error)})
            typer.echo(f"{path}: {error}", err=True)
            n_bad += 1
            continue
        n_bad += account.verdict is not None
        answers.append({"file": str(path), "error": None, **_answer(account)})
        if not as_json:
            _tell(path, account, show_rest)
    if as_json:
        tell_json(answers)
    if n_bad:
        raise typer.Exit(1)


def _answer(account: "Account") -> dict[str, Any]:
    return {
        "verdict": account.verdict,
        "layout": account.layout,
        "n_tasks": account.n_tasks,
        "accounted_share": account.accounted_share,
        "remarks": [asdict(remark) for remark in account.remarks],
        "roles": rows_of(account.roles),
        "rest": rows_of(account.remainder),
    }


def _tell(path: Path, account: "Account", show_rest: bool) -> None:
    from govopen_analytics.words.remarks import remark_in_both

    found = account.verdict or f"{account.n_tasks} 项任务 · tasks"
    typer.echo(
        f"{path}: {found}（{account.layout}），"
        f"{account.accounted_share:.1%} 有归属 · accounted for"
    )
    for row in account.roles.itertuples():
        mark = "✓" if row.is_task_field else "·"
        label = f"{ROLES_ZH.get(row.role, row.role)} {row.role}"
        typer.echo(f"  {mark} {label}: {row.n_chars} 字 · characters, {row.share:.1%}")
    for remark in account.remarks:
        typer.echo(f"  ! {remark_in_both(remark)}")
    if show_rest:
        for row in account.remainder.itertuples():
            text = " ".join(row.text.split())
            shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
            typer.echo(f"  {row.start_char}–{row.end_char} {row.role}: {shown}")
