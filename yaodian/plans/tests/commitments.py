"""A published plan with units and commitments for the tests of this slice. Every word is invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from yaodian.organisations.models import Account, Ancestry, Grant, Hierarchy, Membership, Unit, UnitKind, UnitName
from yaodian.organisations.operations import ensure_root
from yaodian.organisations.queries import with_rights
from yaodian.plans import models
from yaodian.plans.operations import commitments
from yaodian.plans.tests import factories

NOW = factories.NOW
TODAY = NOW.date()
OPENED_ON = date(2000, 1, 1)


def unit(code: str, kind: str, name: str, short: str = "", parent: Unit | None = None) -> Unit:
    """A unit below another, of one name, since 2000."""
    row = Unit.objects.create(code=code, kind=kind, opened_on=OPENED_ON)
    UnitName.objects.create(unit=row, name=name, short_name=short, from_on=OPENED_ON)
    above = [parent] if parent else []
    if parent is not None:
        Membership.objects.create(hierarchy=Hierarchy.ADMINISTRATIVE, unit=row, parent=parent, from_on=OPENED_ON)
        above += [
            one.ancestor
            for one in Ancestry.objects.filter(descendant=parent, hierarchy=Hierarchy.ADMINISTRATIVE, distance__gt=0)
            .select_related("ancestor")
            .order_by("distance")
        ]
    for distance, ancestor in enumerate((row, *above)):
        Ancestry.objects.create(
            hierarchy=Hierarchy.ADMINISTRATIVE, ancestor=ancestor, descendant=row, distance=distance, from_on=OPENED_ON
        )
    return row


def signer(where: Unit, role: str = "head", name: str = "") -> Account:
    """Somebody who answers for a unit."""
    row = factories.account(name=name)
    Grant.objects.create(account=row, role=role, unit=where, from_on=OPENED_ON, granted_at=NOW)
    return with_rights(Account.objects.get(pk=row.pk))


@dataclass
class Bureau:
    """A bureau with a section, a county and a school, its editor, and a published plan."""

    root: Unit
    basic: Unit
    finance: Unit
    county: Unit
    school: Unit
    editor: Account
    plan: models.Plan

    def rows(self) -> list[models.Commitment]:
        return list(models.Commitment.objects.filter(plan=self.plan).order_by("position", "pk"))

    def row(self, words: str) -> models.Commitment:
        return next(row for row in self.rows() if words in row.text)


def bureau(*, proposed: bool = True, accepted: bool = False) -> Bureau:
    """The bureau; its plan's commitments proposed, and accepted."""
    root = ensure_root(now=NOW)
    basic = unit("S1", UnitKind.SECTION, "云川市教育局基教科", "基教科", root)
    finance = unit("S2", UnitKind.SECTION, "云川市教育局财务科", "财务科", root)
    county = unit("C1", UnitKind.COUNTY, "云川市青禾县", "青禾县", root)
    school = unit("2199000001", UnitKind.SCHOOL, "云川市东岭小学", "东岭小学", county)
    editor = factories.editor()
    plan = factories.published(editor, factories.publisher())
    made = Bureau(root, basic, finance, county, school, editor, plan)
    if proposed or accepted:
        commitments.propose_commitments(actor=editor, now=NOW, today=TODAY, public_id=plan.public_id)
    if accepted:
        commitments.accept_commitments(actor=editor, now=NOW, public_id=plan.public_id)
    return made
