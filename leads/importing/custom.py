"""Custom fields of a mapping: found once a run, their values read row by row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from crm.fields.definitions import Definition, by_key, definitions
from crm.fields.rows import from_text
from crm.fields.values import InvalidValue
from leads.importing import sections
from leads.importing.errors import MappingWrong, Reasons, RowRefused
from leads.importing.values import Value


@dataclass(frozen=True)
class CustomColumns:
    """What each field gets from a row."""

    values: Mapping[Definition, Value]

    @classmethod
    def of(cls, record_kind: str, mapped: Mapping[str, Value], name: str) -> Self:
        """``name``: of the section. Raises MappingWrong for a field that there is not."""
        known = by_key(definitions(record_kind, user=None)) if mapped else {}
        for key in mapped:
            if key not in known:
                hint = sections.suggestion(key, sorted(known)) if known else "; there are none"
                raise MappingWrong(f"“{name}.{key}” is no custom field of a {record_kind}{hint}")
        return cls({known[key]: value for key, value in mapped.items()})

    def of_row(self, row: Mapping[str, str]) -> dict[Definition, Any]:
        """Blanks left out. Raises RowRefused with everything that is wrong."""
        found, reasons = {}, Reasons()
        for definition, value in self.values.items():
            with reasons:
                read = _read(definition, value, row)
                if read is not None:
                    found[definition] = read
        reasons.check()
        return found


def _read(definition: Definition, value: Value, row: Mapping[str, str]) -> Any:
    said = value.of(row)
    try:
        return None if said is None else from_text(definition, said)
    except InvalidValue as error:
        raise RowRefused(f"{value.name}: {error}") from error
