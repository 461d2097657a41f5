"""The nurture schedule on the fake clock, and what comes of the calls that it asks for."""

import itertools
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Value
from django.db.models.functions import Concat

from leads.models import Lead
from nurture.calendars import calling_hours_of
from nurture.models import CallOutcome, CallTask, CallTaskState, Sequence, Touch, TouchState
from nurture.services.calls import record_call
from nurture.services.claims import Claim, bundles
from nurture.services.delivery import deliver_all
from nurture.services.dispatch import advance_due, claim_more, sweep
from nurture.services.sequences import publish_sequence
from nurture.services.setup import draft_default_sequence
from simulation import selling
from simulation.mail import refuse_real_mail
from simulation.reading import PRICES, arrive, strangers
from simulation.world import World

# When the schedule is run on working days, in UTC: daytime in Europe, then on both coasts of America. Who is new is
# enrolled by the first one.
SWEEP, GO_ON = time(13, 20), time(18, 40)
TICK = timedelta(seconds=1)  # that a mail takes, and writing it down
HOLDOUT_PERCENT = 10
OTHER_SUBJECT = "When would be the right time, {{ first_name }}?"
OTHER_BODY = """Hi {{ first_name }},

nobody at {{ company }} wants to be called too early, and I do not want to call too early. So tell me: when do you \
plan to decide? One click, and I keep to it.

{{ sender_name }}"""
PRICES_TOO = f"\n\nWhat it costs others is on [our page of prices]({PRICES})."
OUTCOMES = (
    (CallOutcome.CONNECTED, 38),
    (CallOutcome.NO_ANSWER, 34),
    (CallOutcome.VOICEMAIL, 14),
    (CallOutcome.NOT_INTERESTED, 8),
    (CallOutcome.CALL_BACK, 3),
    (CallOutcome.WRONG_NUMBER, 2),
    (CallOutcome.DO_NOT_CALL, 1),
)


def begin_nurture(world: World) -> None:
    """The sequence is published, and the schedule runs from then on."""
    world.queue.at(world.nurture_from, _publish)
    day = world.nurture_from.date() + timedelta(days=1)
    while day <= world.until.date():
        if day.weekday() < 5:
            world.queue.at(_utc(day, SWEEP), lambda now: deliver(world, sweep(now=now), now))
            world.queue.at(_utc(day, GO_ON), lambda now: deliver(world, _go_on(now), now))
        day += timedelta(days=1)
    world.queue.at(world.until, lambda now: deliver(world, sweep(now=now), now))
    strangers(world)


def _publish(now: datetime) -> None:
    """The default sequence, with what a company adds that wants to know whether it works: a hold-out, and a second text
    of the first mail, and a link to its prices."""
    draft = draft_default_sequence()
    Sequence.objects.filter(pk=draft.pk).update(holdout_percent=HOLDOUT_PERCENT)
    draft.steps.get(name="ask-when").variants.create(key="b", subject=OTHER_SUBJECT, body=OTHER_BODY)
    draft.steps.filter(name="ask-budget").update(body=Concat("body", Value(PRICES_TOO)))
    publish_sequence(sequence=draft)


def _utc(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=ZoneInfo("UTC"))


def _go_on(now: datetime) -> list[Claim]:
    advance_due(now=now)
    return claim_more(now=now)


def deliver(world: World, claims: list[Claim], now: datetime) -> None:
    refuse_real_mail()
    ticks = itertools.count()
    states: dict[int, str] = {}
    for bundle in bundles(claims):
        states |= deliver_all(claims=bundle, clock=lambda: now + next(ticks) * TICK)
    sent = [touch_id for touch_id, state in states.items() if state == TouchState.SENT]
    mails = Touch.objects.filter(pk__in=sent).order_by("pk")
    for touch in mails.select_related("enrollment__lead", "enrollment__sequence", "step__question", "variant"):
        arrive(world, touch, touch.sent_at or now)
    _plan_calls(world, now)


def _plan_calls(world: World, now: datetime) -> None:
    """Calls that the schedule put into the queue since the last time."""
    for task in CallTask.objects.filter(pk__gt=world.last_call_task).order_by("pk").select_related("lead"):
        world.last_call_task = task.pk
        _plan_call(world, task, task.lead, task.due_at)


def _plan_call(world: World, task: CallTask, lead: Lead, due_at: datetime) -> None:
    when = calling_hours_of(lead).next(world.in_office(due_at, hours=20))
    world.queue.at(when, lambda later: _call(world, task.pk, later))


def _call(world: World, task_id: int, now: datetime) -> None:
    task = CallTask.objects.select_related("lead").get(pk=task_id)
    if task.state != CallTaskState.OPEN:
        return
    prospect = world.prospects[task.lead_id]
    outcome = world.rng.choices([o for o, _ in OUTCOMES], [weight for _, weight in OUTCOMES])[0]
    task = record_call(
        task=task,
        outcome=outcome,
        by=task.assignee or world.rep(),
        now=now,
        duration=world.rng.randrange(90, 900) if outcome == CallOutcome.CONNECTED else 0,
        answers=prospect.would_tell(world.rng) if outcome == CallOutcome.CONNECTED else None,
        call_back_at=now + timedelta(days=2) if outcome == CallOutcome.CALL_BACK else None,
    )
    selling.notice(world, task.lead_id, now)
    if task.state == CallTaskState.OPEN:
        _plan_call(world, task, task.lead, task.due_at)
