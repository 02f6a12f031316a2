"""Whether a text says what is to be done, or what was done.

Both are told by grammar: an obligation opens with a verb that has an object, or
carries a modal (应, 须, 要); a report carries a mark of completion (了, 已, 共计).
"""

import re

from govopen_analytics.base.text import fold
from govopen_analytics.plans.vocabulary import one_of

_ADVERB = rf"(?:{one_of('adverbs')})*"
VERB = rf"(?:{one_of('verbs')})"
# 检查时间, 公开内容 are names, not what is to be done.
_NO_NAME = (
    r"(?!(?:时间|内容|方式|范围|对象|依据|地点|步骤|目的|意义|原则|背景|主体|期限|时限)"
    r"(?:$|[。:;,]))"
)
# Who acts may stand before the verb: 财务科公示全部收费标准.
_ACTOR = (
    r"(?:[\u3400-\u9fff]{1,12}?(?:局|科|室|处|办|股|院|中心|部|站|所|单位|部门|"
    r"镇|街道|学校|企业))?"
)
# When or how often, and where, may stand before the verb, too.
_WHEN = (
    r"(?:每[年月周日季天]度?|每个?(?:学期|月|季度)|\d[月日]?[底末]?(?:之?前|以前)|\d个?(?:工作日|月)内|"
    r"当[日天]|[定按]期|之后|以后|后)"
)
_OBJECT = rf"{_NO_NAME}(?=[\u3400-\u9fff《“\d(])"
_TIMED = re.compile(rf"{_WHEN}[^,。;:、]{{0,24}}?{VERB}{_OBJECT}")
_ACTS = re.compile(
    rf"(?:^|[。;:,、?)\s]){_ACTOR}(?:要|应|负责|并)?{_ADVERB}{VERB}{_OBJECT}"
)
_MODAL = re.compile(
    r"(?<![响相反适供效呼对])应(?:当|该)?(?=[\u3400-\u9fff])(?!用|急|对|答|届|聘|诉|收)|必须|务必|不得|严禁|"
    r"(?<![必急无军刚内])须(?=[\u3400-\u9fff])(?!知)|(?<![主重必需纪摘概扼简首只次提紧])要(?![点求素件闻约务么])(?=[\u3400-\u9fff])|"
    r"确保|(?:将|把)[^,。;]{2,24}?(?:公开|公布|纳入|作为|列入|落实|录入|上网|存档|汇总|整理)"
)
#: A mark of completion, in what reports on the past.
_RESULT = re.compile(
    r"(?<![为除罢])了(?![解如然结])|(?<![业而早自])已(?:经|全部|于|按|完成|建|在|实现|对|由|公|制|开|形|纳|基|达|累|有\d)|"
    r"(?:累计|总计|合计|共计?)(?:[\u3400-\u9fff]{0,8})\d|截[至止]|今年以来|一年来|上年度?|去年|"
    r"(?:收到|受理|接到|发现|收取)[\u3400-\u9fff]{0,10}\d|取得[^,。;]{0,12}(?:成效|进展|成绩|效果|突破)|"
    r"得到[^,。;]{0,12}(?:提升|加强|提高|改善|保障|好评)|有待|存在[^,。;]{0,10}(?:问题|不足|差距)|"
    r"(?:全年|本年度?|上半年|下半年|[一二三四]季度|\d月份?)(?:,|共|我|全)?[\u3400-\u9fff]{0,8}?\d+(?:余)?[件条次期份场篇人家个项起万]|"
    r"同比|环比|无(?:行政)?(?:复议|诉讼)|未(?:收到|发生|发现|出现)"
)


def opens_with_duty(text: str) -> bool:
    """Tell whether a text opens with a verb and its object."""
    match = _ACTS.search(fold(text).lstrip())
    return match is not None and match.start() == 0


def says_what_to_do(text: str) -> bool:
    """Tell whether a text is an obligation: a verb with its object, or a modal."""
    folded = fold(text)
    return any(form.search(folded) for form in (_ACTS, _MODAL, _TIMED))


def says_what_was_done(text: str) -> bool:
    """Tell whether a text reports on the past."""
    return _RESULT.search(fold(text)) is not None
