import csv
import io
import json
import re
from datetime import UTC, datetime
from html import unescape

import pytest
from django.urls import reverse

from crm.campaigns.models import Path
from crm.people.models import Company
from tests.factories import NOW, CampaignFactory, SourceFactory, UserFactory
from tests.reports.records import make_lead, make_leads

pytestmark = pytest.mark.django_db

PAGES = ["reports:home", "reports:close_rates", "reports:mix"]
REPORTS = ["close_rates", "mix"]


def page(client, name, **query):
    response = client.get(reverse(f"reports:{name}"), query)
    assert response.status_code == 200
    return response.content.decode()


def sentences(html):
    words = re.search(r'<div class="report-words">(.*?)</div>', html, re.S).group(1)
    return [unescape(text) for text in re.findall(r"<p>(.*?)</p>", words)]


@pytest.mark.parametrize("name", PAGES)
def test_reports_are_behind_the_log_in(client, name):
    response = client.get(reverse(name))
    assert response.url == f"{reverse('account_login')}?next={reverse(name)}"


@pytest.mark.parametrize("role", ["rep", "sales_manager", "marketing_manager", "administrator"])
@pytest.mark.parametrize("name", [*PAGES, "reports:close_rates_csv", "reports:mix_csv"])
def test_everybody_who_works_here_may_read_reports(client, role, name):
    client.force_login(UserFactory(role=role))
    make_lead("nurtured", owner=None)
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_reports_are_read_only(manager, name):
    assert manager.post(reverse(name)).status_code == 405


@pytest.mark.parametrize("count", [1, 40])
@pytest.mark.parametrize("name", PAGES)
def test_report_page_query_count(manager, name, count, django_assert_max_num_queries):
    Company().save()
    for _ in range(count):
        related = {"source": SourceFactory(), "campaign": CampaignFactory(), "owner": UserFactory()}
        lead = make_lead("nurtured", outcome="won", **related)
    chosen = {"by": "source", "source": lead.source_id, "campaign": lead.campaign_id, "owner": lead.owner_id}
    for query in [{}] if name == "reports:home" else [{}, {"by": "source"}, chosen]:
        with django_assert_max_num_queries(10):
            assert manager.get(reverse(name), query).status_code == 200


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize(
    "query",
    [
        {"by": "owner__password"},
        {"owner__password__startswith": "p"},
        {"_connector": "OR"},
        {"source": "1 OR 1=1"},
        {"source": "999999"},
        {"path": "'; DROP TABLE leads_lead; --"},
        {"since": "2026-13-01"},
        {"since": "0001-01-01"},
        {"until": "9999-12-31"},
        {"since": "2026-02-01", "until": "2026-01-01"},
    ],
)
def test_bad_parameter_is_refused(manager, name, query):
    make_lead("nurtured")
    response = manager.get(reverse(f"reports:{name}"), query)
    assert (response.status_code, response.context["result"]) == (400, None)
    assert 'role="alert"' in response.content.decode()
    assert manager.get(reverse(f"reports:{name}_csv"), query).status_code == 400


def test_refused_filters_are_shown_in_place(manager):
    response = manager.get(reverse("reports:mix"), {"since": "x"}, headers={"HX-Request": "true"})
    assert response.status_code == 422


def test_rep_cannot_count_by_owner_and_is_told_what_is_counted(client):
    rep = UserFactory()
    client.force_login(rep)
    make_leads(2, "nurtured", owner=rep)
    make_leads(3, "nurtured", owner=UserFactory())
    html = page(client, "close_rates")
    assert "Counted: your own leads and those that are open to your team." in html
    assert client.get(reverse("reports:close_rates"), {"owner": rep.pk}).status_code == 400
    assert _table(html)[0][:3] == ["Nurtured", "2", "0"]


def test_manager_is_told_that_everybody_is_counted(manager):
    make_lead()
    assert "Counted: the leads of everybody." in page(manager, "close_rates")


def test_paths_are_compared_with_interval_and_sample(manager):
    make_leads(60, "self_qualified", won=24)
    make_leads(40, "nurtured", won=4)
    assert sentences(page(manager, "close_rates")) == [
        "Self-qualified leads closed at 40.0 % (28.6 to 52.6 %, n = 60); "
        "nurtured leads at 10.0 % (4.0 to 23.1 %, n = 40).",
        "Self-qualified against nurtured: +30.0 points (+12.7 to +44.0). Unlikely to be chance alone.",
    ]


def test_difference_that_may_be_chance_is_called_so(manager):
    make_leads(40, "self_qualified", won=6)
    make_leads(40, "nurtured", won=5)
    assert sentences(page(manager, "close_rates"))[1].endswith(
        "Zero is within that, so it may be chance: too close to call."
    )


def test_small_samples_are_shown_and_not_compared(manager):
    make_leads(29, "self_qualified", won=20)
    make_leads(40, "nurtured", won=1)
    html = page(manager, "close_rates")
    assert sentences(html)[1] == (
        "Too few to compare self-qualified with nurtured leads: 29 and 40, and 30 of each are needed."
    )
    assert _table(html)[0] == ["Self-qualified", "29", "20", "69.0 %", "50.8 to 82.7 % few"]


