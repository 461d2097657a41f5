"""Clicks are written down as they come and judged a little later, when it is seen what else the visitor asked for.

Only a person's click counts: it is recorded once for each touch and link, and decided upon. A machine's changes
nothing.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from leads.models import EngagementKind
from leads.services.engagement import record_engagement
from nurture.models import Attachment, Click, ClickOn, MachineSign, Touch, TrackedLink, Verdict
from nurture.models.clicks import LOOKED_AT
from nurture.services.exits import leave_if_over
from nurture.services.locks import lock_lead
from nurture.services.together import together

WAIT = timedelta(seconds=20)  # before a click is judged
TOO_SOON = timedelta(seconds=5)  # after sending: nobody reads that fast
AT_ONCE = timedelta(seconds=3)  # between two different links: people look at what they opened
NEAR_TRAP = timedelta(minutes=2)  # who follows the hidden link has followed the others, too
MOST = 200  # of one touch: what comes after that says nothing new


def note_click(
    *,
    touch: Touch,
    on: str,
    now: datetime,
    sign: str = "",
    agent: str = "",
    link: TrackedLink | None = None,
    attachment: Attachment | None = None,
) -> Click | None:
    """``sign``: the ``MachineSign`` that the request shows. None where the touch has enough of them."""
    if touch.clicks.count() >= MOST:
        return None
    verdict = Verdict.MACHINE if sign else Verdict.PENDING
    return Click.objects.create(
        touch=touch, on=on, link=link, attachment=attachment, at=now, agent=agent, verdict=verdict, sign=sign
    )


def judge_clicks(*, now: datetime, limit: int = 1_000) -> int:
    """Sweep: pass the verdict on what is old enough. Returns how many. A touch whose clicks cannot be judged does not
    hold up the others."""
    ripe = Click.objects.pending().filter(at__lte=now - WAIT).order_by("at")[:limit]
    touches = list(dict.fromkeys(ripe.values_list("touch", flat=True)))
    return sum(together(touches, lambda ids: sum(_judge(pk, now) for pk in ids), "clicks of touch %s cannot be judged"))


@transaction.atomic
def _judge(touch_id: int, now: datetime) -> int:
    touch = Touch.objects.select_related("enrollment__lead").get(pk=touch_id)
    lead = lock_lead(touch.live_lead.pk)
    clicks = list(touch.clicks.all())
    ripe = [click for click in clicks if click.verdict == Verdict.PENDING and click.at <= now - WAIT]
    for click in ripe:
        click.sign = _sign(click, clicks, touch)
        click.verdict = Verdict.MACHINE if click.sign else Verdict.HUMAN
    judged = sum(_pass(click) for click in ripe)
    for click in (click for click in ripe if click.verdict == Verdict.HUMAN and click.on in LOOKED_AT):
        record_engagement(lead=lead, kind=EngagementKind.CLICK, now=click.at, external_id=_name(click, touch))
    lead.refresh_from_db()
    leave_if_over(lead=lead, now=now)
    return judged


def _sign(click: Click, clicks: Iterable[Click], touch: Touch) -> str:
    if click.on == ClickOn.TRAP or any(
        other.on == ClickOn.TRAP and abs(other.at - click.at) <= NEAR_TRAP for other in clicks
    ):
        return MachineSign.TRAP
    if touch.sent_at and click.at - touch.sent_at < TOO_SOON:
        return MachineSign.TOO_SOON
    near = (other for other in clicks if abs(other.at - click.at) <= AT_ONCE)
    return MachineSign.ALL_AT_ONCE if any(other.what != click.what for other in near) else ""


def _pass(click: Click) -> int:
    return Click.objects.pending().filter(pk=click.pk).update(verdict=click.verdict, sign=click.sign)


def _name(click: Click, touch: Touch) -> str:
    """One for each touch and link."""
    return f"click:{touch.uuid.hex}:{click.on}:{click.link_id or click.attachment_id}"
