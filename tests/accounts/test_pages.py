"""The pages of accounts."""

import pytest
from django.urls import reverse

from crm.accounts.models import Account
from tests.factories import AccountFactory, ContactFactory, TeamFactory, UserFactory

LIST = reverse("accounts:list")


@pytest.fixture
def rep(db):
    return UserFactory()


@pytest.fixture
def as_rep(client, rep):
    client.force_login(rep)
    return client


def url(name, account):
    return reverse(f"accounts:{name}", args=[account.pk])


def form_of(client, account):
    form = client.get(url("edit", account)).context["form"]
    return {name: form[name].value() if form[name].value() is not None else "" for name in form.fields}


@pytest.mark.parametrize("name", ["detail", "edit"])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_somebody_elses_account_is_as_if_it_were_not_there(as_rep, name, method):
    call = getattr(as_rep, method)
    missing = call(reverse(f"accounts:{name}", args=[999_999])).status_code
    assert missing in (404, 405)
    for account in (AccountFactory(owner=UserFactory()), AccountFactory(team=TeamFactory())):
        assert call(url(name, account)).status_code == missing


def test_list_shows_own_and_open_ones_and_finds_by_name(as_rep, rep):
    mine, unowned = AccountFactory(name="Mine", owner=rep), AccountFactory(name="Open")
    AccountFactory(name="Mine too", owner=UserFactory())
    assert {row.record for row in as_rep.get(LIST).context["table"].rows} == {mine, unowned}
    assert {row.record for row in as_rep.get(f"{LIST}?search=mine").context["table"].rows} == {mine}


@pytest.mark.parametrize("count", [1, 20])
def test_list_query_count(as_rep, rep, count, django_assert_num_queries):
    AccountFactory.create_batch(count, owner=rep)
    with django_assert_num_queries(5):
        as_rep.get(LIST)


@pytest.mark.parametrize("count", [1, 20])
def test_detail_query_count(as_rep, rep, count, django_assert_num_queries):
    account = AccountFactory(owner=rep)
    ContactFactory.create_batch(count, account=account)
    with django_assert_num_queries(10):
        response = as_rep.get(url("detail", account))
    assert response.content.decode().count("Kim Contact") == count


def test_edit_saves(as_rep, rep):
    account = AccountFactory(owner=rep)
    posted = form_of(as_rep, account) | {"name": "New name", "domain": " New.Example ", "country": "de", "phone": ""}
    assert as_rep.post(url("edit", account), posted).url == url("detail", account)
    account.refresh_from_db()
    assert (account.name, account.domain, account.country, account.version) == ("New name", "new.example", "DE", 2)


def test_stale_edit_is_told_what_changed_and_keeps_what_was_typed(as_rep, rep):
    account = AccountFactory(owner=rep, city="Berlin")
    first, second = form_of(as_rep, account), form_of(as_rep, account)
    as_rep.post(url("edit", account), first | {"city": "Hamburg"})
    response = as_rep.post(url("edit", account), second | {"industry": "Steel"})
    assert response.status_code == 409
    assert response.context["form"].changed_meanwhile == [("City", "Berlin", "Hamburg")]
    assert response.context["form"]["industry"].value() == "Steel"
    assert Account.objects.get(pk=account.pk).industry == ""


@pytest.mark.parametrize("wrong", [{"name": ""}, {"domain": "taken.example"}, {"phone": "x"}, {"employees": "-1"}])
def test_edit_refuses_what_is_wrong(as_rep, rep, wrong):
    AccountFactory(domain="taken.example")
    account = AccountFactory(owner=rep)
    response = as_rep.post(url("edit", account), form_of(as_rep, account) | wrong)
    assert (response.status_code, set(response.context["form"].errors)) == (422, set(wrong))


def test_two_accounts_without_a_domain_are_fine(as_rep, rep):
    AccountFactory(domain="")
    account = AccountFactory(owner=rep, domain="a.example")
    assert as_rep.post(url("edit", account), form_of(as_rep, account) | {"domain": ""}).status_code == 302
