from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from crm.accounts.models import Account
from crm.contacts.models import Contact, ContactAddress
from crm.opportunities.models import Opportunity
from crm.opportunities.services import lose_opportunity
from leads.models import Conversion, Lead, Provenance, Stage
from leads.services.conversion import AlreadyConverted, ConversionChoice, ConversionRefused, convert_lead
from leads.services.editing import edit_lead
from leads.services.lifecycle import accept_lead
from leads.services.qualification import give_answers
from tests.factories import NOW, AccountFactory, ContactFactory, LeadFactory, UserFactory
from tests.leads.conftest import QUALIFYING

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep():
    return UserFactory()


@pytest.fixture
def accepted(defaults, rep):
    """A lead that sales took over and that the sales policy calls ready."""
    lead = LeadFactory(company="Lovelace Ltd", email="ada@lovelace.example")
    give_answers(lead=lead, answers=QUALIFYING, provenance=Provenance.FORM, now=NOW)
    lead.refresh_from_db()
    return accept_lead(lead=lead, by=rep, now=NOW)


def convert(lead, by, **choice):
    return convert_lead(lead=lead, by=by, now=NOW, choice=ConversionChoice(**choice))


def test_conversion_makes_account_contact_and_opportunity_from_the_answers(accepted, rep):
    conversion = convert(accepted, rep)
    opportunity = conversion.opportunity
    assert (conversion.account.name, conversion.account.domain) == ("Lovelace Ltd", "lovelace.example")
    assert (conversion.contact.email, conversion.contact.account) == ("ada@lovelace.example", conversion.account)
    assert opportunity.name == "Lovelace Ltd: Start with something new"
    assert (opportunity.amount, opportunity.currency) == (Decimal(15_000), "USD")
    assert opportunity.close_date == (NOW + timedelta(days=30)).date()
    assert (opportunity.path, opportunity.owner) == ("self_qualified", rep)
    assert [(r.contact, r.role) for r in opportunity.roles.all()] == [(conversion.contact, "decision_maker")]
    accepted.refresh_from_db()
    assert accepted.stage == Stage.CONVERTED
    assert [c.to_stage for c in accepted.stage_changes.all()] == [Stage.MQL, Stage.SAL, Stage.SQL, Stage.CONVERTED]


def test_second_conversion_says_who_when_and_where(accepted, rep):
    first = convert(accepted, rep)
    with pytest.raises(AlreadyConverted) as refused:
        convert(accepted, UserFactory())
    assert refused.value.conversion == first
    assert str(rep) in str(refused.value)


def test_a_matched_contact_is_only_filled_in_and_opt_outs_are_added(accepted, rep):
    contact = ContactFactory(first_name="Augusta", email="ada@lovelace.example", job_title="")
    Lead.objects.filter(pk=accepted.pk).update(email_opt_out=True, job_title="Countess")
    conversion = convert(accepted, rep, account=contact.account, contact=contact)
    contact.refresh_from_db()
    assert (contact.first_name, contact.job_title, contact.email_opt_out) == ("Augusta", "Countess", True)
    assert (conversion.matched_account, conversion.matched_contact) == (True, True)
    assert Account.objects.count() == 1


def test_a_contact_of_another_account_is_refused(accepted, rep):
    with pytest.raises(ConversionRefused) as refused:
        convert(accepted, rep, account=AccountFactory(), contact=ContactFactory())
    assert set(refused.value.errors) == {"contact"}


@pytest.mark.parametrize("medium", ["primary", "further"])
def test_a_new_contact_with_a_known_address_is_refused(accepted, rep, medium):
    known = ContactFactory(email="ada@lovelace.example" if medium == "primary" else "other@lovelace.example")
    if medium == "further":
        address = "ada@lovelace.example"
        ContactAddress.objects.create(contact=known, medium="email", kind="other", value=address, key=address)
    with pytest.raises(ConversionRefused) as refused:
        convert(accepted, rep)
    assert set(refused.value.errors) == {"contact"}
    assert Account.objects.count() == 1


@pytest.mark.parametrize("step", ["convert", "edit"])
def test_another_broken_constraint_is_not_taken_for_a_known_address(accepted, rep, step):
    """Nobody has the address: a message that says so would send the rep looking for a contact that is not there."""
    taken, row = (ContactFactory, "contacts_contact") if step == "convert" else (LeadFactory, "leads_lead")
    taken(last_name="Lovelace")
    Lead.objects.filter(pk=accepted.pk).update(last_name="Lovelace" if step == "convert" else "King")
    connection.check_constraints()  # else PostgreSQL still has something to check in the table
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNIQUE INDEX one_of_each_name ON {row} (last_name)")
    edit = partial(edit_lead, lead=accepted, version=accepted.version, fields={"last_name": "Lovelace"}, now=NOW)
    with pytest.raises(IntegrityError):
        convert(accepted, rep) if step == "convert" else edit(by=rep)


