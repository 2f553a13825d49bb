"""Links to timetables for whoever holds them: made for all at one press, made anew, ended; and opened without an account.

A secret of sixteen characters of Crockford's base 32 is 80 random bits, and stands nowhere but in what is printed; kept is its keyed hash. What does not
fit gets one answer, and those who try many are slowed down (docs/algorithms/throttling.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import note_listed_reads
from yaodian.foundation.refusing import Absent
from yaodian.identity.codes import canonical, keyed, new_code
from yaodian.identity.operations import begin_attempt
from yaodian.organisations.models import Account
from yaodian.timetabling.models import Term, TermClass, TermRoom, TermTeacher, TimetableLink
from yaodian.timetabling.operations.changing import require_right
from yaodian.timetabling.operations.errors import UnableToMakeLinks, UnableToOpenLink, WrongState
from yaodian.timetabling.operations.term_rows import PLAN, lock_term, note_term, require_live
from yaodian.timetabling.queries.links import TARGETS, good_links, link_by_digest
from yaodian.timetabling.queries.week_pupils import find_class, pupils_of_class

SECRET_GROUPS = 4
KIND = "timetabling_pupil"


@dataclass(frozen=True)
class MadeLink:
    """What is printed for one: the secret stands nowhere else. `name` is a pupil's, `label` what the timetable is of."""

    label: str
    secret: str
    name: str = ""


def digest_of(secret: str) -> str:
    """The keyed hash of a secret as typed."""
    return keyed("timetabling.link", canonical(secret))


def make_links(
    *, actor: Account | None, term: Term, kind: str, now: datetime, renew: bool = False, link: int | None = None
) -> list[MadeLink]:
    """Links for all classes, teachers or rooms that have none, or for all of them with `renew`; the former ones end.

    `link` makes that one anew alone. Raises PermissionMissing, WrongState, UnableToMakeLinks, Absent for an unknown kind or link.
    """
    require_right(actor, term.school_id, PLAN)
    with transaction.atomic():
        row = _live(term, timezone.localdate(now))
        if kind not in TARGETS:
            raise Absent
        column = TARGETS[kind]
        good = good_links(row).filter(**{f"{column}__isnull": False})
        if link is not None:
            good, renew = good.filter(pk=link), True
            if not good.exists():
                raise Absent
        had = set(good.values_list(f"{column}_id", flat=True))
        targets = [
            (one, label)
            for one, label in _targets(kind, row)
            if (one.pk in had if link else renew or one.pk not in had)
        ]
        _require_some(targets)
        replaced = good.update(revoked_at=now) if renew else 0
        made = [MadeLink(label, new_code(groups=SECRET_GROUPS)) for _one, label in targets]
        _store(
            row,
            actor,
            now,
            (
                {column: one, "digest": digest_of(each.secret)}
                for (one, _label), each in zip(targets, made, strict=True)
            ),
        )
        note_term(actor, "links.make", row, {"kind": kind, "count": len(made), "replaced": replaced}, now)
    return made  # fmt: skip


def _targets(kind: str, term: Term) -> list[tuple[TermClass | TermTeacher | TermRoom, str]]:
    if kind == "teacher":
        return [(one, one.name) for one in TermTeacher.objects.filter(term=term)]
    if kind == "room":
        return [(one, one.code) for one in TermRoom.objects.filter(term=term)]
    return [(one, one.code) for one in TermClass.objects.filter(term=term)]


def make_pupil_links(
    *, actor: Account | None, term: Term, school_class: str, now: datetime, renew: bool = False
) -> list[MadeLink]:
    """Letters for the pupils of a class of the term (by its code) who have no good link, or for all of them with `renew`.

    Raises PermissionMissing, WrongState, UnableToMakeLinks, Absent, TooManyReads.
    """
    require_right(actor, term.school_id, PLAN)
    with transaction.atomic():
        row = _live(term, timezone.localdate(now))
        members = pupils_of_class(find_class(row, school_class))
        good = good_links(row).filter(pupil__in=[one.pk for one in members])
        had = set() if renew else set(good.values_list("pupil_id", flat=True))
        members = [one for one in members if one.pk not in had]
        _require_some(members)
        replaced = good.update(revoked_at=now) if renew else 0
        made = [MadeLink(school_class, new_code(groups=SECRET_GROUPS), one.name) for one in members]
        _store(
            row,
            actor,
            now,
            ({"pupil_id": one.pk, "digest": digest_of(each.secret)} for one, each in zip(members, made, strict=True)),
        )
        if actor is not None:
            note_listed_reads(account_id=actor.pk, kind=KIND, count=len(made), now=now)
        detail = {"kind": "pupil", "class": school_class, "count": len(made), "replaced": replaced}
        note_term(actor, "links.make", row, detail, now)
    return made  # fmt: skip


def revoke_links(*, actor: Account | None, term: Term, now: datetime, kind: str = "", link: int | None = None) -> int:
    """Ends one link, or all of a kind (`class`, `teacher`, `room`, `pupil`): how many. Raises PermissionMissing, WrongState, Absent."""
    require_right(actor, term.school_id, PLAN)
    with transaction.atomic():
        row = lock_term(term)
        require_live(row)
        good = good_links(row)
        if link is not None:
            good = good.filter(pk=link)
        elif kind in (*TARGETS, "pupil"):
            good = good.filter(**{f"{TARGETS.get(kind, kind)}__isnull": False})
        else:
            raise Absent
        count = good.update(revoked_at=now)
        if not count:
            raise Absent
        note_term(actor, "links.revoke", row, {"kind": kind, "link": link, "count": count}, now)
    return count


def open_link(*, secret: str, address: str, now: datetime) -> TimetableLink:
    """The link of a secret, for whoever holds it; nothing is written for one that is good.

    Raises TooManyFailures; UnableToOpenLink with one sentence for every reason.
    """
    row = link_by_digest(digest=digest_of(secret), day=timezone.localdate(now)) if canonical(secret) else None
    if row is None:
        begin_attempt(username="timetable-link", address=address, device="", now=now, purpose="timetable-link")
        raise UnableToOpenLink(
            _("这个课表链接不能用：可能不完整、已换发或撤销，或这个学期已经结束。请向班主任或教务处要新的链接。"),
            code="no-link",
        )
    return row


def _live(term: Term, day: date) -> Term:
    row = lock_term(term)
    require_live(row)
    if day > row.ends_on:
        raise WrongState(
            _("这个学期已在 %(day)s 结束，链接不再有用。请在新的学期里做。") % {"day": row.ends_on}, code="ended"
        )
    return row


def _require_some(found: Iterable[Any]) -> None:
    if not found:
        raise UnableToMakeLinks(_("没有要做的链接：都已有链接，或名单是空的。遗失的请选择重新做。"), code="nobody")


def _store(row: Term, actor: Account | None, now: datetime, values: Iterable[dict[str, Any]]) -> None:
    TimetableLink.objects.bulk_create(
        [TimetableLink(term=row, made_by=actor, made_at=now, **each) for each in values], batch_size=500
    )
