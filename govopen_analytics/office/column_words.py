"""What the columns and tables of a run mean, for the sheet that explains them."""

from govopen_analytics.base.languages import LANGUAGES, in_language
from govopen_analytics.base.schemas import FIELDS, TABLES

# In Chinese and English. A name with a dot is a column of one table, where it means
# something else than elsewhere; what ``schemas`` declares has its English there.
_TABLES = {
    "documents": ("每行一份计划", ""),
    "tasks": ("每行一项任务", ""),
    "failures": ("每行一个未读入的文件", ""),
    "spans": ("每行一段有角色的文字", ""),
    "themes": ("每行编码表的一个主题", ""),
    "keyword_matches": ("每行任务原文中的一个关键词", ""),
    "theme_assignments": ("每行编码者给一项任务的一个主题", ""),
    "reviews": ("每行一项任务的人工判定", ""),
    "review_samples": ("每行一项抽中复核的任务", ""),
    "comparisons": ("每行一个测得的数值", ""),
    "theme_shares": (
        "每行一份计划的一个主题：份额与区间",
        "One row is one theme of a plan: its share and interval.",
    ),
    "theme_tasks": ("每行一项任务的一个主题", "One row is one theme of a task."),
    "unclassified_tasks": (
        "每行一项未能归入任何主题的任务",
        "One row is a task that fits no theme.",
    ),
    "change_heat_map": (
        "每行一个机构的一个主题：首尾两年份额之差",
        "One row is one theme of an agency: its change between first and last year.",
    ),
    "trend_dots": (
        "每行一个主题：同一机构之内份额每年的变化",
        "One row is a theme: the change of its share a year, within agencies.",
    ),
    "year_dots": (
        "每行一个年份的一个主题：有多个年份的机构合计",
        "One row is one theme in a year, over agencies with several years.",
    ),
    "plan_calendar": (
        "每行一个机构的一个年份：有没有计划",
        "One row is a year of an agency: whether there is a plan.",
    ),
    "peer_dots": (
        "每行一个主题，一个机构与其余机构对照",
        "One row is a theme, for an agency or for all the others.",
    ),
    "agency_shares": (
        "每行一个机构的一个主题：份额与区间",
        "One row is one theme of an agency: its share and interval.",
    ),
    "theme_gaps": (
        "每行一个机构未见的一个主题",
        "One row is a theme that an agency's tasks do not touch.",
    ),
    "agency_words": (
        "每行一个词：机构的用词与其余机构相比",
        "One row is a word: its use by the agency against the others.",
    ),
    "theme_ranking": (
        "每行一个机构：用在该主题上的份额",
        "One row is an agency: its share for the theme.",
    ),
    "theme_words": (
        "每行一个词：该主题的任务与其他任务相比",
        "One row is a word: its use in the theme's tasks against the others.",
    ),
    "theme_units": (
        "每行一个单位：在该主题的任务中牵头与配合的项数",
        "One row is a unit: the tasks of the theme it leads and supports.",
    ),
    "one_theme_tasks": ("每行一项该主题的任务", "One row is a task of the theme."),
    "due_dots": (
        "每行一个时段：全部任务中到期的份额",
        "One row is a period: the share of all tasks due in it.",
    ),
    "due_calendar": (
        "每行一个机构的一个时段：到期的任务",
        "One row is a period of an agency: the tasks due in it.",
    ),
    "unit_load_dots": (
        "每行一个机构的一个单位：牵头与配合的任务",
        "One row is a unit of an agency: the tasks it leads and supports.",
    ),
    "element_dots": (
        "每行一个机构的一个要素：具备的任务份额",
        "One row is an element for an agency: the share of tasks that have it.",
    ),
    "completion_dots": (
        "每行一个机构的一种完成程度：自报进展的任务份额",
        "One row is a degree of completion: the share of tasks with reported progress.",
    ),
    "completion_evidence": (
        "每行一项附有进展的任务：完成程度及其依据",
        "One row is a task with reported progress: how far it got, and what says so.",
    ),
    "quantities": (
        "每行任务中的一个数量",
        "One row is a quantity in a task.",
    ),
    "rest_dots": (
        "每行一个机构：与其余机构合计的距离",
        "One row is an agency: its distance from all the others together.",
    ),
    "overlap_heat_map": (
        "每行两个机构：议程的重合度与距离",
        "One row is a pair of agencies: overlap and distance of their agendas.",
    ),
    "agency_map": (
        "每行一个机构：在议程地图上的位置",
        "One row is an agency: its place on the map of agendas.",
    ),
    "reuse_dots": (
        "每行一个机构：早见于其他计划的文字份额",
        "One row is an agency: the share of its text found in earlier plans.",
    ),
    "shared_passages": (
        "每行一段早见于其他计划的文字",
        "One row is a passage that an earlier plan has as well.",
    ),
    "validity_coders": ("每行一个编码者", "One row is a coder."),
    "validity_scores": (
        "每行一个编码者的一个指标，对照参照编码",
        "One row is a measure of a coder, against the reference coding.",
    ),
    "validity_theme_scores": (
        "每行一个编码者的一个主题：查准、查全与 F1",
        "One row is one theme of a coder: precision, recall and F1.",
    ),
    "validity_confusions": (
        "每行一对主题：参照编码所给与编码者所给",
        "One row is a pair of themes: the reference's and the coder's.",
    ),
    "validity_abstentions": (
        "每行一个编码者：编了多少，没有编多少",
        "One row is a coder: how much it coded, and how much it did not.",
    ),
    "validity_agreement": (
        "每行两个编码者的一个指标：一致性",
        "One row is a measure of a pair of coders: their agreement.",
    ),
    "validity_ablation": (
        "每行默认编码者的一个变体的一个指标",
        "One row is a measure of a variant of the default coder.",
    ),
    "validity_share_errors": (
        "每行一份计划的一个主题：份额与参照编码之差",
        "One row is one theme of a plan: its share's error against the reference.",
    ),
    "validity_share_distances": (
        "每行一份计划：各主题份额的总体误差",
        "One row is a plan: the errors of its shares together.",
    ),
    "validity_scores_of_corpus": (
        "每行一段把握：语料中的任务数与参照编码上的正确率",
        "One row is a range of scores: its tasks, and the accuracy to expect.",
    ),
    "validity_threshold_sensitivity": (
        "每行一个阈值的一个取值：结果如何",
        "One row is a value of a threshold, and what comes of it.",
    ),
    "corrected_shares": (
        "每行一个主题：以人工复核校正的份额",
        "One row is a theme: its share corrected by people's reviews.",
    ),
}
_COLUMNS = {
    "report_of": (
        "行所属的报告：哪个机构或主题，全体则为空",
        "Agency or theme whose page the row belongs to; empty for the whole.",
    ),
    "document_id": ("计划编号", ""),
    "agency": ("制定计划的机构全称", ""),
    "level": ("机构层级", ""),
    "province": ("省级行政区", ""),
    "city": ("地级行政区", ""),
    "county": ("县级行政区", ""),
    "year": ("计划所属年份", ""),
    "title": ("标题", ""),
    "subject": ("计划的领域：政务公开或其他", ""),
    "doc_number": ("文号", ""),
    "index_number": ("索引号", ""),
    "issued_date": ("成文日期，没有则为通知日期", ""),
    "source_file": ("源文件路径", ""),
    "source_url": ("发布网址", ""),
    "source_format": ("源文件格式", ""),
    "encoding": ("字符编码", ""),
    "sha256": ("源文件的 SHA-256 校验和", ""),
    "layout": ("任务所在的版式", ""),
    "inferred": ("由正文推断而非清单声明的字段", ""),
    "n_tasks": ("任务数（项）", ""),
    "n_chars": ("正文长度（字符）", ""),
    "task_share": ("进入任务的字符占非空白字符的份额", ""),
    "accounted_share": ("有明确去向的字符占非空白字符的份额", ""),
    "warnings": ("需要人工查看之处", ""),
    "note": ("备注", ""),
    "reason": ("原因", ""),
    "message": ("说明", ""),
    "theme_id": ("主题编号", ""),
    "task_id": ("任务编号", ""),
    "ordinal": ("任务在计划中的次序", ""),
    "rank": ("1 为主要主题，2 起为次要主题", ""),
    "content": ("任务内容", ""),
    "text": ("原文", ""),
    "keyword": ("关键词", ""),
    "coder": ("编码者", ""),
    "score": ("编码者的把握（0–1）", ""),
    "chapter": ("所在章", ""),
    "section": ("所在节", ""),
    "is_title_inherited": ("标题是否由上文带下", ""),
    "progress": ("计划所载的工作进展", ""),
    "lead_units": ("牵头单位", ""),
    "support_units": ("配合单位", ""),
    "deadline_raw": ("时限原文", ""),
    "deadline_kind": ("时限类型", ""),
    "deadline_date": ("时限的最后一天", ""),
    "carried": ("取自相邻行的字段", ""),
    "start_char": ("起始字符位置", ""),
    "end_char": ("结束字符位置", ""),
    "measure": ("指标", ""),
    "group": ("被测的组", ""),
    "reference": ("参照", ""),
    "value": ("数值", ""),
    "value_lower": ("数值的区间下限", ""),
    "value_upper": ("数值的区间上限", ""),
    "unit": ("单位", ""),
    "n_reference_tasks": ("参照的任务数（项）", ""),
    "codebook_version": ("编码表版本", ""),
    "role": ("文字的角色：任务的字段或其余", ""),
    "label_zh": ("中文名称", ""),
    "label_en": ("英文名称", ""),
    "definition_zh": ("中文定义", ""),
    "definition_en": ("英文定义", ""),
    "is_core": ("是否每份报告都须列出的主题", ""),
    "reviewed_date": ("人工判定的日期", ""),
    "primary_theme_id": ("人工判定的主要主题，没有则为空", ""),
    "secondary_theme_ids": ("人工判定的次要主题", ""),
    "text_sha256": ("交给人工时任务原文的 SHA-256 校验和", ""),
    "sample_id": ("随机样本的编号", ""),
    "sampling_share": ("任务被抽中的概率（0–1）", ""),
    "n_frame_tasks": ("抽样总体的任务数（项）", ""),
    "frame_sha256": ("抽样总体任务编号的 SHA-256 校验和", ""),
    "topic": ("发现的类别", "Topic of the finding."),
    "finding": ("发现", "Finding."),
    "remark": ("关于数据的说明", "What to know of the data."),
    "keywords": ("匹配到的关键词", "Keywords that matched."),
    "theme": ("主题", "Theme."),
    "n_themed": (
        "涉及该主题的任务数（项）",
        "Number of tasks that touch the theme (count).",
    ),
    "share": (
        "份额：多主题任务按 1/k 计，分母为全部任务",
        "Share: a task with k themes counts 1/k; of all tasks.",
    ),
    "share_lower": ("份额的区间下限", "Lower bound of the share's interval."),
    "share_upper": ("份额的区间上限", "Upper bound of the share's interval."),
    "share_shrunk": ("向合计收缩后的份额", "Share, shrunk towards the whole."),
    "is_observed": ("是否出现", "Whether any task carries the theme."),
    # change over years
    "year_from": ("前一个年份", "Earlier year."),
    "year_to": ("后一个年份", "Later year."),
    "n_tasks_from": ("前一年的任务数（项）", "Number of tasks, earlier year (count)."),
    "n_tasks_to": ("后一年的任务数（项）", "Number of tasks, later year (count)."),
    "share_from": ("前一年的份额", "Share in the earlier year."),
    "share_to": ("后一年的份额", "Share in the later year."),
    "change": ("后一年的份额减前一年的份额", "Later share minus earlier share."),
    "change_lower": ("变化的区间下限", "Lower bound of the change's interval."),
    "change_upper": ("变化的区间上限", "Upper bound of the change's interval."),
    "is_adjacent": (
        "两年之间该机构是否没有别的计划",
        "Whether no plan of the agency lies between the years.",
    ),
    "n_agencies": ("机构数（个）", "Number of agencies (count)."),
    "n_years": ("年份数（个）", "Number of years (count)."),
    "change_per_year": (
        "份额每年的变化（同一机构之内）",
        "Change of the share a year, within agencies.",
    ),
    "change_per_year_lower": (
        "每年变化的区间下限",
        "Lower bound of the interval of the change a year.",
    ),
    "change_per_year_upper": (
        "每年变化的区间上限",
        "Upper bound of the interval of the change a year.",
    ),
    "p_value": (
        "p 值：若没有差别，至少差这么多的概率",
        "p: chance of a difference as large, were there none.",
    ),
    "p_adjusted": (
        "p 值，已按比较的次数校正",
        "p, adjusted for the number of comparisons.",
    ),
    "is_beyond_chance": (
        "校正后差别是否超出偶然",
        "Whether the difference is beyond chance, after adjustment.",
    ),
    "n_plans": ("计划数（份）", "Number of plans (count)."),
    "status": ("有没有计划", "Whether there is a plan."),
    # an agency and its peers, words
    "side": (
        "agency 为该机构，rest 为其余机构",
        "agency for the agency itself, rest for the others.",
    ),
    "n_tasks_elsewhere": (
        "其余机构的任务数（项）",
        "Number of tasks of the others (count).",
    ),
    "touching_share_elsewhere": (
        "其余机构的任务中涉及该主题的份额",
        "Share of the others' tasks that touch the theme.",
    ),
    "chance_unobserved": (
        "若与其余机构相同，仅凭偶然全未见的概率",
        "Chance to miss the theme in all n tasks, were the agency like the others.",
    ),
    "word": ("词", "Word."),
    "agency_words.rank": ("该方用词的次序，1 最突出", "Rank on its side, 1 first."),
    "theme_words.rank": ("次序，1 最突出", "Rank, 1 for the most distinctive."),
    "log_odds": (
        "对数几率之差：正值为本组用得更多",
        "Difference of log odds: positive where the group uses the word more.",
    ),
    "log_odds_lower": ("对数几率之差的区间下限", "Lower bound of its interval."),
    "log_odds_upper": ("对数几率之差的区间上限", "Upper bound of its interval."),
    "z_score": (
        "z 值：对数几率之差除以其标准误",
        "z: difference of log odds over its standard error.",
    ),
    "n_group_uses": ("本组用次", "Uses in the group (count)."),
    "n_rest_uses": ("他处用次", "Uses elsewhere (count)."),
    "agency_words.n_tasks": (
        "用到该词的任务数（项）",
        "Number of tasks with the word (count).",
    ),
    "theme_words.n_tasks": (
        "用到该词的任务数（项）",
        "Number of tasks with the word (count).",
    ),
    "n_documents": ("用到该词的计划数（份）", "Number of plans with the word (count)."),
    "group_word_share": ("占本组全部用词的份额", "Part of all words of the group."),
    # who and when
    "unit_name": ("单位名称", "Name of the unit."),
    "is_collective": (
        "是否泛指的单位，如“各处室”",
        "Whether the name stands for many units, such as 各处室.",
    ),
    "theme_units.n_tasks": (
        "该机构这一主题中写有单位的任务数（项）",
        "The agency's tasks of the theme that name a unit (count).",
    ),
    "unit_load_dots.n_tasks": (
        "该机构写有单位的任务数（项）",
        "The agency's tasks that name a unit (count).",
    ),
    "n_lead": ("牵头的任务数（项）", "Number of tasks led (count)."),
    "n_support": ("配合的任务数（项）", "Number of tasks supported (count)."),
    "n_due": ("到期的任务数（项）", "Number of tasks due (count)."),
    "theme_units.n_due": (
        "牵头且有到期日的任务数（项）",
        "Number of tasks led that have a day to be done by (count).",
    ),
    "unit_load_dots.n_due": (
        "牵头且有到期日的任务数（项）",
        "Number of tasks led that have a day to be done by (count).",
    ),
    "lead_share": ("牵头的任务占 n 的份额", "Share of the n tasks that it leads."),
    "lead_share_lower": ("牵头份额的区间下限", "Lower bound of the share's interval."),
    "lead_share_upper": ("牵头份额的区间上限", "Upper bound of the share's interval."),
    "scope": ("范围，all 为全部", "Scope; all for the whole."),
    "due": (
        "到期时段：01–12 为月份，其余为全年、持续推进、其他年份、无时限",
        "When due: 01 to 12 are months, else the whole year, ongoing, another "
        "year or no deadline.",
    ),
    "month": ("月份，没有则为空", "Month; empty where there is none."),
    "due_dots.share": ("该时段到期的任务 ÷ 全部任务", "Tasks due then, of all tasks."),
    "due_calendar.share": (
        "该时段到期的任务 ÷ 该机构全部任务",
        "Tasks due then, of the agency's tasks.",
    ),
    # what is measurable
    "flag": ("要素或完成程度", "Element, or degree of completion."),
    "n_true": ("具备者的任务数（项）", "Number of tasks that have it (count)."),
    "element_dots.share": ("具备该要素的任务 ÷ 任务数", "Tasks that have it, of n."),
    "completion_dots.share": (
        "该完成程度的任务 ÷ 附有进展的任务数",
        "Tasks that got so far, of those with reported progress.",
    ),
    "completion_dots.n_tasks": (
        "附有进展的任务数（项）",
        "Number of tasks with reported progress (count).",
    ),
    "has_progress": ("是否附有进展", "Whether progress is reported."),
    "completion": (
        "完成程度：未启动、有进展、基本完成、完成；看不出则为空",
        "How far it got: not_started, limited, substantial, completed; empty "
        "where the text does not say.",
    ),
    "completion_rank": (
        "完成程度的次序，0 为未启动，3 为完成",
        "The same as a number, from 0 (not started) to 3 (completed).",
    ),
    "evidence": ("据以判断的原文", "The words that say so."),
    "raw": ("数量的原文", "The quantity, as printed."),
    "comparator": ("比较：不超过、不少于、等于", "Comparator: <=, >= or =."),
    "per": ("重复的周期，如每年", "Period it recurs in, such as a year."),
    "quantities.value": ("数量", "The number."),
    "quantities.unit": ("数量的单位，原文", "Unit of the number, as printed."),
    # how alike
    "overlap": (
        "重合度（0–100，100 为完全相同）",
        "Overlap (0-100, 100 for the same agenda).",
    ),
    "overlap_lower": ("重合度的区间下限", "Lower bound of the overlap's interval."),
    "overlap_upper": ("重合度的区间上限", "Upper bound of the overlap's interval."),
    "overlap_null_mean": (
        "同一议程下，仅凭偶然的平均重合度",
        "Mean overlap by chance alone, under one agenda.",
    ),
    "overlap_null_bound": (
        "同一议程下，仅凭偶然的重合度下界",
        "Lower bound of the overlap by chance alone, under one agenda.",
    ),
    "distance": (
        "距离（0 为相同，1 为没有共同主题）",
        "Distance (0 for the same agenda, 1 for no theme in common).",
    ),
    "distance_lower": ("距离的区间下限", "Lower bound of the distance's interval."),
    "distance_upper": ("距离的区间上限", "Upper bound of the distance's interval."),
    "distance_null_mean": (
        "同一议程下，仅凭偶然的平均距离",
        "Mean distance by chance alone, under one agenda.",
    ),
    "distance_null_bound": (
        "同一议程下，仅凭偶然的距离上界",
        "Upper bound of the distance by chance alone, under one agenda.",
    ),
    "x": ("地图上的横坐标，只供浏览", "Place on the map, across; for browsing only."),
    "y": ("地图上的纵坐标，只供浏览", "Place on the map, upwards; for browsing only."),
    "shown_share": (
        "平面保留的距离平方的份额",
        "Part of the squared distances that the plane holds.",
    ),
    "reuse_dots.n_tasks": (
        "有更早计划可对照的任务数（项）",
        "Number of tasks that have an earlier plan to compare with (count).",
    ),
    "reuse_dots.n_chars": (
        "这些任务的字数（字符）",
        "Length of those tasks (characters).",
    ),
    "n_reused_chars": (
        "早见于其他计划的字数（字符）",
        "Characters that an earlier plan has as well (count).",
    ),
    "reused_share": (
        "早见于其他计划的文字份额",
        "Share of the text that an earlier plan has as well.",
    ),
    "reused_share_lower": ("该份额的区间下限", "Lower bound of the share's interval."),
    "reused_share_upper": ("该份额的区间上限", "Upper bound of the share's interval."),
    "source_agency": ("更早计划的机构", "Agency of the earlier plan."),
    "source_year": ("更早计划的年份", "Year of the earlier plan."),
    "n_alike": ("相同的字数（字符）", "Equal characters (count)."),
    "passage": ("相同的文字", "The passage."),
    # trust in the coding
    "kind": ("编码者的种类", "Kind of coder."),
    "is_expert_checked": (
        "是否经人类专家核对",
        "Whether a human expert has checked it.",
    ),
    "note_zh": ("关于编码者的说明（中文）", "About the coder, in Chinese."),
    "note_en": ("关于编码者的说明（英文）", "About the coder, in English."),
    "n_reference": (
        "参照编码中带该主题的任务数（项）",
        "Number of tasks the reference gives the theme (count).",
    ),
    "n_coder": (
        "编码者给该主题的任务数（项）",
        "Number of tasks the coder gives the theme (count).",
    ),
    "precision": (
        "查准率：编码者所给之中与参照一致的份额",
        "Precision: part of the coder's themes that the reference has.",
    ),
    "recall": (
        "查全率：参照所给之中编码者也给出的份额",
        "Recall: part of the reference's themes that the coder has.",
    ),
    "f1": ("F1：查准率与查全率的调和平均", "F1: harmonic mean of the two."),
    "f1_lower": ("F1 的区间下限", "Lower bound of F1's interval."),
    "f1_upper": ("F1 的区间上限", "Upper bound of F1's interval."),
    "reference_theme_id": ("参照编码的主要主题", "Primary theme of the reference."),
    "coder_theme_id": ("编码者的主要主题", "Primary theme of the coder."),
    "n_coded": ("已编码的任务数（项）", "Number of tasks coded (count)."),
    "n_abstained": ("没有编码的任务数（项）", "Number of tasks left uncoded (count)."),
    "coded_share": ("已编码的任务份额", "Share of the tasks coded."),
    "accuracy_when_coded": (
        "已编码的任务中主要主题正确的份额",
        "Share of the coded tasks with the right primary theme.",
    ),
    "n_themes_per_task": ("每项任务的平均主题数", "Themes a task, on average."),
    "first_coder": ("第一个编码者，all 为全部", "First coder; all for the whole."),
    "second_coder": ("第二个编码者，all 为全部", "Second coder; all for the whole."),
    "variant": ("变体：用了或去掉了什么", "Variant: what is used or left out."),
    "reference_share": ("参照编码的份额", "Share by the reference coding."),
    "error": (
        "编码者的份额减参照编码的份额",
        "Share by the coder minus share by the reference.",
    ),
    "error_lower": ("误差的区间下限", "Lower bound of the error's interval."),
    "error_upper": ("误差的区间上限", "Upper bound of the error's interval."),
    "mean_absolute_error": ("各主题误差绝对值的平均", "Mean absolute error of themes."),
    "largest_error": ("最大的误差（绝对值）", "Largest absolute error."),
    "largest_error_theme_id": ("误差最大的主题", "Theme with the largest error."),
    "misplaced_share": (
        "放错主题的份额：各误差绝对值之和的一半",
        "Share in the wrong theme: half the sum of absolute errors.",
    ),
    "score_from": ("把握的下限", "Scores from."),
    "score_to": ("把握的上限", "Scores up to."),
    "n_corpus_tasks": (
        "语料中该段把握的任务数（项）",
        "Number of tasks of the corpus with such scores (count).",
    ),
    "corpus_share": ("占语料任务的份额", "Share of the corpus's tasks."),
    "accuracy": (
        "参照编码上，主要主题的正确率",
        "Accuracy of the primary theme, on the reference coding.",
    ),
    "validity_scores_of_corpus.n_tasks": (
        "参照编码中该段把握的任务数（项）",
        "Number of tasks of the reference with such scores (count).",
    ),
    "threshold": ("阈值的名称", "Name of the threshold."),
    "threshold_value": ("阈值的取值", "Its value."),
    "is_default": ("是否默认取值", "Whether it is the default."),
    "primary_accuracy": (
        "主要主题的正确率",
        "Share of the tasks with the right primary theme.",
    ),
    "micro_f1": ("微平均 F1", "F1 over all themes together."),
    "macro_f1": ("宏平均 F1", "Mean F1 of the themes."),
    "n_secondary": ("次要主题的个数", "Number of secondary themes (count)."),
    "n_sampled": ("人工复核的任务数（项）", "Number of tasks reviewed (count)."),
    "share_corrected": (
        "以人工复核校正的份额",
        "Share, corrected by people's reviews.",
    ),
    "share_corrected_lower": (
        "校正份额的区间下限",
        "Lower bound of the corrected share's interval.",
    ),
    "share_corrected_upper": (
        "校正份额的区间上限",
        "Upper bound of the corrected share's interval.",
    ),
}
_FINDINGS = ("主要发现，每行一句", "Findings, one sentence a row.")


def table_meaning(name: str, lang: str) -> str:
    """Say what a row of a table is; empty where nothing tells.

    Parameters
    ----------
    name : str
        Name of a table of a run.
    lang : {"zh", "en"}

    Raises
    ------
    SelectionError
        If there are no words in `lang`.
    """
    pair = _FINDINGS if name.startswith("findings_") else _TABLES.get(name, ("", ""))
    said = _in(pair, lang)
    return f"One row is {TABLES[name].row}." if not said and name in TABLES else said


def column_meaning(table: str, column: str, lang: str) -> str:
    """Say what a column of a table holds; empty where nothing tells.

    Parameters
    ----------
    table, column : str
        Names in a run.
    lang : {"zh", "en"}

    Raises
    ------
    SelectionError
        If there are no words in `lang`.
    """
    for name in (f"{table}.{column}", column):
        said = _in(_COLUMNS.get(name, ("", "")), lang)
        if not said and lang == "en" and name in FIELDS:
            said = FIELDS[name].description
        if said:
            return said
    return ""


def _in(pair: tuple[str, str], lang: str) -> str:
    return in_language(dict(zip(LANGUAGES, pair, strict=True)), lang)
