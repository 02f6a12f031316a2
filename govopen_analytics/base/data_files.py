"""Files of YAML and JSON: read them, and refuse what has another shape."""

import json
from importlib.resources import files
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args

import yaml

try:  # in C, ten times faster; not every build of PyYAML has it
    from yaml import CSafeLoader as YamlLoader
except ImportError:
    from yaml import SafeLoader as YamlLoader

from govopen_analytics.base.errors import GovOpenError

__all__ = ["YamlLoader", "load_yaml", "mismatch", "read_json"]

ANY = "*"  # the key that stands for every key


def load_yaml(package: str, name: str) -> Any:
    """Load a YAML file that stands beside the code of a package."""
    return yaml.load((files(package) / name).read_text("utf-8"), Loader=YamlLoader)


def read_json(path: Path, shape: Any, error: type[GovOpenError], remedy: str) -> Any:
    """Read a JSON file of a known shape.

    Parameters
    ----------
    shape : type, list or dict
        A type, or union of types, that the value is of; a list of one shape that
        every item has; a dict with the shape of each key it needs. A key that
        ends in ``?`` may be missing, the key ``*`` stands for all.
    error : type
        What is raised.
    remedy : str
        What the user can do, as a clause.

    Raises
    ------
    GovOpenError
        Of the type `error`, if the file cannot be read or has another shape.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as cause:
        reason = f"{type(cause).__name__}: {cause}"
        raise error(
            f"{path}: found no JSON that can be read ({reason}); {remedy}"
        ) from cause
    if problem := mismatch(value, shape, "the whole"):
        raise error(f"{path}: {problem}; {remedy}")
    return value


def mismatch(value: Any, shape: Any, place: str) -> str:
    """Say where a value has another shape than it should; empty if it has not."""
    if isinstance(shape, dict):
        return _dict_mismatch(value, shape, place)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return _found_instead(place, value, "a list")
        parts = ((part, shape[0], f"{place}, item {n}") for n, part in enumerate(value))
        return next(filter(None, (mismatch(*part) for part in parts)), "")
    # Python takes True for the number 1; a file that says so is wrong here.
    is_right = isinstance(value, shape) and (shape is bool or type(value) is not bool)
    return "" if is_right else _found_instead(place, value, _name(shape))


def _dict_mismatch(value: Any, shape: dict[str, Any], place: str) -> str:
    if not isinstance(value, dict):
        return _found_instead(place, value, "names with values")
    if ANY in shape:
        expected = {key: shape[ANY] for key in value}
    else:
        shapes = {key.removesuffix("?"): part for key, part in shape.items()}
        for key in shape:
            if not key.endswith("?") and key not in value:
                return f"{place}: found no '{key}'"
        expected = {key: part for key, part in shapes.items() if key in value}
    parts = ((value[key], part, f"'{key}'") for key, part in expected.items())
    return next(filter(None, (mismatch(*part) for part in parts)), "")


def _found_instead(place: str, value: Any, expected: str) -> str:
    return f"{place}: found {_name(type(value))}, expected {expected}"


def _name(kind: type | UnionType) -> str:
    names = {dict: "names with values", list: "a list", str: "a text", int: "a number"}
    names |= {float: "a number", bool: "true or false", NoneType: "nothing"}
    kinds = get_args(kind) or (kind,)
    return " or ".join(dict.fromkeys(names.get(part, str(part)) for part in kinds))
