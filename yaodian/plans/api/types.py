"""The kinds of value that come in, with their limits."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Field
from pydantic import StringConstraints

PublicId = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{12}$")]
RowId = Annotated[int, Field(ge=1, le=2**62)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
PageNumber = Annotated[int, Field(ge=1, le=100_000)]
PageSize = Annotated[int, Field(ge=1, le=100)]
Year = Annotated[int, Field(ge=1949, le=2149)]
Words = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Reason = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00]*$")]
Key = Annotated[str, StringConstraints(max_length=64, pattern=r"^[!-~]*$")]
Offset = Annotated[int, Field(ge=0, le=2**31 - 1)]
# A list, since the description of a tuple is no valid OpenAPI 3.1.
Span = Annotated[list[Offset], Field(min_length=2, max_length=2)]
Number = Annotated[float, Field(allow_inf_nan=False)]
FindingKind = Literal["target", "deadline", "responsibility", "policy", "system"]
AnyKind = Literal["clause", "target", "deadline", "responsibility", "policy", "system"]
