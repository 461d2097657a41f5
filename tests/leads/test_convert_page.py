"""The page that converts a lead."""

import pytest
from django.urls import reverse

from crm.accounts.models import Account
from crm.contacts.models import Contact
from crm.opportunities.models import Opportunity
from crm.opportunities.services import open_opportunity
from leads.models import Conversion, Lead, Stage
from leads.services.conversion import ConversionChoice, convert_lead
from leads.services.intake import take_inquiry
from leads.services.lifecycle import accept_lead
from tests.factories import NOW, AccountFactory, ContactFactory, LeadFactory, UserFactory
from tests.leads.conftest import QUALIFYING


def url(lead):
    return reverse("leads:convert", args=[lead.pk])


@pytest.fixture
def rep(db):
    return UserFactory()


@pytest.fixture
def as_rep(client, rep):
    client.force_login(rep)
    return client


@pytest.fixture
def lead(defaults, rep, submission):
    given = submission(answers=QUALIFYING, owner=rep, phone="+12125550100", last_name="Lovelace")
    return accept_lead(lead=take_inquiry(submission=given, now=NOW).lead, by=rep, now=NOW)


@pytest.fixture
def unready(defaults, rep):
    return LeadFactory(owner=rep, stage=Stage.SAL, path="unqualified", reached_sales_at=NOW)


@pytest.fixture
def existing(rep):
    account = AccountFactory(name="Lovelace Limited", domain="lovelace.example", owner=rep)
    return ContactFactory(account=account, first_name="A.", last_name="", email="ada@lovelace.example", owner=rep)


def filled_in(client, lead):
    """What a browser posts when nobody changes anything."""
    form = client.get(url(lead)).context["form"]
    return {name: form[name].value() if form[name].value() is not None else "" for name in form.fields}


def test_page_fills_in_the_opportunity_from_the_answers(as_rep, lead):
    form = filled_in(as_rep, lead)
    assert (form["account"], form["contact"], form["opportunity"]) == ("new", "new", "new")
    assert (form["name"], form["amount"]) == ("Lovelace Ltd: Start with something new", 15_000)


def test_convert_as_filled_in_opens_the_opportunity(as_rep, lead, rep):
    response = as_rep.post(url(lead), filled_in(as_rep, lead))
    conversion = Conversion.objects.get(lead=lead)
    assert response.url == reverse("opportunities:detail", args=[conversion.opportunity_id])
    assert (conversion.by, conversion.policy_met, conversion.opportunity.owner) == (rep, True, rep)
    assert conversion.opportunity.roles.get().role == "decision_maker"


def test_matches_are_chosen_and_their_changes_shown(as_rep, lead, existing):
    response = as_rep.get(url(lead))
    form = filled_in(as_rep, lead)
    assert (form["account"], form["contact"]) == (str(existing.account_id), str(existing.pk))
    (option,) = response.context["options"].contacts
    changes = {change.label: change.value for change in option.changes}
    assert changes == {"Last name": "Lovelace", "Phone": "+12125550100", "Time zone": "America/New_York"}
    as_rep.post(url(lead), form)
    existing.refresh_from_db()
    assert (existing.first_name, existing.last_name) == ("A.", "Lovelace")
    assert (Account.objects.count(), Contact.objects.count()) == (1, 1)


def test_contact_of_somebody_else_is_named_but_not_offered(as_rep, lead, existing):
    other = UserFactory(first_name="Otto")
    Account.objects.update(owner=other)
    Contact.objects.update(owner=other)
    options = as_rep.get(url(lead)).context["options"]
    assert (options.contacts, options.accounts) == ([], [])
    assert options.hidden == ["A contact with the same e-mail address belongs to Otto Example."]
    posted = filled_in(as_rep, lead) | {"contact": str(existing.pk), "account": str(existing.account_id)}
    assert as_rep.post(url(lead), posted).status_code == 422
    assert not Conversion.objects.exists()


def test_another_account_can_be_looked_for(as_rep, lead, rep):
    account = AccountFactory(name="Engines Holding", owner=rep)
    AccountFactory(name="Engines of others", owner=UserFactory())
    address = f"{url(lead)}?search=engines"
    assert [match.account for match in as_rep.get(address).context["options"].accounts] == [account]
    as_rep.post(address, filled_in(as_rep, lead) | {"account": str(account.pk)})
    assert Conversion.objects.get().account == account


