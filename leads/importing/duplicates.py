"""Duplicates within one file, before it is imported: the same matching as for leads, over the rows of a mapping."""

from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crm.people.models import Company
from crm.people.phones import InvalidPhone, parse_phone
from leads.duplicates.fields import FIELDS
from leads.duplicates.matching import find_matches
from leads.duplicates.records import Records
from leads.importing import sections
from leads.importing.common import Common, read_common
from leads.importing.errors import ImportFailed, MappingWrong, RowRefused, in_mapping
from leads.importing.mapping import LEAD_FIELDS
from leads.importing.reading import Row, Table
from leads.importing.sections import Section
from leads.importing.values import Value

IMPORT_ONLY = (
    "inquired_at",
    "source",
    "campaign",
    "owner",
    "do_not_email",
    "do_not_call",
    "answers",
    "questions",
    "custom",
    "route",
    "deal",
)
MAX_ROWS = 500_000
MAX_TEXT = 300
KNOWN_FIELDS = sorted({*LEAD_FIELDS, *FIELDS})


@dataclass(frozen=True)
class Duplicate:
    """``left`` and ``right`` are the keys of two rows."""

    left: str
    right: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Duplicates:
    records: int
    compared: int
    duplicates: list[Duplicate]

    def as_dict(self) -> dict[str, Any]:
        return {"records": self.records, "compared": self.compared, "pairs": [asdict(pair) for pair in self.duplicates]}


@dataclass(frozen=True)
class _Mapping:
    table: Table
    key: Value
    fields: dict[str, Value]
    country: str


def find_duplicates(*, file: Path, mapping_file: Path, at_least: float) -> Duplicates:
    """Best first. Raises ImportFailed, also for a row that cannot be read: none is left out silently."""
    mapping = _read_mapping(mapping_file, file)
    rows: dict[str, dict[str, str]] = {}
    for row in mapping.table.rows():
        key, texts = _read_row(row, mapping)
        if key in rows:
            raise ImportFailed(f"{file} line {row.line}: the key “{key[:50]}” is there twice.")
        if len(rows) == MAX_ROWS:
            raise ImportFailed(f"{file} has more than {MAX_ROWS:,} rows. Split it.")
        rows[key] = texts
    matches = find_matches(Records.of(rows.values()), at_least=at_least)
    keys = list(rows)
    pairs = [Duplicate(keys[match.left], keys[match.right], match.score, match.reasons) for match in matches.found]
    return Duplicates(len(rows), matches.compared, pairs)


def _read_row(row: Row, mapping: _Mapping) -> tuple[str, dict[str, str]]:
    try:
        values = row.values
    except RowRefused as refused:
        raise ImportFailed(f"{mapping.table.path} line {row.line}: {refused}") from refused
    key = mapping.key.text(values)
    if not key:
        raise ImportFailed(f"{mapping.table.path} line {row.line}: the key is blank.")
    texts = {name: value.text(values)[:MAX_TEXT] for name, value in mapping.fields.items()}
    if texts.get("phone"):
        with suppress(InvalidPhone):
            texts["phone"] = parse_phone(
                texts["phone"], country=texts.get("country", "")[:2].upper() or mapping.country
            )
    return key, texts


def _read_mapping(path: Path, file: Path) -> _Mapping:
    with in_mapping(path):
        section = sections.read_json(path)
        section.raw.setdefault("system", "file")
        common = read_common(section, file)
        mapping = _mapping(section, common)
        section.finish()
    header = common.table.header()
    with in_mapping(path):
        common.check_columns(header)
    return mapping


def _mapping(section: Section, common: Common) -> _Mapping:
    key = section.take("external_id", common.value)
    fields = section.take("fields", common.values)
    identifiers = section.optional("identifiers", common.values) or {}
    section.taken += IMPORT_ONLY
    for name in fields:
        if name not in KNOWN_FIELDS:
            raise MappingWrong(f"“fields.{name}” is no field{sections.suggestion(name, KNOWN_FIELDS)}")
    for name in identifiers:
        if name in KNOWN_FIELDS:
            raise MappingWrong(f"“identifiers.{name}” is the name of a field: move it to “fields” or rename it")
    compared = {name: value for name, value in fields.items() if name in FIELDS} | identifiers
    if not compared:
        raise MappingWrong(f"“fields” holds nothing to compare; known are {', '.join(FIELDS)}")
    return _Mapping(common.table, key, compared, Company.current().country)
