"""Write a plan out in every format the readers know, for round trips.

A plan is a list of items in reading order: a string is a paragraph, a list of rows
is a table. A cell is its text, or the ``(row, column)`` of the cell that a merge
carries there.

Run ``python tests/plan_writer.py tests/golden/formats`` to write the golden files
anew, and read the difference before keeping it. The one in the old Word format is
``plan.docx`` converted by LibreOffice.
"""

import csv
import html
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from govopen_analytics.readers.source import Source

Cell = str | tuple[int, int]
Item = str | list[list[Cell]]

TEXT_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "gb18030")
_BLANKS = re.compile(r"\s+")


def plan_items(text: str) -> list[Item]:
    """Find the tables that were flattened into a plan's text by tabs.

    A line of several tabbed cells is a row; lines that begin with a tab are the
    cells of one row up to the next blank line; a tab alone is an empty cell.
    """
    items: list[Item] = []
    row: list[str] | None = None
    for line in text.split("\n"):
        if not line.strip() and "\t" not in line:
            row = None
        elif "\t" in line.strip("\t") or line.count("\t") > 1:
            _table(items).append(line.split("\t"))
            row = None
        elif line.startswith("\t"):
            if row is None:
                row = []
                _table(items).append(row)
            row.append(line[1:])
        elif row is not None:
            row[-1] += "\n" + line
        else:
            items.append(line)
    return items


def _table(items: list[Item]) -> list[list[Cell]]:
    if not items or isinstance(items[-1], str):
        items.append([])
    return items[-1]


def source_items(source: Source) -> list[Item]:
    """Turn a source back into items; merged cells point at the printed one."""
    items: list[Item] = []
    tables: dict[int, list[list[Cell]]] = {}
    places: dict[tuple[int, int, int], tuple[int, int]] = {}
    for block in source.blocks:
        if not block.cells:
            items.append(source.text[block.start : block.end])
            continue
        if block.table not in tables:
            tables[block.table] = []
            items.append(tables[block.table])
        rows = tables[block.table]
        row: list[Cell] = []
        for cell in block.cells:
            key = (block.table, cell.start, cell.end)
            if cell.is_merged and key in places:
                row.append(places[key])
            else:
                places[key] = (len(rows), len(row))
                row.append(source.text[cell.start : cell.end])
        rows.append(row)
    return items


def printed_rows(items: list[Item]) -> list[tuple[str, ...]]:
    """Return what is printed, row by row, without white space.

    A paragraph is a row of one cell, so that formats without paragraphs compare.
    """
    rows = []
    for item in items:
        for row in [[item]] if isinstance(item, str) else item:
            texts = (_BLANKS.sub("", cell) for cell in row if isinstance(cell, str))
            rows.append(tuple(text for text in texts if text))
    return [row for row in rows if row]


def spans(rows: list[list[Cell]]) -> dict[tuple[int, int], tuple[int, int]]:
    """Return the last row and column that each merged cell reaches."""
    reached: dict[tuple[int, int], tuple[int, int]] = {}
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if isinstance(cell, tuple):
                last = reached.get(cell, cell)
                reached[cell] = (max(last[0], r), max(last[1], c))
    return reached


def _padded(rows: list[list[Cell]]) -> list[list[Cell]]:
    width = max(len(row) for row in rows)
    return [row + [""] * (width - len(row)) for row in rows]


def write_text(items: list[Item], encoding: str = "utf-8") -> bytes:
    """Write a line per paragraph and a line of tabbed cells per row."""
    lines = []
    for item in items:
        for row in [[item]] if isinstance(item, str) else item:
            cells = [cell if isinstance(cell, str) else "" for cell in row]
            lines.append("\t".join(cell.replace("\n", "") for cell in cells))
    return "\n".join(lines).encode(encoding)


def write_html(items: list[Item], encoding: str = "utf-8") -> bytes:
    """Write ``p`` and ``table`` elements, merges as spans."""
    body = []
    for item in items:
        if isinstance(item, str):
            body.append(f"<p>{html.escape(item)}</p>")
        else:
            body.append(_html_table(item))
    head = f'<meta charset="{encoding}"><title>plan</title>'
    page = (
        f"<!DOCTYPE html><html><head>{head}</head><body>{''.join(body)}</body></html>"
    )
    return page.encode(encoding)


