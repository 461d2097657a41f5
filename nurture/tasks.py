"""What Celery wakes up. The truth is in the database: a task that is lost, late or run twice changes nothing."""

import uuid

from celery import shared_task
from django.utils import timezone

from nurture.inbound import polling
from nurture.services import claims, clicks, confirming, delivery, dispatch


@shared_task(name="nurture.tasks.sweep")
def sweep() -> None:
    _wake_workers(dispatch.sweep(now=timezone.now()))


@shared_task(name="nurture.tasks.deliver_touches")
def deliver_touches(touch_ids: list[int], token: str) -> None:
    """And claims what is due meanwhile: between two sweeps the workers go on."""
    claimed = [claims.Claim(touch_id, uuid.UUID(token)) for touch_id in touch_ids]
    delivery.deliver_all(claims=claimed, clock=timezone.now)
    _wake_workers(dispatch.claim_more(now=timezone.now()))


def _wake_workers(found: list[claims.Claim]) -> None:
    for bundle in claims.bundles(found):
        deliver_touches.delay([claim.touch_id for claim in bundle], str(bundle[0].token))


@shared_task(name="nurture.tasks.judge_clicks")
def judge_clicks() -> None:
    clicks.judge_clicks(now=timezone.now())


@shared_task(name="nurture.tasks.send_confirmations")
def send_confirmations() -> None:
    confirming.send_confirmations(now=timezone.now())


@shared_task(name="nurture.tasks.poll_mailboxes")
def poll_mailboxes() -> None:
    polling.poll_all(now=timezone.now())
