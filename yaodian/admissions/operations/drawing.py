"""The draw: a promise over the list and the future sources, then what became known, then the order. Nothing is drawn twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yaodian.admissions.models import Draw, DrawEntry, DrawFile, DrawState, Intake, IntakeState
from yaodian.admissions.operations.errors import UnableToDraw, UnableToPromiseDraw, UnableToVoidDraw, WrongState
from yaodian.admissions.operations.locking import lock_intake, minute, move_intake, require_intake
from yaodian.admissions.problem.gathering import lines_of
from yaodian.admissions.queries.doubles import unsettled
from yaodian.audit.operations import record
from yaodian.engines import lottery
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require

PLACE = "admissions.place"
LIST, PROMISE, RULE = "list.txt", "promise.json", "rule.txt"


def promise_draw(
    *, actor: Account | None, intake: Intake, sources: Sequence[Mapping[str, Any]], promised_at: datetime, now: datetime
) -> Draw:
    """Fixes the list of numbers and the sources of the seed, before any of them can be known, and publishes both.

    `sources` are as the engine writes them (`docs/algorithms/lottery.md`); `promised_at` is when the promise is published, not
    before now. After a draw that was void, the promise names the earlier ones and the reason.
    Raises PermissionMissing, WrongState, UnableToPromiseDraw.
    """
    _require(actor, intake)
    with transaction.atomic():
        row = lock_intake(intake)
        require_intake(row, (IntakeState.CHECKED,))
        if promised_at < now.replace(second=0, microsecond=0):
            raise UnableToPromiseDraw(
                _("公布时间已经过去。承诺不能早于它写出的时间，请改成将要公布的时间。"),
                code="past",
                field="promised_at",
            )
        _require_one_each(row)
        before = list(Draw.objects.filter(intake=row).order_by("attempt").prefetch_related("files"))
        earlier = [_file(one, PROMISE) for one in before]
        round_id = before[0].round_id if before else f"{row.season.year}-{row.stage}-{row.public_id}"
        try:
            listed = lottery.canonical_list(round_id, lines_of(row))
            promise = lottery.make_promise(
                listed,
                places=0,
                promised_at=minute(timezone.localtime(promised_at)),
                sources=tuple(lottery.Source.from_dict(source) for source in sources),
                attempt=len(before) + 1,
                previous=lottery.Previous(lottery.sha256(earlier[-1]), before[-1].void_reason) if before else None,
            ).to_bytes()
        except lottery.Refused as problem:
            raise UnableToPromiseDraw(problem.message(_language()), code="promise") from problem
        _refuse(lottery.verify_promise(listed, promise, rule=lottery.RULE_BYTES, earlier=earlier), UnableToPromiseDraw)
        made = Draw(
            intake=row, attempt=len(before) + 1, round_id=round_id, promised_by=actor, promised_at=promised_at
        ).store()
        named = {f"promise-{number}.json": content for number, content in enumerate(earlier, start=1)}
        _keep(made, {LIST: listed, PROMISE: promise, RULE: lottery.RULE_BYTES, **named})
        move_intake(row, IntakeState.PROMISED)
        detail = {
            "intake": row.pk,
            "attempt": made.attempt,
            "promise": lottery.sha256(promise),
            "list": lottery.sha256(listed),
        }
        record(actor=actor, code="admissions.draw.promise", subject=f"admissions_draw:{made.pk}", detail=detail, at=now)
    return made


def _require_one_each(row: Intake) -> None:
    """No child stands in the list twice. Raises UnableToPromiseDraw."""
    count = unsettled([row]).count()
    if count:
        raise UnableToPromiseDraw(
            _("有 %(count)s 名儿童以几份申请同时参加，还没有确定以哪一份为准。请先在“入学申请核验”中确定，再公布承诺。")
            % {"count": count},
            code="doubled",
            status=409,
        )


def draw_intake(*, actor: Account | None, draw: Draw, reveals: Sequence[lottery.Reveal], now: datetime) -> Draw:
    """Draws with what became known of the promised sources. People go through `enter_values`, which asks for two of them.

    The files are checked by the verifier, which shares no code with the draw, before they are kept.
    Raises PermissionMissing, WrongState, UnableToDraw.
    """
    _require(actor, draw.intake)
    with transaction.atomic():
        row = lock_intake(draw.intake)
        kept = Draw.objects.select_for_update(of=("self",)).get(pk=draw.pk)
        if kept.state != DrawState.PROMISED:
            raise WrongState(_("这次抽签已经抽过或已作废，不能再抽。请刷新页面。"), code="drawn")
        require_intake(row, (IntakeState.PROMISED,))
        files = {one.name: bytes(one.content) for one in kept.files.all()}
        promise = lottery.Promise.from_bytes(files[PROMISE])
        _require_known(promise.sources, reveals, now)
        try:
            done = lottery.draw(
                listed=files[LIST],
                promise=files[PROMISE],
                reveals=reveals,
                drawn_at=minute(timezone.localtime(now)),
                earlier=[content for _name, content in lottery.earlier_promises(files)],
            )
        except lottery.Refused as problem:
            raise UnableToDraw(problem.message(_language()), code="draw") from problem
        _refuse(
            lottery.verify(done.files, promises=[lottery.sha256(files[PROMISE])], published_list=files[LIST]),
            UnableToDraw,
        )
        _keep(kept, {name: content for name, content in done.files.items() if name not in files})
        kept.state, kept.seed, kept.drawn_by, kept.drawn_at = DrawState.DRAWN, done.seed.hex(), actor, now
        kept.version += 1
        kept.store()
        move_intake(row, IntakeState.DRAWN)
        detail = {"intake": row.pk, "attempt": kept.attempt, "seed": kept.seed}
        record(actor=actor, code="admissions.draw.draw", subject=f"admissions_draw:{kept.pk}", detail=detail, at=now)
    return kept


@dataclass(frozen=True)
class Entered:
    """What came of a person's values: `differing` names the sources at which another has typed something else."""

    draw: Draw
    is_drawn: bool
    differing: tuple[str, ...]


