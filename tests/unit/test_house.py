"""Promises about the repository: its floors, its lists, its notebooks."""

import ast
import json
import re
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from govopen_analytics.base.errors import INSTALLED_AS
from govopen_analytics.cli import app
from govopen_analytics.coding.coded import CODING
from govopen_analytics.plans.corpus import _READING
from govopen_analytics.questions.trust import _MEASURED_BY

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "govopen_analytics"
PACKAGE = "govopen_analytics"

# A module imports only from a floor above it in this list; modules of one line
# do not know each other. Inside a folder the folder decides.
FLOORS = [
    {"base"},
    {"synth", "words"},
    {"readers"},
    {"plans"},
    {"coding"},
    {"measures"},
    {"review"},
    {"charts"},
    {"questions"},
    {"office"},
    {"explore"},
    {"corpus"},
    {"run"},
    {"cli"},
    {"__main__"},
]
FLOOR_OF = {name: n for n, names in enumerate(FLOORS) for name in names}
MODULES = sorted(LIBRARY.rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# One notebook is a place to think: it may compute, and no report runs it.
OF_REPORTS = [path for path in NOTEBOOKS if not path.name.startswith("00_")]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()


def floor_name(path: Path) -> str:
    return path.relative_to(LIBRARY).parts[0].removesuffix(".py")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imported_modules(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == PACKAGE:
            names |= {f"{PACKAGE}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def requirement_names(requirements: list[str]) -> set[str]:
    found = {re.split(r"[\s<>=!~\[;]", text, maxsplit=1)[0] for text in requirements}
    return {name.lower().replace("_", "-").replace(".", "-") for name in found}


def ids(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def test_every_module_imports_only_from_lower_floors():
    wrong = []
    for path in MODULES:
        floor = floor_name(path)
        if floor == "__init__":
            continue
        imported = {
            name.split(".")[1]
            for name in imported_modules(path)
            if name.startswith(f"{PACKAGE}.")
        }
        wrong += [
            f"{path.relative_to(LIBRARY)} imports {name}"
            for name in sorted(imported - {floor})
            if FLOOR_OF[name] >= FLOOR_OF[floor]
        ]
    assert wrong == []


@pytest.mark.parametrize(
    ("folders", "kept_by"),
    [
        ({"readers", "plans"}, _READING),
        ({"plans", "coding"}, CODING),
        ({"coding", "measures", "charts", "questions"}, _MEASURED_BY),
    ],
)
def test_what_is_kept_depends_on_no_other_folder(folders, kept_by):
    used = {
        module.split(".")[1]
        for path in MODULES
        if floor_name(path) in folders
        for module in imported_modules(path)
        if module.startswith(f"{PACKAGE}.")
    }
    assert used <= set(kept_by)


def test_every_module_has_a_floor():
    assert {floor_name(path) for path in MODULES} - {"__init__"} <= set(FLOOR_OF)


def test_every_name_of_the_package_is_there_and_means_one_thing():
    import govopen_analytics

    found = {name: getattr(govopen_analytics, name) for name in dir(govopen_analytics)}
    assert sorted(found) == govopen_analytics.__all__
    assert callable(found["load_corpus"]) and callable(found["measures"].theme_shares)


def test_papermill_is_imported_by_run_alone():
    users = {floor_name(p) for p in MODULES if "papermill" in imported_modules(p)}
    assert users == {"run"}


def test_every_import_is_a_declared_dependency():
    declared = requirement_names(
        PROJECT["project"]["dependencies"]
        + PROJECT["project"]["optional-dependencies"]["cluster"]
    )
    imported = set().union(*map(imported_modules, MODULES))
    tops = {name.split(".")[0] for name in imported} - {PACKAGE, ""}
    needed = {
        INSTALLED_AS.get(name, name).replace("_", "-")
        for name in tops - set(sys.stdlib_module_names)
    }
    assert needed - declared == set()


def test_constraints_pin_every_dependency_exactly():
    lines = [line for line in CONSTRAINTS if line and not line.startswith("#")]
    unpinned = [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.+!-]+", line)]
    wanted = list(PROJECT["project"]["dependencies"])
    for extra in PROJECT["project"]["optional-dependencies"].values():
        wanted += extra
    missing = requirement_names(wanted) - requirement_names(lines)
    assert (unpinned, missing) == ([], set())


@pytest.mark.parametrize(
    "name",
    ["constraints.txt", "environment.yml", "Makefile", ".pre-commit-config.yaml"],
)
def test_no_address_of_a_package_index(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"https?://|index-url|find-links", text) == []


@pytest.mark.parametrize("name", ["README.md", "README.en.md"])
def test_readmes_name_every_notebook_and_command(name):
    text = (ROOT / name).read_text("utf-8")
    rows = "\n".join(re.findall(r"^\| (`.+?) \|", text, re.M))
    notebooks = {p.stem for p in NOTEBOOKS if not p.stem.startswith("_")}
    commands = set(get_command(app).commands)
    assert notebooks | commands <= set(re.findall(r"`(\w+)", rows))


def test_environment_asks_for_the_interpreter_of_pyproject():
    wanted = f"python{PROJECT['project']['requires-python']}"
    found = [d for d in ENVIRONMENT["dependencies"] if isinstance(d, str)]
    assert found == [wanted, "pip"]


def test_environment_installs_the_project_and_lists_nothing_itself():
    (pip,) = [d["pip"] for d in ENVIRONMENT["dependencies"] if isinstance(d, dict)]
    assert pip == ["--constraint constraints.txt", "--editable .[test]"]


def test_public_names_are_documented():
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    bare = []
    for path in MODULES:
        tree = tree_of(path)
        public = [node for node in tree.body if isinstance(node, kinds)]
        public = [node for node in public if not node.name.startswith("_")]
        bare += [node.name for node in public if not ast.get_docstring(node)]
        bare += [path.name] if tree.body and not ast.get_docstring(tree) else []
    assert bare == []


def test_library_neither_prints_nor_asserts_nor_catches_everything():
    found = [
        f"{path.name}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Assert)
        or (isinstance(node, ast.ExceptHandler) and node.type is None)
        or (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print")
    ]
    assert found == []


def code_cells(path: Path) -> list[dict]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids(NOTEBOOKS))
def test_notebook_is_stripped(path):
    left = [c["id"] for c in code_cells(path) if c["outputs"] or c["execution_count"]]
    assert left == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids(NOTEBOOKS))
def test_notebook_has_one_parameters_cell(path):
    cells = code_cells(path)
    tagged = [c for c in cells if "parameters" in c["metadata"].get("tags", [])]
    assert len(tagged) == 1


@pytest.mark.parametrize("path", OF_REPORTS, ids=ids(OF_REPORTS))
def test_notebook_defines_and_computes_nothing(path):
    kinds = (
        ast.FunctionDef,
        ast.ClassDef,
        ast.Lambda,
        ast.BinOp,
        ast.AugAssign,
        ast.For,
        ast.While,
        ast.ListComp,
    )
    found = [
        f"{cell['id']}: {type(node).__name__}"
        for cell in code_cells(path)
        for node in ast.walk(ast.parse("".join(cell["source"])))
        if isinstance(node, kinds)
    ]
    assert found == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids(NOTEBOOKS))
def test_notebook_speaks_both_languages(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    tags = [
        tag
        for cell in cells
        if cell["cell_type"] == "markdown"
        for tag in cell["metadata"]["tags"]
    ]
    assert tags.count("lang-zh") == tags.count("lang-en") == len(tags) / 2 > 0


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/design.md"])
def test_paths_in_the_maps_of_the_house_are_there(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    tops = "govopen_analytics|notebooks|tests|docs|scripts|benchmarks|measures|charts"
    tops += "|coding|readers|questions|office|explore|base|words|cli|plans|run|review"
    named = re.findall(rf"`((?:{tops})/[\w./*<>-]*)`", text)
    named = [re.sub(r"<\w+>|NN_question", "*", path) for path in named]
    missing = [
        path
        for path in named
        if not any(list(root.glob(path)) for root in (ROOT, LIBRARY))
    ]
    assert len(named) > 15
    assert missing == []


OLD_FOLDERS = {"answers", "compare", "export", "pages", "segment", "validity"}


def test_names_that_texts_mention_are_there():
    """``folder.name`` in a text is a module, function or class of that folder."""
    lost = [
        (path.name, f"{folder}.{name}")
        for path in [*ROOT.glob("docs/*.md"), *MODULES]
        for folder, name in re.findall(
            r"`+(\w+)[./]([\w./]+?)(?:\(\))?`", path.read_text(encoding="utf-8")
        )
        if folder in OLD_FOLDERS
        or ((LIBRARY / folder).is_dir() and not is_in_folder(folder, name))
    ]
    assert lost == []


def is_in_folder(folder: str, name: str) -> bool:
    last = name.removesuffix(".py").split(".")[-1].split("/")[-1]
    return (LIBRARY / folder / name).exists() or last in words_of(folder)


@cache
def words_of(folder: str) -> set[str]:
    """Names of a folder's modules and of what they hold."""
    paths = [path for path in MODULES if path.parent.name == folder]
    nodes = [node for path in paths for node in ast.walk(tree_of(path))]
    named = (getattr(node, "name", getattr(node, "id", None)) for node in nodes)
    return {path.stem for path in paths} | {name for name in named if name}
