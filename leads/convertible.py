"""Into what a lead can be converted, and what that would change."""

from dataclasses import dataclass

from crm.accounts.models import Account
from crm.contacts.models import Contact
from crm.opportunities.models import Opportunity
from crm.people.models import User
from crm.web.searching import words_in
from leads.models import Lead
from leads.queries import SimilarOutcomes
from leads.services.matching import AccountMatch, ContactMatch, account_matches, contact_matches

FILLED_IN = {
    "first_name": "First name",
    "last_name": "Last name",
    "job_title": "Job title",
    "email": "E-mail",
    "phone": "Phone",
}


@dataclass(frozen=True)
class ContactOption:
    """A contact to convert into, with the empty fields that the lead fills in."""

    contact: Contact
    reason: str
    changes: list[tuple[str, str]]


@dataclass(frozen=True)
class Options:
    """What the user may choose. ``hidden`` are matches that belong to others: only their owners are named."""

    accounts: list[AccountMatch]
    contacts: list[ContactOption]
    opportunities: list[Opportunity]
    hidden: list[str]


def options_for(lead: Lead, *, user: User, search: str = "") -> Options:
    contacts = contact_matches(lead)
    accounts = {match.account.pk: match for match in account_matches(lead)}
    for match in contacts:
        accounts.setdefault(match.contact.account_id, AccountMatch(match.contact.account, "the contact's account"))
    seen_accounts = _visible(Account, accounts, user)
    seen_contacts = _visible(Contact, [match.contact.pk for match in contacts], user)
    shown = [match for pk, match in accounts.items() if pk in seen_accounts]
    shown += [found for found in _found(search, user) if found.account.pk not in accounts]
    return Options(
        accounts=shown,
        contacts=[_option(lead, match) for match in contacts if match.contact.pk in seen_contacts],
        opportunities=_open_opportunities([match.account for match in shown], user),
        hidden=_hidden(contacts, seen_contacts),
    )


def _visible(model: type[Account] | type[Contact], pks: object, user: User) -> set[int]:
    return set(model.objects.visible_to(user).filter(pk__in=list(pks)).values_list("pk", flat=True))  # type: ignore[call-overload]


def _found(search: str, user: User) -> list[AccountMatch]:
    if not search.strip():
        return []
    accounts = Account.objects.visible_to(user).filter(words_in(search, ["search_text"]))
    return [AccountMatch(account, "found by your search") for account in accounts[:5]]


def _open_opportunities(accounts: list[Account], user: User) -> list[Opportunity]:
    found = Opportunity.objects.visible_to(user).open().filter(account__in=accounts)
    return list(found.select_related("account", "stage"))


def _option(lead: Lead, match: ContactMatch) -> ContactOption:
    contact = match.contact
    changes = [
        (label, getattr(lead, name))
        for name, label in FILLED_IN.items()
        if getattr(lead, name) and not getattr(contact, name)
    ]
    if lead.email_opt_out and not contact.email_opt_out:
        changes.append(("E-mail", "opted out"))
    if lead.do_not_call and not contact.do_not_call:
        changes.append(("Phone", "do not call"))
    return ContactOption(contact, match.reason, changes)


def _hidden(matches: list[ContactMatch], seen: set[int]) -> list[str]:
    return [
        f"A contact with the {match.reason} belongs to {match.contact.owner or 'another team'}."
        for match in matches
        if match.contact.pk not in seen
    ]


@dataclass(frozen=True)
class Odds:
    """What became of leads like this one, in percent; the win rate with its 95 % Wilson interval."""

    outcomes: SimilarOutcomes
    converted: float
    won: float
    low: float
    high: float


def odds(outcomes: SimilarOutcomes) -> Odds | None:
    if not outcomes.leads:
        return None
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(outcomes.won, outcomes.leads, method="wilson")
    return Odds(
        outcomes,
        converted=100 * outcomes.converted / outcomes.leads,
        won=100 * outcomes.won / outcomes.leads,
        low=100 * low,
        high=100 * high,
    )
