"""A OneRoster file set as it is read: files joined, rows of the registry's sheets out, faults by file, line and column.

Small files are held whole; of a user, what other files say of him is held until his own row comes: a few words for each.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from yaodian.foundation.sheets import limits
from yaodian.foundation.sheets.checking import Row, Tally
from yaodian.foundation.sheets.declaring import Column, Day, Misfit, Problem, Text
from yaodian.foundation.sheets.reading import RawSheet, UnableToReadSheet
from yaodian.registry.oneroster import standard
from yaodian.registry.oneroster.targets import (
    CLASS_TABLE,
    PUPIL_TABLE,
    SCHOOL_TABLE,
    TABLES,
    TEACHER_TABLE,
)
from yaodian.registry.queries import school_types

_SCHOOL_CODE = re.compile(r"[0-9]{10}")
_NATIONAL = re.compile(r"[GJL].{18}")
_CLASS_NUMBER = re.compile(r"(\d{1,2})\D*$")
_DAY = Day()

# Where the columns of each sheet stand in the files, for faults that are found behind the joining.
_MAIN = {SCHOOL_TABLE: "orgs.csv", CLASS_TABLE: "classes.csv", TEACHER_TABLE: "users.csv", PUPIL_TABLE: "users.csv"}
_HEADERS: Mapping[int, Mapping[str, str]] = {
    SCHOOL_TABLE: {"code": "identifier", "name": "name", "parent": "parentSourcedId"},
    CLASS_TABLE: {"sourced_id": "sourcedId", "school": "schoolSourcedId", "name": "title"},
    TEACHER_TABLE: {
        "staff_number": "identifier", "name": "familyName", "gender": "sex (demographics.csv)", "phone": "phone",
        "birth_on": "birthDate (demographics.csv)", "school": "orgSourcedId (roles.csv)",
    },
    PUPIL_TABLE: {
        "sourced_id": "sourcedId", "number": "identifier", "name": "familyName", "gender": "sex (demographics.csv)",
        "birth_on": "birthDate (demographics.csv)", "school": "orgSourcedId (roles.csv)",
        "entered_on": "beginDate (roles.csv)",
        **dict.fromkeys(("stage", "entered_year", "class_number"), "classSourcedId (enrollments.csv)"),
    },
}  # fmt: skip


class UnableToReadRoster(UnableToReadSheet):
    """The file set is refused; `message` says why and what to do."""

    def __init__(self, message: str, *, code: str) -> None:
        self.code = code
        self.message = message
        Exception.__init__(self, message)


@dataclass(slots=True)
class _Person:
    """What the files before users.csv say of a user; `line` is where he was named first."""

    file: str
    line: int
    role: str = ""
    school: str = ""
    begins_on: date | None = None
    sex: str = ""
    birth_on: date | None = None
    room: str = ""
    is_seen: bool = False


@dataclass(frozen=True)
class _Room:
    school: str
    stage: str
    entered_year: int
    number: int


class RosterReading:
    """Reads one file set. `chunks()` once, to its end."""

    def __init__(self, raw: RawSheet) -> None:
        self.tally = Tally()
        self._raw = raw
        self._headers: dict[str, dict[str, int]] = {}
        self._codes: dict[str, str] = {}
        self._types: dict[str, str] = {}
        self._sessions: dict[str, date | None] = {}
        self._courses: set[str] = set()
        self._rooms: dict[str, _Room | None] = {}
        self._people: dict[str, _Person] = {}
        self._seen: dict[tuple[int, tuple[Any, ...]], int] = {}
        self._others: dict[str, int] = {}
        self._numbers_dropped = 0
        self._memory: dict[tuple[int, str], dict[str, tuple[Any, Problem | None]]] = {}

    # What the importer asks.

    def chunks(self) -> Iterator[tuple[int, list[Row]]]:
        source = iter(self._raw)
        first = next(source, [0, "", []])
        files = itertools.groupby(source, key=lambda row: row[1])
        there = set(first[2])
        if standard.MANIFEST not in there:
            raise UnableToReadRoster(
                _(
                    "压缩包最外层没有 manifest.csv，这不是 OneRoster 文件。请直接压缩各个 CSV 文件，不要连同文件夹一起压缩。"
                ),
                code="no-manifest",
            )
        bulk: set[str] = set()
        for name, rows in files:
            if name == standard.MANIFEST:
                bulk = self._manifest(rows, there)
            elif name in bulk:
                yield from _READERS[name](self, self._table(name, rows))
        if standard.MANIFEST not in self._headers:
            raise UnableToReadRoster(_("manifest.csv 是空的。请重新导出。"), code="no-manifest")
        self._close()

    def place(self, table: int, problem: Problem) -> Problem:
        header = _HEADERS[table].get(problem.column, f"{standard.EXTENSION}{problem.column}")
        return replace(problem, file=_MAIN[table], column=header if problem.column else "")

    # Files.

    def _manifest(self, rows: Iterator[list[Any]], there: set[str]) -> set[str]:
        self._headers[standard.MANIFEST] = {}
        said = {str(cells[0] or ""): str(cells[1] or "") for _line, _name, cells in rows if len(cells) > 1}
        version = said.get("oneroster.version", "")
        if version != standard.VERSION:
            raise UnableToReadRoster(
                _("manifest.csv 写明的 OneRoster 版本是“%(version)s”，这里只读 1.2 版。请按 1.2 版重新导出。")
                % {"version": version[:20] or _("（没有）")},
                code="version",
            )
        modes = {f"{name.removeprefix('file.')}.csv": mode for name, mode in said.items() if name.startswith("file.")}
        bulk = {name for name, mode in modes.items() if mode == "bulk"}
        for name, mode in modes.items():
            if mode == "delta":
                raise UnableToReadRoster(
                    _("manifest.csv 说 %(name)s 是增量（delta），这里只读全量（bulk）。请改为全量导出。")
                    % {"name": name},
                    code="delta",
                )
            if mode not in {"bulk", "absent"}:
                raise UnableToReadRoster(
                    _("manifest.csv 里 %(name)s 的值“%(mode)s”不是 bulk 或 absent。请重新导出。")
                    % {"name": name, "mode": mode[:20]},
                    code="mode",
                )
        if "orgs.csv" not in bulk:
            raise UnableToReadRoster(
                _("manifest.csv 里没有 orgs.csv。至少要有学校（orgs.csv）。请重新导出。"), code="no-orgs"
            )
        for name in sorted(bulk):
            if name not in there:
                raise UnableToReadRoster(
                    _("manifest.csv 说有 %(name)s，压缩包里却没有。文件不全，没有读入任何内容；请重新导出。")
                    % {"name": name},
                    code="half",
                )
            for other in standard.ON.get(name, ()):
                if other not in bulk:
                    raise UnableToReadRoster(
                        _("%(name)s 要与 %(other)s 一起才读得懂，manifest.csv 里却没有后者。请一起导出。")
                        % {"name": name, "other": other},
                        code="half",
                    )
        unread = sorted((bulk | there) - set(standard.READ)) + sorted((there - bulk) & set(standard.COLUMNS))
        if unread:
            self.tally.notes.append(_("没有读这些文件：%(names)s。") % {"names": "、".join(unread[:12])})
        return bulk

    def _table(self, name: str, rows: Iterator[list[Any]]) -> Iterator[tuple[int, dict[str, str]]]:
        """Line and cells by header of each row that has what every row needs."""
        header = next(rows, None)
        cells = [str(cell or "").strip() for cell in (header[2] if header else [])]
        places = {word: place for place, word in enumerate(cells) if word}
        self._headers[name] = places
        missing = [word for word in standard.NEEDED[name] if word not in places]
        if missing or len(places) < len([word for word in cells if word]):
            raise UnableToReadRoster(
                _("%(name)s 缺少列：%(columns)s。列名区分大小写；请重新导出。")
                % {"name": name, "columns": "、".join(missing)}
                if missing
                else _("%(name)s 有两列同名。请重新导出。") % {"name": name},
                code="columns",
            )
        unknown = [word for word in places if word not in standard.COLUMNS[name] and not word.startswith("metadata.")]
        if unknown:
            self.tally.notes.append(
                _("%(name)s 里没有读这些列：%(columns)s。") % {"name": name, "columns": "、".join(unknown[:10])}
            )
        for line, _name, found in rows:
            row = {word: _text(found, place) for word, place in places.items()}
            empty = [word for word in standard.NEEDED[name] if not row[word]]
            if row.get("status") == "tobedeleted":
                self._wrong(
                    name, line, "status", _("全量文件里不能有要删除的行。请删去这一行，需要删除的在系统里办理。")
                )
            elif empty:
                for word in empty:
                    self._wrong(name, line, word, _("这一格不能为空。请补全后重新导出。"))
            else:
                yield line, row

    def _wrong(self, file: str, line: int, column: str, message: str, code: str = "invalid") -> None:
        self.tally.add(Problem(message, code=code, file=file, row=line, column=column))

    def _orgs(self, rows: Iterator[tuple[int, dict[str, str]]]) -> Iterator[tuple[int, list[Row]]]:
        held: dict[str, tuple[int, dict[str, str]]] = {}
        for line, row in rows:
            key = row["sourcedId"]
            if key in held:
                self._twice("orgs.csv", line, held[key][0])
                continue
            held[key] = (line, row)
            known = row.get("identifier", "")
            is_code = row["type"] != "school" or _SCHOOL_CODE.fullmatch(known)
            self._codes[key] = known if known and is_code else key
        made: list[Row] = []
        for line, row in held.values():
            parent = row.get("parentSourcedId", "")
            if parent and parent not in held:
                self._dangling("orgs.csv", line, "parentSourcedId", parent, "orgs.csv")
            if row["type"] != "school":
                self._others["orgs"] = self._others.get("orgs", 0) + 1
                continue
            cells = {
                "code": (self._codes[row["sourcedId"]], "identifier"),
                "name": (row["name"], "name"),
                "parent": (self._codes.get(parent, ""), "parentSourcedId"),
            }
            made += self._row(SCHOOL_TABLE, line, row, cells, {})
        codes = [self._codes[key] for key, (_line, row) in held.items() if row["type"] == "school"]
        self._types = school_types(codes=codes)
        for one in made:
            self._types.setdefault(one.values["code"], one.values.get("school_type") or "")
        yield from _parts(SCHOOL_TABLE, made)

    def _academic_sessions(self, rows: Iterator[tuple[int, dict[str, str]]]) -> Iterator[tuple[int, list[Row]]]:
        for line, row in rows:
            if row["sourcedId"] in self._sessions:
                self._wrong("academicSessions.csv", line, "sourcedId", _("这个 sourcedId 出现了两次。"), "twice")
            self._sessions[row["sourcedId"]] = self._day("academicSessions.csv", line, "startDate", row["startDate"])
        yield from ()

    def _course_list(self, rows: Iterator[tuple[int, dict[str, str]]]) -> Iterator[tuple[int, list[Row]]]:
        for line, row in rows:
            if row["sourcedId"] in self._courses:
                self._wrong("courses.csv", line, "sourcedId", _("这个 sourcedId 出现了两次。"), "twice")
            if row["orgSourcedId"] not in self._codes:
                self._dangling("courses.csv", line, "orgSourcedId", row["orgSourcedId"], "orgs.csv")
            self._courses.add(row["sourcedId"])
        yield from ()

    def _classes(self, rows: Iterator[tuple[int, dict[str, str]]]) -> Iterator[tuple[int, list[Row]]]:
        made: list[Row] = []
        places: dict[_Room, int] = {}
        for line, row in rows:
            key = row["sourcedId"]
            if key in self._rooms:
                self._wrong("classes.csv", line, "sourcedId", _("这个 sourcedId 出现了两次。"), "twice")
                continue
            self._rooms[key] = None
            terms = [term.strip() for term in row["termSourcedIds"].split(",") if term.strip()]
            is_whole = True
            for column, value, known, file in (
                ("schoolSourcedId", row["schoolSourcedId"], self._codes, "orgs.csv"),
                ("courseSourcedId", row["courseSourcedId"], self._courses, "courses.csv"),
                *(("termSourcedIds", term, self._sessions, "academicSessions.csv") for term in terms),
            ):
                if value not in known:
                    self._dangling("classes.csv", line, column, value, file)
                    is_whole = False
            if not is_whole:
                continue
            school = self._codes[row["schoolSourcedId"]]
            cells = {
                "sourced_id": (key, "sourcedId"), "school": (school, "schoolSourcedId"), "name": (row["title"], "title"),
                **self._where(row, school, terms),
            }  # fmt: skip
            for one in self._row(CLASS_TABLE, line, row, cells, {}, late=("stage", "grade", "entered_year", "number")):
                values = one.values
                if any(values.get(name) is None for name in ("stage", "entered_year", "number")):
                    self._wrong(
                        "classes.csv", line, "grades",
                        _("看不出这个班的学段、入学年份或班号。请填 grades（如 03）、classCode（班号）和学年，或附上扩展列。"),
                    )  # fmt: skip
                    continue
                room = _Room(school, values["stage"], values["entered_year"], values["number"])
                if places.setdefault(room, line) != line:
                    self._wrong(
                        "classes.csv", line, "classCode",
                        _("与第 %(row)s 行是同一所学校、同一学段、同一入学年份的同一个班号。请核对。") % {"row": places[room]},
                        "twice",
                    )  # fmt: skip
                    continue
                self._rooms[key] = room
                made.append(Row(line, values, TABLES[CLASS_TABLE].key_of(values)))
        yield from _parts(CLASS_TABLE, made)

    def _where(self, row: Mapping[str, str], school: str, terms: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Stage, grade, year of entry and number, as far as a file without our extensions tells them."""
        said: dict[str, tuple[str, str]] = {}
        grades = row.get("grades", "").split(",")
        place = standard.grade_of(grades[0], self._types.get(school, "")) if grades[0] and len(grades) == 1 else None
        begins = [day for term in terms if (day := self._sessions.get(term)) is not None]
        if place is not None:
            said["stage"], said["grade"] = (place[0], "grades"), (str(place[1]), "grades")
            if begins:
                day = min(begins)
                year = day.year if day.month >= 7 else day.year - 1
                said["entered_year"] = (str(year - place[1] + 1), "termSourcedIds")
        number = _CLASS_NUMBER.search(row.get("classCode", "") or row["title"])
        if number:
            said["number"] = (str(int(number[1])), "classCode")
        return said

    def _roles(self, rows: Iterator[tuple[int, dict[str, str]]]) -> Iterator[tuple[int, list[Row]]]:
        for line, row in rows:
            if row["orgSourcedId"] not in self._codes:
                self._dangling("roles.csv", line, "orgSourcedId", row["orgSourcedId"], "orgs.csv")
                continue
            person = self._person(row["userSourcedId"], "roles.csv", line)
            if row["roleType"] != "primary":
                continue
            if person.role:
                self._wrong(
                    "roles.csv", line, "roleType", _("同一个人有两个主要（primary）角色。请只留一个。"), "twice"
                )
            person.role = row["role"]
            person.school = self._codes[row["orgSourcedId"]]
            person.begins_on = self._day("roles.csv", line, "beginDate", row.get("beginDate", ""))
        yield from ()

    def _demographics(self, rows: Iterator[tuple[int, dict[str, str]]]) -> Iterator[tuple[int, list[Row]]]:
        for line, row in rows:
            person = self._person(row["sourcedId"], "demographics.csv", line)
            person.birth_on = self._day("demographics.csv", line, "birthDate", row.get("birthDate", ""))
            sex = row.get("sex", "")
            if sex not in ("", "male", "female", "unspecified", "other"):
                self._wrong("demographics.csv", line, "sex", _("性别应是 male、female、unspecified 或 other。请改正。"))
            person.sex = standard.SEXES.get(sex, "0" if sex else "")
        yield from ()

    def _enrollments(self, rows: Iterator[tuple[int, dict[str, str]]]) -> Iterator[tuple[int, list[Row]]]:
        for line, row in rows:
            if row["classSourcedId"] not in self._rooms:
                self._dangling("enrollments.csv", line, "classSourcedId", row["classSourcedId"], "classes.csv")
                continue
            if row["schoolSourcedId"] not in self._codes:
                self._dangling("enrollments.csv", line, "schoolSourcedId", row["schoolSourcedId"], "orgs.csv")
                continue
            person = self._person(row["userSourcedId"], "enrollments.csv", line)
            if row["role"] != "student":
                self._others["enrollments"] = self._others.get("enrollments", 0) + 1
                continue
            if person.room and person.room != row["classSourcedId"]:
                self._wrong(
                    "enrollments.csv", line, "classSourcedId",
                    _("同一名学生在两个班。这里一名学生只有一个行政班；请只导出行政班（homeroom）。"), "twice",
                )  # fmt: skip
            person.room = row["classSourcedId"]
            if person.begins_on is None:
                person.begins_on = self._day("enrollments.csv", line, "beginDate", row.get("beginDate", ""))
        yield from ()

    def _users(self, rows: Iterator[tuple[int, dict[str, str]]]) -> Iterator[tuple[int, list[Row]]]:
        waiting: dict[int, list[Row]] = {TEACHER_TABLE: [], PUPIL_TABLE: []}
        for line, row in rows:
            person = self._person(row["sourcedId"], "users.csv", line)
            if person.is_seen:
                self._wrong("users.csv", line, "sourcedId", _("这个 sourcedId 出现了两次。"), "twice")
                continue
            person.is_seen = True
            if not person.role:
                self._wrong("users.csv", line, "sourcedId", _("roles.csv 里没有这个人的主要（primary）角色。请补上。"))
                continue
            if person.role not in standard.ROLES:
                self._others["users"] = self._others.get("users", 0) + 1
                continue
            table = TEACHER_TABLE if person.role == "teacher" else PUPIL_TABLE
            waiting[table] += self._user(table, line, row, person)
            if len(waiting[table]) >= limits.CHUNK_ROWS:
                yield table, waiting[table]
                waiting[table] = []
        for table, made in waiting.items():
            if made:
                yield table, made

    def _user(self, table: int, line: int, row: dict[str, str], person: _Person) -> Iterator[Row]:
        name = row.get(f"{standard.EXTENSION}name") or standard.join_name(row["familyName"], row["givenName"])
        known = row.get("identifier", "")
        cells = {"name": (name, "familyName"), "school": (person.school, "orgSourcedId")}
        values: dict[str, Any] = {}
        if person.birth_on is not None:
            values["birth_on"] = person.birth_on
        if person.sex:
            values["gender"] = person.sex
        if table == TEACHER_TABLE:
            cells["staff_number"] = (known or row["sourcedId"].removeprefix("staff."), "identifier")
            cells["phone"] = (row.get("phone", "") or row.get("sms", ""), "phone")
            yield from self._row(table, line, row, cells, values)
            return
        is_national = bool(_NATIONAL.fullmatch(known))
        self._numbers_dropped += bool(known and not is_national and known != row["sourcedId"])
        cells["sourced_id"] = (row["sourcedId"], "sourcedId")
        cells["number"] = (known if is_national else row["sourcedId"], "identifier")
        if person.begins_on is not None:
            values["entered_on"] = person.begins_on
        if "enrollments.csv" in self._headers:
            room = self._rooms.get(person.room) if person.room else None
            values |= {
                "stage": room.stage if room else None,
                "entered_year": room.entered_year if room else None,
                "class_number": room.number if room else None,
            }
            if room is not None and room.school != person.school:
                self._wrong(
                    "users.csv",
                    line,
                    "sourcedId",
                    _("这名学生的班级不属于他的学校。请核对 roles.csv 与 enrollments.csv。"),
                )
                return
        yield from self._row(table, line, row, cells, values)

    # Rows.

    def _row(
        self,
        table: int,
        line: int,
        row: Mapping[str, str],
        cells: Mapping[str, tuple[str, str]],
        values: dict[str, Any],
        late: Sequence[str] = (),
    ) -> Iterator[Row]:
        """A row of the sheet, or none where something is wrong with it. `cells` are (text, header) of standard columns: an
        empty one says nothing. A column of ours that is empty says that there is nothing. `late` may be missing yet."""
        sheet = TABLES[table]
        file = _MAIN[table]
        is_right = True
        for column in sheet.columns:
            header = f"{standard.EXTENSION}{column.code}"
            is_ours = header in row and column.code not in ("name", "sourced_id")
            text = row[header] if is_ours else ""
            if not text and column.code in cells:
                text, header = cells[column.code]
                is_ours = False
            if not text:
                if is_ours and not column.is_required and column.code not in values:
                    values[column.code] = None
                continue
            value, problem = self._value(table, column, text)
            if problem is not None:
                self.tally.add(replace(problem, file=file, row=line, column=header))
                is_right = is_right and problem.is_warning
            values[column.code] = value
        if not is_right or any(values.get(code) is None for code in sheet.key if code not in late):
            return
        for problem in sheet.check_row({**dict.fromkeys((one.code for one in sheet.columns), None), **values}):
            self.tally.add(self.place(table, replace(problem, row=line)))
            is_right = is_right and problem.is_warning
        if table != CLASS_TABLE:
            key = sheet.key_of(values)
            first = self._seen.setdefault((table, key[-1:]), line)
            if first != line:
                self._twice(file, line, first)
                is_right = False
        self.tally.rows += 1
        if is_right:
            yield Row(line, values, sheet.key_of(values) if table != CLASS_TABLE else ())

    def _value(self, table: int, column: Column, text: str) -> tuple[Any, Problem | None]:
        """The value of a cell; what many rows have is worked out once."""
        memory = self._memory.setdefault((table, column.code), {})
        found = memory.get(text)
        if found is None:
            # An apostrophe says that digits are text: a program wrote these, and they may well end in zeros.
            is_digits = isinstance(column.kind, Text) and column.kind.is_code and text.isdigit()
            found = column.value(f"'{text}" if is_digits else text)
            if len(memory) < limits.REMEMBERED_VALUES:
                memory[text] = found
        return found

    def _person(self, key: str, file: str, line: int) -> _Person:
        person = self._people.get(key)
        if person is None:
            person = self._people[key] = _Person(file, line)
        return person

    def _day(self, file: str, line: int, column: str, text: str) -> date | None:
        if not text:
            return None
        try:
            return _DAY.read(text)
        except Misfit as misfit:
            self._wrong(file, line, column, misfit.message, misfit.code)
            return None

    def _twice(self, file: str, line: int, first: int) -> None:
        self._wrong(file, line, "sourcedId", _("与第 %(row)s 行是同一个。请删去多余的一行。") % {"row": first}, "twice")

    def _dangling(self, file: str, line: int, column: str, value: str, where: str) -> None:
        message = _("%(file)s 里没有“%(value)s”。文件不全或编号有误，请重新导出。") % {
            "file": where,
            "value": value[:40],
        }
        self._wrong(file, line, column, message, "dangling")

    def _close(self) -> None:
        for key, person in self._people.items():
            if not person.is_seen:
                self._dangling(person.file, person.line, "userSourcedId", key, "users.csv")
        if not self.tally.rows and not self.tally.errors:
            self.tally.add(Problem(_("文件里没有学校、班级、教师或学生。请核对后重新导出。"), code="no-rows"))
        words = {
            "orgs": _("不是学校的单位 %(count)s 个，没有读入：单位在“单位”中维护。"),
            "users": _("不是教师或学生的用户 %(count)s 人，没有读入。"),
            "enrollments": _("教师的任课关系 %(count)s 条，没有读入。"),
        }
        for what, count in self._others.items():
            self.tally.notes.append(words[what] % {"count": count})
        if self._numbers_dropped:
            self.tally.notes.append(
                _("有 %(count)s 名学生的 identifier 不是全国学籍号，没有保存；他们以 sourcedId 认定。")
                % {"count": self._numbers_dropped}
            )


def _text(cells: Sequence[Any], place: int) -> str:
    return str(cells[place] or "").strip() if place < len(cells) else ""


def _parts(table: int, rows: list[Row]) -> Iterator[tuple[int, list[Row]]]:
    for start in range(0, len(rows), limits.CHUNK_ROWS):
        yield table, rows[start : start + limits.CHUNK_ROWS]


_READERS = {
    "orgs.csv": RosterReading._orgs,
    "academicSessions.csv": RosterReading._academic_sessions,
    "courses.csv": RosterReading._course_list,
    "classes.csv": RosterReading._classes,
    "roles.csv": RosterReading._roles,
    "demographics.csv": RosterReading._demographics,
    "enrollments.csv": RosterReading._enrollments,
    "users.csv": RosterReading._users,
}
