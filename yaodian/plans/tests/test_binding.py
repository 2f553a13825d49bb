"""A target is held against a measure once a person has said so; from then on it reports itself."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yaodian.audit.queries import entries
from yaodian.foundation.measuring import measures
from yaodian.measures.operations import take_values
from yaodian.measures.queries import Status
from yaodian.organisations.operations import ensure_root
from yaodian.organisations.queries import PermissionMissing
from yaodian.plans import operations, queries
from yaodian.plans.models import Binding, BindingState, RememberedBinding, Target
from yaodian.plans.operations import UnableToBindTarget
from yaodian.plans.tests.factories import NOW, account, editor, in_review, published, publisher, sample, span_of
from yaodian.registry import operations as registry
from yaodian.registry.tests import factories as places

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 2)
TAKEN = datetime(2026, 11, 2, 4, tzinfo=UTC)
INCLUSIVE, OPENED = "registry.inclusive_kindergartens", "registry.kindergartens_opened"


def targets(plan) -> dict[str, Target]:
    return {row.subject: row for row in plan.targets.all()}


def bind(actor, plan, subject: str, measure: str, stage: str = "preschool", narrowed: str = "") -> Binding:
    return operations.bind_target(
        actor=actor,
        now=NOW,
        public_id=plan.public_id,
        target_id=targets(plan)[subject].pk,
        measure=measure,
        stage=stage,
        narrowed=narrowed,
    )


def progress(account, plan, **asked) -> dict[str, queries.TargetProgress]:
    page = queries.get_progress(account=account, public_id=plan.public_id, today=TODAY, **asked)
    return {row.target.subject: row for row in page.rows}


def city() -> None:
    """A bureau with 19 children in public kindergartens and 1 in another, and a kindergarten opened this year."""
    county = places.county()
    for children, values in ((19, {}), (1, {"is_public": False, "runner": "private"})):
        place = places.school(county, school_type="111", **values)
        registry.store_return(
            actor=None,
            public_id=place.unit.public_id,
            year=2026,
            stage="preschool",
            figures={"pupils_by_grade": [children, 0, 0]},
            now=TAKEN,
        )
    registry.create_school(
        actor=None,
        new=registry.NewSchool(
            code="1199000555",
            name="栖禾新芽幼儿园",
            opened_on=date(2026, 10, 8),
            parent=county.code,
            values={**places.SCHOOL, "school_type": "111"},
        ),
        now=TAKEN,
    )
    take_values(actor=None, day=TODAY, now=TAKEN)


def test_a_person_accepts_a_proposal_and_the_target_reports_itself() -> None:
    city()
    somebody = editor()
    plan = in_review(somebody)
    before = progress(somebody, plan, with_proposals=True)
    assert before["学前教育普惠率"].standing.status is Status.NOT_BOUND
    assert before["学前教育普惠率"].proposals[0].measure.code == INCLUSIVE
    assert before["公办园"].proposals[0].measure.code == OPENED
    assert before["公办园"].proposals[0].narrowed == "public"
    assert before["检查"].proposals == ()
    bind(somebody, plan, "学前教育普惠率", INCLUSIVE)
    bind(somebody, plan, "公办园", OPENED, narrowed="public")
    after = progress(somebody, plan)
    # 19 of 20 are 95 %, which is what was promised.
    assert after["学前教育普惠率"].standing.status is Status.REACHED
    assert after["公办园"].standing.status is Status.AT_RISK
    assert after["公办园"].standing.gap_words == "还差 7 所"
    assert after["检查"].standing.status is Status.NOT_BOUND


def test_the_choice_is_remembered_for_next_year_and_can_be_taken_back() -> None:
    city()
    somebody = editor()
    bind(somebody, in_review(somebody), "学前教育普惠率", INCLUSIVE)
    text = sample().text.replace("2026年", "2027年").replace("达到95%", "达到97%")
    answer = sample(text, year=2027)
    goal = text.index("学前教育普惠率")
    found = sample()
    rate = next(one for one in found.targets if one.subject == "学前教育普惠率")
    later = in_review(
        somebody,
        type(answer)(
            **{
                **{name: getattr(answer, name) for name in answer.__dataclass_fields__},
                "targets": (
                    type(rate)(
                        **{
                            **{name: getattr(rate, name) for name in rate.__dataclass_fields__},
                            "value": 97.0,
                            "span": span_of(text, "学前教育普惠率达到97%"),
                        }
                    ),
                ),
            }
        ),
    )
    assert goal >= 0
    row = progress(somebody, later)["学前教育普惠率"]
    assert row.is_remembered
    assert row.measure is measures()[INCLUSIVE]
    assert row.standing.gap_words == "还差 1 名在普惠性幼儿园的幼儿"
    operations.release_binding(actor=somebody, now=NOW, public_id=later.public_id, target_id=row.target.pk)
    assert progress(somebody, later)["学前教育普惠率"].standing.status is Status.NOT_BOUND


def test_that_no_measure_fits_is_a_decision_too() -> None:
    somebody = editor()
    plan = in_review(somebody)
    row = targets(plan)["检查"]
    operations.decline_binding(actor=somebody, now=NOW, public_id=plan.public_id, target_id=row.pk)
    assert RememberedBinding.objects.get().state == BindingState.DECLINED
    told = progress(somebody, plan)["检查"]
    assert told.standing.reason == "已确认没有合适的指标。"
    assert not told.is_open


@pytest.mark.parametrize(
    ("measure", "stage", "narrowed", "code"),
    [
        ("registry.nothing", "preschool", "", "unknown-measure"),
        (INCLUSIVE, "senior", "", "unknown-stage"),
        (INCLUSIVE, "preschool", "private", "unknown-filter"),
        ("registry.kindergartens", "preschool", "", "other-unit"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(measure: str, stage: str, narrowed: str, code: str) -> None:
    somebody = editor()
    plan = in_review(somebody)
    with pytest.raises(UnableToBindTarget) as refused:
        bind(somebody, plan, "学前教育普惠率", measure, stage, narrowed)
    assert refused.value.code == code
    assert refused.value.message.endswith("。")
    assert not Binding.objects.exists()


def test_only_who_works_on_plans_decides_and_the_journal_tells() -> None:
    somebody = editor()
    plan = in_review(somebody)
    with pytest.raises(PermissionMissing):
        bind(account("viewer"), plan, "学前教育普惠率", INCLUSIVE)
    bind(somebody, plan, "学前教育普惠率", INCLUSIVE)
    entry = entries(code="plans.target.bind")[0]
    assert entry.subject == f"plan:{plan.public_id}"
    assert entry.detail_data["measure"] == INCLUSIVE
    other = in_review(somebody)
    with pytest.raises(Target.DoesNotExist):
        operations.bind_target(
            actor=somebody,
            now=NOW,
            public_id=other.public_id,
            target_id=targets(plan)["检查"].pk,
            measure=INCLUSIVE,
            stage="preschool",
        )


def test_values_are_shown_to_whoever_may_see_the_unit_and_to_nobody_else(client: Client) -> None:
    city()
    somebody, second = editor(), publisher()
    plan = published(somebody, second)
    bind(somebody, plan, "学前教育普惠率", INCLUSIVE)
    address = reverse("plans:plan", args=[plan.public_id]) + "?show=progress"
    assert "现在" not in client.get(address).content.decode()
    assert "年的目标" not in client.get("/").content.decode()
    # A head sees his own kindergarten's values, not the city's.
    head = places.account(places.school(school_type="111").unit, "head")
    assert progress(head, plan)["学前教育普惠率"].standing.reason == "您的权限不包括这个单位的数值。"
    client.force_login(account("viewer"))
    assert "95.00%" in client.get(address).content.decode()
    assert "年的目标" in client.get("/").content.decode()
    assert client.get(reverse("plans:bindings", args=[plan.public_id])).status_code == 403


def test_the_pages_decide_by_forms(client: Client) -> None:
    city()
    somebody = editor()
    plan = in_review(somebody)
    row = targets(plan)["学前教育普惠率"]
    client.force_login(somebody)
    page = client.get(reverse("plans:bindings", args=[plan.public_id])).content.decode()
    assert f'value="{INCLUSIVE}|preschool|"' in page
    sent = client.post(
        reverse("plans:bind", args=[plan.public_id, row.pk]), {"choice": f"{INCLUSIVE}|preschool|"}, follow=True
    )
    assert "已对应" in sent.content.decode()
    assert Binding.objects.get().target == row
    wrong = client.post(reverse("plans:bind", args=[plan.public_id, row.pk]), {"choice": "nonsense"}, follow=True)
    assert "没有“nonsense”这个指标" in wrong.content.decode()
    client.post(reverse("plans:release_binding", args=[plan.public_id, row.pk]))
    assert not Binding.objects.exists()
    client.post(reverse("plans:decline_binding", args=[plan.public_id, row.pk]))
    assert Binding.objects.get().state == BindingState.DECLINED


def test_the_pages_ask_a_constant_number_of_questions() -> None:
    city()
    ensure_root(now=NOW)
    somebody, second = editor(), publisher()

    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as one:
            progress(somebody, plan, with_proposals=True)
        with CaptureQueriesContext(connection) as two:
            queries.get_cockpit(account=somebody, today=TODAY)
        return len(one), len(two)

    def another():
        made = published(somebody, second)
        for subject, measure, narrowed in (("学前教育普惠率", INCLUSIVE, ""), ("公办园", OPENED, "public")):
            bind(somebody, made, subject, measure, narrowed=narrowed)
        return made

    # One plan with decisions of its own, one for which they are remembered.
    published(somebody, second)
    plan = another()
    few = asked()
    for _number in range(3):
        plan = another()
    assert asked() == few
    assert max(few) <= 12


def test_the_cockpit_counts_the_latest_years_published_targets() -> None:
    city()
    somebody, second = editor(), publisher()
    assert queries.get_cockpit(account=account(), today=TODAY) is None
    told = queries.get_cockpit(account=somebody, today=TODAY)
    assert told is not None
    assert told.total == 0
    plan = published(somebody, second)
    bind(somebody, plan, "学前教育普惠率", INCLUSIVE)
    bind(somebody, plan, "公办园", OPENED, narrowed="public")
    told = queries.get_cockpit(account=somebody, today=TODAY)
    assert told is not None
    assert {str(status): count for status, count in told.counts if count} == {
        "reached": 1,
        "at_risk": 1,
        "not_bound": 1,
    }
    assert [row.target.subject for row in told.worst] == ["公办园"]
