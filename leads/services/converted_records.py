"""The account, contact and opportunity that a lead becomes."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from crm.accounts.models import Account
from crm.contacts.models import AddressKind, Contact, ContactAddress
from crm.opportunities.models import Opportunity, OpportunityContact
from crm.opportunities.services import open_opportunity
from crm.people.models import User
from crm.web.writing import insert_unless_there
from leads.conversion_fields import account_changes, account_values, contact_changes, domain_of, further_addresses
from leads.models import Lead
from leads.services.opportunity_defaults import OpportunityDefaults


def into_account(lead: Lead, account: Account | None, name: str, now: datetime) -> Account:
    """A new one, or the chosen one with what it lacked."""
    if account is None:
        return _new_account(lead, name or lead.company or str(lead), now)
    changes = account_changes(lead, account)
    if changes:
        _with_domain_if_free(changes, lambda values: _write(account, values))
    return account


def _new_account(lead: Lead, name: str, now: datetime) -> Account:
    values = account_values(lead) | {"domain": domain_of(lead)}
    values = {field: value for field, value in values.items() if value not in (None, "")}
    owned = {"owner": lead.owner, "team_id": lead.team_id}
    account = Account(name=name, created_at=now, **owned, **values)
    if not insert_unless_there(account, "account_domain_is_unique"):
        account.domain = ""  # another one has it
        account.save()
    return account


def _with_domain_if_free(values: dict[str, Any], write: Callable[[dict[str, Any]], Any]) -> Any:
    """Where another account has the domain, or takes it meanwhile, it is written without."""
    if "domain" in values:
        with suppress(IntegrityError), transaction.atomic():
            return write(values)
    return write({name: value for name, value in values.items() if name != "domain"})


def new_contact(lead: Lead, account: Account, now: datetime) -> Contact:
    """Not in the database yet."""
    contact = Contact(account=account, owner=lead.owner, team_id=lead.team_id, created_at=now)
    for name, value in contact_changes(lead, contact).items():
        setattr(contact, name, value)
    return contact


def into_contact(lead: Lead, contact: Contact) -> Contact:
    """The chosen one, with what it lacked and the lead's further address and number."""
    for medium, value, key in list(further_addresses(lead, contact)):
        if medium != "email" or not Contact.objects.with_email(key).exists():
            kind = AddressKind.OTHER
            ContactAddress.objects.create(contact=contact, medium=medium, kind=kind, value=value, key=key)
    _write(contact, contact_changes(lead, contact))
    return contact


def into_opportunity(
    lead: Lead,
    account: Account,
    contact: Contact,
    chosen: Opportunity | None,
    defaults: OpportunityDefaults,
    given: dict[str, Any],
    *,
    by: User | None,
    now: datetime,
) -> Opportunity:
    """The contact always takes part, in the buying role that the authority answer suggests."""
    if chosen is not None:
        part, _ = OpportunityContact.objects.get_or_create(
            opportunity=chosen, contact=contact, defaults={"role": defaults.buying_role}
        )
        if defaults.buying_role and not part.role:
            OpportunityContact.objects.filter(pk=part.pk).update(role=defaults.buying_role)
        return chosen
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
        **given,
    )


def _write(record: Account | Contact, changes: dict[str, Any]) -> None:
    """The search column, which knows all addresses, is made anew too."""
    for name, value in changes.items():
        setattr(record, name, value)
    record.version += 1
    record.save()
