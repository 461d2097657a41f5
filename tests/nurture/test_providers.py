"""Mails over a provider's interface: the real back ends of django-anymail, a server of our own that answers."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nurture.mail.connection import drop_connection
from nurture.models import TouchState
from nurture.services.delivery import deliver
from tests.factories import NOW
from tests.nurture.conftest import EMAIL
from tests.nurture.processes import free_port

pytestmark = pytest.mark.django_db
ANSWERS = {
    "postmark": {"ErrorCode": 0, "Message": "OK", "MessageID": "id-1"},
    "resend": {"id": "id-1"},
}


class Provider(BaseHTTPRequestHandler):
    status, answer, requests = 200, {}, []
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.requests.append((dict(self.headers), body, self.client_address))
        answer = self.answer | {"To": body.get("To")} if "To" in body and "MessageID" in self.answer else self.answer
        content = json.dumps(answer).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


@pytest.fixture(params=["postmark", "resend"])
def provider(request, settings, monkeypatch):
    """The handler class, whose ``status`` and ``answer`` a test sets."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(Provider, "answer", ANSWERS[request.param])
    monkeypatch.setattr(Provider, "requests", [])
    name = request.param.upper()
    settings.EMAIL_BACKEND = f"anymail.backends.{request.param}.EmailBackend"
    settings.ANYMAIL = {
        f"{name}_API_URL": f"http://127.0.0.1:{server.server_port}/",
        f"{name}_SERVER_TOKEN": "secret",
        f"{name}_API_KEY": "secret",
        "REQUESTS_TIMEOUT": 2,
    }
    drop_connection()
    yield Provider
    drop_connection()
    server.shutdown()
    server.server_close()


def test_provider_gets_the_mail_with_a_key_and_says_what_it_calls_it(claimed, provider):
    touch = claimed(EMAIL)
    assert deliver(touch_id=touch.pk, token=touch.token, now=NOW) == TouchState.SENT
    touch.refresh_from_db()
    [(headers, body, _)] = provider.requests
    assert (touch.provider_id, touch.message_id) == ("id-1", f"<{touch.uuid}@localhost>")
    assert headers["Idempotency-Key"] == str(touch.uuid)
    assert touch.uuid.hex in json.dumps(body)
    assert "List-Unsubscribe=One-Click" in json.dumps(body)


def test_connection_is_kept_and_each_mail_has_its_own_key(claimed, provider):
    touches = [claimed(EMAIL, key="first"), claimed(EMAIL, key="second")]
    for touch in touches:
        deliver(touch_id=touch.pk, token=touch.token, now=NOW)
    assert [headers["Idempotency-Key"] for headers, _, _ in provider.requests] == [str(touch.uuid) for touch in touches]
    assert len({address for _, _, address in provider.requests}) == 1


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (400, TouchState.FAILED),
        (422, TouchState.FAILED),
        (401, TouchState.PLANNED),
        (403, TouchState.PLANNED),
        (429, TouchState.PLANNED),
        (503, TouchState.PLANNED),
        (408, TouchState.UNKNOWN),
        (500, TouchState.UNKNOWN),
        (502, TouchState.UNKNOWN),
        (504, TouchState.UNKNOWN),
    ],
)
def test_answer_of_the_provider_decides(claimed, provider, monkeypatch, status, state):
    monkeypatch.setattr(provider, "status", status)
    monkeypatch.setattr(provider, "answer", {"message": "no"})
    touch = claimed(EMAIL)
    assert deliver(touch_id=touch.pk, token=touch.token, now=NOW) == state
    touch.refresh_from_db()
    assert str(status) in touch.error


def test_answer_that_cannot_be_read_is_unknown(claimed, provider, monkeypatch):
    monkeypatch.setattr(provider, "answer", "what?")
    touch = claimed(EMAIL)
    assert deliver(touch_id=touch.pk, token=touch.token, now=NOW) == TouchState.UNKNOWN


def test_provider_that_cannot_be_reached_is_tried_again(claimed, provider, settings):
    name = "POSTMARK" if "postmark" in settings.EMAIL_BACKEND else "RESEND"
    settings.ANYMAIL = settings.ANYMAIL | {f"{name}_API_URL": f"http://127.0.0.1:{free_port()}/"}
    touch = claimed(EMAIL)
    assert deliver(touch_id=touch.pk, token=touch.token, now=NOW) == TouchState.PLANNED


def test_missing_key_is_nobodys_failure_but_ours(claimed, provider, settings):
    settings.ANYMAIL = {"REQUESTS_TIMEOUT": 2}
    touch = claimed(EMAIL)
    assert deliver(touch_id=touch.pk, token=touch.token, now=NOW) == TouchState.PLANNED
