import pytest

from nurture.models import CallTaskState, Enrollment, Suppression
from nurture.reach import email_obstacle, suppressed_among
from nurture.services.dispatch import advance_due
from nurture.services.suppression import suppress
from tests.factories import NOW, LeadFactory
from tests.nurture.conftest import CALL, EMAIL, PHONE, later

pytestmark = pytest.mark.django_db


def test_address_is_suppressed_in_every_spelling():
    suppress(kind="email", key="P.at+news@GoogleMail.com", reason="manual", now=NOW)
    pat, nobody = LeadFactory(email="pat@gmail.com", phone=PHONE), LeadFactory(email="", phone=PHONE)
    assert suppressed_among([pat, nobody]) == {("email", "pat@gmail.com")}
    assert [email_obstacle(pat), email_obstacle(nobody)] == ["suppressed", "no_address"]


def test_suppressing_again_keeps_the_first_reason_and_date():
    for day, reason in enumerate(["complaint", "opt_out"]):
        suppress(kind="email", key="pat@x.example", reason=reason, now=later(days=day))
    assert list(Suppression.objects.values_list("reason", "created_at")) == [("complaint", NOW)]


@pytest.mark.parametrize(("reason", "exit_reason"), [("bounce", "bounced"), ("opt_out", "opted_out")])
def test_suppressed_address_leaves_nurture(enrolled, reason, exit_reason):
    enrollment = enrolled(EMAIL)
    suppress(kind="email", key=enrollment.lead.email.upper(), reason=reason, now=NOW)
    enrollment.refresh_from_db()
    assert (enrollment.exit_reason, enrollment.touches.get().state) == (exit_reason, "cancelled")


def test_suppressed_number_cancels_the_calls_of_all_who_have_it_and_mails_go_on(enrolled):
    enrolled(CALL, EMAIL, lead=LeadFactory(phone=PHONE))
    enrolled(CALL, EMAIL, lead=LeadFactory(phone=PHONE), key="other")
    suppress(kind="phone", key=PHONE, reason="do_not_call", now=NOW)
    assert advance_due(now=NOW) == 2
    for enrollment in Enrollment.objects.all():
        assert enrollment.lead.do_not_call
        assert enrollment.lead.call_tasks.get().state == CallTaskState.CANCELLED
        touches = enrollment.touches.order_by("pk").values_list("kind", "state", "skip_reason")
        assert list(touches) == [("call", "skipped", "do_not_call"), ("email", "planned", "")]
