import io

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from crm.people.models import Company
from nurture.models import Attachment, Sequence, SequenceStatus, Step, Variant
from nurture.services.attachments import MAX_FILES, MAX_SIZE
from tests.factories import LeadFactory, UserFactory

BODY = "Hi {{ first_name }}, see [prices](https://ripen.example/p) of **{{ company }}**."


@pytest.fixture
def step(sequence):
    Step.objects.filter(kind="email").update(subject="Hello {{ first_name }}", body=BODY)
    return sequence.steps.get(kind="email")


@pytest.fixture
def lead(db):
    return LeadFactory(first_name="Ada", company="Lovelace & Sons", email="ada@lovelace.example")


@pytest.fixture
def marketing(client, db):
    client.force_login(UserFactory(role="marketing_manager", email="mia@ripen.example"))
    return client


def page_of(sequence, **query):
    return reverse("admin:nurture_sequence_mails", args=[sequence.pk], query=query)


def upload(client, sequence, content=b"%PDF-1.7", name="Price list.pdf"):
    return client.post(page_of(sequence), {"do": "attach", "file": SimpleUploadedFile(name, content)}, follow=True)


def test_mail_is_shown_as_a_lead_gets_it(marketing, step, lead):
    Company(name="Ripen Ltd", postal_address="1 Orchard Road").save()
    page = marketing.get(page_of(step.sequence)).content.decode()
    assert page.count('sandbox=""') == page.count("<iframe") == 2
    assert "Hi Ada, see prices &lt;https://ripen.example/p&gt; of Lovelace &amp; Sons." in page
    assert "Hello Ada" in page
    assert "1 Orchard Road" in page


def test_another_lead_and_another_text_can_be_chosen(marketing, step, lead):
    Variant.objects.create(step=step, key="b", subject="Other", body="Dear {{ first_name }}")
    other = LeadFactory(first_name="Bob", last_name="Vague")
    page = marketing.get(page_of(step.sequence, step=step.pk, variant="b", lead=other.pk)).content.decode()
    assert "Dear Bob" in page
    found = marketing.get(page_of(step.sequence, q="vague")).context["found"]
    assert [one.first_name for one in found] == ["Bob"]


def test_empty_pages_say_what_to_do(marketing, step):
    assert b"There are no leads yet" in marketing.get(page_of(step.sequence)).content
    Step.objects.all().delete()
    assert b"No mails yet" in marketing.get(page_of(step.sequence)).content


def test_text_that_cannot_be_used_is_said_instead_of_shown(marketing, step, lead):
    Step.objects.filter(pk=step.pk).update(body="{{ settings }}")
    page = marketing.get(page_of(step.sequence)).content.decode()
    assert "The text cannot be used" in page
    assert "<iframe" not in page


@pytest.mark.parametrize("query", [{"step": "x"}, {"step": "9" * 30}, {"lead": "0"}, {"lead": "x"}, {"lead": "9" * 30}])
def test_what_is_not_there_is_not_found(marketing, step, lead, query):
    assert marketing.get(page_of(step.sequence, **query)).status_code == 404


def test_test_goes_to_the_manager_and_counts_nothing(marketing, step, lead, client):
    Company(name="Ripen Ltd", postal_address="1 Orchard Road").save()
    response = marketing.post(page_of(step.sequence), {"do": "test"}, follow=True)
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["mia@ripen.example"], "[Test] Hello Ada")
    assert message.body.startswith("Hi Ada, see prices <https://ripen.example/p>")
    assert "A test is on its way to mia@ripen.example." in response.content.decode()
    unsubscribe = message.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
    client.handler.enforce_csrf_checks = True
    assert client.post(unsubscribe, {"List-Unsubscribe": "One-Click"}).status_code == 200
    lead.refresh_from_db()
    assert (lead.email_opt_out, lead.touched_at) == (False, None)


