"""A new opportunity."""

from datetime import date, datetime
from decimal import Decimal

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
from crm.opportunities.services.errors import OpportunityRefused
from crm.opportunities.valuing import worth
from crm.people.models import Company, User
from crm.web.holding import kept
from crm.web.writing import insert, writing


@writing()
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
    stage = first_stage(pipeline.pk, Status.OPEN)
    currency = currency or Company.current().currency
    opportunity = Opportunity(
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
        team_id=owner.team_id if owner else None,
        created_at=now,
    )
    insert([opportunity])
    insert([OpportunityStageChange(opportunity=opportunity, from_stage=None, to_stage=stage, at=now, by=by)])
    insert([OpportunityContact(opportunity=opportunity, contact=contact, role=buying_role)])
    return opportunity


@kept("opportunities_pipeline")
def default_pipeline() -> Pipeline:
    """The pipeline of new opportunities. Raises OpportunityRefused where there is none."""
    pipeline = Pipeline.objects.order_by("-is_default", "pk").first()
    if pipeline is None:
        raise OpportunityRefused("There is no pipeline. Add one in the admin.")
    return pipeline


@kept("opportunities_pipelinestage")
def first_stage(pipeline_id: int, status: Status) -> PipelineStage:
    """Raises OpportunityRefused where the pipeline has none."""
    stage = PipelineStage.objects.filter(pipeline=pipeline_id, status=status).order_by("position", "pk").first()
    if stage is None:
        raise OpportunityRefused(f"The pipeline has no {status} stage. Add one in the admin.")
    return stage
