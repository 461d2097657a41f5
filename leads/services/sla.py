"""What happens to leads that nobody accepts in time: the manager is told, then a colleague gets them; and leads in the
queue are tried again. Each lead in its own transaction, looked at again under its lock: two sweeps at once, or a sweep
after a crash, do each thing once."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from crm.people.models import Role, User
from leads.models import Escalation, Lead, RoutingRule, Stage
from leads.routing.pools import pool_of
from leads.routing.subject import Subject
from leads.services.routing import pass_on, route_from_queue

AT_ONCE = 500  # of each kind in one sweep; the next one goes on


@dataclass(frozen=True)
class Swept:
    escalated: int
    reassigned: int
    routed: int


def sweep(*, now: datetime) -> Swept:
    return Swept(
        escalated=sum(escalate(lead, now=now) for lead in _overdue(now)),
        reassigned=sum(reassign(lead, now=now) for lead in _to_pass_on(now)),
        routed=sum(take_from_queue(lead, now=now) for lead in _queued()),
    )


def _overdue(now: datetime) -> list[int]:
    told = Escalation.objects.filter(lead=OuterRef("pk"), deadline=OuterRef("accept_by"))
    late = Lead.objects.awaiting_acceptance().filter(accept_by__lte=now).exclude(Exists(told))
    return list(late.order_by("accept_by", "pk").values_list("pk", flat=True)[:AT_ONCE])


def _to_pass_on(now: datetime) -> list[int]:
    late = Lead.objects.awaiting_acceptance().filter(reassign_at__lte=now)
    return list(late.order_by("reassign_at", "pk").values_list("pk", flat=True)[:AT_ONCE])


def _queued() -> list[int]:
    waiting = Lead.objects.in_the_queue().filter(queued_at__isnull=False)
    return list(waiting.order_by("queued_at", "pk").values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def escalate(pk: int, *, now: datetime) -> bool:
    """Tell the managers once for each deadline; the mail goes out with ``leads.services.telling``."""
    lead = _locked(pk, accept_by__lte=now)
    if lead is None or lead.accept_by is None:
        return False
    if Escalation.objects.filter(lead=lead, deadline=lead.accept_by).exists():
        return False
    rule = _rule_of(lead)
    told = _managers(lead) if rule is None or rule.escalates else []
    rows = [Escalation(lead=lead, manager=manager, deadline=lead.accept_by, at=now) for manager in told]
    nobody = Escalation(lead=lead, deadline=lead.accept_by, at=now, mailed_at=now)
    Escalation.objects.bulk_create(rows or [nobody])
    return bool(told)


@transaction.atomic
def reassign(pk: int, *, now: datetime) -> bool:
    """To the next of the pool who had it not yet. While those are away or full the next sweep tries again; when all had
    it, it stays where it is."""
    lead = _locked(pk, reassign_at__lte=now)
    if lead is None:
        return False
    rule, had_it = _rule_of(lead), _had_it(lead)
    if rule is None or not rule.active or not _others(rule, lead, had_it, now):
        Lead.objects.filter(pk=lead.pk).update(reassign_at=None, version=F("version") + 1)
        return False
    return pass_on(lead=lead, rule=rule, had_it=had_it, now=now) is not None


@transaction.atomic
def take_from_queue(pk: int, *, now: datetime) -> bool:
    lead = _locked(pk, owner=None, queued_at__isnull=False)
    return lead is not None and route_from_queue(lead=lead, now=now) is not None


def _locked(pk: int, **still: object) -> Lead | None:
    """The lead, if it still waits to be accepted and is as it was found."""
    waiting = Lead.objects.select_for_update(of=("self",)).filter(pk=pk, merged_into=None, stage=Stage.MQL)
    return waiting.filter(**still).first()


def _rule_of(lead: Lead) -> RoutingRule | None:
    routed = lead.assignments.filter(rule__isnull=False).select_related("rule__team", "rule__rep", "rule__territory")
    newest = routed.order_by("-at", "-pk").first()
    return newest.rule if newest else None


def _had_it(lead: Lead) -> set[int]:
    """Since it qualified."""
    given = lead.assignments.filter(at__gte=lead.stage_changed_at, to__isnull=False)
    return {*given.values_list("to", flat=True), *([lead.owner_id] if lead.owner_id else [])}


def _others(rule: RoutingRule, lead: Lead, had_it: set[int], now: datetime) -> bool:
    return any(user.pk not in had_it for user in pool_of(rule, Subject(lead, now=now)).users)


def _managers(lead: Lead) -> list[User]:
    """Of the owner's team, or the queue's; all sales managers where the team has none."""
    team = lead.owner.team if lead.owner else lead.team
    if team and team.manager and team.manager.is_active:
        return [team.manager]
    return list(User.objects.filter(role=Role.SALES_MANAGER, is_active=True))
