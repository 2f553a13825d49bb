"""The loop: from opening to end and back, and everything that must not happen on the way."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from yaodian.audit.queries import entries_of
from yaodian.cases import operations, queries
from yaodian.cases.models import Case, CaseEvent, CaseLink, Evidence
from yaodian.cases.tests import factories
from yaodian.foundation.models import StoredFile
from yaodian.organisations import operations as organisations
from yaodian.organisations.models import Unit
from yaodian.organisations.operations import Part, Staff
from yaodian.organisations.queries import PermissionMissing

pytestmark = pytest.mark.django_db
NOW, TODAY = factories.NOW, factories.NOW.date()


class Cast:
    """A city, a supervisor, and a handler in each school."""

    def __init__(self) -> None:
        self.city = factories.city()
        self.supervisor = factories.account("supervisor", self.city["bureau"])
        self.handler = factories.account("handler", self.city["s0"])
        self.other = factories.account("handler", self.city["s1"])

    def working(self, **given: Any) -> Case:
        case = factories.opened(self.city, doing_unit=self.city["s0"], **given)
        return operations.accept_case(actor=self.handler, public_id=case.public_id, now=NOW)

    def closed(self, **given: Any) -> Case:
        case = self.working(**given)
        operations.add_evidence(actor=self.handler, public_id=case.public_id, pieces=[factories.proof()], now=NOW)
        operations.submit_case(actor=self.handler, public_id=case.public_id, now=NOW)
        return operations.verify_case(actor=self.supervisor, public_id=case.public_id, now=NOW)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def test_a_case_goes_all_the_way_and_leaves_a_whole_trail(cast: Cast) -> None:
    case = factories.opened(cast.city, actor=cast.supervisor)
    given: dict[str, Any] = {"public_id": case.public_id, "now": NOW}
    operations.assign_case(actor=cast.supervisor, unit=cast.city["s0"], **given)
    operations.accept_case(actor=cast.handler, **given)
    operations.report_progress(actor=cast.handler, reason="已换灯具", **given)
    operations.add_evidence(actor=cast.handler, pieces=[factories.proof(), factories.note()], **given)
    operations.submit_case(actor=cast.handler, **given)
    operations.verify_case(actor=cast.supervisor, **given)
    case.refresh_from_db()
    assert (case.state, case.phase, case.ended_at, case.due_on) == ("closed", "ended", NOW, None)
    actions = ["open", "assign", "accept", "report", "add_evidence", "submit", "verify"]
    assert list(case.events.values_list("action", flat=True)) == actions
    assert [case_event.number for case_event in case.events.all()] == list(range(1, 8))
    entries = entries_of(subject=f"case:{case.number}").order_by("id").values_list("code", flat=True)
    assert list(entries) == [f"cases.case.{action}" for action in actions]
    assert operations.check_tallies() == []


def test_numbers_count_within_the_year(cast: Cast) -> None:
    first, second = factories.opened(cast.city), factories.opened(cast.city)
    later = factories.opened(cast.city, now=NOW + timedelta(days=365))
    assert [first.number, second.number, later.number] == ["2026-000001", "2026-000002", "2027-000001"]


def test_an_audit_finding_is_struck_off_in_a_step_of_its_own_by_somebody_else(cast: Cast) -> None:
    case = cast.working(kind="audit.finding")
    given: dict[str, Any] = {"public_id": case.public_id, "now": NOW}
    number = operations.Piece("number", code="amount_recovered", number="12,000.50")
    operations.add_evidence(actor=cast.handler, pieces=[factories.proof("pdf"), number], **given)
    operations.submit_case(actor=cast.handler, **given)
    operations.verify_case(actor=cast.supervisor, **given)
    case.refresh_from_db()
    assert (case.state, case.phase) == ("verified", "checking")
    with pytest.raises(operations.UnableToActOnCase) as refused:
        operations.close_case(actor=cast.handler, **given)
    assert (refused.value.code, refused.value.status) == ("not-yours", 403)
    operations.close_case(actor=cast.supervisor, **given)
    case.refresh_from_db()
    assert case.state == "closed"


def test_the_operations_refuse_with_the_sentence_of_the_page(cast: Cast) -> None:
    case = cast.working()
    for account in (cast.handler, cast.supervisor):
        for possible in queries.actions(case=case, account=account, today=TODAY):
            call = operations.ACTIONS_WITHOUT_MORE.get(possible.action)  # type: ignore[call-overload]  # Text is the key.
            if possible.is_allowed or call is None:
                continue
            extra = {"reason": "理由"} if possible.action not in ("accept",) else {}
            with pytest.raises(operations.UnableToActOnCase) as refused:
                call(actor=account, public_id=case.public_id, now=NOW, **extra)
            assert refused.value.message == possible.why_not
            assert (refused.value.code, refused.value.status) == (possible.code, possible.status)
    assert case.events.count() == 2


def test_whoever_did_the_work_never_verifies_it_whatever_role_he_holds(cast: Cast) -> None:
    organisations.grant_role(
        actor=None, account=cast.handler, role="supervisor", unit=cast.city["bureau"], from_on=TODAY, now=NOW
    )
    case = cast.working()
    given: dict[str, Any] = {"public_id": case.public_id, "now": NOW}
    operations.add_evidence(actor=cast.handler, pieces=[factories.proof()], **given)
    operations.submit_case(actor=cast.handler, **given)
    with pytest.raises(operations.UnableToActOnCase, match="参与过这件事的办理") as refused:
        operations.verify_case(actor=cast.handler, **given)
    assert refused.value.code == "second-person"
    # Neither after somebody else has taken his place.
    operations.return_case(actor=cast.supervisor, reason="再看", **given)
    other = factories.account("handler", cast.city["s0"])
    operations.assign_case(actor=cast.supervisor, unit=cast.city["s0"], assignee=other, reason="换人", **given)
    operations.accept_case(actor=other, **given)
    operations.submit_case(actor=other, **given)
    with pytest.raises(operations.UnableToActOnCase, match="参与过这件事的办理"):
        operations.verify_case(actor=cast.handler, **given)
    operations.verify_case(actor=cast.supervisor, **given)


def test_of_two_who_close_at_once_one_does_and_the_other_reads_why_not(cast: Cast) -> None:
    second = factories.account("supervisor", cast.city["bureau"])
    case = cast.working()
    given: dict[str, Any] = {"public_id": case.public_id, "now": NOW}
    operations.add_evidence(actor=cast.handler, pieces=[factories.proof()], **given)
    version = operations.submit_case(actor=cast.handler, **given).version
    operations.verify_case(actor=cast.supervisor, expected_version=version, **given)
    with pytest.raises(operations.UnableToActOnCase, match="现在是“已销号”") as late:
        operations.verify_case(actor=second, expected_version=version, **given)
    assert late.value.status == 409
    assert case.events.filter(action="verify").count() == 1


def test_a_page_that_is_out_of_date_changes_nothing(cast: Cast) -> None:
    case = cast.working()
    with pytest.raises(operations.StaleCase, match="刷新页面"):
        operations.report_progress(
            actor=cast.handler, public_id=case.public_id, reason="进展", now=NOW, expected_version=case.version - 1
        )
    assert case.events.count() == 2


def test_a_form_sent_twice_counts_once(cast: Cast) -> None:
    case = cast.working()
    for _turn in range(2):
        operations.report_progress(
            actor=cast.handler, public_id=case.public_id, reason="进展", now=NOW, client_key="k1",
            expected_version=case.version,
        )  # fmt: skip
    assert case.events.filter(action="report").count() == 1
    one = factories.opened(cast.city, actor=cast.supervisor, client_key="k2")
    assert factories.opened(cast.city, actor=cast.supervisor, client_key="k2") == one


def test_what_is_found_again_is_the_same_case(cast: Cast) -> None:
    first = factories.opened(cast.city, subject="plans.commitment:7")
    again = factories.opened(cast.city, subject="plans.commitment:7", body="三月仍未开工")
    assert again == first
    assert list(first.events.values_list("action", flat=True)) == ["open", "again"]
    assert Case.objects.count() == 1
    operations.withdraw_case(actor=cast.supervisor, public_id=first.public_id, reason="误报", now=NOW)
    assert factories.opened(cast.city, subject="plans.commitment:7") != first


def test_a_repeat_is_merged_and_what_is_found_later_goes_to_the_one_that_is_left(cast: Cast) -> None:
    kept, repeat = factories.opened(cast.city), factories.opened(cast.city, subject="x:1")
    other_kind = factories.opened(cast.city, kind="safety.hazard")
    given: dict[str, Any] = {"actor": cast.supervisor, "public_id": repeat.public_id, "reason": "重复", "now": NOW}
    for wrong, words in ((repeat.number, "自身"), (other_kind.number, "同一类"), ("2026-999999", "没有找到")):
        with pytest.raises(operations.UnableToActOnCase, match=words):
            operations.merge_cases(into=wrong, **given)
    operations.merge_cases(into=kept.number, **given)
    repeat.refresh_from_db()
    assert (repeat.state, repeat.merged_into, repeat.phase) == ("merged", kept, "ended")
    assert factories.opened(cast.city, subject="x:1") == kept
    with pytest.raises(operations.UnableToActOnCase, match="现在是“已并案”"):
        operations.reopen_case(actor=cast.supervisor, public_id=repeat.public_id, reason="没完", now=NOW)


def test_a_closed_case_is_reopened_within_its_period_and_not_after(cast: Cast) -> None:
    case = cast.closed()
    file = StoredFile.objects.get()
    assert file.keep_until == date(2036, 12, 31)
    given: dict[str, Any] = {"actor": cast.supervisor, "public_id": case.public_id, "reason": "灯又坏了"}
    with pytest.raises(operations.UnableToActOnCase, match="180 天") as late:
        operations.reopen_case(now=NOW + timedelta(days=181), **given)
    assert late.value.code == "too-late"
    operations.reopen_case(now=NOW + timedelta(days=180), **given)
    case.refresh_from_db()
    file.refresh_from_db()
    assert (case.state, case.reopened, case.assignee, file.keep_until) == ("assigned", 1, cast.handler, None)
    # What proved it the first time does not prove it again.
    operations.accept_case(actor=cast.handler, public_id=case.public_id, now=NOW + timedelta(days=181))
    with pytest.raises(operations.UnableToActOnCase, match="还缺 1 份"):
        operations.submit_case(actor=cast.handler, public_id=case.public_id, now=NOW + timedelta(days=181))


def test_a_case_is_not_reopened_beside_another_for_the_same_subject(cast: Cast) -> None:
    case = cast.closed(subject="x:2")
    factories.opened(cast.city, subject="x:2")
    with pytest.raises(operations.UnableToActOnCase, match="另有一件正在办理"):
        operations.reopen_case(actor=cast.supervisor, public_id=case.public_id, reason="没完", now=NOW)


def test_links_count_once(cast: Cast) -> None:
    one, other = factories.opened(cast.city), factories.opened(cast.city)
    for _turn in range(2):
        operations.link_case(actor=cast.supervisor, public_id=one.public_id, other=other.number, now=NOW)
        operations.link_case(
            actor=cast.supervisor, public_id=one.public_id, ref="plans.clause:3", label="第三条", now=NOW
        )
    assert CaseLink.objects.count() == 2


def test_only_a_handler_of_the_unit_is_made_the_one_who_does_it(cast: Cast) -> None:
    case = factories.opened(cast.city)
    with pytest.raises(operations.UnableToActOnCase, match="不能作为经办人"):
        operations.assign_case(
            actor=cast.supervisor, public_id=case.public_id, unit=cast.city["s0"], assignee=cast.other, now=NOW
        )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"title": "  "}, "没有填写事项"),
        ({"title": "长" * 201}, "最多 200 字"),
        ({"body": "长" * 20_001}, "20000 字"),
        ({"kind": "no.such"}, "没有“no.such”这一类"),
        ({"grade": "worst"}, "请选择等级"),
        ({"kind": "safety.hazard", "grade": "major", "fields": {}}, "没有填写“隐患位置”"),
        ({"kind": "safety.hazard", "grade": "major", "fields": {"place": "三楼", "area": "x"}}, "从列出的选项"),
        ({"kind": "audit.finding", "grade": "staged", "fields": {"report": "3号", "amount": "一百"}}, "要填数字"),
        ({"kind": "audit.finding", "grade": "staged", "fields": {"report": "3号", "amount": "NaN"}}, "要填数字"),
        ({"grade": "general", "fields": {"due_on": "2026-02-30"}}, "要填日期"),
    ],
)
def test_a_case_that_says_too_little_is_not_opened(cast: Cast, given: dict[str, Any], words: str) -> None:
    with pytest.raises(operations.UnableToOpenCase, match=words):
        factories.opened(cast.city, **given)
    assert Case.objects.count() == 0


def test_whoever_may_not_open_does_not(cast: Cast) -> None:
    viewer = factories.account("viewer", cast.city["s0"])
    with pytest.raises(PermissionMissing):
        factories.opened(cast.city, actor=viewer, supervising_unit=cast.city["s0"])
    with pytest.raises(PermissionMissing):
        factories.opened(cast.city, actor=cast.handler)


def test_an_unknown_case_and_one_that_may_not_be_known_are_the_same(cast: Cast) -> None:
    case = cast.working()
    for public_id in (case.public_id, "zzzzzzzzzzzz"):
        with pytest.raises(operations.Absent):
            operations.report_progress(actor=cast.other, public_id=public_id, reason="x", now=NOW)


def test_evidence_that_is_none_is_refused_whole(cast: Cast) -> None:
    case = cast.working(kind="audit.finding")
    for pieces, words in (
        ([], "没有材料"),
        ([factories.note(" ")], "没有填写说明"),
        ([operations.Piece("file")], "没有选择文件"),
        ([operations.Piece("film")], "没有这一种材料"),
        ([factories.proof(), operations.Piece("number", code="amount_recovered", number="一万")], "要填数字"),
        ([operations.Piece("number", code="other", number="1")], "不需要这个数字"),
        ([factories.note()] * 21, "最多补充 20 份"),
    ):
        with pytest.raises(operations.UnableToActOnCase, match=words):
            operations.add_evidence(actor=cast.handler, public_id=case.public_id, pieces=pieces, now=NOW)
    assert (Evidence.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_a_place_is_kept_only_where_the_kind_asks_for_it(cast: Cast) -> None:
    for kind, place in (("safety.hazard", "31.500000,118.250000"), ("plans.commitment_overdue", "")):
        case = cast.working(kind=kind)
        operations.add_evidence(actor=cast.handler, public_id=case.public_id, pieces=[factories.proof()], now=NOW)
        assert Evidence.objects.get(case=case).place == place


def close(unit: Unit, by: str | None, on: date) -> None:
    if by is None:
        organisations.close_unit(actor=None, unit=unit, on=on, now=NOW, staff=Staff.END)
    else:
        organisations.replace_unit(actor=None, unit=unit, by=Part(by, "新校"), on=on, now=NOW, staff=Staff.MOVE)


@pytest.mark.parametrize(("by", "heir"), [("s9", "s9"), (None, "c0")])
def test_the_cases_of_a_closed_unit_go_to_whoever_comes_after_it(cast: Cast, by: str | None, heir: str) -> None:
    case, ended = cast.working(), cast.closed()
    later = NOW + timedelta(days=2)
    close(cast.city["s0"], by, later.date())
    assert operations.follow_closed_units(now=NOW) == 0
    assert operations.follow_closed_units(now=later) == 1
    assert operations.follow_closed_units(now=later) == 0
    due = case.due_on
    case.refresh_from_db()
    ended.refresh_from_db()
    assert (case.doing_unit.code, case.state, case.assignee, case.due_on) == (heir, "assigned", None, due)
    assert ended.doing_unit.code == "s0"
    event = case.events.last()
    assert event is not None
    assert (event.action, event.by, event.detail["doing_unit"]) == (
        "follow",
        None,
        [cast.city["s0"].pk, case.doing_unit_id],
    )
    assert operations.check_tallies() == []


def test_a_gate_that_a_slice_gives_is_asked(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from yaodian.cases import declaring
    from yaodian.cases.declaring import Need, declare, kind_of, standard_loop

    declared = kind_of("indicators.data_defect")
    assert declared is not None
    said = {"": "在校生数还没有更正。"}
    kind = replace(
        declared,
        code="tests.gated",
        gates={"corrected": lambda _case, _today: said[""]},
        **standard_loop(submit=(), verify=(Need.gate("corrected"),)),
    )
    try:
        declare(kind)
        case = cast.working(kind="tests.gated", grade="doubt", fields={})
        operations.submit_case(actor=cast.handler, public_id=case.public_id, now=NOW)
        with pytest.raises(operations.UnableToActOnCase, match="在校生数还没有更正"):
            operations.verify_case(actor=cast.supervisor, public_id=case.public_id, now=NOW)
        said[""] = ""
        operations.verify_case(actor=cast.supervisor, public_id=case.public_id, now=NOW)
    finally:
        declaring.forget("tests.gated")


def test_events_are_the_case(cast: Cast) -> None:
    """The states of the events, one after the other, lead from the opening to where the case stands."""
    case = cast.closed()
    events = list(CaseEvent.objects.filter(case=case).order_by("number"))
    assert all(one.to_state == other.from_state for one, other in pairwise(events))
    assert events[-1].to_state == case.state


def test_the_demonstration_is_laid_once_and_stands_in_every_phase(cast: Cast) -> None:
    given: dict[str, Any] = {"bureau": cast.city["bureau"], "school": cast.city["s0"], "now": NOW}
    laid = operations.load_demonstration(supervisor=cast.supervisor, handler=cast.handler, **given)
    assert operations.load_demonstration(supervisor=cast.supervisor, handler=cast.handler, **given) == ()
    assert set(Case.objects.values_list("phase", flat=True)) == {"waiting", "working", "checking", "ended"}
    assert Case.objects.count() == len(laid) == 9
    assert operations.check_tallies() == []


def test_the_tasks_of_the_morning_run_on_any_state_of_things(cast: Cast) -> None:
    from yaodian.cases import tasks

    cast.closed()
    cast.working()
    for _turn in range(2):
        tasks.escalate(None)  # type: ignore[arg-type]  # Neither looks at its context.
        tasks.fold(None)  # type: ignore[arg-type]  # As above.
    assert operations.check_tallies() == []


def test_a_slice_finds_the_cases_about_its_rows(cast: Cast) -> None:
    first = cast.closed(subject="plans.commitment:1")
    second = factories.opened(cast.city, subject="plans.commitment:1", doing_unit=cast.city["s1"])
    asked = ["plans.commitment:1", "plans.commitment:2"]
    kind = first.kind
    assert queries.all_about(kind=kind, subjects=asked) == [one for one in (first, second) if one.kind == kind]
    assert queries.holding(refs=asked) == [first, second]
    seen = queries.cases_about(account=cast.handler, subjects=asked, today=TODAY)
    assert {subject: [line.case for line in lines] for subject, lines in seen.items()} == {
        "plans.commitment:1": [first]
    }


def test_a_link_to_a_case_that_may_not_be_known_is_not_shown(cast: Cast) -> None:
    case = cast.working()
    hidden = factories.opened(cast.city, kind="services.ticket")
    operations.link_case(actor=cast.supervisor, public_id=case.public_id, other=hidden.number, now=NOW)
    pages = [
        queries.case_page(account=account, public_id=case.public_id, today=TODAY)
        for account in (cast.supervisor, cast.handler)
    ]
    assert [[link.other for link in page.links] for page in pages] == [[hidden], []]
