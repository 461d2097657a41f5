"""Failures after every write, records that changed meanwhile, and many leads at once."""

import re

import pytest
from django.db import connection, transaction
from django.urls import reverse

from crm.accounts.matching import likeness, matching_accounts
from crm.accounts.models import Account, AccountFieldChange, AccountFieldValue, IdentifiedProject
from crm.contacts.models import Contact, ContactAddress, ContactFieldChange, ContactFieldValue
from crm.fields.definitions import definition_of
from crm.fields.services.values import begin_with
from crm.opportunities.models import (
    Opportunity,
    OpportunityContact,
    OpportunityFieldValue,
    OpportunityStageChange,
)
from crm.opportunities.services import lose_opportunity, open_opportunity
from crm.web.quick import running
from leads.models import Conversion, Lead, Provenance, Stage, StageChange
from leads.outcomes import similar_outcomes
from leads.services.bulk_conversion import convert_ready_leads
from leads.services.conversion import ConversionChoice, ConversionRefused, convert_lead
from leads.services.lifecycle import accept_lead
from leads.services.qualification import give_answers
from leads.services.research import identify_project
from tests.factories import (
    NOW,
    AccountFactory,
    ContactFactory,
    CustomFieldFactory,
    LeadFactory,
    SourceFactory,
    UserFactory,
)
from tests.leads.conftest import QUALIFYING

pytestmark = pytest.mark.django_db
WRITTEN = (
    *(Account, Contact, ContactAddress, Opportunity, OpportunityContact, OpportunityStageChange, Conversion),
    *(AccountFieldValue, AccountFieldChange, ContactFieldValue, ContactFieldChange, OpportunityFieldValue),
)


@pytest.fixture
def rep():
    return UserFactory()


@pytest.fixture
def ready(defaults, rep):
    """ready(email=...): a lead that the sales policy calls ready, taken over by the rep."""

    def make(**fields):
        lead = LeadFactory(**fields)
        give_answers(lead=lead, answers=QUALIFYING, provenance=Provenance.FORM, now=NOW)
        return accept_lead(lead=Lead.objects.get(pk=lead.pk), by=rep, now=NOW)

    return make


def state(lead):
    counts = [model.objects.count() for model in WRITTEN]
    row = Lead.objects.filter(pk=lead.pk).values().get()
    return counts, row, StageChange.objects.count(), list(IdentifiedProject.objects.values("account", "version"))


class PowerCut(Exception):
    pass


class CutAfter:
    """Fails right after the n-th statement that writes."""

    WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)", re.IGNORECASE)

    def __init__(self, writes):
        self.left = writes

    def __call__(self, execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if self.WRITES.match(sql):
            self.left -= 1
            if self.left == 0:
                raise PowerCut
        return result


@pytest.fixture
def one_by_one(monkeypatch):
    """What goes to the database together otherwise."""
    monkeypatch.setattr(running, "bundles", lambda statements: [[statement] for statement in statements])


@pytest.mark.parametrize("into", ["new", "existing"])
@pytest.mark.usefixtures("one_by_one")
def test_a_failure_after_each_write_leaves_nothing_behind(ready, rep, into):
    lead = ready(email="kim@home.example", phone="+12125550100", city="Leeds")
    identify_project(at=lead, fields={"name": "Plant"}, by=rep, now=NOW)
    for record_kind in ("account", "contact", "opportunity"):
        source = CustomFieldFactory(target=CustomFieldFactory(record_kind=record_kind))
        begin_with(record=lead, values={definition_of(source): "A"})
    contact = ContactFactory(email="kim@work.example", phone="", owner=rep)
    choice = ConversionChoice() if into == "new" else ConversionChoice(contact=contact, account=contact.account)
    before, writes = state(lead), 0
    while True:
        writes += 1
        try:
            with transaction.atomic(), connection.execute_wrapper(CutAfter(writes)):
                convert_lead(lead=lead, by=rep, now=NOW, choice=choice)
            break
        except PowerCut:
            assert state(lead) == before, f"after write {writes}"
    assert writes > 8
    assert Conversion.objects.count() == 1


def test_what_was_chosen_is_read_again_before_the_rules(ready, rep):
    contact = ContactFactory(owner=rep)
    account = contact.account
    deal = open_opportunity(
        name="Deal", account=account, contact=contact, by=rep, now=NOW, owner=rep, close_date=NOW.date()
    )
    Contact.objects.filter(pk=contact.pk).update(account=AccountFactory())
    lose_opportunity(opportunity=Opportunity.objects.get(pk=deal.pk), reason="Price", by=rep, now=NOW)
    lead = ready()
    choice = ConversionChoice(account=account, contact=contact, opportunity=deal)
    with pytest.raises(ConversionRefused) as refused:
        convert_lead(lead=lead, by=rep, now=NOW, choice=choice)
    assert set(refused.value.errors) == {"contact", "opportunity"}


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("lovelace", "lovelace", True),
        ("lovelace engines", "lovelase engines", True),
        ("lovelace engines", "engines lovelace", True),
        ("hamilton", "hamilton group", True),
        ("store 12", "store 13", False),
        ("lovelace", "babbage", False),
    ],
)
def test_likeness_of_names(one, other, alike):
    assert (likeness(one, other) >= 85) == alike


