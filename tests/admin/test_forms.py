"""The admin page of inquiry forms: steps, preview of what is not saved, codes to copy, numbers, caught submissions."""

import re
from typing import Any

import pytest

from crm.people.models import Role
from leads.models import CaughtSubmission, FormQuestion, FormStep, Inquiry, InquiryForm, Lead
from tests.factories import NOW

LIST = "/admin/leads/inquiryform/"


@pytest.fixture
def manager(admin_as: Any) -> Any:
    return admin_as(Role.MARKETING_MANAGER)


def posted(page: Any) -> dict[str, Any]:
    """What the browser sends back of the page."""
    inlines, data = page.context["inline_admin_formsets"], {}
    for form in [page.context["adminform"].form, *(form for inline in inlines for form in inline.formset)]:
        for field in form:
            value = field.value()
            if value is not False and value is not None:
                data[field.html_name] = "on" if value is True else value
    for inline in inlines:
        data |= {field.html_name: field.value() for field in inline.formset.management_form}
    return data


def previewed(response: Any) -> list[str]:
    return [page["html"] for page in response.context["pages"]]


def test_page_has_codes_numbers_and_consent_versions(manager, defaults):
    InquiryForm.objects.update(allowed_sites="https://www.company.example")
    page = manager.get(f"{LIST}{defaults.pk}/change/").content.decode()
    for code in ("/f/contact-us/embed.js", "/f/contact-us/embed/", "/api/forms/contact-us/", "Submissions"):
        assert code in page
    assert "Nobody agreed to it yet" in page


def test_preview_shows_what_is_typed_and_stores_nothing(manager, defaults):
    data = posted(manager.get(f"{LIST}{defaults.pk}/change/")) | {"title": "Typed, not saved", "submit_label": "Go"}
    (html,) = previewed(manager.post(f"{LIST}{defaults.pk}/preview/", data))
    assert ("Typed, not saved" in html, re.findall(r'type="submit"[^>]*>([^<]+)', html)) == (True, ["Go"])
    defaults.refresh_from_db()
    assert defaults.title == "Tell us what you are looking for"
    assert "Typed" not in manager.get(LIST).content.decode()


def test_preview_of_a_new_form_stores_nothing(manager, defaults):
    data = posted(manager.get(f"{LIST}add/")) | {"name": "New", "slug": "new", "title": "A new form"}
    (html,) = previewed(manager.post(f"{LIST}preview/", data))
    assert "A new form" in html
    assert InquiryForm.objects.count() == 1


def test_preview_of_what_is_wrong_waits(manager, defaults):
    data = posted(manager.get(f"{LIST}{defaults.pk}/change/")) | {"title": ""}
    response = manager.post(f"{LIST}{defaults.pk}/preview/", data)
    assert (response.status_code, previewed(response)) == (200, [])


def test_preview_is_for_those_who_may_change(admin_as, defaults):
    assert admin_as(Role.SALES_MANAGER).post(f"{LIST}{defaults.pk}/preview/", {}).status_code in (302, 403)
    assert admin_as(Role.MARKETING_MANAGER).get(f"{LIST}{defaults.pk}/preview/").status_code == 403


def test_steps_are_added_and_then_chosen(manager, defaults):
    change = f"{LIST}{defaults.pk}/change/"
    data = posted(manager.get(change)) | {
        "steps-TOTAL_FORMS": 2,
        "steps-0-title": "Need",
        "steps-0-position": 0,
        "steps-1-title": "You",
        "steps-1-asks_contact": "on",
        "steps-1-position": 1,
    }
    assert manager.post(change, data).status_code == 302
    need, you = FormStep.objects.all()
    data = posted(manager.get(change)) | {"form_questions-4-step": you.pk, "form_questions-0-step": need.pk}
    assert manager.post(change, data).status_code == 302
    assert FormQuestion.objects.filter(step=you).count() == 1
    other = FormStep.objects.create(form=InquiryForm.objects.create(name="B", slug="b", title="B"), title="Not ours")
    assert manager.post(change, data | {"form_questions-4-step": other.pk}).status_code == 200


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"person_fields": ["company"], "person_required": ["phone"]}, "tick it above"),
        ({"allowed_sites": "https://a.example/path"}, "is not a site"),
        (
            {
                "steps-TOTAL_FORMS": 2,
                **{
                    f"steps-{n}-{name}": value
                    for n in (0, 1)
                    for name, value in (("title", "T"), ("asks_contact", "on"))
                },
            },
            "in one step only",
        ),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(manager, defaults, change, message):
    address = f"{LIST}{defaults.pk}/change/"
    response = manager.post(address, posted(manager.get(address)) | change)
    assert (response.status_code, message in response.content.decode()) == (200, True)


def test_person_who_was_caught_is_taken_in_once(manager, defaults):
    payload = {"email": "pat@company.example", "company": "<b>Co</b>", "answer-need": "new", "consent": True}
    caught = CaughtSubmission.objects.create(form=defaults, why="trap", caught_at=NOW, payload=payload, ip="192.0.2.1")
    listed = manager.get("/admin/leads/caughtsubmission/").content.decode()
    assert "<b>Co</b>" not in listed
    for _ in range(2):
        manager.post("/admin/leads/caughtsubmission/", {"action": "take_in", "_selected_action": [caught.pk]})
    inquiry = Inquiry.objects.get()
    assert (inquiry.lead.company, inquiry.ip, inquiry.consent.version) == ("<b>Co</b>", "192.0.2.1", 1)
    assert CaughtSubmission.objects.get().inquiry == inquiry


def test_caught_submission_that_is_no_inquiry_is_not_taken_in(manager, defaults):
    caught = CaughtSubmission.objects.create(form=defaults, why="trap", caught_at=NOW, payload={"email": "nonsense"})
    answer = manager.post(
        "/admin/leads/caughtsubmission/", {"action": "take_in", "_selected_action": [caught.pk]}, follow=True
    )
    assert "cannot be taken in" in answer.content.decode()
    assert Lead.objects.count() == 0
