import pytest
from django.db import connection, transaction

from crm.web.quick import instance_of, locking, run, update_rows, updating
from leads.models import Lead
from tests.factories import NOW, LeadFactory

pytestmark = pytest.mark.django_db


def test_only_rows_that_equal_every_value_change():
    first, second = LeadFactory(company="A"), LeadFactory(company="B")
    assert update_rows(Lead, {"pk": first.pk, "touched_at": None}, {"touched_at": NOW, "city": "Oslo"}) == 1
    assert update_rows(Lead, {"pk": first.pk, "touched_at": None}, {"city": "Rome"}) == 0
    assert update_rows(Lead, {"company": ("A", "B", "C"), "touched_at": None}, {"city": "Bonn"}) == 1
    assert [Lead.objects.get(pk=lead.pk).city for lead in (first, second)] == ["Oslo", "Bonn"]


def test_what_is_sent_together_is_answered_one_by_one():
    lead = LeadFactory()
    statements = [
        updating(Lead, {"pk": lead.pk}, {"city": "It's 100% %s; SELECT 1"}),
        updating(Lead, {"pk": 0}, {"city": "nobody"}),
        locking(Lead, lead.pk),
    ]
    with transaction.atomic():
        answers = run(statements)
    assert [answer.count for answer in answers[:2]] == [1, 0]
    assert instance_of(Lead, answers[2]).city == "It's 100% %s; SELECT 1"


def test_it_is_one_round_trip_where_the_database_can(django_assert_num_queries):
    lead = LeadFactory()
    statement = updating(Lead, {"pk": lead.pk}, {"city": "Oslo"})
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 3):
        run([statement, statement, statement])


def test_locked_row_is_what_django_would_read():
    lead = LeadFactory(touched_at=NOW, phone="+14155550132")
    with transaction.atomic():
        locked = Lead.objects.lock(lead.pk)
    read = Lead.objects.get(pk=lead.pk)
    fields = [field.attname for field in Lead._meta.concrete_fields]
    assert [getattr(locked, name) for name in fields] == [getattr(read, name) for name in fields]
    assert locked._state.db == read._state.db


def test_nobody_is_locked_who_is_not_there():
    with transaction.atomic(), pytest.raises(Lead.DoesNotExist):
        Lead.objects.lock(0)
