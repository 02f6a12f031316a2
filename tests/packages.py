"""Write the tables of a test as a build would."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from govopen_analytics.base.datapackage import PackageWriter


def write_datapackage(
    tables: Mapping[str, pd.DataFrame],
    folder: Path,
    *,
    details: Mapping[str, Any] | None = None,
) -> Path:
    """Write tables by their names in ``schemas.TABLES``; return the descriptor."""
    with PackageWriter(folder) as writer:
        for name, table in tables.items():
            writer.add(name, table)
        return writer.publish(details)
