"""What Celery wakes up. The truth is in the database: a task that is lost, late or run twice changes nothing."""

import structlog
from celery import shared_task
from django.utils import timezone

from leads.services import capture, deciding_again, sla, telling, visits

log = structlog.get_logger(__name__)


@shared_task(name="leads.tasks.sweep_clocks")
def sweep_clocks() -> None:
    now = timezone.now()
    swept, mailed = sla.sweep(now=now), telling.mail_escalations(now=now)
    if any((swept.escalated, swept.reassigned, swept.routed)):
        log.info(
            "clocks_swept", escalated=swept.escalated, reassigned=swept.reassigned, routed=swept.routed, mails=mailed
        )


@shared_task(name="leads.tasks.decide_again")
def decide_again() -> None:
    deciding_again.decide_again(now=timezone.now())


@shared_task(name="leads.tasks.forget")
def forget() -> None:
    """What is kept for a while only: caught submissions, browsers that nobody has a name for."""
    now = timezone.now()
    log.info("forgotten", caught=capture.forget_caught(now=now), visitors=visits.forget_visitors(now=now))
