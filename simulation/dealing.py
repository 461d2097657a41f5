"""Opportunities move through the pipeline and end, won or lost as the hidden rates have it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from crm.campaigns.models import Path
from crm.opportunities.models import Opportunity, Status
from crm.opportunities.services import (
    change_opportunity,
    lose_opportunity,
    move_opportunity,
    set_next_step,
    win_opportunity,
)
from leads.models import Lead
from simulation import custom_fields, pipelines
from simulation.market import LOST, NEXT_STEPS, SELLING
from simulation.prospects import Prospect
from simulation.world import World

WITHOUT_NEXT_STEP = 0.15
STAGES_AT = (0.12, 0.4, 0.72)  # of the way to the end: Meeting, Proposal, Negotiation


@dataclass(frozen=True)
class Deal:
    """What will become of it. ``gets`` is how far a lost one comes, 1 for a won one; ``expected`` is what the rep
    thinks it takes."""

    won: bool
    lasts: timedelta
    gets: float
    expected: timedelta


def plan(world: World, lead: Lead, prospect: Prospect) -> Deal:
    selling, rng = SELLING[Path(lead.path)], world.rng
    rate = min(selling.won * (0.7 + 0.3 * prospect.origin.quality), 0.9)
    won = rng.random() < rate
    lasts = timedelta(days=selling.days * rng.gammavariate(4, 0.25))
    gets = 1.0 if won else rng.uniform(0.2, 1)
    return Deal(won=won, lasts=lasts, gets=gets, expected=lasts * rng.uniform(0.8, 1.4))


def in_hundreds(amount: float) -> Decimal:
    return Decimal(round(amount / 100) * 100)


def begin(world: World, opportunity: Opportunity, deal: Deal, now: datetime) -> None:
    pipelines.meet_a_competitor(opportunity)
    custom_fields.agree(opportunity, now)
    _plan_step(world, opportunity.pk, now)
    for position, share in enumerate(STAGES_AT, 1):
        if share < deal.gets:
            when = world.in_office(now + deal.lasts * share, hours=1)
            world.queue.at(when, lambda later, position=position: _move(world, opportunity.pk, position, later))  # type: ignore[misc]
    end = world.in_office(now + deal.lasts * deal.gets, hours=1)
    world.queue.at(end, lambda later: _end(world, opportunity.pk, deal, later))


def _plan_step(world: World, opportunity_id: int, now: datetime) -> None:
    opportunity = Opportunity.objects.select_related("owner").get(pk=opportunity_id)
    without = world.rng.random() < WITHOUT_NEXT_STEP
    text, days = world.rng.choice(NEXT_STEPS), world.rng.randrange(2, 15)
    set_next_step(
        opportunity=opportunity,
        text="" if without else text,
        on=None if without else (now + timedelta(days=days)).date(),
        version=opportunity.version,
    )
    pipelines.plan_a_task(opportunity, text, now, until=world.until)


def _move(world: World, opportunity_id: int, position: int, now: datetime) -> None:
    opportunity = Opportunity.objects.select_related("pipeline", "owner").get(pk=opportunity_id)
    if opportunity.status != Status.OPEN:
        return
    stage = opportunity.pipeline.stages.get(position=position)
    told = pipelines.tell(opportunity, stage)
    move_opportunity(opportunity=opportunity, stage=stage, by=opportunity.owner, now=now, told=told)
    if opportunity.close_date <= now.date():
        change_opportunity(opportunity, close_date=(now + timedelta(days=world.rng.randrange(7, 30))).date())
    _plan_step(world, opportunity_id, now)


def _end(world: World, opportunity_id: int, deal: Deal, now: datetime) -> None:
    opportunity = Opportunity.objects.select_related("owner", "account", "pipeline").get(pk=opportunity_id)
    if not deal.won:
        return _lose(world, opportunity, now)
    amount = in_hundreds(float(opportunity.amount or 4_000) * world.rng.uniform(0.85, 1.1))
    told = pipelines.tell(opportunity, opportunity.pipeline.stages.get(status=Status.WON))
    won = win_opportunity(opportunity=opportunity, by=opportunity.owner, now=now, amount=amount, told=told)
    return pipelines.renew(won, now)


def _lose(world: World, opportunity: Opportunity, now: datetime) -> None:
    reason = world.rng.choice(LOST)
    because = pipelines.why(reason, Status.LOST)
    to = opportunity.competitors.first() if because and because.name == "Competitor" else None
    lose_opportunity(opportunity=opportunity, reason=reason, because=because, lost_to=to, by=opportunity.owner, now=now)
