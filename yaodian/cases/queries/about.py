"""Cases by what they are about: a slice that opens them asks what stands for its own rows, by their references."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from yaodian.cases.declaring import Phase
from yaodian.cases.models import Case, CaseLink
from yaodian.cases.queries.lists import Line, lines_of
from yaodian.cases.queries.standing import visible
from yaodian.organisations.queries import Referent, Visitor

# What was withdrawn or merged holds nobody to anything.
_VOID = ("withdrawn", "merged")


def cases_about(*, account: Visitor, subjects: Collection[str], today: date) -> Mapping[str, tuple[Line, ...]]:
    """The cases that an account may know of by their subject, newest first, ended ones too. Five queries at most."""
    if not subjects:
        return {}
    rows = list(visible(account=account, today=today).filter(subject__in=set(subjects)).order_by("-pk"))
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines_of(rows, today=today) if rows else ():
        found[line.case.subject].append(line)
    return {subject: tuple(lines) for subject, lines in found.items()}


def all_about(*, kind: str, subjects: Collection[str]) -> Sequence[Case]:
    """Every case of a kind for some subjects, whoever may see it: what a rule of a slice goes by. One query."""
    return list(Case.objects.filter(kind=kind, subject__in=set(subjects)).order_by("pk")) if subjects else []


def referents(account: Visitor, ids: Collection[int], today: date) -> Mapping[int, Referent]:
    """The cases of these ids that an account may know of, in words with their page. Seven queries at most."""
    rows = list(visible(account=account, today=today).filter(pk__in=set(ids)))
    return {
        line.case.pk: Referent(
            f"{line.case.number} {line.case.title}", reverse("cases:case", args=[line.case.public_id]), line.state
        )
        for line in (lines_of(rows, today=today) if rows else ())
    }


def reference_shown(account: Visitor, named: Mapping[str, Any], today: date) -> str:
    """The reference of the case that a page shows, for whoever may know of it."""
    return _reference(account, today, public_id=named["public_id"])


def reference_of_number(*, account: Visitor, number: str, today: date) -> str:
    """The reference of the case of a number, for whoever may know of it; empty where there is none."""
    return _reference(account, today, number=number)


def _reference(account: Visitor, today: date, **wanted: str) -> str:
    if any(not (value.isascii() and value.isprintable()) for value in wanted.values()):
        return ""
    pk = visible(account=account, today=today).filter(**wanted).values_list("pk", flat=True).first()
    return f"cases.case:{pk}" if pk is not None else ""


def holding(*, refs: Collection[str]) -> Sequence[Case]:
    """The cases that hang on something named by its references, as subject or by a link, but for what was withdrawn or
    merged: what must be settled before it goes. One query."""
    if not refs:
        return []
    linked = CaseLink.objects.filter(ref__in=set(refs)).values("case_id")
    rows = Case.objects.filter(Q(subject__in=set(refs)) | Q(pk__in=linked))
    return list(rows.exclude(phase=Phase.ENDED, state__in=_VOID).order_by("pk"))


def refs_with_cases(*, refs: Collection[str]) -> set[str]:
    """Those of some references on which cases hang in the sense of :func:`holding`. Two queries."""
    if not refs:
        return set()
    void = {"phase": Phase.ENDED, "state__in": _VOID}
    subjects = Case.objects.filter(subject__in=set(refs)).exclude(**void).values_list("subject", flat=True)
    linked = CaseLink.objects.filter(ref__in=set(refs)).exclude(case__phase=Phase.ENDED, case__state__in=_VOID)
    return {*subjects, *linked.values_list("ref", flat=True)}
