"""Mailboxes are read from a real IMAP server, over TLS."""

import os
import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.utils import timezone

from crm.people.models import Notice
from crm.web.sealing import SealBroken
from nurture.inbound import polling
from nurture.inbound.polling import poll, poll_all
from nurture.models import InboundMail, Mailbox
from nurture.services.mailboxes import save_mailbox
from scripts.common import ROOT
from tests.conftest import IN_CI
from tests.factories import UserFactory
from tests.nurture import imap_server as imap
from tests.nurture.letters import answer
from tests.nurture.processes import database_url

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="session")
def running():
    """In a folder of its own: pytest keeps its folders from other users, and the server's processes are some."""
    if not imap.PROGRAM:
        (pytest.fail if IN_CI else pytest.skip)(imap.MISSING)
    with TemporaryDirectory(prefix="ripen-imap-") as folder, imap.imap_server(Path(folder)) as server:
        yield server


@pytest.fixture
def server(running, monkeypatch):
    """Empty, and trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(running.authority))
    with running._box() as box:
        box.delete(box.uids())
    return running


@pytest.fixture
def mailbox(server):
    return make(server)


def make(server, **fields):
    known = {"name": "Sales", "host": "localhost", "port": server.tls, "user": imap.USER}
    return save_mailbox(mailbox=Mailbox(**known | fields), password=imap.PASSWORD, changed=[])


def letter(number):
    return answer(text=f"Mail {number}").message.as_bytes()


def look(mailbox, *, now=None):
    taken = poll(mailbox=mailbox, now=now or timezone.now())
    mailbox.refresh_from_db()
    return taken, mailbox.error


def texts():
    return sorted(InboundMail.objects.values_list("text", flat=True))


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_what_is_new_is_taken_in_once_and_left_as_it_was(server, security):
    mailbox = make(server, security=security, port=server.tls if security == "tls" else server.plain)
    server.deliver(letter(1), letter(2))
    assert [look(mailbox), look(mailbox)] == [(2, ""), (0, "")]
    server.deliver(letter(3))
    assert look(mailbox) == (1, "")
    assert (texts(), server.seen()) == (["Mail 1", "Mail 2", "Mail 3"], [False] * 3)
    assert (mailbox.failing_since, mailbox.lease_until, mailbox.checked_at is None) == (None, None, False)


def test_empty_mailbox_is_read_from_its_end(server, mailbox):
    assert look(mailbox) == (0, "")
    server.deliver(letter(1))
    assert look(mailbox) == (1, "")


def test_mailbox_that_was_numbered_anew_is_read_again_and_nothing_counts_twice(server, mailbox):
    server.deliver(letter(1), letter(2))
    look(mailbox)
    before = mailbox.uid_validity
    server.number_anew()
    server.deliver(letter(3))
    assert (look(mailbox)[1], texts()) == ("", ["Mail 1", "Mail 2", "Mail 3"])
    assert mailbox.uid_validity != before


@pytest.mark.parametrize(
    ("fields", "password", "said"),
    [
        ({}, "wrong", "refuses the user name or the password"),
        ({"user": "nobody"}, imap.PASSWORD, "refuses the user name or the password"),
        ({"folder": "Nowhere"}, imap.PASSWORD, "There is no folder “Nowhere”. There are: INBOX."),
        ({"port": 1}, imap.PASSWORD, "localhost:1 cannot be reached: Connection refused."),
        ({"host": "127.0.0.1"}, imap.PASSWORD, "127.0.0.1 cannot be trusted"),
        ({"host": "no-such-host.invalid"}, imap.PASSWORD, "no-such-host.invalid:"),
        ({"security": "starttls"}, imap.PASSWORD, "localhost"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(server, fields, password, said, monkeypatch):
    if "security" in fields:  # a server of TLS says nothing to those who begin without
        monkeypatch.setattr("nurture.inbound.imap.TIMEOUT", 2)
    server.deliver(letter(1))
    mailbox = make(server)
    for name, value in fields.items():
        setattr(mailbox, name, value)
    save_mailbox(mailbox=mailbox, password=password, changed=list(fields))
    taken, error = look(mailbox)
    assert (taken, said in error, mailbox.failing_since is None) == (0, True, False), error
    monkeypatch.undo()
    monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
    right = {"port": server.tls, "user": imap.USER, "host": "localhost", "folder": "INBOX", "security": "tls"}
    for name, value in right.items():
        setattr(mailbox, name, value)
    save_mailbox(mailbox=mailbox, password=imap.PASSWORD, changed=[])
    assert (look(mailbox), texts()) == ((1, ""), ["Mail 1"])


def test_server_whose_certificate_nobody_vouches_for_gets_no_password(server, mailbox, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "cannot be trusted" in look(mailbox)[1]


def test_marketing_is_told_once_of_a_mailbox_that_stays_broken(server, mailbox):
    marketing = UserFactory(marketing_manager=True)
    save_mailbox(mailbox=mailbox, password="wrong", changed=[])
    began = timezone.now()
    for minutes in (0, 5, 11, 20):
        look(mailbox, now=began + timedelta(minutes=minutes))
    notice = Notice.objects.get(user=marketing)
    assert (notice.title, notice.url) == (
        "The mailbox “Sales” cannot be read",
        f"/admin/nurture/mailbox/{mailbox.pk}/change/",
    )


def test_mailbox_is_read_by_one_worker_at_a_time(server, mailbox):
    server.deliver(letter(1))
    now = timezone.now()
    Mailbox.objects.update(token="0b8bbd3a-3d52-4a29-9a7e-7f4a1de2b111", lease_until=now + timedelta(minutes=1))
    assert [poll(mailbox=mailbox, now=now), poll_all(now=now + timedelta(minutes=2))] == [0, 1]


def test_worker_that_lost_its_lease_can_do_nothing_any_more(server, mailbox, monkeypatch):
    server.deliver(letter(1), letter(2))
    taking = polling._take

    def stolen(mailbox, uid, mail, now):
        Mailbox.objects.update(token="0b8bbd3a-3d52-4a29-9a7e-7f4a1de2b111")
        return taking(mailbox, uid, mail, now)

    monkeypatch.setattr(polling, "_take", stolen)
    assert (poll(mailbox=mailbox, now=timezone.now()), texts()) == (0, [])


def test_mail_that_cannot_be_taken_in_does_not_hold_up_the_others(server, mailbox, monkeypatch):
    server.deliver(letter(1), letter(2))
    receiving = polling.receive

    def receive(letter, **fields):
        if "Mail 1" in letter.text:
            raise ValueError("no \x00 way")
        return receiving(letter, **fields)

    monkeypatch.setattr(polling, "receive", receive)
    assert look(mailbox) == (2, "")
    broken = InboundMail.objects.get(kind="unreadable")
    assert (texts(), broken.error) == (["", "Mail 2"], "ValueError: no  way")


def test_of_a_huge_mail_only_the_headers_are_read(server, mailbox, monkeypatch):
    monkeypatch.setattr("nurture.inbound.imap.MAX_SIZE", 1_000)
    server.deliver(answer(text="x" * 2_000, Subject="Big").message.as_bytes())
    assert (look(mailbox), InboundMail.objects.get().subject, texts()) == ((1, ""), "Big", [""])


def test_password_is_not_in_the_database_and_needs_the_key(server, mailbox, settings):
    assert imap.PASSWORD not in mailbox.sealed_password
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [settings.SECRET_KEY]
    assert mailbox.password == imap.PASSWORD
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(SealBroken):
        _ = mailbox.password
    assert "type it in again" in look(mailbox)[1]


@pytest.mark.services
def test_worker_that_is_killed_again_and_again_loses_and_doubles_nothing(server, mailbox):
    count = 24
    server.deliver(*(letter(number) for number in range(count)))
    environment = {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "crm.config.settings"}
    environment = os.environ | environment | {"PYTHONWARNINGS": "ignore"}
    chance, kills = random.Random(4), 0
    for _ in range(20):
        Mailbox.objects.update(lease_until=None)
        target = min(InboundMail.objects.count() + chance.randint(1, 6), count)
        process = subprocess.Popen([sys.executable, "manage.py", "poll_mailboxes"], cwd=ROOT, env=environment)
        while process.poll() is None and InboundMail.objects.count() < target:
            time.sleep(0.002)
        kills += process.poll() is None
        process.kill()
        process.wait()
        if InboundMail.objects.count() == count:
            break
    assert kills >= 3
    assert (InboundMail.objects.count(), len(set(texts()))) == (count, count)
