"""An intake of an office that was drawn and placed, for the permission matrix; every name and number is invented."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from yaodian.admissions.content import Child, Content
from yaodian.admissions.models import (
    Appeal,
    Application,
    ApplicationGuardian,
    ApplicationState,
    Catchment,
    CatchmentSchool,
    Intake,
    IntakeState,
    Offer,
    Proof,
    Run,
    RunKind,
    Season,
)
from yaodian.admissions.operations import ask_run, compute_run, draw_intake, promise_draw
from yaodian.admissions.problem.rules import rules_of, sha256_of
from yaodian.cases.tests.factories import stored
from yaodian.engines.lottery import Reveal
from yaodian.organisations.models import Account, Unit


def placed(*, office: Unit, school: Unit, family: Account, secret: str, now: datetime) -> Application:
    """The office's only intake with one school and one application, whose names hold the secret; a run and an appeal."""
    day = now.date()
    season = Season(office=office, title=f"{secret}招生", year=day.year, basis="样例文件", made_at=now).store()
    intake = Intake(
        season=season, stage="primary", opens_on=day - timedelta(30), closes_on=day - timedelta(20),
        check_until=day - timedelta(10), publishes_on=day, born_from=date(2019, 9, 1), born_until=date(2020, 8, 31),
    ).store()  # fmt: skip
    offer = Offer(intake=intake, school=school, seats=1).store()
    catchment = Catchment(intake=intake, code="1", label=f"{secret}学区").store()
    CatchmentSchool.objects.create(catchment=catchment, offer=offer)
    rules = rules_of(season)
    Season.objects.filter(pk=season.pk).update(
        rules=rules, rules_sha256=sha256_of(rules), state="announced", announced_at=now
    )
    content = Content(child=Child(f"{secret}孩子", "none", "", "2", date(2020, 3, 15)))
    row = Application(
        intake=intake, account=family, state=ApplicationState.VERIFIED, number=f"{day.year}P000001", content=content.to_json(),
        sha256=content.sha256(), revision=1, catchment=catchment, made_at=now, submitted_at=now,
    ).store()  # fmt: skip
    Intake.objects.filter(pk=intake.pk).update(state=IntakeState.CHECKED)
    intake = Intake.objects.select_related("season").get(pk=intake.pk)
    at = (now + timedelta(hours=1)).isoformat(timespec="minutes")
    numbers = [{"count": 3, "least": 0, "most": 9, "sorted": False}]
    sources = [
        {"id": "d3", "kind": "welfare", "name": "福彩 3D", "known_at": at, "numbers": numbers},
        {"id": "index", "kind": "market", "name": "指数", "known_at": at, "decimals": 2},
    ]
    draw = promise_draw(actor=None, intake=intake, sources=sources, promised_at=now, now=now)
    reveals = [Reveal("d3", published="1 2 3"), Reveal("index", published="100.00")]
    draw_intake(actor=None, draw=draw, reveals=reveals, now=now + timedelta(hours=2))
    compute_run(run_id=ask_run(actor=None, intake=intake, now=now).pk, now=now)
    Run(intake=intake, kind=RunKind.COMPARISON, label=f"{secret}对比", asked_at=now, tallies={"tried": []}).store()
    ApplicationGuardian(application=row, relation="mother", name=f"{secret}妈妈").store()
    Proof.objects.create(application=row, label="户口簿", file=stored(), added_at=now)
    Appeal(application=row, text=f"{secret}申诉", filed_by=family, filed_at=now).store()
    return row
