"""Run the benchmarks and print one table.

Usage: python benchmarks/run.py [--steps start-up reading coding] [--sizes 10000 100000]
       python benchmarks/run.py --agencies 3000 --full

Every row is a family of processes of its own, from its start to its last file. Its
clock, its processor time and its memory are taken every tenth of a second; memory
that processes share counts once for each. The plain way, what one would write
without this library, runs right after ours; where both are measured several times
they take turns. The ratio is of the clock, the one in brackets of processor time;
ratios carry over between machines, seconds do not.
"""

import argparse
import platform
import random
import sys
import tempfile
from pathlib import Path

import psutil
from report import commands
from watching import ROOT, Measured, watch

STEPS = ("start-up", "reading", "segmenting", "coding", "comparing", "report")
FORMATS = ("docx", "html", "xlsx", "pdf")
N_PLANS = {"docx": 60, "html": 200, "xlsx": 120, "pdf": 12}


def row(
    step: str,
    n: str,
    command: list[str],
    plain: list[str] | None = None,
    *,
    turns: int = 1,
    known: Measured | None = None,
) -> Measured | None:
    """Print a step and its plain counterpart, the best of some turns each.

    Returns what the plain way took, for another step of the same work.
    """
    ours, theirs = [], [known] if known else []
    for _ in range(turns):
        ours.append(watch(command))
        if plain:
            theirs.append(watch(plain))
    best = {key: min(turn[key] for turn in ours) for key in ours[0]}
    cells = [step, n, f"{best['seconds']:.1f}", f"{best['processor']:.1f}"]
    cells += [f"{best['peak_gib']:.2f}", f"{best['load']:.1f}"]
    other = None
    if theirs:
        other = {key: min(turn[key] for turn in theirs) for key in theirs[0]}
        clock, work = (other[k] / max(best[k], 0.01) for k in ("seconds", "processor"))
        cells += [f"{other['seconds']:.1f}", f"{other['peak_gib']:.2f}"]
        cells += [f"{clock:.1f} ({work:.1f})"]
    print(f"| {' | '.join([*cells, *[''] * (9 - len(cells))])} |", flush=True)
    return other


def child(*arguments: object) -> list[str]:
    """Return the command that does one step in a process of its own."""
    return [sys.executable, __file__, "--child", *map(str, arguments)]


# The corpora -----------------------------------------------------------------------


def write_tasks(n_tasks: int, path: Path, seed: int = 7) -> None:
    """Write tasks of three to eight clauses of the reference, two in five altered."""
    import pandas as pd

    from govopen_analytics.coding.codebook import load_codebook

    generator = random.Random(seed)
    clauses = [
        clause
        for content in load_codebook().reference["content"]
        for clause in content.replace("。", "，").split("，")
        if len(clause) >= 6
    ]

    def altered() -> str:
        clause, other = generator.choices(clauses, k=2)
        if generator.random() < 0.6:
            return clause
        place = generator.randrange(len(clause) - 1)
        taken = generator.randrange(len(other) - 1)
        return clause[:place] + other[taken : taken + 2] + clause[place + 2 :]

    texts = [
        "，".join(altered() for _ in range(generator.randint(3, 8))) + "。"
        for _ in range(n_tasks)
    ]
    numbers = range(n_tasks)
    table = {
        "task_id": [f"task-{n:08d}" for n in numbers],
        "document_id": [f"plan-{n // 30:07d}" for n in numbers],
        "text": texts,
    }
    pd.DataFrame(table).to_parquet(path, index=False)


def write_plans(folder: Path) -> None:
    """Write plans of one table of thirty rows in several formats."""
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]
    from plan_writer import WRITERS
    from readers import make_plan

    for form in FORMATS:
        (folder / form).mkdir()
        name = next(name for name in WRITERS if name.endswith(f".{form}"))
        for number in range(N_PLANS[form]):
            content = WRITERS[name](make_plan(30 + number % 7))
            (folder / form / f"{number:03d}.{form}").write_bytes(content)


# One step in a process of its own --------------------------------------------------


def read_plans(folder: str) -> None:
    from govopen_analytics.readers import read_bytes

    for path in sorted(Path(folder).iterdir()):
        read_bytes(path.read_bytes(), path.name)


def read_plainly(folder: str) -> None:
    """Take the text of files as the usual libraries give it, without tables."""
    for path in sorted(Path(folder).iterdir()):
        if path.suffix == ".docx":
            import docx

            document = docx.Document(str(path))
            texts = [paragraph.text for paragraph in document.paragraphs]
            for table in document.tables:
                texts += [cell.text for row in table.rows for cell in row.cells]
        elif path.suffix == ".html":
            import lxml.html

            texts = [lxml.html.fromstring(path.read_bytes()).text_content()]
        elif path.suffix == ".xlsx":
            import openpyxl

            book = openpyxl.load_workbook(path)
            texts = [str(cell.value) for sheet in book for row in sheet for cell in row]
        else:
            import pdfplumber

            with pdfplumber.open(path) as pages:
                texts = [page.extract_text() or "" for page in pages.pages]
        "\n".join(texts)


def segment_plans(n_plans: str) -> None:
    sys.path.insert(0, str(ROOT / "benchmarks"))
    from segment import LAYOUTS, source_of

    from govopen_analytics.plans.document import segment_document

    for number in range(int(n_plans)):
        layout = list(LAYOUTS)[number % len(LAYOUTS)]
        segment_document(source_of(layout, 30 + number % 7), 2024)


