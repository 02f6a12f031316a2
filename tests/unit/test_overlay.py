"""Keyword lists that a researcher changes, keeps, and codes again with."""

import pandas as pd
import pytest
import yaml

from govopen_analytics.base.errors import CodebookError
from govopen_analytics.coding.codebook import load_codebook, parse_codebook
from govopen_analytics.coding.coded import moved_themes, recode

BASE = {
    "version": "3",
    "themes": [
        {
            "id": "water",
            "label_zh": "水",
            "label_en": "Water",
            "keywords": [{"weight": 3, "words": ["河流", "湖泊"]}, "水库"],
            "exclusions": {"水库": ["水库鱼"]},
        },
        {"id": "land", "label_zh": "地", "label_en": "Land", "keywords": ["耕地"]},
    ],
}


@pytest.fixture
def base(tmp_path):
    path = tmp_path / "base.yml"
    path.write_text(yaml.safe_dump(BASE, allow_unicode=True), encoding="utf-8")
    return load_codebook(path)


def words(codebook, theme="water"):
    return {k.text: k.weight for k in codebook.keywords if k.theme_id == theme}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"add": ["泉水"]}, {"河流": 3, "湖泊": 3, "水库": 1, "泉水": 2}),
        ({"remove": ["河流"]}, {"湖泊": 3, "水库": 1}),
        # What is excluded inside a keyword goes with it.
        ({"remove": ["水库"]}, {"河流": 3, "湖泊": 3}),
        (
            {"add": ["泉水"], "remove": ["湖泊", "河流"], "weight": 1},
            {"水库": 1, "泉水": 1},
        ),
    ],
)
def test_with_keywords(base, change, expected):
    changed = base.with_keywords("water", **change)
    assert words(changed) == expected
    for label in ("水", "Water"):
        assert base.with_keywords(label, **change).version == changed.version
    assert words(changed, "land") == {"耕地": 1}
    assert changed.version.startswith("3+") and base.version == "3"
    assert changed.fingerprint != base.fingerprint


@pytest.mark.parametrize(
    ("theme", "change", "expected"),
    [
        ("watr", {"add": ["泉水"]}, "one of: water, Water, land, .*mean water"),
        ("水利", {"add": ["泉水"]}, "one of: water, 水, land, 地"),
        ("water", {"remove": ["海洋"]}, "keyword found '海洋'"),
        ("water", {"add": ["耕地"]}, "it also stands under 'land'|one theme only"),
        ("water", {"add": "泉水"}, "expected a list"),
    ],
)
def test_a_wrong_change_is_refused(base, theme, change, expected):
    with pytest.raises(CodebookError, match=expected):
        base.with_keywords(theme, **change)


def test_changes_are_kept_and_loaded_again(base, tmp_path):
    changed = base.with_keywords("water", add=["泉水"], remove=["湖泊"])
    changed = changed.with_keywords("land", add=["林地"]).with_keywords(
        "water", remove=["泉水"]
    )
    path = changed.save(tmp_path / "mine.yml")
    saved = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert saved["keywords"] == {
        "water": {"remove": ["湖泊"]},
        "land": {"add": [{"weight": 2.0, "words": ["林地"]}]},
    }
    again = load_codebook(path)
    assert words(again) == words(changed) and words(again, "land") == {
        "耕地": 1,
        "林地": 2,
    }
    assert again.version == changed.version


def test_an_overlay_of_the_shipped_codebook_brings_all_of_it(tmp_path):
    shipped = load_codebook()
    path = shipped.with_keywords("platforms", add=["云展馆"]).save(tmp_path / "own.yml")
    assert "extends: government_openness" in path.read_text(encoding="utf-8")
    own = load_codebook(path)
    assert len(own.keywords) == len(shipped.keywords) + 1
    assert len(own.training) == len(shipped.training)
    assert len(own.reference) == len(shipped.reference)


@pytest.mark.parametrize(
    ("overlay", "expected"),
    [
        ({"extends": "none.yml"}, "expected 'government_openness' or another"),
        ({"extends": "mine.yml"}, "expected 'government_openness' or another"),
        ({"themes": []}, "unknown key of an overlay"),
        ({"keywords": {"water": {"plus": []}}}, "expected 'add' and 'remove'"),
        ({"keywords": {"sea": {"add": ["海"]}}}, "theme found 'sea'"),
        ({"keywords": []}, "a mapping from theme"),
    ],
)
def test_a_wrong_overlay_is_refused(base, tmp_path, overlay, expected):
    path = tmp_path / "mine.yml"
    content = {"extends": "base.yml", **overlay}
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(CodebookError, match=expected):
        load_codebook(path)


def test_a_codebook_of_no_file_cannot_be_saved(tmp_path):
    with pytest.raises(CodebookError, match="found no file"):
        parse_codebook(BASE).save(tmp_path / "x.yml")


def test_recoding_shows_what_moved_and_why(base):
    tasks = pd.DataFrame(
        {"task_id": ["a", "b", "c"], "text": ["保护河流", "修整泉水", "整理耕地"]}
    )
    changed = base.with_keywords("water", add=["泉水"], remove=["河流"])
    moved = recode(tasks, base, changed, coder="keywords").set_index("task_id")
    assert moved["themes_before"].to_dict() == {"a": ["water"], "b": []}
    assert moved["themes_after"].to_dict() == {"a": [], "b": ["water"]}
    assert moved["keywords_lost"].to_dict() == {"a": ["河流 (water)"], "b": []}
    assert moved["keywords_gained"].to_dict() == {"a": [], "b": ["泉水 (water)"]}
    counts = moved_themes(moved, {"water": "水", "land": "地"})
    assert counts.to_numpy().tolist() == [["水", 1, 1, 0]]
