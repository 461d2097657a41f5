"""Values of custom fields: stored typed, given back as they were, checked by the database, their changes kept."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from crm.accounts.models import AccountFieldValue
from crm.contacts.models import ContactFieldValue
from crm.fields.definitions import by_key, definitions
from crm.fields.guards import KEPT
from crm.fields.kinds import FieldKind
from crm.fields.models import CustomField, FieldChoice, RecordKind
from crm.fields.models.field import SEEN_BY
from crm.fields.rows import clean
from crm.fields.services.values import fill_values, take_back, values_of, values_of_one, write_values
from crm.fields.values import InvalidValue, display
from crm.opportunities.models import OpportunityFieldValue
from crm.people.models import Role
from leads.models import Lead, LeadFieldValue
from tests.factories import NOW, CustomFieldFactory, LeadFactory, UserFactory
from tests.fields.conftest import EXAMPLES

pytestmark = pytest.mark.django_db
TABLES = [LeadFieldValue, ContactFieldValue, AccountFieldValue, OpportunityFieldValue]


@pytest.mark.parametrize("kind", FieldKind)
def test_value_is_stored_typed_and_given_back(fields, say, kind):
    definition, lead = fields()[kind], LeadFactory()
    typed, stored, shown, other = EXAMPLES[kind]
    assert say(lead, **{kind: typed}) == [kind]
    known = values_of_one(Lead.objects.get(), [definition])
    assert known == {definition: stored}
    assert display(definition, known[definition]) == shown
    assert say(lead, **{kind: typed}) == []
    assert say(lead, **{kind: other}) == [kind]
    assert values_of_one(lead, [definition]) == {definition: clean(definition, other)}
    assert say(lead, **{kind: ""}) == [kind]
    assert (values_of_one(lead, [definition]), LeadFieldValue.objects.count()) == ({}, 0)
    assert [(change.before, change.after) for change in lead.custom_changes.all()] == [
        (None, stored),
        (stored, clean(definition, other)),
        (clean(definition, other), None),
    ]


@pytest.mark.parametrize("count", [1, 40])
def test_values_of_many_records_are_one_query(fields, known, count, django_assert_num_queries):
    found = fields()
    leads = [known(LeadFactory(), choice="small", text=f"No {n}") for n in range(count)]
    with django_assert_num_queries(1):
        values = values_of(Lead, [lead.pk for lead in leads], found.values())
    assert [values[lead.pk][found["text"]] for lead in leads] == [f"No {n}" for n in range(count)]


def test_definitions_are_one_query(fields, django_assert_num_queries):
    fields()
    with django_assert_num_queries(1):
        found = by_key(definitions("lead", user=None))
    assert [option.value for option in found["choice"].options] == ["small", "large", "huge"]
    assert definitions("account", user=None) == []


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        *[("choice", wrong) for wrong in ("tiny", "x" * 101, 7)],
        *[("choices", wrong) for wrong in (["small", "tiny"], ["small"] * 4)],
        *[("boolean", wrong) for wrong in ("maybe", 2)],
        *[("number", wrong) for wrong in ("many", "1e400", "NaN", "100000000000", "0.00001")],
        *[("money", wrong) for wrong in ("-1", "100000000000", {"amount": "1", "currency": "EURO"}, {"amount": []})],
        *[("date", wrong) for wrong in ("2026-02-30", "tomorrow", "1.5.2026")],
        *[("time_frame", wrong) for wrong in ("soon", "-1", "999999")],
        *[("text", wrong) for wrong in ("x" * 5_001, "a\x00b", "\ud800")],
    ],
)
def test_what_does_not_fit_is_refused_with_a_message(fields, kind, raw):
    with pytest.raises(InvalidValue) as refused:
        clean(fields()[kind], raw)
    assert str(refused.value)


def test_largest_number_comes_back_to_the_last_digit(fields, say):
    for number in ("99999999999.9999", "-99999999999.9999", "0.0001"):
        lead = LeadFactory()
        say(lead, number=number) if CustomField.objects.exists() else fields() and say(lead, number=number)
        assert list(values_of_one(lead, definitions("lead", user=None)).values()) == [number]


def test_filling_changes_nothing_that_is_known(fields, known):
    found, lead = fields(), known(LeadFactory(), choice="small")
    ids = fill_values(
        record=lead, values={found["choice"]: "large", found["choices"]: ["small", "huge"]}, by=None, now=NOW
    )
    assert values_of_one(lead, found.values()) == {found["choice"]: "small", found["choices"]: ["small", "huge"]}
    assert len(ids) == 2


def test_what_was_filled_is_taken_back_unless_somebody_changed_it(fields, say):
    found, lead = fields(), LeadFactory()
    ids = fill_values(record=lead, values={found["choices"]: ["small", "huge"], found["text"]: "A"}, by=None, now=NOW)
    say(lead, choices=["huge"])
    take_back(record=lead, ids=ids, by=None, now=NOW)
    assert values_of_one(lead, found.values()) == {found["choices"]: ["huge"]}
    last = lead.custom_changes.last()
    assert (last.field_id, last.before, last.after) == (found["text"].pk, "A", None)


def row(lead, definition, **columns):
    given = {"record": lead, "field_id": definition.pk, "kind": definition.kind} | columns
    with transaction.atomic():
        return LeadFieldValue.objects.create(**given)


def test_database_holds_that_a_value_fits_its_field(fields):
    found, lead = fields(), LeadFactory()
    option, other = (FieldChoice.objects.filter(field=found[key].pk).first() for key in ("choice", "choices"))
    wrong = [
        ("choice", {}),
        ("choice", {"choice": other}),
        ("choice", {"choice": option, "slot": option.pk}),
        ("choice", {"choice": option, "number": 1}),
        ("choices", {"choice": other}),
        ("boolean", {"number": 2}),
        ("number", {"number": None}),
        ("number", {"number": 1, "kind": "money", "currency": "EUR"}),
        ("money", {"number": 1}),
        ("money", {"number": -1, "currency": "EUR"}),
        ("date", {"text": "2026-05-01", "text_key": "2026-05-01"}),
        ("time_frame", {"number": 36_502}),
        ("text", {"text": "A"}),
    ]
    for kind, columns in wrong:
        with pytest.raises(IntegrityError):
            row(lead, found[kind], **columns)
    assert not LeadFieldValue.objects.exists()


def test_database_refuses_a_second_value_and_a_field_of_another_record(fields):
    found, lead = fields(), LeadFactory()
    row(lead, found["number"], number=1)
    foreign = CustomFieldFactory(record_kind="account", kind="number")
    for definition in (found["number"], foreign):
        with pytest.raises(IntegrityError):
            row(lead, definition, number=2)
    stored = LeadFieldValue.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        LeadFieldValue.objects.filter(pk=stored.pk).update(field=foreign)


@pytest.mark.parametrize(("name", "value"), [("kind", "text"), ("record_kind", "account"), ("key", "other")])
def test_a_field_keeps_its_kind_key_and_record(fields, name, value):
    fields()
    with pytest.raises(IntegrityError), transaction.atomic():
        CustomField.objects.filter(key="number").update(**{name: value})


def test_a_choice_stays_with_its_field(fields):
    found = fields()
    with pytest.raises(IntegrityError), transaction.atomic():
        FieldChoice.objects.filter(field=found["choice"].pk).update(field=found["choices"].pk)


def test_the_guards_are_there():
    """SQLite drops a table's triggers when a migration rebuilds the table."""
    sql = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with connection.cursor() as cursor:
        cursor.execute(sql[connection.vendor])
        found = {name for (name,) in cursor.fetchall()}
    each = ["fits"] if connection.vendor == "postgresql" else ["fits_insert", "fits_update"]
    wanted = {f"{table._meta.db_table}_{end}" for table in TABLES for end in each}
    assert wanted | {f"{table}_stays" for table in KEPT} <= found


