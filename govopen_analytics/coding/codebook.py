"""A YAML codebook to a checked ``Codebook``: themes, keywords, examples, rules."""

import hashlib
import html
import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from govopen_analytics.base.data_files import YamlLoader
from govopen_analytics.base.errors import CodebookError, choices
from govopen_analytics.base.text import fold, without_blanks
from govopen_analytics.coding.reference_files import read_reference, read_training

DEFAULT_CODEBOOK = Path(__file__).parent / "codebooks" / "government_openness.yml"

#: Stands between the two parts of a keyword with a gap: ``公开…信息``.
GAP = "…"
#: Characters that end a clause, after folding; no keyword may hold one.
CLAUSE_ENDS = "。;!?,\n"

_TOP_KEYS = {
    "codebook",
    "version",
    "title_zh",
    "title_en",
    "coding",
    "rules",
    "crosswalk",
    "slots",
    "context_only",
    "neutral_examples",
    "reference",
    "training",
    "themes",
}
_THEME_KEYS = {
    "id",
    "label_zh",
    "label_en",
    "definition_zh",
    "definition_en",
    "core",
    "keywords",
    "exclusions",
    "patterns",
    "examples",
}
_THEME_ID = re.compile(r"[a-z][a-z0-9_]*\Z")
_SLOT = re.compile(r"\{(\w+)\}")
_THEME_COLUMNS = {
    "codebook_version": "string",
    "theme_id": "string",
    "label_zh": "string",
    "label_en": "string",
    "definition_zh": "string",
    "definition_en": "string",
    "is_core": "boolean",
}


