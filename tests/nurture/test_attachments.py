import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from crm.people.branding import text_color_on
from crm.people.models import Company
from leads.models import Question
from nurture.mail.links import TouchLinks
from nurture.models import Attachment, Click, Sequence
from nurture.services.attachments import attach, detach
from nurture.services.dispatch import claim_due
from nurture.services.enrollment import enroll
from nurture.services.sequences import new_version, publish_sequence
from tests.factories import NOW, LeadFactory
from tests.nurture.conftest import EMAIL
from tests.nurture.test_clicks import BROWSER, HOST
from tests.nurture.test_mail import html_of, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def offered(make_sequence):
    """offered("a.pdf", b"…"): a claimed touch whose mail offers the file."""

    def make(name, content):
        draft = make_sequence(EMAIL, publish=False)
        attach(step=draft.steps.get(), file=ContentFile(content, name=name))
        publish_sequence(sequence=draft)
        touch = enroll(lead=LeadFactory(), sequence=Sequence.objects.get(), now=NOW).touches.get()
        claim_due(now=NOW)
        touch.refresh_from_db()
        return touch

    return make


def path_to_file(touch):
    return TouchLinks(touch).attachment(Attachment.objects.get()).removeprefix(HOST)


def test_mail_links_to_the_file_in_both_parts(offered):
    touch = offered("Price list.pdf", b"%PDF-1.7")
    message = sent(touch)
    for part in (message.body, html_of(message)):
        assert "Price list.pdf" in part
        assert part.count(path_to_file(touch)) == 1
    assert message.attachments == []


@pytest.mark.parametrize(
    "name", ["a.pdf", "a.svg", "a.html", "a.xhtml", "a.exe", "no ending", 'Ünï "q" <b>.html', "a.html;x=y.pdf"]
)
def test_file_is_only_ever_downloaded(client, offered, name):
    touch = offered(name, b"<svg onload=alert(1)><script>alert(1)</script>")
    response = client.get(path_to_file(touch), headers={"User-Agent": BROWSER})
    assert b"".join(response.streaming_content) == b"<svg onload=alert(1)><script>alert(1)</script>"
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert Click.objects.get().on == "attachment"


def test_address_of_the_file_cannot_be_guessed(client, offered):
    touch = offered("a.pdf", b"x")
    path = path_to_file(touch)
    assert client.get(path[:-2] + ("A" if path[-2] != "A" else "B") + "/").status_code == 404
    stored = Attachment.objects.get().file.name
    assert "a.pdf" not in stored
    assert client.get(f"/{stored}").status_code == 404
    assert client.get(f"/media/{stored}").status_code == 404


def test_file_that_is_gone_is_not_found(client, offered):
    touch = offered("a.pdf", b"x")
    default_storage.delete(Attachment.objects.get().file.name)
    assert client.get(path_to_file(touch)).status_code == 404


def test_new_version_offers_the_same_file(offered, django_capture_on_commit_callbacks):
    offered("a.pdf", b"x")
    draft = new_version(sequence=Sequence.objects.get())
    first, second = Attachment.objects.order_by("pk")
    assert (second.step.sequence, second.file.name, second.name) == (draft, first.file.name, "a.pdf")
    with django_capture_on_commit_callbacks(execute=True):
        detach(attachment=second)
    assert default_storage.exists(first.file.name)


def test_file_that_nobody_offers_any_more_is_deleted(make_sequence, django_capture_on_commit_callbacks):
    step = make_sequence(EMAIL, publish=False).steps.get()
    attachment = attach(step=step, file=ContentFile(b"x", name="a.pdf"))
    with django_capture_on_commit_callbacks(execute=True):
        detach(attachment=attachment)
    assert not default_storage.exists(attachment.file.name)


def test_logo_is_loaded_from_here(client, company, claimed):
    company.logo.save("logo.png", ContentFile(b"\x89PNG"))
    html = html_of(sent(claimed(EMAIL)))
    name = company.logo.name.rpartition("/")[2]
    assert f'src="{HOST}/logo/{name}"' in html
    response = client.get(f"/logo/{name}")
    assert (b"".join(response.streaming_content), response["Content-Type"]) == (b"\x89PNG", "image/png")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert client.get("/logo/../../settings.py").status_code == 404


def test_there_is_no_logo_without_one(client, company, claimed):
    assert "<img" not in html_of(sent(claimed(EMAIL)))
    assert client.get("/logo/x.png").status_code == 404


@pytest.mark.parametrize(("color", "text"), [("#1d5fd1", "#ffffff"), ("#ffe14d", "#000000"), ("#000000", "#ffffff")])
def test_buttons_can_be_read_on_any_color(color, text):
    assert text_color_on(color) == text


def test_buttons_have_the_companys_color(claimed, defaults, company):
    Company.objects.update(color="#ffe14d")
    html = html_of(sent(claimed(EMAIL | {"question": Question.objects.get(key="time_frame")})))
    assert "background:#ffe14d" in html.replace(" ", "")
