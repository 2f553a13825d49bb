"""All that is known of a pupil, in words, for the guardian who asks for it.

The configuration names what other slices know of him: `PUPIL_COPIES` lists dotted names of callables
`(pupil_id) -> tuple[str, object]`, a heading and plain JSON under it.
"""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from yaodian.foundation.fields import mask_name
from yaodian.registry.models import Consent, DataRequest, Enrolment, Guardian, Pupil, Purpose
from yaodian.registry.queries.children import access_rows
from yaodian.registry.queries.schools import names_of

# Of the record itself; keys, versions and indexes say nothing of a person.
_COLUMNS = (
    *(
        "name",
        "enrolment_number",
        "id_number",
        "gender",
        "birth_on",
        "ethnicity",
        "residence",
        "is_boarding",
        "is_migrant",
    ),
    *("is_left_behind", "has_disability", "disability_kind", "is_poor", "status", "entered_on", "left_on"),
)
_GUARDIAN = ("name", "phone", "id_number")

Content = Mapping[str, Any]


def pupil_content(*, pupil: Pupil, guardian: Guardian, on: date) -> Content:
    """Headings with what stands under them, all values in words. Of other guardians no more than that there are."""
    enrolments = list(pupil.enrolments.select_related("school_class").order_by("from_on"))
    names = names_of(schools={pupil.school_id, *(row.school_id for row in enrolments)}, on=on)
    content: dict[str, Any] = {
        _("学生"): {
            _("学校"): names.get(pupil.school_id, ""),
            _("班级"): pupil.school_class.name if pupil.school_class is not None else "",
            **dict(_facts(pupil, _COLUMNS)),
        },
        _("就读经历"): [_enrolled(row, names) for row in enrolments],
        _("监护人"): [
            {str(_("关系")): row.get_relation_display(), **dict(_facts(row.guardian, _GUARDIAN))}
            if row.guardian_id == guardian.pk
            else {str(_("关系")): row.get_relation_display(), str(_("姓名")): mask_name(row.guardian.name)}
            for row in pupil.guardianships.filter(ended_on__isnull=True).select_related("guardian")
        ],
        _("同意"): [_consent(row) for row in pupil.consents.filter(guardian=guardian).order_by("id")],
        _("申请"): [_request(row) for row in pupil.requests.filter(guardian=guardian).order_by("id")],
        _("查看记录"): [
            {
                _("时间"): words(row.at),
                _("单位"): row.unit,
                _("方式"): row.kind,
                _("用途"): row.purpose,
                _("栏目"): "、".join(row.fields),
            }
            for row in access_rows(pupil=pupil, on=on)
        ],
    }
    for name in settings.PUPIL_COPIES:
        heading, part = import_string(name)(pupil.pk)
        content[str(heading)] = part
    return content


def _facts(row: Model, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name in names:
        shown = getattr(row, f"get_{name}_display", None)
        field = row._meta.get_field(name)
        yield str(field.verbose_name), words(shown() if shown else getattr(row, name))  # type: ignore[union-attr]  # Columns have names.


def _enrolled(row: Enrolment, names: Mapping[int, str]) -> dict[str, str]:
    return {
        _("学校"): names.get(row.school_id, ""),
        _("班级"): row.school_class.name if row.school_class is not None else "",
        _("自"): words(row.from_on),
        _("至"): words(row.until_on),
    }


def _consent(row: Consent) -> dict[str, str]:
    return dict(_facts(row, ("state", "means", "said_on", "note"))) | {_("用途"): str(Purpose(row.purpose).label)}


def _request(row: DataRequest) -> dict[str, str]:
    return dict(_facts(row, ("kind", "state", "received_at", "text", "answer", "closed_at")))


def words(value: Any) -> str:
    """A value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def written(content: Content, *, note: str) -> dict[str, bytes]:
    """The content by name of file: as JSON, for programs, and as text, for people."""
    return {
        "data.json": json.dumps(content, ensure_ascii=False, indent=2).encode(),
        "data.txt": "\r\n".join((note, "", *_lines(content))).encode(),
    }


def packed(content: Content, *, note: str) -> bytes:
    """A zip of the content. It is made in memory and kept nowhere."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in written(content, note=note).items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _lines(content: Content) -> Iterator[str]:
    for heading, part in content.items():
        yield f"【{heading}】"
        for entry in part if isinstance(part, list) else [part]:
            if isinstance(entry, Mapping):
                for label, value in entry.items():
                    yield f"{label}：{value or '—'}"
            else:
                yield str(entry)
            yield ""
