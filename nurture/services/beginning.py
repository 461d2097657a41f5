"""Most leads are as they were read with the bundle when their turn comes. Then nothing has to be read again.

PostgreSQL says of every row which transaction wrote it (``xmin``): the same one, the same row. It is looked at under
the lead's lock, which whoever opts out, suppresses, merges or qualifies holds too, and whoever did so wrote the row.
"""

from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from crm.web.quick import Statement, updating
from nurture.models import Touch

UNCHANGED = "SELECT 1 FROM leads_lead WHERE id = %s AND xmin::text = %s FOR UPDATE"


def noting_leads(touches: "QuerySet[Touch]") -> "QuerySet[Touch]":
    """Each with the ``lead_writer`` of its lead, which was selected along with it. Not on SQLite, where all is local
    and a transaction locks the whole database."""
    if connection.vendor != "postgresql":
        return touches
    return touches.annotate(lead_writer=RawSQL("leads_lead.xmin::text", ()))


def knows_lead(touch: Touch) -> bool:
    return hasattr(touch, "lead_writer")


def unless_lead_changed(touch: Touch, where: dict[str, Any], changes: dict[str, Any]) -> Statement:
    """``changes`` of the touch ``where`` it still is so, and its lead too, which stays locked until the transaction
    ends."""
    lead = Statement(UNCHANGED, [touch.enrollment.lead_id, touch.lead_writer])  # type: ignore[attr-defined]
    return updating(Touch, where, changes, if_any=lead)
