"""Commands about the coding: its validity, review by people, why a theme."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from govopen_analytics.cli.shared import (
    EXIT_FAILED,
    PROCESSED,
    described,
    print_json,
    rows_of,
)

if TYPE_CHECKING:
    import pandas as pd

    from govopen_analytics.base.tables import Tables
    from govopen_analytics.coding.codebook import Codebook

_MOST = 200  # tasks worth a person's time

review_app = typer.Typer(
    help="人工复核：导出值得看的任务，导入判断 · human review: export, import",
    no_args_is_help=True,
)


def _opened(
    processed: Path, codebook: Path | None, reviews: Path | None
) -> "tuple[Tables, Codebook, Path]":
    """Return the tables, the codebook and the folder of people's decisions."""
    from govopen_analytics.base.datapackage import read_datapackage
    from govopen_analytics.coding.codebook import load_codebook
    from govopen_analytics.review import reviews_folder

    folder = reviews_folder(processed, reviews or "")
    return read_datapackage(processed), load_codebook(codebook), folder


@described
def validate(
    out: Path = Path("reports/validity"),
    lang: str = "zh",
    codebook: Path | None = None,
    processed: Path = PROCESSED,
    reviews: Path | None = None,
    draws: int = 1000,
    as_json: bool = False,
) -> None:
    """检验编码的效度 · measure how far the coding can be trusted."""
    from govopen_analytics.base.languages import in_language
    from govopen_analytics.charts.display import Display
    from govopen_analytics.coding.codebook import load_codebook
    from govopen_analytics.questions.trust import validate_coding
    from govopen_analytics.questions.trust_tables import write_validity
    from govopen_analytics.review import reviews_folder

    folder = reviews_folder(processed, reviews or "")
    in_language({"zh": "", "en": ""}, lang)
    book = load_codebook(codebook)
    tables = validate_coding(book, n_bootstrap=draws)
    corrected = _corrected_shares(processed, folder, book, lang)
    if corrected is not None:
        tables["corrected_shares"] = corrected
    path = write_validity(tables, out, book, Display(lang))
    scores = tables["scores"]
    if as_json:
        print_json({"folder": str(out), "scores": rows_of(scores)})
        return
    main = scores.loc[scores["coder"] == "combined"].set_index("measure")["value"]
    typer.echo(
        f"主要主题 · primary accuracy {main['primary_accuracy']:.3f}, "
        f"micro F1 {main['micro_f1']:.3f}, macro F1 {main['macro_f1']:.3f} → {path}"
    )


def _corrected_shares(
    processed: Path, reviews: Path, book: "Codebook", lang: str
) -> "pd.DataFrame | None":
    """Correct shares if a random sample was coded; else say what is missing."""
    from govopen_analytics import review
    from govopen_analytics.base.datapackage import read_datapackage

    if review.read_samples(reviews).empty:
        return None
    correction = review.corpus_correction(read_datapackage(processed), book, reviews)
    for sentence in correction.sentences(lang):
        typer.echo(f"注意 · note: {sentence}", err=True)
    return None if correction.shares.empty else correction.shares


@described
def explain(
    task_id: str,
    lang: str = "zh",
    codebook: Path | None = None,
    processed: Path = PROCESSED,
    reviews: Path | None = None,
) -> None:
    """说明一项任务为何归入其主题 · say why a task has its themes."""
    from govopen_analytics.coding.explain import explain as explain_task
    from govopen_analytics.coding.explain import review_text
    from govopen_analytics.review import current_reviews, read_reviews

    tables, book, folder = _opened(processed, codebook, reviews)
    tasks = tables["tasks"]
    explanation = explain_task(task_id, tasks, book)
    decided = current_reviews(read_reviews(folder), tasks, book)
    decided = decided.loc[decided["task_id"] == task_id]
    if len(decided):
        typer.echo(review_text(decided, book, lang=lang))
    typer.echo(explanation.in_words(lang))


