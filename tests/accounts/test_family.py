"""Which company belongs to which, and where its offices are."""

from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.urls import reverse

from crm.accounts.models import Account, AccountAddress
from crm.accounts.queries import family_of
from crm.accounts.services.family import FamilyRefused, set_parent
from crm.people.models import Company
from tests.factories import AccountFactory, UserFactory


@pytest.fixture
def rep(db):
    return UserFactory()


@pytest.fixture
def as_rep(client, rep):
    client.force_login(rep)
    return client


def chain(rep, *names):
    accounts = [AccountFactory(name=name, owner=rep) for name in names]
    for child, parent in zip(accounts[1:], accounts, strict=False):
        set_parent(account=child, parent=parent, by=rep)
    return accounts


def test_family_is_a_tree_whoever_asks(rep):
    top, middle, _leaf = chain(rep, "Top", "Middle", "Leaf")
    set_parent(account=AccountFactory(name="Aside", owner=rep), parent=top, by=rep)
    for account in (top, middle):
        assert [(r.account.name, r.depth) for r in family_of(account, user=rep)] == [
            ("Top", 0),
            ("Aside", 1),
            ("Middle", 1),
            ("Leaf", 2),
        ]
    assert family_of(AccountFactory(owner=rep), user=rep) == []


def test_family_shows_nobody_elses_companies(rep):
    _top, middle, leaf = chain(rep, "Top", "Middle", "Leaf")
    Account.objects.filter(pk=middle.pk).update(owner=UserFactory())
    assert [(r.account.name, r.depth) for r in family_of(leaf, user=rep)] == [("Leaf", 0), ("Top", 0)]


def test_cycles_are_refused(rep):
    top, middle, leaf = chain(rep, "Top", "Middle", "Leaf")
    for parent in (leaf, middle, top):
        with pytest.raises(FamilyRefused):
            set_parent(account=top, parent=parent, by=rep)
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=top.pk).update(parent=top)


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_close_no_cycle():
    Company.current()
    rep, barrier, refused = UserFactory(), Barrier(4), []
    ring = AccountFactory.create_batch(4)

    def tie(number: int) -> None:
        barrier.wait()
        try:
            set_parent(account=ring[number], parent=ring[(number + 1) % 4], by=rep)
        except FamilyRefused as refusal:
            refused.append(refusal)
        finally:
            connections.close_all()

    threads = [Thread(target=tie, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(refused), Account.objects.filter(parent=None).count()) == (1, 1)


def test_parent_is_looked_for_and_chosen_on_the_page(as_rep, rep):
    account, holding = AccountFactory(owner=rep), AccountFactory(name="Zürich Holding", owner=rep)
    hidden = AccountFactory(name="Zurich of others", owner=UserFactory())
    page = reverse("accounts:parent", args=[account.pk]) + "?search=ZURICH"
    assert [found.pk for found in as_rep.get(page).context["form"].found] == [holding.pk]
    assert as_rep.post(page, {"account": hidden.pk}).status_code == 422
    assert as_rep.post(page, {"account": holding.pk}).url == account.get_absolute_url()
    assert Account.objects.get(pk=account.pk).parent == holding
    html = as_rep.get(holding.get_absolute_url()).content.decode()
    assert "Group of companies" in html
    as_rep.post(reverse("accounts:parent", args=[account.pk]), {"account": "none"})
    assert Account.objects.get(pk=account.pk).parent is None


def test_cycle_is_explained_at_the_field(as_rep, rep):
    top, _middle, leaf = chain(rep, "Top", "Middle", "Leaf")
    response = as_rep.post(reverse("accounts:parent", args=[top.pk]) + "?search=leaf", {"account": leaf.pk})
    assert "belongs to Top already" in response.content.decode()


def test_further_addresses_are_added_corrected_and_taken_out(as_rep, rep):
    account = AccountFactory(owner=rep)
    new = reverse("accounts:new_address", args=[account.pk])
    assert set(as_rep.post(new, {"kind": "billing", "country": "USA"}).context["form"].errors) == {"country"}
    assert set(as_rep.post(new, {"kind": "billing"}).context["form"].errors) == {"city"}
    as_rep.post(new, {"kind": "billing", "street": "1 Main St", "city": "Leeds", "country": "gb"})
    address = AccountAddress.objects.get()
    assert (address.kind, str(address)) == ("billing", "1 Main St, Leeds, GB")
    assert "1 Main St, Leeds, GB" in as_rep.get(account.get_absolute_url()).content.decode()
    one = reverse("accounts:address", args=[account.pk, address.pk])
    as_rep.post(one, {"kind": "billing", "street": "2 Main St", "city": "Leeds", "country": "GB"})
    assert AccountAddress.objects.get().street == "2 Main St"
    as_rep.post(one, {"kind": "billing", "city": "Leeds", "removed": "on"})
    assert not AccountAddress.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_family_and_addresses_of_others_are_as_if_not_there(as_rep, method):
    theirs = AccountFactory(owner=UserFactory())
    address = AccountAddress.objects.create(account=theirs, city="Leeds")
    mine = AccountFactory()
    for name, args in [("parent", [theirs.pk]), ("new_address", [theirs.pk]), ("address", [mine.pk, address.pk])]:
        assert getattr(as_rep, method)(reverse(f"accounts:{name}", args=args)).status_code == 404


def test_family_takes_two_queries(rep, django_assert_num_queries):
    top, *_ = chain(rep, *(f"Company {number}" for number in range(6)))
    with django_assert_num_queries(2):
        assert len(family_of(top, user=rep)) == 6


def test_search_folds_case_and_accents_on_every_database(as_rep, rep):
    account = AccountFactory(name="Ångström Größe GmbH", city="São Paulo", owner=rep)
    for text in ("ANGSTROM", "ångström", "grösse", "GROSSE sao", "Größe SÃO"):
        found = as_rep.get(reverse("accounts:list"), {"search": text}).context["table"].rows
        assert [row.record for row in found] == [account], (text, connection.vendor)


def test_search_column_follows_the_record(rep):
    account = AccountFactory(name="Old")
    account.name = "Née"
    account.save(update_fields=["name"])
    account.refresh_from_db()
    assert (account.search_text, account.name_key, account.name_key_backwards) == ("nee", "nee", "een")
