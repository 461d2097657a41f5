"""What reps do with a lead: accept or reject, vet on a call, convert."""

from dataclasses import replace
from datetime import datetime, timedelta

from activities.services import log_activity
from crm.campaigns.models import Path
from crm.people.models import User
from leads.models import Lead, Provenance, Stage
from leads.services.conversion import ConversionChoice, convert_lead
from leads.services.lifecycle import accept_lead, disqualify_lead, qualify_lead, reject_lead
from leads.services.marks import mark_engaged
from leads.services.matching import account_matches, contact_matches
from leads.services.opportunity_defaults import defaults_for
from leads.services.qualification import give_answers, sales_verdict
from leads.services.routing import assign_lead
from simulation import custom_fields, dealing
from simulation.market import SELLING
from simulation.prospects import Prospect
from simulation.researching import research
from simulation.world import World

REJECTED = 0.07
FORGOTTEN = 0.12  # of routed leads: accepted only after days
BUSY_LATELY = timedelta(days=8)  # before the end, leads wait longer: a newcomer finds some to accept
PROMPT, SLOW, BUSY = 1.2, 60, 150  # hours until a rep looks at a lead
OVERRIDDEN = 0.2
NOTES = (
    "Called: friendly, wants figures before the next meeting.",
    "Spoke about their present system, which is at its limit.",
    "They compare three suppliers. Price matters, support matters more.",
    "Good talk. The decision is made with their finance director.",
    "Asked for references of companies of their size.",
)


def notice(world: World, lead_id: int, now: datetime) -> None:
    """A lead may have reached sales just now: its rep looks at it some time."""
    prospect = world.prospects[lead_id]
    if prospect.handled or not Lead.objects.filter(pk=lead_id, stage=Stage.MQL).exists():
        return
    prospect.handled = True
    hours: float = SLOW if world.rng.random() < FORGOTTEN else PROMPT
    if world.until - now < BUSY_LATELY and world.rng.random() < 0.8:
        hours = BUSY
    when = world.in_office(now, hours=hours)
    world.queue.at(when, lambda later: accept(world, lead_id, later))


def accept(world: World, lead_id: int, now: datetime) -> None:
    lead = Lead.objects.lock(lead_id)
    if lead.stage != Stage.MQL:
        return
    rep = world.owner_of(lead)
    if world.rng.random() < REJECTED:
        reject_lead(lead=lead, reason=world.rng.choice(world.company.recycle), by=rep, now=now)
        world.prospects[lead_id].handled = False
    else:
        take_over(world, lead_id, rep, now)


def take_over(world: World, lead_id: int, rep: User, now: datetime) -> None:
    lead = accept_lead(lead=Lead.objects.lock(lead_id), by=rep, now=now)
    research(lead, rep, now)
    custom_fields.find_out(lead, rep, now)
    if lead.path == Path.UNQUALIFIED:
        assign_lead(lead=lead, to=rep, by=world.company.manager, now=now, note="Passed on unqualified")
    world.queue.at(world.in_office(now, hours=50), lambda later: vet(world, lead_id, later))


def vet(world: World, lead_id: int, now: datetime) -> None:
    """The rep asks what is not known yet, and decides."""
    lead, prospect = Lead.objects.lock(lead_id), world.prospects[lead_id]
    if lead.stage != Stage.SAL:
        return
    rep = world.owner_of(lead)
    mark_engaged(lead=lead, now=now)
    give_answers(lead=lead, answers=prospect.truths, provenance=Provenance.CALL, now=now, by=rep)
    note, minutes = world.rng.choice(NOTES), 5 + lead.pk % 23
    log_activity(about=lead, kind="call", body=note, minutes=minutes, by=rep, now=now)
    verdict = sales_verdict(lead, now=now)
    ready = verdict is None or verdict.qualified
    if world.rng.random() < SELLING[Path(lead.path)].goes_on:
        _go_on(world, lead, rep, ready, now)
    else:
        _give_up(world, lead, prospect, rep, now)


def _go_on(world: World, lead: Lead, rep: User, ready: bool, now: datetime) -> None:
    if ready:
        qualify_lead(lead=lead, by=rep, now=now)
    elif world.rng.random() > OVERRIDDEN:
        return _give_up(world, lead, world.prospects[lead.pk], rep, now)
    by = rep if ready else world.company.manager
    world.queue.at(world.in_office(now, hours=60), lambda later: convert(world, lead.pk, by, later))
    return None


def _give_up(world: World, lead: Lead, prospect: Prospect, rep: User, now: datetime) -> None:
    if world.rng.random() < 0.35:
        reject_lead(lead=lead, reason=world.rng.choice(world.company.recycle), by=rep, now=now)
        prospect.handled = False
        return
    why = "No budget" if prospect.truths["budget"] == "none" else "Competitor"
    why = "No need" if prospect.truths["need"] == "looking" else why
    disqualify_lead(lead=lead, reason=world.company.disqualify[why], by=rep, now=now)


def convert(world: World, lead_id: int, by: User, now: datetime) -> None:
    lead = Lead.objects.lock(lead_id)
    if lead.stage not in (Stage.SAL, Stage.SQL):
        return
    deal = dealing.plan(world, lead, world.prospects[lead_id])
    override = "They will grow into it." if by == world.company.manager else ""
    choice = replace(_choice(world, lead, now), close_date=(now + deal.expected).date(), override_reason=override)
    conversion = convert_lead(lead=lead, by=by, now=now, choice=choice)
    if conversion.opportunity:
        dealing.begin(world, conversion.opportunity, deal, now)


def _choice(world: World, lead: Lead, now: datetime) -> ConversionChoice:
    """An existing contact with this address, else an account with this domain, else new ones."""
    amount = float(defaults_for(lead, today=now.date()).amount or 4_000)
    guess = ConversionChoice(amount=dealing.in_hundreds(amount * world.rng.uniform(0.6, 1.5)))
    same_address = [match.contact for match in contact_matches(lead) if match.reason == "same e-mail address"]
    if same_address:
        return replace(guess, contact=same_address[0], account=same_address[0].account)
    same_domain = [match.account for match in account_matches(lead) if match.reason.startswith("same domain")]
    return replace(guess, account=same_domain[0]) if same_domain else guess
