"""Which policy decides, what a decision keeps, and how time changes it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from leads.evaluation import Fact, evaluate
from leads.models import Criterion, Decision, Lead, Policy, PolicyPurpose, PolicyStatus, Provenance, Reason, Stage
from leads.services.deciding_again import decide_again
from leads.services.intake import take_inquiry
from leads.services.lifecycle import accept_lead, disqualify_lead, qualify_lead
from leads.services.policies import (
    PolicyRefused,
    activate_policy,
    new_version,
    policy_in_force,
    retire_policy,
    verdict_for,
)
from leads.services.qualification import give_answers
from leads.tasks import decide_again as decide_again_task
from tests.factories import NOW, CampaignFactory, LeadFactory, UserFactory
from tests.leads.conftest import QUALIFYING

pytestmark = pytest.mark.django_db


@pytest.fixture
def general(defaults):
    return Policy.objects.get(purpose=PolicyPurpose.MARKETING)


def with_rules(draft, threshold=None, **change):
    """Put the draft into force, with every criterion changed."""
    draft.criteria.update(**change)
    if threshold is not None:
        draft.threshold = threshold
        draft.save()
    return activate_policy(policy=draft, by=None, now=NOW)


def later(days):
    return NOW + timedelta(days=days)


def answer(lead, answers=QUALIFYING, days=0):
    give_answers(lead=lead, answers=answers, provenance=Provenance.FORM, now=later(days))
    lead.refresh_from_db()
    return lead


def test_campaign_has_its_own_policy_and_the_decision_says_so(general, submission):
    fair, other = CampaignFactory(), CampaignFactory()
    override = with_rules(new_version(policy=general, by=None, campaign=fair), threshold=20)
    few = {"need": "new"}
    easy = take_inquiry(submission=submission(answers=few, campaign=fair), now=NOW)
    hard = take_inquiry(submission=submission(answers=few, campaign=other, email="b@b.example"), now=NOW)
    none = take_inquiry(submission=submission(answers=few, email="c@c.example"), now=NOW)
    assert [i.decision.policy for i in (easy, hard, none)] == [override, general, general]
    assert [i.decision.qualified for i in (easy, hard, none)] == [True, False, False]


def test_sales_policy_of_a_campaign_decides_about_readiness(general):
    fair = CampaignFactory()
    sales = Policy.objects.get(purpose=PolicyPurpose.SALES)
    with_rules(new_version(policy=sales, by=None, campaign=fair), must_have=False, threshold=25)
    mine, other = LeadFactory(campaign=fair), LeadFactory()
    for lead in (mine, other):
        answer(lead, {"need": "new"})
    verdicts = [verdict_for(lead, purpose=PolicyPurpose.SALES, now=NOW).qualified for lead in (mine, other)]
    assert verdicts == [True, False]


def test_policy_in_force_is_one_query(general, django_assert_num_queries):
    fair = CampaignFactory()
    with_rules(new_version(policy=general, by=None, campaign=fair))
    for campaign in (None, fair.pk):
        with django_assert_num_queries(1):
            assert len(policy_in_force(campaign_id=campaign).definition.rules) == 5


def test_versions_are_counted_for_each_campaign(general):
    fair = CampaignFactory()
    versions = [
        new_version(policy=general, by=None, campaign=campaign).version for campaign in (None, fair, fair, None)
    ]
    assert versions == [2, 1, 2, 3]


@pytest.mark.parametrize("with_campaign", [False, True])
def test_database_refuses_two_active_policies_and_two_equal_versions(general, with_campaign):
    campaign = CampaignFactory() if with_campaign else None
    first = with_rules(new_version(policy=general, by=None, campaign=campaign))
    for clash in ({"status": "active", "activated_at": NOW, "version": 9}, {"version": first.version}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Policy.objects.create(name="Twice", threshold=1, campaign=campaign, **clash)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"field": "country", "age": "last_inquiry"},
        {"engagement": "reply", "field": "country"},
        {"engagement": "reply", "page": "pricing"},
        {"field": "country", "half_life_days": 5},
        {"age": "last_inquiry", "within_days": 5},
        {"engagement": "reply", "half_life_days": 0},
    ],
)
def test_database_refuses_criteria_that_make_no_sense(general, fields):
    draft = new_version(policy=general, by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Criterion.objects.create(policy=draft, label="x", **fields)


def test_draft_decides_nothing_and_active_cannot_be_activated_again(general):
    new_version(policy=general, by=None)
    assert policy_in_force().policy == general
    with pytest.raises(PolicyRefused):
        activate_policy(policy=general, by=None, now=NOW)


def test_retired_policy_is_not_retired_again(general):
    assert retire_policy(policy=general, by=None, now=NOW).status == PolicyStatus.RETIRED
    assert policy_in_force() is None
    with pytest.raises(PolicyRefused):
        retire_policy(policy=general, by=None, now=NOW)


def test_decision_keeps_the_facts_and_says_the_same_again(general):
    lead = answer(LeadFactory(country="US"))
    decision = lead.decisions.get()
    facts = {s: Fact(**{**f, "ages": tuple(f.get("ages", ()))}) for s, f in decision.facts.items()}
    verdict = evaluate(policy_in_force().definition, facts)
    assert (verdict.qualified, verdict.score) == (decision.qualified, decision.score)
    assert [result.as_json() for result in verdict.results] == decision.results
    assert decision.facts["answer:budget"]["provenance"] == "form"
    with pytest.raises(TypeError):
        decision.save()


def test_vetting_is_a_decision_by_the_sales_policy(general):
    lead = answer(LeadFactory())
    lead = accept_lead(lead=lead, by=UserFactory(), now=NOW)
    qualify_lead(lead=lead, by=lead.owner, now=NOW)
    assert [d.policy.purpose for d in lead.decisions.order_by("pk")] == ["marketing", "sales"]
    assert Lead.objects.get(pk=lead.pk).score == 110  # the marketing one


FADING = {"half_life_days": 10}


def test_points_fade_and_the_lead_stays_with_sales(general):
    with_rules(new_version(policy=general, by=None), **FADING)
    lead = answer(LeadFactory())
    assert (lead.stage, lead.score) == (Stage.MQL, 110)
    assert lead.decide_again_at == later(7)
    assert decide_again(now=later(6)) == 0
    assert decide_again(now=later(10)) == 1
    lead.refresh_from_db()
    assert (lead.stage, lead.score) == (Stage.MQL, 55)


def test_fading_is_recorded_when_it_turns_the_verdict(general):
    with_rules(new_version(policy=general, by=None), **FADING)
    lead = answer(LeadFactory())
    decide_again(now=later(10))
    newest = lead.decisions.order_by("-pk").first()
    assert (newest.qualified, newest.score) == (False, 55)
    decide_again(now=later(30))
    assert lead.decisions.count() == 2  # lower still, but the same verdict
    lead.refresh_from_db()
    assert lead.score == 13


def test_answer_given_again_counts_in_full(general):
    with_rules(new_version(policy=general, by=None), **FADING)
    lead = answer(LeadFactory())
    assert answer(lead, {"budget": "to_25k"}, days=20).score == 47  # 85 / 4, and 25 whole


def test_age_brings_a_waiting_lead_to_sales(general):
    draft = new_version(policy=general, by=None)
    Criterion.objects.create(
        policy=draft, label="Waited", age="first_inquiry", operator="at_least", value=14, points=50
    )
    with_rules(draft)
    lead = answer(LeadFactory(), {"need": "new"})
    assert (lead.stage, lead.decide_again_at) == (Stage.UNQUALIFIED, later(14))
    decide_again(now=later(13))
    decide_again_task()  # now is long after
    lead.refresh_from_db()
    assert (lead.stage, lead.path, lead.decide_again_at) == (Stage.MQL, "self_qualified", None)


def test_policy_that_time_does_not_touch_leaves_nothing_to_decide_again(general):
    answer(LeadFactory())
    answer(LeadFactory(), {"need": "new"})
    assert Lead.objects.exclude(decide_again_at=None).count() == 0
    assert decide_again(now=later(1000)) == 0


def test_sweep_is_bounded_and_takes_the_longest_overdue_first(general):
    leads = [answer(LeadFactory(), {"need": "new"}) for _ in range(3)]
    for day, lead in enumerate(leads):
        Lead.objects.filter(pk=lead.pk).update(decide_again_at=later(3 - day))
    assert decide_again(now=later(9), limit=2) == 2
    assert list(Lead.objects.exclude(decide_again_at=None)) == [leads[0]]


def test_sweep_leaves_disqualified_leads_alone(general):
    lead = answer(LeadFactory(), {"need": "new"})
    reason = Reason.objects.filter(purpose="disqualify").first()
    disqualify_lead(lead=lead, reason=reason, by=None, now=NOW)
    with_rules(new_version(policy=general, by=None), threshold=20)
    Lead.objects.filter(pk=lead.pk).update(decide_again_at=NOW)
    decide_again(now=later(1))
    lead.refresh_from_db()
    assert (lead.stage, lead.decide_again_at) == (Stage.DISQUALIFIED, None)


def test_new_policy_decides_about_those_who_wait(general):
    fair = CampaignFactory()
    waiting, with_sales = answer(LeadFactory(), {"need": "new"}), answer(LeadFactory())
    of_fair = answer(LeadFactory(campaign=fair), {"need": "new"})
    with_rules(new_version(policy=general, by=None, campaign=fair))
    assert list(Lead.objects.exclude(decide_again_at=None)) == [of_fair]
    decide_again(now=NOW)
    with_rules(new_version(policy=general, by=None), threshold=20)
    assert list(Lead.objects.exclude(decide_again_at=None)) == [waiting]
    decide_again(now=NOW)
    waiting.refresh_from_db()
    assert (waiting.stage, Lead.objects.get(pk=of_fair.pk).stage) == (Stage.MQL, Stage.UNQUALIFIED)
    assert Decision.objects.filter(lead=with_sales).count() == 1
