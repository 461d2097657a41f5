from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.core import mail
from django.urls import reverse
from PIL import Image

from crm.people.models import Company
from reports.models import Digest, DigestOptOut
from reports.services.digest import send_due
from tests.factories import SourceFactory, UserFactory
from tests.reports.records import make_leads

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


def size_of(picture):
    return Image.open(BytesIO(picture)).size


@pytest.fixture
def manager():
    return UserFactory(sales_manager=True, email="maria@ripen.example")


def test_digest_goes_to_managers_once_a_week(manager):
    UserFactory()
    UserFactory(marketing_manager=True, is_active=False)
    make_leads(40, "self_qualified", won=12)
    assert [send_due(now=MONDAY + timedelta(minutes=30 * turn)) for turn in range(3)] == [1, 0, 0]
    assert [message.to for message in mail.outbox] == [["maria@ripen.example"]]
    assert Digest.objects.get().sent_at == MONDAY
    assert send_due(now=MONDAY + timedelta(days=7)) == 1


@pytest.mark.parametrize("at", [MONDAY - timedelta(hours=2), MONDAY + timedelta(days=1), MONDAY + timedelta(days=6)])
def test_digest_waits_for_monday_morning(manager, at):
    assert (send_due(now=at), mail.outbox) == (0, [])


def test_monday_is_the_company_s(manager):
    Company(time_zone="Pacific/Auckland").save()
    assert send_due(now=datetime(2026, 3, 8, 19, 0, tzinfo=UTC)) == 1  # Monday, eight o'clock there


def test_digest_has_text_html_and_pictures(manager):
    make_leads(40, "self_qualified", won=12)
    make_leads(40, "nurtured", won=4)
    send_due(now=MONDAY)
    [message] = mail.outbox
    html = message.alternatives[0][0]
    assert "Self-qualified leads closed at 30.0 %" in message.body
    assert "Self-qualified leads closed at 30.0 %" in html
    pictures = {part["Content-ID"]: part.get_payload(decode=True) for part in message.attachments}
    assert {"<close_rates@charts>", "<mix@charts>", "<funnel@charts>"} <= pictures.keys()
    assert all(picture.startswith(b"\x89PNG") for picture in pictures.values())
    assert all(size_of(picture)[0] < 800 for picture in pictures.values()), "letters too small for a phone"
    assert all(f"cid:{name.strip('<>')}" in html for name in pictures)
    assert message.message().get_content_subtype() == "related"


def test_digest_of_an_empty_company_is_a_mail_too(manager):
    assert send_due(now=MONDAY) == 1
    [message] = mail.outbox
    for text in (message.body, message.alternatives[0][0]):
        assert text.count("No lead has come in yet. As soon as") == 1


def test_manager_stops_the_digest_and_has_it_again(manager, client):
    client.force_login(manager)
    client.post(reverse("reports:digest"), {"wanted": "no"})
    assert (send_due(now=MONDAY), DigestOptOut.objects.count()) == (0, 1)
    client.post(reverse("reports:digest"), {"wanted": "yes"})
    assert send_due(now=MONDAY) == 1
    assert client.get(reverse("reports:digest")).status_code == 200


def test_digest_is_for_managers(client):
    client.force_login(UserFactory())
    assert client.get(reverse("reports:digest")).status_code == 404


def test_mail_that_fails_is_not_sent_twice_and_others_get_theirs(manager, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert send_due(now=MONDAY) == 0
    assert Digest.objects.get().sent_at is None
    assert send_due(now=MONDAY + timedelta(hours=1)) == 0


def test_digest_draws_what_is_to_decide_and_not_all_the_rest(manager):
    heights = {}
    for count in (3, 30):
        for _ in range(count):
            make_leads(2, source=SourceFactory())
        Digest.objects.all().delete()
        send_due(now=MONDAY)
        parts = {part["Content-ID"]: part.get_payload(decode=True) for part in mail.outbox[-1].attachments}
        heights[count] = size_of(parts["<repeat_or_delete@charts>"])[1]
    assert heights[3] < heights[30] < 3 * heights[3]
