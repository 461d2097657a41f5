"""A draft against the active policy on all past leads, as a worker counts it; beside it the one SQL statement that sums
the points of the answers."""

import time
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection

from leads.models import Criterion, Policy, PolicyPurpose, Question
from leads.services.policies import new_version
from leads.services.setup import MARKETING_CRITERIA
from reports.back_tests.running import run_back_test
from reports.back_tests.services import request_back_test
from reports.models import BackTest
from tests.bench.dataset import NOW, WITH_ANSWERS
from tests.bench.harness import Line, timed_once

SECONDS_PER_LEAD = 30 / 100_000
LATER = NOW + timedelta(days=3650)  # those that other benchmarks made count too
STATEMENT = """
    SELECT points >= 60, points >= 70, o.status = 'won', count(*) FROM (
        SELECT l.id, sum(CASE POINTS ELSE 0 END) AS points
        FROM leads_lead l
        LEFT JOIN leads_answer a ON a.lead_id = l.id AND a.answered_at <= l.first_inquiry_at
        WHERE l.merged_into_id IS NULL
        GROUP BY l.id
    ) l
    LEFT JOIN leads_conversion c ON c.lead_id = l.id
    LEFT JOIN opportunities_opportunity o ON o.id = c.opportunity_id
    GROUP BY 1, 2, 3
"""


def run(size: int) -> Iterator[Line]:
    """Nothing beyond the leads that have answers."""
    if size > WITH_ANSWERS:
        return
    asked = request_back_test(policy=_draft(), by=None, now=LATER)
    before = time.process_time()
    ours = timed_once(lambda: run_back_test(back_test_id=asked.pk, clock=lambda: LATER))
    busy = time.process_time() - before
    bare = min(timed_once(_sums) for _ in range(3))
    done = BackTest.objects.get(pk=asked.pk)
    assert done.state == "finished", done.error
    what = f"{done.total:,} past leads judged by two policies"
    yield Line("back-test", size, what, ours, limit=SECONDS_PER_LEAD * done.total)
    yield Line("back-test", size, "the same, to one statement", ours, bare)
    yield Line("back-test", size, "the same, the worker's processor alone", busy)


def _draft() -> Policy:
    """A bit easier than the active one, with a field and engagement beside its questions."""
    draft = new_version(policy=Policy.objects.get(purpose=PolicyPurpose.MARKETING, status="active"), by=None)
    Policy.objects.filter(pk=draft.pk).update(threshold=60)
    Criterion.objects.create(policy=draft, label="Phone", field="phone", operator="answered", points=5)
    Criterion.objects.create(
        policy=draft, label="Visits", engagement="visit", operator="at_least", value=1, points=5, half_life_days=30
    )
    return Policy.objects.get(pk=draft.pk)


def _sums() -> None:
    questions = dict(Question.objects.values_list("key", "pk"))
    points = " ".join(
        f"WHEN question_id = {questions[key]} AND value #>> '{{}}' IN ({', '.join(map(repr, values))}) THEN {points}"
        for _, key, values, points, _ in MARKETING_CRITERIA
    )
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT.replace("POINTS", points))
        assert cursor.fetchall()
