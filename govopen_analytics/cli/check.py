"""``govopen check``: what became of every character of a file."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from govopen_analytics.cli.shared import (
    JsonOption,
    SystemLangOption,
    print_json,
    rows_of,
)

if TYPE_CHECKING:
    from govopen_analytics.plans.one_file import Account


def check(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="计划文件或文件夹 · files of plans, or folders", metavar="FILE…"
        ),
    ],
    show_rest: Annotated[
        bool, typer.Option("--rest", help="列出未进入任务的内容 · list what is no task")
    ] = False,
    show_why: Annotated[
        bool, typer.Option("--why", help="列出判断依据 · list why it is a plan or not")
    ] = False,
    html_path: Annotated[
        Path | None,
        typer.Option(
            "--html", help="写出标出任务的原文 · write the source, tasks marked"
        ),
    ] = None,
    lang: SystemLangOption = "",
    as_json: JsonOption = False,
) -> None:
    """核对读入结果 · show the tasks found and what each character became."""
    from govopen_analytics.base.provenance import raw_files
    from govopen_analytics.cli.check_views import overview

    lang = lang or language_of_system()
    found: list[tuple[str, Account | None]] = []
    answers: list[dict[str, Any]] = []
    for path in files:
        is_folder = path.is_dir()
        paths = [path / name for name in raw_files(path)] if is_folder else [path]
        of_path = [(str(one), _account(one, answers)) for one in paths]
        found += of_path
        if as_json:
            continue
        if is_folder:
            typer.echo(f"{path}:")
            names = [(str(Path(name).relative_to(path)), a) for name, a in of_path]
            for line in overview(names, lang):
                typer.echo(line)
        for name, account in of_path:
            if account is not None and (show_rest or show_why or not is_folder):
                _tell(name, account, lang, show_rest=show_rest, show_why=show_why)
    if html_path is not None:
        read = [(name, account) for name, account in found if account is not None]
        _write_page(html_path, read, lang)
    if as_json:
        print_json(answers)
    if any(account is None or account.verdict is not None for _, account in found):
        raise typer.Exit(1)


def _account(path: Path, answers: list[dict[str, Any]]) -> "Account | None":
    """Read a file; say on standard error why it cannot be read."""
    from govopen_analytics.base.errors import ReadError
    from govopen_analytics.plans.one_file import account_for

    try:
        account = account_for(path)
    except ReadError as error:
        answers.append({"file": str(path), "error": str(error)})
        # Some errors begin with the file's name.
        message = str(error).removeprefix(f"{path}: ").removeprefix(f"{path.name}: ")
        typer.echo(f"{path}: {message}", err=True)
        return None
    answers.append({"file": str(path), "error": None, **_answer(account)})
    return account


def _answer(account: "Account") -> dict[str, Any]:
    return {
        "verdict": account.verdict,
        "layout": account.layout,
        "n_tasks": account.n_tasks,
        "accounted_share": account.accounted_share,
        "task_share": account.task_share,
        "tasks": rows_of(account.tasks),
        "inferred": account.inferred,
        "remarks": [asdict(remark) for remark in account.remarks],
        "roles": rows_of(account.roles),
        "rest": rows_of(account.remainder),
    }


def language_of_system() -> str:
    """English where the system speaks it, else Chinese."""
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "en" if next(filter(None, names), "").startswith("en") else "zh"


def _tell(
    name: str, account: "Account", lang: str, *, show_rest: bool, show_why: bool
) -> None:
    from govopen_analytics.cli.check_views import told

    typer.echo(f"{name}:")
    for line in told(account, lang, show_rest=show_rest, show_why=show_why):
        typer.echo(line)


def _write_page(path: Path, read: list[tuple[str, "Account"]], lang: str) -> None:
    """Write the page whole or not at all."""
    from govopen_analytics.base.atomic_files import written_whole
    from govopen_analytics.cli.check_views import page
    from govopen_analytics.words import section

    with written_whole(path) as aside:
        aside.write_text(page(read, lang), encoding="utf-8")
    typer.echo(section("check", lang)["written"].format(path=path), err=True)
