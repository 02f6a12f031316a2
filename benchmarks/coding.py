"""Time theme coding beside the plain script a user would write.

Usage: python benchmarks/coding.py [N_TASKS] [--seed 7]
       python benchmarks/coding.py --linearity 10000 100000 1000000

The corpus is made of the clauses of the reference tasks, drawn with a seed. The
plain script segments each row with jieba, runs ``str.contains`` per keyword, and
compares every task with every theme by dense cosine. Both code the same tasks in
one run; the ratio carries over between machines, the seconds do not.

With ``--linearity`` each size is coded in a process of its own, without the plain
script, so that the peak memory is that of the size: coding is linear where the
processor seconds per 1,000 tasks stay the same.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import time

import numpy as np
import pandas as pd

from govopen_analytics.coding.assign import assign_themes
from govopen_analytics.coding.codebook import Codebook, load_codebook
from govopen_analytics.coding.keywords import keyword_matches


def make_tasks(n_tasks: int, codebook: Codebook, seed: int) -> pd.DataFrame:
    """Draw tasks of three to eight clauses."""
    generator = random.Random(seed)
    clauses = [
        clause
        for content in codebook.reference["content"]
        for clause in content.replace("。", "，").split("，")
        if len(clause) >= 6
    ]
    texts = [
        "，".join(generator.choices(clauses, k=generator.randint(3, 8))) + "。"
        for _ in range(n_tasks)
    ]
    return pd.DataFrame(
        {
            "task_id": [f"task-{i:07d}" for i in range(n_tasks)],
            "document_id": [f"plan-{i // 30:06d}" for i in range(n_tasks)],
            "text": texts,
        }
    )


def plain_script(tasks: pd.DataFrame, codebook: Codebook) -> pd.Series:
    """Code tasks as one would without this library."""
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.metrics.pairwise import cosine_similarity

    jieba.setLogLevel(60)
    words: dict[str, list[str]] = {theme: [] for theme in codebook.theme_ids}
    for keyword in codebook.keywords:
        if not keyword.has_gap:
            words[keyword.theme_id].append(keyword.text)
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
    return pd.Series(np.array(list(words))[(hits / 5 + similar).argmax(axis=1)])


def measure(function, *arguments) -> dict[str, float]:
    """Return wall-clock and processor seconds of one call."""
    wall, processor = time.perf_counter(), time.process_time()
    function(*arguments)
    return {
        "seconds": round(time.perf_counter() - wall, 2),
        "processor_seconds": round(time.process_time() - processor, 2),
    }


def measure_linearity(sizes: list[int], seed: int) -> dict:
    """Code corpora of several sizes, each in a fresh process."""
    runs = []
    for n_tasks in sizes:
        command = [sys.executable, __file__, str(n_tasks), "--skip-plain"]
        found = subprocess.run(
            [*command, "--seed", str(seed)], capture_output=True, text=True, check=True
        )
        run = json.loads(found.stdout)
        spent = run["assign_themes"]["processor_seconds"]
        run["processor_seconds_per_1000_tasks"] = round(1000 * spent / n_tasks, 4)
        print(json.dumps(run), file=sys.stderr)
        runs.append(run)
    costs = [run["processor_seconds_per_1000_tasks"] for run in runs]
    return {
        "runs": runs,
        "cost_per_task_largest_over_smallest": round(costs[-1] / costs[0], 2),
        "peak_gib": max(run["peak_gib"] for run in runs),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("n_tasks", type=int, nargs="?", default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--skip-plain", action="store_true")
    parser.add_argument("--linearity", type=int, nargs="+", metavar="N_TASKS")
    options = parser.parse_args()
    if options.linearity:
        print(json.dumps(measure_linearity(sorted(options.linearity), options.seed)))
        return
    codebook = load_codebook()
    tasks = make_tasks(options.n_tasks, codebook, options.seed)
    assign_themes(tasks.head(5), codebook)  # the model is fitted once per process
    result = {
        "n_tasks": len(tasks),
        "mean_chars": round(tasks["text"].str.len().mean(), 1),
        "assign_themes": measure(assign_themes, tasks, codebook),
        "keyword_matches": measure(keyword_matches, tasks, codebook),
    }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    result["peak_gib"] = round(peak, 2)
    if not options.skip_plain:
        result["plain_script"] = measure(plain_script, tasks, codebook)
        ours = sum(
            result[name]["processor_seconds"]
            for name in ("assign_themes", "keyword_matches")
        )
        ratio = result["plain_script"]["processor_seconds"] / ours
        result["plain_over_library"] = round(ratio, 1)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
