"""What is read from a mail, before anybody asks whose it is."""

import time

import pytest

from nurture.inbound.letter import Letter
from nurture.inbound.plain import text_of
from nurture.inbound.severity import is_hard
from nurture.inbound.wishes import is_opt_out
from nurture.inbound.words import own_words
from tests.nurture.letters import answer


@pytest.mark.parametrize(
    "quotation",
    [
        "On Tue, 10 Mar 2026 at 10:00, Ada King <ada@ripen.example> wrote:",
        "On Tue, 10 Mar 2026 at 10:00, Ada King\n<ada@ripen.example> wrote:",
        "Am 10.03.26 um 10:00 schrieb Ada King:",
        "Le mar. 10 mars 2026 à 10:00, Ada King a écrit :",
        "El mar, 10 mar 2026 a las 10:00, Ada King (<ada@ripen.example>) escribió:",
        "Il giorno mar 10 mar 2026 alle ore 10:00 Ada King ha scritto:",
        "Op di 10 mrt 2026 om 10:00 schreef Ada King:",
        "Em ter., 10 de mar. de 2026 às 10:00, Ada King escreveu:",
        "Den tis 10 mars 2026 kl 10:00 skrev Ada King:",
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "________________________________",
        "From: Ada King <ada@ripen.example>",
        "Von: Ada King <ada@ripen.example>",
        "> Hello Pat,",
        "-- ",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
    ],
)
def test_own_words_end_where_the_quotation_begins(quotation):
    assert (
        own_words(f"Yes, call me.\n\nOn Monday at 9.\n{quotation}\nquoted\n> more")
        == "Yes, call me.\n\nOn Monday at 9."
    )


@pytest.mark.parametrize(
    "text",
    ["On Monday I wrote to you.\nSee you.", "From: the heart.", "- one\n- two", "I wrote: yes and more than that"],
)
def test_words_that_look_like_a_quotation_are_kept(text):
    assert own_words(text) == text


def test_hostile_text_is_read_in_no_time():
    started = time.monotonic()
    for text in (
        "On " * 50_000,
        "> " * 50_000,
        "On 1 " + "a " * 50_000,
        "\n".join(["On 1 wrote"] * 20_000),
        "_" * 99_999,
    ):
        own_words(text), is_opt_out(text, text), text_of("<" * 1000 + text)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("text", "subject", "wish"),
    [
        ("Unsubscribe", "Re: Hello", True),
        ("STOP!!", "", True),
        ("please remove me.", "", True),
        ("Bitte abmelden", "", True),
        ("Désabonner svp", "", True),
        ("", "unsubscribe", True),
        ("", "Re: unsubscribe", True),
        ("Don't stop, I like them.", "", False),
        ("We had to stop the project. Unsubscribe is not what I want, call me.", "", False),
        ("Yes", "unsubscribe", False),
        ("", "Re: Hello", False),
        ("", "", False),
    ],
)
def test_only_the_whole_answer_is_a_wish(text, subject, wish):
    assert is_opt_out(text, subject) is wish


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "auto-replied"},
        {"auto_submitted": "auto-generated; type=x"},
        {"x_autoreply": "yes"},
        {"x_autorespond": "Gone"},
        {"precedence": "auto_reply"},
        {"precedence": "bulk"},
        {"subject": "Automatic reply: Hello"},
        {"subject": "Abwesenheitsnotiz: Hello"},
        {"subject": "Automatische Antwort: Hello"},
        {"subject": "Réponse automatique : Hello"},
        {"subject": "Respuesta automática: Hello"},
        {"subject": "Risposta automatica: Hello"},
        {"subject": "Automatisch antwoord: Hello"},
        {"subject": "Autosvar: Hello"},
        {"subject": "自動返信: Hello"},
        {"text": "I am out of the office until Monday."},
        {"text": "Ich bin bis zum 5. nicht im Büro und antworte danach."},
        {"text": "Je suis actuellement en congés."},
    ],
)
def test_automatic_answers_are_told_from_answers(headers):
    assert answer(**headers).automatic


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "no"},
        {"subject": "Re: Hello"},
        {"text": "I'll be at the office on Monday, call me there."},
        {"text": "Please send it to our vacation planning team."},
    ],
)
def test_answers_of_people_are_not_automatic(headers):
    assert not answer(**headers).automatic


@pytest.mark.parametrize(
    ("said", "hard"),
    [
        ("5.1.1 smtp; 550 5.1.1 user unknown", True),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", True),
        ("5.2.1 mailbox disabled", True),
        ("550 no such user here", True),
        ("550 Mailbox unavailable", True),
        ("5.2.2 mailbox full", False),
        ("552 5.2.2 over quota", False),
        ("550 5.7.1 blocked by policy: address rejected", False),
        ("550 spam", False),
        ("4.2.1 try later, no such user", False),
        ("", False),
    ],
)
def test_only_what_says_that_the_address_is_wrong_is_for_good(said, hard):
    assert is_hard(said) is hard


def test_html_is_read_as_text_with_its_quotations():
    html = "<head><title>x</title></head><style>p{}</style><p>Yes,&nbsp;call <b>me</b>.</p><script>alert(1)</script>"
    text = text_of(html + "<blockquote>Hello<br>Pat</blockquote>")
    assert (text, own_words(text)) == ("Yes, call me.\n\n> Hello\n> Pat", "Yes, call me.")


def test_text_part_comes_before_html_and_attachments_are_named():
    text = """Content-Type: multipart/mixed; boundary=b

--b
Content-Type: multipart/alternative; boundary=c

--c
Content-Type: text/plain

plain
--c
Content-Type: text/html

<p>html
--c--
--b
Content-Type: text/plain
Content-Disposition: attachment; filename="a\n b.txt"

file
--b--
"""
    raw = text.replace("\n", "\r\n").encode()
    letter = Letter.from_bytes(raw)
    assert (letter.text, letter.attachments) == ("plain", ["a b.txt"])


def test_names_are_decoded_and_an_address_is_never_made_of_one():
    letter = Letter.from_bytes(
        b"From: =?utf-8?q?Evil_=3Cpat=40x=2Eexample=3E=2C_B?= <b@y.example>\r\nSubject: =?x?q?a?=\r\n\r\n"
    )
    assert (letter.sender, letter.sender_name) == ("b@y.example", "Evil <pat@x.example>, B")
    assert letter.subject == "=?x?q?a?="


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"From: \r\nDate: never\r\nContent-Type: multipart/report; boundary=\r\n\r\n",
        b"From: <<>>,,\r\nReferences: <<<>>>\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\xff\x00",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: "
        b"message/delivery-status\r\n\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n--b--",
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\n--b--",
        b"Date: Mon, 99 Foo 99999 99:99:99 +9999\r\nSubject: \xe4\xf6\r\nFrom: \xe4 <a@b.example>\r\n\r\n",
    ],
)
def test_whatever_comes_is_read(raw):
    letter = Letter.from_bytes(raw)
    values = [
        letter.sender,
        letter.subject,
        letter.text,
        letter.answers,
        letter.recipients,
        letter.written_at,
        letter.automatic,
    ]
    assert len(values) == 7
    assert len(letter.digest) == 64
    assert letter.report is None or letter.report.message_id == ""
