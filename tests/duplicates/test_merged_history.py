"""What the rooms above say about a lead after a merge, and do with it."""

from datetime import timedelta

import pytest
from django.test import RequestFactory

from activities.models import Activity
from crm.web.timeline import timeline
from leads.models import Reason
from leads.services.lifecycle import accept_lead, reject_lead
from leads.services.merging import undo_merge
from nurture.models import EnrollmentState, ExitReason, TouchState
from nurture.queries import leads_to_enroll
from nurture.services.claims import claim_due
from nurture.services.delivery import deliver
from nurture.services.dispatch import sweep
from reports.declarations.close_rates import CloseRateFilters
from reports.queries.close_rates import close_rates
from tests.factories import NOW, LeadFactory
from tests.nurture.conftest import EMAIL, WAIT, company, enrolled, make_sequence

__all__ = ["company", "enrolled", "make_sequence"]
pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def titles(lead, user):
    request = RequestFactory().get("/")
    request.user = user
    return sorted(entry.title for entry in timeline(request, lead).entries)


def test_timeline_of_the_survivor_tells_what_happened_to_both(merge, submission, defaults, rep):
    survivor, duplicate = LeadFactory(), LeadFactory()
    duplicate = accept_lead(lead=duplicate, by=rep, now=NOW)
    reason = Reason.objects.get(purpose="recycle", name="Not ready yet")
    reject_lead(lead=duplicate, reason=reason, by=rep, now=NOW)
    Activity.objects.create(lead=duplicate, body="Met at the fair", by=rep, at=NOW)
    before = titles(duplicate, rep)
    assert len(before) == 3
    done = merge(survivor, duplicate, by=rep)
    assert titles(survivor, rep) == sorted([*before, f"Merged with {duplicate}"])
    undo_merge(merge=done, by=rep, now=LATER)
    assert titles(survivor, rep) == [f"Merged with {duplicate}", f"No longer merged with {duplicate}"]
    assert titles(duplicate, rep) == sorted([*before, f"Merged with {survivor}", f"No longer merged with {survivor}"])


def test_mails_to_the_duplicate_stay_on_the_timeline(merge, enrolled, rep, mailoutbox):
    duplicate = LeadFactory()
    enrolled(EMAIL, lead=duplicate)
    for claim in sweep(now=NOW):
        deliver(touch_id=claim.touch_id, token=claim.token, now=NOW)
    assert len(mailoutbox) == 1
    survivor = LeadFactory()
    merge(survivor, duplicate, now=LATER)
    assert "E-mail sent" in titles(survivor, rep)


def test_nurture_of_the_duplicate_ends_and_nothing_is_sent_twice(merge, enrolled, mailoutbox):
    duplicate = LeadFactory()
    enrollment = enrolled(EMAIL, WAIT, lead=duplicate)
    (claim,) = sweep(now=NOW)
    survivor = LeadFactory()
    merge(survivor, duplicate)
    deliver(touch_id=claim.touch_id, token=claim.token, now=NOW)
    sweep(now=LATER)
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.exit_reason) == (EnrollmentState.EXITED, ExitReason.MERGED)
    assert [touch.state for touch in enrollment.touches.all()] in ([TouchState.CANCELLED], [TouchState.SKIPPED])
    assert (mailoutbox, claim_due(now=LATER)) == ([], [])


def test_survivor_is_not_sent_through_the_duplicates_sequence_again(merge, enrolled):
    duplicate, survivor = LeadFactory(), LeadFactory()
    sequence = enrolled(EMAIL, lead=duplicate).sequence
    assert list(leads_to_enroll(sequence, now=NOW)) == [survivor]
    merge(survivor, duplicate)
    assert list(leads_to_enroll(sequence, now=NOW)) == []


def test_reports_count_the_person_once(merge):
    survivor, duplicate = LeadFactory(), LeadFactory()
    merge(survivor, duplicate)
    [row] = close_rates(by="path", filters=CloseRateFilters({}))
    assert row.figures.leads == 1