@review_app.command("export")
@described
def review_export(
    out: Path = Path("review.xlsx"),
    task: list[str] | None = None,
    agency: list[str] | None = None,
    year: list[int] | None = None,
    theme: list[str] | None = None,
    n_most: int | None = None,
    n_random: int = 0,
    seed: int = 0,
    again: bool = False,
    lang: str = "zh",
    codebook: Path | None = None,
    processed: Path = PROCESSED,
    reviews: Path | None = None,
) -> None:
    """导出值得人看或指定的任务 · write tasks to review as XLSX.

    写明任务、机构、年份或主题时，导出其全部任务 · with tasks, agencies, years or
    themes given, all of their tasks; else those worth a person's time.
    """
    is_asked = bool(task or agency or year or theme)
    if is_asked and n_random:
        raise typer.BadParameter(
            "--random draws from all tasks; leave out --task, --agency, --year, --theme"
        )
    from govopen_analytics import review
    from govopen_analytics.base.errors import SourceError
    from govopen_analytics.coding.assign import assign_themes

    if out.exists():
        raise SourceError(
            f"{out}: there is a file of this name, perhaps with decisions in it; "
            f"read them back with 'govopen review import {out}' and remove it, or "
            "give another name"
        )
    tables, book, folder = _opened(processed, codebook, reviews)
    tasks = tables["tasks"]
    machine = assign_themes(tasks, book)
    if n_random:
        sample = review.draw_random_sample(tasks, n_random, seed=seed)
        review.add_sample(sample, folder)
        picked = sample[["task_id"]].assign(reasons=[["random"]] * len(sample))
    else:
        wanted = _asked_for(tables, task, agency, year, theme) if is_asked else []
        picked = _picked(tasks, machine, book, wanted)
        if not (again or task):
            done = review.current_reviews(review.read_reviews(folder), tasks, book)
            picked = picked.loc[~picked["task_id"].isin(done["task_id"])]
        picked = picked.head(n_most or (len(picked) if is_asked else _MOST))
    rows = review.review_rows(
        picked,
        tasks,
        tables["documents"],
        machine,
        book,
        is_blind=n_random > 0,
        lang=lang,
    )
    review.write_workbook(rows, out, book, lang=lang)
    typer.echo(f"{len(picked)} 项任务 · tasks → {out}")


def _asked_for(
    tables: "Tables",
    task_ids: list[str] | None,
    agencies: list[str] | None,
    years: list[int] | None,
    themes: list[str] | None,
) -> list[str]:
    """Return the ids of the tasks that all conditions name."""
    from govopen_analytics.questions.selection import select_plans, select_tasks
    from govopen_analytics.review import refuse_unknown_tasks

    chosen = select_plans(
        tables, agencies=agencies or (), years=years or (), subjects=()
    )
    if themes:
        chosen = select_tasks(chosen, themes)
    chosen_ids = chosen["tasks"]["task_id"]
    refuse_unknown_tasks(task_ids or (), chosen_ids)
    return task_ids or list(chosen_ids)


def _picked(
    tasks: "pd.DataFrame", machine: "pd.DataFrame", book: "Codebook", wanted: list[str]
) -> "pd.DataFrame":
    """Pick tasks by what the other coders make of their plans."""
    import pandas as pd

    from govopen_analytics.coding.assign import CODERS, assign_themes
    from govopen_analytics.review import select_for_review

    to_code = tasks
    if wanted:
        plans = tasks.loc[tasks["task_id"].isin(wanted), "document_id"]
        to_code = tasks.loc[tasks["document_id"].isin(plans)]
    coded = [
        assign_themes(to_code, book, coder=coder)
        for coder in CODERS
        if coder != "combined"
    ]
    return select_for_review(tasks, machine, pd.concat(coded), asked_for=wanted)


@review_app.command("import")
@described
def review_import(
    path: Path,
    coder: str = "",
    reviewed_date: str = "",
    partial: bool = False,
    lang: str = "zh",
    codebook: Path | None = None,
    processed: Path = PROCESSED,
    reviews: Path | None = None,
) -> None:
    """导入人的判断，此后以人为准 · read decisions back; they win over the machine."""
    from govopen_analytics import review
    from govopen_analytics.review.workbook import column_label

    tables, book, folder = _opened(processed, codebook, reviews)
    imported = review.import_reviews(
        path, tables["tasks"], book, coder=coder, reviewed_date=reviewed_date
    )
    for problem in imported.problems.itertuples():
        typer.echo(
            f"行 · row {problem.row}, {column_label(problem.column, lang)}: "
            f"found {problem.found!r}, expected {problem.expected}",
            err=True,
        )
    if len(imported.problems) and not partial:
        typer.echo("没有写入任何判断 · nothing was written", err=True)
        raise typer.Exit(EXIT_FAILED)
    decisions = review.add_reviews(review.read_reviews(folder), imported.reviews)
    written = review.write_reviews(decisions, folder)
    typer.echo(
        f"{len(imported.reviews)} 项判断 · decisions, "
        f"{imported.n_empty} 行未填 · rows empty → {written}\n"
        "下次 govopen build 或 report 时生效 · they take effect when the tables are "
        "built again"
    )
