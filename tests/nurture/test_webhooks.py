"""What is posted to us: signed or not taken, and a refusal is seen by marketing."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings
from standardwebhooks import Webhook

from nurture.models import InboundMail, MailEvent, RefusedPost, Suppression
from tests.nurture.letters import answer

pytestmark = pytest.mark.django_db

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two characters").decode()
MAILGUN_KEY = "mailgun-signing-key"


@pytest.fixture(autouse=True)
def _set_up(settings):
    settings.MAIL_WEBHOOK_SECRET = SECRET
    settings.MAIL_PROVIDERS = ["mailgun", "postmark"]
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": MAILGUN_KEY, "MAILGUN_API_KEY": "x"}


def post(client, data, *, id="msg_1", late=timedelta(), secret=SECRET, **changes):
    at = datetime.now(UTC) - late
    body = data if isinstance(data, str) else json.dumps(data)
    signature = Webhook(secret).sign(id, at, body)
    headers = {"webhook-id": id, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
    return client.post("/hooks/mail/", body, content_type="application/json", headers=headers | changes)


def bounced(touch, **fields):
    return {
        "type": "bounced",
        "message_id": f"<{touch.uuid}@ripen.example>",
        "recipient": touch.recipient,
        "detail": "550 5.1.1 no such user",
    } | fields


def nothing_happened():
    return not MailEvent.objects.exists() and not InboundMail.objects.exists() and not Suppression.objects.exists()


def test_signed_event_is_taken_once(client, sent):
    touch = sent()
    answers = [post(client, bounced(touch), id=id) for id in ("a", "a", "b")]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert MailEvent.objects.count() == 2
    assert Suppression.objects.get().key == touch.recipient


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "whsec_" + base64.b64encode(b"another secret, which we do not know").decode()},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "nonsense"},
        {"webhook-signature": "v1,é=="},
        {"webhook-signature": ""},
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": "soon"},
        {"late": timedelta(minutes=6)},
        {"late": timedelta(minutes=-6)},
    ],
)
def test_forged_edited_and_stale_posts_are_refused_and_seen(client, sent, changes):
    answer = post(client, bounced(sent()), **changes)
    assert (answer.status_code, nothing_happened()) == (403, True)
    refused = RefusedPost.objects.get()
    assert (refused.source, refused.count) == ("webhook", 1)
    assert refused.reason == "The signature is wrong, or older than five minutes"


def test_edited_body_is_refused(client, sent):
    touch = sent()
    signed = Webhook(SECRET).sign("a", now := datetime.now(UTC), json.dumps(bounced(touch)))
    headers = {"webhook-id": "a", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signed}
    body = json.dumps(bounced(touch, recipient="somebody@else.example"))
    assert client.post("/hooks/mail/", body, content_type="application/json", headers=headers).status_code == 403
    assert nothing_happened()


def test_without_a_secret_nothing_is_taken(client, sent, settings):
    settings.MAIL_WEBHOOK_SECRET = ""
    assert (post(client, bounced(sent())).status_code, nothing_happened()) == (403, True)
    assert RefusedPost.objects.get().reason == "MAIL_WEBHOOK_SECRET is not set: nothing can be taken"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("[1]", "not a JSON object"),
        ("{", "not JSON"),
        ({"type": "opened"}, "“type” must be one of"),
        ({"type": 7}, "“type” is not a text"),
        ({"type": "bounced", "at": "yesterday"}, "“at” is not a time"),
        ({"type": "bounced", "at": "2026-13-45T00:00"}, "“at” is not a time"),
        ({"type": "inbound", "raw": "?"}, "“raw” is not the mail in base64"),
    ],
)
def test_signed_nonsense_is_refused_with_what_is_wrong(client, data, said):
    answer = post(client, data)
    assert (answer.status_code, said in answer.content.decode(), nothing_happened()) == (400, True, True)
    assert said in RefusedPost.objects.get().reason


def test_event_without_a_mail_of_ours_is_kept_and_changes_nothing(client):
    assert post(client, {"type": "bounced", "recipient": "x@y.example", "hard": True}).status_code == 200
    assert (MailEvent.objects.get().touch, Suppression.objects.exists()) == (None, False)


def test_signed_mail_is_received(client, sent):
    touch = sent()
    raw = base64.b64encode(answer(touch).message.as_bytes()).decode()
    assert [post(client, {"type": "inbound", "raw": raw}, id=id).status_code for id in "ab"] == [200, 200]
    assert InboundMail.objects.get().lead == touch.enrollment.lead


def test_flood_of_refused_posts_is_slowed_down_and_one_row(client, settings, sent):
    settings.FORM_POSTS_PER_ADDRESS = 3
    codes = [post(client, "{}", **{"webhook-signature": "v1,AAAA"}).status_code for _ in range(5)]
    assert codes == [403, 403, 403, 429, 429]
    assert RefusedPost.objects.get().count == 3
    assert post(client, bounced(sent())).status_code == 200


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_posts_are_taken(client, method):
    assert getattr(client, method)("/hooks/mail/").status_code == 405


def mailgun(client, touch, event="failed", *, key=MAILGUN_KEY, id="event-1", recipient=None, **fields):
    at = str(int(time.time()))
    token = hashlib.sha256(id.encode()).hexdigest()[:50]
    signature = hmac.new(key.encode(), (at + token).encode(), hashlib.sha256).hexdigest()
    data = {
        "event": event,
        "id": id,
        "timestamp": time.time(),
        "recipient": recipient or touch.recipient,
        "message": {"headers": {"message-id": f"{touch.uuid}@ripen.example"}},
        "user-variables": {"touch": touch.uuid.hex},
    } | fields
    body = {"signature": {"timestamp": at, "token": token, "signature": signature}, "event-data": data}
    return client.post("/hooks/mailgun/tracking/", json.dumps(body), content_type="application/json")


PERMANENT = {"severity": "permanent", "reason": "bounce", "delivery-status": {"code": 550, "message": "5.1.1 no user"}}


def test_event_of_the_provider_is_taken_once(client, sent):
    touch = sent()
    assert [mailgun(client, touch, **PERMANENT).status_code for _ in range(2)] == [200, 200]
    event = MailEvent.objects.get()
    assert (event.touch, event.kind, event.provider, event.event_id) == (touch, "hard_bounce", "mailgun", "event-1")
    assert Suppression.objects.get().reason == "bounce"


@pytest.mark.parametrize(
    ("event", "fields", "kind"),
    [
        ("delivered", {}, "delivered"),
        ("failed", {"severity": "temporary", "delivery-status": {"code": 421, "message": "4.4.2 later"}}, "deferred"),
        ("failed", PERMANENT | {"delivery-status": {"code": 552, "message": "5.2.2 mailbox full"}}, "soft_bounce"),
        ("complained", {}, "complaint"),
        ("unsubscribed", {}, "unsubscribed"),
        ("opened", {}, None),
        ("clicked", {"url": "https://x.example"}, None),
    ],
)
def test_events_of_the_provider_are_told_apart_and_opens_and_clicks_are_not_kept(client, sent, event, fields, kind):
    assert mailgun(client, sent(), event, **fields).status_code == 200
    assert list(MailEvent.objects.values_list("kind", flat=True)) == ([kind] if kind else [])


def test_providers_event_for_another_address_changes_nothing(client, sent):
    mailgun(client, sent(), recipient="somebody@else.example", **PERMANENT)
    assert (MailEvent.objects.get().touch, Suppression.objects.exists()) == (None, False)


def test_providers_event_with_a_wrong_signature_is_refused_and_seen(client, sent):
    answer = mailgun(client, sent(), key="another-key", **PERMANENT)
    assert (answer.status_code, nothing_happened(), RefusedPost.objects.get().source) == (403, True, "mailgun")


@pytest.mark.parametrize("body", ["", "{}", "[]", "null", '{"signature": 1}', "\x00"])
def test_providers_nonsense_is_refused(client, body):
    answer = client.post("/hooks/mailgun/tracking/", body, content_type="application/json")
    assert (answer.status_code in (400, 403), nothing_happened()) == (True, True)


def test_provider_that_does_not_sign_needs_name_and_password(client, sent, settings):
    touch = sent()
    event = {
        "RecordType": "SpamComplaint",
        "MessageID": "x",
        "Email": touch.recipient,
        "Metadata": {"touch": touch.uuid.hex},
        "BouncedAt": "2026-03-10T10:00:00Z",
    }

    def postmark(authorization=""):
        headers = {"Authorization": authorization} if authorization else {}
        return client.post("/hooks/postmark/tracking/", json.dumps(event), "application/json", headers=headers)

    assert (postmark().status_code, nothing_happened()) == (403, True)
    with override_settings(ANYMAIL={"WEBHOOK_SECRET": "name:password"}):
        wrong = "Basic " + base64.b64encode(b"name:guess").decode()
        assert [postmark().status_code, postmark(wrong).status_code, nothing_happened()] == [403, 403, True]
        assert postmark("Basic " + base64.b64encode(b"name:password").decode()).status_code == 200
    assert Suppression.objects.get().reason == "complaint"


def test_providers_mail_is_received(client, sent, settings):
    touch = sent()
    raw = answer(touch).message.as_bytes().decode()
    at, token = str(int(time.time())), "t" * 50
    signature = hmac.new(MAILGUN_KEY.encode(), (at + token).encode(), hashlib.sha256).hexdigest()
    fields = {"timestamp": at, "token": token, "signature": signature, "body-mime": raw, "recipient": "ripen@x.example"}
    assert client.post("/hooks/mailgun/inbound_mime/", fields).status_code == 200
    assert (InboundMail.objects.get().lead, InboundMail.objects.get().source) == (touch.enrollment.lead, "mailgun")


@pytest.mark.parametrize("path", ["sendgrid/tracking", "mailgun/nonsense", "nobody/tracking"])
def test_only_the_providers_that_are_set_up_are_listened_to(client, path):
    assert client.post(f"/hooks/{path}/", "{}", content_type="application/json").status_code == 404


def test_provider_may_look_whether_the_address_is_there(client):
    assert client.head("/hooks/mailgun/tracking/").status_code == 200
