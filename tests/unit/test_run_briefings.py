from zipfile import is_zipfile

import pytest

from govopen_analytics.run.downloads import briefing_links, write_briefings
from govopen_analytics.run.sets import ReportSet
from govopen_analytics.words.remark_words import remark_in_words


@pytest.fixture
def tables(processed_dir):
    from govopen_analytics.base.datapackage import read_datapackage

    return dict(read_datapackage(processed_dir))


@pytest.mark.parametrize(
    ("formats", "years", "n_problems", "n_files"),
    [
        ((), [2022], 0, 0),
        (("pptx", "xlsx"), [2022], 0, 2),
        # A year that no plan has: the pages stand without it, and it is told.
        (("pptx",), [1999], 1, 0),
    ],
)
def test_a_briefing_beside_the_pages(
    tables, tmp_path, formats, years, n_problems, n_files
):
    chosen = ReportSet(briefing=formats, parameters={"years": years})
    problems = write_briefings({"zh": tmp_path}, tables, chosen, "2026-01-31")
    links = briefing_links(tmp_path)
    assert (len(problems), len(links)) == (n_problems, n_files)
    assert all(is_zipfile(tmp_path / path) for _, path in links)
    assert all("简报（zh）没有写成" in remark_in_words(one, "zh") for one in problems)
