"""Commands about the coding: its validity, review by people, why a theme."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govopen_analytics.cli.shared import (
    PROCESSED,
    AgencyOption,
    CodebookOption,
    JsonOption,
    LangOption,
    ProcessedOption,
    ReviewsOption,
    YearOption,
    errors_on_one_line,
    print_json,
    rows_of,
)

if TYPE_CHECKING:
    import pandas as pd

    from govopen_analytics.base.tables import Tables
    from govopen_analytics.coding.codebook import Codebook
    from govopen_analytics.review import ReviewImport

_MOST = 200  # tasks worth a person's time

review_app = typer.Typer(
    help="人工复核：导出值得看的任务，导入判断 · human review: export, import",
    no_args_is_help=True,
)


def register_coding_commands(app: typer.Typer) -> None:
    """Give an application the commands ``validate``, ``review`` and ``explain``."""
    app.command()(validate)
    app.command()(explain)
    app.add_typer(review_app, name="review")


def _folder(reviews: Path | None, processed: Path) -> Path:
    from govopen_analytics.review import reviews_folder

    return reviews_folder(processed, reviews or "")


def validate(
    out: Annotated[
        Path, typer.Option("--out", help="结果文件夹 · folder for the results")
    ] = Path("reports/validity"),
    lang: LangOption = "zh",
    codebook: CodebookOption = None,
    processed: ProcessedOption = PROCESSED,
    reviews: ReviewsOption = None,
    draws: Annotated[
        int, typer.Option(help="自助抽样次数 · draws behind each interval", min=100)
    ] = 1000,
    as_json: JsonOption = False,
) -> None:
    """检验编码的效度 · measure how far the coding can be trusted."""
    reviews = _folder(reviews, processed)
    with errors_on_one_line():
        from govopen_analytics.base.languages import in_language
        from govopen_analytics.coding.codebook import load_codebook
        from govopen_analytics.questions.trust import validate_coding
        from govopen_analytics.questions.trust_tables import write_validity

        in_language({"zh": "", "en": ""}, lang)
        book = load_codebook(codebook)
        tables = validate_coding(book, n_bootstrap=draws)
        corrected = _corrected_shares(processed, reviews, book, lang)
        if corrected is not None:
            tables["corrected_shares"] = corrected
        path = write_validity(tables, out, book, lang=lang)
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
    from govopen_analytics.base.datapackage import read_datapackage
    from govopen_analytics.review import corpus_correction, read_samples

    if read_samples(reviews).empty:
        return None
    correction = corpus_correction(read_datapackage(processed), book, reviews)
    for sentence in correction.sentences(lang):
        typer.echo(f"注意 · note: {sentence}", err=True)
    return None if correction.shares.empty else correction.shares


def explain(
    task_id: Annotated[str, typer.Argument(help="任务编号 · id of the task")],
    lang: LangOption = "zh",
    codebook: CodebookOption = None,
    processed: ProcessedOption = PROCESSED,
    reviews: ReviewsOption = None,
) -> None:
    """说明一项任务为何归入其主题 · say why a task has its themes."""
    reviews = _folder(reviews, processed)
    with errors_on_one_line():
        from govopen_analytics.base.datapackage import read_datapackage
        from govopen_analytics.coding.codebook import load_codebook
        from govopen_analytics.coding.explain import explain as explain_task
        from govopen_analytics.coding.explain import review_text
        from govopen_analytics.review import current_reviews, read_reviews

        book = load_codebook(codebook)
        tasks = read_datapackage(processed)["tasks"]
        explanation = explain_task(task_id, tasks, book)
        decided = current_reviews(read_reviews(reviews), tasks, book)
        decided = decided.loc[decided["task_id"] == task_id]
        texts = [review_text(decided, book, lang=lang)] if len(decided) else []
        texts.append(explanation.in_words(lang))
        typer.echo("\n".join(texts))


@review_app.command("export")
def review_export(
    out: Annotated[Path, typer.Argument(help="要写的 XLSX · workbook to write")] = Path(
        "review.xlsx"
    ),
    task: Annotated[
        list[str] | None,
        typer.Option("--task", help="这项任务，可重复 · this task, repeatable"),
    ] = None,
    agency: AgencyOption = None,
    year: YearOption = None,
    theme: Annotated[
        list[str] | None,
        typer.Option(
            "--theme", help="这个主题的任务，可重复 · of this theme, repeatable"
        ),
    ] = None,
    n_most: Annotated[
        int | None,
        typer.Option(
            "--n-most",
            min=1,
            help="最多几项任务，默认 200，指定任务时不限 · most tasks to pick; 200, or "
            "all that are asked for",
        ),
    ] = None,
    n_random: Annotated[
        int,
        typer.Option(
            "--random",
            min=0,
            metavar="N",
            help="改为随机抽 N 项，用来校正份额 · draw N at random, to correct shares",
        ),
    ] = 0,
    seed: Annotated[int, typer.Option(help="抽样种子 · seed of the draw", min=0)] = 0,
    again: Annotated[
        bool, typer.Option("--again", help="已复核的也列出 · also those reviewed")
    ] = False,
    lang: LangOption = "zh",
    codebook: CodebookOption = None,
    processed: ProcessedOption = PROCESSED,
    reviews: ReviewsOption = None,
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
    reviews = _folder(reviews, processed)
    with errors_on_one_line():
        from govopen_analytics import review
        from govopen_analytics.base.datapackage import read_datapackage
        from govopen_analytics.base.errors import SourceError
        from govopen_analytics.coding.assign import assign_themes
        from govopen_analytics.coding.codebook import load_codebook

        if out.exists():
            raise SourceError(
                f"{out}: there is a file of this name, perhaps with decisions in it; "
                f"read them back with 'govopen review import {out}' and remove it, or "
                "give another name"
            )
        book = load_codebook(codebook)
        tables = read_datapackage(processed)
        tasks = tables["tasks"]
        machine = assign_themes(tasks, book)
        if n_random:
            picked = _random_sample(tasks, n_random, seed, reviews)
        else:
            wanted = _asked_for(tables, task, agency, year, theme) if is_asked else []
            done = review.current_reviews(review.read_reviews(reviews), tasks, book)
            picked = _picked(tasks, machine, book, wanted)
            if not (again or task):
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
    known = (select_tasks(chosen, themes) if themes else chosen)["tasks"]["task_id"]
    refuse_unknown_tasks(task_ids or (), known)
    return task_ids or list(known)


def _picked(
    tasks: "pd.DataFrame",
    machine: "pd.DataFrame",
    book: "Codebook",
    asked_for: list[str],
) -> "pd.DataFrame":
    import pandas as pd

    from govopen_analytics.coding.assign import CODERS, assign_themes
    from govopen_analytics.review import select_for_review

    others = [coder for coder in CODERS if coder != "combined"]
    to_code = tasks
    if asked_for:
        wanted = tasks.loc[tasks["task_id"].isin(asked_for), "document_id"]
        to_code = tasks.loc[tasks["document_id"].isin(wanted)]
    coded = [assign_themes(to_code, book, coder=coder) for coder in others]
    return select_for_review(tasks, machine, pd.concat(coded), asked_for=asked_for)


def _random_sample(
    tasks: "pd.DataFrame", n_random: int, seed: int, reviews: Path
) -> "pd.DataFrame":
    from govopen_analytics.review import add_sample, draw_random_sample

    sample = draw_random_sample(tasks, n_random, seed=seed)
    add_sample(sample, reviews)
    return sample[["task_id"]].assign(reasons=[["random"]] * len(sample))


@review_app.command("import")
def review_import(
    path: Annotated[Path, typer.Argument(help="填好的 XLSX · the workbook filled in")],
    coder: Annotated[
        str, typer.Option(help="未写编码者的行 · coder of rows that name none")
    ] = "",
    reviewed_date: Annotated[
        str, typer.Option("--date", help="未写日期的行 · date of rows without one")
    ] = "",
    partial: Annotated[
        bool,
        typer.Option(
            "--partial", help="有问题的行之外照收 · take the rows without problem"
        ),
    ] = False,
    lang: LangOption = "zh",
    codebook: CodebookOption = None,
    processed: ProcessedOption = PROCESSED,
    reviews: ReviewsOption = None,
) -> None:
    """导入人的判断，此后以人为准 · read decisions back; they win over the machine."""
    reviews = _folder(reviews, processed)
    with errors_on_one_line():
        from govopen_analytics import review
        from govopen_analytics.base.datapackage import read_datapackage
        from govopen_analytics.coding.codebook import load_codebook

        book = load_codebook(codebook)
        tasks = read_datapackage(processed)["tasks"]
        imported = review.import_reviews(
            path, tasks, book, coder=coder, reviewed_date=reviewed_date
        )
        _print_problems(imported, lang)
        if len(imported.problems) and not partial:
            typer.echo("没有写入任何判断 · nothing was written", err=True)
            raise typer.Exit(1)
        kept = review.add_reviews(review.read_reviews(reviews), imported.reviews)
        written = review.write_reviews(kept, reviews)
    typer.echo(
        f"{len(imported.reviews)} 项判断 · decisions, "
        f"{imported.n_empty} 行未填 · rows empty → {written}\n"
        "下次 govopen build 或 report 时生效 · they take effect when the tables are "
        "built again"
    )


def _print_problems(imported: "ReviewImport", lang: str) -> None:
    from govopen_analytics.review.workbook import column_label

    for problem in imported.problems.itertuples():
        typer.echo(
            f"行 · row {problem.row}, {column_label(problem.column, lang)}: "
            f"found {problem.found!r}, expected {problem.expected}",
            err=True,
        )
