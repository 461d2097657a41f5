"""Into what a lead can be converted, and what that would change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crm.accounts.models import Account
from crm.contacts.models import Contact, Medium
from crm.fields.values import display
from crm.opportunities.models import Opportunity
from crm.people.models import User
from crm.web.searching import words_in
from leads import conversion_fields as fields
from leads.conversion_fields import Change
from leads.custom_fields import Carried, carried_from, what_lacks
from leads.models import Lead
from leads.outcomes import SimilarOutcomes
from leads.services.matching import AccountMatch, ContactMatch, account_matches, contact_matches, namesakes

FOUND = "found by your search"


@dataclass(frozen=True)
class AccountOption:
    """An account to convert into, with the empty fields that the lead fills in. ``found``: the user looked for it."""

    account: Account
    reason: str
    score: float
    changes: list[Change]
    found: bool = False


@dataclass(frozen=True)
class ContactOption:
    """A contact to convert into, with what it gets from the lead."""

    contact: Contact
    reason: str
    score: float
    changes: list[Change]


@dataclass(frozen=True)
class OpportunityOption:
    """An open opportunity to convert into, with the custom fields that it gets from the lead."""

    opportunity: Opportunity
    changes: list[Change]


@dataclass(frozen=True)
class Options:
    """What the user may choose, exact matches first. ``hidden`` are matches that belong to others: only their owners
    are named."""

    accounts: list[AccountOption]
    contacts: list[ContactOption]
    opportunities: list[OpportunityOption]
    hidden: list[str]
    custom: Carried


def options_for(lead: Lead, *, user: User, search: str = "") -> Options:
    matches = account_matches(lead)
    contacts = _first_of_each([*contact_matches(lead), *namesakes(lead, matches)])
    accounts = {match.account.pk: match for match in matches}
    for match in contacts:
        of_contact = AccountMatch(match.contact.account, "the contact's account", match.score)
        accounts.setdefault(match.contact.account_id, of_contact)
    seen_accounts = _visible(Account, accounts, user)
    seen_contacts = _visible(Contact, [match.contact.pk for match in contacts], user)
    shown = [match for pk, match in accounts.items() if pk in seen_accounts]
    shown += [found for found in _found(search, user) if found.account.pk not in accounts]
    offered = [match for match in contacts if match.contact.pk in seen_contacts]
    deals = _open_opportunities([match.account for match in shown], user)
    custom = carried_from(lead, user=user)
    gets = _Gets(custom, [match.account for match in shown], [match.contact for match in offered], deals)
    return Options(
        accounts=[_account_option(lead, match, gets) for match in shown],
        contacts=[_option(lead, match, gets) for match in offered],
        opportunities=[OpportunityOption(deal, gets.of(deal)) for deal in deals],
        hidden=_hidden(contacts, seen_contacts),
        custom=custom,
    )


class _Gets:
    """What of the lead's custom fields each of the records offered lacks: one query a kind."""

    def __init__(self, custom: Carried, *offered: Sequence[Any]) -> None:
        self._lacking = {
            type(records[0]): what_lacks(type(records[0]), [record.pk for record in records], custom.of(records[0]))
            for records in offered
            if records
        }

    def of(self, record: Account | Contact | Opportunity) -> list[Change]:
        lacking = self._lacking[type(record)][record.pk]
        return [Change(field.label, display(field, value)) for field, value in lacking.items()]


def _visible(model: type[Account] | type[Contact], pks: object, user: User) -> set[int]:
    return set(model.objects.visible_to(user).filter(pk__in=list(pks)).values_list("pk", flat=True))  # type: ignore[call-overload]


def _found(search: str, user: User) -> list[AccountMatch]:
    if not search.strip():
        return []
    accounts = Account.objects.visible_to(user).filter(words_in(search, ["search_text"]))
    return [AccountMatch(account, FOUND) for account in accounts[:5]]


def _open_opportunities(accounts: list[Account], user: User) -> list[Opportunity]:
    found = Opportunity.objects.visible_to(user).open().filter(account__in=accounts)
    return list(found.select_related("account", "stage"))


def _first_of_each(matches: list[ContactMatch]) -> list[ContactMatch]:
    found: dict[int, ContactMatch] = {}
    for match in matches:
        found.setdefault(match.contact.pk, match)
    return list(found.values())


def _account_option(lead: Lead, match: AccountMatch, gets: _Gets) -> AccountOption:
    changes = fields.account_changes(lead, match.account)
    found = match.reason == FOUND
    lines = fields.shown(match.account, changes) + gets.of(match.account)
    return AccountOption(match.account, match.reason, match.score, lines, found)


def _option(lead: Lead, match: ContactMatch, gets: _Gets) -> ContactOption:
    contact = match.contact
    changes = fields.shown(contact, fields.contact_changes(lead, contact))
    changes += [
        Change(f"Further {Medium(medium).label.lower()}", value)
        for medium, value, _ in fields.further_addresses(lead, contact)
    ]
    return ContactOption(contact, match.reason, match.score, changes + gets.of(contact))


def _hidden(matches: list[ContactMatch], seen: set[int]) -> list[str]:
    return [
        f"A contact with the {match.reason} belongs to {match.contact.owner or 'another team'}."
        for match in matches
        if match.contact.pk not in seen and match.reason.startswith("same")  # of namesakes nothing is told
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