def test_conversion_into_an_open_opportunity_of_the_account(accepted, rep):
    other = LeadFactory(company="Lovelace Ltd")
    give_answers(lead=other, answers=QUALIFYING, provenance=Provenance.FORM, now=NOW)
    other.refresh_from_db()
    first = convert(accept_lead(lead=other, by=rep, now=NOW), rep)
    conversion = convert(accepted, rep, account=first.account, opportunity=first.opportunity)
    assert conversion.opportunity == first.opportunity
    assert (Opportunity.objects.count(), first.opportunity.roles.count()) == (1, 2)


def test_a_closed_or_foreign_opportunity_is_refused(accepted, rep):
    other = LeadFactory()
    give_answers(lead=other, answers=QUALIFYING, provenance=Provenance.FORM, now=NOW)
    other.refresh_from_db()
    first = convert(accept_lead(lead=other, by=rep, now=NOW), rep)
    for account in (first.account, AccountFactory()):
        lose_opportunity(opportunity=first.opportunity, reason="Price", by=rep, now=NOW)
        with pytest.raises(ConversionRefused):
            convert(accepted, rep, account=account, opportunity=first.opportunity)


def test_the_opportunity_cannot_be_skipped_into_new_records(accepted, rep):
    with pytest.raises(ConversionRefused) as refused:
        convert(accepted, rep, skip_opportunity=True, skip_reason="no need")
    assert set(refused.value.errors) == {"skip_opportunity"}


def test_skipping_into_existing_records_needs_a_reason(accepted, rep):
    contact = ContactFactory()
    chosen = {"account": contact.account, "contact": contact, "skip_opportunity": True}
    with pytest.raises(ConversionRefused):
        convert(accepted, rep, **chosen)
    conversion = convert(accepted, rep, **chosen, skip_reason="They have a running project")
    assert (conversion.opportunity, conversion.skip_reason) == (None, "They have a running project")


def test_a_lead_that_nobody_accepted_is_refused(defaults, rep):
    lead = LeadFactory()
    give_answers(lead=lead, answers=QUALIFYING, provenance=Provenance.FORM, now=NOW)
    with pytest.raises(ConversionRefused) as refused:
        convert(lead, rep)
    assert set(refused.value.errors) == {"__all__"}


def test_a_rep_cannot_override_readiness_and_a_manager_needs_a_reason(defaults, rep):
    lead = accept_lead(lead=LeadFactory(), by=rep, now=NOW)
    manager = UserFactory(sales_manager=True)
    with pytest.raises(ConversionRefused):
        convert(lead, rep, override_reason="I want to")
    with pytest.raises(ConversionRefused) as refused:
        convert(lead, manager)
    assert set(refused.value.errors) == {"override_reason"}
    conversion = convert(lead, manager, override_reason="Known customer")
    assert (conversion.policy_met, conversion.override_reason) == (False, "Known customer")


def test_refusal_writes_nothing(accepted, rep):
    before = Lead.objects.get(pk=accepted.pk).version
    with pytest.raises(ConversionRefused):
        convert(accepted, rep, skip_opportunity=True)
    assert (Account.objects.count(), Contact.objects.count(), Opportunity.objects.count()) == (0, 0, 0)
    assert Lead.objects.get(pk=accepted.pk).version == before


def insert_conversion(**columns):
    names = ", ".join(columns)
    marks = ", ".join(["%s"] * len(columns))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO leads_conversion ({names}) VALUES ({marks})", list(columns.values()))


def test_the_database_refuses_a_raw_conversion_without_an_opportunity(accepted):
    contact = ContactFactory()
    row = {
        "lead_id": accepted.pk,
        "account_id": contact.account_id,
        "contact_id": contact.pk,
        "opportunity_id": None,
        "matched_account": False,
        "matched_contact": True,
        "skip_reason": "because",
        "policy_met": True,
        "override_reason": "",
        "converted_at": NOW.isoformat(),
    }
    for wrong in (row, row | {"matched_account": True, "skip_reason": ""}, row | {"policy_met": False}):
        with pytest.raises(IntegrityError):
            insert_conversion(**wrong)
    insert_conversion(**(row | {"matched_account": True}))
    assert Conversion.objects.count() == 1
