"""What always holds (design, "Life of a lead"), after three months of a small company."""

from datetime import timedelta

import pytest
from django.db.models import Count, F, Q

from crm.campaigns.models import Path
from crm.opportunities.models import Opportunity, Status
from crm.outbox.models import StoredEmail
from crm.people.calling import may_call
from leads.models import ALLOWED_MOVES, Answer, Conversion, Inquiry, Lead, Provenance, Stage, StageChange
from leads.models.lead import SALES_STAGES
from nurture.calendars import window_of
from nurture.models import CallAttempt, Enrollment, Suppression, Touch, TouchKind, TouchState
from simulation.mail import Postbox
from tests.simulation.conftest import UNTIL

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_company"), pytest.mark.xdist_group("simulation")]
SENT = Q(kind=TouchKind.EMAIL, state=TouchState.SENT)


def test_every_kind_of_thing_happened():
    assert Lead.objects.count() >= 85
    assert Inquiry.objects.exists()
    assert Touch.objects.filter(SENT).count() > 10
    assert CallAttempt.objects.exists()
    assert set(Answer.objects.values_list("provenance", flat=True)) >= {Provenance.FORM, Provenance.CALL}
    assert Conversion.objects.exists()


def test_leads_with_sales_have_a_path_and_others_have_none_before():
    assert not Lead.objects.filter(stage__in=SALES_STAGES, path="").exists()
    assert not Lead.objects.filter(path="").exclude(stage__in=[Stage.UNQUALIFIED, Stage.DISQUALIFIED]).exists()


def test_path_says_whether_a_touch_came_first():
    qualified = Lead.objects.exclude(path="")
    assert not qualified.filter(path=Path.NURTURED, touched_at=None).exists()
    assert not qualified.filter(path=Path.SELF_QUALIFIED, touched_at__lt=F("reached_sales_at")).exists()


def test_every_move_was_an_allowed_one():
    moves = StageChange.objects.values_list("from_stage", "to_stage")
    assert [move for move in moves if move[1] not in ALLOWED_MOVES[move[0]]] == []


def test_nothing_lies_in_the_future():
    assert not StageChange.objects.filter(at__gt=UNTIL).exists()
    assert not Inquiry.objects.filter(received_at__gt=UNTIL).exists()
    assert not Opportunity.objects.filter(closed_at__gt=UNTIL).exists()


def test_no_mail_was_sent_outside_the_window_of_its_recipient():
    for touch in Touch.objects.filter(SENT).select_related("enrollment__lead", "enrollment__sequence"):
        window = window_of(touch.enrollment.lead, touch.enrollment.sequence)
        assert window.contains(touch.sent_at), touch


def test_nobody_was_called_at_night():
    for attempt in CallAttempt.objects.select_related("task__lead"):
        assert may_call(attempt.at, attempt.task.lead.zone), attempt


def test_no_mail_after_an_opt_out():
    opted_out = {s.key: s.created_at for s in Suppression.objects.filter(kind="email")}
    assert opted_out
    late = [(at, address) for at, address in Postbox.recipients if at > opted_out.get(address, at)]
    assert late == []


def test_each_touch_happened_once():
    mails = Touch.objects.filter(SENT)
    assert len(Postbox.recipients) == mails.count()
    twice = Touch.objects.values("enrollment", "step").annotate(times=Count("pk")).filter(times__gt=1)
    assert not twice.exists()


def test_who_left_unqualified_has_nothing_pending():
    ended = Enrollment.objects.exclude(state="active")
    assert not Touch.objects.filter(enrollment__in=ended).pending().exists()


def test_every_conversion_has_its_opportunity_with_the_path_of_the_lead():
    for conversion in Conversion.objects.select_related("lead", "opportunity"):
        assert conversion.opportunity is not None
        assert conversion.opportunity.path == conversion.lead.path


def test_closed_deals_say_when_and_lost_ones_why():
    assert not Opportunity.objects.exclude(status=Status.OPEN).filter(closed_at=None).exists()
    assert not Opportunity.objects.filter(status=Status.LOST, close_reason="").exists()


def test_present_of_the_company_is_alive():
    assert Enrollment.objects.active().filter(due_at__gt=UNTIL - timedelta(days=1)).exists()
    assert Opportunity.objects.filter(created_at__gt=UNTIL - timedelta(days=60)).exists()  # so few may be closed by now
    assert Inquiry.objects.filter(received_at__gt=UNTIL - timedelta(days=5)).exists()
    assert StoredEmail.objects.filter(sent_at__lte=UNTIL, sent_at__gt=UNTIL - timedelta(days=21)).exists()
