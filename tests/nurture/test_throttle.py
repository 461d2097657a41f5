"""Limits hold over workers that send at once, with Redis and without, and while it is flushed or comes and goes."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.core import mail
from django.db import connection

from nurture.models import SendingLimits, Touch, TouchState
from nurture.services.claims import claim_due
from nurture.services.delivery import deliver_all
from nurture.services.enrollment import enroll_waiting
from scripts import valkey
from tests.factories import NOW, LeadFactory
from tests.nurture.conftest import EMAIL

pytestmark = pytest.mark.django_db(transaction=True)
LEADS, LIMIT, WORKERS = 60, 25, 4


@pytest.fixture
def due(make_sequence):
    """More than the mailbox may send in an hour."""
    SendingLimits.current()
    SendingLimits.objects.update(mailbox_hour=LIMIT)
    make_sequence(EMAIL)
    LeadFactory.create_batch(LEADS)
    enroll_waiting(now=NOW)


@pytest.fixture
def own_redis(settings, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """A server of this test alone, which it may stop."""
    with valkey.on_port(data=tmp_path) as address:
        settings.REDIS_URL = address
        yield lambda: _stop(address)


def _stop(address: str) -> None:
    with redis.from_url(address) as client:
        client.shutdown(nosave=True)


def send_all(meanwhile: Callable[[], object] = lambda: None) -> None:
    """By several workers at once, and once more what is then due in this hour."""
    with ThreadPoolExecutor(WORKERS + 1) as pool:
        jobs = [pool.submit(_deliver, bundle) for bundle in _small(claim_due(now=NOW))]
        jobs.append(pool.submit(meanwhile))
        for job in jobs:
            job.result()


def _small(claims):
    return [claims[start : start + 5] for start in range(0, len(claims), 5)]


def _deliver(claims):
    try:
        deliver_all(claims=claims, clock=lambda: NOW)
    finally:
        connection.close()


def count() -> tuple[int, int, int]:
    states = list(Touch.objects.values_list("state", flat=True))
    return len(mail.outbox), states.count(TouchState.SENT), states.count(TouchState.PLANNED)


def test_limit_holds_over_workers_at_once(due):
    send_all()
    assert count() == (LIMIT, LIMIT, LEADS - LIMIT)


def test_limit_holds_while_redis_is_flushed(due):
    stop = threading.Event()

    def flush() -> None:
        with redis.from_url(settings.REDIS_URL) as client:
            while not stop.wait(0.02):
                client.flushdb()

    flusher = threading.Thread(target=flush)
    flusher.start()
    try:
        send_all()
    finally:
        stop.set()
        flusher.join()
    assert count() == (LIMIT, LIMIT, LEADS - LIMIT)


def test_limit_holds_without_redis(due, own_redis):
    own_redis()
    send_all()
    assert count() == (LIMIT, LIMIT, LEADS - LIMIT)


def test_limit_holds_when_redis_goes_away_in_between(due, own_redis):
    send_all(meanwhile=own_redis)
    assert count() == (LIMIT, LIMIT, LEADS - LIMIT)


def test_what_was_counted_without_redis_counts_when_it_is_back(due, settings, tmp_path):
    """The server that comes back still has the counts from before it went."""
    SendingLimits.objects.update(mailbox_hour=LIMIT)
    claims = claim_due(now=NOW)
    with valkey.on_port(data=tmp_path) as address:
        settings.REDIS_URL = address
        _deliver(claims[:10])
        settings.REDIS_URL = "redis://127.0.0.1:1"
        _deliver(claims[10:20])
        settings.REDIS_URL = address
        _deliver(claims[20:])
    assert count() == (LIMIT, LIMIT, LEADS - LIMIT)
