"""What prospects do with mails, where each of it happens often."""

import pytest

from crm.people.models import Notice, NoticeKind
from leads.models import Engagement, EngagementKind
from nurture.models import (
    Click,
    Enrollment,
    ExitReason,
    InboundKind,
    InboundMail,
    MailEvent,
    MailEventKind,
    Suppression,
    Touch,
    Verdict,
)
from simulation import reading
from simulation.engine import Plan, simulate
from tests.simulation.conftest import UNTIL

OFTEN = {"BOUNCES": 0.06, "IS_FULL": 0.06, "REPLIES": 0.15, "CLICKS": 0.6, "AWAY": 0.1, "GUARDED": 50}


@pytest.fixture
def busy_mailbox(db, monkeypatch):
    for name, share in OFTEN.items():
        monkeypatch.setattr(reading, name, share)
    simulate(Plan(until=UNTIL, seed=7, months=3, leads=130, reps=5, nurtured=1))


@pytest.mark.usefixtures("busy_mailbox")
def test_mails_bounce_are_clicked_and_answered_by_people_and_programs():
    kinds = {InboundKind.REPLY, InboundKind.AUTOMATIC, InboundKind.BOUNCE, InboundKind.UNMATCHED}
    rare = {InboundKind.OPT_OUT}
    assert set(InboundMail.objects.values_list("kind", flat=True)) | rare == kinds | rare
    assert not InboundMail.objects.exclude(kind=InboundKind.UNMATCHED).filter(touch=None).exists()
    assert not InboundMail.objects.filter(received_at__gt=UNTIL).exists()

    events = {MailEventKind.HARD_BOUNCE, MailEventKind.SOFT_BOUNCE}
    assert set(MailEvent.objects.exclude(touch=None).values_list("kind", flat=True)) == events
    hard = MailEvent.objects.filter(kind=MailEventKind.HARD_BOUNCE)
    assert set(hard.values_list("address", flat=True)) <= set(Suppression.objects.values_list("key", flat=True))
    for event in hard:
        assert not Touch.objects.filter(recipient=event.address, send_started_at__gt=event.at).exists()

    judged = Click.objects.filter(at__lt=UNTIL - reading.WAIT)
    assert set(judged.values_list("verdict", flat=True)) == {Verdict.HUMAN, Verdict.MACHINE}
    read = Engagement.objects.filter(kind=EngagementKind.CLICK, external_id__startswith="click:").count()
    assert read == judged.filter(verdict=Verdict.HUMAN, on="link").values("touch").distinct().count() > 0

    replied = InboundMail.objects.filter(kind=InboundKind.REPLY)
    assert Notice.objects.filter(kind=NoticeKind.REPLY).count() >= replied.count() > 0
    assert Enrollment.objects.filter(exit_reason=ExitReason.REPLIED, lead__in=replied.values("lead")).exists()
