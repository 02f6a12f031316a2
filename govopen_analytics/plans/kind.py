"""Plan or not: what kind of document a source is, with the reason."""

import re

from govopen_analytics.base.text import fold
from govopen_analytics.plans.metadata import PLAN_WORDS, SUBJECT

# kind, what a title of that kind says, what its text says
_BY_TITLE = (
    ("annual report", r"年度报告|工作年报|信息公开年报"),
    ("interpretation", r"解读|图解|一图读懂|问答|政策说明"),
    ("summary", r"工作总结|总结及|情况的?(?:总结|汇报|报告|通报)|自查报告"),
    (
        "catalogue",
        r"(?:公开|基本|标准|事项|主动公开).{0,4}目录(?!.{0,8}(?:要点|台账|分解))|公开指南",
    ),
    ("work rules", r"(?:制度|办法|规定|规则|条例|细则|规范|规程|机制)(?:\(.{1,4}\))?$"),
    (
        "assessment scheme",
        r"(?:考核|考评|评估|测评|评议).{0,6}(?:方案|办法|细则|标准|表|指标)",
    ),
    ("meeting notes", r"会议纪要|纪要$"),
    (
        "news",
        r"召开|举办|举行|开展.{0,12}(?:培训|调研)|(?:局长|市长|县长).{0,20}(?:强调|指出)",
    ),
)
_ARTICLE = re.compile(r"^[ \t\u3000]*第[一二三四五六七八九十百\d]+条", re.M)
_RULES = re.compile(r"(?:本|此)(?:制度|办法|规定|细则|规范|条例)(?:所称|适用|由|自)")
_REPORT = re.compile(
    r"主动公开政府信息情况|收到和处理政府信息公开申请情况|政府信息管理情况|存在的主要问题及改进情况|"
    r"收取信息处理费的?情况|数据统计期限|统计期限自|本(?:年报|报告)(?:根据|由|按照|电子版|中所列)|(?:依申请公开|主动公开|投诉)情况\??$|下一步(?:工作)?打算|"
    r"本年度(?:未|没有|共)|被申请行政复议|因政府信息公开工作被申请",
    re.M,
)
_INTERPRETATION = re.compile(
    r"(?:起草|出台|制定)(?:的)?(?:背景|过程|依据)|《[^》]{2,20}》(?:共|分为?).{0,6}部分|解读如下"
)
_CATALOGUE = re.compile(
    r"公开依据|公开渠道|公开对象|公开主体|公开方式.{0,40}公开时限|公开时限.{0,40}公开方式"
)
_CATALOGUE_HEAD = re.compile(
    r"公开事项|公开内容|事项名称|信息(?:类别|名称)|一级(?:目录|事项)|目录分类"
)
_CATALOGUE_COLUMN = re.compile(r"\s*公开\s*(?:时限|方式|主体|渠道|依据|对象|载体|范围)")
_LEVELS = re.compile(r"([一二三]级)\s*(?:目录|事项|栏目)")
_GROUP = re.compile(r"领导小组(?:组成|成员|及其职责|组成人员)|组\s*长:|成\s*员:")
_NEWS = re.compile(
    r"(?:会议(?:要求|指出|强调|认为)|(?:日|近日|日前),.{0,30}(?:召开|组织|举办|开展))"
)
_ASKS_FOR_REPORTS = re.compile(
    r"(?:报送|上报).{0,40}(?:情况|总结|材料|报告)(?:的|有关事项|工作)*的?(?:紧急)?通知"
)
_SCORES = re.compile(r"得\s*分|合计\s*得分|扣\s*\d+\s*分|\(\s*\d+\s*分\s*\)|\|\s*\d+分")


def _bare(title: str) -> str:
    """A title without what wraps it: 关于印发《…》的通知."""
    name = re.sub(r"\s+", "", fold(title))
    return re.sub(r"^关于(?:印发)?|的通知$|[《》〈〉]", "", name)


def not_a_plan(title: str | None, columns: list[str], source: str) -> str | None:
    """Tell why a document is no plan.

    Parameters
    ----------
    title : str or None
        Its title.
    columns : list of str
        Names of the columns of its tables.
    source : str
        Text of the source.

    Returns
    -------
    str or None
        A kind of document, such as ``"annual report"``; None if nothing speaks
        against its being a plan.
    """
    folded = fold(source)
    bare = _bare(title or "")
    promises = PLAN_WORDS.search(
        re.sub("考核|考评|评估|解读", "", bare)
    ) and SUBJECT.search(bare)
    opening = [
        _bare(line)
        for line in (re.sub(r"[|｜\s]+$", "", one) for one in source.split("\n")[:15])
        if 10 <= len(line) < 60 and not re.search(r"^\s*[•·*-]|[。；;，,、>|:：]", line)
    ]
    own = [i for i, line in enumerate(opening) if bare and line.endswith(bare)]
    if promises and own:  # what stands below the title are links
        opening = opening[: own[0]]
    named = [bare, *(line for line in opening if SUBJECT.search(line))]
    for kind, pattern in _BY_TITLE:
        if not any(re.search(pattern, one) for one in named):
            continue
        if kind in ("annual report", "interpretation", "summary", "assessment scheme"):
            if not re.search(r"(?:要点|台账|分解表|任务表|任务分工)$", bare):
                return kind
        elif not promises:
            return kind
    names = {re.sub(r"\s", "", fold(one)) for one in columns}
    disclosed = sum(bool(_CATALOGUE_COLUMN.match(one)) for one in names)
    if disclosed >= 2 or (disclosed and not promises):
        return "catalogue"
    if len(set(_REPORT.findall(folded))) >= 2:
        return "annual report"
    if _INTERPRETATION.search(re.sub("@", "", folded)[:1500]) and not promises:
        return "interpretation"
    if len(_INTERPRETATION.findall(re.sub("@", "", folded)[:1500])) >= 2:
        return "interpretation"
    if _CATALOGUE_HEAD.search(folded) and len(_CATALOGUE.findall(folded)) >= 2:
        return "catalogue"
    if len(_ARTICLE.findall(folded)) >= 3 and (not promises or _RULES.search(folded)):
        return "work rules"
    if len(_GROUP.findall(folded)) >= 2 and not promises:
        return "notice on a leading group"
    if len(_SCORES.findall(folded)) >= 3 and not re.search("责任|牵头|完成时", folded):
        return "assessment scheme"
    if _ASKS_FOR_REPORTS.search(folded[:600]) and not promises:
        return "a request for reports"
    if _NEWS.search(folded[:600]) and not promises and len(folded) < 3000:
        return "news"
    if len(set(_LEVELS.findall(folded))) >= 2:
        return "catalogue"
    if not SUBJECT.search(folded) and folded.count("公开") < 2:
        return "a document on another subject"
    return None
