"""The door of the verifier: the published files in, what is wrong with them out.

It shares no code with the draw; ``bundle/check.py`` and the page ``bundle/check.html`` are two more that share none with it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

from .findings import Finding, Kind
from .lists import check_list
from .promises import check_promise
from .results import check_record, check_result, order, winners
from .reveals import Reveals, check_transcript

NEEDED = ("list.txt", "promise.json", "rule.txt", "reveals.json", "transcript.txt", "result.txt", "record.json")
_EARLIER = re.compile(r"promise-([1-9][0-9]{0,2})\.json", re.ASCII)


def verify(
    files: Mapping[str, bytes], *, promises: Sequence[str] = (), published_list: bytes | None = None
) -> tuple[Finding, ...]:
    """Everything that is wrong with a draw; nothing found means that anybody gets this order from these files.

    ``promises``: hashes of promises that were seen published before the draw. Without them it stays open whether this promise
    was. ``published_list``: a copy of the list kept from before; with it a changed list is named row by row.
    """
    found = [Finding(Kind.FILE_MISSING, name, None, name) for name in NEEDED if name not in files]
    earlier = earlier_promises(files)
    known = {*NEEDED, *(name for name, _content in earlier)}
    found += [Finding(Kind.FILE_UNKNOWN, name, None, name) for name in sorted(files) if name not in known]
    promise = None
    if "promise.json" in files:
        promise, faults = check_promise(
            files["promise.json"], rule=files.get("rule.txt"), earlier=earlier, published=promises
        )
        found += faults
    if "list.txt" in files:
        found += check_list(files["list.txt"], promise, published_list)
    reveals = None
    if promise is not None and "reveals.json" in files:
        reveals = Reveals(files["reveals.json"], promise, hashlib.sha256(files["promise.json"]).hexdigest())
        found += reveals.findings
    taken = None
    if reveals is not None and reveals.lines is not None and promise is not None:
        if "transcript.txt" in files:
            found += check_transcript(files["transcript.txt"], reveals.lines)
        if "list.txt" in files and "result.txt" in files:
            text = "".join(f"{line}\n" for line in reveals.lines).encode("utf-8", "surrogatepass")
            due = order(hashlib.sha256(text).digest(), files["list.txt"])
            found += check_result(files["result.txt"], due, promise["round"], files["list.txt"])
            taken = winners(due, promise["places"])
    if "record.json" in files:
        names = tuple(name for name in (*NEEDED[:-1], *(name for name, _content in earlier)) if name in files)
        found += check_record(files, promise, reveals.known_at if reveals else [], taken, names)
    return tuple(found)


def verify_promise(
    listed: bytes, promise: bytes, *, rule: bytes | None = None, earlier: Sequence[bytes] = ()
) -> tuple[Finding, ...]:
    """What is wrong with a promise and its list before they are published: to be asked while it can still be mended."""
    named = [(f"promise-{number}.json", content) for number, content in enumerate(earlier, start=1)]
    given, found = check_promise(promise, rule=rule, earlier=named)
    return (*found, *check_list(listed, given, None))


def earlier_promises(files: Mapping[str, bytes]) -> list[tuple[str, bytes]]:
    """The files ``promise-1.json``, ``promise-2.json`` … in their order."""
    numbered = sorted((int(match[1]), name) for name in files if (match := _EARLIER.fullmatch(name)))
    return [(name, files[name]) for _number, name in numbered]
