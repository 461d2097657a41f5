"""Custom fields as marketing managers set them up."""

import pytest
from django.urls import reverse

from crm.fields.definitions import definition_of
from crm.fields.models import CustomField, FieldChoice
from crm.fields.services.values import fill_values
from tests.factories import NOW, AccountFactory, CustomFieldFactory, LeadFactory

pytestmark = pytest.mark.django_db
ADD = reverse("admin:fields_customfield_add")
LIST = reverse("admin:fields_customfield_changelist")


@pytest.fixture
def marketing(admin_as):
    return admin_as("marketing_manager")


def change(field):
    return reverse("admin:fields_customfield_change", args=[field.pk])


def posted(choices=(), **fields):
    """What the page of a field posts; ``choices``: dicts of their columns."""
    given = {"record_kind": "lead", "label": "Segment", "key": "segment", "kind": "text", "position": 0, "active": "on"}
    given |= {"reps_see": "on", "sales_managers_see": "on", "marketing_managers_see": "on"} | fields
    rows = [{"position": n, "active": "on"} | choice for n, choice in enumerate(choices)]
    known = sum("id" in row for row in rows)
    given |= {"choices-TOTAL_FORMS": len(rows), "choices-INITIAL_FORMS": known}
    return given | {f"choices-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}


def say(record, field, value):
    fill_values(record=record, values={definition_of(field): value}, by=None, now=NOW)


def errors_of(response):
    context = response.context
    found = dict(context["adminform"].form.errors)
    for formset in context["inline_admin_formsets"]:
        if messages := [*formset.formset.non_form_errors(), *filter(None, formset.formset.errors)]:
            found["choices"] = messages
    return found


def test_field_with_choices_is_made(marketing):
    rows = [{"label": "Small", "value": "small"}, {"label": "Large", "value": "large"}]
    assert marketing.post(ADD, posted(rows, kind="choice", required="on", listed="on")).status_code == 302
    field = CustomField.objects.get()
    assert [choice.label for choice in field.choices.all()] == ["Small", "Large"]
    assert (field.required, field.listed, field.reps_see) == (True, True, True)
    assert "Segment" in marketing.get(LIST).content.decode()


def test_key_and_values_left_empty_are_made_of_what_people_read(marketing):
    rows = [{"label": "Ex works (EXW)", "value": ""}, {"label": "送货", "value": ""}]
    given = posted(rows, kind="choice", label="Délivery-terms, 2027", key="")
    assert marketing.post(ADD, given).status_code == 302
    field = CustomField.objects.get()
    assert field.key == "delivery_terms_2027"
    assert [choice.value for choice in field.choices.all()] == ["ex_works_exw", "送货"]


@pytest.mark.parametrize("label", ["2027", "送货", "-"])
def test_label_that_makes_no_key_asks_for_one(marketing, label):
    assert set(errors_of(marketing.post(ADD, posted(label=label, key="")))) == {"key"}


WRONG = [
    ({"key": "My key"}, "key"),
    ({"key": "1st"}, "key"),
    ({"label": ""}, "label"),
    ({"kind": "choice"}, "choices"),
    ({"record_kind": "user"}, "record_kind"),
]


@pytest.mark.parametrize(("wrong", "where"), WRONG)
def test_what_is_wrong_is_said_where_it_is(marketing, wrong, where):
    assert set(errors_of(marketing.post(ADD, posted(**wrong)))) == {where}
    assert not CustomField.objects.exists()


def test_choice_of_the_reserved_value_is_refused(marketing):
    response = marketing.post(ADD, posted([{"label": "None", "value": "-"}], kind="choice"))
    assert (response.status_code, CustomField.objects.count()) == (200, 0)


def test_same_key_twice_for_one_record_is_refused(marketing):
    CustomFieldFactory(key="segment")
    assert marketing.post(ADD, posted()).status_code == 200
    assert marketing.post(ADD, posted(record_kind="account")).status_code == 302


def test_kind_key_and_record_stay(marketing):
    field = CustomFieldFactory(key="size", kind="number")
    assert marketing.post(change(field), posted(record_kind="account", key="x", label="Size")).status_code == 302
    field.refresh_from_db()
    assert (field.record_kind, field.key, field.kind, field.label) == ("lead", "size", "number", "Size")


def test_chosen_choice_keeps_its_value_and_is_not_deleted(marketing):
    field = CustomFieldFactory(kind="choice", choices=["small", "large"])
    say(LeadFactory(), field, "small")
    small, large = field.choices.all()
    rows = [{"id": one.pk, "field": field.pk, "label": one.label, "value": one.value} for one in (small, large)]
    renamed = marketing.post(change(field), posted([rows[0] | {"value": "tiny"}, rows[1]], kind="choice"))
    assert "choices" in errors_of(renamed)
    deleted = marketing.post(change(field), posted([rows[0] | {"DELETE": "on"}, rows[1]], kind="choice"))
    assert "untick" in str(errors_of(deleted)["choices"])
    assert (
        marketing.post(change(field), posted([rows[0], rows[1] | {"DELETE": "on"}], kind="choice")).status_code == 302
    )
    assert [choice.value for choice in FieldChoice.objects.all()] == ["small"]


def test_target_must_be_able_to_hold_it(marketing):
    number, text = CustomFieldFactory(record_kind="account", kind="number"), CustomFieldFactory(record_kind="contact")
    lead = CustomFieldFactory()
    for target in (number, lead):
        assert "target" in errors_of(marketing.post(ADD, posted(target=target.pk)))
    assert "target" in errors_of(marketing.post(ADD, posted(record_kind="account", target=text.pk)))
    assert marketing.post(ADD, posted(target=text.pk)).status_code == 302
    assert "target" in errors_of(marketing.post(ADD, posted(key="other", target=text.pk)))


def test_choices_that_the_target_lacks_are_said(marketing):
    target = CustomFieldFactory(record_kind="account", kind="choice", choices=["small"])
    rows = [{"label": "Small", "value": "small"}, {"label": "Huge", "value": "huge"}]
    response = marketing.post(ADD, posted(rows, kind="choice", target=target.pk), follow=True)
    assert "has no choice “Huge”: such a value stays on the lead." in response.content.decode()


def test_used_field_is_not_deleted_but_retired(marketing):
    field, unused = CustomFieldFactory(), CustomFieldFactory()
    say(AccountFactory(), used := CustomFieldFactory(record_kind="account"), "A")
    delete = [reverse("admin:fields_customfield_delete", args=[one.pk]) for one in (used, unused)]
    assert [marketing.post(address, {"post": "yes"}).status_code for address in delete] == [403, 302]
    marketing.post(LIST, {"action": "retire", "_selected_action": [field.pk, used.pk]})
    assert not CustomField.objects.filter(active=True).exists()
    marketing.post(LIST, {"action": "use_again", "_selected_action": [used.pk]})
    assert [one.pk for one in CustomField.objects.filter(active=True)] == [used.pk]


def test_page_says_how_many_records_have_a_value(marketing):
    field = CustomFieldFactory(kind="choices", choices=["small", "large"])
    for values in (["small"], ["small", "large"]):
        say(LeadFactory(), field, values)
    assert "Records with a value" in (html := marketing.get(change(field)).content.decode())
    assert html.count(">2<") == 1


def test_field_that_marketing_may_not_see_is_the_administrators(admin_as):
    field = CustomFieldFactory(marketing_managers_see=False, label="Commission")
    client = admin_as("marketing_manager")
    assert "Commission" not in client.get(LIST).content.decode()
    assert client.post(change(field), posted(label="Mine")).status_code == 302
    field.refresh_from_db()
    assert (field.label, field.marketing_managers_see) == ("Commission", False)
    assert "Commission" in admin_as("administrator").get(LIST).content.decode()


@pytest.mark.parametrize("role", ["rep", "sales_manager"])
def test_others_do_not_get_in(admin_as, role):
    assert admin_as(role).get(LIST).status_code in (302, 403)
