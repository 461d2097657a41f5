"""Rows to inquiries with their history: lead, source, answers, flags, and the deal where the file carries it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from crm.fields.models import RecordKind
from crm.people.models import User
from leads.importing.catalogue import Catalogue
from leads.importing.custom import CustomColumns
from leads.importing.deals import DealFacts, deal_columns, deal_facts, record_deal
from leads.importing.errors import Reasons, RowRefused, in_mapping
from leads.importing.known import Keys, as_of_now
from leads.importing.mapping import LeadsMapping, read_leads_mapping
from leads.importing.questions import check_questions, choices_for, create_questions
from leads.importing.reading import Row
from leads.importing.refused import RefusedFile
from leads.importing.running import run
from leads.importing.values import Value
from leads.models import Channel, Lead, Provenance
from leads.services.intake import Submission, take_inquiry
from leads.services.marks import opt_out_of_calls, opt_out_of_email

COUNTS = ("read", "created", "matched", "known", "refused", "qualified", "converted", "won", "lost")


def import_leads(
    *, file: Path, mapping_file: Path, refused_file: Path, now: datetime, by: User | None = None
) -> dict[str, Any]:
    """A summary. Raises ImportFailed before anything is written; after that only single rows are refused."""
    mapping = read_leads_mapping(mapping_file, file)
    with in_mapping(mapping_file):
        check_questions(mapping.questions, mapping.answers)
        choices = choices_for(mapping.questions, mapping.answers, mapping.table)
        custom = CustomColumns.of(RecordKind.LEAD, mapping.custom, "custom")
        deal_custom = deal_columns(mapping.deal) if mapping.deal else CustomColumns({})
    with RefusedFile(refused_file, mapping.table.header(), inputs=(file, mapping_file)) as refused:
        create_questions(mapping.questions, choices)
        importer = LeadImporter(
            mapping, now, by, Keys(mapping.system, mapping.external_id), custom=custom, deal_custom=deal_custom
        )
        counts = run(
            mapping.table.rows(),
            importer.take,
            ahead=importer.keys.look_ahead,
            undone=importer.catalogue.forget,
            refused=refused,
        )
    return refused.summary(counts, COUNTS)


@dataclass(frozen=True)
class LeadImporter:
    mapping: LeadsMapping
    now: datetime
    by: User | None
    keys: Keys
    custom: CustomColumns
    deal_custom: CustomColumns
    catalogue: Catalogue = field(default_factory=Catalogue)

    def take(self, row: Row) -> list[str]:
        """One row: what to count of it. Raises RowRefused and what the services refuse with."""
        mapping, values, reasons = self.mapping, row.values, Reasons()
        key = self.keys.take(row)
        with reasons:
            custom = self.custom.of_row(values)
        with reasons:
            submission = self._submission(key, values)
        with reasons:
            inquired_at = self._inquired_at(values)
        with reasons:
            no_email, no_calls = _flag(mapping.do_not_email, values), _flag(mapping.do_not_call, values)
        with reasons:
            deal = self._deal_facts(values)
        reasons.check()
        submission = replace(submission, custom={field.key: value for field, value in custom.items()})
        lead, counts = self._take_inquiry(submission, inquired_at)
        _opt_out(lead, no_email=no_email, no_calls=no_calls)
        if deal is None:
            return counts
        lead = as_of_now(lead) if counts == ["known"] else lead
        return counts + _deal_counts(record_deal(lead=lead, facts=deal))

    def _submission(self, key: str, values: Mapping[str, str]) -> Submission:
        mapping = self.mapping
        fields: dict[str, Any] = {name: value.text(values) for name, value in mapping.fields.items()}
        return Submission(
            channel=Channel.IMPORT,
            provenance=Provenance.IMPORT,
            payload=dict(values),
            external_id=key,
            answers={question: value.of(values) for question, value in mapping.answers.items()},
            source=self.catalogue.source(_text(mapping.source, values)),
            campaign=self.catalogue.campaign(_text(mapping.campaign, values)),
            owner=self.catalogue.owner(_text(mapping.owner, values)),
            route=mapping.route,
            **fields,
        )

    def _inquired_at(self, values: Mapping[str, str]) -> datetime:
        """Without a date in the mapping the inquiry is of now; with one, no row may leave it blank."""
        if self.mapping.inquired_at is None:
            return self.now
        at = self.mapping.inquired_at.at(values, now=self.now)
        if at is None:
            raise RowRefused("inquired_at: blank, so nobody knows when the inquiry came.")
        return at

    def _deal_facts(self, values: Mapping[str, str]) -> DealFacts | None:
        deal = self.mapping.deal
        if deal is None:
            return None
        return deal_facts(deal, values, catalogue=self.catalogue, now=self.now, custom=self.deal_custom)

    def _take_inquiry(self, submission: Submission, at: datetime) -> tuple[Lead, list[str]]:
        if known := self.keys.lead(submission.external_id):
            return known, ["known"]
        intake = take_inquiry(submission=submission, now=at, by=self.by)
        if intake.repeated:
            return intake.lead, ["known"]
        qualified = intake.decision is not None and intake.decision.qualified
        return intake.lead, ["created" if intake.created else "matched", *(["qualified"] if qualified else [])]


def _text(value: Value | None, values: Mapping[str, str]) -> str:
    return value.text(values) if value else ""


def _flag(value: Value | None, values: Mapping[str, str]) -> bool:
    return value.flag(values) if value else False


def _opt_out(lead: Lead, *, no_email: bool, no_calls: bool) -> None:
    """Never lifted by an import, and set for a known lead too."""
    if no_email and not lead.email_opt_out:
        opt_out_of_email(lead=lead)
    if no_calls and not lead.do_not_call:
        opt_out_of_calls(lead=lead)


def _deal_counts(counts: list[str]) -> list[str]:
    """In a file of leads, "created" and "matched" count leads."""
    return [{"created": "converted"}.get(count, count) for count in counts if count not in ("known", "matched")]
