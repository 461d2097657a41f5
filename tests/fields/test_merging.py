"""Custom fields when two leads, contacts or accounts become one, and apart again."""

from datetime import timedelta

import pytest
from django.urls import reverse

from crm.accounts.services.merging import merge_accounts, undo_account_merge
from crm.contacts.services.merging import merge_contacts, undo_contact_merge
from crm.fields.definitions import definitions
from crm.fields.models import CustomField
from crm.fields.services.values import of_fields, value_model, values_of_one
from leads.services.merging import merge_leads, undo_merge
from tests.factories import NOW, AccountFactory, ContactFactory, LeadFactory, UserFactory
from tests.fields.conftest import EXAMPLES
from tests.fields.records import ROOMS

pytestmark = pytest.mark.usefixtures("defaults")
VERBS = {
    "lead": (merge_leads, undo_merge),
    "contact": (merge_contacts, undo_contact_merge),
    "account": (merge_accounts, undo_account_merge),
}
KINDS = list(VERBS)
ALL = {str(kind): typed for kind, (typed, *_) in EXAMPLES.items()}


@pytest.fixture
def rep(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def two(rep):
    """two("lead"): a survivor and a duplicate that can be merged."""

    def make(kind):
        if kind == "contact":
            account = AccountFactory(owner=rep)
            return [ContactFactory(account=account, owner=rep) for _ in range(2)]
        return [{"lead": LeadFactory, "account": AccountFactory}[kind](owner=rep) for _ in range(2)]

    return make


def known(record):
    found = values_of_one(record, definitions(record._meta.model_name, user=None))
    return {field.key: value for field, value in found.items()}


def merge(kind, survivor, duplicate, by=None):
    return VERBS[kind][0](survivor=survivor, duplicate=duplicate, by=by, now=NOW)


def undo(kind, merged):
    return VERBS[kind][1](merge=merged, by=None, now=NOW + timedelta(days=1))


@pytest.mark.parametrize("kind", KINDS)
def test_survivor_gets_what_it_lacks_and_an_undo_takes_it_back(two, fields, say, kind):
    fields(kind)
    survivor, duplicate = two(kind)
    say(duplicate, **ALL)
    say(survivor, choices=["large"], text="Mine")
    before = known(survivor), known(duplicate)
    merged = merge(kind, survivor, duplicate)
    assert known(survivor) == known(duplicate) | {"choices": ["large"], "text": "Mine"}
    undo(kind, merged)
    assert (known(survivor), known(duplicate)) == before


@pytest.mark.parametrize("kind", KINDS)
def test_what_somebody_changed_since_stays_with_the_survivor(two, fields, say, kind):
    fields(kind)
    survivor, duplicate = two(kind)
    say(duplicate, number="1", choices=["small", "huge"], text="Theirs")
    merged = merge(kind, survivor, duplicate)
    say(survivor, number="2", choices=["small"])
    undo(kind, merged)
    assert known(survivor) == {"number": "2", "choices": ["small"]}
    assert known(duplicate) == {"number": "1", "choices": ["small", "huge"], "text": "Theirs"}


@pytest.mark.parametrize("kind", KINDS)
def test_merge_of_a_merge_is_undone_step_by_step(two, fields, say, kind):
    fields(kind)
    (first, second), third = two(kind), two(kind)[0]
    if kind == "contact":
        type(third).objects.filter(pk=third.pk).update(account=first.account)
        third.refresh_from_db()
    say(third, number="3")
    one = merge(kind, second, third)
    two_ = merge(kind, first, type(second).objects.get(pk=second.pk))
    assert known(first) == {"number": "3"}
    undo(kind, two_)
    assert (known(first), known(second)) == ({}, {"number": "3"})
    undo(kind, one)
    assert (known(second), known(third)) == ({}, {"number": "3"})


@pytest.mark.parametrize("kind", KINDS)
def test_retired_fields_come_along(two, fields, say, kind):
    fields(kind)
    survivor, duplicate = two(kind)
    say(duplicate, number="1")
    CustomField.objects.update(active=False)
    merge(kind, survivor, duplicate)
    ids = value_model(survivor).objects.filter(record=survivor).values_list("field", flat=True)
    assert [field.key for field in of_fields(survivor, ids)] == ["number"]


@pytest.mark.parametrize("kind", KINDS)
def test_changes_stay_with_whom_they_happened_to_and_are_told_on_the_survivor(client, rep, two, fields, say, kind):
    fields(kind)
    survivor, duplicate = two(kind)
    say(duplicate, number="1", by=rep)
    say(duplicate, number="2", by=rep)
    merge(kind, survivor, duplicate, by=rep)
    assert (survivor.custom_changes.count(), duplicate.custom_changes.count()) == (1, 2)
    page = client.get(f"{survivor.get_absolute_url()}?show=field")
    assert [entry.title for entry in page.context["timeline"]] == [
        "My number: 2",
        f"{duplicate}, My number: 2",
        f"{duplicate}, My number: 1",
    ]


def compared(client, kind, survivor, duplicate):
    page = client.get(reverse(f"{ROOMS[kind]}:merge", args=[survivor.pk, duplicate.pk]))
    lines = {line.label: (line.kept, line.given_up, line.result, line.filled) for line in page.context["lines"]}
    return {label: line for label, line in lines.items() if label.startswith("My ")}


@pytest.mark.parametrize("kind", KINDS)
def test_both_are_compared_before(client, two, fields, say, kind):
    fields(kind)
    survivor, duplicate = two(kind)
    say(duplicate, number="1", choice="huge")
    say(survivor, choice="small")
    assert compared(client, kind, survivor, duplicate) == {
        "My one choice": ("Small", "Huge", "Small", False),
        "My number": ("", "1", "1", True),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_hidden_fields_are_merged_and_not_shown(client, two, fields, say, kind):
    fields(kind, reps_see=False)
    survivor, duplicate = two(kind)
    say(duplicate, text="xylophone")
    assert compared(client, kind, survivor, duplicate) == {}
    merge(kind, survivor, duplicate)
    assert known(survivor) == {"text": "xylophone"}
    assert "xylophone" not in client.get(survivor.get_absolute_url()).content.decode()


@pytest.mark.parametrize("several", [False, True])
def test_ticked_leads_are_compared_too(client, two, fields, say, several):
    fields("lead", reps_see=not several)
    survivor, duplicate = two("lead")
    say(duplicate, text="xylophone")
    address = reverse("leads:merge_many")
    html = client.get(f"{address}?leads={survivor.pk}&leads={duplicate.pk}").content.decode()
    assert ("xylophone" in html) != several
