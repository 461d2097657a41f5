"""Whatever the leads are: each is in one row of every report and in one part of every filter, and totals are sums."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.campaigns.models import Campaign, Path, Source
from crm.opportunities.models import Status
from crm.people.models import Company, Role, User
from leads.filters import LeadFilter
from leads.models import Lead
from leads.populations import NONE
from reports.catalog import CLOSE_RATES, MIX, REPORTS
from reports.links import lead_list
from reports.report import Report, Result
from tests.factories import NOW, CampaignFactory, SourceFactory, UserFactory
from tests.reports.records import make_lead

pytestmark = pytest.mark.django_db

START = datetime(2025, 12, 20, tzinfo=UTC)
ZONES = ["UTC", "America/Los_Angeles", "Australia/Lord_Howe"]
lead_facts = st.tuples(
    st.sampled_from([*Path.values, ""]),
    st.sampled_from([*Status.values, ""]),
    st.none() | st.integers(0, 24 * 60).map(lambda hours: START + timedelta(hours=hours)),
    st.integers(0, 2),  # source, campaign and owner: the first is none
    st.integers(0, 2),
    st.integers(0, 2),
    st.booleans(),  # a merged duplicate as well
)
few_leads = settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@contextmanager
def company_with(facts, zone="UTC") -> Iterator[None]:
    """Rolled back, so that the next example starts from nothing."""
    with transaction.atomic():
        Company(time_zone=zone).save()
        sources = [None, SourceFactory(key="a"), SourceFactory(key="b")]
        campaigns = [None, CampaignFactory(key="x"), CampaignFactory(key="y")]
        owners = [None, UserFactory(), UserFactory()]
        for path, outcome, inquired, source, campaign, owner, duplicated in facts:
            fields = {"source": sources[source], "campaign": campaigns[campaign], "owner": owners[owner]}
            lead = make_lead(path, outcome=outcome if path else "", inquired=inquired, **fields)
            if duplicated:
                make_lead(path, inquired=inquired, merged_into=lead, **fields)
        yield
        transaction.set_rollback(True)


def run(report: Report, *, user: User | None = None, **data: str) -> Result:
    return report.run(user=user, filters=report.filters(data), now=NOW)


def total_of(report: Report, *, user: User | None = None, **data: str) -> int:
    return run(report, user=user, **data).found.main.total.cells["leads"]


COUNTING_LEADS = [(CLOSE_RATES, "path"), (CLOSE_RATES, "source"), (MIX, "week"), (REPORTS["funnel"], "month"),
                  (REPORTS["money"], "rep")]  # fmt: skip


def every_grouping() -> Iterator[tuple[Report, str]]:
    """Of the reports whose rows are made of leads."""
    names = ("close-rates", "mix", "funnel", "money")
    return ((REPORTS[name], by) for name in names for by in REPORTS[name].filters.groupings)


@few_leads
@given(st.lists(lead_facts, max_size=8), st.data())
def test_every_lead_is_in_one_row_and_totals_are_sums(facts, data):
    with company_with(facts):
        won = sum(bool(path) and outcome == "won" for path, outcome, *_ in facts)
        paths = Counter(path or "waiting" for path, *_ in facts)
        for report, by in data.draw(st.lists(st.sampled_from(list(every_grouping())), min_size=3, max_size=3)):
            result = run(report, by=by)
            total = result.found.main.total.cells
            assert len({line.key for line in result.found.main.lines}) == len(result.found.main.lines)
            assert sum(line.cells["leads"] for line in result.found.main.lines) == total["leads"] == len(facts)
            if report is not MIX:
                assert sum(line.cells["won"] for line in result.found.main.lines) == total["won"] == won
            elif report is MIX:
                assert {path: total[path] for path in paths} == paths


@few_leads
@given(st.lists(lead_facts, max_size=8), st.sampled_from(REPORTS["time-to-close"].filters.groupings))
def test_curves_and_verdicts_count_no_lead_twice(facts, by):
    """Curves have every lead that inquired; sources and campaigns, every lead that has one."""
    with company_with(facts):
        inquired = sum(inquired is not None for _, _, inquired, *_ in facts)
        curves = run(REPORTS["time-to-close"], by=by).found.main.lines
        assert sum(line.cells["leads"] for line in curves) == inquired
        verdicts = run(REPORTS["repeat-or-delete"]).found.main.lines
        for kind, place in (("source", 3), ("campaign", 4)):
            counted = [line.cells["leads"] for line in verdicts if line.key.startswith(f"{kind}:")]
            assert sum(counted) == sum(bool(fact[place]) for fact in facts)


@few_leads
@given(st.lists(lead_facts, max_size=8), st.sampled_from(ZONES), st.data())
def test_links_of_rows_partition_the_leads(facts, zone, data):
    with company_with(facts, zone):
        for report, by in data.draw(st.lists(st.sampled_from(list(every_grouping())), min_size=2, max_size=2)):
            result = run(report, by=by)
            seen: list[int] = []
            for line in result.found.main.lines:
                linked = _leads_behind(lead_list(result.filters, line.group))
                assert len(linked) == line.cells["leads"]
                seen += linked
            assert sorted(seen) == sorted(Lead.objects.live().values_list("pk", flat=True))


@few_leads
@given(st.lists(lead_facts, max_size=8), st.dates(START.date(), START.date() + timedelta(days=60)))
def test_filters_partition_the_leads(facts, day):
    with company_with(facts):
        after = str(day + timedelta(days=1))
        dated = sum(inquired is not None for _, _, inquired, *_ in facts)
        for report in (CLOSE_RATES, MIX):
            for name, model in (("source", Source), ("campaign", Campaign), ("owner", User)):
                values = [NONE, *map(str, model.objects.values_list("pk", flat=True))]
                assert sum(total_of(report, **{name: value}) for value in values) == len(facts)
            paths = [NONE, *Path.values]
            assert sum(total_of(report, path=path) for path in paths) == len(facts)
            assert total_of(report, until=str(day)) + total_of(report, since=after) == dated


@few_leads
@given(st.lists(lead_facts, max_size=8))
def test_rep_counts_own_and_unowned_leads(facts):
    with company_with(facts):
        owners = Counter(owner for *_, owner, _ in facts)
        for number, rep in enumerate(User.objects.order_by("pk"), start=1):
            for report, by in COUNTING_LEADS:
                assert total_of(report, user=rep, by=by) == owners[0] + owners[number]


def _leads_behind(link: str) -> list[int]:
    """As the list of leads shows them to a manager."""
    request = RequestFactory().get(link)
    request.user = User(role=Role.SALES_MANAGER)
    found = LeadFilter(request.GET, queryset=Lead.objects.live(), request=request)
    assert found.is_valid(), found.errors
    return list(found.qs.values_list("pk", flat=True))
