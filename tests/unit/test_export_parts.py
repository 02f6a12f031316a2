"""What office programs require of the parts, beyond what the libraries read back.

A child out of its schema's order is what makes them offer a repair.
"""

import io
import posixpath
import zipfile
from datetime import UTC, datetime

import pytest
from export_cases import apart, of_charts
from lxml import etree

from govopen_analytics.charts.build import heat_table
from govopen_analytics.charts.model import Cell, Chart, Mark, Panel, Reference, Series
from govopen_analytics.office.docx import document_bytes
from govopen_analytics.office.pptx import deck_bytes

WHEN = datetime(2026, 1, 31, tzinfo=UTC)
NAMESPACES = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
}
# ECMA-376 Part 1, 21.2 (charts), 21.1 (text), 17.4 (tables of Word): the sequences
# of the elements written here.
_AXIS = (
    "axId scaling delete axPos majorGridlines minorGridlines title numFmt "
    "majorTickMark minorTickMark tickLblPos spPr txPr crossAx crosses crossesAt "
)
_LABEL = (
    "numFmt spPr txPr dLblPos showLegendKey showVal showCatName showSerName "
    "showPercent showBubbleSize separator showLeaderLines leaderLines extLst"
)
_SERIES = "idx order tx spPr "
ORDER = {
    "c:chartSpace": "date1904 lang roundedCorners AlternateContent style clrMapOvr "
    "pivotFmts protection chart spPr txPr externalData printSettings userShapes",
    "c:chart": "title autoTitleDeleted pivotFmts view3D floor sideWall backWall "
    "plotArea legend plotVisOnly dispBlanksAs showDLblsOverMax",
    "c:plotArea": "layout barChart lineChart scatterChart catAx valAx dTable spPr",
    "c:barChart": "barDir grouping varyColors ser dLbls gapWidth overlap serLines axId",
    "c:lineChart": "grouping varyColors ser dLbls dropLines hiLowLines upDownBars "
    "marker smooth axId",
    "c:scatterChart": "scatterStyle varyColors ser dLbls axId",
    "c:barChart/c:ser": _SERIES + "invertIfNegative pictureOptions dPt dLbls trendline "
    "errBars cat val shape",
    "c:lineChart/c:ser": _SERIES + "marker dPt dLbls trendline errBars cat val smooth",
    "c:scatterChart/c:ser": _SERIES + "marker dPt dLbls trendline errBars xVal yVal "
    "smooth",
    "c:dPt": "idx invertIfNegative marker bubble3D explosion spPr pictureOptions",
    "c:manualLayout": "layoutTarget xMode yMode wMode hMode x y w h",
    "c:errBars": "errDir errBarType errValType noEndCap plus minus val spPr",
    "c:dLbls": "dLbl delete " + _LABEL,
    "c:dLbl": "idx delete layout tx " + _LABEL,
    "c:marker": "symbol size spPr",
    "c:title": "tx layout overlay spPr txPr",
    "c:legend": "legendPos legendEntry layout overlay spPr txPr",
    "c:scaling": "logBase orientation max min",
    "c:catAx": _AXIS + "auto lblAlgn lblOffset tickLblSkip tickMarkSkip noMultiLvlLbl",
    "c:valAx": _AXIS + "crossBetween majorUnit minorUnit dispUnits",
    "c:externalData": "autoUpdate",
    "a:rPr": "ln noFill solidFill gradFill effectLst highlight latin ea cs sym "
    "hlinkClick",
    "a:defRPr": "ln noFill solidFill gradFill effectLst highlight latin ea cs sym",
    "a:p": "pPr r br fld endParaRPr",
    "a:tcPr": "lnL lnR lnT lnB lnTlToBr lnBlToTr cell3D noFill solidFill",
    "a:tbl": "tblPr tblGrid tr",
    "w:tbl": "bookmarkStart tblPr tblGrid tr",
    "w:tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize "
    "tblStyleColBandSize tblW jc tblCellSpacing tblInd tblBorders shd tblLayout "
    "tblCellMar tblLook tblCaption tblDescription",
    "w:tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar "
    "textDirection tcFitText vAlign hideMark",
    "w:trPr": "cantSplit trHeight tblHeader tblCellSpacing jc",
    "w:rPr": "rStyle rFonts b bCs i iCs color spacing sz szCs lang",
    "wp:inline": "extent effectExtent docPr cNvGraphicFramePr graphic",
}


def panel(kind, **options):
    marks = (
        Mark(0.4, 0.2, 0.7, "40%", x=1.0),
        Mark(0.1, 0.0, 0.2, "未见", "unseen", x=2.0),
        Mark(None) if kind != "map" else Mark(0.3, label="丙", x=3.0),
    )
    names = () if kind == "map" else ("甲市民政局", "乙市民政局", "丙市民政局")
    series = (Series("一", marks), Series("二", marks[::-1]))
    options |= {"lines": ((0, 2),)} if kind == "map" else {}
    return Panel(names, series[:1] if kind == "map" else series, kind=kind, **options)