@dataclass(frozen=True)
class Keyword:
    """A word or phrase that speaks for a theme.

    ``text`` is as printed in the codebook; ``folded`` is what is searched for.
    ``weight`` is how much one hit counts, from 0 (evidence only). A hit inside
    one of the ``exclusions`` is no hit.
    """

    text: str
    theme_id: str
    weight: float = 1.0
    exclusions: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What matches are listed under, as for a pattern."""
        return self.text

    @property
    def folded(self) -> str:
        """The form in which texts are searched."""
        return fold(self.text)

    @property
    def has_gap(self) -> bool:
        """Whether the keyword is two parts within one clause."""
        return GAP in self.text


@dataclass(frozen=True)
class Pattern:
    """A regular expression, matched on folded text, that speaks for a theme."""

    name: str
    expression: str
    theme_id: str
    weight: float = 1.0


@dataclass(frozen=True)
class Example:
    """A sentence with its themes, the primary one first; no theme is neutral."""

    text: str
    theme_ids: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True)
class Rule:
    """A coding rule, for people."""

    rule_id: str
    zh: str
    en: str


@dataclass(frozen=True)
class CodingSettings:
    """What the automatic coder takes from the codebook's rules.

    Attributes
    ----------
    gap_chars : int
        Most characters between the two parts of a keyword with a gap.
    means : tuple of str
        Words that open a mere means (通过, 依托); what they govern is not coded.
    means_ends : tuple of str
        Words at which a means ends and the obligation goes on.
    means_nouns : tuple of str
        Words inside which a word of `means_ends` is none (公开栏).
    places : tuple of str
        Words that end a place of publishing: 在门户网站公布.
    columns, column_verbs, publishing : tuple of str
        What a column of a site is called, verbs it is an object of, and verbs that
        publish something in it.
    channel_theme : str or None
        Theme of the channels themselves; second where a column is filled.
    details : tuple of str
        Words that open a clause which only spells out the one before it.
    points_back : tuple of str
        Words by which an object only points back (相关信息).
    list_ends : tuple of str
        What a list of fields ends in: 教育、卫生等领域.
    lead_ins : tuple of str
        Words that open a lead-in (围绕…,) to the clause behind it.
    purposes : tuple of str
        Words that open a purpose (确保…), which is no obligation of its own.
    general_titles : tuple of str
        Expressions for a title that says nothing of its subject.
    general_theme : str or None
        Theme of a task that has such a title and no content.
    vague_titles : tuple of str
        Expressions for a title that only gives context to its content.
    weights : dict of str to float
        Weights and thresholds of the combined coder; see ``coding``.
    secondary_offsets : dict of str to float
        Per theme, how much likelier (logit) it is as a secondary theme.
    """

    gap_chars: int = 24
    means: tuple[str, ...] = ()
    means_ends: tuple[str, ...] = ()
    means_nouns: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    column_verbs: tuple[str, ...] = ()
    publishing: tuple[str, ...] = ()
    channel_theme: str | None = None
    details: tuple[str, ...] = ()
    points_back: tuple[str, ...] = ()
    list_ends: tuple[str, ...] = ()
    lead_ins: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    general_titles: tuple[str, ...] = ()
    general_theme: str | None = None
    vague_titles: tuple[str, ...] = ()
    weights: dict[str, float] = field(default_factory=dict)
    secondary_offsets: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Codebook:
    """A checked codebook.

    Attributes
    ----------
    name, version : str
        The version goes into every assignment.
    themes : DataFrame, shape (n_themes, 7)
        A valid ``themes`` table.
    examples : tuple of Example
        Sentences written for the codebook, slots filled.
    context_only : tuple of str
        Words of the field that speak for no theme, and hide keywords in them.
    crosswalk : DataFrame, shape (n_rows, 4)
        ``from_version``, ``from_theme_id``, ``to_theme_id``, ``note``.
    reference_paths : tuple of Path
        Files of reference codings that belong to the codebook: tasks, themes.
    training_path : Path or None
        File of tasks written for the codebook, of many fields.
    fingerprint : str
        SHA-256 of the codebook's content and of these files, for caches and run
        records.
    data : dict
        What the file holds, overlays applied.
    source : Path or None
        The file of the codebook that `overlay` changes.
    overlay : dict
        Changes made to it, by a file or by ``with_keywords``.
    """

    name: str
    version: str
    title_zh: str
    title_en: str
    themes: pd.DataFrame
    keywords: tuple[Keyword, ...]
    patterns: tuple[Pattern, ...]
    examples: tuple[Example, ...]
    context_only: tuple[str, ...]
    rules: tuple[Rule, ...]
    settings: CodingSettings
    crosswalk: pd.DataFrame
    reference_paths: tuple[Path, ...]
    fingerprint: str
    training_path: Path | None = None
    data: dict[str, Any] = field(default_factory=dict, repr=False)
    source: Path | None = None
    overlay: dict[str, Any] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        return (
            f"Codebook({self.name} {self.version}: {len(self.themes)} themes, "
            f"{len(self.keywords)} keywords)"
        )

    def _repr_html_(self) -> str:
        """Show the themes, each with its number of keywords."""
        n_keywords = Counter(keyword.theme_id for keyword in self.keywords)
        rows = "".join(
            f"<tr><td>{html.escape(theme_id)}</td><td>{html.escape(zh)}</td>"
            f"<td>{html.escape(en)}</td><td>{n_keywords[theme_id]}</td></tr>"
            for theme_id, zh, en in self.themes[
                ["theme_id", "label_zh", "label_en"]
            ].itertuples(index=False)
        )
        head = "".join(
            f"<th>{name}</th>"
            for name in ("theme_id", "主题", "Theme", "关键词 · keywords")
        )
        title = f"{self.title_zh} · {self.title_en}, {self.version}"
        return (
            f"<p><b>{html.escape(title)}</b></p><table><thead><tr>{head}</tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )

    @property
    def theme_ids(self) -> list[str]:
        """Identifiers of the themes, in the codebook's order."""
        return list(self.themes["theme_id"])

    def labels(self, lang: str = "zh") -> dict[str, str]:
        """Return the label of every theme.

        Parameters
        ----------
        lang : {"zh", "en"}

        Raises
        ------
        CodebookError
            If the codebook has no labels in `lang`.
        """
        if lang not in ("zh", "en"):
            raise CodebookError(
                f"Codebook '{self.name}': no labels in language "
                f"{choices(lang, ('zh', 'en'))}"
            )
        return dict(
            zip(self.themes["theme_id"], self.themes[f"label_{lang}"], strict=True)
        )

    def theme_id(self, name: str) -> str:
        """Return the identifier of a theme that is named by it or by a label.

        Raises
        ------
        CodebookError
            If the codebook has no such theme, with those that it has.
        """
        for column in ("theme_id", "label_zh", "label_en"):
            named = self.themes.loc[self.themes[column] == name, "theme_id"]
            if len(named):
                return str(named.iloc[0])
        labels = self.labels("en" if str(name).isascii() else "zh")
        known = [text for pair in labels.items() for text in pair]
        raise CodebookError(f"Codebook {self.name}, theme: {choices(name, known)}")

    @cached_property
    def reference(self) -> pd.DataFrame:
        """Reference codings that come with the codebook, without rows if none.

        Columns: ``document_id``, ``ordinal``, ``chapter``, ``section``,
        ``title``, ``is_title_inherited``, ``content``, ``theme_ids`` (list, the
        primary theme first).
        """
        return read_reference(*self.reference_paths, theme_ids=self.theme_ids)

    @cached_property
    def training(self) -> pd.DataFrame:
        """Tasks written for the codebook, without rows if none.

        Columns: ``field``, ``title``, ``content``, ``theme_ids`` (list, the primary
        theme first; empty for a task about nothing in the codebook).
        """
        return read_training(self.training_path, theme_ids=self.theme_ids)

    def with_keywords(
        self,
        theme: str,
        *,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        weight: float = 2.0,
    ) -> "Codebook":
        """Return a codebook with other keywords of a theme.

        Parameters
        ----------
        theme : str
            Its identifier or one of its labels.
        add, remove : iterable of str
            Keywords as they would be printed in the file.
        weight : float, default 2.0
            How much a hit of an added keyword counts: 3 names the theme, 2 speaks
            clearly, 1 hints.

        Returns
        -------
        Codebook
            Its version names the changes; ``save`` keeps them.

        Raises
        ------
        CodebookError
            If a theme or a keyword to remove is unknown, or an added keyword stands
            under another theme.
        """
        from govopen_analytics.coding.overlay import (
            derived_version,
            extended,
            keyword_overlay,
        )

        if isinstance(add, str) or isinstance(remove, str):
            raise CodebookError(
                f"Codebook {self.name}, with_keywords: found one text, expected a list "
                "of keywords in add and remove"
            )
        theme = self.theme_id(theme)
        only = keyword_overlay({}, theme, add=add, remove=remove, weight=weight)
        whole = keyword_overlay(
            self.overlay, theme, add=add, remove=remove, weight=weight
        )
        place = str(self.source or self.name)
        data = extended(self.data, only, place=place)
        base = {"version": str(self.data["version"]).split("+")[0]}
        data["version"] = derived_version(base, whole)
        folder = self.source.parent if self.source else None
        changed = parse_codebook(data, place=place, folder=folder)
        return replace(changed, source=self.source, overlay=whole)

    def save(self, path: str | Path) -> Path:
        """Write the changes to a file that extends the codebook they were made to.

        Parameters
        ----------
        path : str or Path
            A YAML file for ``load_codebook`` and ``govopen report --codebook``.

        Raises
        ------
        CodebookError
            If the codebook comes from no file, or the file cannot be written.
        """
        from govopen_analytics.coding.overlay import write_overlay

        if self.source is None:
            raise CodebookError(
                f"Codebook {self.name}: found no file it was loaded from, expected "
                "one to extend; write its content to a YAML file and load that"
            )
        is_shipped = self.source == DEFAULT_CODEBOOK
        extends = DEFAULT_CODEBOOK.stem if is_shipped else str(self.source.resolve())
        overlay = {"version": self.version, **self.overlay}
        write_overlay(overlay, Path(path), extends=extends)
        return Path(path)


