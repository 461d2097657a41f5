"""The only code that sets a lead's stage: one table of moves, compare-and-swap, history."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import transaction

from crm.campaigns.models import Path
from crm.people.models import User
from crm.web.quick import More
from crm.web.writing import change, insert, writing
from leads.models import ALLOWED_MOVES, Lead, PolicyPurpose, Reason, ReasonPurpose, Stage, StageChange
from leads.models.lead import FIRST_TIMES, SALES_STAGES
from leads.services.assignments import record_given_back, record_taken_over
from leads.services.policies import judge, record_decision


class LifecycleError(Exception):
    """A lead did not move; the message is for a person."""


class MoveNotAllowed(LifecycleError):
    def __init__(self, lead: Lead, to: str) -> None:
        super().__init__(f"A lead that is {lead.get_stage_display().lower()} cannot become {Stage(to).label.lower()}.")


class StageChanged(LifecycleError):
    def __init__(self, lead: Lead) -> None:
        super().__init__(f"Somebody was faster: “{lead}” is no longer {lead.get_stage_display().lower()}.")


class NotReady(LifecycleError):
    """The sales policy is not met; ``missing`` holds the labels of the criteria."""

    def __init__(self, missing: list[str]) -> None:
        self.missing = missing
        super().__init__(f"Not ready by the sales policy yet. Missing: {', '.join(missing) or 'points'}.")


# Every move ends the time to accept.
STOPPED: dict[str, Any] = {"accept_by": None, "reassign_at": None, "queued_at": None}


@writing()
def move_lead(
    *,
    lead: Lead,
    to: str,
    through: Sequence[str] = (),
    by: User | None,
    now: datetime,
    path: str = "",
    reason: Reason | None = None,
    note: str = "",
    **fields: Any,
) -> Lead:
    """``lead`` from the stage and path it was read in to ``to``, if nobody moved it since; it is brought up to date.
    ``path`` is set with the first stage of sales and kept for ever; stages that it goes ``through`` at that moment are
    recorded too. Raises MoveNotAllowed, StageChanged."""
    stages = [lead.stage, *through, to]
    for before, after in pairwise(stages):
        if after not in ALLOWED_MOVES[before]:
            raise MoveNotAllowed(lead, after)
    if to in SALES_STAGES and not lead.path:
        fields |= {"path": path or Path.UNQUALIFIED, "reached_sales_at": now}
    for stage in stages[1:]:
        if (first := FIRST_TIMES.get(stage)) and getattr(lead, first) is None:
            fields[first] = now
    changes = {"stage": to, "stage_changed_at": now, **STOPPED, **fields}
    as_read = {"stage": lead.stage, "path": lead.path, "merged_into": None}
    change(lead, {"version": More(), **changes}, where=as_read, otherwise=StageChanged(lead))
    insert(
        StageChange(lead=lead, from_stage=before, to_stage=after, at=now, by=by, reason=reason, note=note.strip())
        for before, after in pairwise(stages)
    )
    return lead


@transaction.atomic
def accept_lead(*, lead: Lead, by: User, now: datetime) -> Lead:
    """Take a lead over for sales: it becomes ``by``'s own, whoever's it is by now."""
    before = Lead.objects.lock(lead.pk).owner_id
    lead = move_lead(lead=lead, to=Stage.SAL, by=by, now=now, owner=by, team=by.team)
    record_taken_over(lead, before=before, by=by, now=now)
    return lead


@transaction.atomic
def reject_lead(*, lead: Lead, reason: Reason, by: User, now: datetime, note: str = "") -> Lead:
    """Back to nurture (recycle), with a reason; the lead has no owner any more."""
    _check(reason, ReasonPurpose.RECYCLE)
    if lead.stage == Stage.DISQUALIFIED:
        raise MoveNotAllowed(lead, Stage.UNQUALIFIED)
    lead = move_lead(lead=lead, to=Stage.UNQUALIFIED, by=by, now=now, reason=reason, note=note, owner=None)
    record_given_back(lead, by=by, now=now, why=str(reason))
    return lead


def disqualify_lead(*, lead: Lead, reason: Reason, by: User | None, now: datetime, note: str = "") -> Lead:
    _check(reason, ReasonPurpose.DISQUALIFY)
    return move_lead(lead=lead, to=Stage.DISQUALIFIED, by=by, now=now, reason=reason, note=note)


def reopen_lead(*, lead: Lead, by: User | None, now: datetime, note: str = "") -> Lead:
    if lead.stage != Stage.DISQUALIFIED:
        raise MoveNotAllowed(lead, Stage.UNQUALIFIED)
    return move_lead(lead=lead, to=Stage.UNQUALIFIED, by=by, now=now, note=note)


@transaction.atomic
def qualify_lead(*, lead: Lead, by: User | None, now: datetime) -> Lead:
    """Sales vetted it: SAL to SQL, when the sales policy is met, which is recorded. Raises NotReady."""
    judgment = judge(lead, purpose=PolicyPurpose.SALES, now=now)
    if judgment and not judgment.verdict.qualified:
        raise NotReady(judgment.verdict.missing())
    lead = move_lead(lead=lead, to=Stage.SQL, by=by, now=now)
    if judgment:
        record_decision(lead, judgment, now=now)
    return lead


def _check(reason: Reason, purpose: str) -> None:
    if reason.purpose != purpose:
        raise LifecycleError(f"“{reason}” is not a reason to {ReasonPurpose(purpose).label.lower()} a lead.")