def enter_values(*, actor: Account, draw: Draw, reveals: Sequence[lottery.Reveal], now: datetime) -> Entered:
    """Keeps what one person typed of the published values; once a second person has typed the same, it is drawn.

    What is drawn cannot be drawn again, so that a slip of one hand must not decide it. A person may type anew until then, and
    sees nothing of what the other typed. Raises PermissionMissing, WrongState, UnableToDraw.
    """
    _require(actor, draw.intake)
    with transaction.atomic():
        lock_intake(draw.intake)
        kept = Draw.objects.select_for_update(of=("self",)).select_related("intake__season").get(pk=draw.pk)
        if kept.state != DrawState.PROMISED:
            raise WrongState(_("这次抽签已经抽过或已作废，不能再抽。请刷新页面。"), code="drawn")
        promise = lottery.Promise.from_bytes(bytes(kept.files.get(name=PROMISE).content))
        _require_known(promise.sources, reveals, now)
        values, names = _canonical(promise.sources, reveals)
        DrawEntry.objects.update_or_create(draw=kept, entered_by=actor, defaults={"values": values, "entered_at": now})
        record(
            actor=actor,
            code="admissions.draw.enter",
            subject=f"admissions_draw:{kept.pk}",
            detail={"intake": kept.intake_id, "attempt": kept.attempt, "values": lottery.sha256(canonical(values))},
            at=now,
        )
        others = [one.values for one in kept.entries.exclude(entered_by=actor)]
        if values in others:
            return Entered(draw_intake(actor=actor, draw=kept, reveals=reveals, now=now), is_drawn=True, differing=())
        differing = {name for other in others for name in names if other.get(name) != values.get(name)}
    return Entered(kept, is_drawn=False, differing=tuple(names[one] for one in names if one in differing))


