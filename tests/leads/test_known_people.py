"""An inquiry of somebody who is a contact of an account: with the contact, and told to the account's owner."""

import pytest

from crm.contacts.models import ContactAddress
from leads.models import Inquiry
from leads.services.intake import take_inquiry
from leads.today import known_people
from tests.factories import NOW, AccountFactory, ContactFactory, UserFactory

pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture
def owner(db):
    return UserFactory()


@pytest.fixture
def kim(owner):
    account = AccountFactory(name="Kim's company", owner=owner)
    return ContactFactory(account=account, email="kim@gmail.com")


def told(user, now=NOW):
    return [inquiry for section in known_people(user, now=now) for inquiry in section.context["inquiries"]]


@pytest.mark.parametrize("address", ["kim@gmail.com", "K.im+news@googlemail.com", "kim@home.example"])
def test_inquiry_belongs_to_the_contact_as_well(kim, owner, submission, address):
    ContactAddress.objects.create(contact=kim, medium="email", value="kim@home.example", key="kim@home.example")
    inquiry = take_inquiry(submission=submission(email=address), now=NOW).inquiry
    assert inquiry.contact == kim
    assert told(owner) == [inquiry]


def test_owner_of_the_account_is_told_and_nobody_else(kim, owner, submission):
    take_inquiry(submission=submission(email=kim.email), now=NOW)
    take_inquiry(submission=submission(email="stranger@else.example"), now=NOW)
    assert [inquiry.contact for inquiry in told(owner)] == [kim]
    assert told(UserFactory()) == []


def test_owner_is_told_for_a_week(kim, owner, submission):
    take_inquiry(submission=submission(email=kim.email), now=NOW)
    assert len(told(owner, NOW.replace(day=NOW.day + 6))) == 1
    assert told(owner, NOW.replace(day=NOW.day + 8)) == []


def test_inquiry_is_on_the_timeline_of_contact_and_account(client, kim, owner, submission, time_machine):
    time_machine.move_to(NOW)
    take_inquiry(submission=submission(email=kim.email), now=NOW)
    client.force_login(owner)
    for page in (kim.get_absolute_url(), kim.account.get_absolute_url()):
        assert "Inquiry: form" in client.get(page).content.decode(), page


def test_number_alone_attaches_to_the_lead_with_that_number(submission):
    """E.164: however it is written. Two addresses tell two people apart, who may share a number."""
    first = take_inquiry(submission=submission(email="", phone="+1 212 555 0100"), now=NOW).lead
    same = take_inquiry(submission=submission(email="", phone="001 (212) 555-0100", country="DE"), now=NOW).lead
    known = take_inquiry(submission=submission(email="ada@x.example", phone="+12125550100"), now=NOW).lead
    other = take_inquiry(submission=submission(email="bob@x.example", phone="+12125550100"), now=NOW).lead
    assert (same, known, other == first) == (first, first, False)
    assert Inquiry.objects.filter(lead=first).count() == 3
