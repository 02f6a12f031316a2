"""Whether tables would come out the same if they were built again."""

from pathlib import Path

from govopen_analytics.base.datapackage import read_descriptor
from govopen_analytics.base.errors import SourceError
from govopen_analytics.base.fingerprints import (
    digest_of,
    file_digest,
    folder_digests,
    made_by,
)


def reviews_beside(processed_dir: Path) -> Path:
    """Return where people's decisions are kept: beside the tables."""
    return processed_dir.parent / "reviews"


def inputs_digest(
    raw_dir: Path | str,
    out_dir: Path | str,
    codebook_path: Path | str | None = None,
) -> str:
    """Return one digest of all that the tables are made from.

    Parameters
    ----------
    raw_dir : Path or str
        Folder of plans.
    out_dir : Path or str
        Folder of the tables; the reviews stand beside it.

    Returns
    -------
    str
        It changes with any file of the folder, the codebook, the library, the
        packages it requires, and with whether LibreOffice is there.
    """
    return digest_of(
        {
            "raw": folder_digests(Path(raw_dir)),
            "reviews": folder_digests(reviews_beside(Path(out_dir))),
            "codebook": file_digest(Path(codebook_path)) if codebook_path else None,
            "made_by": made_by(),
        }
    )


def is_built(
    raw_dir: Path | str,
    out_dir: Path | str,
    codebook_path: Path | str | None = None,
) -> bool:
    """Say whether a folder holds the tables a build would make again.

    Returns
    -------
    bool
        False also where a file is missing or is not the one described.
    """
    out_dir = Path(out_dir)
    try:
        package = read_descriptor(out_dir)
        is_whole = all(
            file_digest(out_dir / item["path"]) == item["hash"]
            for item in package["resources"]
        )
        built_from = package.get("built_from")
        current = inputs_digest(raw_dir, out_dir, codebook_path)
        return is_whole and built_from == current
    except (SourceError, OSError, ValueError, KeyError):
        return False