@pytest.mark.parametrize(
    "name", ["Lovelase Engines Ltd.", "The Lovelace Engines", "Lovelace Engines Holding", "Covelace Engines"]
)
def test_nearly_the_same_name_is_found_among_many(name):
    account = AccountFactory(name="Lovelace Engines")
    AccountFactory.create_batch(60)
    (match,) = matching_accounts(name=name, domain="")
    assert (match.account, "% alike" in match.reason, match.score < 100) == (account, True, True)


def test_matching_takes_three_queries(django_assert_num_queries):
    AccountFactory.create_batch(30)
    with django_assert_num_queries(3):
        matching_accounts(name="Somebody new", domain="new.example")


def test_name_that_is_only_alike_is_offered_and_not_chosen(client, ready, rep):
    account = AccountFactory(name="Lovelace Engines", owner=rep)
    lead = ready(company="Lovelase Engines", owner=rep)
    client.force_login(rep)
    response = client.get(reverse("leads:convert", args=[lead.pk]))
    assert [option.account for option in response.context["options"].accounts] == [account]
    assert response.context["form"]["account"].value() == "new"


def test_bulk_conversion_says_for_each_lead_what_it_became(ready, rep):
    known = ContactFactory(email="known@a.example", owner=rep)
    domain = AccountFactory(domain="lovelace.example", owner=rep)
    theirs = ContactFactory(email="theirs@b.example", owner=UserFactory(), account=AccountFactory(owner=UserFactory()))
    AccountFactory(name="Babbage Works", owner=rep)
    new, same_contact, same_domain = ready(), ready(email=known.email), ready(email="x@lovelace.example")
    hidden, alike = ready(email=theirs.email), ready(company="Babbage Works Ltd")
    unready = LeadFactory(owner=rep, stage=Stage.SAL, path="unqualified", reached_sales_at=NOW)
    fresh = LeadFactory(owner=rep)
    leads = [new, same_contact, same_domain, hidden, alike, unready, fresh]
    outcomes = {one.lead: one for one in convert_ready_leads(leads=leads, by=rep, now=NOW)}
    assert [bool(outcomes[lead].conversion) for lead in leads] == [True, True, True, False, False, False, False]
    assert outcomes[same_contact].conversion.contact == known
    assert outcomes[same_domain].conversion.account == domain
    assert "belongs to" in outcomes[hidden].problem
    assert "nearly the same name" in outcomes[alike].problem
    assert "Not ready" in outcomes[unready].problem
    assert "Accept the lead first" in outcomes[fresh].problem
    assert Conversion.objects.filter(opportunity=None).count() == 0


def test_bulk_conversion_on_the_page(client, ready, rep):
    done, fresh = ready(), LeadFactory(owner=rep)
    foreign = LeadFactory(owner=UserFactory())
    client.force_login(rep)
    page = reverse("leads:bulk")
    assert client.post(page, {"action": "convert", "leads": [done.pk, foreign.pk]}).status_code == 404
    response = client.post(page, {"action": "convert", "leads": [done.pk, fresh.pk]})
    assert ([o.lead for o in response.context["done"]], [o.lead for o in response.context["refused"]]) == (
        [done],
        [fresh],
    )
    assert Conversion.objects.get().lead == done


@pytest.mark.parametrize("with_source", [True, False])
def test_outcomes_of_leads_like_this_one(ready, rep, with_source, django_assert_num_queries):
    from datetime import timedelta

    from crm.opportunities.services import win_opportunity

    source = SourceFactory() if with_source else None
    leads = [ready(source=source) for _ in range(5)]
    for days, lead in zip((10, 20, 60), leads[1:], strict=False):
        deal = convert_lead(lead=lead, by=rep, now=NOW, choice=ConversionChoice()).opportunity
        if days != 60:
            win_opportunity(opportunity=deal, by=rep, now=NOW + timedelta(days=days))
    ready(source=SourceFactory())
    with django_assert_num_queries(1):
        found = similar_outcomes(leads[0])
    assert (found.leads, found.converted, found.won, round(found.median_days, 6)) == (4, 3, 2, 15.0)
    assert similar_outcomes(LeadFactory()).leads == 0


def test_shared_number_with_another_name_is_offered_and_not_chosen(client, ready, rep):
    someone = ContactFactory(first_name="Sharon", last_name="Barnes", phone="+12125550100", owner=rep)
    lead = ready(first_name="Richard", last_name="Thompson", phone="+12125550100", owner=rep)
    client.force_login(rep)
    response = client.get(reverse("leads:convert", args=[lead.pk]))
    assert [option.contact for option in response.context["options"].contacts] == [someone]
    assert (response.context["form"]["contact"].value(), response.context["form"]["account"].value()) == ("new", "new")
