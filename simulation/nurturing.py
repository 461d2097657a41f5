"""The nurture schedule on the fake clock, and what prospects do with the mails and calls they get."""

import itertools
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leads.models import Lead
from nurture.calendars import calling_hours_of
from nurture.models import CallOutcome, CallTask, CallTaskState, Sequence, Touch, TouchState
from nurture.services.answering import answer_by_link
from nurture.services.calls import record_call
from nurture.services.claims import bundles
from nurture.services.delivery import deliver_all
from nurture.services.dispatch import sweep
from nurture.services.sequences import publish_sequence
from nurture.services.setup import draft_default_sequence
from nurture.services.suppression import unsubscribe
from simulation import selling
from simulation.mail import refuse_real_mail
from simulation.prospects import Prospect
from simulation.world import World

# When the schedule is run on working days, in UTC: daytime in Europe, then on both coasts of America.
SWEEPS = (time(13, 20), time(18, 40))
TICK = timedelta(seconds=1)  # that a mail takes, and writing it down
MORE_ANSWERS = 0.3  # of those who answer a mail: another question, on the page the link leads to
HOLDOUT_PERCENT = 10
OTHER_SUBJECT = "When would be the right time, {{ first_name }}?"
OTHER_BODY = """Hi {{ first_name }},

nobody at {{ company }} wants to be called too early, and I do not want to call too early. So tell me: when do you \
plan to decide? One click, and I keep to it.

{{ sender_name }}"""
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
            for at in SWEEPS:
                world.queue.at(_utc(day, at), lambda now: run_sweep(world, now))
        day += timedelta(days=1)
    world.queue.at(world.until, lambda now: run_sweep(world, now))


def _publish(now: datetime) -> None:
    """The default sequence, with what a company adds that wants to know whether it works: a hold-out, and a second text
    of the first mail."""
    draft = draft_default_sequence()
    Sequence.objects.filter(pk=draft.pk).update(holdout_percent=HOLDOUT_PERCENT)
    draft.steps.get(name="ask-when").variants.create(key="b", subject=OTHER_SUBJECT, body=OTHER_BODY)
    publish_sequence(sequence=draft)


def _utc(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=ZoneInfo("UTC"))


def run_sweep(world: World, now: datetime) -> None:
    refuse_real_mail()
    ticks = itertools.count()
    states: dict[int, str] = {}
    for bundle in bundles(sweep(now=now)):
        states |= deliver_all(claims=bundle, clock=lambda: now + next(ticks) * TICK)
    sent = [touch_id for touch_id, state in states.items() if state == TouchState.SENT]
    mails = Touch.objects.filter(pk__in=sent).order_by("pk")
    for touch_id, lead_id, question, at in mails.values_list(
        "pk", "enrollment__lead_id", "step__question__key", "sent_at"
    ):
        _receive(world, touch_id, lead_id, question, at or now)
    _plan_calls(world, now)


def _receive(world: World, touch_id: int, lead_id: int, question: str | None, now: datetime) -> None:
    """A mail arrived: most people do nothing."""
    prospect = world.prospects[lead_id]
    draw = world.rng.random()
    if draw < prospect.mind.opts_out:
        world.queue.at(world.after(now, hours=5), lambda later: _opt_out(touch_id, later))
    elif question and draw < prospect.mind.opts_out + prospect.mind.by_link:
        world.queue.at(world.after(now, hours=9), lambda later: _answer(world, prospect, touch_id, question, later))


def _opt_out(touch_id: int, now: datetime) -> None:
    unsubscribe(touch=Touch.objects.select_related("enrollment__lead").get(pk=touch_id), now=now)


def _answer(world: World, prospect: Prospect, touch_id: int, question: str, now: datetime) -> None:
    keys = [question]
    if world.rng.random() < MORE_ANSWERS:
        keys.append(world.rng.choice([key for key in prospect.truths if key != question]))
    touch = Touch.objects.select_related("enrollment__lead").get(pk=touch_id)
    lead = answer_by_link(touch=touch, answers={key: prospect.truths[key] for key in keys}, now=now)
    selling.notice(world, lead.pk, now)


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
        answers=_told(world, prospect) if outcome == CallOutcome.CONNECTED else None,
        call_back_at=now + timedelta(days=2) if outcome == CallOutcome.CALL_BACK else None,
    )
    selling.notice(world, task.lead_id, now)
    if task.state == CallTaskState.OPEN:
        _plan_call(world, task, task.lead, task.due_at)


def _told(world: World, prospect: Prospect) -> dict[str, str]:
    return prospect.would_say(world.rng, dict.fromkeys(prospect.truths, prospect.mind.on_call))
