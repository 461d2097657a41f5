"""Accounts, contacts and opportunities are handed over, and say whose they were."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from crm.accounts.models import Account, AccountOwnerChange
from crm.accounts.services.merging import merge_accounts, undo_account_merge
from crm.opportunities.services import open_opportunity
from crm.people.handing_over import HandOverRefused, hand_over, hand_over_many
from crm.people.models import Notice
from tests.factories import NOW, AccountFactory, ContactFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.usefixtures("defaults")
LATER = NOW + timedelta(days=1)
TO_NOBODY = "Nobody (open to the team)"
MANAGERS = ["sales_manager", "administrator"]


def an_account(owner):
    return AccountFactory(owner=owner)


def a_contact(owner):
    return ContactFactory(account=AccountFactory(owner=UserFactory()), owner=owner)


def a_deal(owner):
    contact = a_contact(owner)
    return open_opportunity(
        name="Deal", account=contact.account, contact=contact, by=None, now=NOW, owner=owner, close_date=NOW.date()
    )


each_kind = pytest.mark.parametrize("make", [an_account, a_contact, a_deal])


def url(record, name="hand_over"):
    return reverse(f"{record._meta.app_label}:{name}", args=[] if name.endswith("many") else [record.pk])


def told(client, record):
    response = client.get(f"{record.get_absolute_url()}?show=assignment")
    return [(entry.title, entry.body, entry.by) for entry in response.context["timeline"]]


def owners(record):
    return [(change.before, change.after, change.note) for change in record.owner_changes.all()]


@each_kind
def test_it_is_the_new_owners_and_their_teams_and_they_are_told(make):
    before, after, manager = UserFactory(), UserFactory(team=TeamFactory()), UserFactory(sales_manager=True)
    record = make(before)
    version = record.version
    done = hand_over(record=record, to=after, by=manager, now=LATER, note=" Moved to Leeds ").record
    assert (done.owner, done.team, done.version) == (after, after.team, version + 1)
    assert owners(done) == [(before, after, "Moved to Leeds")]
    notice = Notice.objects.get()
    assert (notice.user, notice.url) == (after, record.get_absolute_url())
    assert notice.body == f"Handed over by {manager}. · Moved to Leeds"


@each_kind
def test_who_had_it_sees_it_no_more_and_who_has_it_does(client, make):
    before, after, manager = UserFactory(), UserFactory(), UserFactory(sales_manager=True)
    record = make(before)
    others = type(record).objects
    client.force_login(manager)
    assert client.post(url(record), {"to": after.pk, "note": ""}).status_code == 302
    assert not others.visible_to(before).filter(pk=record.pk).exists()
    client.force_login(after)
    assert told(client, record) == [(f"Handed over to {after}", f"From {before}.", str(manager))]


def test_nobodys_stays_open_to_the_team_it_was_with():
    team = TeamFactory()
    colleague = UserFactory(team=team)
    account = AccountFactory(owner=UserFactory(team=team), team=team)
    hand_over(record=account, to=None, by=None, now=NOW)
    assert set(Account.objects.visible_to(colleague)) == {account}
    assert not Account.objects.visible_to(UserFactory()).exists()


def test_to_whom_has_it_already_is_no_change():
    rep = UserFactory()
    account = AccountFactory(owner=rep)
    assert hand_over(record=account, to=rep, by=rep, now=NOW).record.version == account.version
    assert (owners(account), Notice.objects.count()) == ([], 0)


def test_who_takes_it_themselves_is_not_told():
    manager = UserFactory(sales_manager=True)
    hand_over(record=AccountFactory(), to=manager, by=manager, now=NOW)
    assert not Notice.objects.exists()


@each_kind
def test_reps_do_not_hand_over(client, make):
    rep, other = UserFactory(), UserFactory()
    record = make(rep)
    client.force_login(rep)
    assert client.get(url(record)).status_code == 403
    assert client.post(url(record), {"to": other.pk}).status_code == 403
    assert client.post(url(record, "hand_over_many"), {"chosen": record.pk, "to": other.pk}).status_code == 403
    assert url(record) not in client.get(record.get_absolute_url()).content.decode()
    assert "With the chosen ones" not in client.get(url_of_list(record)).content.decode()
    record.refresh_from_db()
    assert record.owner == rep


@each_kind
def test_somebody_elses_is_as_if_it_were_not_there(client, make):
    record = make(UserFactory())
    client.force_login(UserFactory())
    assert [client.get(url(record)).status_code, client.post(url(record), {}).status_code] == [404, 404]


def url_of_list(record):
    return reverse(f"{record._meta.app_label}:list")


@each_kind
@pytest.mark.parametrize("role", MANAGERS)
def test_many_are_handed_over_from_the_list_and_back_to_it(client, make, role):
    to = UserFactory()
    records = [make(UserFactory()) for _ in range(3)]
    client.force_login(UserFactory(**{role: True}))
    back = f"{url_of_list(records[0])}?sort=name"
    assert "With the chosen ones" in client.get(back).content.decode()
    data = {"chosen": [records[0].pk, records[1].pk], "to": to.pk, "note": "Sam left", "next": back}
    response = client.post(url(records[0], "hand_over_many"), data)
    assert (response.status_code, response.headers["Location"]) == (302, back)
    for record in records:
        record.refresh_from_db()
    assert [record.owner == to for record in records] == [True, True, False]
    assert owners(records[0])[0][2] == "Sam left"


@each_kind
def test_nobody_is_chosen_beforehand_and_nobody_is_a_choice(client, make):
    record = make(UserFactory())
    client.force_login(UserFactory(sales_manager=True))
    for page, name in ((url(record), "form"), (url_of_list(record), "hand_over_form")):
        field = client.get(page).context[name]["to"]
        assert field.value() is None
        assert [choice[:2] for choice in field.field.choices][:2] == [("", "Choose who"), ("nobody", TO_NOBODY)]
        assert " required" in str(field)
    assert client.post(url(record), {"to": ""}).status_code == 422
    client.post(url(record, "hand_over_many"), {"chosen": record.pk, "to": ""})
    assert owners(record) == []
    client.post(url(record, "hand_over_many"), {"chosen": record.pk, "to": "nobody"})
    record.refresh_from_db()
    assert (record.owner, len(owners(record))) == (None, 1)


@pytest.mark.parametrize("to", ["999999", "x", "inactive", "marketing"])
def test_only_to_who_sells(client, to):
    people = {"inactive": UserFactory(is_active=False), "marketing": UserFactory(marketing_manager=True)}
    given = people[to].pk if to in people else to
    account = AccountFactory()
    client.force_login(UserFactory(sales_manager=True))
    assert client.post(url(account), {"to": given}).status_code == 422
    client.post(url(account, "hand_over_many"), {"chosen": account.pk, "to": given})
    account.refresh_from_db()
    assert (account.owner, owners(account)) == (None, [])


@pytest.mark.parametrize("chosen", ["999999", "x", "²", "9" * 30])
def test_unknown_ones_among_the_chosen_are_404_and_nothing_is_done(client, chosen):
    account, to = AccountFactory(), UserFactory()
    client.force_login(UserFactory(sales_manager=True))
    data = {"chosen": [account.pk, chosen], "to": to.pk}
    assert client.post(url(account, "hand_over_many"), data).status_code == 404
    assert owners(account) == []


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:a()"])
def test_the_way_back_stays_here(client, address):
    account = AccountFactory()
    client.force_login(UserFactory(sales_manager=True))
    response = client.post(url(account, "hand_over_many"), {"chosen": account.pk, "next": address})
    assert response.headers["Location"] == url_of_list(account)


def test_a_tombstone_is_refused_and_the_others_are_done():
    rep, other = UserFactory(), AccountFactory(name="Other")
    stays, goes = AccountFactory(name="Stays"), AccountFactory(name="Goes")
    merge_accounts(survivor=stays, duplicate=goes, by=None, now=NOW)
    with pytest.raises(HandOverRefused):
        hand_over(record=goes, to=rep, by=None, now=NOW)
    result = hand_over_many(records=[goes, other], to=rep, by=None, now=NOW)
    assert result.refused == ["“Goes” was merged into another one meanwhile: hand that one over."]
    other.refresh_from_db()
    assert other.owner == rep


def test_a_merge_tells_whose_both_were_and_that_it_brought_an_owner(client):
    """What the survivor lacks it gets from the duplicate, an owner too; an undo takes that back."""
    rep, manager = UserFactory(), UserFactory(sales_manager=True)
    stays, goes = AccountFactory(name="Stays"), AccountFactory(name="Goes")
    hand_over(record=goes, to=rep, by=manager, now=NOW)
    merge = merge_accounts(survivor=stays, duplicate=goes, by=manager, now=LATER)
    client.force_login(manager)
    brought = (f"Handed over to {rep}", "Merged with Goes.", str(manager))
    assert told(client, stays) == [brought, (f"Goes: handed over to {rep}", "", str(manager))]
    undo_account_merge(merge=merge, by=manager, now=LATER + timedelta(days=1))
    stays.refresh_from_db()
    back = ("In nobody's hands", f"From {rep}. No longer merged with Goes.", str(manager))
    assert (stays.owner, told(client, stays)) == (None, [back, brought])
    assert owners(goes) == [(None, rep, "")]


def test_a_change_of_hands_that_is_none_is_refused_by_the_database():
    account, rep = AccountFactory(), UserFactory()
    for before, after in ((None, None), (rep, rep)):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccountOwnerChange.objects.create(record=account, before=before, after=after, at=NOW)


def test_its_history_is_never_rewritten():
    account = hand_over(record=AccountFactory(), to=UserFactory(), by=None, now=NOW).record
    with pytest.raises(TypeError):
        account.owner_changes.update(note="x")
    with pytest.raises(TypeError):
        account.owner_changes.get().delete()


def test_owner_is_not_changed_behind_the_history_in_the_admin(client):
    account = AccountFactory(owner=UserFactory())
    client.force_login(UserFactory(administrator=True))
    page = client.get(reverse("admin:accounts_account_change", args=[account.pk]))
    assert page.status_code == 200
    assert {"owner", "team"} & set(page.context["adminform"].form.fields) == set()


@pytest.mark.parametrize("count", [1, 20])
def test_list_query_count_for_who_may_hand_over(client, count, django_assert_max_num_queries):
    for _ in range(count):
        a_deal(UserFactory())
    client.force_login(UserFactory(sales_manager=True))
    for name in ("accounts", "contacts", "opportunities"):
        with django_assert_max_num_queries(10):
            client.get(reverse(f"{name}:list"))


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_leave_a_history_without_gaps():
    """Each says from whom it took it: whoever had it just before."""
    people, account = UserFactory.create_batch(20), AccountFactory()
    barrier = Barrier(len(people))

    def take(rep):
        try:
            barrier.wait(timeout=30)
            return hand_over(record=account, to=rep, by=None, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(take, people))
    chain = list(account.owner_changes.order_by("pk").values_list("before", "after"))
    account.refresh_from_db()
    assert [before for before, _ in chain] == [None, *(after for _, after in chain[:-1])]
    assert (len(chain), chain[-1][1], account.version) == (20, account.owner_id, 21)