def test_open_opportunity_of_the_account_can_be_used(as_rep, lead, existing, rep):
    deal = open_opportunity(
        name="Deal", account=existing.account, contact=existing, by=rep, now=NOW, owner=rep, close_date=NOW.date()
    )
    as_rep.post(url(lead), filled_in(as_rep, lead) | {"opportunity": str(deal.pk)})
    assert Conversion.objects.get().opportunity == deal
    assert Opportunity.objects.count() == 1


def test_opportunity_is_left_out_only_into_existing_records_with_a_reason(as_rep, lead, existing):
    form = filled_in(as_rep, lead) | {"opportunity": "skip"}
    assert "skip_reason" in as_rep.post(url(lead), form).context["form"].errors
    into_new = form | {"contact": "new", "account": "new", "skip_reason": "None yet"}
    assert "opportunity" in as_rep.post(url(lead), into_new).context["form"].errors
    assert not Conversion.objects.exists()
    response = as_rep.post(url(lead), form | {"skip_reason": "Belongs to a running deal"})
    assert response.url == reverse("accounts:detail", args=[existing.account_id])
    assert Conversion.objects.get().opportunity is None


def test_no_way_to_skip_is_offered_without_an_existing_contact(as_rep, lead):
    assert 'value="skip"' not in as_rep.get(url(lead)).content.decode()


def test_not_ready_is_explained_and_refused(as_rep, unready):
    page = as_rep.get(url(unready))
    assert (page.context["ready"], page.context["can_convert"]) == (False, False)
    response = as_rep.post(url(unready), filled_in(as_rep, unready) | {"override_reason": "I want to"})
    assert response.status_code == 422
    assert "Not ready by the sales policy" in str(response.context["form"].errors)
    assert Lead.objects.get(pk=unready.pk).stage == Stage.SAL


def test_manager_overrides_with_a_reason(client, unready):
    client.force_login(UserFactory(sales_manager=True))
    form = filled_in(client, unready)
    assert "override_reason" in client.post(url(unready), form).context["form"].errors
    client.post(url(unready), form | {"override_reason": "The owner is a friend"})
    conversion = Conversion.objects.get()
    assert (conversion.policy_met, conversion.override_reason) == (False, "The owner is a friend")


def test_lead_that_sales_has_not_accepted_is_refused(as_rep, defaults, rep):
    lead = LeadFactory(owner=rep)
    assert as_rep.get(url(lead)).context["can_convert"] is False
    assert as_rep.post(url(lead), filled_in(as_rep, lead)).status_code == 422
    assert Lead.objects.get(pk=lead.pk).stage == Stage.UNQUALIFIED


@pytest.mark.parametrize("method", ["get", "post"])
def test_converted_lead_says_by_whom_and_where(as_rep, lead, rep, method):
    conversion = convert_lead(lead=lead, by=rep, now=NOW, choice=ConversionChoice())
    response = getattr(as_rep, method)(url(lead))
    html = response.content.decode()
    assert response.status_code == 409
    assert f"converted by {rep} on 10 March 2026" in html
    assert reverse("opportunities:detail", args=[conversion.opportunity_id]) in html
    assert Conversion.objects.count() == 1


WRONG = [
    {"amount": "-1"},
    {"amount": "a lot"},
    {"amount": "1e99"},
    {"currency": "euro"},
    {"close_date": "soon"},
    {"account": "999"},
    {"contact": "x"},
    {"opportunity": ""},
    {"name": "x" * 201},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_impossible_values_are_refused_at_their_field(as_rep, lead, wrong):
    response = as_rep.post(url(lead), filled_in(as_rep, lead) | wrong)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == set(wrong)
    assert not Conversion.objects.exists()


def test_page_shows_what_became_of_leads_like_this_one(as_rep, lead, rep):
    for _ in range(3):
        LeadFactory(owner=rep, path=lead.path, reached_sales_at=NOW, stage=Stage.SAL)
    found = as_rep.get(url(lead)).context["odds"]
    assert (found.outcomes.leads, found.won, found.low) == (3, 0, 0)
    z_squared = 1.959964**2
    assert round(found.high, 3) == round(100 * z_squared / (3 + z_squared), 3)  # Wilson for none of three
