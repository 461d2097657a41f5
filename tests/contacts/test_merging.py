"""Two accounts that are one company, two contacts that are one person, and apart again."""

from datetime import timedelta

import pytest
from django.urls import reverse

from activities.services import add_note
from crm.accounts.models import Account, AccountMerge
from crm.accounts.services.family import set_parent
from crm.accounts.services.merging import merge_accounts, undo_account_merge
from crm.contacts.models import Contact, ContactMerge
from crm.contacts.services.merging import merge_contacts, undo_contact_merge
from crm.opportunities.models import OpportunityContact
from crm.opportunities.services import open_opportunity
from crm.people.merging import MergeRefused
from leads.services.research import identify_project
from tests.factories import NOW, AccountFactory, ContactFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep():
    return UserFactory()


@pytest.fixture
def as_rep(client, rep):
    client.force_login(rep)
    return client


def deal(contact, name="Deal"):
    return open_opportunity(
        name=name, account=contact.account, contact=contact, by=None, now=NOW, owner=None, close_date=NOW.date()
    )


@pytest.fixture
def companies(defaults, rep):
    stays = AccountFactory(name="Lovelace", city="Leeds", owner=rep)
    goes = AccountFactory(name="Lovelace Ltd", domain="lovelace.example", country="US", industry="Engines", owner=rep)
    return stays, goes


def test_account_keeps_what_it_has_and_gets_what_it_lacks(companies, rep):
    stays, goes = companies
    merge = merge_accounts(survivor=stays, duplicate=goes, by=rep, now=NOW)
    stays.refresh_from_db()
    assert (stays.name, stays.domain, stays.industry) == ("Lovelace", "lovelace.example", "Engines")
    assert (stays.city, stays.country) == ("Leeds", "")  # an address is taken whole, never mixed
    assert (set(merge.filled), Account.objects.live().count()) == ({"domain", "industry"}, 1)


def test_all_that_points_to_the_account_moves_and_comes_back(companies, rep):
    stays, goes = companies
    contact, child = ContactFactory(account=goes), AccountFactory(parent=goes)
    opportunity = deal(contact)
    project = identify_project(at=goes, fields={"name": "Plant"}, by=rep, now=NOW)
    note = add_note(about=goes, body="Hello", by=rep, now=NOW)
    moved = [(contact, "account"), (child, "parent"), (opportunity, "account"), (project, "account"), (note, "account")]

    def owners():
        for record, _ in moved:
            record.refresh_from_db()
        return {getattr(record, field) for record, field in moved}

    merge = merge_accounts(survivor=stays, duplicate=goes, by=rep, now=NOW)
    assert owners() == {stays}
    mine = ContactFactory(account=stays)
    undo_account_merge(merge=merge, by=rep, now=NOW + timedelta(days=29))
    assert owners() == {goes}
    mine.refresh_from_db()
    stays.refresh_from_db()
    goes.refresh_from_db()
    assert (mine.account, stays.domain, goes.domain, goes.merged_into) == (stays, "", "lovelace.example", None)


def test_merges_that_cannot_be_are_refused(companies, rep):
    stays, goes = companies
    with pytest.raises(MergeRefused, match="itself"):
        merge_accounts(survivor=stays, duplicate=stays, by=rep, now=NOW)
    set_parent(account=stays, parent=goes, by=rep)
    with pytest.raises(MergeRefused, match="belongs to"):
        merge_accounts(survivor=stays, duplicate=goes, by=rep, now=NOW)
    merge = merge_accounts(survivor=goes, duplicate=stays, by=rep, now=NOW)
    with pytest.raises(MergeRefused, match="already"):
        merge_accounts(survivor=AccountFactory(), duplicate=stays, by=rep, now=NOW)
    with pytest.raises(MergeRefused, match="30 days"):
        undo_account_merge(merge=merge, by=rep, now=NOW + timedelta(days=31))
    undo_account_merge(merge=merge, by=rep, now=NOW)
    with pytest.raises(MergeRefused, match="undone already"):
        undo_account_merge(merge=merge, by=rep, now=NOW)


def test_domain_taken_meanwhile_refuses_the_undo_whole(companies, rep):
    stays, goes = companies
    Account.objects.filter(pk=stays.pk).update(domain="a.example")
    merge = merge_accounts(survivor=stays, duplicate=goes, by=rep, now=NOW)
    AccountFactory(domain="lovelace.example")
    with pytest.raises(MergeRefused, match="another one"):
        undo_account_merge(merge=merge, by=rep, now=NOW)
    assert AccountMerge.objects.get().undone_at is None


