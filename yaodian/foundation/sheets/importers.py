"""What a slice declares so that files come in: the sheets, where their rows live, who may, what the journal is told.

An `Importer` takes a workbook or a CSV of one sheet; an `ArchiveImporter` a ZIP whose files together fill several sheets. Both
register under their code when the module that makes them is imported.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from yaodian.foundation.models import Import
from yaodian.foundation.sheets.checking import Checker, Row, Tally, chunked
from yaodian.foundation.sheets.declaring import Label, Problem, Sheet, in_files
from yaodian.foundation.sheets.reading import ARCHIVES, SHEETS, RawSheet, read_file
from yaodian.foundation.sheets.targets import Target


class MakeTarget(Protocol):
    def __call__(self, *, scope: str, actor_id: int | None) -> Target: ...


class MakeTargets(Protocol):
    def __call__(self, *, scope: str, actor_id: int | None) -> tuple[Target, ...]: ...


class Authorise(Protocol):
    def __call__(self, *, actor_id: int | None, scope: str, action: str, now: datetime) -> None: ...


class Journal(Protocol):
    def __call__(self, *, batch: Import, action: str, actor_id: int | None, now: datetime) -> None: ...


class Reading(Protocol):
    """One file being read: `chunks` once, to the end; `tally` grows meanwhile."""

    tally: Tally

    def chunks(self) -> Iterator[tuple[int, list[Row]]]:
        """Rows without an error, each list of one sheet, named by its place among the importer's. A sheet's rows come
        after those that they refer to. Raises UnableToReadSheet."""

    def place(self, table: int, problem: Problem) -> Problem:
        """A problem that a target has found, with its place in the file."""


class _SheetReading:
    """A file of one sheet."""

    def __init__(self, sheet: Sheet, raw: RawSheet) -> None:
        self._checker, self._raw = Checker(sheet), raw

    @property
    def tally(self) -> Tally:
        return self._checker.tally

    def chunks(self) -> Iterator[tuple[int, list[Row]]]:
        for chunk in chunked(self._checker.rows(self._raw)):
            yield 0, chunk

    def place(self, table: int, problem: Problem) -> Problem:
        return self._checker.place(problem)


@dataclass(frozen=True)
class Importer:
    """A sheet together with what the slice gives."""

    sheet: Sheet
    target: MakeTarget
    authorise: Authorise
    journal: Journal

    accepts = SHEETS

    def __post_init__(self) -> None:
        _register(self)

    @property
    def code(self) -> str:
        return self.sheet.code

    @property
    def label(self) -> Label:
        return self.sheet.label

    @property
    def alongside(self) -> tuple[str, ...]:
        return ()

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        return (self.sheet,)

    def targets(self, *, scope: str, actor_id: int | None) -> tuple[Target, ...]:
        return (self.target(scope=scope, actor_id=actor_id),)

    def read(self, *, name: str, chunks: Iterable[bytes]) -> contextlib.AbstractContextManager[RawSheet]:
        """The raw rows of a file; of a workbook those of the page that is called like the sheet."""
        return read_file(name=name, chunks=chunks, prefer=[in_files(self.sheet.label), self.sheet.english])

    @contextlib.contextmanager
    def open(self, *, name: str, chunks: Iterable[bytes]) -> Iterator[Reading]:
        with self.read(name=name, chunks=chunks) as raw:
            yield _SheetReading(self.sheet, raw)


@dataclass(frozen=True)
class ArchiveImporter:
    """Several sheets that come in one ZIP; `members` are its files in the order in which `reading` wants their rows."""

    code: str
    label: Label
    sheets: tuple[Sheet, ...]
    targets: MakeTargets
    members: tuple[str, ...]
    reading: Callable[[RawSheet], Reading]
    authorise: Authorise
    journal: Journal
    alongside: tuple[str, ...] = ()
    """Codes of other importers that write the same rows: their commits and this one's wait for each other."""

    accepts = ARCHIVES

    def __post_init__(self) -> None:
        _register(self)

    @contextlib.contextmanager
    def open(self, *, name: str, chunks: Iterable[bytes]) -> Iterator[Reading]:
        with read_file(name=name, chunks=chunks, members=self.members) as raw:
            yield self.reading(raw)


AnyImporter = Importer | ArchiveImporter

_IMPORTERS: dict[str, AnyImporter] = {}


def _register(importer: AnyImporter) -> None:
    known = _IMPORTERS.setdefault(importer.code, importer)
    if known != importer:
        raise ValueError(f"The sheet {importer.code} has an importer already.")


def get_importer(code: str) -> AnyImporter | None:
    """None for a code that no module has declared."""
    return _IMPORTERS.get(code)