def load_codebook(path: str | Path | None = None) -> Codebook:
    """Load a codebook and check it.

    Parameters
    ----------
    path : str or Path, optional
        A YAML file, or an overlay that ``extends`` one; without it, the codebook of
        nine themes that comes with the library.

    Raises
    ------
    CodebookError
        If the file cannot be read as YAML or breaks a rule; the message names
        the file, the place, what was found and what was expected.
    """
    path = Path(path) if path is not None else DEFAULT_CODEBOOK
    data = _read_yaml(path)
    if not isinstance(data, dict) or "extends" not in data:
        book = parse_codebook(data, place=str(path), folder=path.parent)
        return replace(book, source=path)
    from govopen_analytics.coding.overlay import extended

    base = load_codebook(_extended_path(data["extends"], path))
    merged = extended(base.data, data, place=str(path))
    folder = base.source.parent if base.source else None
    book = parse_codebook(merged, place=str(path), folder=folder)
    overlay = {name: value for name, value in data.items() if name != "extends"}
    # Changes of an overlay to an overlay are changes to the latter.
    return replace(
        book,
        source=base.source if not base.overlay else path,
        overlay=(overlay if not base.overlay else {}),
    )


def _extended_path(name: Any, place: Path) -> Path:
    """Find the codebook an overlay extends: the shipped one, or a file beside it."""
    if name == DEFAULT_CODEBOOK.stem:
        return DEFAULT_CODEBOOK
    path = place.parent / str(name)
    if not path.is_file() or path.resolve() == place.resolve():
        raise CodebookError(
            f"Codebook {place}, extends: found {name!r}, expected "
            f"'{DEFAULT_CODEBOOK.stem}' or another codebook file, relative to this one"
        )
    return path


