"""Verbs on what an opportunity holds besides its stage."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from crm.contacts.models import Contact
from crm.fields.services.editing import edit_record
from crm.fields.services.values import Values
from crm.opportunities.models import Competitor, Opportunity, OpportunityCompetitor, OpportunityContact
from crm.opportunities.services import OpportunityRefused
from crm.opportunities.valuing import revalued
from crm.people.models import User


def edit_opportunity(
    *,
    opportunity: Opportunity,
    version: int,
    fields: dict[str, Any],
    custom: Values | None = None,
    by: User,
    now: datetime,
) -> Opportunity:
    """Raises StaleRecord."""
    fields = fields | revalued(opportunity, fields)
    return edit_record(opportunity, version=version, fields=fields, custom=custom, by=by, now=now)


def _lock(opportunity: Opportunity) -> None:
    """So that a move, which asks who takes part and who competes, comes before or after."""
    Opportunity.objects.select_for_update(of=("self",)).get(pk=opportunity.pk)


@transaction.atomic
def set_buying_role(*, opportunity: Opportunity, contact: Contact, role: str, by: User) -> OpportunityContact:
    """``contact`` takes part in the opportunity, in this buying role."""
    if contact.account_id != opportunity.account_id:
        raise OpportunityRefused(f"{contact} is not a contact of {opportunity.account}.")
    _lock(opportunity)
    taking_part, _ = OpportunityContact.objects.update_or_create(
        opportunity=opportunity, contact=contact, defaults={"role": role}
    )
    return taking_part


@transaction.atomic
def remove_contact(*, opportunity: Opportunity, contact: Contact, by: User) -> None:
    """No longer part of it. The last one stays: an opportunity is with somebody. Raises OpportunityRefused."""
    _lock(opportunity)
    if not opportunity.roles.exclude(contact=contact).exists():
        raise OpportunityRefused("Somebody has to take part: add another contact first.")
    opportunity.roles.filter(contact=contact).delete()


@transaction.atomic
def set_competitors(*, opportunity: Opportunity, competitors: Iterable[Competitor], by: User) -> None:
    """Exactly these. Raises OpportunityRefused for leaving out the one it was lost to."""
    _lock(opportunity)
    chosen = list(competitors)
    if opportunity.lost_to_id and opportunity.lost_to_id not in {competitor.pk for competitor in chosen}:
        raise OpportunityRefused(f"It was lost to {opportunity.lost_to}.")
    opportunity.competition.exclude(competitor__in=chosen).delete()
    OpportunityCompetitor.objects.bulk_create(
        (OpportunityCompetitor(opportunity=opportunity, competitor=competitor) for competitor in chosen),
        ignore_conflicts=True,
    )
