"""The calls of the API on commitments: the same rows, the same refusals as the pages."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from yaodian.plans.tests.commitments import bureau, signer

pytestmark = pytest.mark.django_db


def call(client: Client, method: str, address: str, **payload: object) -> tuple[int, object]:
    answer = client.generic(method, f"/api/plans{address}", json.dumps(payload), content_type="application/json")
    return answer.status_code, answer.json()


def test_the_office_proposes_accepts_edits_and_amends() -> None:
    made = bureau(proposed=False)
    client = Client()
    client.force_login(made.editor)
    home = f"/{made.plan.public_id}/commitments"
    status, told = call(client, "POST", f"{home}/propose")
    assert (status, told) == (200, {"count": len(made.rows())})
    assert call(client, "POST", f"{home}/accept") == (200, {"count": len(made.rows())})
    row = made.row("完成选址")
    status, refused = call(
        client, "PUT", f"{home}/{row.pk}", expected_version=row.version, text=row.text, due_on="2026-09-30"
    )
    assert (status, refused["code"], refused["field"]) == (422, "needs-amendment", "due_on")  # type: ignore[index]
    status, amended = call(
        client,
        "POST",
        f"{home}/{row.pk}/amend-due",
        expected_version=row.version,
        due_on="2026-09-30",
        document="通知",
        doc_number="云教〔2026〕9号",
        document_on="2026-03-01",
    )
    assert (status, amended["due_on"]) == (200, "2026-09-30")  # type: ignore[index]
    assert amended["amendments"][0]["before"]["due_on"] == "2026-06-30"  # type: ignore[index]
    listed = client.get(f"/api/plans{home}").json()
    assert len(listed) == len(made.rows())
    assert {one["light"] for one in listed} <= {"red", "amber", "green", "grey"}


def test_a_unit_reads_and_signs_only_for_itself() -> None:
    made = bureau(accepted=True)
    client = Client()
    client.force_login(signer(made.basic, "head"))
    asked = client.get(f"/api/plans/duties?unit={made.basic.public_id}").json()
    own = next(duty for one in asked for duty in one["duties"] if duty["may_sign"])
    status, signed = call(client, "POST", f"/duties/{own['id']}/accept")
    assert (status, signed["state"]) == (200, "accepted")  # type: ignore[index]
    other = made.row("新增公办园8所").duties.get(unit=made.finance)
    assert call(client, "POST", f"/duties/{other.pk}/return", reason="不归我们")[0] == 403
    assert client.get(f"/api/plans/duties?unit={made.finance.public_id}").status_code == 404
