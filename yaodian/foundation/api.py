"""What calls of the HTTP API answer alike, whatever the slice: why they were refused."""

from typing import Any

from ninja import Schema


class Refusal(Schema):
    """Why a call was refused: a stable code, a sentence, and which values were at fault."""

    code: str
    detail: str
    errors: list[dict[str, Any]] = []


REFUSALS: dict[Any, Any] = {400: Refusal, 401: Refusal, 403: Refusal, 422: Refusal}
ABSENT: dict[Any, Any] = {**REFUSALS, 404: Refusal}
