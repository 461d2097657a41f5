"""Definitions that a process keeps until somebody changes them, whoever and however."""

from uuid import uuid4

import pytest
from django.db import connection, transaction

from crm.campaigns.models import Source
from crm.opportunities.models import Pipeline, PipelineStage
from crm.opportunities.services import default_pipeline
from crm.people.models import Company, User
from crm.web.holding import holding
from crm.web.quick import run
from crm.web.watching import Watched, asking_stamps, stamps_of
from leads.facts import questions_by_id
from leads.form_pages import definition_of
from leads.models import Choice, InquiryForm, Policy, Question, QuestionCondition
from leads.services.conversion import ConversionChoice, ConversionRefused, convert_lead
from leads.views.capture import active_form
from tests.factories import NOW, LeadFactory, UserFactory

pytestmark = pytest.mark.usefixtures("defaults")
TABLES = {
    "campaigns_campaign",
    "campaigns_source",
    "fields_customfield",
    "fields_fieldchoice",
    "leads_choice",
    "leads_consenttext",
    "leads_criterion",
    "leads_formcustomfield",
    "leads_formquestion",
    "leads_formstep",
    "leads_inquiryform",
    "leads_policy",
    "leads_question",
    "leads_questioncondition",
    "leads_routingcondition",
    "leads_routingmember",
    "leads_routingrule",
    "opportunities_pipeline",
    "opportunities_pipelinestage",
    "people_absence",
    "people_company",
    "people_freeday",
    "people_team",
    "people_territory",
    "people_user",
    "people_workinghours",
}
COLUMN = {"people_user": "team_id"}  # of a table of which only some columns count


def stamps():
    return stamps_of(*run([asking_stamps()]))


@pytest.fixture(autouse=True)
def watched(defaults):
    """Also where another test has emptied all tables."""
    Company.current()
    for table in TABLES:
        Watched.objects.get_or_create(table_name=table, defaults={"stamp": uuid4().hex})


def execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def rows(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def read():
    with holding(keep=True):
        return default_pipeline()


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_change_gives_its_table_a_new_stamp_and_no_other(table):
    """A migration that rebuilds a table on SQLite drops its triggers: then it is to be watched again."""
    if connection.vendor == "sqlite" and not rows(f"SELECT 1 FROM {table}"):  # its triggers are for each row
        names = rows(f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'")
        assert {f"{table}_watched_{event}" for event in ("insert", "update", "delete")} <= {name for (name,) in names}
        return
    before = stamps()
    column = COLUMN.get(table, "id")
    execute(f"UPDATE {table} SET {column} = {column}")
    after = stamps()
    assert {name for name in TABLES if after[name] != before[name]} == {table}


@pytest.mark.parametrize("column", [one.column for one in User._meta.concrete_fields if one.name != "last_login"])
def test_all_else_of_a_user_counts(column):
    UserFactory()
    before = stamps()["people_user"]
    execute(f"UPDATE people_user SET {column} = {column}")
    assert stamps()["people_user"] != before


def test_who_logs_in_changes_no_definition():
    before = stamps()
    User.objects.update(last_login=NOW)
    assert stamps() == before


def test_new_and_deleted_rows_count_too():
    seen = [stamps()["opportunities_pipeline"]]
    pipeline = Pipeline.objects.create(name="New")
    seen.append(stamps()["opportunities_pipeline"])
    pipeline.delete()
    seen.append(stamps()["opportunities_pipeline"])
    assert len(set(seen)) == 3


def test_what_nobody_changed_is_not_read_again(django_assert_num_queries):
    first = read()
    with django_assert_num_queries(1):  # the stamps
        assert read() is first


def test_what_was_changed_by_raw_sql_is_read_again():
    read()
    execute("UPDATE opportunities_pipeline SET name = 'Renamed'")
    assert read().name == "Renamed"


def test_what_was_rolled_back_never_counts():
    name = read().name
    with transaction.atomic():
        Pipeline.objects.update(name="Taken back")
        assert read().name == "Taken back"
        transaction.set_rollback(True)
    assert read().name == name


def test_a_change_in_the_same_transaction_counts():
    read()
    for name in ("One", "Two"):
        Pipeline.objects.update(name=name)
        assert read().name == name


def test_nothing_is_kept_where_nobody_asks_for_it(django_assert_num_queries):
    read()
    for _ in range(2):
        with holding(), django_assert_num_queries(1):
            assert default_pipeline() is default_pipeline()


def test_nothing_is_kept_of_a_table_without_a_stamp(django_assert_num_queries):
    Watched.objects.all().delete()
    for _ in range(2):
        with django_assert_num_queries(2):
            read()


def test_a_form_that_nobody_changed_is_not_read_again(client, defaults, django_assert_num_queries):
    client.get(defaults.get_absolute_url())
    with django_assert_num_queries(1):  # the stamps
        client.get(defaults.get_absolute_url())
    InquiryForm.objects.update(title="What do you need?")
    assert "What do you need?" in client.get(defaults.get_absolute_url()).content.decode()


@pytest.mark.parametrize("change", ["question", "choice", "condition", "source"])
def test_a_form_asks_what_holds_now(client, defaults, change):
    def page():
        return client.get(defaults.get_absolute_url()).content.decode()

    before = page()
    if change == "question":
        Question.objects.filter(key="budget").update(text="How much?")
        assert "How much?" in page()
    elif change == "choice":
        Choice.objects.filter(question__key="budget").update(label="Some money")
        assert "Some money" in page()
    elif change == "condition":
        need, budget = (Question.objects.get(key=key) for key in ("need", "budget"))
        QuestionCondition.objects.create(question=budget, on=need, value=["new"])
        assert page() != before
    else:
        source = Source.objects.create(key="fair", name="Fair")
        InquiryForm.objects.update(source=source)
        with holding(keep=True):
            assert active_form(defaults.slug).source == source
            assert definition_of(active_form(defaults.slug)).form.source.key == "fair"
        Source.objects.update(key="fair-2026")
        with holding(keep=True):
            assert definition_of(active_form(defaults.slug)).form.source.key == "fair-2026"


def accepted():
    return LeadFactory(stage="sal", path="researched", reached_sales_at=NOW, owner=UserFactory())


def convert(**choice):
    return convert_lead(lead=accepted(), by=None, now=NOW, choice=ConversionChoice(**choice))


@pytest.mark.parametrize("change", ["pipeline", "stage", "company", "policy"])
def test_a_conversion_goes_by_what_holds_now(change):
    before = convert(override_reason="Test")
    if change == "pipeline":
        other = Pipeline.objects.create(name="Other")
        PipelineStage.objects.create(pipeline=other, name="First", position=1, probability=10)
        Pipeline.objects.update(is_default=False)
        Pipeline.objects.filter(pk=other.pk).update(is_default=True)
        assert convert(override_reason="Test").opportunity.pipeline == other
    elif change == "stage":
        PipelineStage.objects.filter(pk=before.opportunity.stage_id).update(position=99)
        assert convert(override_reason="Test").opportunity.stage_id != before.opportunity.stage_id
    elif change == "company":
        Company.objects.update(currency="JPY")
        assert convert(override_reason="Test").opportunity.currency == "JPY"
    else:
        with pytest.raises(ConversionRefused):
            convert()
        Policy.objects.filter(purpose="sales").update(status="retired")
        assert convert().policy_met


def test_a_question_that_was_reworded_is_read_again():
    with holding(keep=True):
        questions_by_id()
    Question.objects.update(text="Reworded?")
    with holding(keep=True):
        assert {question.text for question in questions_by_id().values()} == {"Reworded?"}
