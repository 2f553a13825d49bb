"""The declarations: one for each figure that the registry's tables carry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.measuring import Answer, Asked, Direction, Kind, Measure, changed_by, declare
from yaodian.registry.measures.counting import (
    classes_in,
    counting,
    from_returns,
    kindergarten_classes,
    large_share,
    migrants_in_public,
    public_share,
    pupils_in,
    pupils_marked,
    small_schools,
    within_standard,
)
from yaodian.registry.measures.law import (
    CLASS_BANDS,
    COMPULSORY,
    EVERY,
    HUGE_CLASS,
    INTEGRATION,
    JUNIOR_CLASS,
    KINDERGARTEN_CLASSES,
    KINDERGARTEN_RULES,
    KINDERGARTENS,
    LARGE_CLASS,
    OWNERSHIP,
    PRESCHOOL,
    PRIMARY_CLASS,
    QUALITY,
    SCHOOLING,
    SMALL_SCHOOL,
    SMALL_SCHOOLS,
    STATISTICS,
)
from yaodian.registry.models import FIGURES, SchoolType

changed_by(
    *("registry.school.", "registry.class.", "registry.pupil.", "registry.teacher.", "registry.return."),
    # Many at once: imports, bulk changes, the synthetic city.
    *("registry.rows.", "registry.city."),
)

_SCHOOL, _CLASS, _PUPIL, _TEACHER = _("学校"), _("班级"), _("学生"), _("教师")
UP, DOWN, NEITHER = Direction.UP, Direction.DOWN, Direction.NEITHER


def _schools_list(stage: str, narrowed: str) -> str:
    """The filters of the list of schools that show what was counted."""
    names = {"public": "ownership=public", "private": "ownership=private", "inclusive": "ownership=private"}
    areas = {name: f"area={name}" for name in ("urban", "town", "rural")}
    kind = [f"school_type={SchoolType.KINDERGARTEN}"] if stage == "preschool" else []
    return "&".join([*kind, *filter(None, [{**names, **areas}.get(narrowed, "")])])


def _count(code: str, label: Promise, compute: Callable[[Asked], Answer], formula: Promise, **more: Any) -> None:
    more = {"citations": (STATISTICS,), "entity": _SCHOOL, "unit": "所", "direction": NEITHER, **more}
    declare(
        Measure(
            f"registry.{code}",
            label,
            formula=formula,
            compute=compute,
            list_query=_schools_list,
            **more,
        )
    )


def _share(
    code: str,
    label: Promise,
    compute: Callable[[Asked], Answer],
    above: Promise,
    below: Promise,
    *,
    counted: Promise,
    **more: Any,
) -> None:
    """A ratio in per cent, unless `scale`, `unit` and `digits` say otherwise."""
    more = {"citations": (STATISTICS,), "unit": "%", "scale": 100, "digits": 2, "direction": UP, **more}
    declare(
        Measure(
            f"registry.{code}",
            label,
            compute=compute,
            is_ratio=True,
            formula=format_lazy("{} ÷ {}", above, below),
            numerator_label=above,
            denominator_label=below,
            counted=counted,
            list_query=_schools_list,
            **more,
        )
    )


_HOUSES = {"counted": _("所"), "is_for_schools": False}
_count(
    "schools",
    _("学校数"),
    counting(without=(SchoolType.KINDERGARTEN,)),
    _("当日在办的中小学、中职和特殊教育学校（含教学点）"),
    aliases=("学校数", "中小学数", "中小学校数", "学校总数"),
    stages={"": ("",), **{name: held for name, held in EVERY.items() if name not in ("", "preschool", "compulsory")}},
    filters=(*OWNERSHIP, "urban", "town", "rural"),
    **_HOUSES,
)
_count(
    "kindergartens",
    _("幼儿园数"),
    counting(SchoolType.KINDERGARTEN),
    _("当日在办的幼儿园"),
    aliases=("幼儿园数", "幼儿园总数", "幼儿园所数"),
    stages=PRESCHOOL,
    filters=(*OWNERSHIP, "inclusive", "urban", "town", "rural"),
    **_HOUSES,
)
_count(
    "schools_opened",
    _("当年新开办学校"),
    counting(is_new=True, without=(SchoolType.KINDERGARTEN,)),
    _("当年1月1日至当日设立、仍在办的学校"),
    aliases=("新建学校", "新建中小学", "新增学校", "新开办学校", "新建成学校", "建成学校", "新建小学", "新建初中"),
    stages={"": ("",), **{name: held for name, held in EVERY.items() if name not in ("", "preschool", "compulsory")}},
    filters=OWNERSHIP,
    kind=Kind.FLOW,
    **{**_HOUSES, "direction": UP},
)
_count(
    "kindergartens_opened",
    _("当年新开办幼儿园"),
    counting(SchoolType.KINDERGARTEN, is_new=True),
    _("当年1月1日至当日设立、仍在办的幼儿园"),
    aliases=(
        "新建幼儿园",
        "新增幼儿园",
        "新开办幼儿园",
        "新增公办园",
        "新建公办园",
        "新建公办幼儿园",
        "新增公办幼儿园",
    ),
    stages=PRESCHOOL,
    filters=(*OWNERSHIP, "inclusive"),
    kind=Kind.FLOW,
    **{**_HOUSES, "direction": UP},
)
_count(
    "teaching_points",
    _("教学点数"),
    counting(SchoolType.TEACHING_POINT),
    _("当日在办的小学教学点"),
    aliases=("教学点", "教学点数"),
    stages={"primary": ("primary",)},
    **_HOUSES,
)
_count(
    "small_schools",
    _("乡村小规模学校数"),
    small_schools,
    _("乡村学生数低于规定人数线的小学和教学点"),
    aliases=("小规模学校", "乡村小规模学校", "农村小规模学校"),
    citations=(SMALL_SCHOOLS,),
    parameters=(SMALL_SCHOOL,),
    stages={"primary": ("primary",)},
    **{**_HOUSES, "direction": DOWN},
)
_share(
    "public_kindergartens",
    _("公办园占比"),
    public_share,
    _("公办幼儿园数"),
    _("幼儿园总数"),
    aliases=("公办园占比", "公办园率", "公办幼儿园占比", "公办幼儿园比例", "公办园比例"),
    entity=_SCHOOL,
    counted=_("所公办园"),
    citations=(KINDERGARTENS,),
    stages=PRESCHOOL,
    filters=("urban", "town", "rural"),
    is_for_schools=False,
)
_share(
    "children_in_public_kindergartens",
    _("公办园在园幼儿占比"),
    from_returns(pupils_marked("public"), pupils_in),
    _("公办园在园幼儿数"),
    _("在园幼儿总数"),
    aliases=(
        "公办园在园幼儿占比",
        "公办幼儿园在园幼儿占比",
        "公办在园幼儿占比",
        "公办在园幼儿数占比",
        "公办园幼儿占比",
    ),
    entity=_PUPIL,
    counted=_("名在公办园的幼儿"),
    citations=(KINDERGARTENS,),
    stages=PRESCHOOL,
    filters=("urban", "town", "rural"),
    is_for_schools=False,
)
_share(
    "inclusive_kindergartens",
    _("普惠性幼儿园覆盖率"),
    from_returns(pupils_marked("public", "inclusive"), pupils_in),
    _("公办园和普惠性民办园在园幼儿数"),
    _("在园幼儿总数"),
    aliases=(
        "普惠性幼儿园覆盖率",
        "普惠率",
        "普惠性覆盖率",
        "学前教育普惠率",
        "普惠园覆盖率",
        "普惠性幼儿园在园幼儿占比",
    ),
    entity=_PUPIL,
    counted=_("名在普惠性幼儿园的幼儿"),
    citations=(KINDERGARTENS,),
    stages=PRESCHOOL,
    filters=("urban", "town", "rural"),
    is_for_schools=False,
)
_share(
    "kindergarten_classes_within",
    _("幼儿园班额达标率"),
    kindergarten_classes,
    _("不超过规定班额的班数"),
    _("班级总数"),
    aliases=("幼儿园班额达标率", "幼儿园班额达标比例"),
    entity=_CLASS,
    counted=_("个达标的班"),
    citations=(KINDERGARTENS, KINDERGARTEN_RULES),
    parameters=KINDERGARTEN_CLASSES,
    stages=PRESCHOOL,
    filters=OWNERSHIP,
)
_count(
    "pupils",
    _("在校（园）学生数"),
    from_returns(pupils_in),
    _("学年初报表各年级学生数之和"),
    aliases=("在校生数", "在校学生数", "在园幼儿数", "学生数"),
    entity=_PUPIL,
    unit="人",
    stages=EVERY,
    filters=(*OWNERSHIP, "urban", "town", "rural"),
    counted=_("名学生"),
)
_count(
    "classes",
    _("班级数"),
    from_returns(classes_in),
    _("学年初报表各年级班数之和"),
    aliases=("班级数", "教学班数", "班数"),
    entity=_CLASS,
    unit="个",
    stages=EVERY,
    filters=OWNERSHIP,
    counted=_("个班"),
)
for _code, _label, _parameter, _aliases in (
    ("large_classes", _("大班额比例"), LARGE_CLASS, ("大班额比例", "大班额占比", "大班额率")),
    ("huge_classes", _("超大班额比例"), HUGE_CLASS, ("超大班额比例", "超大班额占比")),
):
    _share(
        _code,
        _label,
        large_share(_parameter),
        _("达到或超过起点人数的班数"),
        _("班级总数"),
        aliases=_aliases,
        entity=_CLASS,
        counted=_("个班过大"),
        citations=(CLASS_BANDS,),
        parameters=(_parameter,),
        stages=SCHOOLING,
        filters=(*OWNERSHIP, "urban", "town", "rural"),
        direction=DOWN,
    )
_share(
    "classes_within",
    _("标准班额比例"),
    within_standard,
    _("不超过规定班额的班数"),
    _("班级总数"),
    aliases=("标准班额比例", "标准班额占比", "班额达标率", "标准班额率"),
    entity=_CLASS,
    counted=_("个达标的班"),
    citations=(QUALITY,),
    parameters=(PRIMARY_CLASS, JUNIOR_CLASS),
    stages=COMPULSORY,
    filters=OWNERSHIP,
)
_share(
    "migrants_in_public",
    _("随迁子女公办学校就读率"),
    from_returns(migrants_in_public, "migrant"),
    _("公办学校随迁子女数"),
    _("随迁子女总数"),
    aliases=(
        *("随迁子女公办就读率", "随迁子女公办学校就读率", "随迁子女在公办学校就读比例", "随迁子女义务教育公办就读率"),
        *("外来务工人员随迁子女义务教育公办就读率", "随迁子女入读公办学校比例"),
    ),
    entity=_PUPIL,
    counted=_("名随迁子女就读公办学校"),
    citations=(INTEGRATION, QUALITY),
    stages=COMPULSORY,
    is_for_schools=False,
)
for _code, _label, _figure_name, _words, _one in (
    ("migrants", _("随迁子女数"), "migrant", ("随迁子女数", "随迁子女人数"), _("名随迁子女")),
    ("left_behind", _("农村留守儿童数"), "left_behind", ("留守儿童数", "农村留守儿童数"), _("名留守儿童")),
    ("disabled", _("残疾学生数"), "disabled", ("残疾学生数", "随班就读学生数"), _("名残疾学生")),
    ("boarders", _("寄宿生数"), "boarding", ("寄宿生数", "寄宿学生数"), _("名寄宿生")),
    ("entrants", _("招生数"), "entrants", ("招生数", "招生人数", "招生规模"), _("名新生")),
    ("graduates", _("毕业生数"), "graduates", ("毕业生数", "毕业生人数"), _("名毕业生")),
):
    _count(
        _code,
        _label,
        from_returns(_figure_name),
        format_lazy(_("学年初报表“{figure}”之和"), figure=FIGURES[_figure_name]),
        aliases=_words,
        entity=_PUPIL,
        unit="人",
        stages=EVERY,
        filters=OWNERSHIP,
        counted=_one,
    )
_share(
    "boarding_share",
    _("寄宿生比例"),
    from_returns("boarding", pupils_in),
    _("寄宿生数"),
    _("在校学生数"),
    aliases=("寄宿生比例", "寄宿生占比", "寄宿率"),
    entity=_PUPIL,
    counted=_("名寄宿生"),
    stages=SCHOOLING,
    direction=NEITHER,
)
_share(
    "dropout",
    _("辍学率"),
    from_returns("dropped_out", pupils_in),
    _("学年内辍学人数"),
    _("在校学生数"),
    aliases=("辍学率", "义务教育辍学率", "学生辍学率"),
    entity=_PUPIL,
    counted=_("名辍学学生"),
    stages=SCHOOLING,
    direction=DOWN,
)
_count(
    "teachers",
    _("专任教师数"),
    from_returns("full_time"),
    _("学年初报表专任教师数之和"),
    aliases=("专任教师数", "专任教师总数", "教师数"),
    entity=_TEACHER,
    unit="人",
    stages=EVERY,
    filters=OWNERSHIP,
    counted=_("名专任教师"),
)
_share(
    "pupils_per_teacher",
    _("生师比"),
    from_returns(pupils_in, "full_time", is_part=False),
    _("在校学生数"),
    _("专任教师数"),
    aliases=("生师比",),
    entity=_TEACHER,
    counted=_("名专任教师"),
    gap_in="denominator",
    unit=":1",
    scale=1,
    stages=EVERY,
    filters=OWNERSHIP,
    direction=DOWN,
)
for _code, _label, _figure_name, _whole, _below, _words, _one in (
    (
        *("above_required", _("高于规定学历教师比例"), "above_required_qualification", "full_time", _("专任教师数")),
        ("高于规定学历教师比例", "高于规定学历教师占比", "教师高一级学历比例"),
        _("名高于规定学历的教师"),
    ),
    (
        *("backbone", _("县级以上骨干教师比例"), "backbone_county_or_above", "full_time", _("专任教师数")),
        ("骨干教师比例", "县级以上骨干教师比例", "骨干教师占比"),
        _("名骨干教师"),
    ),
    (
        *("certified", _("教师资格证持证率"), "certified", "full_time", _("专任教师数")),
        ("教师持证率", "教师资格证持证率", "专任教师持证率", "教师持证上岗率"),
        _("名持证教师"),
    ),
    (
        *("in_establishment", _("在编教师比例"), "in_establishment", "full_time", _("专任教师数")),
        ("在编教师比例", "在编教师占比"),
        _("名在编教师"),
    ),
    (
        *("trained", _("教师五年培训达标率"), "trained_360", "full_time", _("专任教师数")),
        ("教师培训达标率", "五年360学时培训完成率", "教师全员培训率"),
        _("名完成培训的教师"),
    ),
    (
        *("exchanged", _("教师交流轮岗比例"), "exchanged", "exchange_eligible", _("符合交流条件教师数")),
        ("交流轮岗比例", "教师交流轮岗比例", "教师交流比例"),
        _("名交流轮岗教师"),
    ),
):
    _share(
        _code,
        _label,
        from_returns(_figure_name, _whole),
        FIGURES[_figure_name],
        _below,
        aliases=_words,
        entity=_TEACHER,
        counted=_one,
        citations=(QUALITY, STATISTICS),
        stages=COMPULSORY if _code == "exchanged" else {"": (), **PRESCHOOL, **SCHOOLING},
        filters=OWNERSHIP,
    )
for _code, _label, _figure_name, _unit, _scale, _words, _one in (
    (
        "computers",
        _("每百名学生教学用计算机台数"),
        "computers",
        "台",
        100,
        ("每百名学生拥有计算机台数",),
        _("台计算机"),
    ),
    ("books", _("生均图书册数"), "books", "册", 1, ("生均图书", "生均图书册数"), _("册图书")),
    ("site", _("生均占地面积"), "site", "平方米", 1, ("生均占地面积",), _("平方米")),
):
    _share(
        _code,
        _label,
        from_returns(_figure_name, pupils_in, is_part=False),
        FIGURES[_figure_name],
        _("在校学生数"),
        aliases=_words,
        entity=_SCHOOL,
        counted=_one,
        unit=_unit,
        scale=_scale,
        stages={"": (), **PRESCHOOL, **SCHOOLING},
    )
_count(
    "dangerous_area",
    _("危房面积"),
    from_returns("dangerous"),
    _("学年初报表危房面积之和"),
    aliases=("危房面积", "校舍危房面积"),
    unit="平方米",
    stages=EVERY,
    counted=_("平方米"),
    direction=DOWN,
)
