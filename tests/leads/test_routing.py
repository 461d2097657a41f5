from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.campaigns.models import Path
from crm.people.models import Absence, Company, Role, Territory, WorkingHours
from crm.web.holding import holding
from leads.models import (
    Assignment,
    AssignmentKind,
    Lead,
    Method,
    Operator,
    OutsideHours,
    Provenance,
    Question,
    Reason,
    ReasonPurpose,
    RoutingCondition,
    RoutingField,
    RoutingRule,
    Stage,
    Target,
)
from leads.routing.numbers import with_numbers
from leads.routing.pools import active_rules
from leads.routing.subject import Subject
from leads.routing.turns import next_in_turn
from leads.routing.walk import walk
from leads.services.lifecycle import accept_lead, reject_lead
from leads.services.qualification import give_answers
from leads.services.routing import assign_lead, route_lead
from tests.factories import (
    NOW,
    AccountFactory,
    CampaignFactory,
    LeadFactory,
    RoutingRuleFactory,
    SourceFactory,
    TeamFactory,
    UserFactory,
)
from tests.leads.conftest import QUALIFYING

pytestmark = pytest.mark.django_db
NIGHT = NOW.replace(hour=23)


def mql(**fields):
    return LeadFactory(stage=Stage.MQL, path=Path.SELF_QUALIFIED, reached_sales_at=NOW, **fields)


def rule_if(*conditions, members=None, **fields):
    """``conditions``: (field or question, operator, values)."""
    rule = RoutingRuleFactory(members=members or [UserFactory()], **fields)
    for what, operator, value in conditions:
        looked_at = {"question": what} if isinstance(what, Question) else {"field": what}
        RoutingCondition.objects.create(rule=rule, operator=operator, value=value, **looked_at)
    return rule


def routed(lead, now=NOW):
    return route_lead(lead=lead, now=now)


@pytest.mark.parametrize(
    ("field", "operator", "value", "fields", "fits"),
    [
        (RoutingField.COUNTRY, Operator.IN, ["us", "CA"], {"country": "US"}, True),
        (RoutingField.COUNTRY, Operator.IN, ["US"], {"country": "DE"}, False),
        (RoutingField.COUNTRY, Operator.IN, ["US"], {"country": ""}, False),
        (RoutingField.COUNTRY, Operator.NOT_IN, ["US"], {"country": "DE"}, True),
        (RoutingField.COUNTRY, Operator.NOT_IN, ["US"], {"country": "US"}, False),
        (RoutingField.COUNTRY, Operator.NOT_IN, ["US"], {"country": ""}, True),
        (RoutingField.EMPLOYEES, Operator.AT_LEAST, ["50"], {"employees": 50}, True),
        (RoutingField.EMPLOYEES, Operator.AT_LEAST, ["50"], {"employees": 9}, False),
        (RoutingField.EMPLOYEES, Operator.AT_LEAST, ["50"], {"employees": None}, False),
        (RoutingField.EMPLOYEES, Operator.AT_MOST, ["50"], {"employees": 0}, True),
        (RoutingField.SCORE, Operator.AT_MOST, ["70"], {"score": 71}, False),
        (RoutingField.INDUSTRY, Operator.IN, ["software"], {"industry": "Software"}, True),
        (RoutingField.INDUSTRY, Operator.ANSWERED, [], {"industry": ""}, False),
        (RoutingField.PATH, Operator.IN, ["self_qualified"], {}, True),
        (RoutingField.DOMAIN, Operator.IN, ["acme.example"], {"email": "a@ACME.example"}, True),
    ],
)
def test_a_rule_takes_what_fits_its_conditions(field, operator, value, fields, fits):
    rule = rule_if((field, operator, value))
    assignment = routed(mql(**fields))
    assert assignment.rule == (rule if fits else None)


def test_all_conditions_of_a_rule_must_hold():
    rule_if((RoutingField.COUNTRY, Operator.IN, ["US"]), (RoutingField.CITY, Operator.IN, ["Boston"]))
    assert routed(mql(country="US", city="Austin")).rule is None
    assert routed(mql(country="US", city="Boston")).rule is not None


def test_source_campaign_and_form_decide(submission, defaults):
    source, campaign = SourceFactory(key="fair"), CampaignFactory(key="spring")
    rule = rule_if(
        (RoutingField.SOURCE, Operator.IN, ["fair"]),
        (RoutingField.CAMPAIGN, Operator.IN, ["spring"]),
        (RoutingField.FORM, Operator.IN, [defaults.slug]),
    )
    from leads.services.intake import take_inquiry

    told = submission(source=source, campaign=campaign, form=defaults, answers=QUALIFYING)
    lead = take_inquiry(submission=told, now=NOW).lead
    assert lead.assignments.get().rule == rule


