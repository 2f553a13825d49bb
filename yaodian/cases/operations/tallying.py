"""Tallies are folded: what was added since the last time becomes one row for each key."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, F, Sum

from yaodian.cases.declaring import Confidentiality
from yaodian.cases.models import Case, Tally

KEY = ("unit_id", "supervising_unit_id", "kind", "phase", "due_on", "is_restricted", "is_escalated")


@transaction.atomic
def fold_tallies() -> int:
    """Adds the rows up by key. Whoever counts meanwhile counts the same. Returns how many rows there are fewer.

    Only one folds at a time; another finds the rows locked and leaves them.
    """
    loose = list(Tally.objects.select_for_update(skip_locked=True).filter(is_folded=False).order_by("pk"))
    if not loose:
        return 0
    sums: dict[tuple[object, ...], int] = {}
    for row in loose:
        key = tuple(getattr(row, name) for name in KEY)
        sums[key] = sums.get(key, 0) + row.count
    # What is folded already and has one of these keys is added to, by rows that are locked in the order of their keys.
    units = {row.unit_id for row in loose}
    folded = Tally.objects.select_for_update(skip_locked=False).filter(is_folded=True, unit_id__in=units).order_by("pk")
    gone: list[int] = []
    for row in folded:
        key = tuple(getattr(row, name) for name in KEY)
        if key in sums:
            total = row.count + sums.pop(key)
            if total:
                Tally.objects.filter(pk=row.pk).update(count=total)
            else:
                gone.append(row.pk)
    new = [
        Tally(**dict(zip(KEY, key, strict=True)), count=count, is_folded=True) for key, count in sums.items() if count
    ]
    Tally.objects.filter(pk__in=[*gone, *(row.pk for row in loose)]).delete()
    Tally.objects.bulk_create(new)
    return len(loose) + len(gone) - len(new)


@transaction.atomic
def recount_tallies() -> None:
    """Counts all cases anew, for when a table was loaded past the operations."""
    Tally.objects.all().delete()
    rows = (
        Case.objects.values(
            "kind", "phase", "due_on", "confidentiality", "is_escalated", "supervising_unit_id", unit=F("doing_unit_id")
        )
        .annotate(count=Count("pk"))
        .order_by()
    )
    Tally.objects.bulk_create(
        [
            Tally(
                unit_id=row["unit"],
                supervising_unit_id=row["supervising_unit_id"],
                kind=row["kind"],
                phase=row["phase"],
                due_on=row["due_on"],
                is_restricted=row["confidentiality"] == Confidentiality.RESTRICTED,
                is_escalated=row["is_escalated"],
                count=row["count"],
                is_folded=True,
            )
            for row in rows
        ],
        batch_size=2_000,
    )


def check_tallies() -> list[str]:
    """Where the tallies and the cases differ, for the operator; empty: nowhere."""
    columns = ("doing_unit_id", "supervising_unit_id", "kind", "phase", "due_on", "confidentiality", "is_escalated")
    counted = {
        (*row[:5], row[5] == Confidentiality.RESTRICTED, row[6]): row[-1]
        for row in Case.objects.values_list(*columns).annotate(count=Count("pk")).order_by()
    }
    said = {row[:-1]: row[-1] for row in Tally.objects.values_list(*KEY).annotate(sum=Sum("count")).order_by()}
    return [
        f"{key}: {said.get(key, 0)} tallied, {counted.get(key, 0)} counted"
        for key in sorted({*counted, *said}, key=str)
        if said.get(key, 0) != counted.get(key, 0)
    ]
