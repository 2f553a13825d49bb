"""What every change of a rule has in common: who may, in which state, against which version, and the entry in the journal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.admissions.models import Intake, Season, SeasonState
from yaodian.admissions.operations.errors import UnableToKeepRules, WrongState
from yaodian.audit.operations import record
from yaodian.foundation.refusing import UnableTo
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require

SET, PUBLISH = "admissions.set", "admissions.publish"


@dataclass
class Change:
    """A change under way: the locked season, and what the journal will say of it. Without `is_made` nothing is written."""

    season: Season
    detail: dict[str, Any] = field(default_factory=dict)
    is_made: bool = True

    def intake(self, stage: str) -> Intake:
        """The locked intake of a stage. Raises UnableToKeepRules."""
        found = Intake.objects.select_for_update().filter(season=self.season, stage=stage).first()
        if found is None:
            raise UnableToKeepRules(_("这个招生季没有这个学段，可能刚被删去。请刷新页面。"), code="no-intake")
        found.season = self.season
        return found


@contextmanager
def changing(
    *,
    actor: Account | None,
    season: Season,
    code: str,
    now: datetime,
    expected_version: int | None,
    detail: Mapping[str, Any],
) -> Iterator[Change]:
    """One transaction round a change of a season in preparation. `expected_version` is what the person saw.

    Raises PermissionMissing; WrongState once it is announced; UnableToKeepRules where somebody else was quicker.
    """
    if actor is not None:
        require(account=actor, permission=SET, unit_id=season.office_id)
    with transaction.atomic():
        row = lock_season(season)
        if row.state != SeasonState.DRAFT:
            raise WrongState(
                _("“%(title)s”已经公布，规则不能再改，以便人人随时查到公布时的规则。") % {"title": row.title},
                code="announced",
            )
        if expected_version is not None and expected_version != row.version:
            raise UnableToKeepRules(
                _("别人刚刚更改了这个招生季，您的更改还没有保存。请对照现在的内容，再保存一次。"),
                code="stale",
                status=409,
            )
        change = Change(row, dict(detail))
        yield change
        if not change.is_made:
            return
        row.version += 1
        row.changed_by = actor
        row.save(update_fields=["version", "changed_by"])
        write(actor, code, row, change.detail, now)


def lock_season(season: Season) -> Season:
    """The season's row, held. Raises Season.DoesNotExist."""
    return Season.objects.select_for_update().get(pk=season.pk)


def write(actor: Account | None, code: str, season: Season, detail: Mapping[str, Any], now: datetime) -> None:
    """The journal's entry."""
    record(actor=actor, code=f"admissions.{code}", subject=f"admissions_season:{season.pk}", detail=detail, at=now)


def stored(row: Any, kind: type[UnableTo] = UnableToKeepRules) -> Any:
    """The row, written. Raises the failure with the first sentence of what is wrong with it."""
    try:
        return row.store()
    except ValidationError as problem:
        name, sentences = next(iter(problem.message_dict.items()))
        if name == "__all__":
            raise kind(sentences[0], code="value") from problem
        label = str(row._meta.get_field(name).verbose_name)
        raise kind(f"{label}：{sentences[0]}", code="value", field=name) from problem


def put(row: Any, values: Mapping[str, Any]) -> Any:
    """The row with other values, written. A season counts its changes itself, whatever was changed in it."""
    for name, value in values.items():
        setattr(row, name, tidy(value) if isinstance(value, str) and name not in _FREE else value)
    if row.pk is not None and hasattr(row, "version") and not isinstance(row, Season):
        row.version += 1
    return stored(row)


_FREE = frozenset({"note"})


def tidy(words: str) -> str:
    """Words without double blanks, figures and letters in one width; Chinese marks stay as they are."""
    plain = "".join(unicodedata.normalize("NFKC", one) if one in _WIDE else one for one in words)
    return " ".join(plain.split())


# Figures, letters and the blank of full width; whoever types an address does not see the difference.
_WIDE = frozenset(
    chr(code) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0x3000)
)


def tidy_all(words: Any) -> list[str]:
    """Each once, in their order, without empty ones."""
    return list(dict.fromkeys(one for each in words or () if (one := tidy(str(each)))))
