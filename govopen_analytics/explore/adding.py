"""A new plan into the raw folder: read and shown first, written when agreed to."""

import csv
import html
import io
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from govopen_analytics.base.atomic_files import replace_file
from govopen_analytics.base.errors import (
    NotAPlanError,
    ReadError,
    SelectionError,
    SourceError,
    choices,
)
from govopen_analytics.base.languages import LANGUAGES
from govopen_analytics.base.locking import disk_errors_explained, locked
from govopen_analytics.base.provenance import (
    DECLARED,
    MANIFEST_COLUMNS,
    MANIFEST_NAME,
    checksum,
    raw_files,
    read_manifest,
)
from govopen_analytics.base.schemas import LEVELS, SUBJECTS, heading
from govopen_analytics.base.text import fold
from govopen_analytics.plans.one_file import account_for
from govopen_analytics.questions.short_displays import as_text
from govopen_analytics.words import section

#: What a comparison needs of every plan.
NEEDED = ("agency", "year")
#: Columns of the manifest that a user may give.
GIVEN_COLUMNS = (*DECLARED, "agency_series", "source_url", "note")
PROCESSED_NAME = "processed"  # folder of the tables, beside the raw one
_TEXT_SUFFIXES = (".txt", ".md")
_ADDRESS = re.compile(r"https?://\S+")
_LONGEST_PATH = 1000  # characters; what is longer is a text
_UNSAFE = re.compile(r"[^\w.-]+")


@dataclass(frozen=True)
class Addition:
    """A plan that was read and is not yet part of the raw folder.

    Attributes
    ----------
    raw_dir : Path
    file : str
        Name that the file gets below `raw_dir`.
    content : bytes
    row : dict of str to str
        Its row of the manifest; what the user gives wins over what was read.
    n_tasks : int
    inferred : tuple of str
        Names of what in `row` was read of the text.
    missing : tuple of str
        What a comparison needs and is not known.
    lang : {"zh", "en"}
    """

    raw_dir: Path
    file: str
    content: bytes
    row: dict[str, str]
    n_tasks: int
    inferred: tuple[str, ...]
    missing: tuple[str, ...]
    lang: str = "zh"

    def lines(self) -> list[str]:
        """Say what was read and what is missing."""
        words = section("adding", self.lang)
        lines = [words["found"].format(file=self.file, n=self.n_tasks)]
        values = section("tables", self.lang)["values"]
        for name in self.row:
            if name not in ("document_id", "file", "sha256"):
                key = "read" if name in self.inferred else "given"
                label = heading(name, self.lang)
                value = values.get(name, {}).get(self.row[name], self.row[name])
                lines.append(words[key].format(name=label, value=value))
        if self.row.get("subject") == "other":
            lines.append(f"  ! {section('check', self.lang)['other_subject']}")
        for name in self.missing:
            label = heading(name, self.lang)
            lines.append(words["missing"].format(name=label, option=name))
        return lines

    def save(self) -> str:
        """Write file and row of the manifest, both or none.

        Returns
        -------
        str
            What was done, and what comes next.

        Raises
        ------
        SelectionError
            If agency or year are missing.
        SourceError
            If the plan was added in the meantime.
        RunError, BusyError
            If the folder cannot be written.
        """
        words = section("adding", self.lang)
        if self.missing:
            raise SelectionError(
                f"{self.file}: {', '.join(self.missing)} missing; nothing was written. "
                "Say them, as in agency='…', year=2024"
            )
        with (
            disk_errors_explained(self.raw_dir, "the plan", words["nothing_written"]),
            locked(self.raw_dir),
        ):
            _refuse_duplicate(self.content, self.file, self.raw_dir)
            manifest = _manifest_with(self.raw_dir, self.row)
            path = self.raw_dir / self.file
            is_new = not path.is_file()
            if is_new:
                replace_file(path, self.content)
            try:
                replace_file(self.raw_dir / MANIFEST_NAME, manifest)
            except OSError:
                if is_new:
                    path.unlink(missing_ok=True)
                raise
        return words["written"].format(
            file=self.file,
            folder=self.raw_dir,
            processed=self.raw_dir.parent / PROCESSED_NAME,
        )

    def __repr__(self) -> str:
        words = section("adding", self.lang)
        last = words["no_save"] if self.missing else words["to_save"]
        return "\n".join([*self.lines(), last])

    def _repr_html_(self) -> str:
        return f"<p style='white-space:pre-wrap'>{html.escape(repr(self))}</p>"


