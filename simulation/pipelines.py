"""What the demo company asks of a deal, against whom it sells, and how its deals are filled in."""

from datetime import datetime, timedelta
from random import Random

from activities.services import add_task
from crm.opportunities.demands import missing_for
from crm.opportunities.editing import set_competitors
from crm.opportunities.models import (
    BuyingRole,
    CloseReason,
    Competitor,
    DemandedField,
    ForecastCategory,
    Opportunity,
    Pipeline,
    PipelineStage,
    StageDemand,
)
from crm.opportunities.services import Told, open_opportunity

COMPETITORS = (
    ("Northwind Systems", "They are cheaper at first. Show what an hour of standstill costs."),
    ("Acme Solutions", "Their service is slow: offer the names of customers who changed."),
    ("Globex", "They sell through partners only. Our own people do the installation."),
)
RENEWALS = (
    ("Due", 40, "open", ForecastCategory.PIPELINE),
    ("Offered", 70, "open", ForecastCategory.COMMIT),
    ("Renewed", 100, "won", ForecastCategory.OMITTED),
    ("Not renewed", 0, "lost", ForecastCategory.OMITTED),
)
MET_ONE = 0.45
RENEWS = 0.25
LIVE = timedelta(days=12)


def set_up() -> None:
    """No proposal without a decision-maker and an amount; a second pipeline with its own demand."""
    proposal = PipelineStage.objects.get(pipeline__is_default=True, name="Proposal")
    StageDemand.objects.create(stage=proposal, role=BuyingRole.DECISION_MAKER)
    StageDemand.objects.create(stage=proposal, field=DemandedField.AMOUNT)
    renewals = Pipeline.objects.create(name="Renewals")
    stages = [
        PipelineStage.objects.create(
            pipeline=renewals, position=place, name=name, probability=chance, status=status, forecast_category=category
        )
        for place, (name, chance, status, category) in enumerate(RENEWALS)
    ]
    StageDemand.objects.create(stage=stages[1], field=DemandedField.AMOUNT)
    Competitor.objects.bulk_create(Competitor(name=name, how_to_win=how) for name, how in COMPETITORS)


def luck_of(opportunity_id: int) -> Random:
    """A deal's own, so that what is drawn here changes nothing else."""
    return Random(opportunity_id)  # noqa: S311


def tell(opportunity: Opportunity, stage: PipelineStage) -> Told | None:
    """What the rep found out on the way there: the person they talk to decides."""
    missing = missing_for(opportunity, stage)
    if not missing:
        return None
    contact = opportunity.contacts.first()
    roles = {demand.role: contact for demand in missing if demand.role and contact}
    fields = {DemandedField.AMOUNT.value: 4_000} if any(demand.field for demand in missing) else {}
    return Told(fields=fields, roles=roles)


def meet_a_competitor(opportunity: Opportunity) -> None:
    luck = luck_of(opportunity.pk)
    if opportunity.owner and luck.random() < MET_ONE:
        met = luck.sample(list(Competitor.objects.all()), luck.choice((1, 1, 2)))
        set_competitors(opportunity=opportunity, competitors=met, by=opportunity.owner)


def why(reason: str, status: str) -> CloseReason | None:
    name = "Competitor" if reason == "Went with a competitor" else reason
    return CloseReason.objects.filter(status=status, name=name).first()


def renew(opportunity: Opportunity, now: datetime) -> None:
    """Some buy again within a year."""
    contact = opportunity.contacts.first()
    if contact is None or luck_of(opportunity.pk).random() > RENEWS:
        return
    open_opportunity(
        name=f"{opportunity.account}: renewal"[:200],
        account=opportunity.account,
        contact=contact,
        by=opportunity.owner,
        now=now,
        owner=opportunity.owner,
        close_date=(now + timedelta(days=335)).date(),
        amount=opportunity.amount,
        pipeline=Pipeline.objects.get(name="Renewals"),
        buying_role=BuyingRole.DECISION_MAKER,
    )


def plan_a_task(opportunity: Opportunity, text: str, now: datetime, *, until: datetime) -> None:
    """Only near the end, where somebody looks at Today."""
    if opportunity.owner and until - now < LIVE:
        due = (now + timedelta(days=luck_of(opportunity.pk).randrange(1, 9))).date()
        add_task(about=opportunity, body=text, by=opportunity.owner, owner=opportunity.owner, now=now, due_on=due)
