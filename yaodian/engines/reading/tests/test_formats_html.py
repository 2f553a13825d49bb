"""HTML: order, lines, tables, list numbers; menus, scripts and hidden parts go."""

from __future__ import annotations

from yaodian.engines.reading.formats import html
from yaodian.engines.reading.source import Line, Source, Table


def read(body: str, head: str = "") -> Source:
    return html.parse(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode())


def words(source: Source) -> list[str]:
    return [block.text for block in source.blocks if isinstance(block, Line)]


def table(body: str) -> Table:
    (found,) = [block for block in read(body).blocks if isinstance(block, Table)]
    return found


def test_blocks_and_breaks_make_lines_and_inline_marks_none() -> None:
    body = "<div>甲<b>乙</b><span> 丙</span><p>丁<br/>戊&nbsp;&ldquo;己&rdquo;</p>庚</div>辛"
    assert words(read(body)) == ["甲乙 丙", "丁", "戊 “己”", "庚", "辛"]


def test_what_is_no_text_goes() -> None:
    body = (
        "<script>var a='<p>x</p>'</script><style>p{}</style><!-- 注 --><noscript>请开启</noscript><nav>首页</nav>"
        "<p style='display: none'>隐</p><p hidden>藏</p><select><option>选</select><textarea>评</textarea>"
        "<button>提交</button><input value=x><iframe>框</iframe><p>一、甲</p>"
    )
    assert words(read(body)) == ["一、甲"]


def test_menus_go_and_links_in_text_stay() -> None:
    menu = "".join(f"<li><a href=#>{name}</a></li>" for name in ("首页", "政务公开", "办事服务", "互动交流", "专题"))
    body = f"<ul>{menu}</ul><p>发布时间:2025-03-01 <a>打印</a></p><p>一、落实<a href=x>《条例》</a>的要求</p>"
    assert words(read(body)) == ["发布时间:2025-03-01 打印", "一、落实《条例》的要求"]


def test_clauses_that_are_links_stay() -> None:
    clauses = "".join(
        f"<p><a href=#{n}>{n}.推进义务教育优质均衡发展,新建改扩建学校{n}所,新增学位。</a></p>" for n in range(1, 7)
    )
    assert len(words(read(f"<div>{clauses}</div>"))) == 6


def test_a_page_inside_a_form_is_read() -> None:
    assert words(read("<form><input><div><p>一、甲</p></div></form>")) == ["一、甲"]


def test_an_article_that_only_a_script_shows_is_read() -> None:
    article = "<p>1.新建学校。推进义务教育优质均衡发展。</p>" * 60
    assert len(words(read(f"<p>首页</p><div style='display:none'>{article}</div>"))) == 61


def test_headings_carry_their_level() -> None:
    source = read("<h1>要点</h1><h3>一、<em>甲</em></h3><p>乙</p>")
    assert source.blocks == (Line("要点", 1), Line("一、甲", 3), Line("乙"))


def test_list_numbers_are_made_visible() -> None:
    body = (
        "<ol><li>甲<li><p>乙</p><p>丙</p></ol><ol start=3 type=A><li>丁</ol>"
        "<ol style='list-style-type:cjk-ideographic'><li>戊<li>己</ol><ol><li>1.庚</ol><ul><li>辛</ul>"
        "<ol><li value=7>壬<ol type=i><li>癸</ol><li>子</ol>"
    )
    assert words(read(body)) == [
        "1.甲",
        "2.乙",
        "丙",
        "C.丁",
        "一、戊",
        "二、己",
        "1.庚",
        "辛",
        "7.壬",
        "i.癸",
        "8.子",
    ]


def test_merged_cells_stand_once_in_their_first_place() -> None:
    found = table(
        "<table><thead><tr><th>序号<th>任务<th>单位<th>时限</thead>"
        "<tr><td>1<td>建校<td rowspan=2>基教科<br>财务科<td>6月</tr><tr><td>2<td>扩建<td>7月</tr>"
        "<tr><td colspan=3>合计<td>年底</tr></table>"
    )
    assert found.rows == (
        ("序号", "任务", "单位", "时限"),
        ("1", "建校", "基教科\n财务科", "6月"),
        ("2", "扩建", "", "7月"),
        ("合计", "", "", "年底"),
    )
    assert found.merged == frozenset({(2, 2), (3, 1), (3, 2)})


def test_a_rowspan_to_the_end_and_a_mad_colspan_are_bounded() -> None:
    found = table("<table><tr><td rowspan=99999>甲<td>乙<tr><td colspan=99999>丙</table>")
    assert len(found.rows) == 2
    assert len(found.rows[0]) == 200
    assert found.rows[1][:2] == ("", "丙")


def test_header_tables_stay_tables() -> None:
    found = table(
        "<table><tr><td>索引号:<td>YC01/2025-00012<td>发文机关:<td>市教育局<tr><td>成文日期:<td>2025年3月1日<td>文号:<td></table>"
    )
    assert found.rows[0] == ("索引号:", "YC01/2025-00012", "发文机关:", "市教育局")


def test_layout_tables_are_unwrapped() -> None:
    article = "".join(
        f"<p>{n}.推进义务教育优质均衡发展,新建改扩建学校,新增学位,完善招生制度,落实免试就近入学。</p>"
        for n in range(1, 30)
    )
    assert len(words(read(f"<table><tr><td>左<td>题<tr><td>栏<td>{article}</table>"))) == 32
    assert words(read("<table><tr><td><p>甲</p><p>乙</p></table>")) == ["甲", "乙"]
    inner = "<table><tr><td>序号<td>任务<tr><td>1<td>建校</table>"
    source = read(f"<table><tr><td>题</td></tr><tr><td>{inner}</td><td>旁</td></tr></table>")
    assert [type(block).__name__ for block in source.blocks] == ["Line", "Table", "Line"]


def test_the_title_is_that_of_the_article() -> None:
    assert read("<p>甲</p>", "<title>要点_云川市政府网</title>").title == "要点_云川市政府网"
    assert read("<p>甲</p>", "<title>x</title><meta name=ArticleTitle content='云川市要点'>").title == "云川市要点"
    assert read("<p>甲</p>").title is None


def test_preformatted_text_keeps_its_lines() -> None:
    assert words(read("<pre>一、甲\n  1.乙\n\n二、丙</pre>")) == ["一、甲", "1.乙", "二、丙"]


def test_entities_that_were_escaped_twice_are_decoded() -> None:
    assert words(read("<p>一、&amp;ldquo;双减&amp;rdquo;&amp;nbsp;工作</p>")) == ["一、“双减” 工作"]


def test_broken_markup_keeps_its_words() -> None:
    assert words(read("<p>甲<div>乙</p></span><td>丙<b>丁")) == ["甲", "乙", "丙丁"]
