"""Install the wheel into clean environments, one for each Python, and use it there.

Run ``python tests/install/check.py`` with any Python that has pip. Every version of
Python that ``pyproject.toml`` lists and this machine has gets an environment without
setuptools and the pinned packages, and must read the example plans to the same
tables, and run a notebook. The newest one makes a report as well.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
N_TASKS = 136  # in the five plans
NOTEBOOK = "02_theme_coverage"
ONE_NOTEBOOK = f"""\
default: one
sets:
  one: {{notebooks: ["{NOTEBOOK}"], formats: []}}
"""
ABSENT = "import importlib.util as u; print([*filter(u.find_spec, {names!r})])"


def supported_versions() -> list[str]:
    """Return the versions of Python that the project lists, oldest first."""
    lines = "\n".join(PROJECT["project"]["classifiers"])
    return re.findall(r"Python :: (\d+\.\d+)$", lines, flags=re.MULTILINE)


def find_interpreter(version: str) -> Path | None:
    """Return a Python of a version: on the path, or of pyenv or uv."""
    named = shutil.which(f"python{version}")
    folders = [".pyenv/versions/{}.*", ".local/share/uv/python/cpython-{}.*"]
    kept = [
        path / "bin" / "python3"
        for folder in folders
        for path in sorted(Path.home().glob(folder.format(version)), reverse=True)
    ]
    for python in [*filter(None, [named]), *kept]:
        asked = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        answer = subprocess.run(asked, capture_output=True, text=True, check=False)
        if answer.stdout.strip() == version:
            return Path(python)
    return None


def call(*command: str | Path, cwd: Path) -> str:
    """Run a command in a folder and return what it printed; stop where it fails."""
    # What the caller's own environment adds must not help the new one.
    mine = ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME")
    environment = {k: v for k, v in os.environ.items() if k not in mine}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def expect(found: object, expected: object, what: str) -> None:
    """Stop where something is not as expected."""
    if found != expected:
        sys.exit(f"{what}: found {found!r}, expected {expected!r}")


def check_wheel(wheel: Path) -> None:
    """Compare what the wheel holds for ``govopen init`` with the tree."""
    mapped = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    expected = {}
    for source, target in mapped.items():
        path = ROOT / source
        files = [path] if path.is_file() else [p for p in path.iterdir() if p.is_file()]
        for file in files:
            name = target if path.is_file() else f"{target}/{file.name}"
            expected[name] = file.read_bytes()
    with zipfile.ZipFile(wheel) as archive:
        found = {n: archive.read(n) for n in archive.namelist() if "/starter/" in n}
    expect(sorted(found), sorted(expected), "files for govopen init in the wheel")
    changed = [name for name, content in found.items() if content != expected[name]]
    expect(changed, [], "files that differ between wheel and tree")


def new_environment(python: Path, wheel: Path, folder: Path) -> Path:
    """Make an environment without setuptools, install the wheel, return its bin."""
    call(python, "-m", "venv", "--without-pip", folder, cwd=ROOT)
    bin_folder = folder / "bin"
    pip = (sys.executable, "-m", "pip", "--python", bin_folder / "python")
    pins = ("--constraint", ROOT / "constraints.txt")
    call(*pip, "install", "--quiet", "--no-compile", *pins, wheel, cwd=ROOT)
    code = ABSENT.format(names=["setuptools", "pkg_resources"])
    expect(call(bin_folder / "python", "-c", code, cwd=folder), "[]\n", "not absent")
    return bin_folder


def tables_of(bin_folder: Path, work: Path) -> dict[str, str]:
    """Read the example plans, run a notebook, and return the tables' digests."""
    work.mkdir()
    call(bin_folder / "govopen", "init", "--example", cwd=work)
    call(bin_folder / "govopen", "build", cwd=work)
    notebook = f"notebooks/{NOTEBOOK}.ipynb"
    run = ("papermill", notebook, "out.ipynb", "--cwd", "notebooks")
    call(bin_folder / "python", "-m", *run, cwd=work)
    tables = sorted((work / "data" / "processed").glob("*.csv"))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in tables}


def n_tasks(bin_folder: Path, work: Path) -> int:
    """Return the number of tasks read."""
    code = (
        "import pandas; print(len(pandas.read_parquet('data/processed/tasks.parquet')))"
    )
    return int(call(bin_folder / "python", "-c", code, cwd=work))


def main() -> None:
    """Check every version of Python that is here."""
    found = {version: find_interpreter(version) for version in supported_versions()}
    here = {version: python for version, python in found.items() if python}
    for version in found.keys() - here.keys():
        print(f"Python {version}: not on this machine, not checked", flush=True)
    first: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="govopen-install-") as name:
        scratch = Path(name)
        build = ("wheel", "--quiet", "--no-deps", "--wheel-dir", scratch, ROOT)
        call(sys.executable, "-m", "pip", *build, cwd=ROOT)
        (wheel,) = scratch.glob("*.whl")
        check_wheel(wheel)
        for version, python in here.items():
            bin_folder = new_environment(python, wheel, scratch / version)
            work = scratch / f"work-{version}"
            tables = tables_of(bin_folder, work)
            first = first or tables
            expect(n_tasks(bin_folder, work), N_TASKS, f"Python {version}: tasks")
            expect(tables, first, f"Python {version}: tables")
            print(
                f"Python {version}: {N_TASKS} tasks, {len(tables)} tables as expected"
            )
            sys.stdout.flush()
        (work / "reports.yml").write_text(ONE_NOTEBOOK, encoding="utf-8")
        call(bin_folder / "govopen", "report", cwd=work)
        page = (work / "reports" / "latest" / "index.html").read_text(encoding="utf-8")
        expect("<html" in page, True, "a page of the report")
    print(f"Python {version}: the wheel works from an empty folder")


if __name__ == "__main__":
    main()
