"""Who gets a lead. Round robin counts turns under a lock on the rule, so that the spread in a pool is at most one."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from crm.people.models import User
from leads.models import Assignment, Lead, RoutingRule


@transaction.atomic
def route_lead(*, lead: Lead, now: datetime) -> Assignment | None:
    """The first active rule with active members takes the lead; without one it stays in the open queue (None)."""
    for rule in RoutingRule.objects.select_for_update(of=("self",)).filter(active=True):
        members = list(rule.pool.filter(user__is_active=True).select_related("user__team"))
        if members:
            member = members[rule.turn % len(members)]
            RoutingRule.objects.filter(pk=rule.pk).update(turn=F("turn") + 1)
            return _assign(lead, to=member.user, rule=rule, by=None, now=now)
    return None


@transaction.atomic
def assign_lead(*, lead: Lead, to: User | None, by: User | None, now: datetime, note: str = "") -> Assignment:
    """To a named rep, or back to the open queue."""
    return _assign(lead, to=to, rule=None, by=by, now=now, note=note)


def _assign(
    lead: Lead, *, to: User | None, rule: RoutingRule | None, by: User | None, now: datetime, note: str = ""
) -> Assignment:
    lead.owner = to
    lead.team = to.team if to else lead.team
    if rule:
        lead.accept_by = now + timedelta(minutes=rule.accept_within_minutes)
    Lead.objects.filter(pk=lead.pk).update(
        owner=lead.owner, team=lead.team, accept_by=lead.accept_by, version=F("version") + 1
    )
    lead.version += 1
    return Assignment.objects.create(lead=lead, to=to, rule=rule, at=now, by=by, note=note)