def test_answers_decide(defaults):
    budget = Question.objects.get(key="budget")
    big = rule_if((budget, Operator.IN, ["to_25k", "to_100k"]))
    lead = LeadFactory()
    give_answers(lead=lead, answers=QUALIFYING, provenance=Provenance.FORM, now=NOW)
    assert lead.assignments.get().rule == big


def test_the_first_rule_that_fits_has_the_lead():
    second = rule_if(position=2)
    first = rule_if((RoutingField.COUNTRY, Operator.IN, ["US"]), position=1)
    rule_if(position=0, active=False)
    assert routed(mql(country="US")).rule == first
    assert routed(mql(country="DE")).rule == second


def test_each_target_finds_its_reps():
    team = TeamFactory()
    rep, colleague, manager = UserFactory(team=team), UserFactory(), UserFactory(team=team, role=Role.SALES_MANAGER)
    territory = Territory.objects.create(name="North")
    territory.owners.create(user=colleague, since=date(2026, 1, 1))
    territory.owners.create(user=manager, since=date(2025, 1, 1), until=NOW.date())
    territory.matches.create(countries="DE")
    account = AccountFactory(domain="acme.example", owner=manager)
    lead = mql(country="DE", email="kim@acme.example")
    targets = {
        Target.REP: ({"rep": rep}, rep),
        Target.TEAM: ({"team": team}, rep),
        Target.TERRITORY: ({"territory": territory}, colleague),
        Target.LEAD_TERRITORY: ({}, colleague),
        Target.ACCOUNT_OWNER: ({}, account.owner),
    }
    for target, (fields, expected) in targets.items():
        rule = RoutingRuleFactory(target=target, **fields)
        assert (routed(lead).to, target) == (expected, target)
        RoutingRule.objects.filter(pk=rule.pk).update(active=False)


def test_a_rule_without_anybody_leaves_the_lead_to_the_next():
    nobody = [
        RoutingRuleFactory(target=Target.TEAM, team=TeamFactory(), position=0),
        RoutingRuleFactory(target=Target.LEAD_TERRITORY, position=1),
        RoutingRuleFactory(target=Target.ACCOUNT_OWNER, position=2),
        RoutingRuleFactory(target=Target.REP, rep=UserFactory(is_active=False), position=3),
        RoutingRuleFactory(members=[], position=4),
    ]
    rule = rule_if(position=5)
    assignment = routed(mql())
    assert assignment.rule == rule
    assert [step["taken"] for step in assignment.explanation] == [False] * len(nobody) + [True]


