"""Sends a stored file to a browser: as a download that nothing opens by itself, and kept in no cache.

The caller has asked whether the account may see it, and journals what must be.
"""

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from yaodian.foundation.files.storing import open_file, open_thumbnail
from yaodian.foundation.models import StoredFile


def _answer(data: bytes, media_type: str, disposition: str | None) -> HttpResponse:
    answer = HttpResponse(data, content_type=media_type)
    answer["Content-Length"] = str(len(data))
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    # Whatever a browser makes of the bytes, they run nothing and ask for nothing.
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    if disposition is not None:
        answer["Content-Disposition"] = disposition
    return answer


def send_file(stored: StoredFile) -> HttpResponse:
    """The file under its name, always as an attachment. Raises UnableToOpenFile."""
    return _answer(open_file(stored), stored.media_type, content_disposition_header(True, stored.name))


def send_thumbnail(stored: StoredFile) -> HttpResponse:
    """The small picture of a picture, for an <img>; at most 480 pixels a side. Raises Http404 where there is none."""
    data = open_thumbnail(stored)
    if not data:
        raise Http404
    return _answer(data, "image/jpeg", "inline")