def canonical(values: Mapping[str, str]) -> bytes:
    """Values by source as the bytes whose fingerprint the journal keeps."""
    return "".join(f"{source} {text}\n" for source, text in sorted(values.items())).encode()


def _canonical(
    sources: Iterable[lottery.Source], reveals: Sequence[lottery.Reveal]
) -> tuple[dict[str, str], dict[str, str]]:
    """Canonical texts by source, and the names of all sources that were promised. Raises UnableToDraw."""
    known: dict[str, lottery.Source] = {}
    waiting = list(sources)
    while waiting:
        source = waiting.pop(0)
        known[source.id] = source
        waiting += [source.fallback] if source.fallback is not None else []
    values = {}
    try:
        for one in reveals:
            if one.witnesses or (known[one.source].witnesses and not one.missing):
                values[one.source] = "|".join(sorted(f"{each.name} {each.value} {each.salt}" for each in one.witnesses))
            else:
                values[one.source] = (
                    lottery.canonical_value(known[one.source], one.published) if one.published else "missing"
                )
    except lottery.Refused as problem:
        raise UnableToDraw(problem.message(_language()), code="draw") from problem
    return values, {key: source.name for key, source in known.items()}


def void_draw(*, actor: Account | None, draw: Draw, reason: str, now: datetime) -> Draw:
    """A promise that cannot be kept is void, for a reason that the next promise publishes. What was drawn is never drawn again.

    Raises PermissionMissing, WrongState, UnableToVoidDraw.
    """
    _require(actor, draw.intake)
    with transaction.atomic():
        row = lock_intake(draw.intake)
        kept = Draw.objects.select_for_update(of=("self",)).get(pk=draw.pk)
        if kept.state != DrawState.PROMISED:
            raise WrongState(_("已经抽出的结果不能作废重抽；还没有公布承诺的，没有什么可作废。"), code="drawn")
        if not reason.strip():
            raise UnableToVoidDraw(_("请写明作废的原因，下一次承诺会公布它。"), code="no-reason", field="reason")
        kept.state, kept.void_reason, kept.voided_by = DrawState.VOID, reason.strip()[:400], actor
        kept.version += 1
        kept.store()
        move_intake(row, IntakeState.CHECKED)
        detail = {"intake": row.pk, "attempt": kept.attempt, "reason": kept.void_reason}
        record(actor=actor, code="admissions.draw.void", subject=f"admissions_draw:{kept.pk}", detail=detail, at=now)
    return kept


def _require(actor: Account | None, intake: Intake) -> None:
    if actor is not None:
        require(account=actor, permission=PLACE, unit_id=intake.season.office_id)


def _require_known(sources: Iterable[lottery.Source], reveals: Sequence[lottery.Reveal], now: datetime) -> None:
    """Nothing is drawn before the last source that is used can be known."""
    used = {one.source for one in reveals}
    waiting = list(sources)
    while waiting:
        source = waiting.pop(0)
        if source.fallback is not None and source.fallback.id in used:
            waiting.append(source.fallback)
        if now < datetime.fromisoformat(source.known_at):
            raise UnableToDraw(
                _("来源“%(name)s”到 %(at)s 才揭晓，现在还不能抽。请到时再来。")
                % {"name": source.name, "at": source.known_at},
                code="too-early",
            )


def _refuse(findings: Sequence[lottery.Finding], problem: type[UnableToDraw] | type[UnableToPromiseDraw]) -> None:
    if findings:
        raise problem(" ".join(one.message(_language()) for one in findings), code="findings")


def _language() -> str:
    return get_language() or "zh"


def _file(draw: Draw, name: str) -> bytes:
    return next(bytes(one.content) for one in draw.files.all() if one.name == name)


def _keep(draw: Draw, files: Mapping[str, bytes]) -> None:
    DrawFile.objects.bulk_create(
        DrawFile(draw=draw, name=name, content=content, sha256=lottery.sha256(content))
        for name, content in sorted(files.items())
    )
