"""Prospects raise a hand: by the form, on the phone, or as a row of a list."""

from datetime import datetime, timedelta

from leads.models import Channel, Lead, Provenance, Stage
from leads.services.intake import Intake, Submission, add_researched_lead, take_inquiry
from leads.services.lifecycle import disqualify_lead
from simulation import selling
from simulation.market import (
    CALLED_IN,
    COMES_BACK,
    FROM_LIST,
    LOOKING,
    ORIGINS,
    PASSED_ON,
    READY,
    RESEARCHED,
    SORTED_OUT,
    SORTED_OUT_BEFORE,
)
from simulation.prospects import Prospect
from simulation.world import World

RECENT = timedelta(days=90)  # who inquired so shortly before nurture begins is enrolled when it does
AT_FIRST_SIGHT = ("Student or job seeker", "No need", "Wrong contact data", "Competitor")


def inquire(world: World, now: datetime) -> None:
    """Somebody new."""
    origin = world.rng.choices(ORIGINS, [origin.weight for origin in ORIGINS])[0]
    prospect = world.population.invent(origin)
    if campaigns := world.company.campaigns[origin.key]:
        prospect.campaign = world.rng.choice(campaigns).key
    if world.rng.random() < RESEARCHED:
        return research(world, prospect, now)
    submit(world, prospect, now)
    if world.rng.random() < COMES_BACK:
        world.queue.at(world.after(now, hours=500), lambda later: submit(world, prospect, later))
    return None


def submit(world: World, prospect: Prospect, now: datetime) -> None:
    answers = prospect.would_say(world.rng, prospect.mind.on_form)
    channel, provenance = _channel(world, prospect)
    rep = world.rep() if provenance == Provenance.CALL else None
    intake = take_inquiry(submission=_submission(world, prospect, channel, provenance, answers), now=now, by=rep)
    world.prospects[intake.lead.pk] = prospect
    prospect.lead = intake.lead.pk
    _hand_over(world, prospect, intake, now)


def _channel(world: World, prospect: Prospect) -> tuple[Channel, Provenance]:
    draw = world.rng.random()
    if prospect.origin.key == "bought-list" and draw < FROM_LIST:
        return Channel.IMPORT, Provenance.IMPORT
    if draw < CALLED_IN and prospect.person["phone"]:
        return Channel.CALL, Provenance.CALL
    return Channel.FORM, Provenance.FORM


def _submission(
    world: World, prospect: Prospect, channel: Channel, provenance: Provenance, answers: dict[str, str]
) -> Submission:
    company = world.company
    campaigns = {campaign.key: campaign for campaign in company.campaigns[prospect.origin.key]}
    return Submission(
        channel=channel,
        provenance=provenance,
        payload=prospect.person | answers,
        answers=answers,
        form=company.form if channel == Channel.FORM else None,
        source=company.sources[prospect.origin.key],
        campaign=campaigns.get(prospect.campaign),
        consent_text=company.form.consent_text if channel == Channel.FORM else "",
        **prospect.person,
    )


def _hand_over(world: World, prospect: Prospect, intake: Intake, now: datetime) -> None:
    if intake.decision and intake.decision.qualified:
        selling.notice(world, intake.lead.pk, now)
    if not intake.created or prospect.handled:
        return
    draw = world.rng.random()
    if draw < PASSED_ON:
        prospect.handled = True
        world.queue.at(world.in_office(now, hours=20), lambda later: pass_on(world, prospect, later))
    elif prospect.mind is LOOKING and draw < PASSED_ON + _sorted_out(world, now):
        world.queue.at(
            now + timedelta(minutes=world.rng.uniform(5, 45)), lambda later: sort_out(world, prospect, later)
        )


def _sorted_out(world: World, now: datetime) -> float:
    return SORTED_OUT if now > world.nurture_from - RECENT else SORTED_OUT_BEFORE


def pass_on(world: World, prospect: Prospect, now: datetime) -> None:
    """To sales although nobody knows whether they are qualified."""
    if Lead.objects.lock(prospect.lead).stage == Stage.UNQUALIFIED:
        selling.take_over(world, prospect.lead, world.rep(), now)


def sort_out(world: World, prospect: Prospect, now: datetime) -> None:
    lead = Lead.objects.lock(prospect.lead)
    if lead.stage == Stage.UNQUALIFIED:
        reason = world.company.disqualify[world.rng.choice(AT_FIRST_SIGHT)]
        disqualify_lead(lead=lead, reason=reason, by=world.company.marketing, now=now)


def research(world: World, prospect: Prospect, now: datetime) -> None:
    """A rep finds out what can be found out about a company, and asks nobody."""
    rep, now = world.rep(), world.in_office(now, hours=1)
    prospect.mind, prospect.handled = READY, True
    prospect.truths = world.population.truths_of(READY)
    answers = {key: prospect.truths[key] for key in ("need", "time_frame", "budget", "authority")}

    def add(later: datetime) -> None:
        lead = add_researched_lead(
            person=prospect.person,
            answers=answers,
            by=rep,
            now=later,
            source=world.company.sources[prospect.origin.key],
        )
        prospect.lead = lead.pk
        world.prospects[lead.pk] = prospect
        soon = world.in_office(later + timedelta(minutes=5), hours=2)
        world.queue.at(soon, lambda then: selling.accept(world, lead.pk, then))

    world.queue.at(now, add)
