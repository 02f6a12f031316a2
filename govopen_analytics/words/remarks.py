"""Remarks on files and runs in the reader's language, and what to do about files."""

import re

import pandas as pd

from govopen_analytics.words import section

# The library writes remarks in English; a page in Chinese shows these instead.
_IN_CHINESE = tuple(
    (re.compile(pattern, re.DOTALL), words)
    for pattern, words in (
        (
            r"Task (\d+): the row has more cells than columns;.*",
            r"第 \1 项：这一行的单元格多于列，请与原文核对",
        ),
        (
            r"Task (\d+): no cell for the responsible unit;.*",
            r"第 \1 项：没有责任单位的单元格，取自相邻的行，请核对",
        ),
        (
            r"Task (\d+): no cell for the deadline;.*",
            r"第 \1 项：没有完成时限的单元格，取自相邻的行，请核对",
        ),
        (
            r"The page names its agency only as '(.*)'; name it in the manifest\.",
            r"页面上只有机构的简称“\1”，请在清单中写明机构",
        ),
        (
            r"The title names the years (\d+) to (\d+); (\d+) was taken\.",
            r"标题写明 \1 至 \2 年，按 \3 年计",
        ),
        (
            r"Line (\d+) looks like an obligation but stands in no task: (.*)",
            r"第 \1 行像是一项任务，却没有读入任何任务：\2",
        ),
        (
            r"Rows without a task name of their own: (\d+);.*",
            r"\1 行没有自己的任务名称，沿用了上一行的",
        ),
        (r"The numbering jumps from (\d+) to (\d+)\.", r"编号从 \1 跳到 \2"),
        (
            r"the \.doc file marks the end of (\d+) cells and rows, the conversion has "
            r"(\d+) cells in (\d+) rows;.*",
            r".doc 文件标有 \1 个单元格和行，转换后只有 \3 行 \2 个单元格，"
            r"请与原文核对",
        ),
        (
            r"(\d+) of (\d+) letters of the \.doc file are missing from the "
            r"conversion.*",
            r".doc 文件的 \2 个字中有 \1 个在转换后缺失（页眉不计），请与原文核对",
        ),
        (r"sheet '(.*)' is missing from the file", r"文件中缺少工作表“\1”"),
        (r"sheet '(.*)' is hidden and was not read", r"工作表“\1”是隐藏的，没有读"),
        (
            r"sheet '(.*)': (\d+) formulas without a stored value",
            r"工作表“\1”：\2 个公式没有存下结果",
        ),
        (r"(\d+) characters the page hides were read", r"读入了网页隐藏的 \1 个字"),
        (
            r"(\d+) characters the page hides were left out",
            r"网页隐藏的 \1 个字没有读",
        ),
        (
            r"the page embeds (\d+) other documents, not read: (.*)",
            r"网页嵌有 \1 份其他文件，没有读：\2",
        ),
        (r"page numbers left out: (.*)", r"略去的页码：\1"),
        (
            r"running heads repeated (\d+) times left out: (.*)",
            r"略去重复 \1 次的页眉页脚：\2",
        ),
        (r"(\d+) table rows joined over a page break", r"跨页的 \1 行已接上"),
        (r"pages missing from the file: (.*)", r"文件中缺少的页数：\1"),
        (r"watermarks and notes left out: (.*)", r"略去的水印与批注：\1"),
        (
            r"pages without a text layer, not read: (.*)",
            r"没有文字层、未能读的页：\1",
        ),
        (
            r"(\d+) characters are not valid (\S+);.*",
            r"\1 个字符不合 \2 编码，读作 " + "\ufffd",
        ),
        (r"the encoding is a guess: (.*)", r"编码是猜测的：\1"),
        (
            r"the name ends in (\S+) but the content is (\w+);.*",
            r"文件名以 \1 结尾，内容却是 \2，按 \2 读入",
        ),
        (
            r"Files not read as plans: (\d+) \((.*)\)",
            r"有 \1 个文件没有读成计划（\2），原因见“语料”页",
        ),
        (
            r"Decisions carried to a changed task: (\d+);.*",
            r"\1 项人工判定转到了编号或文字有变的任务，"
            r"请在 review_changes 中对照两段原文",
        ),
        (
            r"Decisions that no task or theme takes: (\d+);.*",
            r"\1 项人工判定找不到对应的任务或主题，不再算数；原因与最相近的任务见 "
            r"review_changes。请重新复核（govopen review export），"
            r"或在编码表的 crosswalk 中写明主题的去向",
        ),
        (
            r"An earlier run \((.*)\) was killed; what it left was removed",
            r"之前的一次运行（\1）被强行终止，它留下的文件已清理",
        ),
        (
            r"(.*): another notebook wrote (.*) differently; this one is (.*)",
            r"\1：另一个笔记本也写了 \2 而内容不同，这一份改存为 \3",
        ),
        (
            r"Report set '(.*)': no notebook matches '(.*)'",
            r"报告集“\1”：没有笔记本符合“\2”",
        ),
        (
            r"(.*) was left out: the codebook (.*) has no reference codings",
            r"\1 没有运行：编码表 \2 没有参照编码，无从检验",
        ),
        (r"What changed is not known: (.*)", r"无法得知与上次相比的变化：\1"),
        (
            r"No images: no Chromium, Chrome or Edge found\..*",
            r"没有图片：本机没有 Chromium、Chrome 或 Edge。请安装一个"
            r"（Debian：apt-get install chromium fonts-noto-cjk），"
            r"或设置 BROWSER_PATH，再运行",
        ),
        (
            r"No images: no Chinese font found\..*",
            r"没有图片：本机没有中文字体。请安装"
            r"（Debian：apt-get install fonts-noto-cjk），再运行",
        ),
        (
            r"No images: the browser (.*) did not serve \((.*)\);.*",
            r"没有图片：浏览器 \1 没有响应（\2）；可设置 BROWSER_PATH 换一个",
        ),
        (r"Images: (\d+) more are missing", r"图片：另缺 \1 张"),
        (
            r"a quotation mark is never closed;.*",
            r"有引号没有闭合，引号按普通文字读入",
        ),
    )
)


def remark_in_words(remark: str, lang: str = "zh") -> str:
    """Say a remark about a file or a run in a language.

    Parameters
    ----------
    remark : str
        One of ``documents.warnings``, or of the warnings of a run.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    str
        As it is where there are no other words for it.
    """
    if lang == "en":
        return remark
    for pattern, words in _IN_CHINESE:
        if match := pattern.fullmatch(remark):
            return match.expand(words)
    return remark


def advice(reasons: pd.Series, lang: str = "zh") -> pd.Series:
    """Say what to do about files that were not read as they should be.

    Parameters
    ----------
    reasons : Series of str, shape (n_failures,)
        Column ``reason`` of ``failures``.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    Series of str, shape (n_failures,)
    """
    words = section("advice", lang)
    return reasons.map(lambda reason: words.get(reason, "")).astype("string")
