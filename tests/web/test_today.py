from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from crm.opportunities.models import Opportunity
from crm.opportunities.services import open_opportunity, set_next_step, win_opportunity
from crm.people.models import Quota
from leads.services.intake import Submission, take_inquiry
from tests.factories import ContactFactory, RoutingRuleFactory, UserFactory

QUALIFYING = {"need": "replace", "desire": "must", "time_frame": "month", "budget": "to_25k", "authority": "decide"}


@pytest.fixture
def rep(client, defaults):
    user = UserFactory()
    RoutingRuleFactory(members=[user], accept_within_minutes=60)
    client.force_login(user)
    return user


def inquire(number: int, *, now=None, answers=QUALIFYING):
    person = {"first_name": "Pat", "last_name": f"Number {number}", "email": f"pat{number}@inquiry.example"}
    submission = Submission(channel="form", provenance="form", payload={}, answers=answers, **person)
    return take_inquiry(submission=submission, now=now or timezone.now()).lead


def opportunity(owner, *, days: int = 0, next_step: str = "", **fields):
    now = timezone.now()
    contact = ContactFactory()
    made = open_opportunity(
        name=fields.pop("name", "First order"),
        account=contact.account,
        contact=contact,
        by=owner,
        now=now,
        owner=owner,
        amount=Decimal(1000),
        close_date=timezone.localdate() + timedelta(days=days),
        **fields,
    )
    return set_next_step(opportunity=made, text=next_step, on=None, version=made.version) if next_step else made


def titles(client) -> list[str]:
    sections = client.get("/").context["sections"]
    return [section.context["title"] for section in sections if "title" in section.context]


def test_today_without_work_says_what_to_do_next(client, rep):
    html = client.get("/").content.decode()
    assert "All done for now" in html
    assert 'href="/leads/"' in html


def test_today_shows_self_qualified_leads_with_their_clock(client, rep):
    lead = inquire(1)
    html = client.get("/").content.decode()
    assert titles(client) == ["Leads to accept"]
    assert f'data-next href="{lead.get_absolute_url()}"' in html
    assert "59 min left" in html


def test_today_leaves_out_leads_that_do_not_qualify(client, rep):
    inquire(1, answers={"need": "new"})
    assert titles(client) == []


def test_today_leaves_out_leads_of_another_rep(client, rep):
    inquire(1)
    client.force_login(UserFactory())
    assert titles(client) == []


def test_manager_sees_only_what_waits_too_long(client, rep):
    inquire(1)
    inquire(2, now=timezone.now() - timedelta(hours=2))
    client.force_login(UserFactory(sales_manager=True))
    (section,) = client.get("/").context["sections"]
    assert [str(lead) for lead in section.context["leads"]] == ["Pat Number 2"]


def test_today_counts_all_and_shows_some(client, rep):
    for number in range(12):
        inquire(number)
    (section,) = client.get("/").context["sections"]
    assert (len(section.context["leads"]), section.context["count"]) == (8, 12)


def test_today_shows_own_opportunities_without_next_step_first(client, rep):
    opportunity(rep, name="Nothing planned")
    opportunity(rep, name="Planned", next_step="Call")
    opportunity(UserFactory(), name="Somebody else's")
    sections = client.get("/").context["sections"]
    shown = {s.context["title"]: [str(o) for o in s.context["opportunities"]] for s in sections}
    assert shown == {"No next step": ["Nothing planned"], "Closing this month": ["Planned"]}


def test_each_list_of_opportunities_counts_its_own_and_shows_the_most_urgent(client, rep):
    for number in range(8):
        opportunity(rep, days=-number, name=f"Nothing planned {number}")
    late = [opportunity(rep, name=f"Late {number}", next_step="Call") for number in range(2)]
    for number, made in enumerate(late, 1):
        Opportunity.objects.filter(pk=made.pk).update(next_step_on=timezone.localdate() - timedelta(days=number))
    opportunity(rep, name="Next year", next_step="Call", days=400)
    contexts = [section.context for section in client.get("/").context["sections"]]
    assert [(c["title"], c["count"], [str(o) for o in c["opportunities"]]) for c in contexts] == [
        ("Next step overdue", 2, ["Late 1", "Late 0"]),
        ("No next step", 8, [f"Nothing planned {number}" for number in (7, 6, 5, 4, 3, 2)]),
    ]


def test_today_shows_the_quota(client, rep):
    today = timezone.localdate()
    Quota.objects.create(
        user=rep, starts_on=today, ends_on=today + timedelta(days=90), amount=Decimal(4000), currency="USD"
    )
    win_opportunity(opportunity=opportunity(rep), by=rep, now=timezone.now())
    (section,) = client.get("/").context["sections"]
    progress = section.context["progress"]
    assert (progress.won, progress.percent, progress.missing, section.context["gone"]) == (1000, 25, 3000, 0)


@pytest.mark.parametrize("count", [1, 15])
def test_today_query_count(client, rep, count, django_assert_max_num_queries):
    today = timezone.localdate()
    Quota.objects.create(user=rep, starts_on=today, ends_on=today + timedelta(days=9), amount=1, currency="USD")
    for number in range(count):
        inquire(number)
        opportunity(rep)
        opportunity(rep, next_step="Call")
    client.get("/")
    with django_assert_max_num_queries(10):
        client.get("/")


def test_times_are_in_the_users_own_zone(client, rep, time_machine):
    time_machine.move_to("2026-03-10T23:30:00Z", tick=False)
    rep.time_zone = "Asia/Tokyo"
    rep.save()
    client.force_login(rep)
    assert "Wednesday, March 11" in client.get("/").content.decode()
