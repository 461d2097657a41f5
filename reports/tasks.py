"""What Celery wakes up. The truth is in the database: a task that is lost, late or run twice changes nothing."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from reports.back_tests import running, services
from reports.facts import keeping
from reports.services import digest

logger = logging.getLogger(__name__)


@shared_task(name="reports.tasks.run_back_test")
def run_back_test(back_test_id: int) -> None:
    running.run_back_test(back_test_id=back_test_id, clock=timezone.now)


@shared_task(name="reports.tasks.sweep_back_tests")
def sweep_back_tests() -> None:
    for back_test_id in services.sweep_back_tests(now=timezone.now()):
        wake_up(back_test_id)


def wake_up(back_test_id: int) -> None:
    """Where the broker cannot be reached, the next sweep does it."""
    try:
        run_back_test.apply_async([back_test_id], retry=False)
    except OperationalError:
        logger.warning("the broker cannot be reached: back-test %s waits for the next sweep", back_test_id)


@shared_task(name="reports.tasks.send_digests")
def send_digests() -> None:
    digest.send_due(now=timezone.now())


@shared_task(name="reports.tasks.keep_facts")
def keep_facts() -> None:
    keeping.sweep()
