import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.people.models import Notice, NoticeKind
from crm.web.quick import More
from crm.web.writing import change, change_rows, insert, insert_unless_there, send_now, writing
from leads.models import Answer, Channel, Inquiry, Lead, Provenance, Question
from tests.factories import NOW, LeadFactory, UserFactory

pytestmark = pytest.mark.django_db
ON_POSTGRESQL = connection.vendor == "postgresql"


class Refused(Exception):
    pass


def _inquiry(lead):
    return Inquiry(lead=lead, channel=Channel.FORM, payload={"a": "It's 100% %s"}, received_at=NOW)


def _question(key):
    return Question.objects.create(key=key, text=key, kind="text", dimension="need")


def _answer(lead, inquiry, question):
    return Answer(
        lead=lead, question=question, value=["x"], provenance=Provenance.FORM, answered_at=NOW, inquiry=inquiry
    )


def test_everything_goes_in_one_round_trip_and_rows_have_their_ids(django_assert_num_queries):
    lead, questions = LeadFactory(score=1), [_question("a"), _question("b")]
    with django_assert_num_queries(3 if ON_POSTGRESQL else 5), writing():  # with a savepoint, in a test
        change(lead, {"score": 2})
        (inquiry,) = insert([_inquiry(lead)])
        answers = insert(_answer(lead, inquiry, question) for question in questions)
        change(lead, {"city": "Oslo", "version": More()}, where={"score": 2}, otherwise=Refused())
    lead.refresh_from_db()
    assert (lead.score, lead.city, lead.version) == (2, "Oslo", 2)
    kept = Inquiry.objects.get(pk=inquiry.pk)
    assert (kept.lead, kept.payload, kept.received_at) == (lead, {"a": "It's 100% %s"}, NOW)
    assert [answer.inquiry_id for answer in answers] == [inquiry.pk] * 2
    assert list(inquiry.answers.order_by("pk")) == answers
    with pytest.raises(TypeError, match="append-only"):
        answers[0].save()


def test_rows_of_several_parents_each_go_to_their_own():
    lead, question = LeadFactory(), _question("a")
    with writing():
        inquiries = [insert([_inquiry(lead)])[0] for _ in range(2)]
        answers = [insert([_answer(lead, inquiry, question)])[0] for inquiry in inquiries]
    assert [answer.inquiry_id for answer in answers] == [inquiry.pk for inquiry in inquiries]
    stored = Answer.objects.order_by("pk").values_list("inquiry", flat=True)
    assert list(stored) == [inquiry.pk for inquiry in inquiries]


def test_whoever_reads_sees_what_waits():
    lead = LeadFactory(city="Rome")
    with writing():
        change(lead, {"city": "Oslo"})
        insert([_inquiry(lead)])
        assert Inquiry.objects.filter(lead=lead).count() == 1
        assert Lead.objects.lock(lead.pk).city == "Oslo"


def test_changes_of_one_row_are_one_statement(django_assert_num_queries):
    lead = LeadFactory()
    with django_assert_num_queries(3), writing():
        change(lead, {"score": 5, "version": More()})
        change(lead, {"city": "Oslo", "version": More(2)}, where={"score": 5, "city": ""}, otherwise=Refused())
    lead.refresh_from_db()
    assert (lead.score, lead.city, lead.version) == (5, "Oslo", 4)


@pytest.mark.parametrize("where", [{"score": 5}, {"city": "Bonn"}])
def test_change_of_what_is_no_longer_so_is_refused_and_nothing_is_left(where):
    lead = LeadFactory(city="Rome", score=3)

    @writing()
    def move():
        insert([_inquiry(lead)])
        change(lead, {"score": 4})
        change(lead, {"city": "Oslo"}, where=where, otherwise=Refused())

    with pytest.raises(Refused):
        move()
    lead.refresh_from_db()
    assert (lead.score, lead.city, Inquiry.objects.count()) == (3, "Rome", 0)


def test_new_row_that_waits_is_inserted_with_its_changes(django_assert_num_queries):
    lead = LeadFactory.build(city="Rome", score=1)
    with django_assert_num_queries(3), writing():
        insert([lead])
        change(lead, {"score": 2, "version": More()}, where={"city": "Rome"}, otherwise=Refused())
        with pytest.raises(Refused):
            change(lead, {"score": 3}, where={"city": "Bonn"}, otherwise=Refused())
    lead.refresh_from_db()
    assert (lead.score, lead.version) == (2, 2)


def test_changes_of_a_part_that_failed_are_not_inserted():
    lead = LeadFactory.build(score=1)
    with writing():
        insert([lead])
        change(lead, {"score": 2, "version": More()})
        with pytest.raises(Refused):
            writing()(_begin)(lead, and_send=False)
    lead.refresh_from_db()
    assert (lead.score, lead.city, lead.version, lead.inquiries.count()) == (2, "", 2, 0)


def test_row_at_hand_is_as_in_the_database():
    lead = LeadFactory()
    change(lead, {"score": 2, "version": More(3)})
    assert (lead.score, lead.version) == Lead.objects.values_list("score", "version").get()


def _begin(lead, *, and_send):
    change(lead, {"city": "Oslo"})
    insert([_inquiry(lead)])
    if and_send:
        send_now()
    raise Refused