class _StrictLoader(YamlLoader):
    """Refuses a key given twice, which YAML would let win in silence."""


def _strict_mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = set()
    for key, _ in node.value:
        is_text = isinstance(key, yaml.ScalarNode)
        if not is_text or key.value in keys:
            shown = f"key '{key.value}' is given twice" if is_text else "no text as key"
            raise yaml.constructor.ConstructorError(
                problem=shown, problem_mark=key.start_mark
            )
        keys.add(key.value)
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(
    yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _strict_mapping
)


def _read_yaml(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_StrictLoader)
    except OSError as error:
        raise CodebookError(f"Codebook {path}: cannot be opened: {error}") from error
    except UnicodeDecodeError as error:
        raise CodebookError(
            f"Codebook {path}: found bytes that are not UTF-8 ({error.reason}), "
            "expected a UTF-8 file; save it as UTF-8"
        ) from error
    except yaml.YAMLError as error:
        raise CodebookError(f"Codebook {path}: is not valid YAML: {error}") from error


def parse_codebook(
    data: Any, *, place: str = "codebook", folder: Path | None = None
) -> Codebook:
    """Turn the content of a codebook file into a checked ``Codebook``.

    Parameters
    ----------
    data : dict
        What the YAML file holds.
    place : str
        Name of the source in error messages.
    folder : Path, optional
        Folder that reference files are relative to.

    Raises
    ------
    CodebookError
    """
    problem = _Problem(place)
    problem.check_keys(data, _TOP_KEYS, "top level", required=("version", "themes"))
    if not isinstance(data["themes"], list) or not data["themes"]:
        raise problem("themes", data["themes"], "a list of at least one theme")
    themes = [_theme_row(entry, problem) for entry in data["themes"]]
    version = problem.string(data["version"], "version")
    table = pd.DataFrame(themes).assign(codebook_version=version)
    table = table[list(_THEME_COLUMNS)].astype(_THEME_COLUMNS)
    ids = list(table["theme_id"])
    _refuse_duplicates(ids, "theme id", problem)
    keywords = tuple(
        keyword
        for entry in data["themes"]
        for keyword in _theme_keywords(entry, problem)
    )
    _check_keywords(keywords, problem)
    patterns = tuple(
        pattern
        for entry in data["themes"]
        for pattern in _theme_patterns(entry, problem)
    )
    content = json.dumps(data, ensure_ascii=False, sort_keys=True, default=str)
    reference_paths = _reference_paths(data.get("reference"), folder, problem)
    training_path = _training_path(data.get("training"), folder, problem)
    return Codebook(
        name=str(data.get("codebook", Path(place).stem)),
        version=version,
        title_zh=str(data.get("title_zh", "")),
        title_en=str(data.get("title_en", "")),
        themes=table,
        keywords=keywords,
        patterns=patterns,
        examples=tuple(_examples(data, ids, problem)),
        context_only=tuple(problem.strings(data.get("context_only"), "context_only")),
        rules=tuple(_rules(data.get("rules") or [], problem)),
        settings=_settings(data.get("coding") or {}, ids, problem),
        crosswalk=_crosswalk(data.get("crosswalk") or [], ids, problem),
        reference_paths=reference_paths,
        training_path=training_path,
        fingerprint=_fingerprint(content, [*reference_paths, training_path]),
        data=data,
    )


