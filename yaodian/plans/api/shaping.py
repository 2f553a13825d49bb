"""Rows as answers, requests as values, refusals as problems."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Status
from ninja.files import UploadedFile

from yaodian.organisations.queries import PermissionMissing
from yaodian.plans import operations, queries
from yaodian.plans.api.answers import Problem
from yaodian.plans.api.requests import ChangeIn, FindingIn

# One for all modules: Django asks one view for all methods of an address.
router = Router(tags=["plans"])
# Which problems an answer may be: of a list, of one plan, of a call that needs a session.
LISTS: dict[Any, Any] = {422: Problem}
READS: dict[Any, Any] = {**LISTS, 403: Problem, 404: Problem}
WRITES: dict[Any, Any] = {**READS, 400: Problem, 401: Problem, 409: Problem}


def answering(call: Callable[..., Any]) -> Callable[..., Any]:
    """Gives refusals as problems with their sentences and the status that fits."""

    @functools.wraps(call)
    def answered(*arguments: Any, **named: Any) -> Any:
        try:
            return call(*arguments, **named)
        except operations.StaleVersion as error:
            problem = Problem(
                code=error.code,
                detail=error.message,
                current=error.current,
                current_version=error.current_version,
                changed_by=error.changed_by_name,
                changed_at=error.changed_at,
            )
            return Status(error.status, problem)
        except operations.UnableToApplySheet as error:
            cells = [{"cell": cell.cell, "message": cell.message} for cell in error.errors]
            return Status(error.status, Problem(code=error.code, detail=error.message, errors=cells))
        except operations.UnableTo as error:
            return Status(error.status, Problem(code=error.code, detail=error.message, field=error.field))
        except PermissionMissing as error:
            return Status(403, Problem(code="permission-missing", detail=error.message))
        except ObjectDoesNotExist:
            detail = _("没有找到。可能地址有误，或者这份要点还没有发布。请核对地址，或登录后再试。")
            return Status(404, Problem(code="not-found", detail=detail))

    # Annotations are text until now, and ninja would look their names up in this module instead of the call's own.
    answered.__signature__ = inspect.signature(call, eval_str=True)  # type: ignore[attr-defined]  # Read by inspect.
    return answered


def content_of(file: UploadedFile) -> bytes:
    """The bytes of an upload; REQUEST_MAX_BYTES bounds them, and the operation says what is too large."""
    return bytes(file.read())


def change_of(request: HttpRequest, payload: ChangeIn) -> dict[str, Any]:
    return {
        "actor": request.user,
        "now": timezone.now(),
        "expected_version": payload.expected_version,
        "reason": payload.reason,
        "client_key": payload.client_key,
    }


def values_of(kind: str, payload: FindingIn, refusal: type[operations.UnableTo]) -> Any:
    content = getattr(payload, kind)
    if content is None:
        raise refusal(_("请求里没有“%(kind)s”的内容。") % {"kind": kind}, code="content-missing", field=kind)
    match kind:
        case "target":
            return operations.TargetValues(**content.dict())
        case "deadline":
            return operations.DeadlineValues(**content.dict())
        case "responsibility":
            return operations.ResponsibilityValues(tuple(content.units), tuple(content.lead), tuple(content.support))
        case _:
            return operations.MentionValues(**content.dict())


def summary_of(plan: Any, **counts: int) -> dict[str, Any]:
    names = (
        *("public_id", "title", "issuer", "year", "doc_number", "index_number", "written_on", "source_published_on"),
        *("state", "version", "header_version", "published_at"),
    )
    return {**{name: getattr(plan, name) for name in names}, **counts}


def item_of(item: Any) -> dict[str, Any]:
    return {
        "kind": str(item.kind),
        "id": item.pk,
        "version": item.version,
        "state": item.state,
        "clause_id": getattr(item, "clause_id", None),
        "span": item.span,
        "quote": getattr(item, "quote", ""),
        "label": queries.item_label(item),
        "confidence": item.confidence,
        "values": queries.columns_of(item, item.kind),
    }


def clause_of(view: queries.ClauseView) -> dict[str, Any]:
    """A clause and all below it; a loop rather than recursion, for plans of any depth."""
    made: dict[int, dict[str, Any]] = {}
    waiting = [(view, False)]
    while waiting:
        current, is_ready = waiting.pop()
        if not is_ready:
            waiting.append((current, True))
            waiting += [(child, False) for child in current.children]
            continue
        clause = current.clause
        findings = (
            *current.targets,
            *current.deadlines,
            *current.responsibilities,
            *current.policies,
            *current.systems,
        )
        made[id(current)] = {
            "id": clause.pk if clause else None,
            "key": clause.key if clause else "",
            "path": clause.path if clause else "",
            "number": clause.number if clause else "",
            "heading": clause.heading if clause else "",
            "text": current.text,
            "items": [*([item_of(clause)] if clause else []), *(item_of(item) for item in findings)],
            "children": [made[id(child)] for child in current.children],
        }
    return made[id(view)]
