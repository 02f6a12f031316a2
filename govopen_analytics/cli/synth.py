"""``govopen synth``: a synthetic corpus with a known truth."""

from pathlib import Path
from typing import Annotated

import typer


def synth(
    out: Annotated[Path, typer.Argument(help="目标文件夹 · folder to write")],
    agencies: Annotated[
        int, typer.Option(help="机构数 · number of agencies", min=1)
    ] = 8,
    first_year: Annotated[int, typer.Option(help="起始年份 · first year")] = 2021,
    last_year: Annotated[int, typer.Option(help="终止年份 · last year")] = 2024,
    seed: Annotated[int, typer.Option(help="随机种子 · seed")] = 0,
) -> None:
    """生成合成语料，均标明【合成】 · write a synthetic corpus, marked as such."""
    from govopen_analytics.synth import synthesize_corpus

    if last_year < first_year:
        raise typer.BadParameter(
            f"last year {last_year} is before first year {first_year}"
        )
    years = list(range(first_year, last_year + 1))
    synthesize_corpus(out, n_agencies=agencies, years=years, seed=seed)
    typer.echo(
        f"{agencies} × {len(years)} → {out / 'raw'}，真值 · truth: {out / 'truth'}"
    )
