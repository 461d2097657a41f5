"""What a human did with what we sent, showed or said: recorded, and decided upon at once if the policy looks at it."""

from datetime import datetime

from crm.people.models import User
from crm.web.writing import insert, writing
from leads.models import Engagement, EngagementKind, Lead
from leads.models.engagement import TWO_WAY
from leads.services.marks import mark_engaged, mark_touched
from leads.services.policies import policy_in_force
from leads.services.qualification import evaluate_lead


@writing()
def record_engagement(
    *,
    lead: Lead,
    kind: str,
    now: datetime,
    page: str = "",
    by: User | None = None,
    external_id: str = "",
    decide: bool = True,
) -> Engagement | None:
    """``page``: the key of the page, for a visit and only for one. None where ``external_id`` was recorded before.
    ``decide`` false: the caller decides, because answers come with it. Never call it for what a machine did."""
    lead = Lead.objects.lock_live(lead.pk)
    if external_id and Engagement.objects.filter(external_id=external_id).exists():
        return None
    engagement = Engagement(lead=lead, kind=kind, page=page, at=now, by=by, external_id=external_id)
    insert([engagement])
    _mark(lead, kind, now)
    if decide and _is_looked_at(lead, engagement):
        evaluate_lead(lead=lead, now=now, by=by, only_if_new=True)
    return engagement


def _mark(lead: Lead, kind: str, now: datetime) -> None:
    """A reply, a click, a call and a meeting show that a touch or a call came before; a visit does not."""
    if kind != EngagementKind.VISIT:
        mark_touched(lead=lead, now=now)
    if kind in TWO_WAY:
        mark_engaged(lead=lead, now=now)


def _is_looked_at(lead: Lead, engagement: Engagement) -> bool:
    force = policy_in_force(campaign_id=lead.campaign_id)
    return force is not None and not force.definition.engagement.isdisjoint(engagement.subjects)