@pytest.fixture
def people(defaults, rep):
    account = AccountFactory(owner=rep)
    stays = ContactFactory(account=account, first_name="Kim", last_name="Lovelace", email="kim@a.example", owner=rep)
    goes = ContactFactory(
        account=account, first_name="Kim", last_name="Lovelance", email="kim@b.example", phone="+12125550100",
        owner=rep, job_title="Head", email_opt_out=True,
    )  # fmt: skip
    return stays, goes


def test_contact_is_reached_by_all_addresses_and_stays_opted_out(people, rep):
    stays, goes = people
    merge = merge_contacts(survivor=stays, duplicate=goes, by=rep, now=NOW)
    stays.refresh_from_db()
    assert (stays.last_name, stays.job_title, stays.phone, stays.email) == (
        "Lovelace",
        "Head",
        "+12125550100",
        "kim@a.example",
    )
    assert stays.email_opt_out is True
    assert list(Contact.objects.with_email("kim@b.example")) == [stays]
    assert "kim@b.example" in stays.search_text
    undo_contact_merge(merge=merge, by=rep, now=NOW)
    stays.refresh_from_db()
    assert (stays.job_title, stays.phone, stays.email_opt_out) == ("", "", True)
    assert list(Contact.objects.with_email("kim@b.example")) == [goes]
    assert "kim@b.example" not in stays.search_text


def test_taking_part_in_the_same_opportunity_stays_once(people, rep):
    stays, goes = people
    shared, own = deal(stays), deal(goes, "Own")
    OpportunityContact.objects.create(opportunity=shared, contact=goes)
    merge = merge_contacts(survivor=stays, duplicate=goes, by=rep, now=NOW)
    assert {part.opportunity for part in stays.roles.all()} == {shared, own}
    undo_contact_merge(merge=merge, by=rep, now=NOW)
    assert ({p.opportunity for p in goes.roles.all()}, {p.opportunity for p in stays.roles.all()}) == (
        {shared, own},
        {shared},
    )


def test_opt_out_made_while_they_were_one_counts_for_both(people, rep):
    stays, goes = people
    merge = merge_contacts(survivor=stays, duplicate=goes, by=rep, now=NOW)
    Contact.objects.filter(pk=stays.pk).update(do_not_call=True)
    assert undo_contact_merge(merge=merge, by=rep, now=NOW).do_not_call is True


def test_contacts_of_two_accounts_are_refused(people, rep):
    with pytest.raises(MergeRefused, match="two accounts"):
        merge_contacts(survivor=people[0], duplicate=ContactFactory(), by=rep, now=NOW)
    assert not ContactMerge.objects.exists()


@pytest.mark.parametrize("room", ["accounts", "contacts"])
def test_pages_suggest_compare_merge_and_undo(as_rep, room, companies, people):
    stays, goes = companies if room == "accounts" else people
    duplicates = reverse(f"{room}:duplicates", args=[stays.pk])
    assert [other for other, _ in as_rep.get(duplicates).context["suggestions"]] == [goes]
    compare = reverse(f"{room}:merge", args=[stays.pk, goes.pk])
    page = as_rep.get(compare)
    assert (page.status_code, page.context["problem"]) == (200, "")
    assert type(stays).objects.live().filter(pk=goes.pk).exists()
    assert as_rep.post(compare).url == stays.get_absolute_url()
    assert as_rep.get(goes.get_absolute_url()).url == stays.get_absolute_url()
    (merge,) = as_rep.get(duplicates).context["merges"]
    as_rep.post(reverse(f"{room}:undo_merge", args=[merge.pk]))
    assert as_rep.get(goes.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_merging_records_of_others_is_as_if_they_were_not_there(as_rep, companies, method):
    stays, _ = companies
    other = UserFactory()
    theirs = AccountFactory(owner=other)
    merge = merge_accounts(survivor=theirs, duplicate=AccountFactory(owner=other), by=other, now=NOW)
    assert getattr(as_rep, method)(reverse("accounts:merge", args=[stays.pk, theirs.pk])).status_code == 404
    assert getattr(as_rep, method)(reverse("accounts:merge", args=[theirs.pk, stays.pk])).status_code == 404
    assert as_rep.post(reverse("accounts:undo_merge", args=[merge.pk])).status_code == 404
    assert as_rep.get(reverse("accounts:undo_merge", args=[merge.pk])).status_code == 405
    assert as_rep.get(reverse("accounts:duplicates", args=[theirs.pk])).status_code == 404
