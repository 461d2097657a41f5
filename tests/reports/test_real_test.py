"""Hillstrom's e-mail test, real, imported once: what the report gives is in the data's README."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from leads.importing.randomized import import_test
from leads.models import Draw, Lead
from leads.services.setup import install_defaults
from tests.factories import NOW
from tests.importing.conftest import EXAMPLES, count_rows, kept_for_module  # noqa: F401 - a fixture

pytestmark = [
    pytest.mark.django_db, pytest.mark.realdata, pytest.mark.xdist_group("hillstrom"), pytest.mark.timeout(900),
]  # fmt: skip
MENS, WOMENS = "Mens E-Mail", "Womens E-Mail"


@pytest.fixture(scope="module")
def imported(
    shared_data: Callable[[str], Path],
    tmp_path_factory: pytest.TempPathFactory,
    kept_for_module: None,  # noqa: F811
) -> dict[str, Any]:
    install_defaults(now=NOW)
    summary = import_test(
        file=shared_data("hillstrom/hillstrom.csv"),
        mapping_file=EXAMPLES / "hillstrom.mapping.json",
        refused_file=tmp_path_factory.mktemp("hillstrom") / "refused.csv",
        now=timezone.now(),
    )
    count_rows()
    return summary


@pytest.fixture(scope="module")
def lift(imported: dict[str, Any]) -> dict[str, Any]:
    out = StringIO()
    call_command("report", "lift", "--format", "json", stdout=out)
    return json.loads(out.getvalue())


def compared(lift: dict[str, Any], key: str) -> dict[str, Any]:
    return next(row for row in lift["lift"] if row["key"] == key)


def test_every_row_is_a_person_of_their_own(imported: dict[str, Any]) -> None:
    assert {name: imported[name] for name in ("read", "created", "refused", "engaged", "won")} == {
        "read": 64000, "created": 64000, "refused": 0, "engaged": 9394, "won": 578,
    }  # fmt: skip
    assert (Lead.objects.count(), Draw.objects.count()) == (64000, 64000)


def test_arms_have_the_published_counts(lift: dict[str, Any]) -> None:
    arms = {row["key"]: row for row in lift["rows"]}
    assert {key: (row["leads"], row["engaged"], row["won"]) for key, row in arms.items()} == {
        "no-e-mail": (21306, 2262, 122), "mens-e-mail": (21307, 3894, 267), "womens-e-mail": (21387, 3238, 189),
    }  # fmt: skip
    spend = {key: round(row["revenue_per_lead"], 6) for key, row in arms.items()}
    assert spend == {"mens-e-mail": 1.422617, "womens-e-mail": 1.077202, "no-e-mail": 0.652789}


@pytest.mark.parametrize(
    ("key", "points", "low", "high", "z"),
    [
        ("mens-e-mail:engaged", 7.6590, 6.9953, 8.3227, 22.486),
        ("womens-e-mail:engaged", 4.5233, 3.8894, 5.1574, 13.949),
        ("any:engaged", 6.0882, 5.5404, 6.6291, 20.510),
        ("mens-e-mail:won", 0.6805, 0.5014, 0.8641, None),
        ("womens-e-mail:won", 0.3111, 0.1502, 0.4745, None),
    ],
)
def test_lift_has_the_published_differences(
    lift: dict[str, Any], key: str, points: float, low: float, high: float, z: float | None
) -> None:
    row = compared(lift, key)
    assert [round(100 * row[name], 4) for name in ("difference", "low", "high")] == [points, low, high]
    assert z is None or round(row["z"], 3) == z


def test_lift_has_the_published_ratio_and_p(lift: dict[str, Any]) -> None:
    assert round(compared(lift, "mens-e-mail:engaged")["ratio"], 4) == 1.7214
    assert round(compared(lift, "womens-e-mail:won")["p"], 6) == 0.000157


def test_sizes_of_the_arms_are_as_planned(lift: dict[str, Any]) -> None:
    [check] = lift["sample_ratio"]
    assert (round(check["chi_squared"], 4), round(check["p"], 3)) == (0.2025, 0.904)
