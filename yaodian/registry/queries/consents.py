"""Whether a guardian has consented, and what guardians have said."""

from collections.abc import Sequence
from dataclasses import dataclass

from yaodian.registry.models import CONSENTED, LEGAL_BASIS, Consent, ConsentState, Guardian, Pupil, Purpose


def has_consent(*, pupil: Pupil, purpose: str) -> bool:
    """Whether something may be done for a purpose that rests on consent. One query.

    One guardian whom the school has confirmed has given it, and none has refused or withdrawn it. For slices: ask before
    each use, so that a consent withdrawn a second ago no longer counts. Raises LookupError for another purpose.
    """
    if purpose not in CONSENTED:
        raise LookupError(f"{purpose!r} rests on no consent. Those that do: {', '.join(CONSENTED)}.")
    said = set(
        Consent.objects.filter(
            pupil=pupil,
            purpose=purpose,
            ended_at__isnull=True,
            guardian__guardianships__pupil=pupil,
            guardian__guardianships__ended_on__isnull=True,
            guardian__guardianships__is_confirmed=True,
        )
        .order_by()
        .values_list("state", flat=True)
    )
    return said == {ConsentState.GIVEN}


@dataclass(frozen=True)
class ConsentRow:
    """A purpose that rests on consent, its basis in law, and what counts of what was said: one row a guardian."""

    purpose: Purpose
    label: str
    basis: str
    said: tuple[Consent, ...]

    def by(self, guardian: Guardian) -> Consent | None:
        """What this guardian has said."""
        return next((row for row in self.said if row.guardian_id == guardian.pk), None)


def consents_of(*, pupil: Pupil) -> Sequence[ConsentRow]:
    """Every purpose that rests on consent, with what guardians have said. One query."""
    rows = list(
        Consent.objects.filter(pupil=pupil, ended_at__isnull=True).select_related("guardian").order_by("recorded_at")
    )
    return tuple(
        ConsentRow(
            purpose,
            str(purpose.label),
            str(LEGAL_BASIS[purpose]),
            tuple(row for row in rows if row.purpose == purpose),
        )
        for purpose in CONSENTED
    )
