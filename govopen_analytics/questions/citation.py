"""How to cite what a number rests on: software, codebook and corpus."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

import pandas as pd

from govopen_analytics.charts.display import Display
from govopen_analytics.questions.short_displays import years_of

_SOFTWARE = "govopen-analytics"
_TEX = {sign: f"\\{sign}" for sign in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "–": "--",
}
_OF_A_PLAN = ["document_id", "agency", "year", "title", "source_url", "sha256"]
_SHOWN = 12  # characters of a digest
_MOST_NAMED = 12  # plans named in the sentence


@dataclass(frozen=True, repr=False)
class Citation:
    """A reference as a sentence and as BibTeX.

    Attributes
    ----------
    text, bibtex : str
        Both name the plans where these are at most 12.
    plans : DataFrame, shape (n_documents, 6)
        The plans, for an appendix: ``document_id``, ``agency``, ``year``, ``title``,
        ``source_url`` and ``sha256``.
    """

    text: str
    bibtex: str
    plans: pd.DataFrame

    def __repr__(self) -> str:
        return f"{self.text}\n\n{self.bibtex}"


def citation(
    documents: pd.DataFrame, codebook: Mapping[str, str], display: Display
) -> Citation:
    """Cite the software, the codebook and the corpus, each with its version.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table. The version of a corpus is a digest of its
        plans' checksums: the same files have the same version.
    codebook : mapping of str to str
        ``name``, ``version`` and ``sha256``.
    """
    sums = "\n".join(sorted(documents["sha256"]))
    facts = {
        "software": version(_SOFTWARE),
        "codebook": codebook["name"],
        "codebook_version": codebook["version"],
        "codebook_digest": codebook["sha256"][:_SHOWN],
        "n": f"{len(documents):,}",
        "years": years_of(documents),
        "digest": hashlib.sha256(sums.encode()).hexdigest()[:_SHOWN],
    }
    words = display.words("citation")
    facts["plans"] = _named(documents, display) or words["plans"]
    in_tex = {
        name: "".join(_TEX.get(sign, sign) for sign in value)
        for name, value in facts.items()
    }
    return Citation(
        words["text"].format(**facts),
        "\n\n".join(
            [
                _entry(
                    "software",
                    "govopen_analytics",
                    author="{govopen\\_analytics contributors}",
                    title=words["title"],
                    version=in_tex["software"],
                ),
                _entry(
                    "misc",
                    f"codebook_{facts['codebook_digest']}",
                    title=words["codebook_title"].format(**in_tex),
                    note=words["codebook_note"].format(**in_tex),
                ),
                _entry(
                    "misc",
                    f"corpus_{facts['digest']}",
                    title=words["corpus_title"].format(**in_tex),
                    note=words["corpus_note"].format(**in_tex),
                ),
            ]
        ),
        documents[_OF_A_PLAN].reset_index(drop=True),
    )


def _named(documents: pd.DataFrame, display: Display) -> str:
    """Name agency and year of each plan; nothing where there are very many."""
    if len(documents) > _MOST_NAMED:
        return ""
    words = display.words("citation")
    names = [
        words["plan"].format(
            agency=display.agency(plan.agency),
            year="–" if pd.isna(plan.year) else plan.year,
        )
        for plan in documents.sort_values(["agency", "year"]).itertuples()
    ]
    return words["join"].join(names)


def _entry(kind: str, key: str, **fields: str) -> str:
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items()]
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}"
