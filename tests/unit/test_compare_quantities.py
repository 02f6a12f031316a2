import json
from pathlib import Path

import pandas as pd
import pytest

from govopen_analytics.measures import parse_quantities, task_quantities

REFERENCE = (
    Path(__file__).parents[2]
    / "govopen_analytics/coding/codebooks/reference_tasks.jsonl"
)

# Every quantity of the reference tasks: text, then raw, value, unit, comparator, per.
REFERENCE_QUANTITIES = [
    ("应于3个工作日内关联发布解读材料", [("3个工作日内", 3, "工作日", "<=", None)]),
    (
        "选取重点政策,进行实施效果评价,原则上每年至少开展2次专题性政策评价工作",
        [("每年至少开展2次", 2, "次", ">=", "年")],
    ),
    (
        "局长办公会议每年至少听取1次政务公开工作汇报。年内组织政务公开培训不少于1次",
        [
            ("每年至少听取1次", 1, "次", ">=", "年"),
            ("不少于1次", 1, "次", ">=", None),
        ],
    ),
    (
        "各单位年内至少向国家级、省级主流媒体或“工作交流”等平台投稿一篇政务公开宣传稿",
        [
            (
                "至少向国家级、省级主流媒体或“工作交流”等平台投稿一篇",
                1,
                "篇",
                ">=",
                None,
            )
        ],
    ),
    (
        "文件出台后的10个工作日内，公开意见的采纳情况",
        [("10个工作日内", 10, "工作日", "<=", None)],
    ),
    (
        "答复期限不超过5个工作日，简单问题要在1个工作日内完成答复",
        [
            ("不超过5个工作日", 5, "工作日", "<=", None),
            ("1个工作日内", 1, "工作日", "<=", None),
        ],
    ),
    (
        "年内至少举办1次政府开放日活动",
        [("至少举办1次", 1, "次", ">=", None)],
    ),
    (
        "在标准指引发布30个工作日内，出台标准目录推动方案",
        [("30个工作日内", 30, "工作日", "<=", None)],
    ),
    ("年内至少组织开展1次培训", [("至少组织开展1次", 1, "次", ">=", None)]),
    ("对落实情况组织开展1次“回头看”", [("开展1次", 1, "次", "=", None)]),
    (
        "以手动方式进行推送的，频次不低于每月一次",
        [("不低于每月一次", 1, "次", ">=", "月")],
    ),
    ("年内要至少选择1个政策文件", [("至少选择1个", 1, "个", ">=", None)]),
    ("年内开展推送工作不得少于2次", [("不得少于2次", 2, "次", ">=", None)]),
    (
        "留言答复不超过5个工作日；咨询答复不超过5个工作日，简单问题1个工作日完成答复",
        [
            ("不超过5个工作日", 5, "工作日", "<=", None),
            ("不超过5个工作日", 5, "工作日", "<=", None),
            ("1个工作日", 1, "工作日", "<=", None),
        ],
    ),
    ("严格落实三个工作日内答复", [("三个工作日内", 3, "工作日", "<=", None)]),
    ("年内至少专门听取1次工作汇报", [("至少专门听取1次", 1, "次", ">=", None)]),
    (
        "按照“用两年时间对机关工作人员轮训一次”的要求，年内开展培训",
        [("用两年时间对机关工作人员轮训一次", 1, "次", "=", "2年")],
    ),
]
FURTHER_QUANTITIES = [
    ("每季度至少召开一次会议", [("每季度至少召开一次", 1, "次", ">=", "季度")]),
    ("每半年开展1次评估", [("每半年开展1次", 1, "次", "=", "半年")]),
    ("按时办结率达到95.5%以上", [("达到95.5%以上", 95.5, "%", ">=", None)]),
    ("答复率100%", [("100%", 100, "%", "=", None)]),
    ("重大舆情24小时内回应", [("24小时内", 24, "小时", "<=", None)]),
    ("打造10个以上示范点", [("打造10个以上", 10, "个", ">=", None)]),
    ("开展十二次培训", [("开展十二次", 12, "次", "=", None)]),
    ("发布图解不少于30篇", [("不少于30篇", 30, "篇", ">=", None)]),
    ("自收到之日起20日内答复", [("20日内", 20, "日", "<=", None)]),
]
NO_QUANTITIES = [
    "2024年3月31日前主动向社会公开",
    "每月15日前更新",
    "厅门户网站全部支持互联网协议第6版",
    "除110、119、120、122等紧急热线外，实现一个号码服务",
    "健全“12345”热线考核监督机制",
    "实现一网通查、一网通答、一网通办",
    "提供“一号答”、“一站式”政策咨询服务",
    "对反映集中的问题开展二次解读",
    "一次性告知，最多跑一次",
    "同一事项由多个处室共同完成的",
    "落实政策解读“三同步”和“三审三校”",
    "落实《关于公开12项清单的通知》（国办发〔2020〕53号）",
    "",
]


