import pytest

from govopen_analytics.base.errors import choices

MANY = [f"name_{number:02d}" for number in range(30)]


@pytest.mark.parametrize(
    ("found", "known", "expected"),
    [
        ("zh", ["en"], "found 'zh', expected one of: en"),
        ("e", ["en", "zh"], "found 'e', expected one of: en, zh; did you mean en?"),
        (3, [2021, 2022], "found 3, expected one of: 2021, 2022"),
        ("2022", [2021, 2022], "found '2022', expected a number: 2022"),
        (2, ["1", "2"], "found 2, expected a text: 2"),
        (
            "name_7",
            MANY,
            "found 'name_7', expected one of: name_00, name_01, name_02, "
            "name_03, name_04, … (30 names); "
            "did you mean name_27 or name_17 or name_07?",
        ),
    ],
)
def test_the_nearest_names_are_offered(found, known, expected):
    assert choices(found, known) == expected


def test_of_many_names_none_near_the_first_twenty_are_shown():
    told = choices("政", MANY)
    assert "name_19, … (30 names)" in told and "name_20" not in told


def test_names_are_told_with_their_labels():
    told = choices(
        "platform", ["platforms", "units"], {"platforms": "平台", "units": "单位"}
    )
    assert told == (
        "found 'platform', expected one of: platforms (平台), units (单位); "
        "did you mean platforms?"
    )
