"""Verbs of the pipeline: open, move, win, lose. A move is a compare-and-swap on ``version``."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F

from crm.accounts.models import Account
from crm.campaigns.models import Campaign, Source
from crm.contacts.models import Contact
from crm.opportunities.models import (
    Opportunity,
    OpportunityContact,
    OpportunityStageChange,
    Pipeline,
    PipelineStage,
    Status,
)
from crm.opportunities.valuing import revalued, worth
from crm.people.models import Company, User
from crm.web.holding import held


class OpportunityChanged(Exception):
    """Somebody changed the opportunity since it was read; nothing was done."""

    def __init__(self, opportunity: Opportunity) -> None:
        super().__init__(f"“{opportunity}” was changed by somebody else in the meantime. Look at it again.")


class OpportunityRefused(Exception):
    """The move breaks a rule; the message is for a person."""


@transaction.atomic
def open_opportunity(
    *,
    name: str,
    account: Account,
    contact: Contact,
    by: User | None,
    now: datetime,
    owner: User | None,
    close_date: date,
    amount: Decimal | None = None,
    currency: str = "",
    pipeline: Pipeline | None = None,
    source: Source | None = None,
    campaign: Campaign | None = None,
    path: str = "",
    buying_role: str = "",
) -> Opportunity:
    """A new opportunity in the pipeline's first open stage, with ``contact`` as its first contact role."""
    pipeline = pipeline or default_pipeline()
    stage = _first_stage(pipeline.pk, Status.OPEN)
    currency = currency or Company.current().currency
    opportunity = Opportunity.objects.create(
        name=name,
        account=account,
        pipeline=pipeline,
        stage=stage,
        amount=amount,
        currency=currency,
        **worth(amount, currency),
        close_date=close_date,
        source=source,
        campaign=campaign,
        path=path,
        owner=owner,
        team=owner.team if owner else None,
        created_at=now,
    )
    OpportunityStageChange.objects.create(opportunity=opportunity, from_stage=None, to_stage=stage, at=now, by=by)
    OpportunityContact.objects.create(opportunity=opportunity, contact=contact, role=buying_role)
    return opportunity


@held
def default_pipeline() -> Pipeline:
    """The pipeline of new opportunities. Raises OpportunityRefused where there is none."""
    pipeline = Pipeline.objects.order_by("-is_default", "pk").first()
    if pipeline is None:
        raise OpportunityRefused("There is no pipeline. Add one in the admin.")
    return pipeline


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


@transaction.atomic
def move_opportunity(
    *, opportunity: Opportunity, stage: PipelineStage, by: User | None, now: datetime, reason: str = ""
) -> Opportunity:
    """To another stage of the same pipeline; out of won or lost too (it was closed by mistake), which the history
    keeps. Losing needs a reason."""
    if stage.pipeline_id != opportunity.pipeline_id:
        raise OpportunityRefused("That stage is of another pipeline.")
    if stage.status == Status.LOST and not reason.strip():
        raise OpportunityRefused("Say why it was lost.")
    if stage.pk == opportunity.stage_id:
        return opportunity
    before = opportunity.stage_id
    closed = stage.status != Status.OPEN
    change_opportunity(
        opportunity,
        stage=stage,
        status=stage.status,
        closed_at=now if closed else None,
        close_reason=reason.strip() if closed else "",
        close_date=now.date() if closed else opportunity.close_date,
    )
    OpportunityStageChange.objects.create(
        opportunity=opportunity, from_stage_id=before, to_stage=stage, at=now, by=by, reason=reason.strip()
    )
    return opportunity


@transaction.atomic
def win_opportunity(
    *, opportunity: Opportunity, by: User | None, now: datetime, amount: Decimal | None = None, reason: str = ""
) -> Opportunity:
    """Closed as won at ``now``, for ``amount`` where one is given."""
    if amount is not None:
        change_opportunity(opportunity, amount=amount)
    return move_opportunity(
        opportunity=opportunity, stage=_first_stage(opportunity.pipeline_id, Status.WON), by=by, now=now, reason=reason
    )


def lose_opportunity(*, opportunity: Opportunity, reason: str, by: User | None, now: datetime) -> Opportunity:
    return move_opportunity(
        opportunity=opportunity, stage=_first_stage(opportunity.pipeline_id, Status.LOST), by=by, now=now, reason=reason
    )


def set_next_step(*, opportunity: Opportunity, text: str, on: date | None, version: int) -> Opportunity:
    """``version`` is the one the person saw. Raises OpportunityChanged."""
    opportunity.version = version
    return change_opportunity(opportunity, next_step=text.strip(), next_step_on=on)


@held
def _first_stage(pipeline_id: int, status: Status) -> PipelineStage:
    stage = PipelineStage.objects.filter(pipeline=pipeline_id, status=status).first()
    if stage is None:
        raise OpportunityRefused(f"The pipeline has no {status} stage. Add one in the admin.")
    return stage
