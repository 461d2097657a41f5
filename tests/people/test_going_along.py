"""With an account go its contacts and open opportunities, if asked for: those of its owner, all or nothing."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.urls import reverse

from crm.accounts.models import Account
from crm.contacts.services.merging import merge_contacts
from crm.opportunities.services import lose_opportunity, open_opportunity
from crm.people import going_along
from crm.people.going_along import goes_along
from crm.people.handing_over import hand_over
from crm.people.models import Notice
from tests.factories import NOW, AccountFactory, ContactFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.usefixtures("defaults")
LATER = NOW + timedelta(days=1)
ALL = {"with_contacts": "on", "with_opportunities": "on"}


@pytest.fixture
def rita(db):
    return UserFactory(first_name="Rita", last_name="Reed")


@pytest.fixture
def sam(db):
    return UserFactory(first_name="Sam", last_name="Sharp", team=TeamFactory())


@pytest.fixture
def manager(db):
    return UserFactory(sales_manager=True)


@pytest.fixture
def account(rita):
    return AccountFactory(name="Ada Engines", owner=rita)


def a_deal(account, owner, name="Deal"):
    contact = account.contacts.first() or ContactFactory(account=account, owner=owner)
    return open_opportunity(
        name=name, account=account, contact=contact, by=None, now=NOW, owner=owner, close_date=NOW.date()
    )


def with_everything(account, rita):
    """Rita's contact and deal, which go, and what does not: a colleague's, one that is lost, one that was merged."""
    other = UserFactory(first_name="Olga")
    goes = [ContactFactory(account=account, owner=rita), a_deal(account, rita)]
    tombstone, survivor = ContactFactory(account=account, owner=rita), ContactFactory(account=account, owner=other)
    merge_contacts(survivor=survivor, duplicate=tombstone, by=None, now=NOW)
    lost = lose_opportunity(opportunity=a_deal(account, rita, "Lost"), reason="Price", by=None, now=NOW)
    stays = [survivor, lost, a_deal(account, other), ContactFactory(owner=rita)]
    return goes, [*stays, tombstone]


def owners(records):
    for record in records:
        record.refresh_from_db()
    return [record.owner for record in records]


def url(account, many=False):
    return reverse("accounts:hand_over_many") if many else reverse("accounts:hand_over", args=[account.pk])


def test_dialog_offers_what_is_the_owners_with_its_count(client, account, rita, manager):
    client.force_login(manager)
    assert client.get(url(account)).context["form"].boxes() == []
    with_everything(account, rita)
    ContactFactory(account=account, owner=rita)
    boxes = client.get(url(account)).context["form"].boxes()
    assert [(box.label, box.value()) for box in boxes] == [
        ("Its 2 contacts of Rita Reed too", None),
        ("Its 1 open opportunity of Rita Reed too", None),
    ]


def test_what_is_in_nobodys_hands_goes_with_an_account_that_is(client, manager, rita):
    account = AccountFactory()
    nobodys, theirs = ContactFactory(account=account), ContactFactory(account=account, owner=rita)
    client.force_login(manager)
    assert [box.label for box in client.get(url(account)).context["form"].boxes()] == [
        "Its 1 contact without an owner too"
    ]
    client.post(url(account), {"to": manager.pk} | ALL)
    assert owners([nobodys, theirs]) == [manager, rita]


def test_only_what_is_asked_for_goes(client, account, rita, sam, manager):
    goes, stays = with_everything(account, rita)
    before = owners(stays)
    client.force_login(manager)
    client.post(url(account), {"to": sam.pk, "with_opportunities": "on"})
    assert (owners(goes), owners(stays), owners([account])) == ([rita, sam], before, [sam])


def test_all_of_it_is_the_new_owners_says_why_and_is_told_once(client, account, rita, sam, manager):
    goes, stays = with_everything(account, rita)
    before, versions = owners(stays), [record.version for record in goes]
    client.force_login(manager)
    response = client.post(url(account), {"to": sam.pk, "note": "Moved to Leeds"} | ALL, follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "Handed over, with 1 contact and 1 open opportunity."
    ]
    assert (owners(goes), owners(stays)) == ([sam, sam], before)
    assert [(record.team, record.version) for record in goes] == [(sam.team, version + 1) for version in versions]
    for record in goes:
        change = record.owner_changes.get()
        assert (change.before, change.after, change.by) == (rita, sam, manager)
        assert change.note == "With Ada Engines. Moved to Leeds"
    notice = Notice.objects.get()
    assert (notice.user, notice.url) == (sam, account.get_absolute_url())
    assert notice.body == f"Handed over by {manager}. · With 1 contact and 1 open opportunity. · Moved to Leeds"


def test_with_many_from_the_list(client, account, rita, sam, manager):
    second = AccountFactory(owner=sam)
    mine, other = ContactFactory(account=account, owner=rita), ContactFactory(account=account, owner=sam)
    sams, ritas = ContactFactory(account=second, owner=sam), ContactFactory(account=second, owner=rita)
    client.force_login(manager)
    boxes = client.get(reverse("accounts:list")).context["hand_over_form"].boxes()
    assert [box.name for box in boxes] == ["with_contacts", "with_opportunities"]
    data = {"chosen": [account.pk, second.pk], "to": manager.pk} | ALL
    response = client.post(url(account, many=True), data, follow=True)
    assert [str(message) for message in response.context["messages"]] == ["2 handed over, with 2 contacts."]
    assert owners([mine, other, sams, ritas]) == [manager, sam, manager, rita]


def test_left_to_nobody_it_stays_open_to_the_team_it_was_with(account, rita):
    team = TeamFactory()
    contact = ContactFactory(account=account, owner=rita, team=team)
    hand_over(record=account, to=None, by=None, now=NOW, along=goes_along.collect(Account))
    contact.refresh_from_db()
    assert (contact.owner, contact.team) == (None, team)


def test_what_fails_on_the_way_leaves_everything_where_it_was(account, rita, sam, monkeypatch):
    goes, _ = with_everything(account, rita)
    takes, taken = going_along._take, []

    def breaks(*args):
        if taken:
            raise RuntimeError("the second kind")
        taken.append(takes(*args))
        return taken[0]

    monkeypatch.setattr(going_along, "_take", breaks)
    with pytest.raises(RuntimeError):
        hand_over(record=account, to=sam, by=None, now=NOW, along=goes_along.collect(Account))
    assert (taken, owners([account, *goes])) == ([1], [rita] * 3)
    assert not any(record.owner_changes.exists() for record in [account, *goes])


@pytest.mark.parametrize("count", [1, 30])
def test_statements_do_not_grow_with_what_goes_along(account, rita, sam, count, django_assert_max_num_queries):
    ContactFactory.create_batch(count, account=account, owner=rita)
    with django_assert_max_num_queries(15):
        hand_over(record=account, to=sam, by=None, now=NOW, along=goes_along.collect(Account))


def test_reps_take_nothing_along(client, account, rita, sam):
    contact = ContactFactory(account=account, owner=rita)
    client.force_login(rita)
    assert client.post(url(account), {"to": sam.pk} | ALL).status_code == 403
    assert owners([account, contact]) == [rita, rita]


@pytest.mark.django_db(transaction=True)
def test_one_that_changes_hands_meanwhile_is_not_taken(account, rita, sam):
    """The contact is locked by who hands it over to Olga first; the account's hand-over waits and then leaves it."""
    if connection.vendor == "sqlite":
        pytest.skip("Transactions begin IMMEDIATE there: writers queue, nothing is read in between.")
    olga, contact = UserFactory(first_name="Olga"), ContactFactory(account=account, owner=rita)
    held = Event()

    def account_goes():
        held.wait(10)
        hand_over(record=account, to=sam, by=None, now=NOW, along=goes_along.collect(Account))
        connection.close()

    thread = Thread(target=account_goes)
    thread.start()
    with transaction.atomic():
        hand_over(record=contact, to=olga, by=None, now=NOW)
        held.set()
        thread.join(1)
        assert thread.is_alive()
    thread.join(10)
    assert owners([account, contact]) == [sam, olga]
    assert [(change.before, change.after) for change in contact.owner_changes.all()] == [(rita, olga)]
