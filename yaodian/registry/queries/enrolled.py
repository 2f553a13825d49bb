"""Whether a child is at a school already: for slices that give places, never for a page of somebody who may not know."""

from __future__ import annotations

from yaodian.foundation.keys import blind_indexes
from yaodian.organisations import walls
from yaodian.registry.codes import canonical_id_number
from yaodian.registry.models import INDEXED, PRESENT, Pupil


def stages_enrolled(*, number: str) -> frozenset[str]:
    """The stages in which somebody with this paper is a pupil now, "" while he is in no class; nothing for nobody. Which
    school it is, is not told.

    One query, the same whatever is there, by the keyed index.
    """
    index, purpose = INDEXED[Pupil]["id_number"]
    wanted = blind_indexes(canonical_id_number(number), purpose=purpose)
    with walls.lifted():
        found = Pupil.objects.filter(
            **{f"{index}__in": wanted}, status__in=PRESENT, merged_into__isnull=True
        ).values_list("school_class__stage", flat=True)
        return frozenset(stage or "" for stage in found)
