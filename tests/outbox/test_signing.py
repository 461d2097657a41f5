import subprocess

import dkim
import pytest
from aiosmtpd.controller import Controller
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from crm.outbox import signing
from tests.nurture.processes import free_port

HEADERS = {
    "Message-ID": "<1@ripen.example>",
    "List-Unsubscribe": "<https://ripen.example/u/" + "x" * 90 + "/>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "References": " ".join(f"<{number}@ripen.example>" for number in range(10)),
}


@pytest.fixture(scope="module")
def key_pair(tmp_path_factory):
    """A file with a private key, and its public half as the DNS has it."""
    file = tmp_path_factory.mktemp("dkim") / "key.pem"
    subprocess.run(["openssl", "genrsa", "-out", file, "2048"], check=True, capture_output=True)
    public = subprocess.run(["openssl", "rsa", "-in", file, "-pubout"], check=True, capture_output=True, text=True)
    return file, b"v=DKIM1; k=rsa; p=" + "".join(public.stdout.splitlines()[1:-1]).encode()


class Received:
    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(envelope.content)
        return "250 OK"


@pytest.fixture
def server(settings, key_pair):
    """Takes mails as bytes, from the signing back end."""
    received = Received()
    controller = Controller(received, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "crm.outbox.signing.SigningEmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = controller.hostname, controller.port
    settings.DKIM_DOMAIN, settings.DKIM_SELECTOR = "ripen.example", "s1"
    settings.DKIM_PRIVATE_KEY, settings.DKIM_PRIVATE_KEY_FILE = "", str(key_pair[0])
    yield received
    controller.stop()


def sent(server, **fields):
    message = EmailMultiAlternatives(
        **(
            {
                "subject": "Grüße an alle, " + "und noch ein langer Betreff " * 4,
                "body": "Hallo,\n\n.ein Punkt am Anfang\nFrom here on\n  \n" + "ä" * 300,
                "from_email": "Ripen <hello@ripen.example>",
                "to": ["ada@lovelace.example"],
                "headers": HEADERS,
            }
            | fields
        )
    )
    message.attach_alternative("<p>Grüße</p>" + "<i>x</i>" * 200, "text/html")
    get_connection().send_messages([message])
    return server.mails[-1]


def verifies(mail, key_pair):
    asked = []

    def dns(name, timeout=5):
        asked.append(name)
        return key_pair[1]

    good = dkim.verify(mail, dnsfunc=dns)
    assert asked == [b"s1._domainkey.ripen.example."]
    return good


def test_signature_is_good_at_the_server(server, key_pair):
    assert verifies(sent(server), key_pair)


@pytest.mark.parametrize("name", ["From", "Subject", "List-Unsubscribe", "List-Unsubscribe-Post", "Message-ID", "Date"])
def test_change_on_the_way_is_noticed(server, key_pair, name):
    mail = sent(server)
    assert mail.count(f"\r\n{name}: ".encode()) == 1
    assert not verifies(mail.replace(f"\r\n{name}: ".encode(), f"\r\n{name}: x".encode()), key_pair)


def test_second_sender_put_in_on_the_way_is_noticed(server, key_pair):
    assert not verifies(b"From: Somebody <x@evil.example>\r\n" + sent(server), key_pair)


def test_changed_body_is_noticed(server, key_pair):
    assert not verifies(sent(server).replace(b"=C3=BC", b"u"), key_pair)


def test_key_may_come_from_the_environment_on_one_line(server, key_pair, settings):
    settings.DKIM_PRIVATE_KEY_FILE = ""
    settings.DKIM_PRIVATE_KEY = key_pair[0].read_text().replace("\n", "\\n")
    assert verifies(sent(server), key_pair)


@pytest.mark.parametrize(
    "key", ["", "no key at all", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"]
)
def test_key_that_cannot_sign_is_found_at_the_start(settings, key):
    settings.DKIM_DOMAIN, settings.DKIM_PRIVATE_KEY, settings.DKIM_PRIVATE_KEY_FILE = "ripen.example", key, ""
    with pytest.raises(SystemCheckError, match=r"outbox\.E001.*cannot be signed for ripen\.example"):
        call_command("check", "outbox")


def test_file_that_is_not_there_is_found_at_the_start(settings):
    settings.DKIM_DOMAIN, settings.DKIM_PRIVATE_KEY_FILE = "ripen.example", "/nowhere/key.pem"
    with pytest.raises(SystemCheckError, match=r"outbox\.E001"):
        call_command("check", "outbox")


def test_without_a_domain_nothing_is_checked(settings):
    settings.DKIM_DOMAIN = ""
    call_command("check", "outbox")
    assert "List-Unsubscribe" in signing.SIGNED
