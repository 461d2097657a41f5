import pytest
from django.urls import reverse

from crm.people.models import Company
from nurture.models import Sequence, SequenceStatus, Step

SEQUENCE = {
    "name": "Welcome",
    "key": "welcome",
    "priority": "0",
    "enroll_within_days": "90",
    "sender": "",
    "window_start": "09:00",
    "window_end": "17:00",
    "weekdays": ["0", "1", "2", "3", "4"],
}
EMAIL = {
    "kind": "email",
    "subject": "Hello",
    "body": "Hello {{ first_name }}",
    "wait_days": "0",
    "max_attempts": "3",
    "position": "1",
    "script": "",
    "question": "",
}


def form_data(*steps, **sequence):
    rows = {f"steps-{i}-{name}": value for i, step in enumerate(steps) for name, value in step.items()}
    management = {"steps-TOTAL_FORMS": str(len(steps)), "steps-INITIAL_FORMS": "0"}
    management |= {"conditions-TOTAL_FORMS": "0", "conditions-INITIAL_FORMS": "0"}
    return SEQUENCE | sequence | management | rows


@pytest.fixture
def marketing(admin_as):
    return admin_as("marketing_manager")


def test_sequence_is_written_with_its_steps_in_order(marketing):
    wait = EMAIL | {"kind": "wait", "subject": "", "body": "", "wait_days": "3", "position": "2"}
    call = EMAIL | {"kind": "call", "subject": "", "body": "", "script": "Ask {{ first_name }}.", "position": "3"}
    response = marketing.post(reverse("admin:nurture_sequence_add"), form_data(EMAIL, wait, call))
    assert response.status_code == 302
    sequence = Sequence.objects.get()
    assert [str(step) for step in sequence.steps.all()] == ["Hello", "Wait 3 days", "Call"]
    assert (sequence.status, sequence.version, sequence.weekdays) == (SequenceStatus.DRAFT, 1, [0, 1, 2, 3, 4])


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("body", "Hello {{ password }}"),
        ("body", "{{ first_name.__class__ }}"),
        ("body", "{% load static %}"),
        ("body", "{% for x in company %}{{ x }}{% endfor %}"),
        ("subject", "Hi {{ settings.SECRET_KEY }}"),
        ("script", "Call {{ owner }}"),
    ],
)
def test_unknown_merge_tag_is_refused_at_its_field(marketing, field, text):
    step = EMAIL | {field: text} | ({"kind": "call"} if field == "script" else {})
    response = marketing.post(reverse("admin:nurture_sequence_add"), form_data(step))
    assert response.status_code == 200
    [_, formset] = response.context["inline_admin_formsets"]
    assert list(formset.formset.errors[0]) == [field]
    assert not Sequence.objects.exists()


@pytest.mark.parametrize(
    ("step", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"body": ""}, "body"),
        ({"kind": "wait", "wait_days": "0"}, "wait_days"),
        ({"kind": "dance"}, "kind"),
        ({"max_attempts": "0", "kind": "call"}, "__all__"),
    ],
)
def test_step_that_cannot_run_is_refused(marketing, step, field):
    response = marketing.post(reverse("admin:nurture_sequence_add"), form_data(EMAIL | step))
    [_, formset] = response.context["inline_admin_formsets"]
    assert list(formset.formset.errors[0]) == [field]
    assert not Step.objects.exists()


@pytest.mark.parametrize("status", [SequenceStatus.PUBLISHED, SequenceStatus.PAUSED, SequenceStatus.RETIRED])
def test_published_sequence_is_read_only(marketing, sequence, status):
    Sequence.objects.update(status=status)
    url = reverse("admin:nurture_sequence_change", args=[sequence.pk])
    assert b'name="_save"' not in marketing.get(url).content
    assert marketing.post(url, form_data(EMAIL, name="Other")).status_code == 403
    assert (
        marketing.post(reverse("admin:nurture_sequence_delete", args=[sequence.pk]), {"post": "yes"}).status_code == 403
    )
    assert Sequence.objects.get().name == "Welcome"


def act(client, sequence, action):
    return client.post(reverse(f"admin:nurture_sequence_{action}", args=[sequence.pk]), {"_form_submitted": "on"})


def test_publishing_without_a_postal_address_says_so(marketing, sequence):
    Step.objects.filter(kind="email").update(body="Hello {{ first_name }}")
    act(marketing, sequence, "publish")
    sequence.refresh_from_db()
    assert sequence.status == SequenceStatus.DRAFT
    html = marketing.get(reverse("admin:nurture_sequence_change", args=[sequence.pk])).content.decode()
    assert "The company has no postal address, which every mail must have" in html


def test_sequence_is_published_paused_resumed_and_copied(marketing, sequence):
    Company(postal_address="1 Orchard Road").save()
    Step.objects.filter(kind="email").update(body="Hello {{ first_name }}")
    for action, status in [("publish", "published"), ("pause", "paused"), ("resume", "published")]:
        act(marketing, sequence, action)
        sequence.refresh_from_db()
        assert sequence.status == status
    response = act(marketing, sequence, "copy")
    draft = Sequence.objects.get(status=SequenceStatus.DRAFT)
    assert response["HX-Redirect"] == reverse("admin:nurture_sequence_change", args=[draft.pk])
    assert (draft.version, draft.steps.count()) == (2, 3)


def test_publishing_says_what_is_wrong(marketing, sequence):
    act(marketing, sequence, "publish")
    sequence.refresh_from_db()
    assert sequence.status == SequenceStatus.DRAFT
    html = marketing.get(reverse("admin:nurture_sequence_change", args=[sequence.pk])).content.decode()
    assert "There is no merge tag “lead.first_name”" in html


@pytest.mark.parametrize("action", ["pause", "resume"])
def test_action_that_does_not_fit_the_status_is_refused(marketing, sequence, action):
    assert act(marketing, sequence, action).status_code == 403


def test_sender_that_is_none_is_refused_at_its_field(marketing):
    response = marketing.post(reverse("admin:nurture_sequence_add"), form_data(EMAIL, sender="Ada"))
    assert response.context["adminform"].form.errors["sender"] == [
        "“Ada” is not a sender. Example: Ada King <ada@example.com>."
    ]
