"""Change the measures one place at a time, and see whether a test notices.

``python benchmarks/mutants.py`` tries a seeded sample of mutants of each module in
``MODULES`` and all of ``HAND_MADE``; ``--per-module 0`` tries every one. A mutant is
killed where a test fails or takes too long. Run it alone: each mutant runs tests.
"""

import argparse
import ast
import importlib.abc
import importlib.util
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

import hypothesis.strategies  # noqa: F401  loaded once, before the forks
import pytest

ROOT = Path(__file__).parents[1]
MEASURES = ROOT / "govopen_analytics" / "measures"
UNIT = ROOT / "tests" / "unit"
INFERENCE = "test_measures_inference.py test_measures_by_hand.py test_compare_shares.py"
AGENDAS = INFERENCE + " test_compare_agendas.py"
COMMITMENTS = "test_compare_commitments.py"
#: Modules, the files of tests that are to notice, and the names of those that run.
MODULES = {
    "intervals": (INFERENCE, ""),
    "families": (INFERENCE, "state or famil or found or change"),
    "permutation": (INFERENCE, "arrange or permut or unit or plans or differences"),
    "differences": (INFERENCE, "differ or deviation or form or group or agency or gap"),
    "confusion": (INFERENCE + " test_compare_correction.py", "co or checked or hold"),
    "shares": (INFERENCE + " " + COMMITMENTS, ""),
    "sensitivity": (INFERENCE, "finely"),
    "change": (AGENDAS, "change or trend or year"),
    "distance": (AGENDAS, "distance or agenda or pairs or outlier or null"),
    "resample": (AGENDAS, "drawn or distance or index"),
    "index": ("test_compare_agendas.py", "index or weights"),
    "responsibility": (COMMITMENTS, ""),
    "commitments": (COMMITMENTS + " test_compare_quantities.py", ""),
    "coded_tasks": ("test_agreement.py", ""),
}
#: Names of tests that simulate much.
SLOW = "often or few_false or in_ten_is_wrong or three_hundred or three_thousand"
#: Changes of sense that no single operator makes: module, text, text instead.
HAND_MADE = [
    ("differences", "states(p_adjusted, can)", "states(p_value, can)"),
    (
        "differences",
        "np.maximum(adjusted(p_cells, cell_family), p_adjusted)",
        "p_cells",
    ),
    ("differences", "rarest.min(axis=1)[:, None] <= rarest[0]", "rarest <= rarest[0]"),
    ("distance", "(n_sides > 1).any()", "False"),
    ("distance", 'divergence - null["divergence_mean"]', "divergence"),
    ("families", 'adjusted(rows["p_value"].to_numpy(), family)', 'rows["p_value"]'),
    ("change", "np.abs(drawn) >= np.abs(slope) - _ROUNDING", "drawn >= slope"),
    ("change", "groups.agency + rng.random", "rng.random"),
    ("change", "return n * year / (", "return year / ("),
    ("change", "n_plans - n_agencies - 1", "n_plans * 10"),
    ("change", "np.maximum(by_plan, by_task)", "by_task / 4"),
    ("differences", '"p_adjusted": any_as_rare', '"p_adjusted": chance'),
    (
        "differences",
        "unseen_bound(n, interval=interval)",
        "unseen_bound(n, interval=0.92)",
    ),
    ("shares", "binomial / worth + error", "binomial / worth"),
    ("permutation", "len(first) > len(np.unique(group))", "False"),
    ("intervals", "np.where(is_none, bound, upper)", "np.where(is_none, upper, upper)"),
    ("shares", "between - within", "between / typical_n"),
]
#: Mutants that change nothing anybody could see: module, line of code, new operator.
EQUIVALENT = {
    # How many draws are made at once.
    (
        "resample",
        "batch = max(1, _CHUNK_FLOATS // (stacks.stop - stacks.start))",
        "Sub to Add",
    ),
    # A chance summed up is above 1 by rounding only.
    (
        "differences",
        '"p_value": float(min(1.0, distribution[n_unobserved:].sum())),',
        "1.0 to 3.0",
    ),
    # Ranks are compared with ranks only.
    (
        "differences",
        'return rankdata(-rounded, method="max", axis=0) / len(values)',
        "Div to Mult",
    ),
}

# Constants that say how much is worked on at once.
AT_ONCE = {
    "_BATCH_FLOATS",
    "_CHUNK_FLOATS",
    "_DRAWS_AT_ONCE",
    "_ORDERS_AT_ONCE",
    "_PAIRS_AT_ONCE",
    "_ROUNDING",
}
_SWAPS: dict[type, list[type]] = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div],
    ast.Div: [ast.Mult],
    ast.Lt: [ast.GtE],
    ast.LtE: [ast.Gt],
    ast.Gt: [ast.LtE],
    ast.GtE: [ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.BitAnd: [ast.BitOr],
    ast.BitOr: [ast.BitAnd],
}


