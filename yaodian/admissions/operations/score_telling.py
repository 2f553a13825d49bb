"""Families hear that the result of a placement by score is out: every account that has shown to hold a guardian's telephone, once.

A message names season and round. No name, number, score or school is in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import islice

from django.utils.translation import gettext as _

from yaodian.admissions.models import Candidate, ScoreRound
from yaodian.foundation.messages.queueing import Channel, Draft, queue_messages
from yaodian.identity.numbers import looks_like_number
from yaodian.identity.queries import accounts_of_numbers

_BATCH = 1_000


def tell_scores_published(row: ScoreRound, *, without: Collection[str], now: datetime) -> None:
    """Whoever took part: the candidates in `without`, by number, had a place before. A query for each thousand candidates."""
    queue_messages(drafts=_drafts(row, frozenset(without)), now=now)


def _drafts(row: ScoreRound, without: frozenset[str]) -> Iterator[Draft]:
    subject = _("%(round)s：录取结果已公布") % {"round": row.title}
    body = _("%(season)s的录取结果已公布。请登录“中考录取查询”，查看结果和每个志愿的理由。") % {
        "season": row.intake.season.title
    }
    candidates = Candidate.objects.filter(round=row, erased_at__isnull=True).order_by("pk")
    named = candidates.only("pk", "number", "phone", "second_phone").iterator(chunk_size=_BATCH)
    taking_part = (one for one in named if one.number not in without)
    while some := list(islice(taking_part, _BATCH)):
        numbers = {
            one.pk: [number for typed in (one.phone, one.second_phone) if (number := looks_like_number(typed))]
            for one in some
        }
        accounts = accounts_of_numbers(numbers=(number for own in numbers.values() for number in own))
        for pk, own in numbers.items():
            for account in {accounts[number] for number in own if number in accounts}:
                yield Draft(
                    key=f"admissions.candidate:{pk}:published:{account.pk}",
                    channel=Channel.PAGE,
                    recipient=account,
                    subject=subject,
                    body=body,
                )