def test_test_that_cannot_be_sent_says_why(marketing, step, lead, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    page = marketing.post(page_of(step.sequence), {"do": "test"}, follow=True).content.decode()
    assert "The mail server did not take it" in page


def test_file_is_offered_and_taken_out_again(marketing, step, lead):
    assert "“Price list.pdf” is offered" in upload(marketing, step.sequence).content.decode()
    attachment = Attachment.objects.get()
    assert (attachment.step, attachment.name, attachment.size) == (step, "Price list.pdf", 8)
    assert "Price list.pdf (8\xa0bytes)" in marketing.get(page_of(step.sequence)).context["example"].letter.text
    marketing.post(page_of(step.sequence), {"do": "detach", "attachment": attachment.pk})
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "a.pdf", "is empty"),
        (b"x" * (MAX_SIZE + 1), "a.pdf", "too large: at most 10 MB"),
        (b"x", "a" * 151 + ".pdf", "name of the file is too long"),
    ],
)
def test_file_that_cannot_be_offered_is_refused(marketing, step, lead, content, name, message):
    page = upload(marketing, step.sequence, content, name).content.decode()
    assert message in page
    assert not Attachment.objects.exists()


def test_no_file_at_all_is_said(marketing, step, lead):
    assert b"Choose a file first." in marketing.post(page_of(step.sequence), {"do": "attach"}, follow=True).content


def test_mail_has_a_handful_of_files(marketing, step, lead):
    for number in range(MAX_FILES):
        upload(marketing, step.sequence, name=f"{number}.pdf")
    assert "at most 5 files" in upload(marketing, step.sequence).content.decode()
    assert Attachment.objects.count() == MAX_FILES


def test_published_mails_files_stay(marketing, step, lead):
    upload(marketing, step.sequence)
    Sequence.objects.update(status=SequenceStatus.PUBLISHED)
    assert "Only a draft can be changed" in upload(marketing, step.sequence).content.decode()
    data = {"do": "detach", "attachment": Attachment.objects.get().pk}
    marketing.post(page_of(step.sequence), data)
    assert Attachment.objects.count() == 1


def test_file_of_another_sequence_cannot_be_taken_out(marketing, step, lead):
    other = Step.objects.create(
        sequence=Sequence.objects.create(key="o", name="O"), position=0, kind="email", subject="s", body="b"
    )
    attachment = Attachment.objects.create(step=other, file="attachments/x.pdf", name="x.pdf", size=1)
    data = {"do": "detach", "attachment": attachment.pk}
    assert marketing.post(page_of(step.sequence), data).status_code == 404
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize("role", ["rep", "sales_manager"])
def test_others_neither_see_nor_send(client, step, lead, role):
    client.force_login(UserFactory(role=role))
    assert client.get(page_of(step.sequence)).status_code in (302, 403)
    assert client.post(page_of(step.sequence), {"do": "test"}).status_code in (302, 403)
    assert mail.outbox == []


def picture(kind="PNG"):
    content = io.BytesIO()
    Image.new("RGB", (320, 80), "#1d5fd1").save(content, kind)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "taken"),
    [
        ("logo.png", picture(), True),
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", False),
        ("logo.png", b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", False),
        ("logo.html", b"<script>alert(1)</script>", False),
        ("logo.bmp", picture("BMP"), False),
    ],
)
def test_logo_is_a_picture_that_holds_no_script(admin_as, name, content, taken):
    Company(name="Ripen Ltd", postal_address="1 Orchard Road").save()
    client = admin_as("administrator")
    inlines = {}
    page = client.get(reverse("admin:people_company_change", args=[1]))
    for formset in page.context["inline_admin_formsets"]:
        inlines |= {f"{formset.formset.prefix}-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    data = {"name": "Ripen Ltd", "postal_address": "1 Orchard Road", "time_zone": "UTC", "country": "US"}
    data |= {"currency": "USD", "color": "#123456", "region": "", "logo": SimpleUploadedFile(name, content)}
    client.post(reverse("admin:people_company_change", args=[1]), data | inlines)
    assert bool(Company.objects.get().logo) == taken


@pytest.mark.parametrize("color", ["red", "#12345", "#12345g", "#123456;x", "url(x)"])
def test_color_is_six_digits(color):
    with pytest.raises(ValidationError, match="Use # and six digits"):
        Company(name="R", color=color).clean_fields()


def test_preview_shows_markup_as_text(marketing, step, lead):
    Step.objects.filter(pk=step.pk).update(subject="<script>alert(1)</script>", body="<script>alert(2)</script>")
    page = marketing.get(page_of(step.sequence)).content.decode()
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(2)&lt;/script&gt;") == 1