def mutants(source: str) -> list[tuple[int, str, str]]:
    """Return line, description and source of every mutant of a module."""
    tree, out = ast.parse(source), []
    left_out = {id(part) for node in ast.walk(tree) for part in _alike(node)}
    for node in ast.walk(tree):
        if id(node) in left_out:
            continue
        for field, old, new in _changes(node):
            setattr(node, field, new)
            changed = ast.unparse(tree)
            setattr(node, field, old)
            line = getattr(node, "lineno", 0)
            out.append((line, _name(old, new), changed))
    return out


def _alike(node: ast.AST) -> list[ast.AST]:
    """Return parts whose change makes an equivalent mutant.

    Frozen classes, checks of lengths, labels of rows, seeds and numbers of draws, and
    how much is worked on at once: they never change what is measured.
    """
    parts: list[ast.AST] = []
    if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
        parts += node.decorator_list
    if isinstance(node, ast.arguments):
        defaults = [*node.defaults, *(one for one in node.kw_defaults if one)]
        numbers = [one for one in defaults if isinstance(one, ast.Constant)]
        parts += [one for one in numbers if type(one.value) is int]
    if isinstance(node, ast.keyword) and node.arg in ("strict", "ignore_index", "size"):
        parts.append(node.value)  # a check, labels of rows, a number of draws
    if isinstance(node, ast.Assign):
        names = {one.id for one in node.targets if isinstance(one, ast.Name)}
        parts += [node.value] if names & AT_ONCE else []
    return [inner for part in parts for inner in ast.walk(part)]


def _changes(node: ast.AST) -> list[tuple[str, object, object]]:
    if isinstance(node, (ast.BinOp, ast.AugAssign)):
        return [("op", node.op, new()) for new in _SWAPS.get(type(node.op), [])]
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        swaps = _SWAPS.get(type(node.ops[0]), [])
        return [("ops", node.ops, [new()]) for new in swaps]
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return [("value", node.value, node.value * 2 + 1)]
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        return [("value", node.value, not node.value)]
    return []


def _name(old: object, new: object) -> str:
    def word(one: object) -> str:
        if isinstance(one, list):
            one = one[0]
        return type(one).__name__ if isinstance(one, ast.AST) else repr(one)

    return f"{word(old)} to {word(new)}"


class _Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Load one module of the measures from other source."""

    def __init__(self, module: str, source: str) -> None:
        self.name, self.source = f"govopen_analytics.measures.{module}", source
        self.path = MEASURES / f"{module}.py"

    def find_spec(self, name: str, path: object, target: object = None):
        """Answer for the one module."""
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def exec_module(self, module: object) -> None:
        """Run the mutant's source."""
        code = compile(self.source, str(self.path), "exec")
        exec(code, module.__dict__)


def survives(module: str, source: str, seconds: int) -> bool:
    """Run the tests of a module on a mutant in a process of its own."""
    files, names = MODULES[module]
    child = os.fork()
    if child == 0:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        signal.alarm(seconds)
        sys.meta_path.insert(0, _Instead(module, source))
        paths = [str(UNIT / name) for name in files.split()]
        options = ["-x", "-q", "-p", "no:cacheprovider", "-k"]
        # Most mutants fall to the quick tests; the others meet the slow ones too.
        for wanted in (f"not ({SLOW})", f"({SLOW})"):
            chosen = f"{wanted} and ({names})" if names else wanted
            code = int(pytest.main([*options, chosen, *paths]))
            if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
                os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0


def main() -> None:
    """Try the mutants and print those that no test notices."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help=", ".join(MODULES))
    parser.add_argument("--per-module", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    os.chdir(ROOT)
    # What the library needs is loaded once; the library itself anew in each child.
    importlib.import_module("govopen_analytics.measures")
    for name in [name for name in sys.modules if name.startswith("govopen_analytics")]:
        del sys.modules[name]
    tried, killed, start = Counter(), Counter(), time.time()
    for module in chosen.modules or MODULES:
        source = (MEASURES / f"{module}.py").read_text(encoding="utf-8")
        code = source.splitlines()
        found = mutants(source)
        if chosen.per_module and len(found) > chosen.per_module:
            found = random.Random(chosen.seed).sample(found, chosen.per_module)
        for name, old, new in HAND_MADE:
            if name == module and old not in source:
                sys.exit(f"HAND_MADE, {module}: found no {old!r}; mend the list")
            if name == module:
                found.append((0, f"{old} to {new}", source.replace(old, new)))
        for line, what, changed in found:
            text = code[line - 1].strip() if line else ""
            if (module, text, what) in EQUIVALENT:
                continue
            tried[module] += 1
            if survives(module, changed, chosen.seconds):
                print(f"survives: {module}:{line} {what}   {text}", flush=True)
            else:
                killed[module] += 1
                print(f"  {killed[module]} of {tried[module]}", flush=True)
        print(
            f"{module}: {killed[module]} of {tried[module]} killed, "
            f"{time.time() - start:.0f} s",
            flush=True,
        )
    total = sum(tried.values())
    print(f"all: {sum(killed.values())} of {total} killed", flush=True)


if __name__ == "__main__":
    main()
