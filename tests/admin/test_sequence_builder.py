"""The builder of sequences: steps of every kind, their order, conditions, variants, what is still wrong."""

import pytest
from django.urls import reverse

from crm.people.models import Company
from leads.models import Question
from nurture.models import Sequence, SequenceStatus, Step, StepKind, Variant
from nurture.services.enrollment import enroll_waiting
from nurture.services.sequences import new_version, publish_sequence
from tests.admin.test_sequences import EMAIL, SEQUENCE, act, form_data
from tests.factories import NOW, LeadFactory

NOTHING = {"conditions-TOTAL_FORMS": "0", "conditions-INITIAL_FORMS": "0"}
TWICE = "Another step has this name."


@pytest.fixture
def postal_address(db):
    company = Company.current()
    company.postal_address = "1 Orchard Road\n12345 Ripeton"
    company.save()


@pytest.fixture
def marketing(admin_as, postal_address):
    return admin_as("marketing_manager")


def step(kind, **fields):
    return {"kind": kind, "position": "", "max_attempts": "3", **fields}


def add(client, *steps, **fields):
    return client.post(reverse("admin:nurture_sequence_add"), form_data(*steps) | fields)


def errors_of(response):
    return [form.errors for formset in response.context["inline_admin_formsets"] for form in formset.formset.forms]


def test_every_kind_of_step_is_written(marketing):
    question = Question.objects.create(key="budget", text="Budget?", kind="money", dimension="budget")
    steps = [
        EMAIL | {"name": "ask"},
        step("wait", wait_for="business_days", wait_days="2"),
        step("wait", wait_for="weekday", wait_weekday="1", wait_time="09:00"),
        step("wait", wait_for="time", wait_time="08:30"),
        step("branch", looks_at=f"question:{question.pk}", operator="at_least", typed="5000", goes_to="call"),
        step("branch", looks_at="field:clicked", operator="in", typed="yes", goes_to="call"),
        step("go_to", goes_to="ask"),
        step("end"),
        step("call", name="call", script="Ask {{ first_name }}."),
    ]
    assert add(marketing, *steps).status_code == 302
    sequence = Sequence.objects.get()
    assert [str(one) for one in sequence.steps.all()] == [
        "Hello", "Wait 2 business days", "Wait until Tuesday, 09:00", "Wait until 08:30", "Branch", "Branch",
        "Go to ask", "End", "Call",
    ]  # fmt: skip
    branches = sequence.steps.filter(kind="branch").values_list("field", "question", "operator", "value")
    assert list(branches) == [("", question.pk, "at_least", ["5000"]), ("clicked", None, "in", ["yes"])]
    assert publish_sequence(sequence=sequence).status == SequenceStatus.PUBLISHED


def test_what_another_kind_left_behind_is_dropped(marketing):
    left = EMAIL | {"kind": "call", "subject": "Hi {{ nonsense }}", "body": "x", "wait_weekday": "77", "script": "Hi"}
    assert add(marketing, left, EMAIL).status_code == 302
    call = Step.objects.get(kind="call")
    assert (call.subject, call.body, call.wait_weekday, call.script) == ("", "", None, "Hi")


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        (step("wait", wait_for="weekday"), "wait_weekday", "A step of the kind “Wait” needs this."),
        (step("wait", wait_for="time"), "wait_time", "A step of the kind “Wait” needs this."),
        (step("wait", wait_for="business_days", wait_days="0"), "wait_days", "A step of the kind “Wait” needs this."),
        (step("wait", wait_for="time", wait_time="25:61"), "wait_time", "Enter a valid time."),
        (step("go_to"), "goes_to", "A step of the kind “Go to” needs this."),
        (step("branch", goes_to="x", operator="in"), "looks_at", "A step of the kind “Branch” needs this."),
        (
            step("branch", goes_to="x", looks_at="field:clicked", operator="in", typed="maybe"), "typed",
            "There is no “maybe”. Known: yes, no.",
        ),
        (
            step("branch", goes_to="x", looks_at="field:score", operator="at_least", typed="much"), "typed",
            "Enter a number. Example: 50.",
        ),
        (
            step("branch", goes_to="x", looks_at="question:999", operator="in", typed="a"), "looks_at",
            "Select a valid choice. question:999 is not one of the available choices.",
        ),
    ],
)  # fmt: skip
def test_step_that_cannot_be_is_refused_at_its_field(marketing, fields, field, message):
    response = add(marketing, fields)
    assert [list(errors[field]) for errors in errors_of(response) if errors] == [[message]]
    assert not Sequence.objects.exists()


@pytest.fixture
def draft(postal_address):
    """Three mails: a, b, c."""
    sequence = Sequence.objects.create(key="welcome", name="Welcome")
    for position, subject in enumerate("abc"):
        Step.objects.create(sequence=sequence, position=position, kind="email", subject=subject, body="x", name=subject)
    return sequence