def _fingerprint(content: str, paths: Iterable[Path | None]) -> str:
    digest = hashlib.sha256(content.encode())
    for path in paths:
        digest.update(b"" if path is None else path.read_bytes())
    return digest.hexdigest()


class _Problem:
    """Builds error messages that name the codebook and the place in it."""

    def __init__(self, place: str) -> None:
        self.place = place

    def __call__(self, where: str, value: object, expected: str) -> CodebookError:
        shown = repr(value)
        shown = shown if len(shown) <= 120 else shown[:117] + "…"
        return CodebookError(
            f"Codebook {self.place}, {where}: found {shown}, expected {expected}"
        )

    def check_keys(
        self, data: Any, allowed: set[str], where: str, required: Iterable[str] = ()
    ) -> None:
        if not isinstance(data, dict):
            raise self(where, data, f"a mapping with {', '.join(sorted(allowed))}")
        for name in required:
            if data.get(name) in (None, ""):
                raise self(where, data.get(name), f"a value for '{name}'")
        for name in data:
            self.check_choice(name, sorted(allowed), f"{where}: unknown key")

    def check_choice(self, value: object, allowed: Iterable[str], where: str) -> None:
        allowed = list(allowed)
        if value not in allowed:
            raise CodebookError(
                f"Codebook {self.place}, {where}: {choices(value, allowed)}"
            )

    def string(self, value: Any, where: str) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self(where, value, "text")
        text = str(value).strip()
        if not text:
            raise self(where, value, "text that is not blank")
        return text

    def strings(self, values: Any, where: str) -> list[str]:
        if values is None:
            return []
        if not isinstance(values, list):
            raise self(where, values, "a list of texts")
        return [self.string(value, where) for value in values]

    def number(self, value: Any, where: str, *, least: float = 0) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self(where, value, "a number")
        if not least <= value < 1e6:
            raise self(where, value, f"a number of at least {least}")
        return float(value)

    def numbers(self, values: Any, where: str, *, least: float = 0) -> dict[str, float]:
        if not isinstance(values, dict):
            raise self(where, values, "a mapping from name to number")
        return {
            str(name): self.number(value, f"{where}, {name}", least=least)
            for name, value in values.items()
        }


def _theme_row(entry: Any, problem: _Problem) -> dict[str, Any]:
    where = f"theme {entry.get('id')!r}" if isinstance(entry, dict) else "themes"
    required = ("id", "label_zh", "label_en")
    problem.check_keys(entry, _THEME_KEYS, where, required)
    theme_id = problem.string(entry["id"], where)
    if not _THEME_ID.match(theme_id):
        raise problem(where, theme_id, "an id of small letters, digits and _")
    core = entry.get("core", False)
    if not isinstance(core, bool):
        raise problem(f"{where}, core", core, "true or false")
    return {
        "theme_id": theme_id,
        "label_zh": problem.string(entry["label_zh"], f"{where}, label_zh"),
        "label_en": problem.string(entry["label_en"], f"{where}, label_en"),
        "definition_zh": str(entry.get("definition_zh") or "").strip(),
        "definition_en": str(entry.get("definition_en") or "").strip(),
        "is_core": core,
    }


def _refuse_duplicates(values: Iterable[str], what: str, problem: _Problem) -> None:
    earlier = set()
    for value in values:
        if value in earlier:
            raise problem("themes", value, f"every {what} once")
        earlier.add(value)


