"""Verbs of the pipeline: move, win, lose. A move is a compare-and-swap on ``version`` under the row's lock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from crm.contacts.models import Contact
from crm.fields.services.values import Values, write_values
from crm.opportunities.demands import missing_for
from crm.opportunities.models import (
    CloseReason,
    Competitor,
    Opportunity,
    OpportunityCompetitor,
    OpportunityContact,
    OpportunityStageChange,
    PipelineStage,
    Status,
)
from crm.opportunities.models.closing import in_words
from crm.opportunities.services.changing import change_opportunity, lock_opportunity
from crm.opportunities.services.errors import DemandsNotMet, OpportunityRefused
from crm.opportunities.services.opening import first_stage
from crm.people.models import Company, User


@dataclass(frozen=True)
class Told:
    """What a person fills in on the way to a stage that demands it: fields of the opportunity, contacts by buying
    role."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    roles: Mapping[str, Contact] = field(default_factory=dict)
    competitors: Iterable[Competitor] = ()
    custom: Values = field(default_factory=dict)


@transaction.atomic
def move_opportunity(
    *,
    opportunity: Opportunity,
    stage: PipelineStage,
    by: User | None,
    now: datetime,
    reason: str = "",
    because: CloseReason | None = None,
    lost_to: Competitor | None = None,
    told: Told | None = None,
) -> Opportunity:
    """To another stage of its own or another pipeline; out of won or lost too (it was closed by mistake), which the
    history keeps. Losing needs a reason, of the list or in own words. Raises OpportunityChanged, and DemandsNotMet
    where something that the stage demands is not known; a move back is free, and so is an import (by nobody), which
    tells what happened elsewhere."""
    if stage.status == Status.LOST and not (reason.strip() or because):
        raise OpportunityRefused("Say why it was lost.")
    locked = lock_opportunity(opportunity)
    if stage.pk == locked.stage_id:
        return opportunity
    if told is not None:
        _fill_in(opportunity, told, by, now)
        locked = lock_opportunity(opportunity)
    if by is not None and (missing := missing_for(locked, stage)):
        raise DemandsNotMet(stage, missing)
    before = locked.stage_id
    change_opportunity(
        opportunity,
        pipeline_id=stage.pipeline_id,
        stage=stage,
        status=stage.status,
        lost_to=lost_to if stage.status == Status.LOST else None,
        **_closing(opportunity, stage, because, reason, now),
    )
    if lost_to and stage.status == Status.LOST:
        OpportunityCompetitor.objects.get_or_create(opportunity=opportunity, competitor=lost_to)
    OpportunityStageChange.objects.create(
        opportunity=opportunity,
        from_stage_id=before,
        to_stage=stage,
        at=now,
        by=by,
        reason=in_words(because, reason)[:200],
    )
    return opportunity


def _closing(
    opportunity: Opportunity, stage: PipelineStage, because: CloseReason | None, reason: str, now: datetime
) -> dict[str, Any]:
    if stage.status == Status.OPEN:
        return {"closed_at": None, "closed_because": None, "close_reason": ""}
    day = Company.current().day(now)
    return {"closed_at": now, "closed_because": because, "close_reason": reason.strip(), "close_date": day}


@transaction.atomic
def win_opportunity(
    *,
    opportunity: Opportunity,
    by: User | None,
    now: datetime,
    amount: Decimal | None = None,
    reason: str = "",
    because: CloseReason | None = None,
    told: Told | None = None,
) -> Opportunity:
    """Closed as won at ``now``, for ``amount`` where one is given."""
    if amount is not None and amount != opportunity.amount:
        change_opportunity(opportunity, amount=amount)
    stage = first_stage(opportunity.pipeline_id, Status.WON)
    return move_opportunity(
        opportunity=opportunity, stage=stage, by=by, now=now, reason=reason, because=because, told=told
    )


def lose_opportunity(
    *,
    opportunity: Opportunity,
    by: User | None,
    now: datetime,
    reason: str = "",
    because: CloseReason | None = None,
    lost_to: Competitor | None = None,
) -> Opportunity:
    stage = first_stage(opportunity.pipeline_id, Status.LOST)
    return move_opportunity(
        opportunity=opportunity, stage=stage, by=by, now=now, reason=reason, because=because, lost_to=lost_to
    )


def _fill_in(opportunity: Opportunity, told: Told, by: User | None, now: datetime) -> None:
    for role, contact in told.roles.items():
        if contact.account_id != opportunity.account_id:
            raise OpportunityRefused(f"{contact} is not a contact of {opportunity.account}.")
        OpportunityContact.objects.update_or_create(opportunity=opportunity, contact=contact, defaults={"role": role})
    for competitor in told.competitors:
        OpportunityCompetitor.objects.get_or_create(opportunity=opportunity, competitor=competitor)
    write_values(record=opportunity, values=told.custom, by=by, now=now)
    if told.fields or told.custom:
        change_opportunity(opportunity, **told.fields)
