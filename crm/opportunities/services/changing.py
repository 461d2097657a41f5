"""Write to an opportunity that nobody changed meanwhile."""

from datetime import date
from typing import Any

from django.db.models import F

from crm.opportunities.models import Opportunity
from crm.opportunities.services.errors import OpportunityChanged
from crm.opportunities.valuing import revalued


def lock_opportunity(opportunity: Opportunity) -> Opportunity:
    """The row, locked for the rest of the transaction; who takes part and who competes is changed under it too. Raises
    OpportunityChanged where it is no longer the version that was read."""
    locked = Opportunity.objects.select_for_update(of=("self",)).select_related("stage").get(pk=opportunity.pk)
    if locked.version != opportunity.version:
        raise OpportunityChanged(opportunity)
    return locked


def change_opportunity(opportunity: Opportunity, **fields: Any) -> Opportunity:
    """Write ``fields`` if nobody changed the row since ``opportunity`` was read. Raises OpportunityChanged."""
    fields = fields | revalued(opportunity, fields)
    changed = Opportunity.objects.filter(pk=opportunity.pk, version=opportunity.version).update(
        version=F("version") + 1, **fields
    )
    if not changed:
        raise OpportunityChanged(opportunity)
    opportunity.refresh_from_db()
    return opportunity


def set_next_step(*, opportunity: Opportunity, text: str, on: date | None, version: int) -> Opportunity:
    """``version`` is the one the person saw. Raises OpportunityChanged."""
    opportunity.version = version
    return change_opportunity(opportunity, next_step=text.strip(), next_step_on=on)
