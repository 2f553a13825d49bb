"""Sends a stored file to a browser: as a download that nothing opens by itself, and kept in no cache.

The caller has asked whether the account may see it, and journals what must be.
"""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from yaodian.foundation.answering import as_file
from yaodian.foundation.files.storing import UnableToOpenFile, open_file, open_thumbnail
from yaodian.foundation.models import StoredFile


def _guarded(answer: HttpResponse) -> HttpResponse:
    answer["Content-Length"] = str(len(answer.content))
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    # Whatever a browser makes of the bytes, they run nothing and ask for nothing.
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def send_file(stored: StoredFile) -> HttpResponse:
    """The file under its name, always as an attachment. Raises UnableToOpenFile."""
    return as_file(_guarded(HttpResponse(open_file(stored), content_type=stored.media_type)), stored.name)


def send_thumbnail(stored: StoredFile) -> HttpResponse:
    """The small picture of a picture, for an <img>; at most 480 pixels a side. Raises Http404 where there is none."""
    data = open_thumbnail(stored)
    if not data:
        raise Http404
    answer = _guarded(HttpResponse(data, content_type="image/jpeg"))
    answer["Content-Disposition"] = "inline"
    return answer


def answer_with_file(request: HttpRequest, stored: StoredFile | None, *, back: str) -> HttpResponse:
    """The file; with `?small=1` the small picture of a picture; `back`, the page it belongs to, with a sentence why where its
    bytes cannot be had. Raises Http404 where the query before found no file."""
    if stored is None:
        raise Http404
    try:
        return send_thumbnail(stored) if "small" in request.GET else send_file(stored)
    except UnableToOpenFile as gone:
        messages.error(request, str(gone))
        return redirect(back)
