"""A file uploaded, checked and committed as a person does it, for tests."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence

from django.test import Client
from django.urls import reverse

from yaodian.foundation import jobs
from yaodian.foundation.models import Import
from yaodian.organisations.models import Unit
from yaodian.registry.models import School
from yaodian.registry.tests import factories


def as_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def registrar(place: School | Unit) -> Client:
    """Somebody who imports and exports for a school, or for a unit and what lies below it."""
    client = Client()
    client.force_login(factories.account(place.unit if isinstance(place, School) else place, "registrar"))
    return client


def upload(client: Client, prefix: str, rows: Sequence[Mapping[str, str]]) -> str:
    """The address of the import's page, after its check has run."""
    file = io.BytesIO(as_csv(rows))
    file.name = "表.csv"
    answer = client.post(reverse(f"registry:{prefix}_list"), {"sheet": file})
    assert answer.status_code == 302, answer.content.decode()
    jobs.run_waiting_jobs()
    return str(answer["Location"])


def act(client: Client, address: str, action: str) -> Import:
    assert client.post(f"{address}{action}/").status_code == 302
    jobs.run_waiting_jobs()
    return Import.objects.get(pk=int(re.findall(r"/(\d+)/$", address)[0]))


def text_of(client: Client, address: str) -> str:
    """What the page says, without its markup and its frame."""
    page = client.get(address).content.decode()
    return re.sub(r"<[^>]+>|\s+", " ", page[page.index("<main") : page.index("</main>")])


def exported(client: Client, prefix: str) -> list[dict[str, str]]:
    """The rows of an export as CSV."""
    answer = client.get(reverse(f"registry:{prefix}_export", args=["csv"]))
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def latest() -> Import:
    return Import.objects.order_by("-pk")[0]
