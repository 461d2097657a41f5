"""Lead to account, contact and opportunity: one transaction, once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from crm.accounts.models import Account
from crm.contacts.models import Contact, ContactAddress, Medium
from crm.fields.services.values import begin_with, fill_values
from crm.opportunities.models import Opportunity, Pipeline
from crm.people.models import Role, User
from crm.web.holding import holding
from crm.web.quick import asking, run
from crm.web.writing import insert, insert_unless_there, send_now, writing
from leads.custom_fields import carried_from
from leads.facts import current_answers
from leads.models import Answer, Conversion, Lead, PolicyPurpose, Stage
from leads.services.converted_records import into_account, into_contact, into_opportunity, new_contact
from leads.services.lifecycle import move_lead
from leads.services.locking import lock_to_convert
from leads.services.opportunity_defaults import OpportunityDefaults, defaults_for
from leads.services.policies import verdict_for
from leads.services.research import hand_over_projects

ADDRESS_IS_KNOWN = {"contact": "There is a contact with this e-mail address already: choose it."}
MAY_OVERRIDE = (Role.SALES_MANAGER, Role.ADMINISTRATOR)


class AlreadyConverted(Exception):
    def __init__(self, conversion: Conversion) -> None:
        self.conversion = conversion
        who = conversion.by or "an import"
        super().__init__(f"Already converted by {who} on {conversion.converted_at:%d %B %Y at %H:%M} UTC.")


class ConversionRefused(Exception):
    """``errors``: field to message, for a person. Nothing was written."""

    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        super().__init__(" ".join(errors.values()))


@dataclass(frozen=True, kw_only=True)
class ConversionChoice:
    """What the person chose. No account or contact: a new one is made from the lead."""

    account: Account | None = None
    account_name: str = ""
    contact: Contact | None = None
    opportunity: Opportunity | None = None
    name: str = ""
    amount: Decimal | None = None
    currency: str = ""
    close_date: date | None = None
    pipeline: Pipeline | None = None
    skip_opportunity: bool = False
    skip_reason: str = ""
    override_reason: str = ""


@holding(keep=True)
@writing()
def convert_lead(*, lead: Lead, by: User | None, now: datetime, choice: ConversionChoice) -> Conversion:
    """Locks the lead, so of two at once one converts and the other gets AlreadyConverted. A lead that sales has
    accepted is vetted on the way. Raises ConversionRefused, and StageChanged where the lead left sales meanwhile."""
    lead, carries = lock_to_convert(lead.pk)
    choice = _as_they_are_now(choice)
    if lead.stage == Stage.CONVERTED:
        raise AlreadyConverted(Conversion.objects.select_related("by").get(lead=lead))
    answers = current_answers(lead)
    ready = _check(lead, answers, by, now, choice)
    account = into_account(lead, choice.account, choice.account_name, now)
    contact = _into_contact(lead, account, choice, now)
    if carries.projects:
        hand_over_projects(lead=lead, account=account, contact=contact)
    defaults = defaults_for(lead, today=now.date(), answers=answers)
    opportunity = None
    if not choice.skip_opportunity:
        given = _filled_in(choice, defaults)
        opportunity = into_opportunity(lead, account, contact, choice.opportunity, defaults, given, by=by, now=now)
    if carries.custom:
        send_now()
        _carry(lead, {account: choice.account, contact: choice.contact, opportunity: choice.opportunity}, by, now)
    _advance(lead, by, now)
    conversion = Conversion(
        lead=lead,
        account=account,
        contact=contact,
        opportunity=opportunity,
        matched_account=choice.account is not None,
        matched_contact=choice.contact is not None,
        skip_reason=choice.skip_reason.strip() if choice.skip_opportunity else "",
        policy_met=ready,
        override_reason="" if ready else choice.override_reason.strip(),
        by=by,
        converted_at=now,
    )
    return insert([conversion])[0]


def _as_they_are_now(choice: ConversionChoice) -> ConversionChoice:
    """The chosen records, read anew and locked: account, contact, opportunity, so that no rule is checked on what was
    true when the page was opened."""
    fresh: dict[str, Any] = {}
    for name in ("account", "contact", "opportunity"):
        record = getattr(choice, name)
        if record is not None:
            fresh[name] = type(record)._default_manager.select_for_update(of=("self",)).get(pk=record.pk)
    return replace(choice, **fresh) if fresh else choice


def _into_contact(lead: Lead, account: Account, choice: ConversionChoice, now: datetime) -> Contact:
    """Raises ConversionRefused for a new one where somebody has the address, also since a moment ago: a primary address
    is unique, so only the further ones are looked through."""
    if choice.contact is not None:
        return into_contact(lead, choice.contact)
    if lead.email_key and run([asking(_further, lead.email_key)])[0].rows:
        raise ConversionRefused(ADDRESS_IS_KNOWN)
    contact = new_contact(lead, account, now)
    if not insert_unless_there(contact, "contact_email_is_unique"):
        raise ConversionRefused(ADDRESS_IS_KNOWN)
    return contact


def _further(key: str) -> QuerySet[Any, Any]:
    further = ContactAddress.objects.filter(medium=Medium.EMAIL, key=key, contact__merged_into=None)
    return further.order_by().values_list("pk")[:1]


def _check(lead: Lead, answers: dict[str, Answer], by: User | None, now: datetime, choice: ConversionChoice) -> bool:
    """Whether the sales policy is met. Raises ConversionRefused with everything that is wrong."""
    verdict = verdict_for(lead, purpose=PolicyPurpose.SALES, now=now, answers=answers)
    ready = verdict is None or verdict.qualified
    errors = _record_errors(choice) | _readiness_errors(ready, verdict.missing() if verdict else [], by, choice)
    if lead.stage not in (Stage.SAL, Stage.SQL):
        errors["__all__"] = f"Accept the lead first: it is {lead.get_stage_display().lower()}."
    if errors:
        raise ConversionRefused(errors)
    return ready


def _readiness_errors(ready: bool, missing: list[str], by: User | None, choice: ConversionChoice) -> dict[str, str]:
    if ready:
        return {}
    if by is not None and by.role not in MAY_OVERRIDE:
        return {"__all__": f"Not ready by the sales policy yet. Missing: {', '.join(missing)}."}
    if not choice.override_reason.strip():
        return {"override_reason": "The sales policy is not met: give a reason to convert all the same."}
    return {}


def _record_errors(choice: ConversionChoice) -> dict[str, str]:
    errors = {}
    for name in ("account", "contact"):
        record = getattr(choice, name)
        if record and record.merged_into_id:
            errors[name] = f"{record} was merged into another record meanwhile: choose that one."
    if choice.contact and not (choice.account and choice.contact.account_id == choice.account.pk):
        errors["contact"] = f"{choice.contact} does not belong to the chosen account."
    if choice.opportunity and not (choice.account and choice.opportunity.account_id == choice.account.pk):
        errors["opportunity"] = "That opportunity is of another account."
    if choice.opportunity and choice.opportunity.status != "open":
        errors["opportunity"] = "That opportunity is closed."
    if choice.skip_opportunity and not (choice.account and choice.contact):
        errors["skip_opportunity"] = "The opportunity can be left out only into an existing account and contact."
    elif choice.skip_opportunity and not choice.skip_reason.strip():
        errors["skip_reason"] = "Say why there is no opportunity."
    return errors


def _filled_in(choice: ConversionChoice, defaults: OpportunityDefaults) -> dict[str, Any]:
    return {
        "name": choice.name.strip() or defaults.name,
        "amount": defaults.amount if choice.amount is None else choice.amount,
        "currency": choice.currency or defaults.currency,
        "close_date": choice.close_date or defaults.close_date,
        "pipeline": choice.pipeline,
    }


def _carry(lead: Lead, records: Mapping[Any, Any], by: User | None, now: datetime) -> None:
    """Its custom fields: new ``records`` begin with them, chosen ones get what they lack."""
    found = carried_from(lead)
    for record, chosen in records.items():
        values = found.of(record) if record else {}
        if values and chosen:
            fill_values(record=record, values=values, by=by, now=now)
        elif values:
            begin_with(record=record, values=values)


def _advance(lead: Lead, by: User | None, now: datetime) -> None:
    through = (Stage.SQL,) if lead.stage == Stage.SAL else ()
    move_lead(lead=lead, to=Stage.CONVERTED, through=through, by=by, now=now)
