"""Custom fields of leads from outside: inquiry forms, JSON, files, and people who add a lead."""

import csv
import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from crm.fields.definitions import definitions
from crm.fields.models import CustomField
from crm.fields.rows import from_text
from crm.fields.services.values import values_of_one
from crm.people.models import Company
from leads.known import personal_url
from leads.models import FormCustomField, Inquiry, Lead, LeadFieldValue
from leads.services.intake import IntakeRefused, take_inquiry
from tests.factories import NOW, CustomFieldFactory, LeadFactory, UserFactory
from tests.fields.conftest import EXAMPLES
from tests.fields.test_lists import exported

TYPED = {str(kind): typed for kind, (typed, *_) in EXAMPLES.items()}
STORED = {str(kind): stored for kind, (_, stored, *_) in EXAMPLES.items()}
PERSON = {"email": "ada@lovelace.example", "first_name": "Ada"}


def known(record):
    found = values_of_one(record, definitions(record._meta.model_name, user=None))
    return {field.key: value for field, value in found.items()}


@pytest.fixture
def asked(fields, defaults):
    """The form asks a field of each kind."""
    for position, field in enumerate(fields().values()):
        FormCustomField.objects.create(form=defaults, field_id=field.pk, position=position)
    return defaults


def post(client, form, **more):
    page = client.get(form.get_absolute_url())
    given = {"token": page.context["view"].token} | PERSON | more
    return client.post(form.get_absolute_url(), given)


def test_form_asks_and_stores_them(client, asked):
    html = client.get(asked.get_absolute_url()).content.decode()
    assert all(f"custom_{kind}" in html for kind in EXAMPLES)
    response = post(client, asked, **{f"custom_{key}": value for key, value in TYPED.items()})
    assert response.status_code == 302
    lead = Lead.objects.get()
    assert known(lead) == STORED
    assert Inquiry.objects.get().payload["custom_text"] == TYPED["text"]
    assert not lead.custom_changes.exists()


def test_needed_on_the_form_is_what_the_form_says(client, asked):
    CustomField.objects.filter(key="number").update(required=True)
    FormCustomField.objects.filter(field__key="text").update(required=True)
    response = post(client, asked)
    assert (response.status_code, set(response.context["view"].fields.errors)) == (422, {"custom_text"})
    assert post(client, asked, custom_text="Here").status_code == 302


@pytest.mark.parametrize(
    ("name", "wrong"), [("custom_choice", "tiny"), ("custom_number", "1e99"), ("custom_date", "x")]
)
def test_what_is_wrong_is_said_and_nothing_is_stored(client, asked, name, wrong):
    response = post(client, asked, **{name: wrong})
    assert (response.status_code, set(response.context["view"].fields.errors)) == (422, {name})
    assert not Lead.objects.exists()


def test_field_that_the_form_does_not_ask_is_not_taken(client, asked):
    FormCustomField.objects.filter(field__key="text").delete()
    post(client, asked, custom_text="mine", custom_number="1")
    assert known(Lead.objects.get()) == {"number": "1"}


def test_second_inquiry_fills_and_never_overwrites(client, asked, say):
    post(client, asked, custom_text="First")
    lead = Lead.objects.get()
    version = lead.version
    post(client, asked, custom_text="Second", custom_number="5")
    lead.refresh_from_db()
    assert (known(lead), lead.version > version) == ({"text": "First", "number": "5"}, True)


def test_form_opened_by_a_signed_link_asks_what_is_not_known(client, asked, say):
    lead = LeadFactory(**PERSON)
    say(lead, text="Known")
    address = personal_url(asked, lead).partition("localhost:8000")[2]
    fields = client.get(address).context["view"].fields.fields
    assert ("custom_text" in fields, "custom_number" in fields) == (False, True)


def test_retired_field_is_asked_no_more(client, asked):
    CustomField.objects.filter(key="text").update(active=False)
    assert "custom_text" not in client.get(asked.get_absolute_url()).content.decode()


