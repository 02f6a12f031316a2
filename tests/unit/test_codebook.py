"""A codebook file is data: loaded, checked, and refused with clear messages."""

import copy

import pandas as pd
import pytest
import yaml

from govopen_analytics.base import schemas
from govopen_analytics.base.errors import CodebookError
from govopen_analytics.base.text import fold
from govopen_analytics.coding.codebook import (
    apply_crosswalk,
    load_codebook,
    parse_codebook,
    without_blanks,
)

SMALL = {
    "version": "2",
    "themes": [
        {"id": "water", "label_zh": "水", "label_en": "Water", "keywords": ["河流"]},
        {
            "id": "land",
            "label_zh": "土地",
            "label_en": "Land",
            "keywords": [{"weight": 2, "words": ["耕地", "林…地"]}],
        },
    ],
}


def small(**changes):
    """Return the small codebook with the second theme or the top level changed."""
    data = copy.deepcopy(SMALL)
    theme = {k: v for k, v in changes.items() if k in ("id", "label_zh")}
    theme |= {
        k: v
        for k, v in changes.items()
        if k in ("keywords", "exclusions", "patterns", "examples", "core")
    }
    data["themes"][1] |= theme
    return data | {k: v for k, v in changes.items() if k not in theme}


@pytest.fixture(scope="module")
def shipped():
    return load_codebook()


def test_shipped_codebook_has_nine_themes_four_of_them_core(shipped):
    themes = schemas.validate(shipped.themes, "themes")
    assert len(themes) == 9
    assert list(themes.loc[themes["is_core"], "theme_id"]) == [
        "policy_interpretation",
        "application_disclosure",
        "grassroots_standardization",
        "platforms",
    ]


def test_shipped_codebook_is_bilingual(shipped):
    assert shipped.themes[["label_zh", "label_en"]].ne("").all(axis=None)
    assert shipped.themes[["definition_zh", "definition_en"]].ne("").all(axis=None)
    assert len(shipped.rules) == 14
    assert all(rule.zh and rule.en for rule in shipped.rules)


def test_every_shipped_theme_has_keywords_and_examples(shipped):
    for theme_id in shipped.theme_ids:
        assert sum(k.theme_id == theme_id for k in shipped.keywords) >= 20
        assert sum(e.theme_ids[:1] == (theme_id,) for e in shipped.examples) >= 40


def test_shipped_examples_are_not_the_reference_tasks(shipped):
    reference = "\n".join(
        fold(f"{row.title}\n{row.content}") for row in shipped.reference.itertuples()
    )
    copied = [e.text for e in shipped.examples if len(e.text) > 12]
    copied = [text for text in copied if fold(text) in reference]
    assert copied == []


def test_reference_codings_come_with_their_texts(shipped):
    reference = shipped.reference
    assert len(reference) == 136
    assert reference["document_id"].nunique() == 5
    assert reference["theme_ids"].str.len().sum() == 159


def test_small_codebook_loads_from_a_file(tmp_path):
    path = tmp_path / "mine.yml"
    path.write_text(yaml.safe_dump(SMALL, allow_unicode=True), encoding="utf-8")
    codebook = load_codebook(path)
    assert codebook.theme_ids == ["water", "land"]
    assert [(k.text, k.weight) for k in codebook.keywords] == [
        ("河流", 1.0),
        ("耕地", 2.0),
        ("林…地", 2.0),
    ]
    assert codebook.labels("en") == {"water": "Water", "land": "Land"}
    assert codebook.reference.empty


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ([], "found [], expected a mapping"),
        (small(version=None), "a value for 'version'"),
        (small(themes=[]), "at least one theme"),
        (small(extra=1), "unknown key"),
        (small(label_zh=""), "a value for 'label_zh'"),
        (small(id="water"), "every theme id once"),
        (small(id="Bad Id"), "small letters, digits and _"),
        (small(core="yes"), "true or false"),
        (small(keywords="耕地"), "expected a list"),
        (small(keywords=["河流"]), "it also stands under 'water'"),
        (small(keywords=["耕地", "耕地"]), "every keyword once"),
        (small(keywords=["IPv6", "ＩＰｖ６"]), "matches the same texts"),
        (small(keywords=["環境", "环境"]), "matches the same texts"),
        (small(keywords=[" "]), "not blank"),
        (small(keywords=["耕 地"]), "no blank beside a Chinese character"),
        (small(keywords=["耕，地"]), "ends a clause"),
        (small(keywords=["耕…"]), "between two parts"),
        (small(keywords=["耕…地…林"]), "between two parts"),
        (small(keywords=[{"words": ["耕地"], "weight": -1}]), "at least 0"),
        (small(keywords=[{"word": ["耕地"]}]), "'words'"),
        (small(exclusions={"草地": ["草地机"]}), "a keyword of the same theme"),
        (
            small(keywords=["耕地"], exclusions={"耕地": ["林地"]}),
            "a phrase that holds the keyword",
        ),
        (
            small(keywords=["耕地"], exclusions={"耕地": ["耕地"]}),
            "could never match",
        ),
        (small(patterns=[{"name": "x", "expression": "("}]), "that compiles"),
        (small(patterns=[{"name": "x", "expression": "a*"}]), "needs some character"),
        (small(examples=["保护{slot}"]), "slot found 'slot'"),
        (small(examples=[{"text": "护林", "also": ["sea"]}]), "found 'sea'"),
        (small(coding={"general_theme": "sea"}), "found 'sea'"),
        (small(coding={"general_titles": ["["]}), "that compiles"),
        (small(coding={"secondary_offsets": {"sea": 1}}), "found 'sea'"),
        (small(reference={"tasks": "no.jsonl", "themes": "no.csv"}), "a file beside"),
        (
            small(crosswalk=[{"from_version": 1, "from_theme": "a", "to_theme": "b"}]),
            "found 'b'",
        ),
    ],
)
def test_broken_codebook_is_refused(data, expected):
    with pytest.raises(CodebookError) as error:
        parse_codebook(data, place="mine.yml")
    assert expected in str(error.value)
    assert "mine.yml" in str(error.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"version: 1\nversion: 2\n", "given twice\n.*line 2, column 1"),
        (b"themes: [", "not valid YAML"),
        (b"version: 1\n[a]: 2\n", "no text as key\n.*line 2, column 1"),
        ("version: 政务公开".encode("gb18030"), "not UTF-8"),
    ],
)
def test_unreadable_file_is_refused(tmp_path, content, expected):
    path = tmp_path / "mine.yml"
    path.write_bytes(content)
    with pytest.raises(CodebookError, match=expected):
        load_codebook(path)


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(CodebookError, match="cannot be opened"):
        load_codebook(tmp_path / "none.yml")


