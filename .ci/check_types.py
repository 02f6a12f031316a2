"""Check the types, and hold every module to the number of errors it had.

The ceilings stand in pyproject.toml and only fall: a module that is not named there
has none. Run it by ``make lint``.
"""

import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CEILINGS = PROJECT["tool"]["govopen"]["type_errors"]


def main() -> int:
    """Print the errors of modules above their ceiling; return the exit code."""
    command = [sys.executable, "-m", "mypy", "govopen_analytics"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    errors = r"^govopen_analytics/(\S+)\.py:\d+: error: "
    if told.returncode not in (0, 1):
        print(told.stdout, told.stderr, sep="\n")
        return told.returncode
    found = Counter(re.findall(errors, told.stdout, re.MULTILINE))
    above = {name for name in found if found[name] > CEILINGS.get(name, 0)}
    below = {name for name in CEILINGS if found[name] < CEILINGS[name]}
    for line in told.stdout.splitlines():
        if any(line.startswith(f"govopen_analytics/{name}.py:") for name in above):
            print(line)
    for name in sorted(above):
        print(f"{name}: {found[name]} type errors, at most {CEILINGS.get(name, 0)}")
    for name in sorted(below):
        print(f"{name}: {found[name]} type errors, lower its ceiling in pyproject.toml")
    return 1 if above or below else 0


if __name__ == "__main__":
    sys.exit(main())
