import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg import connect

from crm.campaigns.models import Source
from crm.web.quick import asking, inserted, inserting, instance_of, locking, run, update_rows, updating
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
    statements = [updating(Lead, {"pk": lead.pk}, {"city": "Oslo"}) for _ in range(3)]
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 3):
        run(statements)


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


def test_more_values_than_a_prepared_statement_can_have():
    source = Source.objects.create(key="fair", name="Fair")
    rows = [Lead(last_name=f"Visitor {n}", source=source, stage_changed_at=NOW, created_at=NOW) for n in range(2_000)]
    assert inserted(rows, *run([inserting(rows)]))
    assert Lead.objects.get(pk=rows[-1].pk).last_name == "Visitor 1999"


def test_first_error_is_raised_and_nothing_after_it_counts():
    lead, other = LeadFactory(email="a@one.example"), LeadFactory(email="b@one.example")
    with pytest.raises(IntegrityError, match="email"), transaction.atomic():
        run([
            updating(Lead, {"pk": lead.pk}, {"city": "Oslo"}),
            updating(Lead, {"pk": lead.pk}, {"email_key": other.email_key}),
            updating(Lead, {"pk": other.pk}, {"city": "Rome"}),
        ])  # fmt: skip
    assert [Lead.objects.get(pk=one.pk).city for one in (lead, other)] == [lead.city, other.city]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server that ends a connection")
@pytest.mark.django_db(transaction=True)
def test_connection_that_was_ended_meanwhile_is_opened_anew():
    lead = LeadFactory()
    ended = connection.connection
    with connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [ended.info.backend_pid])
    connection.health_check_enabled, connection.health_check_done = True, False  # as at the start of a request
    assert run([updating(Lead, {"pk": lead.pk}, {"city": "Oslo"})])[0].count == 1
    assert connection.connection is not ended


def test_log_of_queries_has_the_values():
    lead = LeadFactory()
    with CaptureQueriesContext(connection) as queries:
        run([updating(Lead, {"pk": lead.pk}, {"city": "Oslo"}), locking(Lead, lead.pk)])
    assert "'Oslo'" in " ".join(query["sql"] for query in queries)


def test_row_is_inserted_unless_a_query_finds_some():
    LeadFactory(company="A")
    for company, expected in (("A", False), ("B", True)):
        lead = Lead(company=company, stage_changed_at=NOW, created_at=NOW)
        assert inserted([lead], *run([inserting([lead], unless_any=asking(_of_company, company))])) is expected
        assert (lead.pk is not None) is expected


def _of_company(company):
    return Lead.objects.filter(company=company).values_list("pk")
