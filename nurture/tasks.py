"""What Celery wakes up. The truth is in the database: a task that is lost, late or run twice changes nothing."""

import uuid

from celery import shared_task
from django.utils import timezone

from nurture.services import clicks, confirming, delivery, dispatch


@shared_task(name="nurture.tasks.sweep")
def sweep() -> None:
    for claim in dispatch.sweep(now=timezone.now()):
        deliver_touch.delay(claim.touch_id, str(claim.token))


@shared_task(name="nurture.tasks.deliver_touch")
def deliver_touch(touch_id: int, token: str) -> None:
    delivery.deliver(touch_id=touch_id, token=uuid.UUID(token), now=timezone.now())


@shared_task(name="nurture.tasks.judge_clicks")
def judge_clicks() -> None:
    clicks.judge_clicks(now=timezone.now())


@shared_task(name="nurture.tasks.send_confirmations")
def send_confirmations() -> None:
    confirming.send_confirmations(now=timezone.now())