def found(text):
    return [
        tuple(quantity[name] for name in ("raw", "value", "unit", "comparator", "per"))
        for quantity in parse_quantities(text)
    ]


@pytest.mark.parametrize(("text", "expected"), REFERENCE_QUANTITIES)
def test_quantities_of_the_reference(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(("text", "expected"), FURTHER_QUANTITIES)
def test_further_quantities(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize("text", NO_QUANTITIES)
def test_numbers_that_are_no_quantities(text):
    assert found(text) == []


def test_offsets_point_at_the_quantity():
    text = "会议每年至少听取1次汇报，3个工作日内答复"
    spans = [text[q["start_char"] : q["end_char"]] for q in parse_quantities(text)]
    assert spans == ["每年至少听取1次", "3个工作日内"]


ALL_IN_REFERENCE = [
    ("jining_mzj_2024:6", "3个工作日内"),
    ("jining_mzj_2024:8", "每年至少开展2次"),
    ("jining_mzj_2024:13", "每年至少听取1次"),
    ("jining_mzj_2024:13", "不少于1次"),
    (
        "jining_mzj_2024:15",
        "至少向国家级、省级主流媒体或“政务公开工作交流”“政务公开看山东”等平台投稿一篇",
    ),
    ("jilin_mzt_2022:9", "10个工作日内"),
    ("jilin_mzt_2022:10", "不超过5个工作日"),
    ("jilin_mzt_2022:10", "1个工作日内"),
    ("jilin_mzt_2022:11", "至少举办1次"),
    ("jilin_mzt_2022:12", "30个工作日内"),
    ("jilin_mzt_2022:14", "至少听取1次"),
    ("jilin_mzt_2022:15", "至少组织开展1次"),
    ("jilin_mzt_2022:16", "开展1次"),
    ("shanghai_mzj_2022:1", "不低于每月一次"),
    ("shanghai_mzj_2022:39", "至少选择1个"),
    ("shanghai_mzj_2022:43", "不得少于2次"),
    ("shanghai_mzj_2022:48", "不超过5个工作日"),
    ("shanghai_mzj_2022:48", "不超过5个工作日"),
    ("shanghai_mzj_2022:48", "1个工作日"),
    ("shanghai_mzj_2022:54", "10个工作日内"),
    ("shanghai_mzj_2022:55", "不少于3次"),
    ("shanghai_mzj_2022:61", "三个工作日内"),
    ("shanghai_mzj_2022:69", "至少专门听取1次"),
    ("shanghai_mzj_2022:72", "用两年时间对机关工作人员轮训一次"),
]


def test_all_quantities_of_all_reference_tasks_and_no_others():
    rows = [json.loads(line) for line in REFERENCE.read_text("utf-8").splitlines()]
    tasks = pd.DataFrame(rows).astype(object)
    parts = tasks[["title", "content"]].fillna("")
    tasks["text"] = parts["title"] + "。" + parts["content"]
    tasks["task_id"] = tasks["document_id"] + ":" + tasks["ordinal"].astype(str)
    quantities = task_quantities(tasks)
    assert len(tasks) == 136
    pairs = list(zip(quantities["task_id"], quantities["raw"], strict=True))
    assert pairs == ALL_IN_REFERENCE


def test_no_quantities_keep_their_columns():
    none = pd.DataFrame({"task_id": ["1"], "document_id": ["p"], "text": ["公开"]})
    assert list(task_quantities(none).columns)[:4] == [
        "task_id",
        "document_id",
        "raw",
        "start_char",
    ]
