import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from crm.outbox.models import StoredEmail
from tests.factories import UserFactory

HTML = '<p>Hello <script>alert(1)</script><a href="https://shop.example/">Shop</a></p>'


def store(subject: str = "Offer", *, marketing: bool = True, **fields) -> StoredEmail:
    headers = {"List-Unsubscribe": "<https://example.com/u/1/>"} if marketing else {}
    number = StoredEmail.objects.count()
    return StoredEmail.objects.create(
        message_id=f"<{number}@ripen.example>",
        sender="ripen@ripen.example",
        recipients="pat@company.example",
        subject=subject,
        text="Look: https://shop.example/offer",
        html=HTML,
        headers=headers,
        sent_at=timezone.now(),
        **fields,
    )


@pytest.mark.parametrize(
    ("trait", "subjects"),
    [
        ({"administrator": True}, ["Reset your password", "Offer"]),
        ({"marketing_manager": True}, ["Offer"]),
        ({"sales_manager": True}, ["Offer"]),
    ],
)
def test_password_mail_is_for_administrators_alone(client, db, trait, subjects):
    mails = [store(), store("Reset your password", marketing=False)]
    client.force_login(UserFactory(**trait))
    assert [row.record.subject for row in client.get("/outbox/").context["table"].rows] == subjects
    statuses = [client.get(f"/outbox/{mail.pk}/{part}").status_code for mail in mails for part in ("", "body/")]
    assert statuses == [200, 200] + ([200, 200] if "administrator" in trait else [404, 404])


def test_rep_has_no_outbox(client, db):
    mail = store()
    client.force_login(UserFactory())
    paths = ["/outbox/", f"/outbox/{mail.pk}/", f"/outbox/{mail.pk}/body/"]
    assert [client.get(path).status_code for path in paths] == [404, 404, 404]


def test_mail_body_runs_nothing(client, db):
    client.force_login(UserFactory(administrator=True))
    response = client.get(f"/outbox/{store().pk}/body/")
    policy = response.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'none'", "form-action 'none'", "frame-ancestors 'self'"} <= set(policy)
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_mail_page_shows_text_and_a_frame_without_rights(client, db):
    client.force_login(UserFactory(administrator=True))
    mail = store("<b>Offer</b>")
    html = client.get(f"/outbox/{mail.pk}/").content.decode()
    assert "&lt;b&gt;Offer&lt;/b&gt;" in html
    assert "alert(1)" not in html
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in html
    assert '<a href="https://shop.example/offer"' in html


def test_sent_mail_can_be_read(client, db, settings):
    settings.EMAIL_BACKEND = "crm.outbox.backends.StoredEmailBackend"
    message = EmailMultiAlternatives("Offer", "Plain", "ripen@ripen.example", ["pat@company.example"])
    message.attach_alternative("<p>Rich</p>", "text/html")
    assert message.send() == 1
    client.force_login(UserFactory(administrator=True))
    mail = StoredEmail.objects.get()
    assert client.get(f"/outbox/{mail.pk}/body/").content.decode() == '<base target="_blank"><p>Rich</p>'


@pytest.mark.parametrize("count", [1, 60])
def test_outbox_query_count(client, db, count, django_assert_max_num_queries):
    for _ in range(count):
        store()
    client.force_login(UserFactory(administrator=True))
    with django_assert_max_num_queries(5):
        assert client.get("/outbox/").status_code == 200


def test_empty_outbox_says_what_will_be_there(client, db):
    client.force_login(UserFactory(administrator=True))
    assert "No mail yet." in client.get("/outbox/").content.decode()
