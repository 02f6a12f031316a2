"""A YAML codebook to a checked ``Codebook``: themes, keywords, examples, rules."""

import hashlib
import html
import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial, wraps
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import yaml

from govopen_analytics.base.atomic_files import written_whole
from govopen_analytics.base.errors import CodebookError, choices
from govopen_analytics.base.schemas import to_schema
from govopen_analytics.base.text import fold, without_blanks
from govopen_analytics.coding.codebook_file import (
    Check,
    Fields,
    Place,
    any_text,
    derived_version,
    expression,
    extended,
    flag,
    keyword_overlay,
    list_of,
    mapping_of,
    maybe,
    number,
    one_of,
    read_yaml,
    record,
    text,
    texts,
)
from govopen_analytics.coding.reference_files import read_reference, read_training

DEFAULT_CODEBOOK = Path(__file__).parent / "codebooks" / "government_openness.yml"

#: Stands between the two parts of a keyword with a gap: ``公开…信息``.
GAP = "…"
#: Characters that end a clause, after folding; no keyword may hold one.
CLAUSE_ENDS = "。;!?,\n"

Made = TypeVar("Made")


@dataclass(frozen=True)
class Keyword:
    """A word or phrase that is evidence for a theme.

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
    """A regular expression, matched on folded text, that is evidence for a theme."""

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
        Words of the field that are evidence for no theme, and hide keywords in them.
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
        table = pd.DataFrame(
            {
                "theme_id": self.themes["theme_id"],
                "主题": self.themes["label_zh"],
                "Theme": self.themes["label_en"],
                "关键词 · keywords": [n_keywords[theme] for theme in self.theme_ids],
            }
        )
        title = html.escape(f"{self.title_zh} · {self.title_en}, {self.version}")
        return f"<p><b>{title}</b></p>{table.to_html(index=False)}"

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
        names = [text for pair in labels.items() for text in pair]
        raise CodebookError(f"Codebook {self.name}, theme: {choices(name, names)}")

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
        if isinstance(add, str) or isinstance(remove, str):
            raise CodebookError(
                f"Codebook {self.name}, with_keywords: found one text, expected a list "
                "of keywords in add and remove"
            )
        change = partial(
            keyword_overlay,
            theme=self.theme_id(theme),
            add=list(add),
            remove=list(remove),
            weight=weight,
        )
        whole = change(self.overlay)
        place = str(self.source or self.name)
        data = extended(self.data, change({}), place)
        version = str(self.data["version"]).split("+")[0]
        data["version"] = derived_version(version, whole)
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
        if self.source is None:
            raise CodebookError(
                f"Codebook {self.name}: found no file it was loaded from, expected "
                "one to extend; write its content to a YAML file and load that"
            )
        is_shipped = self.source == DEFAULT_CODEBOOK
        extends = DEFAULT_CODEBOOK.stem if is_shipped else str(self.source.resolve())
        overlay = {"extends": extends, "version": self.version, **self.overlay}
        content = yaml.safe_dump(overlay, allow_unicode=True, sort_keys=False)
        try:
            with written_whole(Path(path)) as aside:
                aside.write_text(content, encoding="utf-8")
        except OSError as error:
            raise CodebookError(
                f"Codebook {path}: cannot be written: {error}"
            ) from error
        return Path(path)


def per_codebook(make: Callable[..., Made]) -> Callable[..., Made]:
    """Let a function of a codebook make a thing once; equal codebooks share it."""
    made: dict[tuple[Any, ...], Made] = {}

    @wraps(make)
    def once(codebook: Codebook, *options: Any) -> Made:
        key = (codebook.fingerprint, *options)
        if key not in made:
            made[key] = make(codebook, *options)
        return made[key]

    return once


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
    data = read_yaml(path)
    if not isinstance(data, dict) or "extends" not in data:
        book = parse_codebook(data, place=str(path), folder=path.parent)
        return replace(book, source=path)
    base = load_codebook(_extended_path(data["extends"], path))
    merged = extended(base.data, data, str(path))
    folder = base.source.parent if base.source else None
    book = parse_codebook(merged, place=str(path), folder=folder)
    if base.overlay:  # further changes are changes to this overlay
        return replace(book, source=path)
    overlay = {name: value for name, value in data.items() if name != "extends"}
    return replace(book, source=base.source, overlay=overlay)


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


def parse_codebook(
    data: Any, *, place: str = "codebook", folder: Path | None = None
) -> Codebook:
    """Turn the content of a codebook file into a checked ``Codebook``.

    `place` names the source in error messages; files beside it are relative to
    `folder`.
    """
    content = _checked(data, Place(place), folder)
    themes = pd.DataFrame(content["themes"])[list(_COLUMN_OF_FIELD)]
    themes = themes.rename(columns=_COLUMN_OF_FIELD)
    reference = content["reference"] or {}
    reference_paths = tuple(map(Path, reference.values()))
    training_path = Path(content["training"]) if content["training"] else None
    return Codebook(
        name=content["codebook"],
        version=content["version"],
        title_zh=content["title_zh"],
        title_en=content["title_en"],
        themes=to_schema(themes.assign(codebook_version=content["version"]), "themes"),
        keywords=tuple(_keywords(content["themes"], Place(place))),
        patterns=tuple(
            Pattern(theme_id=theme["id"], **pattern)
            for theme in content["themes"]
            for pattern in theme["patterns"]
        ),
        examples=tuple(_examples(content, Place(place))),
        context_only=tuple(content["context_only"]),
        rules=tuple(
            Rule(rule["id"], rule["zh"], rule["en"]) for rule in content["rules"]
        ),
        settings=CodingSettings(**content["coding"]),
        crosswalk=pd.DataFrame(
            [tuple(row.values()) for row in content["crosswalk"]],
            columns=["from_version", "from_theme_id", "to_theme_id", "note"],
            dtype="string",
        ),
        reference_paths=reference_paths,
        training_path=training_path,
        fingerprint=_fingerprint(data, [*reference_paths, training_path]),
        data=data,
    )


def _fingerprint(data: Any, paths: Iterable[Path | None]) -> str:
    content = json.dumps(data, ensure_ascii=False, sort_keys=True, default=str)
    digest = hashlib.sha256(content.encode())
    for path in paths:
        digest.update(b"" if path is None else path.read_bytes())
    return digest.hexdigest()


# What a file may say ------------------------------------------------------------------

# Fields of a theme that are columns of the table of themes.
_COLUMN_OF_FIELD = {"id": "theme_id", "core": "is_core"} | {
    name: name for name in ("label_zh", "label_en", "definition_zh", "definition_en")
}
_THEME_ID = re.compile(r"[a-z][a-z0-9_]*\Z")


def _checked(data: Any, top: Place, folder: Path | None) -> dict[str, Any]:
    """Hold what a file says against the fields there are; fill what is left out."""
    entries = data.get("themes") if isinstance(data, dict) else None
    ids = [
        str(entry.get("id")).strip()
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict)
    ]
    a_file = partial(_file, folder=folder)
    crosswalk: Fields = {
        "from_version": any_text,
        "from_theme": any_text,
        "to_theme": one_of(ids),
        "note": (any_text, ""),
    }
    fields_of_file: Fields = {
        "codebook": (any_text, Path(top.file).stem),
        "version": text,
        "themes": _themes,  # first, since other fields name them
        "title_zh": (any_text, ""),
        "title_en": (any_text, ""),
        "coding": (_coding(ids), {}),
        "rules": (
            list_of(record({"id": any_text, "zh": any_text, "en": any_text})),
            [],
        ),
        "crosswalk": (list_of(record(crosswalk)), []),
        "slots": (mapping_of(_fillers, "a mapping from slot to texts"), {}),
        "context_only": (texts, []),
        "neutral_examples": (texts, []),
        "reference": (maybe(record({"tasks": a_file, "themes": a_file})), None),
        "training": (maybe(a_file), None),
    }
    return record(fields_of_file)(data, top)


def _themes(value: Any, place: Place) -> list[dict[str, Any]]:
    at_least_one = "a list of at least one theme"
    themes = list_of(_theme, at_least_one)(value, place)
    if not themes:
        raise place.error(value, at_least_one)
    for theme_id, n in Counter(theme["id"] for theme in themes).items():
        if n > 1:
            raise place.error(theme_id, "every theme id once")
    return themes


def _theme(value: Any, place: Place) -> dict[str, Any]:
    group = record({"weight": (number(), 1.0), "words": texts})
    pattern: Fields = {
        "name": any_text,
        "expression": expression,
        "weight": (number(), 1.0),
    }
    example = record({"text": text, "title": (any_text, ""), "also": (texts, [])})
    fields_of_theme: Fields = {
        "id": _theme_id,
        "label_zh": text,
        "label_en": text,
        "definition_zh": (any_text, ""),
        "definition_en": (any_text, ""),
        "core": (flag, False),
        "keywords": (list_of(_or_text(group, "words", is_list=True)), []),
        "exclusions": (mapping_of(texts, "a mapping from keyword to phrases"), {}),
        "patterns": (list_of(record(pattern)), []),
        "examples": (list_of(_or_text(example, "text")), []),
    }
    if isinstance(value, dict):
        place = Place(place.file, f"theme {value.get('id')!r}")
    return record(fields_of_theme)(value, place)


def _or_text(check: Check, name: str, *, is_list: bool = False) -> Check:
    """Make a check that takes a text alone as a record with that one field."""

    def check_either(value: Any, place: Place) -> dict[str, Any]:
        if not isinstance(value, dict):
            value = text(value, place)
            value = {name: [value] if is_list else value}
        return check(value, place)

    return check_either


def _theme_id(value: Any, place: Place) -> str:
    theme_id = text(value, place)
    if not _THEME_ID.match(theme_id):
        raise place.error(theme_id, "an id of small letters, digits and _")
    return theme_id


def _coding(ids: list[str]) -> Check:
    theme, an_expression = one_of(ids), list_of(expression, "a list of texts")
    numbers = partial(mapping_of, number(-100), "a mapping from name to number")
    others: Fields = {
        "gap_chars": (lambda value, place: int(number()(value, place)), 24),
        "channel_theme": (maybe(theme), None),
        "general_theme": (maybe(theme), None),
        "general_titles": (_tuple_of(an_expression), ()),
        "vague_titles": (_tuple_of(an_expression), ()),
        "weights": (numbers(), {}),
        "secondary_offsets": (numbers(theme), {}),
    }
    lists: Fields = {
        option.name: (_tuple_of(texts), ()) for option in fields(CodingSettings)
    }
    check = record(lists | others)
    return lambda value, place: check(value or {}, place)


def _tuple_of(check: Check) -> Check:
    return lambda value, place: tuple(check(value, place))


def _fillers(value: Any, place: Place) -> list[str]:
    fillers = texts(value, place)
    if not fillers:
        raise place.error(value, "at least one text")
    return fillers


def _file(value: Any, place: Place, *, folder: Path | None) -> str:
    path = (folder or Path()) / text(value, place)
    if not path.is_file():
        raise place.error(str(path), "a file beside the codebook")
    return str(path)


# Keywords and examples ----------------------------------------------------------------


def _keywords(themes: list[dict[str, Any]], top: Place) -> Iterator[Keyword]:
    """Yield the keywords; refuse those that stand twice or that no text can match."""
    owners: dict[str, Keyword] = {}
    for theme in themes:
        place = top.at(f"theme '{theme['id']}'")
        exclusions = {word: tuple(rest) for word, rest in theme["exclusions"].items()}
        for group in theme["keywords"]:
            for word in group["words"]:
                keyword = Keyword(
                    word, theme["id"], group["weight"], exclusions.pop(word, ())
                )
                at = place.at(f"keyword '{word}'")
                _check_matchable(keyword, at)
                other = owners.setdefault(keyword.folded, keyword)
                if other.theme_id != keyword.theme_id:
                    raise at.error(
                        word,
                        "a keyword of one theme only; it also stands under "
                        f"'{other.theme_id}'",
                    )
                if other is not keyword:
                    raise at.error(
                        word,
                        f"every keyword once, but '{other.text}' matches the same "
                        "texts",
                    )
                yield keyword
        for word in exclusions:
            raise place.at("exclusions").error(word, "a keyword of the same theme")


def _check_matchable(keyword: Keyword, place: Place) -> None:
    parts = keyword.folded.split(GAP)
    if len(parts) > 2 or not all(parts):
        raise place.error(keyword.text, f"one '{GAP}' between two parts, or none")
    for part in parts:
        bad = [c for c in part if c in CLAUSE_ENDS]
        if bad:
            raise place.error(
                keyword.text, f"no character that ends a clause such as {bad[0]}"
            )
        if part != without_blanks(part)[0]:
            raise place.error(
                keyword.text,
                "no blank beside a Chinese character and no invisible character, "
                "since matching drops them from texts",
            )
    for phrase in keyword.exclusions:
        if keyword.has_gap:
            raise place.error(phrase, "no exclusion for a keyword with a gap")
        if keyword.folded not in fold(phrase):
            raise place.at("exclusion").error(phrase, "a phrase that holds the keyword")
        if keyword.folded == fold(phrase):
            raise place.at("exclusion").error(
                phrase,
                "a phrase longer than the keyword, which could never match otherwise",
            )


_SLOT = re.compile(r"\{(\w+)\}")
# How many sentences a sentence with slots becomes; enough that no filler
# is evidence for the theme, few enough that one template does not outweigh others.
_FILLINGS = 3


def _examples(content: dict[str, Any], top: Place) -> Iterator[Example]:
    """Yield the examples, each slot filled by its texts in turn."""
    fillers = {name: itertools.cycle(each) for name, each in content["slots"].items()}

    def fill(match: re.Match) -> str:
        return next(fillers[match[1]])

    templates = []
    ids = [theme["id"] for theme in content["themes"]]
    for theme in content["themes"]:
        place = top.at(f"theme '{theme['id']}'").at("examples")
        for each in theme["examples"]:
            for also in each["also"]:
                place.at("also").choose(also, [i for i in ids if i != theme["id"]])
            themes = (theme["id"], *each["also"])
            templates.append((Example(each["text"], themes, each["title"]), place))
    for sentence in content["neutral_examples"]:
        templates.append((Example(sentence, ()), top.at("neutral_examples")))
    for example, place in templates:
        names = _SLOT.findall(example.text + example.title)
        for name in names:
            place.choose(name, fillers, ": slot")
        for _ in range(_FILLINGS if names else 1):
            yield replace(
                example,
                text=_SLOT.sub(fill, example.text),
                title=_SLOT.sub(fill, example.title),
            )


# From one version to the next ---------------------------------------------------------


def theme_carrier(codebook: Codebook) -> Callable[[str, str], str]:
    """Return the function that carries a theme of some version to this codebook.

    The crosswalk decides; a theme it does not name keeps its id where the codebook
    still has it. A theme whose meaning changes should therefore get a new id. The
    function takes a theme id and a version; it raises a CodebookError where no theme is
    left.
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
    """Carry ``theme_assignments`` made under earlier versions over to this one.

    Where two earlier themes become one, the better rank stays, and ranks are counted
    anew. A CodebookError names a theme that is neither in the crosswalk nor in the
    codebook.
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
