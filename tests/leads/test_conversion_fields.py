"""Every field of a lead has a target or is listed as staying behind."""

import pytest

from crm.accounts.models import Account
from crm.contacts.models import Contact, ContactAddress
from crm.opportunities.models import Opportunity
from leads.conversion_fields import STAYS, TARGETS, account_changes, domain_of, further_addresses, left_behind
from leads.models import Lead, Stage
from leads.services.conversion import ConversionChoice, convert_lead
from tests.factories import NOW, AccountFactory, ContactFactory, LeadFactory, UserFactory

RECORDS = {"account": Account, "contact": Contact, "opportunity": Opportunity}
pytestmark = pytest.mark.django_db


def test_every_field_of_the_lead_goes_somewhere_or_is_said_to_stay():
    fields = {field.name for field in Lead._meta.concrete_fields}
    assert fields - TARGETS.keys() - STAYS.keys() == set()
    assert TARGETS.keys() & STAYS.keys() == set()
    assert (TARGETS.keys() | STAYS.keys()) - fields == set()


@pytest.mark.parametrize("target", sorted({target for targets in TARGETS.values() for target in targets}))
def test_every_target_is_a_field(target):
    record, _, field = target.partition(".")
    assert RECORDS[record]._meta.get_field(field)


def ready(**fields):
    given = {"owner": UserFactory(), "stage": Stage.SAL, "path": "researched", "reached_sales_at": NOW}
    return LeadFactory(**(given | fields))


def convert(lead, **choice):
    return convert_lead(lead=lead, by=None, now=NOW, choice=ConversionChoice(override_reason="Test", **choice))


def test_new_records_get_what_the_map_says(defaults):
    values = {"city": "Leeds", "country": "GB", "phone": "+12125550100", "job_title": "Head", "do_not_call": True}
    lead = ready(company="Lovelace", email="ada@lovelace.example", **values)
    conversion = convert(lead)
    records = {"account": conversion.account, "contact": conversion.contact, "opportunity": conversion.opportunity}
    for name, targets in TARGETS.items():
        for target in targets:
            record, _, field = target.partition(".")
            if (name, target) in (("website", "account.domain"),) or getattr(lead, name) in (None, ""):
                continue
            assert getattr(records[record], field) == getattr(lead, name), target


def test_domain_is_of_the_address_else_of_the_website():
    assert domain_of(Lead(email="a@lovelace.example", website="https://other.example")) == "lovelace.example"
    assert domain_of(Lead(email="a@gmail.com", website="https://www.lovelace.example/about")) == "lovelace.example"
    assert domain_of(Lead(website="https://facebook.com/lovelace")) == ""
    assert domain_of(Lead()) == ""


def test_chosen_account_gets_only_what_it_lacks_and_an_address_whole(defaults):
    lead = ready(email="ada@lovelace.example", city="Leeds", country="GB")
    for account, expected in [
        (AccountFactory(), {"city": "Leeds", "country": "GB", "domain": "lovelace.example"}),
        (AccountFactory(country="US", domain="a.example"), {}),
        (AccountFactory(country="US"), {"domain": "lovelace.example"}),
    ]:
        assert account_changes(lead, account) == expected
    account = AccountFactory(name="Lovelace")
    convert(lead, account=account)
    account.refresh_from_db()
    assert (account.city, account.domain, account.version) == ("Leeds", "lovelace.example", 2)


def test_domain_that_another_account_has_is_left_to_it(defaults):
    AccountFactory(domain="lovelace.example")
    lead = ready(email="ada@lovelace.example")
    assert "domain" not in account_changes(lead, AccountFactory())
    assert convert(lead).account.domain == ""


def test_other_address_and_number_become_further_ones_of_the_contact(defaults):
    contact = ContactFactory(email="kim@work.example", phone="+12125550100")
    lead = ready(email="kim@home.example", phone="+12125550199")
    assert [one[:2] for one in further_addresses(lead, contact)] == [
        ("email", "kim@home.example"),
        ("phone", "+12125550199"),
    ]
    convert(lead, account=contact.account, contact=contact)
    contact.refresh_from_db()
    assert contact.email == "kim@work.example"
    assert list(Contact.objects.with_email("kim@home.example")) == [contact]
    assert ContactAddress.objects.count() == 2
    assert "kim@home.example" in contact.search_text


def test_what_stays_is_said_with_a_reason():
    said = left_behind(ready(score=12, engaged_at=NOW))
    assert any("score" in names for names, _ in said)
    assert all(reason for _, reason in said)