@pytest.mark.parametrize("fields", [{"target": Target.REP}, {"target": Target.TERRITORY}])
def test_the_database_refuses_a_rule_for_nobody(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        RoutingRuleFactory(**fields)


def test_who_is_away_gets_none():
    away, here = UserFactory.create_batch(2)
    Absence.objects.create(user=away, first_day=NOW.date(), last_day=NOW.date())
    rule_if(members=[away, here])
    assert [routed(mql()).to for _ in range(3)] == [here] * 3
    assert routed(mql(), now=NOW + timedelta(days=1)).to == away


def test_who_works_now_comes_before_who_does_not():
    office, night = UserFactory.create_batch(2)
    WorkingHours.objects.create(user=night, opens=time(20), closes=time(4))
    WorkingHours.objects.create(user=office)
    rule_if(members=[office, night])
    assert [routed(mql()).to for _ in range(2)] == [office] * 2
    assert [routed(mql(), now=NIGHT).to for _ in range(2)] == [night] * 2


def test_while_nobody_works_one_of_them_gets_it_and_the_clock_waits():
    WorkingHours.objects.create(company=Company.current())
    rule_if(accept_within_minutes=60)
    assert routed(mql(), now=NIGHT).accept_by == NIGHT.replace(day=11, hour=10)


def test_while_nobody_works_the_next_rule_may_have_it():
    WorkingHours.objects.create(company=Company.current())
    rule_if(outside_hours=OutsideHours.NEXT_RULE)
    assignment = routed(mql(), now=NIGHT)
    assert (assignment.to, assignment.kind) == (None, AssignmentKind.QUEUED)
    assert "Does not work now" in assignment.explanation[0]["why"]


def test_when_all_are_away_the_lead_waits_in_the_queue():
    rep = UserFactory()
    Absence.objects.create(user=rep, first_day=NOW.date(), last_day=NOW.date())
    rule_if(members=[rep])
    lead = mql()
    assert routed(lead).kind == AssignmentKind.QUEUED
    lead.refresh_from_db()
    assert (lead.owner, lead.queued_at, lead.accept_by) == (None, NOW, None)


def test_a_queue_of_a_team_is_seen_by_the_team_and_has_a_clock():
    team = TeamFactory()
    RoutingRuleFactory(target=Target.QUEUE, team=team, accept_within_minutes=30)
    lead = mql()
    routed(lead)
    lead.refresh_from_db()
    assert (lead.owner, lead.team, lead.queued_at, lead.accept_by) == (None, team, None, NOW + timedelta(minutes=30))
    seen_by = [Lead.objects.visible_to(user).count() for user in (UserFactory(team=team), UserFactory(team=None))]
    assert seen_by == [1, 0]


def test_no_rules_no_assignment():
    assert routed(mql()) is None
    assert not Assignment.objects.exists()


@pytest.mark.parametrize("target", [Target.MEMBERS, Target.REP])
def test_capacity_of_a_day(target):
    full, free = UserFactory(leads_per_day=2), UserFactory()
    RoutingRuleFactory(members=[full], target=target, rep=full, position=0)
    rule_if(members=[free], position=1)
    assert [routed(mql()).to for _ in range(3)] == [full, full, free]
    assert routed(mql(), now=NOW + timedelta(days=1)).to == full


def test_capacity_counts_the_days_of_the_rep():
    rep = UserFactory(leads_per_day=1, time_zone="Asia/Tokyo")
    rule_if(members=[rep])
    assert routed(mql()).to == rep
    assert routed(mql(), now=NOW.replace(hour=14, minute=59)).to is None
    assert routed(mql(), now=NOW.replace(hour=15)).to == rep


def test_a_lead_that_was_given_back_makes_room():
    rep = UserFactory(leads_per_day=1)
    rule_if(members=[rep])
    lead = mql()
    routed(lead)
    reason = Reason.objects.create(purpose=ReasonPurpose.RECYCLE, name="Not ready")
    reject_lead(lead=lead, reason=reason, by=rep, now=NOW)
    assert routed(mql()).to == rep


def test_fewest_open_leads_then_longest_without_one():
    busy, idle, fresh = UserFactory.create_batch(3)
    LeadFactory.create_batch(2, owner=busy)
    LeadFactory(owner=idle, stage=Stage.DISQUALIFIED)
    rule_if(members=[busy, idle, fresh], method=Method.LEAST_LOADED)
    got = [routed(mql(), now=NOW + timedelta(minutes=n)).to for n in range(6)]
    assert got == [idle, fresh, idle, fresh, busy, idle]


def test_a_thousand_leads_in_turn_differ_by_one_at_most():
    reps = UserFactory.create_batch(7)
    rule_if(members=reps)
    with holding():
        rules, lead = active_rules(), mql()
        got = [walk(rules, Subject(lead, now=NOW), take=True).taken.user.pk for _ in range(1_000)]
    for start in (0, 3, 500):
        loads = [got[start:].count(rep.pk) for rep in reps]
        assert max(loads) - min(loads) <= 1


def test_rules_of_one_team_share_its_turns():
    team = TeamFactory()
    reps = UserFactory.create_batch(3, team=team)
    for position, country in enumerate(("US", "DE")):
        rule = RoutingRuleFactory(target=Target.TEAM, team=team, position=position)
        RoutingCondition.objects.create(rule=rule, field="country", operator="in", value=[country])
    got = [routed(mql(country=country)).to for country in ("US", "DE", "DE", "US", "US", "DE")]
    assert got == reps * 2


who_is_there = st.lists(st.sets(st.integers(0, 4), min_size=1), min_size=2, max_size=60)


@settings(deadline=None)
@given(who_is_there, st.sets(st.integers(0, 4), min_size=1))
def test_turns_are_fair_when_people_come_and_go(days, always):
    """In every stretch of leads: those who were there all the time are within one of each other, and nobody is
    more than one ahead of them."""
    turns, got = {}, []
    for number, there in enumerate(days, 1):
        chosen = next_in_turn(sorted(there | always), turns)
        turns[chosen] = number
        got.append(chosen)
    for start in range(len(got)):
        for end in range(start + 1, len(got) + 1):
            stretch = got[start:end]
            least = min(stretch.count(user) for user in always)
            assert max(stretch.count(user) for user in range(5)) <= least + 1


def test_an_assignment_says_which_rule_and_why():
    rep = UserFactory(first_name="Ada", last_name="King")
    first = rule_if((RoutingField.COUNTRY, Operator.IN, ["DE"]), name="Germany", position=0)
    second = rule_if(members=[rep], name="Everybody", position=1)
    assignment = routed(mql(country="US"))
    assert (assignment.rule, assignment.kind, assignment.note) == (
        second,
        AssignmentKind.ROUTED,
        "The only one who can get it.",
    )
    assert assignment.explanation == [
        {
            "rule": first.pk,
            "name": "Germany",
            "taken": False,
            "why": "Country is “US”; the rule wants it one of “DE”.",
            "reps": [],
        },
        {
            "rule": second.pk,
            "name": "Everybody",
            "taken": True,
            "why": "The only one who can get it.",
            "reps": [{"name": "Ada King", "why_not": ""}],
        },
    ]


def test_looking_changes_nothing_and_says_what_routing_does():
    reps = UserFactory.create_batch(3)
    rule_if(members=reps)
    lead = mql()
    looked = [walk(active_rules(), Subject(lead, now=NOW), take=False).taken.user for _ in range(2)]
    assert looked == [reps[0]] * 2
    assert routed(lead).to == reps[0]
    assert walk(active_rules(), Subject(lead, now=NOW), take=False).taken.user == reps[1]


def test_by_hand_the_clock_of_the_rule_starts_anew():
    rule_if(accept_within_minutes=60)
    lead, rep, manager = mql(), UserFactory(), UserFactory(sales_manager=True)
    routed(lead)
    later = NOW + timedelta(minutes=50)
    assign_lead(lead=lead, to=rep, by=manager, now=later)
    lead.refresh_from_db()
    assert (lead.owner, lead.accept_by) == (rep, later + timedelta(minutes=60))
    accept_lead(lead=lead, by=rep, now=later)
    assign_lead(lead=lead, to=UserFactory(), by=manager, now=later)
    lead.refresh_from_db()
    assert lead.accept_by is None


def test_history_follows_whoever_takes_over_and_gives_back():
    owner, colleague = UserFactory.create_batch(2)
    rule_if(members=[owner])
    lead = mql()
    routed(lead)
    accept_lead(lead=lead, by=colleague, now=NOW)
    reason = Reason.objects.create(purpose=ReasonPurpose.RECYCLE, name="Not ready")
    reject_lead(lead=lead, reason=reason, by=colleague, now=NOW)
    history = [(row.kind, row.to, row.by) for row in lead.assignments.all()]
    assert history == [
        (AssignmentKind.ROUTED, owner, None),
        (AssignmentKind.ACCEPTED, colleague, colleague),
        (AssignmentKind.REJECTED, None, colleague),
    ]


def test_routing_reads_little(django_assert_max_num_queries):
    WorkingHours.objects.create(company=Company.current())
    Territory.objects.create(name="North").matches.create(countries="DE")
    rule_if((RoutingField.COUNTRY, Operator.IN, ["US"]), position=0)
    RoutingRuleFactory(target=Target.LEAD_TERRITORY, position=1)
    rule_if(members=UserFactory.create_batch(20), position=2)
    routed(mql())
    lead = mql()
    with django_assert_max_num_queries(18):
        routed(lead)


def test_numbers_of_a_rule_say_what_was_accepted_in_time():
    """One in time, one late, one that still waits past its time, one that has time; and one by somebody else."""
    rep, colleague = UserFactory.create_batch(2)
    rule, other = rule_if(members=[rep], accept_within_minutes=60), rule_if(position=9)
    leads = [mql() for _ in range(5)]
    for lead in leads[:3]:
        routed(lead, now=NOW - timedelta(hours=3))
    accept_lead(lead=leads[0], by=rep, now=NOW - timedelta(hours=2.5))
    accept_lead(lead=leads[1], by=rep, now=NOW)
    routed(leads[3])
    routed(leads[4])
    accept_lead(lead=leads[4], by=colleague, now=NOW)
    found = with_numbers(RoutingRule.objects.all(), since=NOW - timedelta(days=1), now=NOW + timedelta(minutes=30))
    figures = {each: (each.routed, each.due, each.in_time) for each in found}
    assert figures == {rule: (5, 3, 1), other: (0, 0, 0)}