def test_only_a_lead_field_has_a_target_and_each_target_one_source():
    target = CustomFieldFactory(record_kind="account")
    CustomFieldFactory(target=target)
    for wrong in ({"record_kind": "contact"}, {"record_kind": "lead"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CustomFieldFactory(target=target, **wrong)


def test_every_record_kind_has_its_tables():
    assert {str(table._meta.get_field("record").related_model._meta.model_name) for table in TABLES} == {
        *RecordKind.values
    }


def test_every_role_but_the_administrator_is_told_what_it_sees(fields):
    assert {*SEEN_BY, Role.ADMINISTRATOR} == {*Role}
    fields()
    CustomField.objects.update(**dict.fromkeys(SEEN_BY.values(), False))
    for role, name in SEEN_BY.items():
        CustomField.objects.filter(key="text").update(**{name: True})
        seen = [definition.key for definition in definitions("lead", user=UserFactory(role=role))]
        CustomField.objects.filter(key="text").update(**{name: False})
        assert seen == ["text"]
    assert len(definitions("lead", user=UserFactory(administrator=True))) == len(FieldKind)


def test_retired_fields_are_in_no_definition(fields):
    fields()
    CustomField.objects.filter(key="text").update(active=False)
    assert "text" not in by_key(definitions("lead", user=None))


def test_changes_are_append_only(fields, say):
    fields()
    lead = LeadFactory()
    say(lead, text="A")
    with pytest.raises(TypeError):
        lead.custom_changes.update(after="B")


def test_decimal_arithmetic_of_money_is_exact(fields):
    assert clean(fields()["money"], "0.1")["amount"] == str(Decimal("0.10"))


def test_writing_needs_no_query_where_there_is_nothing_to_write(django_assert_num_queries):
    lead = LeadFactory()
    with django_assert_num_queries(0):
        assert write_values(record=lead, values={}, by=None, now=NOW) == []
