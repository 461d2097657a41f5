"""Routing rules and territories in the admin: what can be entered, what is refused, what the two looking pages say."""

import pytest
from django.urls import reverse

from crm.people.models import Absence, Role, Territory, TerritoryOwner, WorkingHours
from leads.models import Assignment, Question, RotationTurn, RoutingCondition, RoutingRule
from tests.factories import NOW, LeadFactory, RoutingRuleFactory, SourceFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
WHO, TRY = reverse("admin:leads_routingrule_who"), reverse("admin:people_territory_try")


def inline(prefix, *rows, initial=0):
    """What a formset posts."""
    counts = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial, f"{prefix}-MIN_NUM_FORMS": 0}
    return counts | {f"{prefix}-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}


def post_rule(client, *conditions, **fields):
    given = {
        "name": "New rule",
        "active": "on",
        "target": "members",
        "method": "round_robin",
        "outside_hours": "assign",
        "accept_within_minutes": 60,
        "position": 0,
    }
    data = given | fields | inline("conditions", *conditions) | inline("pool")
    return client.post(reverse("admin:leads_routingrule_add"), data)


def errors_of(response):
    found = [str(e) for errors in response.context["adminform"].form.errors.values() for e in errors]
    for formset in response.context["inline_admin_formsets"]:
        found += [str(e) for errors in formset.formset.errors for each in errors.values() for e in each]
    return found


def test_conditions_are_entered_as_people_read_them(admin_as, defaults):
    SourceFactory(key="fair")
    budget = Question.objects.get(key="budget")
    response = post_rule(
        admin_as(Role.MARKETING_MANAGER),
        {"what": "field:source", "operator": "in", "values": "Fair"},
        {"what": "field:employees", "operator": "at_least", "values": "50"},
        {"what": f"question:{budget.pk}", "operator": "not_in", "values": "none, to_5k"},
        {"what": "field:industry", "operator": "answered", "values": ""},
    )
    assert response.status_code == 302
    stored = RoutingCondition.objects.values_list("field", "question__key", "operator", "value")
    assert list(stored) == [
        ("source", None, "in", ["fair"]),
        ("employees", None, "at_least", ["50"]),
        ("", "budget", "not_in", ["none", "to_5k"]),
        ("industry", None, "answered", []),
    ]


@pytest.mark.parametrize(
    ("condition", "error"),
    [
        ({"what": "field:source", "operator": "in", "values": "x"}, "There is no “x”. Known: fair."),
        ({"what": "field:country", "operator": "in", "values": " , "}, "Enter at least one value."),
        ({"what": "field:employees", "operator": "at_least", "values": "many"}, "Enter a number. Example: 50."),
        ({"what": "field:employees", "operator": "at_least", "values": "nan"}, "Enter a number. Example: 50."),
        ({"what": "field:employees", "operator": "at_most", "values": "1, 2"}, "Enter one value. Example: 50."),
        ({"what": "field:city", "operator": "at_least", "values": "A"}, "That has no more or less: use “is one of”."),
        (
            {"what": "field:owner", "operator": "in", "values": "A"},
            "Select a valid choice. field:owner is not one of the available choices.",
        ),
    ],
)
def test_a_condition_that_cannot_be_is_refused_at_its_field(admin_as, condition, error):
    SourceFactory(key="fair")
    response = post_rule(admin_as(Role.ADMINISTRATOR), condition)
    assert error in errors_of(response)
    assert not RoutingRule.objects.exists()


@pytest.mark.parametrize(
    ("fields", "error"),
    [({"target": "rep"}, "Choose the rep."), ({"target": "territory"}, "Choose the territory.")],
)
def test_a_rule_for_nobody_is_refused(admin_as, fields, error):
    assert error in errors_of(post_rule(admin_as(Role.ADMINISTRATOR), **fields))


def test_an_old_condition_is_shown_and_kept(admin_as):
    rule = RoutingRuleFactory()
    condition = RoutingCondition.objects.create(rule=rule, field="country", operator="in", value=["US", "CA"])
    html = admin_as(Role.MARKETING_MANAGER).get(reverse("admin:leads_routingrule_change", args=[rule.pk])).content
    assert 'value="US, CA"' in html.decode()
    assert condition.value == ["US", "CA"]


def test_the_list_says_what_rules_do(admin_as):
    rule = RoutingRuleFactory(members=[UserFactory()], accept_within_minutes=90, reassign_after_minutes=60)
    RoutingCondition.objects.create(rule=rule, field="country", operator="in", value=["US"])
    html = admin_as(Role.MARKETING_MANAGER).get(reverse("admin:leads_routingrule_changelist")).content.decode()
    assert "Country is one of US" in html
    assert "1 h 30 min, then the manager is told, after 1 h more a colleague gets it" in html


def test_who_would_get_this_lead_says_why_and_changes_nothing(admin_as):
    away, here = UserFactory(first_name="Away"), UserFactory(first_name="Here")
    Absence.objects.create(user=away, first_day="2020-01-01", last_day="2090-01-01")
    german = RoutingRuleFactory(name="Germany", members=[here], position=0)
    RoutingCondition.objects.create(rule=german, field="country", operator="in", value=["DE"])
    RoutingRuleFactory(name="All", members=[away, here], position=1)
    lead = LeadFactory(country="US")
    response = admin_as(Role.MARKETING_MANAGER).get(WHO, {"lead": lead.pk})
    walked = response.context["walked"]
    assert [(step.taken, step.why) for step in walked.steps] == [
        (False, "Country is “US”; the rule wants it one of “DE”."),
        (True, "The only one who can get it."),
    ]
    html = response.content.decode()
    assert "Here Example, by “All”." in html
    assert "Away Example: Is away." in html
    assert (Assignment.objects.count(), RotationTurn.objects.count()) == (0, 0)


def test_who_would_get_a_typed_lead(admin_as):
    RoutingRuleFactory(members=[UserFactory()])
    RoutingCondition.objects.create(rule=RoutingRule.objects.get(), field="country", operator="in", value=["DE"])
    client = admin_as(Role.ADMINISTRATOR)
    assert client.get(WHO, {"country": "de"}).context["walked"].taken is not None
    assert client.get(WHO, {"country": "us"}).context["walked"].taken is None
    assert client.get(WHO, {"employees": "many"}).context["walked"] is None


@pytest.mark.parametrize("url", [WHO, TRY])
@pytest.mark.parametrize(("role", "status"), [(Role.REP, 403), (Role.SALES_MANAGER, 403), (Role.ADMINISTRATOR, 200)])
def test_the_looking_pages_are_for_those_who_set_up(admin_as, url, role, status):
    assert admin_as(role).get(url, follow=True).status_code == status


def test_an_address_is_looked_up(admin_as):
    rep = UserFactory(first_name="Nora")
    Territory.objects.create(name="South", position=1).matches.create(countries="*")
    north = Territory.objects.create(name="North", position=0)
    north.matches.create(countries="DE", postcode_from="20", postcode_to="29")
    north.owners.create(user=rep, since="2020-01-01")
    client = admin_as(Role.MARKETING_MANAGER)
    html = client.get(TRY, {"country": "DE", "postcode": "22303"}).content.decode()
    assert "<strong>North</strong>, owned today by Nora Example." in html
    found = client.get(TRY, {"country": "DE", "postcode": "80331"}).context["found"]
    assert [(each.territory.name, each.why_not) for each in found.looked_at] == [
        ("North", "postcode 80331 is not in 20 to 29"),
        ("South", ""),
    ]


def post_territory(client, *owners, matches=({"countries": "us"},)):
    data = {"name": "North", "active": "on", "position": 0} | inline("owners", *owners) | inline("matches", *matches)
    return client.post(reverse("admin:people_territory_add"), data, follow=True)


def test_a_rep_owns_a_territory_once_at_a_time(admin_as):
    rep = UserFactory()
    until_june = {"user": rep.pk, "since": "2026-01-01", "until": "2026-06-01"}
    client = admin_as(Role.ADMINISTRATOR)
    response = post_territory(client, until_june, {"user": rep.pk, "since": "2026-05-01"})
    assert errors_of(response) == [f"{rep} owns it from 2026-01-01 until then already."]
    response = post_territory(client, until_june, {"user": rep.pk, "since": "2026-06-01"})
    assert response.redirect_chain
    assert TerritoryOwner.objects.count() == 2
    assert Territory.objects.get().matches.get().countries == "US"


def test_a_gap_between_owners_is_said(admin_as, time_machine):
    time_machine.move_to(NOW, tick=False)
    one, two = UserFactory.create_batch(2)
    response = post_territory(
        admin_as(Role.ADMINISTRATOR),
        {"user": one.pk, "since": "2026-01-01", "until": "2026-06-01"},
        {"user": two.pk, "since": "2026-07-01"},
    )
    assert "Nobody owns North on 01 Jun 2026 and until 30 Jun 2026: routing skips it." in response.content.decode()


@pytest.mark.parametrize(
    ("match", "error"),
    [
        ({"countries": "USA"}, "Not a country's code of two letters: USA. Example: US, CA."),
        ({"regions": "x", "employees_from": 9, "employees_to": 3}, "The largest size is below the smallest."),
        ({"postcode_to": "9", "countries": "US"}, "Say where the range of postcodes begins."),
    ],
)
def test_a_match_that_cannot_be_is_refused(admin_as, match, error):
    assert error in errors_of(post_territory(admin_as(Role.ADMINISTRATOR), matches=[match]))


def test_hours_are_entered_with_their_team(admin_as):
    team = TeamFactory()
    shift = {"weekdays": [0, 1, 2], "opens": "08:00", "closes": "16:00"}
    data = {"name": team.name, "country": "de", "region": "BY"} | inline("working_hours", shift) | inline("free_days")
    data |= inline("members")
    url = reverse("admin:people_team_change", args=[team.pk])
    response = admin_as(Role.ADMINISTRATOR).post(url, data)
    assert response.status_code == 302
    hours = WorkingHours.objects.get()
    assert (hours.team, str(hours)) == (team, "Mon, Tue, Wed 08:00 to 16:00")
    team.refresh_from_db()
    assert (team.country, team.region) == ("DE", "BY")


@pytest.mark.parametrize(("country", "region"), [("XX", ""), ("DE", "Bavaria")])
def test_a_place_without_holidays_is_refused(admin_as, country, region):
    team = TeamFactory()
    data = {"name": team.name, "country": country, "region": region} | inline("working_hours") | inline("free_days")
    url = reverse("admin:people_team_change", args=[team.pk])
    assert len(errors_of(admin_as(Role.ADMINISTRATOR).post(url, data | inline("members")))) == 1