def _theme_keywords(entry: dict[str, Any], problem: _Problem) -> Iterator[Keyword]:
    """Read ``keywords``: plain texts, or groups of ``{weight, words}``."""
    theme_id = entry["id"]
    where = f"theme '{theme_id}', keywords"
    exclusions = _exclusions(entry, problem)
    groups = entry.get("keywords") or []
    if not isinstance(groups, list):
        raise problem(where, groups, "a list")
    for group in groups:
        if isinstance(group, dict):
            problem.check_keys(group, {"weight", "words"}, where, ("words",))
            weight = problem.number(group.get("weight", 1), f"{where}, weight")
            words = problem.strings(group["words"], where)
        else:
            weight, words = 1.0, [problem.string(group, where)]
        for word in words:
            yield Keyword(word, theme_id, weight, exclusions.pop(word, ()))
    if exclusions:
        word = next(iter(exclusions))
        raise problem(
            f"theme '{theme_id}', exclusions", word, "a keyword of the same theme"
        )


def _exclusions(entry: dict[str, Any], problem: _Problem) -> dict[str, tuple[str, ...]]:
    where = f"theme '{entry['id']}', exclusions"
    data = entry.get("exclusions") or {}
    if not isinstance(data, dict):
        raise problem(where, data, "a mapping from keyword to phrases")
    return {
        str(word): tuple(problem.strings(phrases, where))
        for word, phrases in data.items()
    }


def _check_keywords(keywords: Iterable[Keyword], problem: _Problem) -> None:
    owners: dict[str, Keyword] = {}
    for keyword in keywords:
        where = f"theme '{keyword.theme_id}', keyword '{keyword.text}'"
        _check_matchable(keyword, where, problem)
        other = owners.setdefault(keyword.folded, keyword)
        if other is keyword:
            continue
        expected = f"every keyword once, but '{other.text}' matches the same texts"
        if other.theme_id != keyword.theme_id:
            expected = (
                f"a keyword of one theme only; it also stands under '{other.theme_id}'"
            )
        raise problem(where, keyword.text, expected)


def _check_matchable(keyword: Keyword, where: str, problem: _Problem) -> None:
    """Refuse a keyword that no text can match."""
    parts = keyword.folded.split(GAP)
    if len(parts) > 2 or not all(parts):
        raise problem(where, keyword.text, f"one '{GAP}' between two parts, or none")
    for part in parts:
        bad = [c for c in part if c in CLAUSE_ENDS]
        if bad:
            raise problem(
                where, keyword.text, f"no character that ends a clause such as {bad[0]}"
            )
        if part != without_blanks(part)[0]:
            raise problem(
                where,
                keyword.text,
                "no blank beside a Chinese character and no invisible character, "
                "since matching drops them from texts",
            )
    for phrase in keyword.exclusions:
        if keyword.has_gap:
            raise problem(where, phrase, "no exclusion for a keyword with a gap")
        if keyword.folded not in fold(phrase):
            raise problem(
                f"{where}, exclusion", phrase, "a phrase that holds the keyword"
            )
        if keyword.folded == fold(phrase):
            raise problem(
                f"{where}, exclusion",
                phrase,
                "a phrase longer than the keyword, which could never match otherwise",
            )


def _theme_patterns(entry: dict[str, Any], problem: _Problem) -> Iterator[Pattern]:
    where = f"theme '{entry['id']}', patterns"
    data = entry.get("patterns") or []
    if not isinstance(data, list):
        raise problem(where, data, "a list")
    for item in data:
        problem.check_keys(
            item, {"name", "expression", "weight"}, where, ("name", "expression")
        )
        expression = problem.string(item["expression"], where)
        _check_expression(expression, f"{where}, '{item['name']}'", problem)
        weight = problem.number(item.get("weight", 1), where)
        yield Pattern(str(item["name"]), expression, entry["id"], weight)


def _check_expression(expression: str, where: str, problem: _Problem) -> None:
    try:
        compiled = re.compile(expression)
    except re.error as error:
        raise problem(
            where, expression, f"a regular expression that compiles ({error})"
        ) from error
    if compiled.search(""):
        raise problem(where, expression, "an expression that needs some character")


