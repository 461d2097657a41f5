"""What marketing does in the admin about mail that comes back."""

import pytest
from django.urls import reverse

from nurture.models import InboundMail, Mailbox, Suppression
from nurture.services.suppression_list import ListRefused, suppress_list
from tests.factories import NOW, LeadFactory, UserFactory

pytestmark = pytest.mark.django_db
PRESSED = {"_form_submitted": "on"}  # a dialog's button
FIELDS = {"name": "Sales", "host": "imap.x.example", "port": 993, "security": "tls", "user": "sales", "folder": "INBOX"}


@pytest.fixture
def marketing(admin_as):
    return admin_as("marketing_manager")


def url(name, *args):
    return reverse(f"admin:nurture_{name}", args=args)


def test_password_is_written_and_never_read(marketing):
    marketing.post(url("mailbox_add"), FIELDS | {"password": " s3cret päss ", "active": "on"})
    mailbox = Mailbox.objects.get()
    assert (mailbox.password, "s3cret" in mailbox.sealed_password) == (" s3cret päss ", False)
    page = marketing.get(url("mailbox_change", mailbox.pk)).content.decode()
    assert ["s3cret" in page, mailbox.sealed_password in page] == [False, False]
    marketing.post(url("mailbox_change", mailbox.pk), FIELDS | {"password": "", "folder": "Replies"})
    mailbox.refresh_from_db()
    assert (mailbox.password, mailbox.folder, mailbox.active) == (" s3cret päss ", "Replies", False)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"password": ""}, "password"),
        ({"user": "a\nb"}, "user"),
        ({"folder": "x\r\ny"}, "folder"),
        ({"port": 0}, "port"),
    ],
)
def test_what_is_wrong_with_a_mailbox_is_said_at_its_field(marketing, wrong, field):
    answer = marketing.post(url("mailbox_add"), FIELDS | {"password": "x"} | wrong)
    assert (answer.status_code, list(answer.context["adminform"].form.errors)) == (200, [field])
    assert not Mailbox.objects.exists()


def test_another_folder_is_read_from_its_own_beginning(marketing):
    marketing.post(url("mailbox_add"), FIELDS | {"password": "x"})
    Mailbox.objects.update(uid_validity=1, last_uid=7)
    marketing.post(url("mailbox_change", Mailbox.objects.get().pk), FIELDS | {"name": "Renamed"})
    assert Mailbox.objects.get().last_uid == 7
    marketing.post(url("mailbox_change", Mailbox.objects.get().pk), FIELDS | {"folder": "Other"})
    assert Mailbox.objects.get().last_uid is None


def test_reading_now_says_what_is_wrong(marketing):
    marketing.post(url("mailbox_add"), FIELDS | {"password": "x", "host": "127.0.0.1", "port": 1, "active": "on"})
    mailbox = Mailbox.objects.get()
    marketing.post(url("mailbox_read_now", mailbox.pk), PRESSED)
    page = marketing.get(url("mailbox_changelist")).content.decode()
    assert "127.0.0.1:1 cannot be reached" in page


def test_mail_of_nobody_is_given_to_a_lead_and_its_html_is_text(marketing):
    text = "<script>alert(1)</script>"
    mail = InboundMail.objects.create(digest="1", source="x", subject="Hi", text=text, received_at=NOW)
    assert text not in marketing.get(url("inboundmail_change", mail.pk)).content.decode()
    lead = LeadFactory(email="pat@x.example")
    marketing.post(url("inboundmail_attach", mail.pk), PRESSED | {"lead": "nobody@x.example"})
    mail.refresh_from_db()
    assert mail.kind == "unmatched"
    marketing.post(url("inboundmail_attach", mail.pk), PRESSED | {"lead": "PAT@x.example"})
    mail.refresh_from_db()
    assert (mail.kind, mail.lead) == ("reply", lead)


def test_rep_cannot_give_mail_away(client):
    mail = InboundMail.objects.create(digest="1", source="x", received_at=NOW)
    client.force_login(UserFactory())
    assert client.post(url("inboundmail_attach", mail.pk), PRESSED | {"lead": LeadFactory().email}).status_code in (
        302,
        403,
    )
    mail.refresh_from_db()
    assert mail.kind == "unmatched"


def test_list_is_imported_once_and_keeps_earlier_reasons():
    by = UserFactory(marketing_manager=True)
    Suppression.objects.create(kind="email", key="old@x.example", reason="complaint", created_at=NOW)
    lead = LeadFactory(email="pat@x.example")
    text = 'pat@x.example\n"Old@X.example";complained\n\n+1 415 555 0132\npat@x.example'
    assert suppress_list(text=text, note="Old system", by=by, now=NOW) == (2, 1)
    rows = sorted(Suppression.objects.values_list("key", "reason", "note", "by"))
    assert rows == sorted(
        [
            ("old@x.example", "complaint", "", None),
            ("pat@x.example", "manual", "Old system", by.pk),
            ("+14155550132", "manual", "Old system", by.pk),
        ]
    )
    lead.refresh_from_db()
    assert lead.email_opt_out


def test_list_with_a_wrong_line_is_refused_as_a_whole():
    with pytest.raises(ListRefused, match=r"line 2 \(“nonsense@”\)"):
        suppress_list(text="pat@x.example\nnonsense@", note="", by=UserFactory(), now=NOW)
    assert not Suppression.objects.exists()


def test_list_is_pasted_into_the_dialog(marketing):
    marketing.post(url("suppression_bring_list"), PRESSED | {"text": "pat@x.example", "note": "Old system"})
    assert list(Suppression.objects.values_list("key", "note")) == [("pat@x.example", "Old system")]
