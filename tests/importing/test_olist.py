"""Olist's marketing funnel, real: what a correct import and report of it give is in the data's README."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from crm.opportunities.models import Opportunity
from leads.importing.deals import import_deals
from leads.importing.leads import import_leads
from leads.models import Conversion, Decision, Lead
from leads.services.setup import install_defaults
from tests.factories import NOW
from tests.importing.conftest import EXAMPLES, count_rows, table_counts

pytestmark = [pytest.mark.django_db, pytest.mark.realdata, pytest.mark.xdist_group("olist"), pytest.mark.timeout(900)]

BY_SOURCE = {
    "organic_search": (2296, 271),
    "paid_search": (1586, 195),
    "social": (1350, 75),
    "unknown": (1099, 179),
    "direct_traffic": (499, 56),
    "email": (493, 15),
    "referral": (284, 24),
    "other": (150, 4),
    "display": (118, 6),
    "other_publicities": (65, 3),
    "": (60, 14),
}
BY_MONTH = {
    "2018-01": (1141, 152),
    "2018-02": (1028, 149),
    "2018-03": (1174, 167),
    "2018-04": (1352, 183),
    "2018-05": (1303, 130),
}


@pytest.fixture(scope="module")
def run(shared_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Any]:
    """Both imports; returns their summaries."""
    refused = tmp_path_factory.mktemp("olist") / "refused.csv"

    def import_both() -> tuple[dict[str, Any], dict[str, Any]]:
        options = {"refused_file": refused, "now": timezone.now()}
        leads = import_leads(
            file=shared_data("olist/olist_marketing_qualified_leads_dataset.csv"),
            mapping_file=EXAMPLES / "olist-leads.mapping.json",
            **options,
        )
        deals = import_deals(
            file=shared_data("olist/olist_closed_deals_dataset.csv"),
            mapping_file=EXAMPLES / "olist-deals.mapping.json",
            **options,
        )
        return leads, deals

    return import_both


@pytest.fixture(scope="module")
def imported(run: Callable[[], Any], kept_for_module: None) -> Any:
    install_defaults(now=NOW)
    summaries = run()
    count_rows()
    return summaries


def figures(*args: str) -> dict[str, Any]:
    """What ``manage.py report`` says."""
    out = StringIO()
    call_command("report", *args, "--format", "json", stdout=out)
    return json.loads(out.getvalue())


def report(by: str) -> dict[str, Any]:
    return figures("close-rates", "--by", by)


def test_olist_is_imported_whole(imported: Any) -> None:
    leads, deals = imported
    assert (leads["read"], leads["created"], leads["refused"]) == (8000, 8000, 0)
    assert (deals["read"], deals["created"], deals["won"], deals["refused"]) == (842, 842, 842, 0)
    assert (Lead.objects.count(), Decision.objects.count(), Conversion.objects.count()) == (8000, 8000, 842)


def test_olist_close_rates_by_source(imported: Any) -> None:
    result = report("source")
    assert {row["key"]: (row["leads"], row["won"]) for row in result["rows"]} == BY_SOURCE
    assert {row["key"]: row["rate"] for row in result["rows"]} == {
        key: pytest.approx(won / leads, abs=1e-6) for key, (leads, won) in BY_SOURCE.items()
    }
    assert (result["total"]["leads"], result["total"]["won"]) == (8000, 842)
    assert result["total"]["rate"] == pytest.approx(0.10525, abs=1e-6)


def test_olist_close_rates_by_month_of_first_contact(imported: Any) -> None:
    found = {row["key"]: (row["leads"], row["won"]) for row in report("month")["rows"]}
    assert {month: found[month] for month in BY_MONTH} == BY_MONTH


def test_olist_keeps_the_dates_of_first_contact_and_of_winning(imported: Any) -> None:
    dates = Conversion.objects.values_list("lead__first_inquiry_at", "opportunity__closed_at")
    days = [(won.date() - first.date()).days for first, won in dates]
    within = {limit: sum(day <= limit for day in days) for limit in (7, 30, 60, 90)}
    assert (min(days), max(days), sum(day < 0 for day in days)) == (-2, 427, 1)
    assert within == {7: 284, 30: 555, 60: 647, 90: 692}


def test_olist_wins_by_month(imported: Any) -> None:
    won = Counter(f"{at:%Y-%m}" for at in Opportunity.objects.won().values_list("closed_at", flat=True))
    assert [won[month] for month in sorted(won)] == [3, 73, 113, 147, 207, 122, 57, 37, 33, 23, 21, 6]
    assert (min(won), max(won)) == ("2017-12", "2018-11")


def test_olist_deals_have_no_invented_amount(imported: Any) -> None:
    assert Opportunity.objects.filter(amount=None).count() == 842


def test_olist_days_to_close(imported: Any) -> None:
    total = figures("time")["total"]
    assert {name: total[name] for name in ("won", "min", "p25", "median", "p75", "p90", "max")} == {
        "won": 842, "min": -2, "p25": 5, "median": 14, "p75": 54.75, "p90": pytest.approx(161.9), "max": 427,
    }  # fmt: skip
    assert [total[f"won_within_{days}"] for days in (7, 30, 60, 90)] == [284, 555, 647, 692]


def test_olist_wins_by_month_of_close(imported: Any) -> None:
    found = figures("close-rates", "--by", "month", "--basis", "close")
    rows = sorted(found["rows"], key=lambda row: row["key"])
    assert [row["won"] for row in rows] == [3, 73, 113, 147, 207, 122, 57, 37, 33, 23, 21, 6]
    assert (rows[0]["key"], rows[-1]["key"]) == ("2017-12", "2018-11")


def test_olist_cohorts_by_month_of_first_contact(imported: Any) -> None:
    rows = {row["key"]: (row["won"], row["leads"]) for row in figures("close-rates", "--by", "month")["rows"]}
    assert [rows[f"2018-0{month}"] for month in range(1, 6)] == [
        (152, 1141), (149, 1028), (167, 1174), (183, 1352), (130, 1303),
    ]  # fmt: skip


def test_olist_curves_end_where_the_close_rate_is(imported: Any) -> None:
    """Everybody was watched for years, so nothing is censored before the last win."""
    [row] = figures("time-to-close", "--by", "path", "--path", "unqualified")["rows"]
    assert row["won"] == 842
    whole = figures("time-to-close", "--by", "month", "--since", "2018-01-01", "--until", "2018-01-31")["rows"][0]
    assert (whole["won"], whole["leads"]) == (152, 1141)
    assert round(whole["within_365"], 9) <= round(152 / 1141, 9)


def test_olist_sources_against_the_rest_are_ruled_by_corrected_intervals(imported: Any) -> None:
    rows = {row["key"]: row for row in figures("close-rates", "--by", "source")["comparisons"]}
    unknown, email = rows["unknown"], rows["email"]
    assert unknown["difference"] == pytest.approx(179 / 1099 - 663 / 6901)
    assert (unknown["p_holm"] < 0.001, email["p_holm"] < 0.001, email["difference"] < 0) == (True, True, True)


def test_olist_funnel_and_money_count_every_lead_once(imported: Any) -> None:
    funnel, money = figures("funnel")["total"], figures("money")["total"]
    assert (funnel["leads"], funnel["won"]) == (money["leads"], money["won"]) == (8000, 842)
    assert (money["unknown"], money["revenue"]) == (842, 0)  # the deals file has revenue 0, which is not an amount


def test_olist_imported_again_adds_nothing(imported: Any, run: Callable[[], Any]) -> None:
    before = table_counts()
    leads, deals = run()
    assert (leads["known"], leads["created"], deals["known"], deals["created"]) == (8000, 0, 842, 0)
    assert table_counts() == before
    assert Lead.objects.filter(first_inquiry_at__gt=timezone.now() - timedelta(days=365)).count() == 0
