"""Which account and contact a lead may already be: for a person to choose from."""

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from crm.accounts.matching import AccountMatch as AccountMatch
from crm.accounts.matching import matching_accounts
from crm.contacts.models import Contact
from crm.web.searching import fold
from leads.conversion_fields import domain_of
from leads.models import Lead

SAME_PERSON = 90.0
AT_ONE_ACCOUNT = 200
SHARED_NUMBER = 60.0


@dataclass(frozen=True)
class ContactMatch:
    contact: Contact
    reason: str
    score: float = 100


def account_matches(lead: Lead) -> list[AccountMatch]:
    """By exact domain first, then by exact normalised name, else by names that are nearly the same."""
    return matching_accounts(name=lead.company, domain=domain_of(lead))


def contact_matches(lead: Lead) -> list[ContactMatch]:
    """By any of their e-mail addresses, then by any of their phone numbers."""
    contacts = Contact.objects.select_related("account", "owner")
    found = {one.pk: ContactMatch(one, "same e-mail address") for one in contacts.with_email(lead.email_key)}
    for contact in contacts.with_phone(lead.phone)[:5]:
        found.setdefault(contact.pk, ContactMatch(contact, "same phone number", _sure(lead, contact)))
    return list(found.values())


def _sure(lead: Lead, contact: Contact) -> float:
    """A number can be shared: with another name it is not taken for the same person."""
    names = fold(lead.name), fold(f"{contact.first_name} {contact.last_name}".strip())
    alike = not all(names) or fuzz.token_set_ratio(*names) >= SHARED_NUMBER
    return 100 if alike else 50


def namesakes(lead: Lead, accounts: Iterable[AccountMatch]) -> list[ContactMatch]:
    """Contacts of these accounts with nearly the lead's name."""
    name = fold(lead.name)
    if not name:
        return []
    there = [match.account.pk for match in accounts]
    contacts = Contact.objects.live().filter(account__in=there).select_related("account", "owner")
    found = [(fuzz.token_sort_ratio(name, fold(str(one))), one) for one in contacts[:AT_ONE_ACCOUNT]]
    alike = [ContactMatch(one, f"name {score:.0f} % alike", score) for score, one in found if score >= SAME_PERSON]
    return sorted(alike, key=lambda match: -match.score)
