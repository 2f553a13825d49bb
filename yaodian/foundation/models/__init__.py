"""The base of all rows, and the rows that every slice shares."""

from yaodian.foundation.models.calendar import CalendarChange, CalendarYear
from yaodian.foundation.models.files import StoredFile, StoredFileContent
from yaodian.foundation.models.imports import Import, ImportPart
from yaodian.foundation.models.messages import Message
from yaodian.foundation.models.record import Record
from yaodian.foundation.models.texts import TextMessage
from yaodian.foundation.models.work import Job, Schedule, Worker