def read_addition(
    plan: str | Path,
    raw_dir: str | Path,
    declared: Mapping[str, object] | None = None,
    *,
    lang: str = "zh",
) -> Addition:
    """Read a plan that is to be added, and write nothing.

    `plan` is a file, or the text of a plan or of its page as it was pasted; a first
    line that is an address becomes ``source_url``. What the user declares is named as
    in ``GIVEN_COLUMNS`` or as a further column of the manifest.

    Raises
    ------
    SelectionError
        If a column or a value of it is not known, or only an address is given.
    ReadError
        If the file cannot be read or is no plan.
    SourceError
        If the raw folder holds this plan already.
    """
    raw_dir = Path(raw_dir)
    texts = {name: as_text(value).strip() for name, value in (declared or {}).items()}
    given = {name: text for name, text in texts.items() if text}
    raw_files(raw_dir)  # refuses what is no folder
    manifest = read_manifest(raw_dir)
    columns = (*GIVEN_COLUMNS, *manifest.further_columns)
    _check_given(given, columns)
    path, content = _file_or_text(plan, given)
    name = path.name if path else "pasted.txt"
    _refuse_duplicate(content, name, raw_dir)
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / name).write_bytes(content)
        account = account_for(Path(scratch) / name)
    if account.verdict is not None:
        raise NotAPlanError(
            f"{name}: {account.verdict}; nothing was added. `govopen check` says why"
        )
    read = {key: str(value) for key, value in account.inferred.items()}
    values = {**read, **given}
    if path is None:
        parts = [values.get(key, "") for key in ("agency", "year")]
        stem = _UNSAFE.sub("_", "_".join(filter(None, parts)))
        name = f"{stem or 'plan_' + checksum(content)[:8]}.txt"
    folder = raw_dir.resolve()
    if path is not None and path.resolve().is_relative_to(folder):
        file = path.resolve().relative_to(folder).as_posix()
    else:
        file = _free(name, set(raw_files(raw_dir)))
    ids = {row["document_id"] for row in manifest.rows.values()}
    row = {
        "document_id": _free(Path(file).stem, ids),
        "file": file,
        **{key: values[key] for key in columns if key in values},
        "sha256": checksum(content),
    }
    return Addition(
        raw_dir=raw_dir,
        file=file,
        content=content,
        row=row,
        n_tasks=account.n_tasks,
        inferred=tuple(key for key in read if key not in given),
        missing=tuple(key for key in NEEDED if key not in values),
        lang=lang,
    )


def _check_given(given: dict[str, str], columns: tuple[str, ...]) -> None:
    """Refuse what cannot be in a manifest; values in words become codes."""
    for name in given:
        if name not in columns:
            raise SelectionError(f"Plan to add: {choices(name, columns)}")
    for name, codes in (("level", LEVELS), ("subject", SUBJECTS)):
        if name in given:
            given[name] = _value(name, given[name], codes)
    year = given.get("year", "2000")
    if not (len(year) == 4 and year.isascii() and year.isdigit()):
        raise SelectionError(f"year: found {year!r}, expected four digits as in 2024")


def _value(name: str, text: str, codes: tuple[str, ...]) -> str:
    for lang in LANGUAGES:
        labels = section("tables", lang)["values"][name]
        text = next((code for code in codes if labels.get(code) == text), text)
    if text not in codes:
        labels = section("tables", "zh")["values"][name]
        raise SelectionError(f"{name}: {choices(text, codes, labels)}")
    return text


def _file_or_text(plan: str | Path, given: dict[str, str]) -> tuple[Path | None, bytes]:
    """Return the file if one is meant, and the bytes; take an address from a text."""
    text = str(plan).strip()
    if isinstance(plan, str) and ("\n" in text or len(text) > _LONGEST_PATH):
        first, _, rest = text.partition("\n")
        if _ADDRESS.fullmatch(first.strip()):
            given.setdefault("source_url", first.strip())
            text = rest
        return None, text.encode("utf-8", "replace")
    if _ADDRESS.fullmatch(text):
        raise SelectionError(
            f"{text}: found an address alone; nothing is fetched from the network. "
            "Save the page and give the file, or paste its text below the address"
        )
    path = Path(plan)
    try:
        return path, path.read_bytes()
    except OSError as error:
        raise ReadError(
            f"{path}: cannot be opened ({error.strerror}); expected a file, or the "
            "text of a plan of several lines"
        ) from error


def _refuse_duplicate(content: bytes, name: str, raw_dir: Path) -> None:
    digest, letters = checksum(content), _letters(content, name)
    declared = read_manifest(raw_dir).rows
    for file in raw_files(raw_dir):
        if file == name and file not in declared:
            continue  # the file itself, of which the manifest has no row yet
        other = (raw_dir / file).read_bytes()
        if checksum(other) == digest or (letters and _letters(other, file) == letters):
            raise SourceError(
                f"{name}: the raw folder holds this plan already, as {file}; nothing "
                "was written"
            )


def _letters(content: bytes, name: str) -> str:
    """Return a plain text without blanks, as pasting changes them."""
    if not name.lower().endswith(_TEXT_SUFFIXES):
        return ""
    return re.sub(r"\s", "", fold(content.decode("utf-8", "replace")))


def _free(name: str, taken: set[str]) -> str:
    """Return the name, with a number before its suffix where it is taken."""
    path, n, free = Path(name), 2, name
    while free in taken:
        free, n = f"{path.stem}_{n}{path.suffix}", n + 1
    return free


def _manifest_with(raw_dir: Path, row: Mapping[str, str]) -> bytes:
    """Return the manifest with one more row; what stands in it stays as it is."""
    path = raw_dir / MANIFEST_NAME
    lines: list[list[str]] = [list(MANIFEST_COLUMNS)]
    if path.is_file():
        text = path.read_bytes().decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text)))
    head = [name.strip() for name in lines[0]]
    new = [name for name in row if name not in head]
    lines[0] += new
    lines = [[*line, *[""] * (len(lines[0]) - len(line))] for line in lines if line]
    lines.append([row.get(name, "") for name in [*head, *new]])
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows(lines)
    return target.getvalue().encode("utf-8")
