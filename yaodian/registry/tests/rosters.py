"""OneRoster file sets as other systems write them, for tests. Every name is invented."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence

from django.test import Client
from django.urls import reverse

from yaodian.foundation import jobs
from yaodian.registry.oneroster import standard

Rows = Sequence[Mapping[str, str]]


def as_csv(rows: Rows) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(column for row in rows for column in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def manifest(*present: str, version: str = "1.2", mode: str = "bulk") -> str:
    rows = [
        {"propertyName": "manifest.version", "value": "1.0"},
        {"propertyName": "oneroster.version", "value": version},
    ]
    for name in standard.WRITTEN:
        rows.append({"propertyName": f"file.{name}", "value": mode if f"{name}.csv" in present else "absent"})
    return as_csv(rows)


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def unzipped(data: bytes) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: list(csv.DictReader(io.StringIO(archive.read(name).decode()))) for name in archive.namelist()}


def file_set(files: Mapping[str, Rows], **manifest_options: str) -> bytes:
    return zipped(
        {"manifest.csv": manifest(*files, **manifest_options)} | {name: as_csv(rows) for name, rows in files.items()}
    )


def foreign(school: str, parent: str) -> dict[str, list[dict[str, str]]]:
    """What a timetable program knows: no extension, its own ids, two pupils and a teacher of a class."""
    return {
        "orgs.csv": [
            {"sourcedId": "o-1", "name": "青禾县", "type": "district", "identifier": parent},
            {"sourcedId": "o-2", "name": "栖禾小学", "type": "school", "identifier": school, "parentSourcedId": "o-1"},
        ],
        "academicSessions.csv": [
            {"sourcedId": "t-1", "title": "2026", "type": "schoolYear", "startDate": "2026-09-01", "endDate": "2027-07-10",
             "schoolYear": "2027"},
        ],
        "courses.csv": [{"sourcedId": "c-1", "title": "班级", "orgSourcedId": "o-1"}],
        "classes.csv": [
            {"sourcedId": "k-1", "title": "三年级（2）班", "grades": "03", "courseSourcedId": "c-1", "classCode": "2",
             "classType": "homeroom", "schoolSourcedId": "o-2", "termSourcedIds": "t-1"},
        ],
        "users.csv": [
            {"sourcedId": "u-1", "enabledUser": "true", "username": "u1", "givenName": "沐晴", "familyName": "顾"},
            {"sourcedId": "u-2", "enabledUser": "true", "username": "u2", "givenName": "Anna Maria", "familyName": "Berg"},
            {"sourcedId": "u-3", "enabledUser": "true", "username": "u3", "givenName": "淑颖", "familyName": "金"},
        ],
        "roles.csv": [
            {"sourcedId": "r-1", "userSourcedId": "u-1", "roleType": "primary", "role": "student", "beginDate": "2024-09-01",
             "orgSourcedId": "o-2"},
            {"sourcedId": "r-2", "userSourcedId": "u-2", "roleType": "primary", "role": "student", "beginDate": "2024-09-01",
             "orgSourcedId": "o-2"},
            {"sourcedId": "r-3", "userSourcedId": "u-3", "roleType": "primary", "role": "guardian", "orgSourcedId": "o-2"},
        ],
        "demographics.csv": [
            {"sourcedId": "u-1", "birthDate": "2018-05-06", "sex": "female"},
            {"sourcedId": "u-2", "birthDate": "2018-01-02", "sex": "male"},
        ],
        "enrollments.csv": [
            {"sourcedId": "e-1", "classSourcedId": "k-1", "schoolSourcedId": "o-2", "userSourcedId": "u-1", "role": "student"},
            {"sourcedId": "e-2", "classSourcedId": "k-1", "schoolSourcedId": "o-2", "userSourcedId": "u-2", "role": "student"},
        ],
    }  # fmt: skip


def upload_roster(client: Client, data: bytes, name: str = "roster.zip") -> str:
    """The address of the import's page, after its check has run."""
    file = io.BytesIO(data)
    file.name = name
    answer = client.post(reverse("registry:oneroster_list"), {"sheet": file})
    assert answer.status_code == 302, answer.content.decode()
    jobs.run_waiting_jobs()
    return str(answer["Location"])


def export_roster(client: Client, form: str = "full") -> bytes:
    answer = client.get(reverse("registry:oneroster_export", args=[form]))
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)
