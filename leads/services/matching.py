"""Which account and contact a lead may already be: for a person to choose from."""

from dataclasses import dataclass

from crm.accounts.models import Account
from crm.accounts.names import name_key
from crm.contacts.models import Contact
from crm.people.emails import company_domain
from leads.models import Lead


@dataclass(frozen=True)
class AccountMatch:
    account: Account
    reason: str


@dataclass(frozen=True)
class ContactMatch:
    contact: Contact
    reason: str


def account_matches(lead: Lead) -> list[AccountMatch]:
    """By exact domain first, then by exact normalised name."""
    domain, name = company_domain(lead.email), name_key(lead.company)
    by_domain = Account.objects.filter(domain=domain) if domain else Account.objects.none()
    by_name = Account.objects.filter(name_key=name) if name else Account.objects.none()
    found = {account.pk: AccountMatch(account, "same name") for account in by_name[:5]}
    found |= {account.pk: AccountMatch(account, f"same domain {domain}") for account in by_domain}
    return sorted(found.values(), key=lambda match: not match.reason.startswith("same domain"))


def contact_matches(lead: Lead) -> list[ContactMatch]:
    """By e-mail address, then by phone number."""
    contacts = Contact.objects.select_related("account")
    by_email = contacts.filter(email_key=lead.email_key) if lead.email_key else contacts.none()
    by_phone = contacts.filter(phone=lead.phone) if lead.phone else contacts.none()
    found = {contact.pk: ContactMatch(contact, "same e-mail address") for contact in by_email}
    for contact in by_phone[:5]:
        found.setdefault(contact.pk, ContactMatch(contact, "same phone number"))
    return list(found.values())
