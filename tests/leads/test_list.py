"""The list of leads: what it shows, to whom, at which cost."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from leads.models import Lead, Reason, Stage
from tests.factories import NOW, LeadFactory, SourceFactory, TeamFactory, UserFactory

LIST, EXPORT, BULK = (reverse(f"leads:{name}") for name in ("list", "export", "bulk"))


@pytest.fixture
def rep(db):
    return UserFactory()


@pytest.fixture
def as_rep(client, rep):
    client.force_login(rep)
    return client


def shown(response):
    return {row.record for row in response.context["table"].rows}


def exported(response):
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode().removeprefix("\ufeff"))))


def test_list_shows_own_and_open_leads_only(as_rep, rep):
    own, unowned = LeadFactory(owner=rep), LeadFactory()
    LeadFactory(owner=UserFactory())
    LeadFactory(team=TeamFactory())
    LeadFactory(merged_into=own)
    assert shown(as_rep.get(LIST)) == {own, unowned}


def test_manager_sees_every_lead(client, rep):
    client.force_login(UserFactory(sales_manager=True))
    theirs = LeadFactory(owner=rep)
    assert shown(client.get(LIST)) == {theirs}


@pytest.mark.parametrize("count", [1, 20])
@pytest.mark.parametrize("fragment", [False, True])
def test_list_query_count(as_rep, rep, count, fragment, django_assert_num_queries):
    for _ in range(count):
        LeadFactory(owner=rep, source=SourceFactory())
    headers = {"HX-Request": "true"} if fragment else {}
    with django_assert_num_queries(7 if fragment else 8):
        as_rep.get(LIST, headers=headers)


def test_list_of_3000_leads_is_paged_within_ten_queries(as_rep, rep, django_assert_max_num_queries):
    Lead.objects.bulk_create(LeadFactory.build_batch(3000, owner=rep))
    with django_assert_max_num_queries(9):
        response = as_rep.get(LIST)
    assert response.context["table"].paginator.count == 3000
    assert len(response.context["table"].page) == 50


FILTERS = [
    ("search=ada", {"first_name": "Ada"}, {}),
    ("search=ada+engines", {"first_name": "Ada", "company": "Engines Ltd"}, {"first_name": "Ada"}),
    ("search=x%40engines.example", {"email": "x@engines.example"}, {}),
    ("stage=disqualified", {"stage": Stage.DISQUALIFIED}, {}),
    ("path=researched", {"path": "researched", "reached_sales_at": NOW}, {}),
    ("score_min=50", {"score": 50}, {"score": 49}),
    ("score_max=10", {"score": 10}, {"score": 11}),
    ("inquired_from=2026-03-10", {}, {"last_inquiry_at": NOW - timedelta(days=1)}),
    ("inquired_until=2026-03-09", {"last_inquiry_at": NOW - timedelta(days=1)}, {}),
    ("view=to-accept", {"stage": Stage.MQL, "path": "nurtured", "reached_sales_at": NOW}, {}),
    ("view=unqualified", {}, {"stage": Stage.DISQUALIFIED}),
]


@pytest.mark.parametrize(("query", "wanted", "other"), FILTERS)
def test_filter_keeps_only_what_it_says(as_rep, query, wanted, other):
    found = LeadFactory(**wanted)
    LeadFactory(**other)
    assert shown(as_rep.get(f"{LIST}?{query}")) == {found}


def test_owner_filter_knows_me_and_nobody(as_rep, rep):
    mine, unowned = LeadFactory(owner=rep), LeadFactory()
    assert shown(as_rep.get(f"{LIST}?owner=me")) == {mine}
    assert shown(as_rep.get(f"{LIST}?owner=none")) == {unowned}
    assert shown(as_rep.get(f"{LIST}?view=mine")) == {mine}


def test_owner_filter_by_another_rep_is_for_managers(as_rep, client):
    other = UserFactory()
    theirs = LeadFactory(owner=other)
    assert shown(as_rep.get(f"{LIST}?owner={other.pk}")) == set()
    client.force_login(UserFactory(sales_manager=True))
    assert shown(client.get(f"{LIST}?owner={other.pk}")) == {theirs}


@pytest.mark.parametrize("query", ["stage=nonsense", "score_min=a", "inquired_from=yesterday", "view=x", "source=x"])
def test_filter_that_makes_no_sense_shows_and_exports_nothing(as_rep, query):
    LeadFactory()
    assert shown(as_rep.get(f"{LIST}?{query}")) == set()
    assert len(exported(as_rep.get(f"{EXPORT}?{query}"))) == 1


def test_fragment_equals_what_the_page_holds(as_rep):
    LeadFactory()
    whole = as_rep.get(f"{LIST}?search=pat").content.decode()
    part = as_rep.get(f"{LIST}?search=pat", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert without_token(part.strip()) in without_token(whole)


def without_token(html):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html)


def test_empty_list_says_what_to_do(as_rep):
    assert "New lead" in as_rep.get(LIST).content.decode()
    LeadFactory()
    assert "No lead is like that" in as_rep.get(f"{LIST}?search=nobody").content.decode()


def test_tabs_count_what_the_user_sees(as_rep, rep):
    LeadFactory(owner=rep)
    LeadFactory(owner=UserFactory())
    tabs = {tab.key: tab.count for tab in as_rep.get(LIST).context["tabs"]}
    assert tabs == {"mine": 1, "to-accept": 0, "queue": 0, "late": 0, "unqualified": 1, "qualified": 0, "": 1}


def test_export_holds_exactly_the_filtered_visible_rows(as_rep, rep):
    wanted = LeadFactory(owner=rep, company="Engines Ltd")
    LeadFactory(owner=rep)
    LeadFactory(owner=UserFactory(), company="Engines Ltd")
    header, *rows = exported(as_rep.get(f"{EXPORT}?search=engines&page=7"))
    assert [dict(zip(header, row, strict=True))["id"] for row in rows] == [str(wanted.pk)]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "  =", " \t=", "\n="])
def test_export_neutralises_formulas(as_rep, start):
    LeadFactory(company=f"{start}cmd()")
    header, row = exported(as_rep.get(EXPORT))
    assert dict(zip(header, row, strict=True))["company"] == f"'{start}cmd()"


def bulk(client, leads, **data):
    return client.post(BULK, {"leads": [lead.pk for lead in leads], **data})


def test_bulk_disqualifies_and_says_what_it_could_not(as_rep, rep, defaults):
    leads = [LeadFactory(owner=rep), LeadFactory(owner=rep, stage=Stage.DISQUALIFIED)]
    reason = Reason.objects.filter(purpose="disqualify").first()
    response = bulk(as_rep, leads, action="disqualify", reason=reason.pk, next=f"{LIST}?view=mine")
    assert response.url == f"{LIST}?view=mine"
    assert [Lead.objects.get(pk=lead.pk).stage for lead in leads] == [Stage.DISQUALIFIED] * 2
    said = [str(message) for message in as_rep.get(LIST).context["messages"]]
    assert said[0] == "Done for 1 lead."
    assert "cannot become disqualified" in said[1]


def test_bulk_with_somebody_elses_lead_is_404_and_does_nothing(as_rep, rep, defaults):
    mine, theirs = LeadFactory(owner=rep), LeadFactory(owner=UserFactory())
    reason = Reason.objects.filter(purpose="disqualify").first()
    assert bulk(as_rep, [mine, theirs], action="disqualify", reason=reason.pk).status_code == 404
    assert Lead.objects.filter(stage=Stage.UNQUALIFIED).count() == 2


def test_bulk_assign_is_for_sales_managers(as_rep, client, rep, defaults):
    lead, to = LeadFactory(), UserFactory()
    bulk(as_rep, [lead], action="assign", to=to.pk)
    assert Lead.objects.get(pk=lead.pk).owner is None
    client.force_login(UserFactory(sales_manager=True))
    bulk(client, [lead], action="assign", to=to.pk)
    assert Lead.objects.get(pk=lead.pk).owner == to


def test_bulk_assigns_to_nobody_only_on_purpose(client, rep, defaults):
    lead = LeadFactory(owner=rep)
    client.force_login(UserFactory(sales_manager=True))
    assert client.get(LIST).context["bulk_form"]["to"].value() is None
    bulk(client, [lead], action="assign", to="")
    lead.refresh_from_db()
    assert lead.owner == rep
    bulk(client, [lead], action="assign", to="nobody")
    lead.refresh_from_db()
    assert lead.owner is None


def test_bulk_without_a_reason_does_nothing(as_rep, rep, defaults):
    lead = LeadFactory(owner=rep)
    bulk(as_rep, [lead], action="disqualify")
    assert Lead.objects.get(pk=lead.pk).stage == Stage.UNQUALIFIED


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_bulk_never_leads_to_another_host(as_rep, defaults, target):
    assert as_rep.post(BULK, {"next": target}).url == LIST


def test_bulk_is_not_for_marketing(client, db):
    client.force_login(UserFactory(marketing_manager=True))
    assert bulk(client, [LeadFactory()], action="disqualify").status_code == 403