def test_json_tells_and_takes_them(client, asked):
    address = reverse("leads:form_json", args=[asked.slug])
    told = client.get(address).json()
    by_name = {field["name"]: field for step in told["steps"] for field in step["fields"]}
    assert by_name["custom_choice"]["choices"][0] == {"value": "small", "label": "Small"}
    assert (by_name["custom_money"]["kind"], by_name["custom_money"]["required"]) == ("money", False)
    body = PERSON | {"token": told["token"], "custom_choices": ["small", "huge"], "custom_boolean": True}
    body |= {"custom_number": 7.5, "custom_text": "A"}
    response = client.post(address, json.dumps(body), content_type="application/json")
    assert response.status_code == 201
    assert known(Lead.objects.get()) == {"choices": ["small", "huge"], "boolean": True, "number": "7.5", "text": "A"}


@pytest.mark.parametrize(
    "wrong", [{"custom_text": ["a", "b"]}, {"custom_text": {}}, {"custom_choices": [{}]}, {"custom_other": "x"}]
)
def test_json_refuses_what_does_not_fit(client, asked, wrong):
    address = reverse("leads:form_json", args=[asked.slug])
    body = PERSON | {"token": client.get(address).json()["token"]} | wrong
    response = client.post(address, json.dumps(body), content_type="application/json")
    assert (response.status_code, set(response.json()["errors"])) == (422, set(wrong))
    assert not Lead.objects.exists()


@pytest.mark.parametrize("count", [0, 8])
def test_form_query_count(client, fields, defaults, count, django_assert_max_num_queries):
    for field in list(fields().values())[:count]:
        FormCustomField.objects.create(form=defaults, field_id=field.pk)
    Company.current()
    with django_assert_max_num_queries(9 if count else 8):
        client.get(defaults.get_absolute_url())


@pytest.fixture
def rep(client, defaults):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.mark.parametrize("how", ["call", "research"])
def test_rep_fills_them_in_for_a_new_lead(client, rep, fields, how):
    fields()
    CustomField.objects.filter(key="number").update(required=True)
    CustomField.objects.filter(key="text").update(reps_see=False)
    given = PERSON | {"provenance": how, "custom_choice": "small", "custom_text": "not mine to write"}
    response = client.post(reverse("leads:new"), given)
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"custom_number"})
    assert client.post(reverse("leads:new"), given | {"custom_number": "5"}).status_code == 302
    assert known(Lead.objects.get()) == {"choice": "small", "number": "5"}


def test_intake_refuses_by_the_name_of_the_field(fields, submission, defaults):
    fields()
    for custom, name in (({"number": "many"}, "custom_number"), ({"nothing": "x"}, "custom_nothing")):
        with pytest.raises(IntakeRefused) as refused:
            take_inquiry(submission=submission(custom=custom), now=NOW)
        assert set(refused.value.errors) == {name}
    assert not Lead.objects.exists()


FILE_TEXTS = [
    *[("choice", "Small", "small"), ("choice", "small", "small"), ("choices", "Huge; small", ["small", "huge"])],
    *[("boolean", "Yes", True), ("number", "1.50", "1.5"), ("date", "2026-05-01", "2026-05-01")],
    *[("money", "1,250.50 EUR", {"amount": "1250.50", "currency": "EUR"})],
    *[("money", "EUR 5", {"amount": "5.00", "currency": "EUR"}), ("money", "5", {"amount": "5.00", "currency": "USD"})],
    *[
        ("time_frame", "Within three months", {"days": 90}),
        ("text", " a ", "a"),
        ("text", " ", None),
        ("choices", ";", None),
    ],
]


@pytest.mark.parametrize(("key", "text", "stored"), FILE_TEXTS)
def test_texts_of_files(fields, key, text, stored):
    assert from_text(fields()[key], text) == stored


def run_import(tmp_path, rows, mapping):
    file, mapping_file = tmp_path / "rows.csv", tmp_path / "mapping.json"
    with file.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    mapping_file.write_text(json.dumps({"system": "test", "external_id": "id"} | mapping))
    refused = tmp_path / "refused.csv"
    out = call_command("import_leads", file, mapping=mapping_file, refused=refused)
    return json.loads(out), refused.read_text() if refused.exists() else ""


