"""How an operation says no, and a query that there is nothing: one shape for all slices, so that a page, a form and the API
tell every refusal alike.

A slice derives its own failures from `UnableTo`, `UnableToOpenCase` beside `open_case`. A missing permission is another
thing: `organisations.queries.PermissionMissing`.
"""


class UnableTo(Exception):
    """An operation was refused and nothing was changed.

    `message` says in the user's language what, where, why and what to do; `code` is stable; `field` names the field of
    the form where the fault lies, if one does; `status` is the HTTP status that fits: that of the class, unless given.
    """

    status = 422

    def __init__(self, message: str, *, code: str, field: str = "", status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field
        if status is not None:
            self.status = status


class Absent(LookupError):
    """What was asked for is not there, or whoever asks may not know of it: both are the same to him."""
