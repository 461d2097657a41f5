"""While a mail server reads a mail the next one is written. It goes out only as its touch and lead are by then."""

import pytest
from aiosmtpd.controller import Controller
from django.core.mail import EmailMessage, get_connection
from django.db import connection

from leads.models import Lead
from nurture.mail.connection import drop_connection
from nurture.mail.meanwhile import working_meanwhile
from nurture.models import SendingLimits, Touch, TouchState
from nurture.services import ahead
from nurture.services.delivery import deliver_all
from nurture.services.dispatch import sweep
from tests.factories import NOW, LeadFactory
from tests.nurture.conftest import EMAIL, WAIT
from tests.nurture.processes import free_port

pytestmark = pytest.mark.django_db(transaction=True)
AHEAD = connection.vendor == "postgresql"  # elsewhere each lead is read anew


class Server:
    def __init__(self):
        self.mails, self.refused = [], ""

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address == self.refused:
            return "550 Nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((envelope.rcpt_tos[0], envelope.content.decode()))
        return "250 OK"


@pytest.fixture
def server(settings):
    server = Server()
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = controller.hostname, controller.port
    yield server
    drop_connection()
    controller.stop()


@pytest.fixture
def leads(make_sequence):
    make_sequence(EMAIL, WAIT)
    return [LeadFactory(first_name=name) for name in ("Ada", "Bob", "Cyd")]


@pytest.fixture
def written(monkeypatch):
    """Leads whose mails were written ahead, and what happens just after that."""
    seen, build = Written(), ahead.build

    def noted(touch, *, now):
        mail = build(touch, now=now)
        seen.append(touch.enrollment.lead.first_name)
        seen.then(touch)
        return mail

    monkeypatch.setattr(ahead, "build", noted)
    return seen


class Written(list):
    def then(self, touch):
        """Nothing."""


def deliver():
    return deliver_all(claims=sweep(now=NOW), clock=lambda: NOW)


def names(server):
    return [text.partition("Subject: Hello ")[2].split()[0] for _, text in server.mails]


def test_each_gets_their_own(server, leads, written):
    assert set(deliver().values()) == {TouchState.SENT}
    assert [address for address, _ in server.mails] == [lead.email for lead in leads]
    assert (names(server), written) == (["Ada", "Bob", "Cyd"], ["Bob", "Cyd"] if AHEAD else [])


@pytest.mark.skipif(not AHEAD, reason="nothing is written ahead")
def test_lead_that_changed_after_it_was_written_gets_it_as_they_are_now(server, leads, written):
    written.then = lambda touch: Lead.objects.filter(pk=leads[1].pk).update(first_name="Bea")
    assert set(deliver().values()) == {TouchState.SENT}
    assert names(server) == ["Ada", "Bea", "Cyd"]


@pytest.mark.skipif(not AHEAD, reason="nothing is written ahead")
def test_who_says_no_after_it_was_written_gets_nothing(server, leads, written):
    written.then = lambda touch: Lead.objects.filter(pk=leads[1].pk).update(email_opt_out=True)
    deliver()
    states = Touch.objects.order_by("enrollment__lead_id").values_list("state", flat=True)
    assert list(states) == [TouchState.SENT, TouchState.CANCELLED, TouchState.SENT]
    assert names(server) == ["Ada", "Cyd"]


def test_where_mails_are_counted_each_is_written_in_its_turn(server, leads, written):
    limits = SendingLimits.current()
    limits.mailbox_hour = 2
    limits.save()
    assert sorted(deliver().values()) == [TouchState.PLANNED, TouchState.SENT, TouchState.SENT]
    assert (names(server), written) == (["Ada", "Bob"], [])


def test_after_one_that_is_refused_the_next_is_written_in_its_turn(server, leads, written):
    server.refused = leads[0].email
    assert list(deliver().values()) == [TouchState.FAILED, TouchState.SENT, TouchState.SENT]
    assert (names(server), written) == (["Bob", "Cyd"], ["Cyd"] if AHEAD else [])


def test_what_cannot_be_written_ahead_hurts_no_other_mail(server, leads, monkeypatch):
    monkeypatch.setattr(ahead, "build", lambda touch, now: 1 / 0)
    assert set(deliver().values()) == {TouchState.SENT}
    assert names(server) == ["Ada", "Bob", "Cyd"]


def test_work_is_done_once_for_each_text_that_was_sent(server):
    backend, done = get_connection(), []
    backend.open()
    mails = [EmailMessage(f"Hello {name}", "x", "a@b.example", ["c@d.example"]) for name in "xyz"]
    with working_meanwhile(backend, lambda: done.append(len(server.mails))):
        backend.send_messages(mails)
    backend.send_messages(mails)
    backend.close()
    assert (len(done), len(server.mails)) == (3, 6)
