"""The commands about single plans: ``check`` how it is read, and ``add`` it."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from govopen_analytics.cli.shared import (
    EXIT_FAILED,
    RAW,
    described,
    language_of_system,
    print_json,
    rows_of,
)

if TYPE_CHECKING:
    from govopen_analytics.plans.one_file import Account


@described
def check(
    files: list[Path],
    show_rest: bool = False,
    show_why: bool = False,
    html_path: Path | None = None,
    lang: str = "",
    as_json: bool = False,
) -> None:
    """核对读入结果 · show the tasks found and what each character became."""
    from govopen_analytics.base.provenance import raw_files
    from govopen_analytics.cli.check_views import account_lines, overview

    lang = language_of_system(lang)
    checked: list[tuple[str, Account | None]] = []
    answers: list[dict[str, Any]] = []
    for path in files:
        is_folder = path.is_dir()
        paths = [path / name for name in raw_files(path)] if is_folder else [path]
        of_path = [(str(file), _account(file, answers)) for file in paths]
        checked += of_path
        if as_json:
            continue
        if is_folder:
            typer.echo(f"{path}:")
            names = [(str(Path(name).relative_to(path)), a) for name, a in of_path]
            for line in overview(names, lang):
                typer.echo(line)
        for name, account in of_path:
            if account is not None and (show_rest or show_why or not is_folder):
                typer.echo(f"{name}:")
                for line in account_lines(
                    account, lang, show_rest=show_rest, show_why=show_why
                ):
                    typer.echo(line)
    if html_path is not None:
        read = [(name, account) for name, account in checked if account is not None]
        _write_page(html_path, read, lang)
    if as_json:
        print_json(answers)
    if any(account is None or account.verdict is not None for _, account in checked):
        raise typer.Exit(EXIT_FAILED)


def _account(path: Path, answers: list[dict[str, Any]]) -> "Account | None":
    """Read a file and add the answer on it; say why it cannot be read."""
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
    answers.append(
        {
            "file": str(path),
            "error": None,
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
    )
    return account


def _write_page(path: Path, read: list[tuple[str, "Account"]], lang: str) -> None:
    """Write the page whole or not at all."""
    from govopen_analytics.base.atomic_files import written_whole
    from govopen_analytics.cli.check_views import page
    from govopen_analytics.words import section

    with written_whole(path) as aside:
        aside.write_text(page(read, lang), encoding="utf-8")
    typer.echo(section("check", lang)["written"].format(path=path), err=True)


@described
def add(
    context: typer.Context,
    files: list[Path],
    agency: str = "",
    agency_series: str = "",
    year: str = "",
    level: str = "",
    province: str = "",
    city: str = "",
    county: str = "",
    subject: str = "",
    title: str = "",
    source_url: str = "",
    note: str = "",
    raw: Path = RAW,
    yes: bool = False,
    lang: str = "",
) -> None:
    """加入新的计划：先显示读到什么，同意后写入 · add plans, shown before written."""
    from govopen_analytics.base.schemas import heading
    from govopen_analytics.explore.adding import GIVEN_COLUMNS, read_addition
    from govopen_analytics.words import section

    lang = language_of_system(lang)
    words = section("adding", lang)
    declared = {name: context.params[name] for name in GIVEN_COLUMNS}
    for path in files:
        addition = read_addition(path, raw, declared, lang=lang)
        if addition.missing and not yes and sys.stdin.isatty():
            answers = {
                name: typer.prompt(heading(name, lang)) for name in addition.missing
            }
            addition = read_addition(path, raw, {**declared, **answers}, lang=lang)
        for line in addition.lines():
            typer.echo(line)
        try:
            is_agreed = yes or addition.missing or typer.confirm(words["ask"])
        except typer.Abort:
            typer.echo(f"\n{words['no_answer']}", err=True)
            raise typer.Exit(EXIT_FAILED) from None
        typer.echo(addition.save() if is_agreed else words["nothing_written"])
