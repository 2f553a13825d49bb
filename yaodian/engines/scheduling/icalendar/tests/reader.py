"""A calendar read by hand, apart from how it is written: unfolded, taken apart, its rules expanded into lessons."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

UTC_OFFSET = timedelta(hours=8)


def unfolded(text: str) -> list[str]:
    """The content lines; every physical line must end in CRLF and be short enough."""
    assert text.endswith("\r\n")
    physical = text[:-2].split("\r\n")
    assert all("\r" not in line and "\n" not in line for line in physical)
    assert all(len(line.encode()) <= 75 for line in physical)
    lines: list[str] = []
    for line in physical:
        if line.startswith(" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    return lines


def unescaped(value: str) -> str:
    found, rest = "", iter(value)
    for character in rest:
        if character == "\\":
            character = {"n": "\n", "N": "\n"}.get(following := next(rest), following)
        else:
            assert character not in ";,"
        found += character
    return found


@dataclass
class Component:
    name: str
    properties: dict[str, tuple[dict[str, str], str]] = field(default_factory=dict)
    parts: list[Component] = field(default_factory=list)

    def value(self, name: str) -> str:
        return self.properties[name][1]

    def text(self, name: str) -> str:
        return unescaped(self.value(name))

    def all(self, name: str) -> list[Component]:
        return [part for part in self.parts if part.name == name]


def parsed(text: str) -> Component:
    """The one component that the text is; begins and ends must match, and no property stands twice."""
    root = Component("")
    open_ = [root]
    for line in unfolded(text):
        head, _, value = line.partition(":")
        name, *parameters = head.split(";")
        assert name.replace("-", "").isalnum()
        assert name.isupper()
        if name == "BEGIN":
            part = Component(value)
            open_[-1].parts.append(part)
            open_.append(part)
        elif name == "END":
            assert open_.pop().name == value
        else:
            assert name not in open_[-1].properties, name
            open_[-1].properties[name] = (dict(one.split("=", 1) for one in parameters), value)
    assert open_ == [root]
    (calendar,) = root.parts
    return calendar


def local(value: str) -> datetime:
    return datetime.fromisoformat(value)


def held(event: Component) -> list[tuple[datetime, datetime]]:
    """When the event takes place, by the clock of the place."""
    for name in ("DTSTART", "DTEND"):
        assert event.properties[name][0] == {"TZID": "Asia/Shanghai"}
    start, end = local(event.value("DTSTART")), local(event.value("DTEND"))
    starts = [start]
    if "RRULE" in event.properties:
        rule = dict(part.split("=") for part in event.value("RRULE").split(";"))
        assert rule.pop("FREQ") == "WEEKLY"
        step = timedelta(weeks=int(rule.pop("INTERVAL", "1")))
        until = local(rule.pop("UNTIL").removesuffix("Z")) + UTC_OFFSET
        assert rule == {}
        while starts[-1] + step <= until:
            starts.append(starts[-1] + step)
        assert starts[-1] == until
    if "EXDATE" in event.properties:
        parameters, value = event.properties["EXDATE"]
        assert parameters == {"TZID": "Asia/Shanghai"}
        for one in value.split(","):
            starts.remove(local(one))
    return [(one, one + (end - start)) for one in starts]
