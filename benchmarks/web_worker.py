"""Measures the pages on the database that the environment names; started by ``web.py``, prints its answers as JSON.

Pages are asked of Django's test client: everything from the middleware to the rendered page, without a network.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from benchmarks import workloads

if TYPE_CHECKING:
    from django.test import Client

    from yaodian.organisations.models import Account

PLANS, CLAUSES_A_PLAN, DISTINCT = 1_000, 40, 100
ROUNDS, WARM_UP = 30, 3
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

#: A form of two fields that only a person who has signed in may see.
EMPTY_PAGE = "/password/"
#: Words of each kind, and the clause the rare ones are put in.
WORDS = {
    "2 characters, common": "教育",
    "2 characters, rare": "鸾翎",
    "4 characters, common": "工作机制",
    "4 characters, rare": "青鸾观测",
    "6 characters": "阳光招生平台",
    "two words": "教师 长效机制",
    "in no plan": "不在其中",
}
_RARE = "建设青鸾观测站,推广鸾翎课程。"


def main() -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "yaodian.config.settings"
    django.setup()

    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from yaodian.organisations.models import Account, Grant
    from yaodian.organisations.operations import ensure_root
    from yaodian.organisations.queries import with_rights
    from yaodian.plans import queries

    call_command("migrate", verbosity=0)
    accounts = []
    for role in ("editor", "publisher"):
        account = Account.objects.create(username=role, name=role, created_at=NOW)
        Grant.objects.create(account=account, role=role, unit=ensure_root(now=NOW), from_on=NOW.date(), granted_at=NOW)
        accounts.append(with_rights(Account.objects.get(pk=account.pk)))
    editor, publisher = accounts
    public_id = _long_plan(editor, publisher)
    _many_plans(editor, publisher)
    if connection.vendor == "postgresql":
        # Its own housekeeping would do this within a minute.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    client = Client(SERVER_NAME="localhost")
    client.force_login(editor)
    answers = [_measured(client, "an empty page, signed in", EMPTY_PAGE)]
    answers.append(_measured(client, "a plan of 100 clauses", f"/plans/{public_id}/"))
    answers.append(_measured(client, "the list of plans", "/plans/"))
    for kind, word in WORDS.items():
        found = queries.search(account=editor, text=word, filters=queries.SearchFilters())
        asked = _measured(client, f"search: {kind}", "/plans/search/", {"text": word})
        answers.append({**asked, "found": found.page.total})
    print(json.dumps(answers, ensure_ascii=False))


def _measured(client: Client, page: str, address: str, asked: dict[str, str] | None = None) -> dict[str, object]:
    """Times a page and, turn about with it, the empty page: both bear whatever else the machine does."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _ in range(WARM_UP):
        response = client.get(address, asked)
        if response.status_code != 200:
            sys.exit(f"{address} answers {response.status_code}")
    with CaptureQueriesContext(connection) as captured:
        client.get(address, asked)
    queries = len(captured)
    taken, empty = [], []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        client.get(address, asked)
        middle = time.perf_counter()
        client.get(EMPTY_PAGE)
        empty.append(time.perf_counter() - middle)
        taken.append(middle - begin)
    return {
        "page": page,
        "queries": queries,
        "ms": round(statistics.median(taken) * 1000, 1),
        "times": round(statistics.median(taken) / statistics.median(empty), 1),
        "found": "",
    }


def _long_plan(editor: Account, publisher: Account) -> str:
    """A published plan of at least 100 clauses, made as people make one; its public id."""
    from yaodian.engines.reading import read
    from yaodian.plans import operations
    from yaodian.plans.models import Plan, Reading

    pool = workloads.clauses()
    length = 15_000
    while len((answer := read(text := workloads.mixed(length, 1, pool))).nodes) < 100:
        length += 500
    made = operations.upload_document(actor=editor, now=NOW, name="100.txt", content=text.encode(), make_another=True)
    queued = Reading.objects.get(plan=made.plan)
    # Warnings would have to be looked at by a person before a plan is submitted.
    answer = replace(answer, warnings=())
    operations.record_reading(reading_id=queued.pk, answer=answer, duration_ms=1, now=NOW)
    plan = Plan.objects.get(pk=made.plan.pk)
    operations.submit_plan(actor=editor, now=NOW, public_id=plan.public_id, expected_version=plan.version)
    plan.refresh_from_db()
    operations.publish_plan(actor=publisher, now=NOW, public_id=plan.public_id, expected_version=plan.version)
    return plan.public_id


def _many_plans(editor: Account, publisher: Account) -> None:
    """Published plans of the usual mix, written in bulk; a hundred texts come again under other issuers."""
    from django.db import transaction

    from yaodian.engines.reading import read
    from yaodian.plans.models import FINDING_MODELS, Clause, Document, Plan, PlanState
    from yaodian.plans.problem import rows_from_plan

    pool, chance = workloads.clauses(), random.Random(1)
    answers = []
    for seed in range(DISTINCT):
        text = workloads.mixed(8_500, seed, pool)
        if seed == DISTINCT // 2:
            text = text.replace("。\n", f"。{_RARE}\n", 3)
        answers.append(read(text))
    with transaction.atomic():
        document = Document.objects.create(
            sha256="0" * 64, name="plan.txt", media_kind="text", size_bytes=1, uploaded_at=NOW
        )
        for at in range(PLANS):
            has_rare = at == DISTINCT // 2
            answer = answers[at if at < DISTINCT else chance.choice([n for n in range(DISTINCT) if n != DISTINCT // 2])]
            plan = Plan.objects.create(
                title=f"云川市第{at}办公室工作要点", issuer=f"云川市第{at % 100}教育局", year=2015 + at % 12, text=answer.text,
                state=PlanState.PUBLISHED, document=document, created_at=NOW, changed_at=NOW, created_by=editor,
                submitted_by=editor, submitted_at=NOW, published_by=publisher, published_at=NOW,
            )  # fmt: skip
            rows = rows_from_plan(answer, plan=plan)
            clauses = Clause.objects.bulk_create(rows.clauses[:CLAUSES_A_PLAN], batch_size=200)
            for kind, items in rows.findings.items():
                kept = []
                for item, home in zip(items, rows.homes[kind], strict=True):
                    if home is None or home < len(clauses):
                        item.clause = None if home is None else clauses[home]
                        kept.append(item)
                FINDING_MODELS[kind]._default_manager.bulk_create(kept, batch_size=200)
            assert not has_rare or any("鸾翎" in clause.search_text for clause in clauses)


if __name__ == "__main__":
    main()