def test_sources_are_compared_only_where_the_sample_suffices(manager):
    make_leads(30, "nurtured", won=3, source=SourceFactory(key="web"))
    make_leads(30, "nurtured", won=9, source=SourceFactory(key="fair"))
    make_leads(2, "nurtured", won=2, source=SourceFactory(key="golf"))
    [first, caution, compared] = sentences(page(manager, "close_rates", by="source"))
    assert first == (
        "All together closed at 22.6 % (14.0 to 34.4 %, n = 62). Of the 2 groups with at least 30 leads, fair closed "
        "most often, at 30.0 % (16.7 to 47.9 %, n = 30), and web least often, at 10.0 % (3.5 to 25.6 %, n = 30)."
    )
    assert compared.startswith("Against the rest, beyond chance after Holm's correction: web \u221224.4 points")
    assert caution.startswith("The first and the last of several differ by chance alone")


def test_mix_says_how_many_never_qualified(manager):
    make_leads(2, "self_qualified")
    make_leads(1, "unqualified")
    make_leads(20)
    assert sentences(page(manager, "mix")) == [
        "Of 23 leads 2 qualified themselves, 0 were nurtured until they qualified and 0 were qualified by research. "
        "1 went to sales unqualified, and 20 are not yet with sales.",
        "For each lead that qualified there are 10.5 that never did.",
    ]


@pytest.mark.parametrize("by", ["path", "source", "campaign", "month"])
def test_every_figure_of_close_rates_leads_to_the_leads_it_counts(manager, by):
    _leads_of_all_kinds()
    assert _follow(manager, page(manager, "close_rates", by=by, since="2026-01-15", until="2026-03-31")) >= 6


@pytest.mark.parametrize("by", ["week", "month", "path", "source", "campaign"])
def test_every_figure_of_the_mix_leads_to_the_leads_it_counts(manager, by):
    _leads_of_all_kinds()
    assert _follow(manager, page(manager, "mix", by=by, since="2026-01-15", until="2026-03-31")) >= 10


def test_chart_has_what_the_table_says(manager):
    make_leads(10, "self_qualified", won=5)
    chart = json.loads(unescape(re.search(r'data-chart="([^"]*)"', page(manager, "close_rates")).group(1)))
    [row] = chart["rows"]
    assert (row["label"], row["leads"], row["won"], row["rate"], row["enough"]) == ("Self-qualified", 10, 5, 0.5, False)
    assert (round(row["low"], 3), round(row["high"], 3)) == (0.237, 0.763)


def test_chart_shows_weeks_without_leads(manager):
    make_lead("nurtured", inquired=datetime(2026, 1, 7, tzinfo=UTC))
    make_lead("nurtured", inquired=datetime(2026, 1, 28, tzinfo=UTC))
    chart = json.loads(unescape(re.search(r'data-chart="([^"]*)"', page(manager, "mix")).group(1)))
    assert [(row["key"], row["leads"]) for row in chart["rows"]] == [
        ("2026-01-05", 1),
        ("2026-01-12", 0),
        ("2026-01-19", 0),
        ("2026-01-26", 1),
    ]


def test_chart_has_the_largest_groups_and_says_what_is_left_out(manager):
    for _ in range(27):
        make_lead(source=SourceFactory())
    html = page(manager, "close_rates", by="source")
    chart = json.loads(unescape(re.search(r'data-chart="([^"]*)"', html).group(1)))
    assert (len(chart["rows"]), chart["left_out"], len(_table(html))) == (25, 2, 28)
    assert "The 2 smallest groups are only in the table." in html


def test_empty_report_says_what_to_do(manager):
    assert "No lead has come in yet" in page(manager, "close_rates")
    make_lead()
    assert "No lead meets these filters" in page(manager, "close_rates", path="nurtured")


def test_names_are_text_in_the_page(manager):
    make_lead(source=SourceFactory(key='"><script>alert(1)</script>'))
    for name in REPORTS:
        assert "<script>alert" not in page(manager, name, by="source")


def test_csv_keeps_the_filters_and_its_figures_are_numbers(manager):
    make_leads(4, "nurtured", won=1, source=SourceFactory(key="web"))
    make_leads(3)
    html = page(manager, "close_rates", by="source", path="nurtured")
    link = unescape(re.search(r'href="([^"]*\.csv[^"]*)"', html).group(1))
    header, web, total = _csv(manager.get(link))
    assert header == ["source", "name", "leads", "won", "rate", "low", "high"]
    assert web[:5] == ["web", "web", "4", "1", "0.25"]
    assert total[:5] == ["", "Total", "4", "1", "0.25"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1"])
def test_csv_neutralises_formulas(manager, name):
    make_lead(source=SourceFactory(key=name))
    rows = _csv(manager.get(reverse("reports:mix_csv"), {"by": "source"}))
    assert rows[1][:2] == [f"'{name}", f"'{name}"]


def _leads_of_all_kinds():
    sources, campaigns = [None, SourceFactory(), SourceFactory()], [None, CampaignFactory()]
    for number, path in enumerate(["", *Path.values] * 3):
        make_lead(
            path,
            outcome=["won", "lost", ""][number % 3] if path else "",
            inquired=NOW.replace(month=1 + number % 4, day=1 + number),
            source=sources[number % 3],
            campaign=campaigns[number % 2],
        )


def _follow(client, html):
    """How many figures link to a list; each list has as many leads as its figure says."""
    figures = re.findall(r'<td class="number">\s*<a href="([^"]*)">([\d,]+)</a>', html)
    for href, count in figures:
        response = client.get(unescape(href))
        assert response.status_code == 200
        assert response.context["table"].paginator.count == int(count), href
    return len(figures)


def _table(html):
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", html.partition("<tbody>")[2], re.S)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in rows]
    return [[" ".join(re.sub(r"<[^>]*>", "", cell).split()) for cell in row] for row in cells]


def _csv(response):
    assert response.status_code == 200
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
