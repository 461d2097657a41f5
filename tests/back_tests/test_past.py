"""What was known when a lead first inquired, and nothing that came later."""

from datetime import timedelta

from leads import past
from leads.evaluation import evaluate
from leads.facts import definition_of
from leads.models import Criterion, Decision, Engagement, Lead, Provenance
from leads.past import past_leads
from leads.services.intake import add_researched_lead
from leads.services.merging import merge_leads
from leads.services.policies import activate_policy, new_version
from leads.services.qualification import evaluate_lead, give_answers
from tests.back_tests.conftest import NEED
from tests.factories import NOW, LeadFactory, UserFactory

SUBJECTS = {"answer:need", "answer:budget", "field:phone", "field:country"}


def known(*, subjects=SUBJECTS):
    leads = [lead for chunk in past_leads(Lead.objects.live(), subjects=subjects) for lead in chunk]
    return {lead.pk: {subject: fact.value for subject, fact in lead.facts.items()} for lead in leads}


def answer(lead, *, at, **answers):
    give_answers(lead=lead, answers=answers, provenance=Provenance.FORM, now=at)


def test_answers_that_came_with_the_inquiry_count_and_later_ones_do_not(inquire):
    lead = inquire(answers=NEED)
    answer(lead, at=NOW + timedelta(seconds=1), need="looking", budget="to_5k")
    assert known() == {lead.pk: {"answer:need": "new"}}


def test_of_two_answers_given_before_the_newer_counts(inquire):
    lead = inquire(answers=NEED)
    answer(lead, at=NOW - timedelta(days=2), need="expand", budget="none")
    answer(lead, at=NOW - timedelta(days=1), budget="to_5k")
    assert known() == {lead.pk: {"answer:need": "new", "answer:budget": "to_5k"}}


def test_fields_filled_in_later_were_not_known_then(inquire):
    lead = inquire(answers=NEED)
    Lead.objects.filter(pk=lead.pk).update(phone="+12125550100", country="US")
    assert known() == {lead.pk: {"answer:need": "new"}}


def test_fields_of_then_count_though_the_active_policy_never_asked_for_them(inquire):
    lead = inquire(phone="+12125550100")
    Lead.objects.filter(pk=lead.pk).update(phone="+12125550199")
    assert known() == {lead.pk: {"field:phone": "+12125550100"}}


def test_a_second_inquiry_brings_nothing_into_the_first(inquire):
    lead = inquire(answers=NEED)
    inquire(email=lead.email, at=NOW + timedelta(days=3), phone="+12125550100", answers={"budget": "to_5k"})
    assert known() == {lead.pk: {"answer:need": "new"}}


def test_without_a_decision_of_then_fields_are_todays_and_that_is_said(defaults):
    lead = LeadFactory(country="DE")
    [[found]] = past_leads(Lead.objects.live(), subjects={"field:country"})
    assert (found.pk, found.remembered, found.facts["field:country"].value) == (lead.pk, False, "DE")
    [[unasked]] = past_leads(Lead.objects.live(), subjects={"answer:need"})
    assert unasked.remembered


def test_merged_leads_count_once_with_the_answers_of_both(inquire):
    survivor, duplicate = inquire(answers=NEED), inquire(answers={"budget": "to_5k"})
    merge_leads(survivor=survivor, duplicate=duplicate, by=UserFactory(administrator=True), now=NOW + timedelta(days=1))
    assert known(subjects={"answer:need", "answer:budget"}) == {
        survivor.pk: {"answer:need": "new", "answer:budget": "to_5k"}
    }


def test_leads_that_never_inquired_are_left_out(defaults):
    rep = UserFactory()
    add_researched_lead(person={"email": "found@by.example"}, answers=NEED, by=rep, now=NOW)
    assert known() == {}


def test_engagement_of_later_has_not_happened_yet(inquire):
    lead = inquire()
    for kind, page, days in (
        ("visit", "pricing", -3),
        ("visit", "pricing", 1),
        ("visit", "home", -9),
        ("reply", "", 2),
    ):
        Engagement.objects.create(lead=lead, kind=kind, page=page, at=NOW + timedelta(days=days))
    subjects = {"engagement:visit", "engagement:visit:pricing", "engagement:reply", "age:first_inquiry"}
    [[found]] = past_leads(Lead.objects.live(), subjects=subjects)
    assert {subject: (fact.value, fact.ages) for subject, fact in found.facts.items()} == {
        "engagement:visit": (2, (3, 9)),
        "engagement:visit:pricing": (1, (3,)),
        "engagement:reply": (0, ()),
        "age:first_inquiry": (0, ()),
    }


def test_answers_are_as_old_as_they_were_then(inquire):
    lead = inquire(answers=NEED)
    answer(lead, at=NOW - timedelta(days=40), budget="to_5k")
    [[found]] = past_leads(Lead.objects.live(), subjects=SUBJECTS)
    assert (found.facts["answer:need"].age, found.facts["answer:budget"].age) == (0, 40)


def test_it_judges_as_the_decision_of_then_did(inquire, active):
    """Whatever a policy looks at: judged again as of then, each lead gets the score that it got then."""
    policy = new_version(policy=active, by=None)
    for number, (subject, more) in enumerate(
        {
            "engagement": {"engagement": "visit", "operator": "at_least", "value": 1, "half_life_days": 10},
            "age": {"age": "last_inquiry", "operator": "at_most", "value": 5},
            "field": {"field": "phone", "operator": "answered"},
        }.items()
    ):
        Criterion.objects.create(policy=policy, label=subject, points=3 + number, **more)
    activate_policy(policy=policy, by=None, now=NOW)
    leads = [inquire(answers=NEED), inquire(phone="+12125550100", answers={"budget": "to_25k"}), inquire()]
    definition = definition_of(policy)
    for lead in leads:
        Engagement.objects.create(lead=lead, kind="visit", page="pricing", at=NOW - timedelta(days=10))
        evaluate_lead(lead=lead, now=NOW)
        answer(lead, at=NOW + timedelta(days=9), need="new", budget="to_100k")
    subjects = {rule.subject for rule in definition.rules}
    for found in next(past_leads(Lead.objects.live(), subjects=subjects)):
        then = Decision.objects.filter(lead=found.pk, decided_at=NOW).latest("pk")
        assert evaluate(definition, found.facts)[:2] == (then.qualified, then.score)


def test_queries_depend_on_chunks_not_on_leads(inquire, monkeypatch, django_assert_num_queries):
    leads = [inquire(answers=NEED, phone="+12125550100") for _ in range(7)]
    with django_assert_num_queries(5):  # questions; leads, answers, decisions; leads: none left
        known()
    monkeypatch.setattr(past, "CHUNK", 3)
    assert list(known()) == [lead.pk for lead in leads]
