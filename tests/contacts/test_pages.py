"""The pages of contacts."""

import pytest
from django.urls import reverse

from crm.contacts.models import Contact
from tests.factories import AccountFactory, ContactFactory, UserFactory

LIST = reverse("contacts:list")


@pytest.fixture
def rep(db):
    return UserFactory()


@pytest.fixture
def as_rep(client, rep):
    client.force_login(rep)
    return client


@pytest.fixture
def contact(rep):
    return ContactFactory(account__owner=rep, owner=rep)


def theirs():
    other = UserFactory()
    return ContactFactory(account=AccountFactory(owner=other), owner=other)


def url(name, contact):
    return reverse(f"contacts:{name}", args=[contact.pk])


def form_of(client, contact):
    form = client.get(url("edit", contact)).context["form"]
    return {name: form[name].value() if form[name].value() is not None else "" for name in form.fields}


@pytest.mark.parametrize("name", ["detail", "edit"])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_somebody_elses_contact_is_as_if_it_were_not_there(as_rep, name, method):
    call = getattr(as_rep, method)
    missing = call(reverse(f"contacts:{name}", args=[999_999])).status_code
    assert missing in (404, 405)
    assert call(url(name, theirs())).status_code == missing


def test_list_shows_the_people_of_visible_accounts_and_finds_them(as_rep, contact):
    theirs()
    assert {row.record for row in as_rep.get(LIST).context["table"].rows} == {contact}
    query = f"{LIST}?search={contact.last_name.replace(' ', '+')}+kim"
    assert {row.record for row in as_rep.get(query).context["table"].rows} == {contact}
    assert "No contact is like that" in as_rep.get(f"{LIST}?search=nobody").content.decode()


@pytest.mark.parametrize("count", [1, 20])
def test_list_query_count(as_rep, rep, count, django_assert_num_queries):
    ContactFactory.create_batch(count, account__owner=rep)
    with django_assert_num_queries(5):
        as_rep.get(LIST)


def test_who_opted_out_has_no_links(as_rep, contact):
    Contact.objects.update(email_opt_out=True, do_not_call=True, phone="+12125550100")
    html = as_rep.get(url("detail", contact)).content.decode()
    assert "mailto:" not in html
    assert "tel:" not in html
    assert "+12125550100" in html


def test_stale_edit_is_told_what_changed_and_keeps_what_was_typed(as_rep, contact):
    first, second = form_of(as_rep, contact), form_of(as_rep, contact)
    as_rep.post(url("edit", contact), first | {"job_title": "CEO"})
    response = as_rep.post(url("edit", contact), second | {"first_name": "Kimberly"})
    assert response.status_code == 409
    assert response.context["form"].changed_meanwhile == [("Job title", "", "CEO")]
    assert response.context["form"]["first_name"].value() == "Kimberly"
    assert Contact.objects.get(pk=contact.pk).first_name == "Kim"


def test_address_of_another_contact_is_refused(as_rep, contact):
    other = ContactFactory()
    response = as_rep.post(url("edit", contact), form_of(as_rep, contact) | {"email": other.email})
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"email"})


def test_edit_lifts_no_opt_out(as_rep, contact):
    Contact.objects.update(email_opt_out=True)
    as_rep.post(url("edit", contact), form_of(as_rep, contact) | {"email_opt_out": "", "last_name": "New"})
    contact.refresh_from_db()
    assert (contact.last_name, contact.email_opt_out) == ("New", True)