@pytest.mark.parametrize("block", [writing, transaction.atomic])
def test_part_that_failed_is_forgotten(block):
    lead = LeadFactory()
    with writing():
        insert([_inquiry(lead)])
        with pytest.raises(Refused):
            block()(_begin)(lead, and_send=block is transaction.atomic)
    lead.refresh_from_db()
    assert (lead.city, Inquiry.objects.count()) == ("", 1)


def test_part_that_failed_after_it_was_sent_takes_the_whole_with_it():
    lead = LeadFactory()

    @writing()
    def all_of_it():
        insert([_inquiry(lead)])
        with pytest.raises(Refused):
            writing()(_begin)(lead, and_send=True)

    all_of_it()
    lead.refresh_from_db()
    assert (lead.city, Inquiry.objects.count()) == ("", 0)


@pytest.mark.django_db(transaction=True)
def test_what_happens_after_the_commit_is_written_at_once():
    lead, made = LeadFactory(), []
    with writing():
        transaction.on_commit(lambda: made.extend(insert([_inquiry(lead)])))
        change(lead, {"city": "Oslo"})
    assert [inquiry.pk for inquiry in made] == [Inquiry.objects.get().pk]


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite is in the process")
@pytest.mark.django_db(transaction=True)
class TestEndOfATransaction:
    """It goes along with the last statements. Real commits."""

    def test_it_is_sent_along(self):
        lead, seen = LeadFactory(), []
        with CaptureQueriesContext(connection) as queries, writing():
            transaction.on_commit(lambda: seen.append(Inquiry.objects.filter(pk=inquiry.pk).exists()))
            change(lead, {"city": "Oslo"})
            (inquiry,) = insert([_inquiry(lead)])
        assert [query["sql"].endswith("; COMMIT") for query in queries if "UPDATE" in query["sql"]] == [True]
        assert (seen, connection.in_atomic_block, connection.get_autocommit()) == ([True], False, True)
        connection.close()  # what is not committed is gone
        assert Inquiry.objects.get(pk=inquiry.pk).lead.city == "Oslo"

    def test_what_breaks_a_rule_is_not_committed(self):
        lead, seen = LeadFactory(), []

        @writing()
        def write():
            transaction.on_commit(lambda: seen.append(1))
            insert([_inquiry(lead)])
            change(lead, {"stage": "nonsense"})

        with pytest.raises(IntegrityError, match="lead_stage_is_known"):
            write()
        assert (seen, Inquiry.objects.count(), connection.in_atomic_block) == ([], 0, False)

    def test_what_a_rule_forbids_at_the_end_is_not_committed(self):
        """References are looked at by COMMIT itself."""
        with pytest.raises(IntegrityError, match="foreign key"), writing():
            insert([Inquiry(lead_id=1, channel=Channel.FORM, payload={}, received_at=NOW)])
        assert (Inquiry.objects.count(), connection.in_atomic_block) == (0, False)

    def test_what_was_asked_for_is_seen_before(self):
        lead = LeadFactory(city="Rome")

        @writing()
        def write():
            insert([_inquiry(lead)])
            change(lead, {"score": 2}, where={"city": "Bonn"}, otherwise=Refused())

        with pytest.raises(Refused):
            write()
        assert Inquiry.objects.count() == 0

    def test_within_another_transaction_that_one_ends_it(self):
        lead = LeadFactory()
        with transaction.atomic():
            with writing():
                insert([_inquiry(lead)])
            transaction.set_rollback(True)
        assert Inquiry.objects.count() == 0


def test_without_a_unit_it_is_written_at_once():
    lead = LeadFactory()
    (inquiry,) = insert([_inquiry(lead)])
    assert Inquiry.objects.get() == inquiry
    with pytest.raises(Refused):
        change(lead, {"city": "Oslo"}, where={"city": "Rome"}, otherwise=Refused())
    change_rows(Lead, {"city": ""}, {"city": "Bonn"})
    lead.refresh_from_db()
    assert lead.city == "Bonn"


def test_row_with_a_taken_value_is_told_from_a_new_one():
    there = LeadFactory(email="ada@example.com")
    another = Lead(email="Ada@Example.com", stage_changed_at=NOW)
    with writing():
        assert not insert_unless_there(another, "one_live_lead_per_email")
        assert another.pk is None
        new = Lead(first_name="Zoë", email="zoe@example.com", stage_changed_at=NOW)
        assert insert_unless_there(new, "one_live_lead_per_email")
    assert set(Lead.objects.all()) == {there, new}
    new.refresh_from_db()
    assert (new.email_key, new.search_text) == ("zoe@example.com", "zoe zoe@example.com")


def test_what_is_known_is_left_out_where_that_is_wanted():
    user = UserFactory()
    with writing():
        (notice,) = insert([_notice(user)], unless="told_once")
        insert([_notice(user)], unless="told_once")
    assert list(Notice.objects.all()) == [notice]
    with pytest.raises(IntegrityError):
        insert([_notice(user)])


def _notice(user):
    return Notice(user=user, key="a", kind=NoticeKind.LEAD, title="T", url="/", at=NOW)
