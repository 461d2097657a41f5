"""Lead to account, contact and opportunity: one transaction, once."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from crm.accounts.models import Account
from crm.contacts.models import Contact
from crm.opportunities.models import Opportunity, OpportunityContact, Pipeline
from crm.opportunities.services import open_opportunity
from crm.people.emails import company_domain
from crm.people.models import Role, User
from leads.facts import current_answers
from leads.models import Answer, Conversion, Lead, PolicyPurpose, Stage
from leads.services.lifecycle import move_lead
from leads.services.opportunity_defaults import OpportunityDefaults, defaults_for
from leads.services.policies import verdict_for
from leads.services.research import hand_over_projects

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


@transaction.atomic
def convert_lead(*, lead: Lead, by: User | None, now: datetime, choice: ConversionChoice) -> Conversion:
    """Locks the lead, so of two at once one converts and the other gets AlreadyConverted. A lead that sales has
    accepted is vetted on the way. Raises ConversionRefused, and StageChanged where the lead left sales meanwhile."""
    lead = Lead.objects.select_for_update(of=("self",)).select_related("owner").get(pk=lead.pk)
    if done := Conversion.objects.filter(lead=lead).select_related("by").first():
        raise AlreadyConverted(done)
    answers = current_answers(lead)
    ready = _check(lead, answers, by, now, choice)
    account = _account(lead, choice, now)
    contact = _contact(lead, account, choice, now)
    hand_over_projects(lead=lead, account=account, contact=contact)
    opportunity = None if choice.skip_opportunity else _opportunity(lead, answers, account, contact, choice, by, now)
    _advance(lead, by, now)
    return Conversion.objects.create(
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


def _account(lead: Lead, choice: ConversionChoice, now: datetime) -> Account:
    if choice.account:
        return choice.account
    domain = company_domain(lead.email)
    if domain and not Account.objects.filter(domain=domain).exists():
        with suppress(IntegrityError), transaction.atomic():  # a colleague's conversion may take the domain meanwhile
            return _new_account(lead, choice, now, domain)
    return _new_account(lead, choice, now, "")


def _new_account(lead: Lead, choice: ConversionChoice, now: datetime, domain: str) -> Account:
    return Account.objects.create(
        name=choice.account_name or lead.company or str(lead),
        domain=domain,
        city=lead.city,
        country=lead.country,
        owner=lead.owner,
        team=lead.team,
        created_at=now,
    )


def _contact(lead: Lead, account: Account, choice: ConversionChoice, now: datetime) -> Contact:
    """An existing contact gets only what it lacks; opt-outs are added, never lifted."""
    taken = Contact.objects.filter(email_key=lead.email_key).exists() if lead.email_key else False
    if choice.contact is None and taken:
        raise ConversionRefused({"contact": "There is a contact with this e-mail address already: choose it."})
    contact = choice.contact or Contact(account=account, owner=lead.owner, team=lead.team, created_at=now)
    for name in ("first_name", "last_name", "job_title", "email", "phone", "time_zone"):
        setattr(contact, name, getattr(contact, name) or getattr(lead, name))
    contact.email_opt_out |= lead.email_opt_out
    contact.do_not_call |= lead.do_not_call
    contact.version += choice.contact is not None
    contact.save()
    return contact


def _opportunity(
    lead: Lead,
    answers: dict[str, Answer],
    account: Account,
    contact: Contact,
    choice: ConversionChoice,
    by: User | None,
    now: datetime,
) -> Opportunity:
    defaults = defaults_for(lead, today=now.date(), answers=answers)
    if choice.opportunity:
        role = {"role": defaults.buying_role}
        OpportunityContact.objects.get_or_create(opportunity=choice.opportunity, contact=contact, defaults=role)
        return choice.opportunity
    return open_opportunity(
        account=account,
        contact=contact,
        by=by,
        now=now,
        owner=lead.owner,
        source=lead.source,
        campaign=lead.campaign,
        path=lead.path,
        buying_role=defaults.buying_role,
        **_filled_in(choice, defaults),
    )


def _filled_in(choice: ConversionChoice, defaults: OpportunityDefaults) -> dict[str, Any]:
    return {
        "name": choice.name.strip() or defaults.name,
        "amount": defaults.amount if choice.amount is None else choice.amount,
        "currency": choice.currency or defaults.currency,
        "close_date": choice.close_date or defaults.close_date,
        "pipeline": choice.pipeline,
    }


def _advance(lead: Lead, by: User | None, now: datetime) -> None:
    if lead.stage == Stage.SAL:
        lead = move_lead(lead=lead, to=Stage.SQL, by=by, now=now)
    move_lead(lead=lead, to=Stage.CONVERTED, by=by, now=now)
