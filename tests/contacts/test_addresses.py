"""How a contact is reached, and where they worked before."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from crm.contacts.models import Contact, ContactAddress, PastEmployment
from crm.contacts.services.addresses import AddressRefused, make_primary, save_contact_address
from crm.contacts.services.employment import MoveRefused, change_account
from tests.factories import AccountFactory, ContactFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep():
    return UserFactory()


@pytest.fixture
def as_rep(client, rep):
    client.force_login(rep)
    return client


@pytest.fixture
def contact(rep):
    return ContactFactory(owner=rep, email="kim@work.example", phone="+12125550100")


def add(contact, value, medium="email", kind="private"):
    return save_contact_address(contact=contact, address=None, medium=medium, kind=kind, value=value, by=None)


def test_contact_is_found_by_every_address_and_number(contact):
    add(contact, "Kim@Home.example")
    add(contact, "212 555 0199", medium="phone", kind="mobile")
    for key in ("kim@work.example", "kim@home.example"):
        assert list(Contact.objects.with_email(key)) == [contact]
    for number in ("+12125550100", "+12125550199"):
        assert list(Contact.objects.with_phone(number)) == [contact]
    assert not Contact.objects.with_email("").exists()


def test_address_belongs_to_one_contact_only(contact):
    add(contact, "kim@home.example")
    other = ContactFactory(email="other@home.example")
    for taken in ("kim@home.example", "KIM@work.example"):
        with pytest.raises(AddressRefused):
            add(other, taken)
    with pytest.raises(AddressRefused, match="known already"):
        add(contact, "kim@work.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactAddress.objects.create(contact=other, medium="email", value="x", key="kim@home.example")


def test_two_people_can_share_a_number(contact):
    add(ContactFactory(), "+1 212 555 0100", medium="phone")
    assert Contact.objects.with_phone("+12125550100").count() == 2


def test_primary_changes_places(contact):
    make_primary(address=add(contact, "kim@home.example"), by=None)
    contact.refresh_from_db()
    assert (contact.email, contact.email_key, contact.email_kind) == ("kim@home.example", "kim@home.example", "private")
    assert [(a.value, a.kind) for a in contact.addresses.all()] == [("kim@work.example", "work")]


def test_search_knows_further_addresses(as_rep, contact):
    add(contact, "kim@home.example")
    found = as_rep.get(reverse("contacts:list"), {"search": "home.example"}).context["table"].rows
    assert [row.record for row in found] == [contact]


def test_address_is_added_first_and_taken_out_on_the_page(as_rep, contact):
    new = reverse("contacts:new_address", args=[contact.pk])
    as_rep.post(new, {"medium": "phone", "kind": "mobile", "value": "(212) 555-0142", "primary": "on"})
    contact.refresh_from_db()
    assert (contact.phone, contact.phone_kind) == ("+12125550142", "mobile")
    old = contact.addresses.get()
    assert "+12125550100" in as_rep.get(contact.get_absolute_url()).content.decode()
    page = reverse("contacts:address", args=[contact.pk, old.pk])
    as_rep.post(page, {"kind": "work", "value": "212 555 0101"})
    assert contact.addresses.get().value == "+12125550101"
    as_rep.post(page, {"kind": "work", "value": "212 555 0101", "removed": "on"})
    assert not contact.addresses.exists()


@pytest.mark.parametrize(
    "wrong", [{"value": "12"}, {"value": "a@@b", "medium": "email"}, {"medium": "fax"}, {"kind": "x"}, {"value": ""}]
)
def test_impossible_address_is_refused_at_the_field(as_rep, contact, wrong):
    given = {"medium": "phone", "kind": "work", "value": "212 555 0142"} | wrong
    response = as_rep.post(reverse("contacts:new_address", args=[contact.pk]), given)
    assert response.status_code == 422
    assert set(response.context["form"].errors) <= {"value", "medium", "kind"}
    assert not ContactAddress.objects.exists()


def test_edit_form_refuses_an_address_that_somebody_has_further_down(as_rep, contact, rep):
    add(ContactFactory(), "taken@home.example")
    page = reverse("contacts:edit", args=[contact.pk])
    form = as_rep.get(page).context["form"]
    given = {name: form[name].value() or "" for name in form.fields} | {"email": "taken@home.example"}
    assert set(as_rep.post(page, given).context["form"].errors) == {"email"}


def test_changed_job_is_remembered(as_rep, contact, rep):
    before, after = contact.account, AccountFactory(name="Next Ltd", owner=rep)
    page = reverse("contacts:move", args=[contact.pk]) + "?search=next"
    given = {"account": after.pk, "job_title": "Director", "on": "2026-03-01"}
    assert as_rep.post(page, given).url == contact.get_absolute_url()
    contact.refresh_from_db()
    assert (contact.account, contact.job_title, contact.since) == (after, "Director", date(2026, 3, 1))
    past = PastEmployment.objects.get()
    assert (past.account, past.until) == (before, date(2026, 3, 1))
    type(before).objects.update(owner=rep)
    assert str(before) in as_rep.get(contact.get_absolute_url()).content.decode()


def test_job_cannot_end_before_it_began_nor_change_to_itself(contact):
    other = AccountFactory()
    change_account(contact=contact, to=other, job_title="", on=date(2026, 3, 1), by=None)
    with pytest.raises(MoveRefused):
        change_account(contact=contact, to=other, job_title="", on=date(2026, 4, 1), by=None)
    with pytest.raises(MoveRefused):
        change_account(contact=contact, to=AccountFactory(), job_title="", on=date(2026, 1, 1), by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        PastEmployment.objects.create(contact=contact, account=other, since=date(2026, 3, 1), until=date(2026, 2, 1))


@pytest.mark.parametrize("method", ["get", "post"])
def test_contacts_of_others_are_as_if_not_there(as_rep, method, contact):
    other = UserFactory()
    theirs = ContactFactory(owner=other, account=AccountFactory(owner=other))
    address = add(theirs, "a@b.example")
    pages = [("move", [theirs.pk]), ("new_address", [theirs.pk]), ("address", [contact.pk, address.pk])]
    assert [getattr(as_rep, method)(reverse(f"contacts:{n}", args=a)).status_code for n, a in pages] == [404] * 3
