"""Where every field of a lead goes when it is converted, or why it stays behind."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from crm.accounts.models import Account
from crm.contacts.models import Contact
from crm.people.emails import company_domain, email_key
from crm.people.filling import what_is_lacking
from crm.web.links import host_of
from leads.models import Lead
from leads.networks import is_network

_KNOWN = {field.name for field in Lead._meta.concrete_fields}
ADDRESS = tuple(name for name in ("street", "postcode", "city", "region", "country") if name in _KNOWN)
_SAME_AT_THE_ACCOUNT = (*ADDRESS, *(name for name in ("industry", "employees") if name in _KNOWN))
_SAME_AT_THE_CONTACT = ("first_name", "last_name", "job_title", "email", "phone", "time_zone")
FLAGS = ("email_opt_out", "do_not_call")

# Lead's field: what it fills, as record.field
TARGETS: dict[str, tuple[str, ...]] = {
    "company": ("account.name",),
    "website": ("account.domain",),
    **{name: (f"account.{name}",) for name in _SAME_AT_THE_ACCOUNT},
    **{name: (f"contact.{name}",) for name in (*_SAME_AT_THE_CONTACT, *FLAGS)},
    **{name: (f"opportunity.{name}",) for name in ("source", "campaign", "path")},
    **{name: (f"account.{name}", f"contact.{name}", f"opportunity.{name}") for name in ("owner", "team")},
}

_MADE_ANEW = "Worked out again from what they are made of"
_HISTORY = "Stays on the lead, which remains readable: the timelines of account, contact and opportunity lead to it"
_WORK = "Only counts while it is a lead"
STAYS: dict[str, str] = {
    **dict.fromkeys(
        ("id", "version", "search_text", "email_key", "given_code", "family_code", "company_key"), _MADE_ANEW
    ),
    **dict.fromkeys(("stage_changed_at", "reached_sales_at", "created_at", "first_inquiry_at"), _HISTORY),
    **dict.fromkeys(("last_inquiry_at", "touched_at", "engaged_at", "mql_at", "sal_at", "sql_at"), _HISTORY),
    **dict.fromkeys(
        (
            "stage",
            "score",
            "accept_by",
            "reassign_at",
            "queued_at",
            "decide_again_at",
            "merged_into",
            "email_unconfirmed",
        ),
        _WORK,
    ),
}
# As the rep reads them, where the field's own name says too little.
_SAID = {
    "stage_changed_at": "when its stage changed",
    "reached_sales_at": "when it reached sales",
    "created_at": "when it was added",
    "first_inquiry_at": "first inquiry",
    "mql_at": "when it was marketing-qualified",
    "sal_at": "when it was accepted",
    "sql_at": "when it was sales-qualified",
    "last_inquiry_at": "last inquiry",
    "touched_at": "first e-mail or call",
    "engaged_at": "first contact",
    "accept_by": "clock to accept it",
    "reassign_at": "clock to pass it on",
    "queued_at": "time in the queue",
    "decide_again_at": "next decision",
    "email_unconfirmed": "that the address is not confirmed",
}


@dataclass(frozen=True)
class Change:
    """One field of an existing record that a conversion fills in."""

    label: str
    value: str


def domain_of(lead: Lead) -> str:
    """The company's: of the e-mail address, else of the website, but for free mail and social networks."""
    website = "" if is_network(lead.website) else host_of(lead.website)
    return company_domain(lead.email) or (company_domain(f"info@{website}") if website else "")


def account_values(lead: Lead) -> dict[str, Any]:
    return {name: getattr(lead, name) for name in _SAME_AT_THE_ACCOUNT}


def account_changes(lead: Lead, account: Account) -> dict[str, Any]:
    """What an existing account lacks and gets; a domain only while no other account has it."""
    changes = what_is_lacking(account, account_values(lead), together=[ADDRESS])
    domain = domain_of(lead)
    if domain and not account.domain and not Account.objects.live().filter(domain=domain).exists():
        changes["domain"] = domain
    return changes


def contact_changes(lead: Lead, contact: Contact) -> dict[str, Any]:
    """What an existing contact lacks and gets. Opt-outs are added, never lifted."""
    values = {name: getattr(lead, name) for name in _SAME_AT_THE_CONTACT}
    changes = what_is_lacking(contact, values)
    return changes | {name: True for name in FLAGS if getattr(lead, name) and not getattr(contact, name)}


def further_addresses(lead: Lead, contact: Contact) -> Iterator[tuple[str, str, str]]:
    """Medium, value and key of what the contact is not reached by yet, because it has another address or number."""
    known = {(address.medium, address.key) for address in contact.addresses.all()} if contact.pk else set()
    known |= {("email", contact.email_key), ("phone", contact.phone)}
    for medium, value, key in (("email", lead.email, email_key(lead.email)), ("phone", lead.phone, lead.phone)):
        if value and getattr(contact, medium) and (medium, key) not in known:
            yield medium, value, key


def _label(record: Model, name: str) -> str:
    field: Any = record._meta.get_field(name)
    return str(field.verbose_name)


def shown(record: Account | Contact, changes: dict[str, Any]) -> list[Change]:
    """For the page: by the record's own labels."""
    lines = []
    for name, value in changes.items():
        label = _label(record, name)
        lines.append(Change(label[:1].upper() + label[1:], "Yes" if value is True else str(value)))
    return lines


def left_behind(lead: Lead) -> list[tuple[str, str]]:
    """What the rep is told stays: labels of the fields that have a value, by reason."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in STAYS.items():
        if reason != _MADE_ANEW and getattr(lead, name) not in (None, "", False):
            by_reason.setdefault(reason, []).append(_SAID.get(name) or _label(lead, name))
    return [(", ".join(names), reason) for reason, names in by_reason.items()]
