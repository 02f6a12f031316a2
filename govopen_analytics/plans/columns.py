"""Table headers: the name of a column to the task field it holds."""

import re
from dataclasses import dataclass
from functools import lru_cache

from govopen_analytics.base.text import fold
from govopen_analytics.plans.numbering import leading_number

_PERIOD = r"(?:第?[一二三四]季度|[上下]半年)"
# In the order they are tried; the name has no white space and no brackets.
_ROLES = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        ("ordinal", r"序|.{0,6}序号|序列|.{0,4}编号|项目?号|[Nn][Oo]\.?"),
        ("support", r".{0,6}(?:配合|协助|协办|协同|协作|参与|参加).{0,8}"),
        (
            "lead",
            r".{0,4}牵头.{0,6}|(?:主要|具体|工作|任务|落实|公开|[国省市县区局厅委本我].{0,2})?(?:责任|承办|主办|主责|负责|实施|落实|落实责任|分工)"
            r"(?:领导|主体|单位|部门|处室|科室|股室|业务处室?|机构|人|人员|分工|站所?|"
            r"责任|[室处科股站所组局办方]|及|和|与|、|/|,|或|名称|单位部门|(?:工作)?要求|(?:完成)?时[限间])*|(?:公开|工作|完成)(?:单位|部门|主体|责任单位)|"
            r"单位|部门|科室|处室|股室|责任处\(室\)|分管领导|联系人",
        ),
        (
            "deadline",
            r".{0,6}(?:时限|期限|时间|节点|截止|日期|进度安排|完成时).{0,6}|工作进度要求",
        ),
        (
            "progress",
            r".{0,6}(?:进展|完成情况|落实情况|工作成效|推进情况|执行情况|办理情况|完成进度|进度).{0,4}|成效|"
            r"(?:自查|整改|公开|调度|督[办查])情况",
        ),
        (
            "note",
            rf"{_PERIOD}|"
            r"备注|说明|状态|附注|佐证.{0,4}|.{0,2}材料|是否完成|完成标志|联系电话|电话",
        ),
        ("score", r".{0,4}(?:分值|得分|评分|权重|扣分|计分).{0,6}|分数"),
        ("criteria", r".{0,4}(?:评价|评分|考核|评估|考评|测评|验收)标准"),
        ("basis", r".{0,6}(?:依据|来源|出处).{0,4}"),
        (
            "category",
            r".{0,4}(?:类别|分类|类型|种类|属性|性质|级别|层级|密级)|.?[^三]级",
        ),
        ("form", r"公开(?:方式|渠道|载体|形式|途径)|.{0,4}(?:平台|渠道|载体)"),
        (
            "content",
            r".{0,6}(?:具体要求|任务内容|工作内容|工作要求|任务要求|具体任务|具体内容|主要内容|具体工作|"
            r"工作措施|具体措施|主要措施|工作举措|落实措施|推进措施|细化措施|目标任务|任务目标|工作目标|公开内容|"
            r"评估内容|考核内容|考评内容|测评内容|(?:考核|评估|检查)?问题|任务分解|分解任务|重点内容|内容要求|"
            r"(?:整改|改进|保障|解决)措施|任务及要求|任务和要求|工作标准|重点举措|具体事项|目标要求|公开要求|公开标准|工作细化|"
            r"三级指标|要点内容|举措).{0,6}|要求|内容|措施|标准",
        ),
        (
            "title",
            r".{0,6}(?:任务|工作|事项|项目|要点|指标|领域|方面|板块|主题|栏目|目标|清单|名称).{0,6}",
        ),
    )
)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")

TEXT_ROLES = ("title", "content", "text")


@dataclass(frozen=True)
class Column:
    """One column of a table: the printed name and the role it gives."""

    role: str
    name: str

    @property
    def is_text(self) -> bool:
        """Whether the column holds what is to be done."""
        return self.role in TEXT_ROLES


@lru_cache(maxsize=16384)
def column_role(name: str) -> str | None:
    """Tell what a column of this name holds.

    Parameters
    ----------
    name : str
        Text of a header cell.

    Returns
    -------
    str or None
        One of ordinal, title, content, lead, support, deadline, progress, note,
        score, criteria, basis, category, form; None if the text is no column name.
    """
    folded = re.sub(r"\s+", "", fold(name)).strip(":。*")
    if not folded or len(folded) > 20 or leading_number(folded):
        return None
    bare = _BRACKETS.sub("", folded) or folded
    for role, pattern in _ROLES:
        if pattern.fullmatch(bare):
            return role
    return None


def read_header(names: list[str], *, is_row: bool = True) -> list[Column] | None:
    """Read a row of cells as a table header.

    Parameters
    ----------
    names : list of str
        Text of the cells, blank ones included.
    is_row : bool, default True
        Whether the cells are known to be one row, so that a name this module
        does not know may stand at its edge too.

    Returns
    -------
    list of Column or None
        One a cell; a blank cell between names is a ``text`` column, blank cells
        at the end are dropped. None if the row is no header.
    """
    while names and not names[-1].strip():
        names = names[:-1]
    roles = [column_role(name) if name.strip() else "text" for name in names]
    named = [role for role in roles if role not in (None, "text")]
    odd = [name for name, role in zip(names, roles, strict=True) if role is None]
    if len(named) < max(2, 3 * len(odd)) or not all(map(_may_name, odd)):
        return None
    if not is_row and (roles[0] in (None, "text") or roles[-1] is None):
        return None
    if not {"title", "content"} & set(named):
        return None
    if sum(re.fullmatch(_PERIOD, name.strip()) is not None for name in names) == 1:
        return None  # a row that says when, no names of four columns
    if len(set(named)) < 2:
        return None
    return one_lead(
        [
            Column(role or "text", name.strip())
            for role, name in zip(roles, names, strict=True)
        ]
    )


def _may_name(text: str) -> bool:
    """Whether a text could be a column name that the list does not have."""
    return len(text) <= 12 and not re.search(r"[。；;，,、\d]|的", text)


def one_lead(columns: list[Column]) -> list[Column]:
    """Of two columns that name who is responsible, let one lead.

    Beside 牵头单位, a column 责任单位 holds those who follow; a column of
    persons (责任领导) beside one of units is a remark.

    Parameters
    ----------
    columns : list of Column

    Returns
    -------
    list of Column
        In the same order.
    """
    leads = [column for column in columns if column.role == "lead"]
    if len(leads) < 2:
        return columns
    persons = [
        one for one in leads if re.search("领导|联系人|责任人|人员", fold(one.name))
    ]
    if persons and len(persons) < len(leads):
        leads = [one for one in leads if one not in persons]
        columns = [Column("note", c.name) if c in persons else c for c in columns]
    above = [
        one for one in leads if re.match("[国省市县区上].{0,2}[级里上]", fold(one.name))
    ]
    if above and len(above) < len(leads):
        leads = [one for one in leads if one not in above]
        columns = [Column("note", c.name) if c in above else c for c in columns]
    heads = [one for one in leads if re.search("牵头|主办|主责", fold(one.name))]
    first = (heads or leads)[0]
    return [
        Column("support", c.name) if c.role == "lead" and c is not first else c
        for c in columns
    ]
