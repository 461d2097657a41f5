from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from crm.people.models import Company
from leads.models import Lead
from nurture.models import Enrollment, Sequence, Step, StepKind, Touch
from nurture.services.claims import claim_due
from nurture.services.delivery import deliver
from nurture.services.enrollment import enroll
from nurture.services.sequences import publish_sequence
from tests.factories import NOW, LeadFactory

EMAIL: dict[str, Any] = {
    "kind": StepKind.EMAIL,
    "subject": "Hello {{ first_name }}",
    "body": "Hi {{ first_name }},\n\nso?",
}
CALL: dict[str, Any] = {"kind": StepKind.CALL, "script": "Hello {{ first_name }}"}
WAIT: dict[str, Any] = {"kind": StepKind.WAIT, "wait_days": 3}
PHONE = "+14155550132"


@pytest.fixture
def company(db: None) -> Company:
    company = Company.current()
    company.name, company.postal_address = "Ripen Ltd", "1 Orchard Road\n12345 Ripeton"
    company.country = "XX"  # where there are no holidays: tests with real processes run on any day
    company.save()
    return company


@pytest.fixture
def make_sequence(company: Company) -> Callable[..., Sequence]:
    """make_sequence(EMAIL, WAIT, CALL, key=...): published, its window open all day and week."""

    def make(*steps: dict[str, Any], publish: bool = True, **fields: Any) -> Sequence:
        always = {"window_start": time(0), "window_end": time.max, "weekdays": [0, 1, 2, 3, 4, 5, 6]}
        sequence = Sequence.objects.create(**({"key": "test", "name": "Test", **always} | fields))
        for position, step in enumerate(steps):
            Step.objects.create(sequence=sequence, position=position, **step)
        return publish_sequence(sequence=sequence) if publish else sequence

    return make


@pytest.fixture
def enrolled(make_sequence: Callable[..., Sequence]) -> Callable[..., Enrollment]:
    """enrolled(EMAIL, WAIT, lead=...): a lead in a published sequence of these steps, since NOW."""

    def make(*steps: dict[str, Any], lead: Lead | None = None, now: datetime = NOW, **fields: Any) -> Enrollment:
        sequence = make_sequence(*(steps or (EMAIL, WAIT, EMAIL)), **fields)
        enrollment = enroll(lead=lead or LeadFactory(), sequence=sequence, now=now)
        assert enrollment is not None
        return enrollment

    return make


@pytest.fixture
def claimed(enrolled: Callable[..., Enrollment]) -> Callable[..., Touch]:
    """claimed(): a touch that is due and claimed."""

    def make(*steps: dict[str, Any], **fields: Any) -> Touch:
        touch = enrolled(*steps, **fields).touches.get()
        assert [claim.touch_id for claim in claim_due(now=NOW)] == [touch.pk]
        touch.refresh_from_db()
        return touch

    return make


@pytest.fixture
def sent(claimed: Callable[..., Touch]) -> Callable[..., Touch]:
    """sent(): a touch whose mail went out."""

    def make(*steps: dict[str, Any], **fields: Any) -> Touch:
        touch = claimed(*(steps or (EMAIL, WAIT, EMAIL)), **fields)
        assert deliver(touch_id=touch.pk, token=touch.token, now=NOW) == "sent"
        touch.refresh_from_db()
        return touch

    return make


def later(**spans: Any) -> datetime:
    return NOW + timedelta(**spans)
