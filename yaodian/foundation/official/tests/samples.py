"""Documents of each format, about an invented city. The script that turns documents to pictures draws these."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

from yaodian.foundation.charting import Bar, BarChart, Limit, LineChart, Point, Series
from yaodian.foundation.official.elements import (
    Attachment,
    Block,
    Cited,
    Figure,
    Form,
    Heading,
    OfficialDocument,
    Paragraph,
    Table,
)
from yaodian.foundation.official.numerals import document_number, issue

MOMENT = datetime(2026, 11, 5, 2, tzinfo=UTC)
COUNTIES = ("青禾县", "临溪区", "石桥区", "云岭县", "望江区", "白鹭县")
DONE = (96, 91, 88, 83, 79, 64)


def bars(*, has_limit: bool) -> BarChart:
    return BarChart(
        code="done", title="各县（区）按期完成率", unit="%", of="县（区）",
        limit=Limit(Fraction(80), "全年目标 80%") if has_limit else None,
        bars=tuple(Bar(name, Fraction(value), f"{value}%") for name, value in zip(COUNTIES, DONE, strict=True)),
    )  # fmt: skip


def course() -> LineChart:
    days = [date(2026, month, 28) for month in range(5, 11)]
    return LineChart(
        code="course", title="按期完成率逐月变化", unit="%", of="县（区）",
        series=tuple(
            Series(name, tuple(
                Point(on, Fraction(start + place * step), f"{start + place * step}%") for place, on in enumerate(days)
            ), is_whole=name == "全市")
            for name, start, step in (("全市", 62, 4), ("青禾县", 71, 5), ("白鹭县", 48, 3))
        ),
    )  # fmt: skip


def table() -> Table:
    rows = [
        [name, Cited(str(20 + place), f"due-{place}"), Cited(str(19 - place), f"done-{place}"), f"{share}%", words]
        for place, (name, share, words) in enumerate(
            zip(
                COUNTIES,
                DONE,
                ("按期推进", "按期推进", "1项延期", "2项逾期", "3项逾期", "5项逾期，已约谈"),
                strict=True,
            )
        )
    ]
    return Table(
        ("县（区）", "本月应完成", "已完成", "完成率", "说明"),
        [[(cell,) if isinstance(cell, Cited) else cell for cell in row] for row in rows],
        caption="各县（区）工作任务完成情况", unit="项", note="完成率为截至本月末已完成项数占应完成项数的比例。",
    )  # fmt: skip


def body() -> list[Block]:
    return [
        Paragraph("10月，各县（区）教育局、各直属学校对照年度工作要点推进工作。现将有关情况通报如下。"),
        Heading("总体情况"),
        Paragraph(
            (
                "全市本月应完成",
                Cited("137", "due"),
                "项，已完成",
                Cited("114", "done"),
                "项，占",
                Cited("83.2%", "share"),
                "，比上月提高",
                Cited("2.4", "rise"),
                "个百分点；逾期",
                Cited("11", "late"),
                "项，比上月减少",
                Cited("3", "fall"),
                "项。",
            )
        ),
        table(),
        Heading("主要问题"),
        Heading("推进不平衡", 2),
        Paragraph("青禾县、临溪区完成率超过90%，白鹭县不到70%，相差32个百分点。县域内城乡之间也有差距。"),
        Figure(bars(has_limit=True)),
        Heading("部分任务进展缓慢", 2, then="乡镇寄宿制学校改造、教师轮岗交流两项任务逾期较多。"),
        Heading("项目前期工作不扎实。", 3, then="个别县规划选址、用地手续办理滞后，影响开工。"),
        Heading("经费未及时到位。", 3, then="主要表现为："),
        Heading("县级配套资金未列入年初预算；", 4),
        Heading("已列入预算的，拨付进度低于序时进度。", 4),
        Heading("下一步要求"),
        Paragraph("各县（区）要对照清单逐项查找原因，明确责任人和完成时限，11月20日前将整改情况报市教育局。" * 3),
        Figure(course()),
        Paragraph("市教育局将对连续两个月逾期的事项进行现场督导。"),
    ]


def bulletin() -> OfficialDocument:
    """通报 in the format of a document, with everything that the format knows."""
    return OfficialDocument(
        form=Form.DOCUMENT, issuer="栖禾市教育局", number=document_number("栖教督", 2026, 12),
        title="栖禾市教育局关于10月份年度重点工作任务进展情况的通报",
        addressees=("各县（区）教育局", "市直属各学校"), body=body(),
        attachments=(
            Attachment("各县（区）逾期事项清单", [
                Paragraph("下列事项截至10月31日逾期。"),
                Table(
                    ("序号", "事项", "责任单位", "应完成日期", "逾期工作日"),
                    [[str(number), f"第{number}所乡镇寄宿制学校宿舍改造工程竣工验收并投入使用", COUNTIES[number % 6] + "教育局",
                      "2026-10-15", str(number + 3)] for number in range(1, 31)],
                    caption="逾期事项",
                ),
            ]),
            Attachment("整改情况报送表"),
        ),
        dated=date(2026, 11, 5), note="此件公开发布", copies_to=("市政府办公室", "市委教育工作领导小组秘书组", "市纪委监委驻市教育局纪检监察组"),
        printed_by="栖禾市教育局办公室", printed_on=date(2026, 11, 5), copy_number="000123", secrecy="", urgency="特急",
    )  # fmt: skip


def letter() -> OfficialDocument:
    return OfficialDocument(
        form=Form.LETTER, issuer="栖禾市教育局", number=document_number("栖教函", 2026, 7),
        title="栖禾市教育局关于商请提供学龄人口数据的函", addressees=("市公安局",),
        body=[
            Paragraph("为做好2027年义务教育学位预测工作，商请贵局提供截至2026年8月31日的学龄人口户籍登记汇总数据。"),
            Heading("数据范围"), Paragraph("按乡镇（街道）、出生年份汇总的人数，不含个人信息。"),
            Paragraph("请于11月20日前函复。"),
        ],
        dated=date(2026, 11, 5), is_sealed=True, note="联系人：林一一，电话：5550100", copies_to=("市政府办公室",),
    )  # fmt: skip


def briefing() -> OfficialDocument:
    """督查专报."""
    return OfficialDocument(
        form=Form.BRIEFING, issuer="栖禾市教育局办公室", mark="教育督查专报", number=issue(10),
        title="10月份年度重点工作任务\n督查情况", body=[*body()[1:3], Figure(bars(has_limit=False)), *body()[4:7]],
        dated=date(2026, 11, 5), copies_to=("局领导", "各县（区）教育局"),
        printed_by="栖禾市教育局办公室", printed_on=date(2026, 11, 5),
    )  # fmt: skip


def minutes() -> OfficialDocument:
    return OfficialDocument(
        form=Form.MINUTES, issuer="栖禾市教育局", mark="栖禾市教育局局长办公会议纪要", number=issue(3),
        title="研究年度重点工作任务推进情况",
        body=[Paragraph("11月2日，局长办公会议研究了年度重点工作任务推进情况。会议议定："), Heading("压实责任。", 3, then="逾期事项逐项明确责任人。"),
              Heading("加强督导。", 3, then="一月一督导，一月一通报。")],
        attendance=(("出席", "林一一、周二二、陈三三、吴四四、郑五五、王六六、冯七七、褚八八、卫九九、蒋十十、沈百百"), ("请假", "韩千千"), ("列席", "杨万万")),
        dated=date(2026, 11, 3), printed_by="栖禾市教育局办公室", printed_on=date(2026, 11, 4),
    )  # fmt: skip


ALL = {"bulletin": bulletin, "letter": letter, "briefing": briefing, "minutes": minutes}
