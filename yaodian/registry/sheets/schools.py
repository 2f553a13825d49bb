"""Schools and kindergartens: a row of the registry and the unit behind it, which the organisations keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import Column, Day, Flag, Found, Number, Problem, Reference, Sheet, Text, Whole
from yaodian.foundation.sheets.importing import Importer
from yaodian.foundation.sheets.targets import Key
from yaodian.organisations.models import Ancestry, Hierarchy, Membership, Unit, UnitName
from yaodian.organisations.operations.units.draft import units_beyond
from yaodian.organisations.queries import scope_of
from yaodian.registry import codes, operations
from yaodian.registry.models import AreaKind, Runner, School, SchoolClass, SchoolType, grades_of
from yaodian.registry.queries import school_keys
from yaodian.registry.sheets.columns import check_school, choice, one
from yaodian.registry.sheets.rows import (
    EXPORT_CHUNK,
    IMPORT,
    RegistryTarget,
    authorise,
    in_parts,
    in_words,
    journal,
    plain,
)

_DEGREE = Decimal("0.000001")


def _check_credit_code(value: str) -> Found:
    return one(codes.check_credit_code(value))


def _code_against_type(values: Mapping[str, Any]) -> Found:
    """A school that has changed its type keeps the old code for a time, so this only warns."""
    found = codes.check_school_code(values["code"], school_type=values.get("school_type"))
    return one(problem for problem in found if problem.code == "kind_differs")


def _inclusive_is_private(values: Mapping[str, Any]) -> Found:
    if values.get("is_inclusive") and values.get("is_public"):
        return Problem(str(_("普惠性民办只适用于民办学校。请核对“公办”和“普惠性民办”两栏。")), column="is_inclusive")
    return None


def _place_is_whole(values: Mapping[str, Any]) -> Found:
    if (values.get("longitude") is None) != (values.get("latitude") is None):
        return Problem(str(_("经度与纬度要么都填，要么都不填。")), column="latitude")
    return None


SCHOOLS = Sheet(
    code="registry.schools",
    label=_("学校"),
    english="Schools",
    key=("code",),
    note=_("学校与幼儿园。办哪些学段由办学类型决定；更名、变更上级、撤销要留下沿革，请在学校页面办理，不能由导入修改。"),
    columns=(
        Column("code", _("学校标识码"), "School code", kind=Text(max_length=40, is_code=True), is_required=True,
               check=check_school, rule=_("10 位数字，前 2 位是学校类别，次 2 位是省份"), example="2199000001", aliases=("学校代码", "学校(机构)标识码"),
               note=_("10 位学校（机构）标识码，撤销后也不再给别的学校用")),
        Column("name", _("学校名称"), "Name", kind=Text(max_length=120), is_required=True, example="栖禾镇中心小学"),
        Column("short_name", _("简称"), "Short name", kind=Text(max_length=40), example="栖禾小学"),
        Column("parent", _("上级单位代码"), "Parent", kind=Reference(max_length=40, to="organisations.units"),
               is_required=True, example="990101", note=_("行政上级的单位代码，如县（市、区）教育局；须已在系统中"),
               aliases=("上级代码", "主管单位代码")),
        Column("school_type", _("办学类型"), "Type", kind=choice(SchoolType), is_required=True),
        Column("runner", _("举办者"), "Run by", kind=choice(Runner), is_required=True),
        Column("is_public", _("公办"), "Public", kind=Flag(), is_required=True, example="是"),
        Column("is_inclusive", _("普惠性民办"), "Inclusive private", kind=Flag(), is_required=True, example="否"),
        Column("area_kind", _("城乡分类"), "Urban or rural", kind=choice(AreaKind), is_required=True),
        Column("address", _("地址"), "Address", kind=Text(max_length=200), example="栖禾镇芷岭路8号"),
        Column("longitude", _("经度"), "Longitude", kind=Number(decimals=6, least=Decimal(-180), most=Decimal(180)),
               example="121.473701", note=_("GCJ-02 坐标，度")),
        Column("latitude", _("纬度"), "Latitude", kind=Number(decimals=6, least=Decimal(-90), most=Decimal(90)),
               example="31.230416", note=_("GCJ-02 坐标，度")),
        Column("is_boarding", _("寄宿制"), "Boarding", kind=Flag(), is_required=True, example="否"),
        Column("is_minority", _("独立设置少数民族学校"), "Minority school", kind=Flag(), is_required=True, example="否"),
        Column("credit_code", _("统一社会信用代码"), "Credit code", kind=Text(max_length=18, is_code=True),
               check=_check_credit_code, rule=_("18 位；校验码不符只提醒")),
        Column("founded_year", _("建校年份"), "Founded in", kind=Whole(least=1000, most=2199), example="1956"),
        Column("opened_on", _("设立日期"), "Set up on", kind=Day(first=date(1800, 1, 1)), is_required=True,
               example="2001-09-01", note=_("作为单位在系统中从哪一天起存在")),
    ),
    rules=(_("上级单位已在系统中，在您的权限范围内，在设立日期存续"),
           _("标识码的类别与办学类型一致（不一致只提醒）"), _("普惠性民办只适用于民办学校"), _("经度与纬度要么都填，要么都不填"),
           _("统一社会信用代码不与其他学校重复")),
    cross_checks=(_code_against_type, _inclusive_is_private, _place_is_whole),
)  # fmt: skip

_OF_UNIT = ("code", "name", "short_name", "parent", "opened_on")


class SchoolTarget(RegistryTarget):
    sheet = SCHOOLS
    table = "schools"
    fixed: Mapping[str, Any] = {
        "name": _("学校更名要留下沿革，请在学校页面办理。请把这一栏改回原来的名称。"),
        "short_name": _("简称随名称变更，请在学校页面办理。请把这一栏改回原来的简称。"),
        "parent": _("变更上级要留下沿革，请在单位页面办理。请把这一栏改回原来的上级。"),
        "opened_on": _("设立日期已登记，更正须说明理由，请在单位页面办理。请改回原来的日期。"),
    }
    columns = tuple(column.code for column in SCHOOLS.columns if column.code not in _OF_UNIT)

    def find(self, keys: Sequence[Key]) -> dict[Key, int]:
        return {(code,): pk for code, pk in school_keys(codes=[key[0] for key in keys]).items()}

    def shown(self, ids: Mapping[int, Key] | None) -> Iterator[tuple[int, int, dict[str, Any]]]:
        rows = School.objects.select_related("unit").order_by("pk")
        rows = rows.filter(pk__in=list(ids)) if ids is not None else self.reach.rows(rows, school="pk")
        if ids is None:
            rows = rows.filter(unit__closed_on__isnull=True)
        part: list[School] = []
        for row in in_parts(rows):
            part.append(row)
            if len(part) == EXPORT_CHUNK:
                yield from self._valued(part)
                part = []
        yield from self._valued(part)

    def _valued(self, schools: Sequence[School]) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """Names and parents as of today, or as of the last day of a school that has ended. Two queries."""
        units = [school.unit_id for school in schools]
        names: dict[int, tuple[str, str]] = {}
        for unit, name, short_name in (
            UnitName.objects.filter(unit_id__in=units, from_on__lte=self._today)
            .order_by("from_on")
            .values_list("unit_id", "name", "short_name")
        ):
            names[unit] = (name, short_name)
        parents = dict(
            Membership.objects.filter(unit_id__in=units, hierarchy=Hierarchy.ADMINISTRATIVE, from_on__lte=self._today)
            .order_by("from_on")
            .values_list("unit_id", "parent__code")
        )
        for school in schools:
            name, short_name = names.get(school.unit_id, ("", ""))
            values = {column: plain(getattr(school, column)) for column in self.columns}
            for column in ("longitude", "latitude"):
                if values[column] is not None:
                    values[column] = Decimal(repr(values[column])).quantize(_DEGREE)
            yield school.pk, school.pk, {
                "code": school.unit.code, "name": name or None, "short_name": short_name or None,
                "parent": parents.get(school.unit_id), "opened_on": school.unit.opened_on, **values,
            }  # fmt: skip

    @cached_property
    def _today(self) -> date:
        return timezone.localdate(self.now)

    def check(self, rows: Sequence[Row]) -> Iterator[Problem]:
        found = self.find([row.key for row in rows])
        now = {pk: values for pk, _school, values in self.shown({pk: key for key, pk in found.items()})}
        parents = {unit.code: unit for unit in Unit.objects.filter(code__in={row.values.get("parent") for row in rows})}
        beyond = {unit.pk for unit in self._beyond([parents[row.values["parent"]] for row in rows
                                                    if row.key not in found and row.values.get("parent") in parents])}  # fmt: skip
        taken = set(
            Unit.objects.filter(code__in=[row.key[0] for row in rows], school__isnull=True).values_list(
                "code", flat=True
            )
        )
        closed = set(School.objects.filter(pk__in=now, unit__closed_on__isnull=False).values_list("pk", flat=True))
        stages = self._open_stages(list(now))
        for row in rows:
            pk = found.get(row.key)
            if pk is not None:
                yield from self._check_change(row, pk, now[pk], is_closed=pk in closed, stages=stages.get(pk, ()))
                continue
            self.coming.schools[row.key[0]] = row.values.get("school_type") or ""
            if row.key[0] in taken:
                yield self.wrong(row, "code", _("这个代码属于另一个不是学校的单位，或曾被使用。请核对。"))
            yield from self.check_new(row, None)
            if "parent" in row.values:
                yield from self._check_parent(row, parents.get(row.values["parent"]), beyond)
        yield from self._check_credit_codes(rows, found)

    def _beyond(self, units: Sequence[Unit]) -> list[Unit]:
        scope = scope_of(account=self.actor, permission=IMPORT)
        return units_beyond(scope=scope, units={unit.pk: unit for unit in units}.values(), today=self._today)

    def _check_parent(self, row: Row, parent: Unit | None, beyond: set[int]) -> Iterator[Problem]:
        opened_on = row.values.get("opened_on")
        if parent is None:
            yield self.wrong(row, "parent", _("没有这个代码的上级单位。请核对，或先在“单位”中设立上级单位。"))
        elif parent.pk in beyond:
            yield self.wrong(row, "parent", _("上级单位不在您的权限范围内，不能在其下设立学校。请删去这一行。"))
        elif opened_on is not None and not parent.exists_on(opened_on):
            yield self.wrong(row, "opened_on", _("在这一天上级单位还没有设立，或已经撤销。请核对日期或上级单位。"))
        elif parent.closed_on is not None:
            yield self.wrong(row, "parent", _("上级单位已登记撤销。请改填承接单位的代码。"))

    def _check_change(
        self, row: Row, pk: int, values: Mapping[str, Any], *, is_closed: bool, stages: Sequence[str]
    ) -> Iterator[Problem]:
        if not self.reach.includes(pk):
            yield self.wrong(row, "code", _("这所学校不在您的权限范围内。请删去这一行，或请上级单位导入。"))
            return
        differing = [name for name, value in row.values.items() if value != values.get(name)]
        if differing and is_closed:
            yield self.wrong(row, "code", _("这所学校已撤销，不能再修改。请删去这一行。"))
            return
        for column in differing:
            if column in self.fixed:
                yield self.wrong(row, column, self.fixed[column])
        if "school_type" in differing:
            wanted, current = row.values["school_type"], values["school_type"]
            if operations.kind_of(wanted) != operations.kind_of(current):
                yield self.wrong(row, "school_type", _("幼儿园不能改为学校，学校也不能改为幼儿园。请另行设立。"))
            elif any(not grades_of(wanted, stage) for stage in stages):
                yield self.wrong(row, "school_type", _("学校还有这个类型不办的学段的班级。请先关闭这些班级。"))

    def _open_stages(self, ids: Sequence[int]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        rows = SchoolClass.objects.filter(school_id__in=ids, until_on__isnull=True).order_by()
        for school, stage in rows.values_list("school_id", "stage").distinct():
            found.setdefault(school, []).append(stage)
        return found

    def _check_credit_codes(self, rows: Sequence[Row], found: Mapping[Key, int]) -> Iterator[Problem]:
        given = {row.values["credit_code"] for row in rows if row.values.get("credit_code")}
        held = dict(School.objects.filter(credit_code__in=given).values_list("credit_code", "pk"))
        for row in rows:
            code = row.values.get("credit_code")
            if not code:
                continue
            if (
                held.get(code, found.get(row.key)) != found.get(row.key)
                or self._credits.setdefault(code, row.key) != row.key
            ):
                yield self.wrong(row, "credit_code", _("这个统一社会信用代码已登记在另一所学校名下。请核对。"))

    @cached_property
    def _credits(self) -> dict[str, Key]:
        return {}

    def stored(self, values: Mapping[str, Any], schools: Mapping[str, int]) -> dict[str, Any]:
        row = {name: value for name, value in values.items() if name in self.columns}
        for column in ("address", "credit_code"):
            if column in row:
                row[column] = row[column] or ""
        for column in ("longitude", "latitude"):
            if row.get(column) is not None:
                row[column] = float(row[column])
        return row

    def create(self, rows: Sequence[dict[str, Any]]) -> None:
        wanted = [
            operations.NewSchool(
                code=row["code"], name=row["name"], opened_on=row["opened_on"], parent=row["parent"],
                values=self.stored(row, {}), short_name=row.get("short_name") or "",
            )
            for row in rows
        ]  # fmt: skip
        with in_words():
            operations.create_schools(actor=self.actor, schools=wanted, now=self.now, source=self.sheet.code)

    def held(self, ids: list[int]) -> set[int]:
        """One query for each table that refers to schools or to their units."""
        units = dict(School.objects.filter(pk__in=ids).values_list("unit_id", "pk"))
        found: set[int] = set()
        for relation in School._meta.related_objects:
            name = f"{relation.field.name}_id"
            found.update(relation.related_model.objects.filter(**{f"{name}__in": ids}).values_list(name, flat=True))
        for relation in Unit._meta.related_objects:
            model, name = relation.related_model, f"{relation.field.name}_id"
            if model in (School, UnitName, Ancestry) or (model is Membership and relation.field.name == "unit"):
                continue
            used = model.objects.filter(**{f"{name}__in": list(units)}).values_list(name, flat=True)
            found.update(units[unit] for unit in used)
        return found

    def remove(self, keys: Sequence[Key]) -> None:
        ids = list(self.find(keys).values())
        with in_words():
            operations.withdraw_schools(actor=self.actor, ids=ids, now=self.now, source=self.sheet.code)


def school_target(*, scope: str, actor_id: int | None) -> SchoolTarget:
    return SchoolTarget(scope, actor_id)


IMPORT_SCHOOLS = Importer(sheet=SCHOOLS, target=school_target, authorise=authorise, journal=journal)
