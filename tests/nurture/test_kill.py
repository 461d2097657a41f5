"""A worker process gets SIGKILL while it has a touch: neither lost nor doubled, and never sent again on a guess."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone

from nurture.models import EnrollmentState, Touch, TouchState
from nurture.services import claims, dispatch
from nurture.tasks import deliver_touches
from tests.factories import LeadFactory
from tests.nurture.conftest import EMAIL, WAIT
from tests.nurture.processes import WORKER, Ledger, celery, database_url, kill, mail_server, wait_for

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def server() -> Iterator[tuple[Ledger, str]]:
    with mail_server() as running:
        yield running


@pytest.fixture
def touch(enrolled: Callable[..., object]) -> Touch:
    now = timezone.now() - timedelta(seconds=1)
    enrolled(EMAIL, WAIT, EMAIL, lead=LeadFactory(last_inquiry_at=now), now=now)
    return Touch.objects.get()


def sweep(**later: int) -> None:
    """What beat does, at some later time, as far as this touch is concerned."""
    now = timezone.now() + timedelta(**later)
    dispatch.recover_expired(now=now)
    for claim in claims.claim_due(now=now):
        deliver_touches.delay([claim.touch_id], str(claim.token))


def taken_by_worker() -> bool:
    """The message left the queue, and nobody has acknowledged it."""
    with redis.from_url(settings.REDIS_URL) as broker:
        return bool(not broker.llen("delivery") and broker.hlen("unacked"))


def done(log: Path) -> int:
    """How many tasks the worker that writes this log has finished."""
    return log.read_text().count(" succeeded in ")


# The database notices that a worker is gone that waited for the lock. Else what it asked for is done all the same.
GONE = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))"


@contextmanager
def locked(touch: Touch) -> Iterator[None]:
    """Somebody else holds what the worker needs before it may begin."""
    if connection.vendor == "sqlite":
        import sqlite3

        other = sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()
        return
    with psycopg.connect(database_url()) as holder:
        holder.execute("SELECT 1 FROM leads_lead WHERE id = %s FOR UPDATE", [touch.enrollment.lead_id])
        yield
        holder.execute(GONE, [holder.info.backend_pid])
        holder.rollback()


def states(touch: Touch) -> tuple[str, bool]:
    touch.refresh_from_db()
    return touch.state, touch.send_started_at is not None


def test_killed_between_claim_and_sending_is_sent_once(touch, server, tmp_path: Path):
    ledger, email_url = server
    sweep()
    with locked(touch), celery("worker", *WORKER, log=tmp_path / "first", EMAIL_URL=email_url) as worker:
        wait_for(taken_by_worker)
        kill(worker)
    assert (states(touch), ledger.mails) == ((TouchState.CLAIMED, False), [])
    old = str(touch.token)
    sweep(minutes=10)
    touch.refresh_from_db()
    deliver_touches.delay([touch.pk], old)  # the broker hands out again what the dead worker never acknowledged
    with celery("worker", *WORKER, log=tmp_path / "second", EMAIL_URL=email_url):
        wait_for(lambda: done(tmp_path / "second") == 2)
        sweep(minutes=20)
    assert states(touch)[0] == TouchState.SENT
    assert [mail["Message-ID"] for mail in ledger.mails] == [f"<{touch.uuid}@localhost>"]


@pytest.mark.parametrize(("hold", "delivered"), [("RCPT", 0), ("DATA", 1)])
def test_killed_while_sending_is_unknown_and_never_sent_again(touch, server, tmp_path: Path, hold, delivered):
    ledger, email_url = server
    ledger.hold = hold
    sweep()
    with celery("worker", *WORKER, log=tmp_path / "first", EMAIL_URL=email_url) as worker:
        wait_for(ledger.holding.is_set)
        kill(worker)
    ledger.hold = ""
    ledger.release.set()
    assert states(touch) == (TouchState.CLAIMED, True)
    deliver_touches.delay([touch.pk], str(touch.token))
    with celery("worker", *WORKER, log=tmp_path / "second", EMAIL_URL=email_url):
        sweep(minutes=10)
        assert states(touch) == (TouchState.UNKNOWN, True)
        sweep(days=1)
        wait_for(lambda: done(tmp_path / "second") == 1)
    assert (states(touch)[0], len(ledger.mails)) == (TouchState.UNKNOWN, delivered)
    touch.enrollment.refresh_from_db()
    assert (touch.enrollment.state, touch.enrollment.position) == (EnrollmentState.ACTIVE, 2)