def change(client, draft, order, *new, deleted="", **fields):
    """Saves the draft with its steps in that order ("cab")."""
    steps = list(draft.steps.all())
    rows = {}
    for i, one in enumerate(steps):
        values = EMAIL | {"id": one.pk, "name": one.name, "subject": one.subject, "position": order.index(one.subject)}
        rows |= {f"steps-{i}-{name}": value for name, value in values.items()}
        if one.subject in deleted:
            rows[f"steps-{i}-DELETE"] = "on"
    for i, one in enumerate(new, len(steps)):
        rows |= {f"steps-{i}-{name}": value for name, value in one.items()}
    counts = {"steps-TOTAL_FORMS": len(steps) + len(new), "steps-INITIAL_FORMS": len(steps)}
    url = reverse("admin:nurture_sequence_change", args=[draft.pk])
    return client.post(url, SEQUENCE | NOTHING | counts | rows | fields)


def places(draft):
    return list(draft.steps.values_list("position", "subject"))


@pytest.mark.parametrize("order", ["bac", "cab", "cba"])
def test_steps_change_places(marketing, draft, order):
    assert change(marketing, draft, order).status_code == 302
    assert places(draft) == list(enumerate(order))


def test_new_step_comes_last_and_a_deleted_one_leaves_no_gap(marketing, draft):
    new = EMAIL | {"subject": "d", "position": ""}
    assert change(marketing, draft, "cab", new, deleted="a").status_code == 302
    assert places(draft) == [(0, "c"), (1, "b"), (2, "d")]


def test_two_steps_of_one_name_are_refused_and_nothing_is_lost(marketing, draft):
    response = change(marketing, draft, "cba", EMAIL | {"name": "a", "subject": "d", "position": ""})
    assert [errors for errors in errors_of(response) if errors] == [{"name": [TWICE]}]
    assert places(draft) == list(enumerate("abc"))


def test_draft_is_saved_unfinished_and_says_what_is_missing(marketing, draft):
    response = change(marketing, draft, "abc", step("go_to", goes_to="nowhere"))
    page = marketing.get(response["Location"]).content.decode()
    assert "cannot be published yet" in page
    assert "Step 4: There is no step named “nowhere” to go to. There are: a, b, c." in page


def test_conditions_are_written_and_refused_at_their_field(marketing, draft):
    rows = {"conditions-TOTAL_FORMS": "1", "conditions-0-field": "missing", "conditions-0-operator": "in"}
    response = change(marketing, draft, "abc", **rows | {"conditions-0-typed": "money"})
    assert "There is no “money”" in str(errors_of(response))
    assert change(marketing, draft, "abc", **rows | {"conditions-0-typed": "budget, Need"}).status_code == 302
    assert [row.value for row in draft.conditions.all()] == [["budget", "need"]]
    page = marketing.get(reverse("admin:nurture_sequence_changelist")).content.decode()
    assert "Nothing is known about budget or need" in page


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"holdout_percent": "91"}, "holdout_percent"),
        ({"max_times": "0"}, "max_times"),
        ({"max_rounds": "0"}, "max_rounds"),
        ({"enroll_again_after_days": "0"}, "enroll_again_after_days"),
        ({"weekdays": []}, "weekdays"),
        ({"window_start": "17:00"}, "__all__"),
        ({"key": "Über uns"}, "key"),
    ],
)
def test_sequence_that_cannot_be_is_refused_at_its_field(marketing, fields, name):
    response = add(marketing, EMAIL, **fields)
    assert list(response.context["adminform"].form.errors) == [name]


def test_new_sequence_begins_with_a_working_week(marketing):
    page = marketing.get(reverse("admin:nurture_sequence_add")).context["adminform"].form
    assert page["weekdays"].value() == [0, 1, 2, 3, 4]


def step_url(one):
    return reverse("admin:nurture_step_change", args=[one.pk])


def texts(one, *variants):
    rows = {f"variants-{i}-{name}": value for i, row in enumerate(variants) for name, value in row.items()}
    counts = {"variants-TOTAL_FORMS": len(variants), "variants-INITIAL_FORMS": "0"}
    return {"subject": one.subject, "body": one.body, "weight": "1", "question": ""} | counts | rows


VARIANT = {"key": "b", "weight": "3", "subject": "Other", "body": "Hi {{ first_name }}"}


