"""What holds for any text: no crash, no hang, nothing lost, nothing twice."""

import re
from itertools import pairwise
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, example, given, settings
from reading import layout_file, layout_names

from govopen_analytics.plans import accounted_share, segment_document
from govopen_analytics.readers.source import SourceBuilder

RAW = Path(__file__).parents[2] / "data" / "raw"
LONG_PLANS = [path.read_text("utf-8") for path in sorted(RAW.glob("*.txt"))]
SHORT_PLANS = [
    layout_file(name).read_text("utf-8")
    for name in layout_names()
    if layout_file(name).suffix == ".txt"
]
DELIMITERS = ["\t", "|", " | ", "\n|\n", "\n", "\n\n", " ", "　", "，", ""]
NUMBERS = ["一、", "（一）", "1.", "1、", "(1)", "①", "第一条", "一是", "二、", "99."]
WORDS = [
    "序号",
    "工作任务",
    "具体要求",
    "责任单位",
    "完成时限",
    "公开政府信息。",
    "办公室牵头，各科室配合",
    "年底前",
    "附件",
    "附件：",
    "首页 > ",
    "〔",
    "（",
    "）",
    "现印发给你们",
    "2024年5月9日",
    "某县2024年政务公开工作要点",
]
# A slow machine may take seconds; a hang takes for ever.
GENEROUS = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}


@st.composite
def mutated_lines(draw, plans):
    """A plan some of whose lines are deleted, repeated or swapped."""
    lines = draw(st.sampled_from(plans)).split("\n")
    for _ in range(draw(st.integers(1, 6))):
        i, j = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        change = draw(st.sampled_from(["delete", "repeat", "swap"]))
        if change == "delete" and len(lines) > 1:
            del lines[i]
        elif change == "repeat":
            lines.insert(j, lines[i])
        else:
            lines[i], lines[j] = lines[j], lines[i]
    return "\n".join(lines)


@st.composite
def cut_plan(draw, plans):
    """A plan that begins and ends anywhere."""
    plan = draw(st.sampled_from(plans))
    start = draw(st.integers(0, len(plan) - 1))
    return plan[start : draw(st.integers(start, len(plan)))]


@st.composite
def sprinkled_plan(draw, plans):
    """A plan with words, numbers and random characters put in anywhere."""
    plan = draw(st.sampled_from(plans))
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(plan)))
        kinds = st.sampled_from(WORDS + NUMBERS + DELIMITERS) | st.text(max_size=5)
        plan = plan[:at] + draw(kinds) + plan[at:]
    return plan


@st.composite
def redelimited_plan(draw, plans):
    """A plan whose cells or lines are parted by something else."""
    plan = draw(st.sampled_from(plans))
    for _ in range(draw(st.integers(1, 2))):
        present = [mark for mark in ("\t", "|", "\n", "。", "、") if mark in plan]
        if present:
            mark = draw(st.sampled_from(present))
            plan = plan.replace(mark, draw(st.sampled_from(DELIMITERS)))
    return plan


def mutations(plans):
    kinds = (mutated_lines, cut_plan, sprinkled_plan, redelimited_plan)
    return st.one_of(*(kind(plans) for kind in kinds))


scraps = st.lists(
    st.sampled_from(WORDS + NUMBERS + DELIMITERS) | st.text(max_size=4), max_size=60
).map("".join)


def check(text: str) -> None:
    """Segment a text and check what must hold for every one."""
    builder = SourceBuilder()
    for line in text.split("\n"):
        builder.paragraph(line)
    source = builder.build()
    found = segment_document(source)
    bounds = [(start, end) for start, end, _, _ in found.spans]
    assert all(0 <= a < b <= len(source.text) for a, b in bounds)
    assert all(b <= c for (_, b), (c, _) in pairwise(bounds))
    covered = "".join(source.text[a:b] for a, b in bounds)
    assert re.sub(r"\s+", "", covered) == re.sub(r"\s+", "", source.text)
    named = [task for _, _, _, task in found.spans if task is not None]
    assert set(named) == set(range(len(found.tasks)))
    assert (found.verdict is None) == bool(found.tasks)
    assert 0 <= accounted_share(found.spans) <= 1
    for draft in found.tasks:
        assert 0 <= draft.start < draft.end <= len(source.text)
        assert draft.title(source.text) or draft.text("content", source.text)
    starts = [draft.start for draft in found.tasks]
    assert starts == sorted(starts)


@settings(max_examples=150, **GENEROUS)
@given(mutations(SHORT_PLANS))
def test_a_mutated_short_plan_is_accounted_for(text):
    check(text)


@settings(max_examples=25, **GENEROUS)
@given(mutations(LONG_PLANS))
def test_a_mutated_long_plan_is_accounted_for(text):
    check(text)


@settings(max_examples=150, **GENEROUS)
@given(scraps)
def test_scraps_of_plans_are_accounted_for(text):
    check(text)


@settings(max_examples=100, **GENEROUS)
@given(st.text(max_size=400))
def test_any_text_is_accounted_for(text):
    check(text)


@pytest.mark.parametrize(
    "text",
    [
        "|" * 500,
        "\n|" * 500 + "\n序号\n|",
        "一、" * 400,
        "（" * 400,
        "（一）" * 200 + "。",
        "序号\t工作任务\n" * 100,
        "1.公开。" * 300,
        "一是公开，" * 300,
        "责任单位：" * 300,
        "12月底前、" * 300,
    ],
)
def test_repeated_marks_are_accounted_for(text):
    check(text)


PLANTED = (
    "77.公布吊索桥检测结果。（责任单位：桥梁科）",
    "（九）推进吊索桥检测公开。每季度公布吊索桥检测结果。",
    "公布吊索桥检测结果，接受群众监督。（桥梁科负责）",
)


@settings(max_examples=60, **GENEROUS)
@given(st.sampled_from(SHORT_PLANS), st.sampled_from(PLANTED), st.floats(0, 1))
# Right above the header that a table repeats, where its name may stand.
@example(next(p for p in SHORT_PLANS if "创业补贴条件" in p), PLANTED[2], 0.5)
def test_an_obligation_put_in_anywhere_is_read_or_told(plan, obligation, place):
    lines = plan.split("\n")
    lines.insert(round(place * len(lines)), obligation)
    text = "\n".join(lines)
    builder = SourceBuilder()
    for line in lines:
        builder.paragraph(line)
    source = builder.build()
    found = segment_document(source)
    at = source.text.index("吊索桥")
    is_read = any(a <= at < b and task is not None for a, b, _, task in found.spans)
    told = [one.values["text"] for one in found.remarks if "line" in one.values]
    assert found.verdict or is_read or any("吊索桥" in line for line in told), text