def _examples(
    data: dict[str, Any], ids: list[str], problem: _Problem
) -> Iterator[Example]:
    slots = _slots(data.get("slots") or {}, problem)
    counters = {name: itertools.count() for name in slots}
    for entry in data["themes"]:
        where = f"theme '{entry['id']}', examples"
        for item in entry.get("examples") or []:
            example = _example(item, entry["id"], ids, where, problem)
            yield from _fill_slots(example, slots, counters, where, problem)
    for item in data.get("neutral_examples") or []:
        example = Example(problem.string(item, "neutral_examples"), ())
        yield from _fill_slots(example, slots, counters, "neutral_examples", problem)


def _example(
    item: Any, theme_id: str, ids: list[str], where: str, problem: _Problem
) -> Example:
    if not isinstance(item, dict):
        return Example(problem.string(item, where), (theme_id,))
    problem.check_keys(item, {"title", "text", "also"}, where, ("text",))
    also = problem.strings(item.get("also"), where)
    for other in also:
        others = [name for name in ids if name != theme_id]
        problem.check_choice(other, others, f"{where}, also")
    return Example(
        problem.string(item["text"], where),
        (theme_id, *also),
        str(item.get("title") or ""),
    )


def _slots(data: Any, problem: _Problem) -> dict[str, list[str]]:
    if not isinstance(data, dict):
        raise problem("slots", data, "a mapping from slot to texts")
    slots = {name: problem.strings(values, "slots") for name, values in data.items()}
    for name, values in slots.items():
        if not values:
            raise problem(f"slots, {name}", values, "at least one text")
    return slots


# How many sentences a sentence with slots becomes; enough that no filler
# speaks for the theme, few enough that one template does not outweigh others.
_FILLINGS = 3


def _fill_slots(
    example: Example,
    slots: dict[str, list[str]],
    counters: dict[str, Any],
    where: str,
    problem: _Problem,
) -> Iterator[Example]:
    names = _SLOT.findall(example.text + example.title)
    for name in names:
        if name not in slots:
            raise CodebookError(
                f"Codebook {problem.place}, {where}: slot {choices(name, slots)}"
            )

    def fill(match: re.Match) -> str:
        values = slots[match[1]]
        return values[next(counters[match[1]]) % len(values)]

    for _ in range(_FILLINGS if names else 1):
        yield replace(
            example,
            text=_SLOT.sub(fill, example.text),
            title=_SLOT.sub(fill, example.title),
        )


def _rules(data: Any, problem: _Problem) -> Iterator[Rule]:
    if not isinstance(data, list):
        raise problem("rules", data, "a list")
    for item in data:
        problem.check_keys(item, {"id", "zh", "en"}, "rules", ("id", "zh", "en"))
        yield Rule(str(item["id"]), str(item["zh"]).strip(), str(item["en"]).strip())


# Options of ``coding`` that are lists of texts, some of them regular expressions.
_TEXT_LISTS = [option.name for option in fields(CodingSettings) if option.default == ()]
_EXPRESSIONS = ("general_titles", "vague_titles")
_NAMED_THEMES = ("general_theme", "channel_theme")


def _settings(data: Any, ids: list[str], problem: _Problem) -> CodingSettings:
    options = {option.name for option in fields(CodingSettings)}
    problem.check_keys(data, options, "coding")
    for name in _NAMED_THEMES:
        if data.get(name) is not None:
            problem.check_choice(data[name], ids, f"coding, {name}")
    lists: dict[str, Any] = {
        name: tuple(problem.strings(data.get(name), f"coding, {name}"))
        for name in _TEXT_LISTS
    }
    for name in _EXPRESSIONS:
        for expression in lists[name]:
            _check_expression(expression, f"coding, {name}", problem)
    offsets = problem.numbers(
        data.get("secondary_offsets") or {}, "coding, secondary_offsets", least=-100
    )
    for name in offsets:
        problem.check_choice(name, ids, "coding, secondary_offsets")
    weights = problem.numbers(data.get("weights") or {}, "coding, weights", least=-100)
    return CodingSettings(
        gap_chars=int(problem.number(data.get("gap_chars", 24), "coding, gap_chars")),
        **lists,
        **{name: data.get(name) for name in _NAMED_THEMES},
        weights=weights,
        secondary_offsets=offsets,
    )


