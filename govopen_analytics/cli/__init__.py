"""The command line ``govopen``; heavy modules are imported where they are used."""

from typing import Annotated

import typer

from govopen_analytics.cli.briefing import briefing
from govopen_analytics.cli.coding import explain, review_app, validate
from govopen_analytics.cli.folders import init, lab, synth
from govopen_analytics.cli.plans import add, check
from govopen_analytics.cli.reports import build, list_notebooks, report
from govopen_analytics.cli.shared import ErrorsOnOneLine

app = typer.Typer(
    cls=ErrorsOnOneLine,
    help="政务公开年度计划分析：读入计划、编码主题、生成报告。\n\n"
    "Load open-government plans, code their themes, write the report.",
    no_args_is_help=True,
    # Rich takes longer to load than all the rest of a page of help.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version

        typer.echo(version("govopen-analytics"))
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="版本 · version"
        ),
    ] = False,
) -> None:
    """Hold what belongs to no single command."""


app.command()(init)
app.command()(check)
app.command()(add)
app.command()(briefing)
# What it does not know goes on to JupyterLab.
app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)(lab)
app.command()(synth)
app.command()(validate)
app.command()(explain)
app.command()(build)
app.command()(report)
app.command("notebooks")(list_notebooks)
app.add_typer(review_app, name="review")