MAPPING = {"fields": {"email": "mail"}, "custom": {"choice": "size", "number": {"column": "n", "values": {"?": None}}}}


def test_import_maps_columns_to_them(tmp_path, fields, defaults):
    fields()
    rows = [
        {"id": "1", "mail": "a@x.example", "size": "Large", "n": "5"},
        {"id": "2", "mail": "b@x.example", "size": "", "n": "?"},
        {"id": "3", "mail": "c@x.example", "size": "tiny", "n": "many"},
    ]
    summary, refused = run_import(tmp_path, rows, MAPPING)
    assert (summary["created"], summary["refused"]) == (2, 1)
    assert "custom.choice: “tiny” is not one of the choices.; custom.number: Enter a number" in refused
    assert [known(lead) for lead in Lead.objects.order_by("pk")] == [{"choice": "large", "number": "5"}, {}]


def test_import_says_which_field_there_is_not(tmp_path, fields, defaults):
    fields()
    with pytest.raises(CommandError, match=r"“custom\.choise” is no custom field of a lead: did you mean “choice”"):
        run_import(
            tmp_path, [{"id": "1", "mail": "a@x.example"}], {"fields": {"email": "mail"}, "custom": {"choise": "id"}}
        )
    assert not Lead.objects.exists()


def test_import_of_deals_fills_the_opportunity(tmp_path, fields, defaults):
    fields("opportunity")
    deal = {"outcome": {"constant": "won"}, "closed_at": {"constant": "2025-01-01"}, "custom": {"text": "note"}}
    rows = [{"id": "1", "mail": "a@x.example", "note": "Signed in Bath"}]
    summary, _ = run_import(tmp_path, rows, {"fields": {"email": "mail"}, "deal": deal})
    assert summary["won"] == 1
    assert known(Lead.objects.get().conversion.opportunity) == {"text": "Signed in Bath"}


def test_what_an_export_holds_can_be_imported_again(client, tmp_path, fields, say, defaults):
    fields()
    say(LeadFactory(email="old@x.example"), **TYPED)
    client.force_login(UserFactory(administrator=True))
    (row,) = exported(client, "lead")
    Lead.objects.update(email="gone@x.example", email_key="gone@x.example")
    LeadFieldValue.objects.all().delete()
    labels = {key: f"My {label}" for key, label in [("choice", "one choice"), ("choices", "several choices")]}
    labels |= {"boolean": "My yes or no", "time_frame": "My time frame", "date": "My date", "text": "My text"}
    labels |= {"number": "My number", "money": "{My amount of money} {My amount of money currency}"}
    run_import(tmp_path, [row], {"fields": {"email": "email"}, "custom": labels})
    assert known(Lead.objects.get(email="old@x.example")) == STORED


@pytest.mark.parametrize(("role", "sees"), [("marketing_manager", False), ("administrator", True)])
def test_what_was_submitted_is_shown_in_the_admin_without_hidden_fields(client, asked, role, sees):
    post(client, asked, custom_text="xylophone", custom_number="5")
    CustomField.objects.filter(key="text").update(marketing_managers_see=False)
    client.force_login(UserFactory(role=role))
    inquiry = Inquiry.objects.get()
    for address in (
        reverse("admin:leads_inquiry_change", args=[inquiry.pk]),
        reverse("admin:leads_lead_change", args=[inquiry.lead_id]),
    ):
        html = client.get(address).content.decode()
        assert (("xylophone" in html), "custom_number" in html) == (sees, True)


@pytest.mark.parametrize(("role", "sees"), [("marketing_manager", False), ("administrator", True)])
def test_rows_of_files_are_for_those_who_see_all_fields(client, tmp_path, defaults, role, sees):
    CustomFieldFactory(key="commission", marketing_managers_see=False)
    rows = [{"id": "1", "mail": "a@x.example", "c": "xylophone"}]
    run_import(tmp_path, rows, {"fields": {"email": "mail"}, "custom": {"commission": "c"}})
    client.force_login(UserFactory(role=role))
    html = client.get(reverse("admin:leads_inquiry_change", args=[Inquiry.objects.get().pk])).content.decode()
    assert ("xylophone" in html) == sees