def code(path: str, coder: str = "combined") -> None:
    import pandas as pd

    from govopen_analytics.coding.assign import assign_themes
    from govopen_analytics.coding.codebook import load_codebook

    tasks = pd.read_parquet(path)
    coded = assign_themes(tasks, load_codebook(), coder=coder)
    coded.to_csv(Path(path).with_suffix(".ours.csv"), index=False)


def code_plainly(path: str) -> None:
    """Code as one would without this library: words, keywords, cosine, all by row."""
    import jieba
    import numpy as np
    import pandas as pd
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.metrics.pairwise import cosine_similarity

    from govopen_analytics.coding.codebook import load_codebook

    jieba.setLogLevel(60)
    codebook = load_codebook()
    words: dict[str, list[str]] = {theme: [] for theme in codebook.theme_ids}
    for keyword in codebook.keywords:
        # A script of one's own has some twenty keywords a theme.
        if not keyword.has_gap and len(words[keyword.theme_id]) < 22:
            words[keyword.theme_id].append(keyword.text)
    tasks = pd.read_parquet(path).astype({"text": object})
    texts = tasks["text"]
    tokens = texts.apply(lambda text: " ".join(jieba.lcut(text)))
    hits = np.zeros((len(tasks), len(words)))
    for i, theme in enumerate(words):
        for word in words[theme]:
            hits[:, i] += texts.str.contains(word, regex=False)
    vectorizer = TfidfVectorizer(tokenizer=str.split, token_pattern=None)
    matrix = vectorizer.fit_transform(tokens)
    profiles = vectorizer.transform([" ".join(word) for word in words.values()])
    similar = cosine_similarity(matrix, profiles)
    themes = np.array(list(words))[(hits / 5 + similar).argmax(axis=1)]
    tasks.assign(theme=themes).to_csv(Path(path).with_suffix(".plain.csv"), index=False)


def compare(processed: str) -> None:
    from govopen_analytics import open_corpus

    corpus = open_corpus(processed)
    _ = corpus.theme_shares(by=["agency"]).table
    _ = corpus.distinctive_words(by=["agency"]).table


CHILDREN = {
    "read": read_plans,
    "read-plainly": read_plainly,
    "segment": segment_plans,
    "code": code,
    "code-plainly": code_plainly,
    "compare": compare,
}


# The table ----------------------------------------------------------------------------


def measure(steps: list[str], sizes: list[int], agencies: int, turns: int) -> None:
    """Measure the steps and print a row for each."""
    govopen = [sys.executable, "-m", "govopen_analytics"]
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        if "start-up" in steps:
            bare = [sys.executable, "-c", "pass"]
            row("start-up: --help", "", [*govopen, "--help"], bare, turns=5)
        if "reading" in steps:
            write_plans(scratch)
            for form in FORMATS:
                folder = scratch / form
                plain = child("read-plainly", folder)
                n = f"{N_PLANS[form]} plans"
                row(f"reading: {form}", n, child("read", folder), plain, turns=turns)
        if "segmenting" in steps:
            row("segmenting", "200 plans", child("segment", 200), turns=turns)
        if "coding" in steps:
            for size in sizes:
                path = scratch / f"{size}.parquet"
                write_tasks(size, path)
                if size > 100_000:
                    row("coding", f"{size:,} tasks", child("code", path), turns=turns)
                    continue
                plain, n = child("code-plainly", path), f"{size:,} tasks"
                known = row("coding", n, child("code", path), plain, turns=turns)
                row("coding: words", n, child("code", path, "tfidf"), known=known)
        if "comparing" in steps:
            measure_comparing(scratch, govopen, agencies)
        if "report" in steps:
            (scratch / "report").mkdir()
            asked = commands(scratch / "report", ROOT / "data" / "raw", None)
            n = f"{len(asked['jobs'])} notebooks"
            row("report", n, asked["report"], asked["plain"])
            row("report again, unchanged", n, asked["report"])


def measure_comparing(scratch: Path, govopen: list[str], agencies: int) -> None:
    """Build a synthetic corpus, build it again, and compare its agencies."""
    from govopen_analytics.synth import synthesize_corpus

    made = synthesize_corpus(scratch / "corpus", n_agencies=agencies, years=(2024,))
    processed = scratch / "processed"
    folders = ["--raw", str(made.raw_dir), "--processed", str(processed)]
    build = [*govopen, "build", *folders]
    n = f"{agencies:,} agencies"
    row("building", n, build)
    row("building again, unchanged", n, build)
    row("comparing: shares, words", n, child("compare", processed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=list(STEPS[:5]))
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--agencies", type=int, default=300)
    parser.add_argument("--turns", type=int, default=1, help="the best of so many")
    parser.add_argument("--full", action="store_true", help="all steps and sizes")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        step, *arguments = options.child
        CHILDREN[step](*arguments)
        return
    if options.full:
        options.steps, options.sizes = list(STEPS), [10_000, 100_000, 1_000_000]
    print(f"Python {platform.python_version()}, {psutil.cpu_count()} cores\n")
    print(
        "| step | n | s | processor s | peak GiB | load | plain s | its GiB | ratio |"
    )
    print(f"|{'---|' * 9}")
    measure(options.steps, options.sizes, options.agencies, options.turns)


if __name__ == "__main__":
    main()