def charts():
    words = {
        "subtitle": "副题",
        "alt": "图表说明。",
        "axis": "份额",
        "notes": ("图注",),
        "key": (("line", "区间"), ("framed", "超出偶然")),
    }
    groups = (
        (
            panel("rows"),
            panel("rows", title="分图", reference=Reference(0.2, "合计", "20%")),
        ),
        (panel("bars", form="count", axis="项"),),
        (panel("years"), panel("years", title="分图")),
        (panel("map", form="decimal"),),
    )
    source = "资料来源：n = 6。\n合成数据。"
    drawn = [Chart("c", "图", source, "zh", panels=own, **words) for own in groups]
    cells = {(0, 0): Cell(0.4, "40%", is_framed=True)}
    table = heat_table({0: "甲市民政局"}, {0: "政策解读", 1: "平台建设"}, cells)
    return [*drawn, Chart("heat", "表", source, "zh", table=table, **words)]


@pytest.fixture(scope="module", params=["pptx", "docx"])
def parts(request):
    make = deck_bytes if request.param == "pptx" else document_bytes
    drawn = charts() if request.param == "pptx" else apart(charts())
    blob = make(of_charts(drawn), when=WHEN)
    with zipfile.ZipFile(io.BytesIO(blob)) as package:
        return {name: package.read(name) for name in package.namelist()}


def xml_parts(parts):
    for name, blob in parts.items():
        if name.endswith(".xml") and "theme" not in name:
            yield name, etree.fromstring(blob)


def own(element):
    return etree.QName(element).localname


def children_in_order(element, order):
    names = [own(child) for child in element]
    order = order.split()
    assert set(names) <= set(order), f"{own(element)}: {set(names) - set(order)}"
    places = [order.index(name) for name in names]
    assert places == sorted(places), f"{own(element)}: {names}"


@pytest.mark.parametrize("path", ORDER)
def test_children_stand_in_the_order_of_the_schema(parts, path):
    for name, root in xml_parts(parts):
        if not name.startswith(("word/styles", "ppt/slideM", "ppt/slideL")):
            for element in root.xpath(f"//{path}", namespaces=NAMESPACES):
                children_in_order(element, ORDER[path])


def test_the_table_of_orders_meets_what_is_written(parts):
    roots = [root for _, root in xml_parts(parts)]
    met = {
        path
        for path in ORDER
        for root in roots
        if root.xpath(f"//{path}", namespaces=NAMESPACES)
    }
    assert len(met) >= 22


def test_identifiers_of_axes_are_what_readers_take(parts):
    found = [
        int(element.get("val"))
        for name, root in xml_parts(parts)
        if "/charts/" in name
        for element in root.iterfind(".//c:axId", NAMESPACES)
    ]
    assert len(found) == 24 and all(0 <= number < 2**31 for number in found)


def test_identifiers_of_shapes_are_unique_and_described(parts):
    described = 0
    for name, root in xml_parts(parts):
        if not name.startswith(("ppt/slides/", "word/document")):
            continue
        shapes = [
            *root.iterfind(".//p:cNvPr", NAMESPACES),
            *root.iterfind(".//wp:docPr", NAMESPACES),
        ]
        numbers = [shape.get("id") for shape in shapes]
        assert len(numbers) == len(set(numbers))
        for frame in root.iterfind(".//p:graphicFrame", NAMESPACES):
            described += bool(frame.find(".//p:cNvPr", NAMESPACES).get("descr"))
        for drawing in root.iterfind(".//wp:docPr", NAMESPACES):
            described += bool(drawing.get("descr"))
        for table in root.iterfind(".//w:tblDescription", NAMESPACES):
            described += bool(table.get(f"{{{NAMESPACES['w']}}}val"))
    assert described == 8


def test_relations_are_unique_and_lead_to_parts_with_a_type(parts):
    types = etree.fromstring(parts["[Content_Types].xml"])
    known = {t.get("PartName") for t in types} | {t.get("Extension") for t in types}
    targets = []
    for name, blob in parts.items():
        if not name.endswith(".rels"):
            continue
        relations = etree.fromstring(blob)
        names = [relation.get("Id") for relation in relations]
        assert len(names) == len(set(names))
        folder = posixpath.dirname(posixpath.dirname(name))
        for relation in relations:
            target = posixpath.join("/", folder, relation.get("Target"))
            targets.append(posixpath.normpath(target).lstrip("/"))
    assert set(targets) <= set(parts)
    for name in targets:
        assert f"/{name}" in known or name.rpartition(".")[2] in known
    assert sum(name.endswith(".xlsx") for name in targets) == 6


def test_every_reference_of_a_chart_is_a_relation_of_its_part(parts):
    for name, root in xml_parts(parts):
        used = set(root.xpath(".//@r:id | .//@r:embed", namespaces=NAMESPACES))
        if used:
            folder, file = posixpath.split(name)
            relations = etree.fromstring(parts[f"{folder}/_rels/{file}.rels"])
            assert used <= {relation.get("Id") for relation in relations}


def test_chinese_text_names_its_font_and_its_language(parts):
    for name, root in xml_parts(parts):
        if not name.startswith(("ppt/slides/", "ppt/charts/", "word/charts/")):
            continue
        for run in root.iterfind(".//a:r", NAMESPACES):
            properties = run.find("a:rPr", NAMESPACES)
            assert properties.get("lang") == "zh-CN"
            assert properties.find("a:ea", NAMESPACES).get("typeface")
