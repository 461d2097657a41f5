"""What must hold, found out without asking the code under test: from the mails that went out and the rows there are."""

from collections import Counter
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
from django.db.models import Count

from leads.models import Draw, Stage
from nurture.models import CallAttempt, CallTask, Enrollment, Suppression, Touch
from tests.nurture.year.company import ROUNDS

DAY = timedelta(days=1)
_holidays: dict[str, holidays.HolidayBase] = {}


def check_mail(touch: Touch, at: datetime) -> None:
    """When it went out, and to whom."""
    enrollment = touch.enrollment
    lead, sequence = enrollment.lead, enrollment.sequence
    local = at.astimezone(ZoneInfo(lead.time_zone))
    day, clock = local.date(), local.time()
    start, end = sequence.window_start, sequence.window_end
    if start < end:
        assert start <= clock < end, f"out of its window: {touch} at {local}"
    else:
        assert clock >= start or clock < end, f"out of its window: {touch} at {local}"
        day -= DAY if clock < end else timedelta()
    assert day.weekday() in sequence.weekdays, f"out of its window: {touch} on {local:%A}"
    assert not is_holiday(lead.country, day), f"out of its window: {touch} on a holiday, {day}"
    assert not Suppression.objects.filter(kind="email", key=touch.recipient, created_at__lte=at).exists(), (
        "after an opt-out"
    )
    assert lead.stage == Stage.UNQUALIFIED, f"{touch} to a lead that left: {lead.stage}"
    assert enrollment.state == "active" or enrollment.ended_at >= at, f"{touch} after its enrollment ended"
    assert not Draw.objects.filter(lead=lead, arm__key="hold-out").exists(), f"{touch} to a held-out lead"


def check_call(at: datetime, zone: str) -> None:
    assert time(8) <= at.astimezone(ZoneInfo(zone)).time() < time(21)


def is_holiday(country: str, day: datetime) -> bool:
    if country not in _holidays:
        _holidays[country] = holidays.country_holidays(country)
    return day in _holidays[country]


def check_once(message_ids: list[str]) -> None:
    twice = [key for key, times in Counter(message_ids).items() if times > 1]
    assert not twice, f"sent twice: {twice}"
    sent = {str(uuid) for uuid in Touch.objects.filter(kind="email", state="sent").values_list("uuid", flat=True)}
    begun = {str(uuid) for uuid in Touch.objects.filter(state="unknown").values_list("uuid", flat=True)}
    out = {key.strip("<>").split("@")[0] for key in message_ids}
    assert sent <= out <= sent | begun, "the rows and the mails do not agree"


def check_rows(now: datetime) -> None:
    """After a sweep at ``now``: nothing that was due is left, and nothing goes round."""
    paused = Enrollment.objects.filter(sequence__status="paused").values("pk")
    late = Touch.objects.filter(kind="email", state="planned", due_at__lte=now).exclude(enrollment__in=paused)
    assert not late.exists(), f"missed: {list(late.values())}"
    assert not Touch.objects.filter(state="claimed", lease_until__lt=now).exists()
    idle = Enrollment.objects.filter(state="active", due_at__lte=now).exclude(pk__in=paused)
    assert not idle.exists(), f"hangs: {list(idle.values())}"
    ended = Enrollment.objects.exclude(state="active")
    assert not Touch.objects.filter(enrollment__in=ended, state="planned").exists(), "pending after the end"
    assert not CallTask.objects.filter(touch__enrollment__in=ended, state="open").exists(), "to call after the end"
    for reason in ("skip_reason", "error"):
        silent = Touch.objects.filter(state={"skip_reason": "skipped", "error": "failed"}[reason], **{reason: ""})
        assert not silent.exists(), f"no {reason}"
    active = Enrollment.objects.filter(state="active").values("lead").annotate(times=Count("pk"))
    assert not active.filter(times__gt=1).exists()
    rounds = Touch.objects.values("enrollment", "step").annotate(times=Count("pk"))
    assert not rounds.filter(times__gt=ROUNDS).exists(), "loops"
    waiting = Enrollment.objects.filter(state="active").exclude(lead__stage=Stage.UNQUALIFIED)
    assert not waiting.exists(), "a lead that left is still nurtured"
    assert not CallAttempt.objects.filter(task__state="cancelled", at__gt=now).exists()
