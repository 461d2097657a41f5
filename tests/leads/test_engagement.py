"""Engagement is recorded once, marks the lead, and is decided upon where the policy looks at it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from crm.campaigns.models import Path
from leads.models import (
    Criterion,
    Decision,
    Engagement,
    EngagementKind,
    Lead,
    Policy,
    PolicyPurpose,
    Provenance,
    Reason,
    ReasonPurpose,
    Stage,
)
from leads.services.editing import edit_lead
from leads.services.engagement import record_engagement
from leads.services.intake import add_researched_lead, take_inquiry
from leads.services.lifecycle import disqualify_lead, reject_lead
from leads.services.marks import mark_touched
from leads.services.merging import merge_leads, undo_merge
from leads.services.policies import activate_policy
from leads.services.qualification import give_answers
from tests.factories import NOW, LeadFactory, UserFactory
from tests.leads.conftest import QUALIFYING, VAGUE

pytestmark = pytest.mark.django_db
VISIT = {"engagement": "visit", "page": "pricing", "operator": "at_least", "value": 2, "points": 40}


@pytest.fixture
def policy(defaults):
    """policy(threshold, **criterion, ...): in force, beside "Has a need" for 30 points."""

    def make(threshold, *criteria):
        need = Policy.objects.get(purpose=PolicyPurpose.MARKETING, status="active").criteria.get(label="Has a need")
        draft = Policy.objects.create(name="Engaged", version=2, threshold=threshold)
        told = {"question": need.question, "value": need.value, "points": 30}
        for position, fields in enumerate([told, *criteria]):
            Criterion.objects.create(policy=draft, label=f"c{position}", position=position, **fields)
        return activate_policy(policy=draft, by=None, now=NOW)

    return make


def engage(lead, kind=EngagementKind.VISIT, *, days=0, **fields):
    page = {"page": "pricing"} if kind == EngagementKind.VISIT else {}
    return record_engagement(lead=lead, kind=kind, now=NOW + timedelta(days=days), **{**page, **fields})


@pytest.mark.parametrize("kind", EngagementKind.values)
def test_engagement_marks_the_lead(kind):
    lead = LeadFactory()
    engage(lead, kind)
    lead.refresh_from_db()
    two_way = kind in ("reply", "call_connected", "meeting")
    assert lead.touched_at == (None if kind == "visit" else NOW)
    assert lead.engaged_at == (NOW if two_way else None)
    assert lead.is_prospect == two_way


def test_engagement_reported_twice_is_recorded_once():
    lead = LeadFactory()
    assert engage(lead, external_id="hit-1") is not None
    assert engage(lead, external_id="hit-1") is None
    assert Engagement.objects.count() == 1


def test_engagement_is_append_only():
    engagement = engage(LeadFactory())
    with pytest.raises(TypeError):
        engagement.save()


@pytest.mark.parametrize("fields", [{"kind": "opened"}, {"kind": "visit", "page": ""}, {"kind": "reply", "page": "x"}])
def test_database_refuses_engagement_that_makes_no_sense(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Engagement.objects.create(lead=LeadFactory(), at=NOW, **fields)


@pytest.mark.parametrize("page", ["Our prices", "../etc", "é", "", "x" * 65])
def test_page_has_a_plain_key(page):
    with pytest.raises(ValidationError):
        Engagement(lead=LeadFactory(), kind="visit", page=page, at=NOW).full_clean()


def test_visits_qualify_a_lead_at_once_by_itself(policy):
    policy(70, VISIT)
    lead = LeadFactory()
    give_answers(lead=lead, answers={"need": "new"}, provenance=Provenance.FORM, now=NOW)
    engage(lead)
    assert Lead.objects.get(pk=lead.pk).stage == Stage.UNQUALIFIED
    engage(lead, days=1)
    lead.refresh_from_db()
    assert (lead.stage, lead.path, lead.score) == (Stage.MQL, Path.SELF_QUALIFIED, 70)
    assert lead.decisions.last().facts["engagement:visit:pricing"]["ages"] == [0, 1]


def test_other_pages_and_old_visits_do_not_count(policy):
    policy(70, {**VISIT, "within_days": 10})
    lead = LeadFactory()
    give_answers(lead=lead, answers={"need": "new"}, provenance=Provenance.FORM, now=NOW)
    engage(lead)
    engage(lead, page="careers")
    engage(lead, days=11)
    assert Lead.objects.get(pk=lead.pk).stage == Stage.UNQUALIFIED
    engage(lead, days=12)
    assert Lead.objects.get(pk=lead.pk).stage == Stage.MQL


@pytest.mark.parametrize("kind", ["reply", "call_connected", "click", "meeting"])
def test_reply_click_call_and_meeting_come_after_a_touch(policy, kind):
    policy(70, {"engagement": kind, "operator": "at_least", "value": 1, "points": 40})
    lead = LeadFactory()
    give_answers(lead=lead, answers={"need": "new"}, provenance=Provenance.FORM, now=NOW)
    engage(lead, kind)
    lead.refresh_from_db()
    assert (lead.stage, lead.path) == (Stage.MQL, Path.NURTURED)


def test_engagement_the_policy_does_not_look_at_makes_no_decision(defaults):
    lead = LeadFactory()
    engage(lead)
    assert Decision.objects.count() == 0


def test_same_outcomes_make_no_new_decision(policy):
    policy(70, VISIT)
    lead = LeadFactory()
    for day in range(5):
        engage(lead, days=day)
    assert [d.outcomes for d in lead.decisions.all()] == [["unknown", "not_met"], ["unknown", "met"]]


def test_policy_without_engagement_asks_no_query_for_it(defaults, submission, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        take_inquiry(submission=submission(answers=QUALIFYING), now=NOW)
    assert [q["sql"] for q in captured if "leads_engagement" in q["sql"]] == []
    assert len([q["sql"] for q in captured if "leads_criterion" in q["sql"]]) == 1


def test_own_answers_of_an_inquiry_make_a_prospect(defaults, submission):
    said = take_inquiry(submission=submission(answers=VAGUE), now=NOW).lead
    silent = take_inquiry(submission=submission(answers={}, email="b@silent.example"), now=NOW).lead
    imported = take_inquiry(
        submission=submission(answers=VAGUE, email="c@list.example", provenance=Provenance.IMPORT), now=NOW
    ).lead
    found = [Lead.objects.get(pk=lead.pk).engaged_at for lead in (said, silent, imported)]
    assert found == [NOW, None, None]


PATHS = [
    ("form", {}, Path.SELF_QUALIFIED),
    ("form", {"touched": True}, Path.NURTURED),
    ("link", {"touched": True}, Path.NURTURED),
    ("import", {}, Path.SELF_QUALIFIED),
    ("api", {}, Path.SELF_QUALIFIED),
    ("call", {}, Path.NURTURED),  # a rep called
    ("research", {}, Path.RESEARCHED),
    ("research", {"touched": True}, Path.NURTURED),
]


@pytest.mark.parametrize(("provenance", "before", "path"), PATHS)
def test_path_by_who_said_it_and_what_came_before(defaults, provenance, before, path):
    lead, rep = LeadFactory(), UserFactory()
    if before.get("touched"):
        mark_touched(lead=lead, now=NOW)
    give_answers(lead=lead, answers=QUALIFYING, provenance=provenance, now=NOW, by=rep)
    assert Lead.objects.get(pk=lead.pk).path == path


def test_inbound_call_is_the_leads_own_word(defaults, submission):
    call = submission(channel="call", provenance=Provenance.CALL, answers=QUALIFYING)
    lead = take_inquiry(submission=call, now=NOW, by=UserFactory()).lead
    assert (lead.path, lead.touched_at, lead.engaged_at) == (Path.SELF_QUALIFIED, None, NOW)


def test_own_answers_that_research_completes_are_researched(defaults):
    lead, rep = LeadFactory(), UserFactory()
    half = {"need": "new", "desire": "must"}
    give_answers(lead=lead, answers=half, provenance=Provenance.FORM, now=NOW)
    rest = {key: value for key, value in QUALIFYING.items() if key not in half}
    give_answers(lead=lead, answers=rest, provenance=Provenance.RESEARCH, now=NOW, by=rep)
    assert Lead.objects.get(pk=lead.pk).path == Path.RESEARCHED


def test_lead_that_a_rep_found_is_researched(defaults):
    person = {"first_name": "Ada", "email": "ada@found.example"}
    lead = add_researched_lead(person=person, answers=QUALIFYING, by=UserFactory(), now=NOW)
    assert (lead.stage, lead.path, lead.engaged_at) == (Stage.MQL, Path.RESEARCHED, None)


def test_field_that_a_rep_filled_in_is_research(policy):
    policy(70, {"field": "country", "operator": "in", "value": ["US"], "points": 40})
    lead = LeadFactory()
    give_answers(lead=lead, answers={"need": "new"}, provenance=Provenance.FORM, now=NOW)
    version = Lead.objects.get(pk=lead.pk).version
    edited = edit_lead(lead=lead, version=version, fields={"country": "US"}, by=UserFactory(), now=NOW)
    assert (edited.stage, edited.path) == (Stage.MQL, Path.RESEARCHED)


@pytest.mark.parametrize("away", ["recycle", "disqualify"])
def test_path_stays_when_a_lead_goes_away_and_qualifies_again(defaults, away):
    lead, rep = LeadFactory(), UserFactory()
    give_answers(lead=lead, answers=QUALIFYING, provenance=Provenance.FORM, now=NOW)
    lead.refresh_from_db()
    leave = reject_lead if away == "recycle" else disqualify_lead
    reason = Reason.objects.filter(purpose=ReasonPurpose(away)).first()
    leave(lead=lead, reason=reason, by=rep, now=NOW)
    later = NOW + timedelta(days=9)
    give_answers(lead=lead, answers={"need": "replace"}, provenance=Provenance.CALL, now=later, by=rep)
    lead.refresh_from_db()
    assert (lead.stage, lead.path, lead.reached_sales_at) == (Stage.MQL, Path.SELF_QUALIFIED, NOW)


def test_disqualified_before_sales_saw_it_gets_its_path_when_it_qualifies(defaults):
    lead = LeadFactory()
    reason = Reason.objects.filter(purpose=ReasonPurpose.DISQUALIFY).first()
    disqualify_lead(lead=lead, reason=reason, by=None, now=NOW)
    assert lead.path == ""
    engage(lead, EngagementKind.REPLY, days=1)
    give_answers(lead=lead, answers=QUALIFYING, provenance=Provenance.LINK, now=NOW + timedelta(days=2))
    lead.refresh_from_db()
    assert (lead.stage, lead.path) == (Stage.MQL, Path.NURTURED)


def test_engagement_moves_with_a_merge_and_back(policy):
    policy(70, VISIT)
    survivor, duplicate = LeadFactory(), LeadFactory()
    give_answers(lead=survivor, answers={"need": "new"}, provenance=Provenance.FORM, now=NOW)
    engage(survivor)
    engage(duplicate)
    merge = merge_leads(survivor=survivor, duplicate=duplicate, by=None, now=NOW)
    survivor.refresh_from_db()
    assert (survivor.stage, survivor.engagements.count()) == (Stage.MQL, 2)
    engage(duplicate)  # a page that still knows the old lead
    assert survivor.engagements.count() == 3
    undo_merge(merge=merge, by=None, now=NOW)
    assert (survivor.engagements.count(), duplicate.engagements.count()) == (2, 1)
