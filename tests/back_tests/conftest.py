from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from crm.opportunities.models import Opportunity, Pipeline
from leads.models import Channel, Criterion, Lead, Policy, PolicyPurpose, PolicyStatus, Provenance, Question
from leads.services.intake import Submission, take_inquiry
from reports.back_tests.running import run_back_test
from reports.back_tests.services import request_back_test
from tests.factories import NOW, AccountFactory
from tests.reports.records import convert

NEED = {"need": "new"}
QUALIFYING = {"need": "new", "desire": "must", "time_frame": "month", "budget": "to_25k", "authority": "decide"}
LATER = NOW + timedelta(days=60)


@pytest.fixture
def active(defaults) -> Policy:
    """Needs 70 points, a need among them."""
    return Policy.objects.get(purpose=PolicyPurpose.MARKETING, status=PolicyStatus.ACTIVE)


@pytest.fixture
def draft(active):
    """draft(need=["new"], phone=None): a draft with one criterion of 10 points for each question or field; None asks
    whether it is known."""

    def make(*, threshold: int = 10, **criteria: Any) -> Policy:
        policy = Policy.objects.create(name="Draft", threshold=threshold, version=active.version + 1)
        for name, wanted in criteria.items():
            question = Question.objects.filter(key=name).first()
            subject = {"question": question} if question else {"field": name}
            asked = {"operator": "answered"} if wanted is None else {"operator": "in", "value": wanted}
            Criterion.objects.create(policy=policy, label=name, points=10, **subject, **asked)
        return policy

    return make


@pytest.fixture
def inquire(defaults):
    """inquire(need="new", won=True, at=…, phone=…): a lead that inquired once, by the real intake."""
    numbers = count()

    def make(*, won: bool = False, at: Any = NOW, answers: dict | None = None, **person: Any) -> Lead:
        n = next(numbers)
        lead = take_inquiry(
            submission=Submission(
                channel=Channel.FORM,
                provenance=Provenance.FORM,
                payload={},
                answers=answers or {},
                **{"email": f"pat{n}@inquirer{n}.example", "first_name": "Pat", "last_name": f"Inquirer {n}", **person},
            ),
            now=at,
        ).lead
        if won:
            convert(lead, _won_opportunity())
        return lead

    return make


def _won_opportunity() -> Opportunity:
    pipeline = Pipeline.objects.get()
    won = {"status": "won", "stage": pipeline.stages.get(status="won"), "closed_at": NOW, "close_date": NOW.date()}
    return Opportunity.objects.create(name="Deal", account=AccountFactory(), pipeline=pipeline, **won)


@pytest.fixture
def back_test(draft):
    """back_test(policy): asked for and run to its end."""

    def run(policy: Policy, *, now: Any = LATER, by: Any = None):
        asked = request_back_test(policy=policy, by=by, now=now)
        run_back_test(back_test_id=asked.pk, clock=lambda: now)
        asked.refresh_from_db()
        return asked

    return run
