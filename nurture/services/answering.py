"""A prospect answers by a link in a mail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from leads.models import EngagementKind, Lead, Provenance
from leads.services.engagement import record_engagement
from leads.services.marks import mark_engaged
from leads.services.qualification import give_answers
from nurture.models import Touch
from nurture.services.exits import leave_if_over
from nurture.services.locks import lock_lead


@transaction.atomic
def answer_by_link(*, touch: Touch, answers: Mapping[str, Any], now: datetime) -> Lead:
    """Records what was said and decides at once; whoever qualifies leaves nurture. That they answered shows that the
    mail arrived, whatever we knew of it. Raises AnswersRefused: then nothing was stored."""
    lead = lock_lead(touch.live_lead.pk)
    record_engagement(lead=lead, kind=EngagementKind.CLICK, now=now, decide=False)
    mark_engaged(lead=lead, now=now)
    give_answers(lead=lead, answers=answers, provenance=Provenance.LINK, now=now)
    lead = lock_lead(lead.pk)
    leave_if_over(lead=lead, now=now)
    return lead