_CROSSWALK_COLUMNS = ["from_version", "from_theme_id", "to_theme_id", "note"]


def _crosswalk(data: Any, ids: list[str], problem: _Problem) -> pd.DataFrame:
    if not isinstance(data, list):
        raise problem("crosswalk", data, "a list")
    rows = []
    for item in data:
        problem.check_keys(
            item,
            {"from_version", "from_theme", "to_theme", "note"},
            "crosswalk",
            ("from_version", "from_theme", "to_theme"),
        )
        problem.check_choice(item["to_theme"], ids, "crosswalk, to_theme")
        rows.append(
            (
                str(item["from_version"]),
                str(item["from_theme"]),
                item["to_theme"],
                str(item.get("note") or ""),
            )
        )
    return pd.DataFrame(rows, columns=_CROSSWALK_COLUMNS, dtype="string")


def theme_carrier(codebook: Codebook) -> Callable[[str, str], str]:
    """Return the function that carries a theme of some version to this codebook.

    The crosswalk decides; a theme it does not name keeps its id where the codebook
    still has it. A theme whose meaning changes should therefore get a new id.

    Returns
    -------
    callable
        From a theme id and a version to a theme id of this codebook; it raises
        CodebookError where there is none.
    """
    targets = {
        (row.from_version, row.from_theme_id): row.to_theme_id
        for row in codebook.crosswalk.itertuples()
    }

    def carry(theme: str, version: str) -> str:
        target = theme if version == codebook.version else None
        target = targets.get((version, theme), theme) if target is None else target
        if target not in codebook.theme_ids:
            raise CodebookError(
                f"Codebook {codebook.name} {codebook.version}: a coding by version "
                f"'{version}' names theme '{theme}', which this version does not "
                "have. Say under 'crosswalk' what became of it, such as\n"
                f'  - {{from_version: "{version}", from_theme: {theme}, '
                f"to_theme: {codebook.theme_ids[0]}}}"
            )
        return target

    return carry


def apply_crosswalk(assignments: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Carry assignments made under earlier versions over to this one.

    Parameters
    ----------
    assignments : DataFrame, shape (n_rows, ...)
        Valid ``theme_assignments``.

    Returns
    -------
    DataFrame, shape (n_rows, ...)
        Every row under ``codebook.version``. Where two earlier themes become
        one, the better rank stays, and ranks are counted anew.

    Raises
    ------
    CodebookError
        If a theme of an earlier version is neither in the crosswalk nor among the
        codebook's own.
    """
    carry = theme_carrier(codebook)
    versions, themes = assignments["codebook_version"], assignments["theme_id"]
    moved = [
        carry(theme, version) for version, theme in zip(versions, themes, strict=True)
    ]
    table = assignments.assign(
        theme_id=pd.array(moved, dtype="string"), codebook_version=codebook.version
    )
    table = table.sort_values(["task_id", "coder", "rank"], kind="stable")
    table = table.drop_duplicates(["task_id", "coder", "theme_id"])
    ranks = table.groupby(["task_id", "coder"]).cumcount() + 1
    return table.assign(rank=ranks.astype("Int64")).reset_index(drop=True)


def _reference_paths(
    data: Any, folder: Path | None, problem: _Problem
) -> tuple[Path, ...]:
    if data is None:
        return ()
    problem.check_keys(data, {"tasks", "themes"}, "reference", ("tasks", "themes"))
    paths = tuple((folder or Path()) / str(data[key]) for key in ("tasks", "themes"))
    for path in paths:
        if not path.is_file():
            raise problem("reference", str(path), "a file beside the codebook")
    return paths


def _training_path(data: Any, folder: Path | None, problem: _Problem) -> Path | None:
    if data is None:
        return None
    path = (folder or Path()) / problem.string(data, "training")
    if not path.is_file():
        raise problem("training", str(path), "a file beside the codebook")
    return path
