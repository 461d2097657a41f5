"""Custom fields of a lead when it is converted: each has a target or is said to stay behind before the rep confirms."""

import pytest
from django.urls import reverse

from crm.fields.carrying import carried, takes
from crm.fields.definitions import definitions
from crm.fields.kinds import FieldKind
from crm.fields.models import CustomField, FieldChoice
from crm.fields.services.values import values_of_one
from crm.opportunities.services import open_opportunity
from leads.custom_fields import NO_TARGET, carried_from
from leads.models import Conversion, Lead, Provenance, Stage
from leads.services.conversion import ConversionChoice, ConversionRefused, convert_lead
from leads.services.lifecycle import accept_lead
from leads.services.qualification import give_answers
from tests.factories import NOW, AccountFactory, ContactFactory, CustomFieldFactory, LeadFactory, UserFactory
from tests.fields.conftest import CHOICES, EXAMPLES
from tests.leads.conftest import QUALIFYING

pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture
def rep(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def ready(rep):
    lead = LeadFactory(company="Lovelace Ltd", email="ada@lovelace.example")
    give_answers(lead=lead, answers=QUALIFYING, provenance=Provenance.FORM, now=NOW)
    return accept_lead(lead=Lead.objects.get(pk=lead.pk), by=rep, now=NOW)


def target(source, record_kind, **options):
    """A field of the other record that takes ``source`` over."""
    field = CustomFieldFactory(record_kind=record_kind, key=source.key, **options)
    CustomField.objects.filter(pk=source.pk).update(target=field)
    return field


def known(record):
    found = values_of_one(record, definitions(record._meta.model_name, user=None))
    return {field.key: value for field, value in found.items()}


def convert(lead, rep, **choice):
    return convert_lead(lead=lead, by=rep, now=NOW, choice=ConversionChoice(**choice))


@pytest.mark.parametrize("record_kind", ["account", "contact", "opportunity"])
def test_each_kind_is_carried_to_its_target(ready, rep, fields, say, record_kind):
    for key, source in fields().items():
        choices = CHOICES if key in ("choice", "choices") else None
        target(source, record_kind, kind=source.kind, label=f"Their {key}", choices=choices)
    say(ready, **{str(kind): typed for kind, (typed, *_) in EXAMPLES.items()})
    record = getattr(convert(ready, rep), record_kind)
    assert known(record) == known(ready) == {str(kind): stored for kind, (_, stored, *_) in EXAMPLES.items()}
    assert not record.custom_changes.exists()


@pytest.mark.parametrize("source", FieldKind)
@pytest.mark.parametrize("into", FieldKind)
def test_compatible_kinds(source, into):
    same_or_wider = into in (source, "text") or (source, into) == ("choice", "choices")
    assert takes(into, source) == same_or_wider


def test_a_choice_becomes_one_of_several_or_its_label(fields):
    found = fields()
    assert carried(found["choice"], found["choices"], "small") == ["small"]
    assert carried(found["choice"], found["text"], "small") == "Small"
    assert carried(found["money"], found["text"], {"amount": "5.00", "currency": "EUR"}) == "5.00 EUR"


def test_only_what_existing_records_lack_is_filled(ready, rep, fields, say):
    for source in [found for found in fields().values() if found.kind in ("number", "text")]:
        target(source, "account" if source.kind == "number" else "opportunity", kind=source.kind)
    say(ready, number="7", text="From the lead")
    account = AccountFactory(owner=rep)
    contact = ContactFactory(account=account, owner=rep)
    deal = open_opportunity(
        name="Deal", account=account, contact=contact, by=rep, now=NOW, owner=rep, close_date=NOW.date()
    )
    say(account, number="1")
    conversion = convert(ready, rep, account=account, opportunity=deal)
    assert (known(conversion.account), known(conversion.opportunity)) == ({"number": "1"}, {"text": "From the lead"})
    change = deal.custom_changes.get()
    assert (change.before, change.after, change.by) == (None, "From the lead", rep)


def test_what_has_no_target_stays_and_is_said(ready, rep, fields, say):
    found = fields()
    lacking = target(found["choice"], "account", kind="choice", label="Size", choices=["small"])
    say(ready, choice="huge", text="Stays")
    stays = dict(carried_from(ready, user=rep).stays)
    assert stays == {"My one choice": "“Huge” is no choice of the account's “Size”", "My text": NO_TARGET}
    conversion = convert(ready, rep)
    assert (known(conversion.account), known(ready)) == ({}, {"choice": "huge", "text": "Stays"})
    FieldChoice.objects.create(field=lacking, value="huge", label="Huge")
    assert "My one choice" not in dict(carried_from(ready).stays)


def test_a_part_of_several_choices_is_not_carried_alone(ready, fields, say):
    target(fields()["choices"], "account", kind="choices", choices=["small", "large"])
    say(ready, choices=["small", "huge"])
    found = carried_from(ready)
    assert ([label for label, _ in found.stays], found.into.get("account", {})) == (["My several choices"], {})


def test_retired_target_takes_nothing_over(ready, rep, fields, say):
    field = target(fields()["text"], "account")
    say(ready, text="A")
    CustomField.objects.filter(pk=field.pk).update(active=False)
    assert dict(carried_from(ready, user=rep).stays) == {"My text": NO_TARGET}
    convert(ready, rep)


def page(client, lead, query=""):
    return client.get(reverse("leads:convert", args=[lead.pk]) + query)


def test_page_says_what_goes_where_before_the_rep_confirms(client, ready, rep, fields, say):
    found = fields()
    target(found["number"], "account", kind="number", label="Machines")
    CustomFieldFactory(record_kind="contact", label="Language", required=True)
    say(ready, number="7", text="Stays")
    existing = AccountFactory(name="Lovelace Ltd", owner=rep)
    response = page(client, ready)
    (option,) = response.context["options"].accounts
    assert (option.account, [(one.label, one.value) for one in option.changes][-1]) == (existing, ("Machines", "7"))
    assert ("My text", NO_TARGET) in response.context["left_behind"]
    html = response.content.decode()
    assert "Still needed there: Language" in html
    assert ", Machines" in html


def test_page_shows_what_an_open_opportunity_gets(client, ready, rep, fields, say):
    target(fields()["text"], "opportunity", label="Remark")
    say(ready, text="Call first")
    account = AccountFactory(name="Lovelace Ltd", owner=rep)
    contact = ContactFactory(account=account, owner=rep)
    open_opportunity(name="Deal", account=account, contact=contact, by=rep, now=NOW, owner=rep, close_date=NOW.date())
    (option,) = page(client, ready).context["options"].opportunities
    assert [(one.label, one.value) for one in option.changes] == [("Remark", "Call first")]


@pytest.mark.parametrize("hidden", ["source", "target"])
def test_hidden_fields_are_carried_and_not_told(client, ready, rep, fields, say, hidden):
    source = fields()["text"]
    field = target(source, "account", label="Commission")
    CustomField.objects.filter(pk=source.pk if hidden == "source" else field.pk).update(reps_see=False)
    say(ready, text="xylophone")
    AccountFactory(name="Lovelace Ltd", owner=rep)
    html = page(client, ready).content.decode()
    assert "xylophone" not in html
    assert hidden == "source" or "Commission" not in html
    assert known(convert(ready, rep).account) == {"text": "xylophone"}


def test_hidden_target_without_the_choice_does_not_tell_its_name(client, ready, rep, fields, say):
    field = target(fields()["choice"], "account", kind="choice", label="Commission", choices=["small"])
    CustomField.objects.filter(pk=field.pk).update(reps_see=False)
    say(ready, choice="huge")
    assert "Commission" not in page(client, ready).content.decode()


def test_refused_conversion_carries_nothing(ready, rep, fields, say):
    target(fields()["text"], "account")
    say(ready, text="A")
    account = AccountFactory(owner=rep)
    with pytest.raises(ConversionRefused):
        convert(ready, rep, account=account, skip_opportunity=True)
    assert known(account) == {}
    assert (Conversion.objects.count(), Lead.objects.get(pk=ready.pk).stage) == (0, Stage.SAL)


@pytest.mark.parametrize("count", [1, 6])
def test_carrying_costs_the_same_for_any_number_of_fields(ready, rep, say, count, django_assert_num_queries):
    for n in range(count):
        source = CustomFieldFactory(key=f"f{n}")
        target(source, "account")
        say(ready, **{f"f{n}": "A"})
    with django_assert_num_queries(3):
        carried_from(ready)
