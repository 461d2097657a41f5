"""Verbs on what an opportunity holds besides its stage."""

from typing import Any

from django.db import transaction

from crm.contacts.models import Contact
from crm.opportunities.models import Opportunity, OpportunityContact
from crm.opportunities.services import OpportunityRefused
from crm.opportunities.valuing import revalued
from crm.people.models import User
from crm.web.versions import write_fields


def edit_opportunity(*, opportunity: Opportunity, version: int, fields: dict[str, Any], by: User) -> Opportunity:
    """Raises StaleRecord."""
    return write_fields(opportunity, version=version, **fields, **revalued(opportunity, fields))


@transaction.atomic
def set_buying_role(*, opportunity: Opportunity, contact: Contact, role: str, by: User) -> OpportunityContact:
    """``contact`` takes part in the opportunity, in this buying role."""
    if contact.account_id != opportunity.account_id:
        raise OpportunityRefused(f"{contact} is not a contact of {opportunity.account}.")
    taking_part, _ = OpportunityContact.objects.update_or_create(
        opportunity=opportunity, contact=contact, defaults={"role": role}
    )
    return taking_part