def test_slots_are_filled_in_turn():
    data = small(slots={"crop": ["稻", "麦"]}, examples=["种{crop}"])
    texts = [example.text for example in parse_codebook(data).examples]
    assert texts == ["种稻", "种麦", "种稻"]


def test_unknown_language_is_refused(shipped):
    with pytest.raises(CodebookError, match="expected one of: zh, en"):
        shipped.labels("fr")


@pytest.mark.parametrize(
    ("text", "shorter", "dropped"),
    [
        ("政策解读", "政策解读", []),
        ("政策 解读", "政策解读", [(2, 3)]),
        ("政\u200b策  H5", "政策H5", [(1, 2), (3, 5)]),
        ("open data", "open data", []),
    ],
)
def test_without_blanks(text, shorter, dropped):
    assert without_blanks(text) == (shorter, dropped)


def codings(*rows):
    columns = ["task_id", "theme_id", "coder", "rank", "codebook_version"]
    return schemas.to_schema(pd.DataFrame(rows, columns=columns), "theme_assignments")


CROSSWALK = [
    {"from_version": "1", "from_theme": "river", "to_theme": "water"},
    {"from_version": "1", "from_theme": "lake", "to_theme": "water"},
    {"from_version": "1", "from_theme": "soil", "to_theme": "land"},
]


def test_crosswalk_merges_themes_and_keeps_the_better_rank():
    codebook = parse_codebook(small(crosswalk=CROSSWALK))
    earlier = codings(
        ("t1", "river", "x", 1, "1"),
        ("t1", "lake", "x", 2, "1"),
        ("t1", "soil", "x", 3, "1"),
        ("t2", "land", "x", 1, "2"),
    )
    moved = apply_crosswalk(earlier, codebook)
    assert moved[["task_id", "theme_id", "rank"]].to_numpy().tolist() == [
        ["t1", "water", 1],
        ["t1", "land", 2],
        ["t2", "land", 1],
    ]
    assert set(moved["codebook_version"]) == {"2"}


def test_crosswalk_refuses_what_it_does_not_know():
    codebook = parse_codebook(small(crosswalk=CROSSWALK))
    with pytest.raises(CodebookError, match="version '1' names theme 'sea'"):
        apply_crosswalk(codings(("t1", "sea", "x", 1, "1")), codebook)


@pytest.mark.parametrize(
    ("themes", "expected"),
    [
        ("d,1,reference,sea,", "found 'sea'"),
        ("d,2,reference,water,", "ordinal 2"),
    ],
)
def test_reference_codings_are_checked(tmp_path, themes, expected):
    (tmp_path / "tasks.jsonl").write_text('{"document_id": "d", "ordinal": 1}\n')
    (tmp_path / "themes.csv").write_text(
        f"document_id,ordinal,coder,primary,secondary\n{themes}\n"
    )
    data = small(reference={"tasks": "tasks.jsonl", "themes": "themes.csv"})
    codebook = parse_codebook(data, folder=tmp_path)
    with pytest.raises(CodebookError, match=expected):
        _ = codebook.reference