def _html_table(rows: list[list[Cell]]) -> str:
    reached = spans(rows)
    lines = []
    for r, row in enumerate(rows):
        cells = []
        for c, cell in enumerate(row):
            if isinstance(cell, tuple):
                continue
            last = reached.get((r, c), (r, c))
            attributes = f' rowspan="{last[0] - r + 1}" colspan="{last[1] - c + 1}"'
            text = html.escape(cell).replace("\n", "<br>")
            cells.append(f"<td{attributes}>{text}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f'<table border="1">{"".join(lines)}</table>'


def write_docx(items: list[Item]) -> bytes:
    """Write a Word document with python-docx."""
    import docx

    document = docx.Document()
    for item in items:
        if isinstance(item, str):
            document.add_paragraph(item)
            continue
        rows = _padded(item)
        table = document.add_table(len(rows), len(rows[0]))
        places = [list(row.cells) for row in table.rows]
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if isinstance(cell, str):
                    places[r][c].text = cell
        for (r, c), last in spans(rows).items():
            text = places[r][c].text
            merged = places[r][c].merge(places[last[0]][last[1]])
            merged.text = text
    return _saved(document.save)


def write_xlsx(items: list[Item]) -> bytes:
    """Write one sheet, a paragraph as a row of one cell."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    r = 0
    for item in items:
        rows = [[item]] if isinstance(item, str) else item
        for n, row in enumerate(rows):
            for c, cell in enumerate(row):
                if isinstance(cell, str) and cell:
                    place = sheet.cell(r + n + 1, c + 1)
                    place.value = cell
                    # A cell of text, whatever it begins with.
                    place.data_type = "s"
        for (top, left), last in spans(rows).items():
            first, end = sheet.cell(r + top + 1, left + 1), last
            corner = sheet.cell(r + end[0] + 1, end[1] + 1)
            sheet.merge_cells(f"{first.coordinate}:{corner.coordinate}")
        r += len(rows)
    return _saved(book.save)


def write_xls(items: list[Item]) -> bytes:
    """Write one sheet of an old workbook with xlwt."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("plan")
    r = 0
    for item in items:
        rows = [[item]] if isinstance(item, str) else item
        reached = spans(rows)
        for n, row in enumerate(rows):
            for c, cell in enumerate(row):
                if not isinstance(cell, str):
                    continue
                last = reached.get((n, c))
                if last:
                    sheet.write_merge(r + n, r + last[0], c, last[1], cell)
                elif cell:
                    sheet.write(r + n, c, cell)
        r += len(rows)
    return _saved(book.save)


def write_csv(items: list[Item], encoding: str = "utf-8-sig") -> bytes:
    """Write comma separated cells, a paragraph as a row of one cell."""
    widths = [len(row) for item in items if not isinstance(item, str) for row in item]
    width = max(widths, default=1)
    text = io.StringIO()
    writer = csv.writer(text)
    for item in items:
        for row in [[item]] if isinstance(item, str) else item:
            cells = [cell if isinstance(cell, str) else "" for cell in row]
            writer.writerow(cells + [""] * (width - len(cells)))
    return text.getvalue().encode(encoding)


def write_pdf(
    items: list[Item], *, page_numbers: bool = True, password: str | None = None
) -> bytes:
    """Write A4 pages with reportlab, tables ruled, long rows broken over pages."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    font = "STSong-Light"
    pdfmetrics.registerFont(UnicodeCIDFont(font))
    common = {"fontName": font, "wordWrap": "CJK"}
    body = ParagraphStyle("body", fontSize=12, leading=18, firstLineIndent=24, **common)
    small = ParagraphStyle("cell", fontSize=10, leading=14, **common)

    def shown(text: str, style: ParagraphStyle) -> Paragraph:
        text = html.escape(text.strip()).replace("\n", "<br/>")
        return Paragraph(text, style)

    def number(canvas, document) -> None:
        if page_numbers:
            canvas.setFont(font, 10)
            canvas.drawCentredString(A4[0] / 2, 30, f"— {document.page} —")

    story = []
    for item in items:
        if isinstance(item, str):
            story.append(shown(item, body))
            continue
        rows = _padded(item)
        content = [
            [shown(cell, small) if isinstance(cell, str) else "" for cell in row]
            for row in rows
        ]
        style = [
            ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ]
        for (r, c), last in spans(rows).items():
            style.append(("SPAN", (c, r), (last[1], last[0])))
        table = Table(content, colWidths=_widths(rows), splitInRow=1)
        table.setStyle(style)
        story.append(table)
    target = io.BytesIO()
    template = SimpleDocTemplate(target, pagesize=A4, encrypt=password, invariant=1)
    template.build(story, onFirstPage=number, onLaterPages=number)
    return target.getvalue()


_OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'
_MM = 25.4 / 72


def ofd_archive(pages: list[str], **parts: str) -> bytes:
    """Write an OFD file of the contents of its pages, in millimetres.

    Further parts are named by keyword: ``templates`` and ``annotations`` hold the
    contents of one template that each page uses, and of one watermark.
    """

    def part(root: str, content: str) -> str:
        return f"<?xml version='1.0'?><ofd:{root} {_OFD}>{content}</ofd:{root}>"

    def layer(content: str) -> str:
        return f"<ofd:Content><ofd:Layer ID='9'>{content}</ofd:Layer></ofd:Content>"

    template = annotations = use = ""
    files = {}
    if "templates" in parts:
        template = "<ofd:TemplatePage ID='7' BaseLoc='Tpls/T/Content.xml'/>"
        use = "<ofd:Template TemplateID='7' ZOrder='Background'/>"
        files["Doc_0/Tpls/T/Content.xml"] = part("Page", layer(parts["templates"]))
    if "annotations" in parts:
        annotations = "<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations>"
        found = "<ofd:Page PageID='1'><ofd:FileLoc>A.xml</ofd:FileLoc></ofd:Page>"
        files["Doc_0/Annots/Annotations.xml"] = part("Annotations", found)
        shown = f"<ofd:Appearance>{parts['annotations']}</ofd:Appearance>"
        shown = f"<ofd:Annot Type='Watermark'>{shown}</ofd:Annot>"
        files["Doc_0/Annots/A.xml"] = part("PageAnnot", shown)
    if "resources" in parts:
        template += "<ofd:PublicRes>/Doc_0/PublicRes.xml</ofd:PublicRes>"
        files["Doc_0/PublicRes.xml"] = part("Res", parts["resources"])
    listed = "".join(
        f"<ofd:Page ID='{n}' BaseLoc='Pages/Page_{n}/Content.xml'/>"
        for n in range(len(pages))
    )
    box = "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>"
    data = f"<ofd:PageArea>{box}</ofd:PageArea>{template}"
    files["Doc_0/Document.xml"] = part(
        "Document",
        f"<ofd:CommonData>{data}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>"
        + annotations,
    )
    files["OFD.xml"] = part(
        "OFD",
        "<ofd:DocBody><ofd:DocInfo><ofd:Title>plan</ofd:Title></ofd:DocInfo>"
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>",
    )
    for n, page in enumerate(pages):
        files[f"Doc_0/Pages/Page_{n}/Content.xml"] = part("Page", use + layer(page))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return target.getvalue()


def ofd_text(text: str, x: float, base: float, size: float, *deltas: float) -> str:
    """Write a text object whose box begins at its upper left."""
    box = f"{x:.3f} {base - size:.3f} 170 {1.2 * size:.3f}"
    steps = f" DeltaX='{' '.join(f'{d:.3f}' for d in deltas)}'" if deltas else ""
    return (
        f"<ofd:TextObject Boundary='{box}' Font='1' Size='{size:.3f}'>"
        f"<ofd:TextCode X='0' Y='{size:.3f}'{steps}>{html.escape(text)}"
        "</ofd:TextCode></ofd:TextObject>"
    )


def ofd_rule(x0: float, y0: float, x1: float, y1: float) -> str:
    """Write a straight line."""
    return (
        f"<ofd:PathObject Boundary='{x0:.3f} {y0:.3f} {x1 - x0:.3f} {y1 - y0:.3f}' "
        f"LineWidth='0.2'><ofd:AbbreviatedData>M 0 0 L {x1 - x0:.3f} {y1 - y0:.3f}"
        "</ofd:AbbreviatedData></ofd:PathObject>"
    )


def write_ofd(items: list[Item]) -> bytes:
    """Write the pages that `write_pdf` lays out, line by line, as OFD."""
    import pdfplumber

    pages = []
    with pdfplumber.open(io.BytesIO(write_pdf(items))) as pdf:
        for page in pdf.pages:
            drawn = [
                ofd_rule(*(_MM * e[k] for k in ("x0", "top", "x1", "bottom")))
                for e in page.edges
            ]
            lines: list[list[dict]] = []
            for character in page.chars:
                last = lines[-1][-1] if lines else None
                if last is None or last["top"] != character["top"]:
                    lines.append([])
                lines[-1].append(character)
            for line in lines:
                steps = [_MM * (b["x0"] - a["x0"]) for a, b in pairwise(line)]
                text = "".join(character["text"] for character in line)
                first = line[0]
                base = _MM * (first["top"] + 0.88 * first["size"])
                size = _MM * first["size"]
                drawn.append(ofd_text(text, _MM * first["x0"], base, size, *steps))
            pages.append("".join(drawn))
    return ofd_archive(pages)


def _widths(rows: list[list[Cell]], total: float = 440.0) -> list[float]:
    """Share the page out by the longest text of each column."""
    longest = [
        max(min(len(row[c]) if isinstance(row[c], str) else 1, 30) for row in rows) + 3
        for c in range(len(rows[0]))
    ]
    return [total * length / sum(longest) for length in longest]


def _saved(save: Callable[[io.BytesIO], None]) -> bytes:
    target = io.BytesIO()
    save(target)
    return target.getvalue()


WRITERS: dict[str, Callable[[list[Item]], bytes]] = {
    "plan.html": write_html,
    "plan.docx": write_docx,
    "plan.xlsx": write_xlsx,
    "plan.xls": write_xls,
    "plan.csv": write_csv,
    "plan.pdf": write_pdf,
    "plan.ofd": write_ofd,
}

GOLDEN_ITEMS: list[Item] = [
    "某市某局2023年政务公开工作要点",
    "　　为做好全年工作，制定本要点。",
    [
        ["序号", "重点任务", "工作内容", "责任单位", "完成时限"],
        ["1", "政策解读", "解读材料与文件同步起草。", "办公室\n法规处", "年底前"],
        ["2", (1, 1), "开展政策问答，回应群众关切。", "各处室", (1, 4)],
        ["3", "平台建设", "规范栏目设置，及时更新内容。", (2, 3), "6月底前"],
        ["合计三项", (4, 0), (4, 0), (4, 0), (4, 0)],
    ],
    "　　本要点自印发之日起施行。",
]


def write_scan() -> bytes:
    """Write a PDF whose only page is a picture."""
    from reportlab.pdfgen.canvas import Canvas

    target = io.BytesIO()
    canvas = Canvas(target, invariant=1)
    pixels = bytes(range(0, 192)) * 3
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(
        ImageReader(Image.frombytes("RGB", (24, 8), pixels)), 0, 0, 500, 700
    )
    canvas.save()
    return target.getvalue()


def write_golden(folder: Path) -> None:
    """Write every golden file and the rows they all print."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in WRITERS.items():
        (folder / name).write_bytes(write(GOLDEN_ITEMS))
    (folder / "gbk.html").write_bytes(write_html(GOLDEN_ITEMS, "gbk"))
    for encoding in TEXT_ENCODINGS:
        (folder / f"{encoding}.txt").write_bytes(write_text(GOLDEN_ITEMS, encoding))
    picture = "<ofd:ImageObject Boundary='0 0 210 297' ResourceID='3'/>"
    (folder / "refused.ofd").write_bytes(ofd_archive([picture]))
    (folder / "scan.pdf").write_bytes(write_scan())
    (folder / "encrypted.pdf").write_bytes(write_pdf(GOLDEN_ITEMS, password="secret"))
    rows = json.dumps(printed_rows(GOLDEN_ITEMS), ensure_ascii=False, indent=1)
    (folder / "expected.json").write_text(rows + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_golden(Path(sys.argv[1]))
