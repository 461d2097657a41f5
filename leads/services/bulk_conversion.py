"""Leads that are ready are converted together: each in its own transaction, each with its own result."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from crm.accounts.models import Account
from crm.contacts.models import Contact
from crm.opportunities.services import OpportunityRefused
from crm.people.models import User
from leads.models import Conversion, Lead
from leads.services.conversion import AlreadyConverted, ConversionChoice, ConversionRefused, convert_lead
from leads.services.lifecycle import LifecycleError
from leads.services.matching import account_matches, contact_matches


@dataclass(frozen=True)
class Outcome:
    """Either ``conversion`` or ``problem``."""

    lead: Lead
    conversion: Conversion | None = None
    problem: str = ""


class NeedsALook(Exception):
    """What the lead would become is for a person to choose; the message says why."""


def convert_ready_leads(*, leads: Iterable[Lead], by: User, now: datetime) -> Iterator[Outcome]:
    for lead in leads:
        try:
            choice = plain_choice(lead, user=by)
            yield Outcome(lead, convert_lead(lead=lead, by=by, now=now, choice=choice))
        except (NeedsALook, AlreadyConverted, ConversionRefused, LifecycleError, OpportunityRefused) as error:
            yield Outcome(lead, problem=str(error))


def plain_choice(lead: Lead, *, user: User) -> ConversionChoice:
    """The contact with the lead's e-mail address, else the account with its domain, else new ones. Raises NeedsALook
    where names or numbers only suggest one, or the match is not the user's to see."""
    contacts, accounts = contact_matches(lead), account_matches(lead)
    same = [match for match in contacts if match.reason == "same e-mail address"]
    if contacts and not same:
        raise NeedsALook("A contact has the same phone number: choose on the lead's own page.")
    if same:
        return _into_contact(same[0].contact, user)
    domain = [match for match in accounts if match.reason.startswith("same domain")]
    if accounts and not domain:
        raise NeedsALook("An account has the same or nearly the same name: choose on the lead's own page.")
    return ConversionChoice(account=_seen(domain[0].account, user)) if domain else ConversionChoice()


def _into_contact(contact: Contact, user: User) -> ConversionChoice:
    if not Contact.objects.visible_to(user).filter(pk=contact.pk).exists():
        owner = contact.owner or "another team"
        raise NeedsALook(f"A contact with this e-mail address belongs to {owner}: ask them to convert it.")
    return ConversionChoice(contact=contact, account=_seen(contact.account, user))


def _seen(account: Account, user: User) -> Account:
    if not Account.objects.visible_to(user).filter(pk=account.pk).exists():
        raise NeedsALook(f"Its account belongs to {account.owner or 'another team'}: ask them to convert it.")
    return account
