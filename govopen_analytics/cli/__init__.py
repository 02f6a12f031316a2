"""The command line ``govopen``; heavy modules are imported where they are used."""

import typer

from govopen_analytics.cli.check import check
from govopen_analytics.cli.coding import register_coding_commands
from govopen_analytics.cli.export import export
from govopen_analytics.cli.report import register_report_commands
from govopen_analytics.cli.synth import synth

app = typer.Typer(
    help="政务公开年度计划分析：读入计划、编码主题、生成报告。\n\n"
    "Load open-government plans, code their themes, write the report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)

app.command()(check)
app.command()(export)
app.command()(synth)
register_coding_commands(app)
register_report_commands(app)
