"""Who gets a lead: by the rules, by hand, or the next one where somebody did not accept in time."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from crm.people.models import User
from crm.web.writing import writing
from leads.models import Assignment, AssignmentKind, Lead, RoutingRule
from leads.routing.pools import active_rules
from leads.routing.subject import Subject
from leads.routing.walk import Step, Walk, walk
from leads.services.assignments import clocks_by_hand, clocks_for, clocks_of_queue, give

NOBODY = "No rule found anybody."


@writing()
def route_lead(
    *, lead: Lead, now: datetime, answers: Mapping[str, Any] | None = None, form: str | None = None
) -> Assignment | None:
    """By the first active rule that fits and finds somebody; else into the queue, which the sweep tries again. None
    where there are no rules. ``answers`` (key to value) and ``form`` (slug) spare reading them."""
    rules = active_rules()
    if not rules:
        return None
    walked = walk(rules, Subject(lead, now=now, answers=answers, form=form), take=True)
    if step := walked.taken:
        return _give(lead, step, walked, kind=AssignmentKind.ROUTED, now=now)
    return give(
        lead,
        to=None,
        kind=AssignmentKind.QUEUED,
        now=now,
        queued_at=now,
        note=NOBODY,
        explanation=walked.explanation,
    )


@transaction.atomic
def route_from_queue(*, lead: Lead, now: datetime) -> Assignment | None:
    """Try the rules again for a lead that is locked and waits; None where they still find nobody."""
    walked = walk(active_rules(), Subject(lead, now=now), take=True)
    step = walked.taken
    return _give(lead, step, walked, kind=AssignmentKind.ROUTED, now=now) if step else None


@transaction.atomic
def pass_on(*, lead: Lead, rule: RoutingRule, had_it: Collection[int], now: datetime) -> Assignment | None:
    """To the next of the rule's pool, for a lead that is locked; None where nobody of them can get it now."""
    walked = walk([rule], Subject(lead, now=now), take=True, had_it=had_it, check_conditions=False)
    step = walked.taken
    if step is None or step.user is None:
        return None
    return _give(lead, step, walked, kind=AssignmentKind.REASSIGNED, now=now, note=f"Not accepted in time. {step.why}")


@transaction.atomic
def assign_lead(*, lead: Lead, to: User | None, by: User | None, now: datetime, note: str = "") -> Assignment:
    """To a named rep, or back to the open queue, where it stays until somebody takes it."""
    lead.stage = Lead.objects.select_for_update(of=("self",)).values_list("stage", flat=True).get(pk=lead.pk)
    clocks = clocks_by_hand(lead, to, now=now)
    return give(lead, to=to, kind=AssignmentKind.MANUAL, now=now, team=lead.team, clocks=clocks, by=by, note=note)


def _give(lead: Lead, step: Step, walked: Walk, *, kind: AssignmentKind, now: datetime, note: str = "") -> Assignment:
    if step.calendar is not None:
        clocks = clocks_for(step.rule, step.calendar, now=now)
    else:
        clocks = clocks_of_queue(step.rule, step.team, now=now)
    return give(
        lead,
        to=step.user,
        kind=kind,
        now=now,
        team=step.team,
        clocks=clocks,
        rule=step.rule,
        note=note or step.why,
        explanation=walked.explanation,
    )
