"""The rows that reports count by are what is computed from the records, whatever happens to these and by whomever."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from crm.campaigns.models import Path
from crm.opportunities.models import Opportunity
from crm.people.models import Company, Territory, TerritoryMatch, User
from leads.models import Answer, Arm, Choice, Dimension, Draw, Experiment, Inquiry, InquiryForm, Lead, Question
from nurture.models import Enrollment, Sequence
from reports.catalog import REPORTS
from reports.facts import keeping
from reports.facts.columns import COPIED, MADE, NAMES
from reports.models import ChangedLead, LeadFact
from tests.factories import NOW, CampaignFactory, LeadFactory, SourceFactory, TeamFactory, UserFactory
from tests.reports.records import make_lead

pytestmark = pytest.mark.django_db
only_postgresql = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="elsewhere everything is computed: there are no rows"
)


@pytest.fixture
def leads():
    Company().save()
    question = Question.objects.create(key="when", text="When?", dimension=Dimension.TIME_FRAME)
    Choice.objects.create(question=question, value="now", label="Now")
    experiment = Experiment.objects.create(key="mail", name="Mail or none", started_at=NOW)
    arms = [Arm.objects.create(experiment=experiment, key=key, name=key) for key in ("none", "mail")]
    made = []
    for number, path in enumerate(["", *Path.values] * 2):
        campaign = CampaignFactory(source=SourceFactory(), cost=100)
        outcome = ["won", "lost", "open", ""][number % 4] if path else ""
        lead = make_lead(
            path, outcome=outcome, campaign=campaign, source=campaign.source, owner=UserFactory(), country="US"
        )
        Answer.objects.create(lead=lead, question=question, value="now", provenance="form", answered_at=NOW)
        Draw.objects.create(experiment=experiment, arm=arms[number % 2], lead=lead, drawn_at=NOW)
        made.append(lead)
    Opportunity.objects.update(amount=100)
    return made


def everything() -> dict[str, str]:
    found = {}
    for name in REPORTS:
        out = StringIO()
        call_command("report", name, "--format", "json", stdout=out)
        found[name] = json.loads(out.getvalue())
    return found


def win(lead: Lead) -> None:
    Opportunity.objects.filter(conversions__lead=lead).update(status="won", closed_at=NOW, amount=500)


def answer(lead: Lead) -> None:
    question = Question.objects.get()
    Answer.objects.create(
        lead=lead, question=question, value="later", provenance="form", answered_at=NOW + timedelta(days=1)
    )


CHANGES: dict[str, Callable[[Lead], object]] = {
    "source": lambda lead: Lead.objects.filter(pk=lead.pk).update(source=SourceFactory()),
    "first inquiry": lambda lead: Lead.objects.filter(pk=lead.pk).update(first_inquiry_at=NOW - timedelta(days=400)),
    "two-way contact": lambda lead: Lead.objects.filter(pk=lead.pk).update(engaged_at=NOW),
    "merged": lambda lead: Lead.objects.filter(pk=lead.pk).update(merged_into=Lead.objects.exclude(pk=lead.pk)[0]),
    "owner": lambda lead: Lead.objects.filter(pk=lead.pk).update(owner=None),
    "team of the owner": lambda lead: User.objects.filter(pk=lead.owner_id).update(team=TeamFactory()),
    "answer": answer,
    "inquiry": lambda lead: Inquiry.objects.create(
        lead=lead, channel="form", payload={}, received_at=NOW, form=InquiryForm.objects.create(name="F", slug="f")
    ),
    "won": win,
    "amount": lambda lead: Opportunity.objects.update(amount=7, company_amount=None),
    "enrolled": lambda lead: Enrollment.objects.create(
        lead=lead, sequence=Sequence.objects.create(key="s", name="S"), enrolled_at=NOW, due_at=NOW
    ),
    "zone": lambda lead: Company.objects.update(time_zone="Pacific/Kiritimati"),
    "currency": lambda lead: Company.objects.update(currency="EUR"),
    "question": lambda lead: Question.objects.update(dimension=Dimension.NEED),
    "choice": lambda lead: Choice.objects.update(value="later"),
    "territory": lambda lead: TerritoryMatch.objects.create(
        territory=Territory.objects.create(name="West"), countries="US"
    ),
    "new": lambda lead: make_lead("nurtured", outcome="won"),
    "by hand": lambda lead: connection.cursor().execute(
        "UPDATE opportunities_opportunity SET close_reason = 'Said so' WHERE status = 'lost'"
    ),
}


def test_every_fact_is_made_of_something():
    assert {*NAMES} == {"lead", *COPIED, *MADE}


@only_postgresql
@pytest.mark.parametrize("change", CHANGES)
def test_change_counts_at_once_and_the_sweep_writes_it_down(leads, change):
    keeping.sweep()
    before = set(LeadFact.objects.values_list())
    CHANGES[change](leads[1])
    assert ChangedLead.objects.exists(), "nobody noted the change"
    at_once = everything()
    keeping.sweep()
    assert (ChangedLead.objects.count(), keeping.differences()) == (0, 0)
    assert everything() == at_once
    assert set(LeadFact.objects.values_list()) != before
    LeadFact.objects.all().delete()
    connection.cursor().execute("INSERT INTO reports_changedlead (lead_id) SELECT id FROM leads_lead")
    assert everything() == at_once  # the full computation


@only_postgresql
def test_what_reports_do_not_count_is_not_noted(leads):
    keeping.sweep()
    Lead.objects.update(score=7, last_inquiry_at=NOW, search_text="x")
    assert not ChangedLead.objects.exists()


@only_postgresql
def test_rebuild_mends_what_is_wrong_and_check_says_so(leads):
    keeping.sweep()
    LeadFact.objects.filter(pk=leads[1].pk).update(outcome="lost", campaign=None)
    LeadFact.objects.filter(pk=leads[2].pk).delete()
    with pytest.raises(CommandError, match="The facts of 2 leads are wrong"):
        call_command("rebuild_reports", "--check")
    out = StringIO()
    call_command("rebuild_reports", stdout=out)
    assert "The facts of every lead are as they are computed" in out.getvalue()
    assert keeping.differences() == 0


@only_postgresql
def test_rebuild_takes_as_many_steps_as_there_are_leads_for(leads):
    """Ids have gaps: a thousand millions of them are no step, else an imported range of ids would take for ever."""
    keeping.sweep()
    apart = LeadFactory(pk=10**12)
    gone = LeadFact.objects.get(pk=leads[1].pk)
    gone.pk = 10**9
    gone.save(force_insert=True)
    done = list(keeping.rebuild(chunk=2))
    count = len(leads) + 1
    assert done == [*range(2, count, 2), count]
    assert {*LeadFact.objects.values_list("pk", flat=True)} == {*(lead.pk for lead in leads), apart.pk}
    assert (ChangedLead.objects.count(), keeping.differences()) == (0, 0)


@only_postgresql
@pytest.mark.parametrize("table", ["leads_lead", "leads_answer", "nurture_enrollment", "opportunities_closereason"])
def test_emptied_table_counts_at_once(leads, table):
    """TRUNCATE fires no trigger of rows."""
    keeping.sweep()
    connection.check_constraints()  # else PostgreSQL still has something to check in the table
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")
    at_once = everything()
    keeping.sweep()
    assert (ChangedLead.objects.count(), keeping.differences()) == (0, 0)
    assert LeadFact.objects.count() == Lead.objects.live().count()
    assert everything() == at_once


@only_postgresql
def test_queries_are_not_compiled(db):
    """Somewhat above a million leads PostgreSQL would, which takes longer than the reports do."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


def test_without_rows_there_is_nothing_to_rebuild(leads):
    out = StringIO()
    call_command("rebuild_reports", stdout=out)
    assert ("nothing to rebuild" in out.getvalue()) == (connection.vendor != "postgresql")
    assert LeadFact.objects.count() == (len(leads) if connection.vendor == "postgresql" else 0)
