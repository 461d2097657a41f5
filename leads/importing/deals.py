"""What became of a lead: converted, won, lost, on the day it happened, through the same services as everybody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, cast

from crm.accounts.models import Account
from crm.accounts.names import name_key
from crm.contacts.models import Contact
from crm.fields.definitions import Definition
from crm.fields.models import RecordKind
from crm.fields.services.values import fill_values
from crm.opportunities.models import Opportunity, Status
from crm.opportunities.services import change_opportunity, lose_opportunity, win_opportunity
from crm.people.models import User
from leads.importing.catalogue import Catalogue
from leads.importing.custom import CustomColumns
from leads.importing.errors import Reasons, RowRefused, in_mapping
from leads.importing.known import Keys, as_of_now
from leads.importing.mapping import Deal, DealsMapping, read_deals_mapping
from leads.importing.reading import Row
from leads.importing.refused import RefusedFile
from leads.importing.running import run
from leads.importing.values import Value
from leads.models import Lead, Stage
from leads.services.conversion import ConversionChoice, convert_lead
from leads.services.lifecycle import move_lead, reopen_lead
from leads.services.routing import assign_lead

COUNTS = ("read", "created", "matched", "known", "skipped", "refused", "won", "lost")
NOTE = "Imported history"
OUTCOMES = (Status.WON, Status.LOST, Status.OPEN)


@dataclass(frozen=True, kw_only=True)
class DealFacts:
    outcome: str
    closed_at: datetime | None
    converted_at: datetime
    account: str
    name: str
    amount: Decimal | None
    currency: str
    lost_reason: str
    owner: User | None
    custom: Mapping[Definition, Any] = field(default_factory=dict)


def import_deals(*, file: Path, mapping_file: Path, refused_file: Path, now: datetime) -> dict[str, Any]:
    """A summary. Raises ImportFailed before anything is written; after that only single rows are refused."""
    mapping = read_deals_mapping(mapping_file, file)
    mapping.table.check()
    with in_mapping(mapping_file):
        custom = deal_columns(mapping.deal)
    catalogue, keys = Catalogue(), Keys(mapping.system, mapping.lead)
    with RefusedFile(refused_file, mapping.table.header(), inputs=(file, mapping_file)) as refused:
        take = partial(_take, mapping=mapping, keys=keys, catalogue=catalogue, custom=custom, now=now)
        counts = run(mapping.table.rows(), take, ahead=keys.look_ahead, undone=catalogue.forget, refused=refused)
    return refused.summary(counts, COUNTS)


def deal_columns(deal: Deal) -> CustomColumns:
    """The custom fields of opportunities that deals fill. Raises MappingWrong."""
    return CustomColumns.of(RecordKind.OPPORTUNITY, deal.custom, "deal.custom")


def _take(
    row: Row, *, mapping: DealsMapping, keys: Keys, catalogue: Catalogue, custom: CustomColumns, now: datetime
) -> list[str]:
    values = row.values
    key = keys.take(row)
    facts = deal_facts(mapping.deal, values, catalogue=catalogue, now=now, custom=custom)
    lead = keys.lead(key)
    if lead is None:
        raise RowRefused(f"There is no lead with the external id {key}. Import the leads first.")
    return record_deal(lead=as_of_now(lead), facts=facts) if facts else ["skipped"]


def deal_facts(
    deal: Deal, values: Mapping[str, str], *, catalogue: Catalogue, now: datetime, custom: CustomColumns
) -> DealFacts | None:
    """None where nothing became of the lead. Raises RowRefused."""
    outcome = deal.outcome.text(values)
    if not outcome:
        return None
    reasons = Reasons()
    with reasons:
        closed_at, converted_at = _dates(deal, outcome, values, now)
    with reasons:
        amount = deal.amount.amount(values) if deal.amount else None
    with reasons:
        currency = _currency(deal, values)
    with reasons:
        owner = catalogue.owner(_text(deal.owner, values))
    with reasons:
        known = custom.of_row(values)
    reasons.check()
    return DealFacts(
        outcome=outcome,
        closed_at=closed_at,
        converted_at=converted_at,
        account=_text(deal.account, values),
        name=_text(deal.name, values),
        amount=amount,
        currency=currency,
        lost_reason=_text(deal.lost_reason, values),
        owner=owner,
        custom=known,
    )


def _text(value: Value | None, values: Mapping[str, str]) -> str:
    return value.text(values)[:200] if value else ""


def _dates(deal: Deal, outcome: str, values: Mapping[str, str], now: datetime) -> tuple[datetime | None, datetime]:
    """When it closed, and when it was converted: the same day, where the mapping knows no other."""
    if outcome not in OUTCOMES:
        raise RowRefused(f"{deal.outcome.name}: “{outcome[:50]}” is not won, lost or open. Map it with “values”.")
    closed_at = deal.closed_at.at(values, now=now)
    if closed_at is None and outcome != Status.OPEN:
        raise RowRefused(f"{deal.closed_at.name}: blank, but the deal is {outcome}.")
    converted_at = deal.converted_at.at(values, now=now) if deal.converted_at else None
    if converted_at is None and closed_at is None:
        raise RowRefused("deal.converted_at: blank, so nobody knows when the opportunity began.")
    return (None if outcome == Status.OPEN else closed_at), converted_at or closed_at or now


def _currency(deal: Deal, values: Mapping[str, str]) -> str:
    currency = deal.currency.text(values).upper() if deal.currency else ""
    if currency and not (len(currency) == 3 and currency.isalpha() and currency.isascii()):
        raise RowRefused(f"deal.currency: “{currency[:50]}” is not a code of three letters. Example: EUR.")
    return currency


def record_deal(*, lead: Lead, facts: DealFacts) -> list[str]:
    """Convert and close; what is converted or closed already stays as it is. Says what happened: created, matched (an
    open opportunity was closed) or known, and won or lost."""
    while lead.merged_into:
        lead = lead.merged_into
    if lead.stage != Stage.CONVERTED:
        return ["created", *_close(_convert(lead, facts), facts)]
    opportunity = lead.conversion.opportunity
    if opportunity is None or opportunity.status != Status.OPEN or facts.outcome == Status.OPEN:
        return ["known"]
    return ["matched", *_close(opportunity, facts)]


def _convert(lead: Lead, facts: DealFacts) -> Opportunity:
    at = facts.converted_at
    if facts.owner and lead.owner_id != facts.owner.pk:
        assign_lead(lead=lead, to=facts.owner, by=None, now=at, note=NOTE)
    if lead.stage == Stage.DISQUALIFIED:
        lead = reopen_lead(lead=lead, by=None, now=at, note=NOTE)
    if lead.stage in (Stage.UNQUALIFIED, Stage.MQL):
        lead = move_lead(lead=lead, to=Stage.SAL, by=None, now=at, note=NOTE)
    contact = Contact.objects.filter(email_key=lead.email_key).first() if lead.email_key else None
    choice = ConversionChoice(
        account=contact.account if contact else _account(facts.account),
        account_name=facts.account,
        contact=contact,
        name=facts.name or facts.account,
        amount=facts.amount,
        currency=facts.currency,
        close_date=(facts.closed_at or at).date(),
        override_reason=NOTE,
    )
    opportunity = cast(Opportunity, convert_lead(lead=lead, by=None, now=at, choice=choice).opportunity)
    fill_values(record=opportunity, values=facts.custom, by=None, now=at)
    budget_taken_for_amount = facts.amount is None and opportunity.amount is not None
    return change_opportunity(opportunity, amount=None) if budget_taken_for_amount else opportunity


def _account(name: str) -> Account | None:
    """The account of exactly this name, which the mapping's author vouches for."""
    return Account.objects.filter(name_key=name_key(name), name=name).first() if name else None


def _close(opportunity: Opportunity, facts: DealFacts) -> list[str]:
    if facts.closed_at is None:
        return []
    if facts.outcome == Status.WON:
        amount = None if opportunity.amount == facts.amount else facts.amount
        win_opportunity(opportunity=opportunity, by=None, now=facts.closed_at, amount=amount)
    else:
        reason = facts.lost_reason or "No reason in the imported file"
        lose_opportunity(opportunity=opportunity, reason=reason, by=None, now=facts.closed_at)
    return [facts.outcome]