def test_variants_are_written_beside_the_steps_own_text(marketing, draft):
    one = draft.steps.first()
    response = marketing.post(step_url(one), texts(one, VARIANT))
    assert response["Location"] == reverse("admin:nurture_sequence_change", args=[draft.pk])
    assert list(one.variants.values_list("key", "weight", "subject")) == [("b", 3, "Other")]
    page = marketing.get(response["Location"]).content.decode()
    assert "75 %" in page


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"body": "{{ nonsense }}"}, "body"), ({"subject": "a\nb"}, "subject"), ({"weight": "0"}, "weight"),
     ({"key": "a"}, "__all__"), ({"key": ""}, "key"), ({"body": ""}, "body")],
)  # fmt: skip
def test_variant_that_cannot_be_is_refused_at_its_field(marketing, draft, fields, field):
    one = draft.steps.first()
    response = marketing.post(step_url(one), texts(one, VARIANT | fields))
    assert [list(errors) for errors in errors_of(response)] == [[field]]
    assert not Variant.objects.exists()


@pytest.fixture
def published(draft):
    draft.steps.first().variants.create(key="b", subject="Other", body="x")
    return publish_sequence(sequence=draft)


def test_texts_in_force_are_read_only(marketing, published):
    one = published.steps.first()
    assert b'name="_save"' not in marketing.get(step_url(one)).content
    assert marketing.post(step_url(one), texts(one, VARIANT)).status_code == 403


def test_text_is_stopped_by_one_press_and_the_last_is_not(marketing, published):
    one = published.steps.first()
    urls = [reverse("admin:nurture_step_stop", args=[one.pk, key]) for key in "ab"]
    assert marketing.get(urls[0]).status_code == 405
    pages = [marketing.post(url, follow=True).content.decode() for url in urls]
    assert "Text “a” of “a” is stopped" in pages[0]
    assert "is the last text of “a” that is sent" in pages[1]
    one.refresh_from_db()
    assert (one.stopped_at is None, one.variants.get().stopped_at) == (False, None)


def test_publishing_dialog_says_what_is_wrong_before_it_is_tried(marketing, draft):
    draft.steps.all().delete()
    page = marketing.get(reverse("admin:nurture_sequence_publish", args=[draft.pk])).content.decode()
    assert "has no e-mail and no call: add a step." in page


def test_leads_are_moved_to_the_version_that_is_published(marketing, published):
    lead = LeadFactory()
    enroll_waiting(now=NOW)
    second = publish_sequence(sequence=new_version(sequence=published))
    url = reverse("admin:nurture_sequence_move", args=[second.pk])
    page = marketing.get(url).content.decode()
    assert "Welcome v1" in page
    assert "Move 1 lead<" in page
    assert lead.enrollments.get().sequence == published
    assert "1 lead goes on with “Welcome v2”" in marketing.post(url, follow=True).content.decode()
    assert lead.enrollments.get().sequence == second
    assert "there is nobody to move" in marketing.get(url).content.decode()


@pytest.mark.parametrize(("leads", "state"), [("go_on", "active"), ("leave", "exited")])
def test_sequence_is_retired_with_or_without_the_leads_who_are_in_it(marketing, published, leads, state):
    lead = LeadFactory()
    enroll_waiting(now=NOW)
    url = reverse("admin:nurture_sequence_retire", args=[published.pk])
    marketing.post(url, {"_form_submitted": "on", "leads": leads})
    published.refresh_from_db()
    assert (published.status, lead.enrollments.get().state) == (SequenceStatus.RETIRED, state)


@pytest.mark.parametrize("role", ["rep", "sales_manager"])
def test_only_marketing_stops_and_moves(admin_as, draft, role):
    draft.steps.first().variants.create(key="b", subject="Other", body="x")
    published = publish_sequence(sequence=draft)
    one, client = published.steps.first(), admin_as(role)
    urls = [
        reverse("admin:nurture_step_stop", args=[one.pk, "b"]),
        reverse("admin:nurture_sequence_move", args=[published.pk]),
        step_url(one),
    ]
    assert {client.post(url).status_code for url in urls} <= {302, 403, 404}
    assert not Variant.objects.filter(stopped_at__isnull=False).exists()
    assert act(client, published, "retire").status_code in (302, 403)
    published.refresh_from_db()
    assert published.status == SequenceStatus.PUBLISHED


@pytest.mark.parametrize("count", [1, 30])
def test_pages_cost_the_same_for_many_steps(marketing, draft, count, django_assert_max_num_queries):
    for position in range(3, 3 + count):
        Step.objects.create(sequence=draft, position=position, kind=StepKind.EMAIL, subject="s", body="x")
    url = reverse("admin:nurture_sequence_change", args=[draft.pk])
    marketing.get(url)  # the first page of a process reads what it then knows
    with django_assert_max_num_queries(16):
        assert marketing.get(url).status_code == 200
    publish_sequence(sequence=draft)
    with django_assert_max_num_queries(16):
        assert marketing.get(url).status_code == 200
