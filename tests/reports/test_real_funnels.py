"""Olist's funnel, real, imported once: what the reports give is in the data's README."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from leads.importing.deals import import_deals
from leads.importing.leads import import_leads
from leads.services.setup import install_defaults
from tests.factories import NOW
from tests.importing.conftest import EXAMPLES, kept_for_module  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.realdata, pytest.mark.xdist_group("olist"), pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def olist(shared_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory, kept_for_module: None) -> None:  # noqa: F811
    install_defaults(now=NOW)
    options = {"refused_file": tmp_path_factory.mktemp("olist") / "refused.csv", "now": timezone.now()}
    for take, name, mapping in (
        (import_leads, "olist/olist_marketing_qualified_leads_dataset.csv", "olist-leads.mapping.json"),
        (import_deals, "olist/olist_closed_deals_dataset.csv", "olist-deals.mapping.json"),
    ):
        take(file=shared_data(name), mapping_file=EXAMPLES / mapping, **options)


def report(*args: str) -> Any:
    out = StringIO()
    call_command("report", *args, "--format", "json", stdout=out)
    return json.loads(out.getvalue())


def test_olist_days_to_close(olist: None) -> None:
    total = report("time")["total"]
    assert {name: total[name] for name in ("won", "min", "p25", "median", "p75", "p90", "max")} == {
        "won": 842, "min": -2, "p25": 5, "median": 14, "p75": 54.75, "p90": pytest.approx(161.9), "max": 427,
    }  # fmt: skip
    assert [total[f"won_within_{days}"] for days in (7, 30, 60, 90)] == [284, 555, 647, 692]


def test_olist_wins_by_month_of_close(olist: None) -> None:
    found = report("close-rates", "--by", "month", "--basis", "close")
    rows = sorted(found["rows"], key=lambda row: row["key"])
    assert [row["won"] for row in rows] == [3, 73, 113, 147, 207, 122, 57, 37, 33, 23, 21, 6]
    assert (rows[0]["key"], rows[-1]["key"]) == ("2017-12", "2018-11")


def test_olist_cohorts_by_month_of_first_contact(olist: None) -> None:
    rows = {row["key"]: (row["won"], row["leads"]) for row in report("close-rates", "--by", "month")["rows"]}
    assert [rows[f"2018-0{month}"] for month in range(1, 6)] == [
        (152, 1141), (149, 1028), (167, 1174), (183, 1352), (130, 1303),
    ]  # fmt: skip


def test_olist_curves_end_where_the_close_rate_is(olist: None) -> None:
    """Everybody was watched for years, so nothing is censored before the last win."""
    [row] = report("time-to-close", "--by", "path", "--path", "unqualified")["rows"]
    assert row["won"] == 842
    whole = report("time-to-close", "--by", "month", "--since", "2018-01-01", "--until", "2018-01-31")["rows"][0]
    assert (whole["won"], whole["leads"]) == (152, 1141)
    assert whole["within_365"] <= 152 / 1141


def test_olist_sources_against_the_rest_are_ruled_by_corrected_intervals(olist: None) -> None:
    rows = {row["key"]: row for row in report("close-rates", "--by", "source")["comparisons"]}
    unknown, email = rows["unknown"], rows["email"]
    assert unknown["difference"] == pytest.approx(179 / 1099 - 663 / 6901)
    assert (unknown["p_holm"] < 0.001, email["p_holm"] < 0.001, email["difference"] < 0) == (True, True, True)


def test_olist_funnel_and_money_count_every_lead_once(olist: None) -> None:
    funnel, money = report("funnel")["total"], report("money")["total"]
    assert (funnel["leads"], funnel["won"]) == (money["leads"], money["won"]) == (8000, 842)
    assert (money["unknown"], money["revenue"]) == (842, 0)  # the deals file has revenue 0, which is not an amount
