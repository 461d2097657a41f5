"""How custom fields changed, on the timelines of all that belongs together."""

from datetime import timedelta

import pytest

from crm.fields.models import CustomField
from leads.services.conversion import ConversionChoice, convert_lead
from tests.factories import NOW, LeadFactory, UserFactory
from tests.fields.records import KINDS, make, page

pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture
def rep(client):
    user = UserFactory(first_name="Rosa")
    client.force_login(user)
    return user


def told(client, record):
    response = client.get(f"{page(record)}?show=field")
    return [(entry.title, entry.body, entry.by) for entry in response.context["timeline"]]


@pytest.mark.parametrize("record_kind", KINDS)
def test_changes_are_told_with_what_was_before_and_by_whom(client, rep, fields, say, record_kind):
    fields(record_kind)
    record = make(record_kind, rep)
    for day, (choice, number) in enumerate([("small", "1"), ("huge", ""), ("", "")]):
        say(record, choice=choice, number=number, by=rep, now=NOW + timedelta(days=day))
    assert told(client, record) == [
        ("My one choice: taken out", "Before: Huge", "Rosa Example"),
        ("My number: taken out", "Before: 1", "Rosa Example"),
        ("My one choice: Huge", "Before: Small", "Rosa Example"),
        ("My number: 1", "", "Rosa Example"),
        ("My one choice: Small", "", "Rosa Example"),
    ]


def test_what_a_record_began_with_is_no_change(client, rep, fields, known):
    fields("account")
    assert told(client, known(make("account", rep), number="1")) == []


def test_changes_of_the_lead_are_told_on_what_it_became(client, rep, fields, say):
    fields("lead")
    lead = LeadFactory(owner=rep, stage="sal", path="researched", reached_sales_at=NOW, last_name="Byron")
    say(lead, number="7")
    conversion = convert_lead(lead=lead, by=None, now=NOW, choice=ConversionChoice(override_reason="Test"))
    for record in (conversion.account, conversion.contact, conversion.opportunity):
        assert told(client, record) == [("Pat Byron, My number: 7", "", "")]
    CustomField.objects.update(reps_see=False)
    for record in (lead, conversion.account, conversion.contact, conversion.opportunity):
        lead.refresh_from_db()
        assert told(client, record) == []


def test_retired_fields_are_told_no_more(client, rep, fields, say):
    fields("account")
    record = make("account", rep)
    say(record, number="7")
    CustomField.objects.update(active=False)
    assert told(client, record) == []
