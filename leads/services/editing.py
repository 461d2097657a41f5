"""A person corrects what is known of a lead."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from crm.fields.services.editing import edit_record
from crm.fields.services.values import Values
from crm.people.models import User
from crm.people.phones import zone_of
from crm.web.constraints import breaks
from leads.models import Lead
from leads.services.intake import IntakeRefused
from leads.services.qualification import evaluate_lead


@transaction.atomic
def edit_lead(
    *,
    lead: Lead,
    version: int,
    fields: dict[str, Any],
    custom: Values | None = None,
    by: User | None,
    now: datetime,
) -> Lead:
    """``fields`` and ``custom`` ones onto the lead that still has ``version``, and a fresh decision, because criteria
    look at fields too. Raises StaleRecord, and IntakeRefused where somebody else has the address."""
    if fields.get("phone", lead.phone) != lead.phone:
        fields = fields | {"time_zone": zone_of(fields["phone"]) or lead.time_zone}
    try:
        with transaction.atomic():
            lead = edit_record(lead, version=version, fields=fields, custom=custom, by=by, now=now)
    except IntegrityError as error:
        if not breaks(error, Lead, "one_live_lead_per_email"):
            raise
        raise IntakeRefused({"email": "Another lead has this e-mail address already."}) from error
    evaluate_lead(lead=lead, now=now, by=by, researched=True)
    lead.refresh_from_db()
    return lead
