"""What becomes of a mail that was sent: it bounces, a program looks it through, or somebody reads it and clicks,
answers, writes back or wants no more. Most people do nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from crm.web.holding import held
from leads.models import Lead, Stage
from nurture.calendars import calling_hours_of
from nurture.inbound.letter import Letter
from nurture.inbound.receiving import receive
from nurture.models import CallOutcome, ClickOn, MachineSign, Touch, TrackedLink
from nurture.services.answering import answer_by_link
from nurture.services.calling import call_lead
from nurture.services.calls import record_call
from nurture.services.clicks import WAIT, judge_clicks, note_click
from nurture.services.suppression import unsubscribe
from simulation import letters, sayings, selling
from simulation.market import (
    ADDS_A_WORD,
    AWAY,
    BOUNCES,
    CLICKS,
    GUARDED,
    IS_FULL,
    MORE_ANSWERS,
    REPLIES,
    SAYS_STOP,
)
from simulation.prospects import Prospect
from simulation.world import World

PRICES = "https://www.demo.example/prices"  # what the demo company's mails link to
Fate = Callable[[World, Touch, Prospect, datetime], None]
SECOND = timedelta(seconds=1)


def arrive(world: World, touch: Touch, now: datetime) -> None:
    """``touch`` with its step, variant and enrollment's lead; ``now`` is when it was sent."""
    prospect = world.prospects[touch.enrollment.lead_id]
    if _is_guarded(touch):
        _look_through(touch, now)
    if world.rng.random() < AWAY:
        say = letters.out_of_office(touch, world.rng.choice(sayings.AWAY), now=now)
        world.queue.at(now + 20 * SECOND, lambda later: _receive(say, later))
    if found := _fate(world, touch, prospect):
        fate, hours = found
        world.queue.at(world.after(now, hours=hours), lambda later: fate(world, touch, prospect, later))


def _fate(world: World, touch: Touch, prospect: Prospect) -> tuple[Fate, float] | None:
    draw = world.rng.random()
    for fate, share, hours in _fates(prospect, asks=touch.step.question is not None, links=PRICES in touch.text.body):
        draw -= share
        if draw < 0:
            return fate, hours
    return None


def _fates(prospect: Prospect, *, asks: bool, links: bool) -> list[tuple[Fate, float, float]]:
    """What can happen, to which share of the mails, after about how many hours."""
    mind = prospect.mind
    return [
        (_opt_out, mind.opts_out, 5),
        (_answer, mind.by_link if asks else 0, 9),
        (_bounce, BOUNCES, 0.02),
        (_is_full, IS_FULL, 0.5),
        (_reply, REPLIES, 12),
        (_read_prices, CLICKS if links else 0, 7),
    ]


def _opt_out(world: World, touch: Touch, prospect: Prospect, now: datetime) -> None:
    """By the link, or by an answer that says so."""
    if world.rng.random() < SAYS_STOP:
        return _receive(letters.reply(touch, sayings.STOP, now=now), now)
    return unsubscribe(touch=touch, now=now)


def _answer(world: World, touch: Touch, prospect: Prospect, now: datetime) -> None:
    assert touch.step.question is not None  # noqa: S101 - only such mails are answered
    keys = [touch.step.question.key]
    if world.rng.random() < MORE_ANSWERS:  # another question, on the page the link leads to
        keys.append(world.rng.choice([key for key in prospect.truths if key not in keys]))
    _click(world, touch, ClickOn.ANSWER, now)
    lead = answer_by_link(touch=touch, answers={key: prospect.truths[key] for key in keys}, now=now)
    selling.notice(world, lead.pk, now)
    if world.rng.random() < ADDS_A_WORD:
        text = world.rng.choice(sayings.ADDED)
        world.queue.at(world.after(now, hours=2), lambda later: _receive(letters.reply(touch, text, now=later), later))


def _bounce(world: World, touch: Touch, prospect: Prospect, now: datetime) -> None:
    _receive(letters.bounce(touch, letters.NOBODY, now=now), now)


def _is_full(world: World, touch: Touch, prospect: Prospect, now: datetime) -> None:
    _receive(letters.bounce(touch, letters.FULL, now=now), now)


def _read_prices(world: World, touch: Touch, prospect: Prospect, now: datetime) -> None:
    _click(world, touch, ClickOn.LINK, now)


def _reply(world: World, touch: Touch, prospect: Prospect, now: datetime) -> None:
    """The sequence is over for them; somebody of sales calls."""
    _receive(letters.reply(touch, world.rng.choice(sayings.REPLIES), now=now), now)
    lead = touch.enrollment.lead
    if lead.phone:
        when = calling_hours_of(lead).next(world.in_office(now, hours=8))
        world.queue.at(when, lambda later: _call_back(world, lead.pk, prospect, later))


def _call_back(world: World, lead_id: int, prospect: Prospect, now: datetime) -> None:
    lead = Lead.objects.get(pk=lead_id)
    if lead.stage != Stage.UNQUALIFIED or lead.do_not_call:
        return
    rep = world.rep()
    record_call(
        task=call_lead(lead=lead, by=rep, now=now),
        outcome=CallOutcome.CONNECTED,
        by=rep,
        now=now,
        duration=world.rng.randrange(120, 900),
        answers=prospect.would_tell(world.rng),
    )
    selling.notice(world, lead_id, now)


def strangers(world: World) -> None:
    """Mails near the end that are nobody's: for a person to look at."""
    for days, said in enumerate(sayings.FROM_NOBODY, 1):
        at = world.until - timedelta(days=3 * days, hours=-days)
        letter = letters.from_nobody(*said, now=at)
        world.queue.at(at, partial(_receive, letter))


def _receive(letter: Letter, now: datetime) -> None:
    receive(letter, source=letters.US, now=now)


def _click(world: World, touch: Touch, on: ClickOn, now: datetime) -> None:
    link = _prices() if on == ClickOn.LINK else None
    note_click(touch=touch, on=on, link=link, now=now, agent=sayings.BROWSER)
    world.queue.at(now + WAIT, lambda later: _judge(later))


def _judge(now: datetime) -> None:
    judge_clicks(now=now)


def _is_guarded(touch: Touch) -> bool:
    """Some companies have all their mails looked through."""
    return sum(touch.domain.encode()) % 100 < GUARDED


def _look_through(touch: Touch, now: datetime) -> None:
    for on in (ClickOn.TRAP, ClickOn.ANSWER if touch.step.question else ClickOn.UNSUBSCRIBE):
        note_click(touch=touch, on=on, now=now + 2 * SECOND, sign=MachineSign.AGENT, agent=sayings.SCANNER)


@held
def _prices() -> TrackedLink:
    return TrackedLink.objects.get_or_create(target=PRICES)[0]
