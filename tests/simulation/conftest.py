from datetime import UTC, datetime

import pytest

from simulation.engine import Plan, simulate

UNTIL = datetime(2026, 3, 10, 20, 0, tzinfo=UTC)  # a Tuesday, mid-afternoon where the company is


@pytest.fixture(scope="module")
def small_company(django_db_setup, django_db_blocker):
    """Ninety leads in three months, read by all tests of a module; undone after it."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        world = simulate(Plan(until=UNTIL, seed=7, months=3, leads=100, reps=5, nurtured=1))
        yield world
        transaction.set_rollback(True)
