"""The mapping file: how the columns of a file become leads and deals. Its format is in docs/import.md."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leads.importing import sections
from leads.importing.common import Common, read_common
from leads.importing.errors import MappingWrong, in_mapping
from leads.importing.questions import QuestionSpec, parse_questions
from leads.importing.reading import Table
from leads.importing.sections import Section
from leads.importing.values import Moment, Value
from leads.services.person import PERSON_FIELDS

LEAD_FIELDS = (*PERSON_FIELDS, "landing_page", "referrer")


@dataclass(frozen=True, kw_only=True)
class Deal:
    outcome: Value
    closed_at: Moment
    converted_at: Moment | None
    account: Value | None
    name: Value | None
    amount: Value | None
    currency: Value | None
    lost_reason: Value | None
    owner: Value | None
    custom: dict[str, Value]


@dataclass(frozen=True, kw_only=True)
class LeadsMapping:
    system: str
    table: Table
    external_id: Value
    fields: dict[str, Value]
    inquired_at: Moment | None
    source: Value | None
    campaign: Value | None
    owner: Value | None
    do_not_email: Value | None
    do_not_call: Value | None
    answers: dict[str, Value]
    questions: list[QuestionSpec]
    custom: dict[str, Value]
    route: bool
    deal: Deal | None


@dataclass(frozen=True, kw_only=True)
class DealsMapping:
    system: str
    table: Table
    lead: Value
    deal: Deal


def read_leads_mapping(path: Path, file: Path) -> LeadsMapping:
    """Checked against the columns of ``file``. Raises ImportFailed."""
    return _read(path, file, _leads)


def read_deals_mapping(path: Path, file: Path) -> DealsMapping:
    return _read(path, file, _deals)


def _read(path: Path, file: Path, parse: Callable[[Section, Common], Any]) -> Any:
    with in_mapping(path):
        section = sections.read_json(path)
        common = read_common(section, file)
        mapping = parse(section, common)
        section.finish()
    header = common.table.header()
    with in_mapping(path):
        common.check_columns(header)
    return mapping


def _leads(section: Section, common: Common) -> LeadsMapping:
    mapping = LeadsMapping(
        system=common.system,
        table=common.table,
        external_id=section.take("external_id", common.value),
        fields=section.take("fields", common.values),
        inquired_at=section.optional("inquired_at", common.moment),
        source=section.optional("source", common.value),
        campaign=section.optional("campaign", common.value),
        owner=section.optional("owner", common.value),
        do_not_email=section.optional("do_not_email", common.value),
        do_not_call=section.optional("do_not_call", common.value),
        answers=section.optional("answers", common.values) or {},
        questions=section.optional("questions", parse_questions) or [],
        custom=section.optional("custom", common.values) or {},
        route=section.optional("route", sections.boolean) or False,
        deal=section.optional("deal", lambda raw, name: _deal(raw, name, common)),
    )
    for name in mapping.fields:
        if name not in LEAD_FIELDS:
            raise MappingWrong(f"“fields.{name}” is no field of a lead{sections.suggestion(name, list(LEAD_FIELDS))}")
    if not {"email", "phone"} & set(mapping.fields):
        raise MappingWrong("“fields” needs “email” or “phone”: without one of them a lead cannot be kept")
    return mapping


def _deals(section: Section, common: Common) -> DealsMapping:
    return DealsMapping(
        system=common.system,
        table=common.table,
        lead=section.take("lead", common.value),
        deal=section.take("deal", lambda raw, name: _deal(raw, name, common)),
    )


def _deal(raw: Any, name: str, common: Common) -> Deal:
    section = Section(raw, name)
    deal = Deal(
        outcome=section.take("outcome", common.value),
        closed_at=section.take("closed_at", common.moment),
        converted_at=section.optional("converted_at", common.moment),
        custom=section.optional("custom", common.values) or {},
        **{
            key: section.optional(key, common.value)
            for key in ("account", "name", "amount", "currency", "lost_reason", "owner")
        },
    )
    section.finish()
    return deal
