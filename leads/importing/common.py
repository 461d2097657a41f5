"""What counts for the whole of a mapping file, and how it states a value."""

import codecs
import re
import zoneinfo
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from crm.people.models import Company
from leads.importing import sections
from leads.importing.errors import MappingWrong
from leads.importing.reading import Table
from leads.importing.sections import Section
from leads.importing.values import PLACEHOLDER, Moment, Value

EXAMPLE_DAY = date(2001, 2, 3)
SYSTEM = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True)
class Common:
    """What counts for the whole file, and the values found so far, whose columns the file must have."""

    system: str
    table: Table
    not_answered: frozenset[str]
    formats: tuple[str, ...]
    zone: zoneinfo.ZoneInfo
    found: list[Value] = field(default_factory=list)

    def value(self, raw: Any, name: str) -> Value:
        return self._keep(Value(**self._spec(_spec_section(raw, name))))

    def moment(self, raw: Any, name: str) -> Moment:
        section = _spec_section(raw, name)
        formats = section.optional("format", _formats) or self.formats
        moment = Moment(**self._spec(section), formats=formats, zone=self.zone)
        if moment.constant is not None and moment.parse(str(moment.constant)) is None:
            raise MappingWrong(f"“{name}”: “{moment.constant}” is not a date. Example: 2026-05-01")
        return self._keep(moment)

    def values(self, raw: Any, name: str) -> dict[str, Value]:
        section = Section(raw, name)
        return {key: section.take(key, self.value) for key in section.raw}

    def check_columns(self, header: list[str]) -> None:
        for value in self.found:
            for column in value.columns:
                if column not in header:
                    hint = sections.suggestion(column, header)
                    raise MappingWrong(f"“{value.name}”: {self.table.path} has no column “{column}”{hint}")

    def _keep(self, value: Any) -> Any:
        self.found.append(value)
        return value

    def _spec(self, section: Section) -> dict[str, Any]:
        """The keys of every value: one of column, template, constant; and how to read what is there."""
        given = [key for key in ("column", "template", "constant") if section.raw.get(key) is not None]
        if len(given) != 1:
            raise MappingWrong(f"“{section.name}” needs exactly one of “column”, “template” and “constant”")
        template = section.optional("template", sections.text) or ""
        if given == ["template"] and not PLACEHOLDER.search(template):
            raise MappingWrong(f"“{section.name}” names no column")
        not_answered = section.optional("not_answered", sections.texts)
        spec = {
            "name": section.name,
            "column": section.optional("column", sections.text),
            "template": template,
            "constant": section.optional("constant", _scalar),
            "values": section.optional("values", _value_map) or {},
            "not_answered": self.not_answered if not_answered is None else frozenset(not_answered),
        }
        section.finish()
        return spec


def read_common(section: Section, file: Path) -> Common:
    return Common(
        system=section.take("system", _system),
        table=Table(
            file,
            encoding=section.optional("encoding", _encoding) or "utf-8-sig",
            delimiter=section.optional("delimiter", _delimiter) or ",",
        ),
        not_answered=frozenset(section.optional("not_answered", sections.texts) or []),
        formats=section.optional("date_format", _formats) or (),
        zone=section.optional("time_zone", _zone) or Company.current().zone,
    )


def _spec_section(raw: Any, name: str) -> Section:
    """A text is short for a template where it has braces, for a column where it has none."""
    if isinstance(raw, str):
        raw = {"template" if "{" in raw else "column": raw}
    return Section(raw, name)


def _system(raw: Any, name: str) -> str:
    if not SYSTEM.fullmatch(sections.text(raw, name)):
        raise MappingWrong(f"“{name}” must be 1 to 40 letters, digits, - or _. Example: olist")
    return str(raw)


def _encoding(raw: Any, name: str) -> str:
    try:
        "".encode(codecs.lookup(sections.text(raw, name)).name)
    except LookupError as error:
        raise MappingWrong(f"“{name}”: “{raw}” is no text encoding. Example: cp1252") from error
    return "utf-8-sig" if codecs.lookup(raw).name == "utf-8" else str(raw)


def _delimiter(raw: Any, name: str) -> str:
    if len(sections.text(raw, name)) != 1 or raw in '"\r\n':
        raise MappingWrong(f"“{name}” must be one character. Example: ;")
    return str(raw)


def _zone(raw: Any, name: str) -> zoneinfo.ZoneInfo:
    if sections.text(raw, name) not in zoneinfo.available_timezones():
        raise MappingWrong(f"“{name}”: “{raw}” is not a time zone. Example: Europe/Berlin")
    return zoneinfo.ZoneInfo(raw)


def _formats(raw: Any, name: str) -> tuple[str, ...]:
    formats = tuple(sections.texts(raw if isinstance(raw, list) else [raw], name))
    if not formats or not all(_is_format(item) for item in formats):
        raise MappingWrong(f"“{name}” must be a date format. Example: %d.%m.%Y %H:%M")
    return formats


def _is_format(text: str) -> bool:
    """With a day, month and year that strptime can read back."""
    try:
        return datetime.strptime(EXAMPLE_DAY.strftime(text), text).date() == EXAMPLE_DAY  # noqa: DTZ007
    except ValueError:
        return False


def _scalar(raw: Any, name: str) -> str | int | float | bool:
    if not isinstance(raw, str | int | float | bool) or raw == "":
        raise MappingWrong(f"“{name}” must be a text, a number, true or false")
    return raw


def _value_map(raw: Any, name: str) -> dict[str, Any]:
    for key, value in Section(raw, name).raw.items():
        if value is not None:
            _scalar(value, f"{name}.{key}")
    return {key: None if value == "" else value for key, value in raw.items()}
