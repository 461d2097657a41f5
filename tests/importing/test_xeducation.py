"""X Education's leads with their answers, real: what is right is in the data's README."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Count
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from statsmodels.stats.proportion import proportion_confint

from leads.importing.leads import import_leads
from leads.models import Answer, Conversion, Criterion, Decision, Lead, Policy, PolicyPurpose, Question
from leads.services.policies import activate_policy, next_version
from leads.services.setup import install_defaults
from reports.back_tests.running import run_back_test
from reports.back_tests.services import request_back_test
from reports.back_tests.tally import Tally
from tests.factories import NOW, UserFactory
from tests.importing.conftest import EXAMPLES, count_rows, table_counts

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.realdata,
    pytest.mark.xdist_group("xeducation"),
    pytest.mark.timeout(1800),
]

BY_SOURCE = {
    "Google": (2868, 1147),
    "google": (5, 0),
    "Direct Traffic": (2543, 818),
    "Olark Chat": (1755, 448),
    "Organic Search": (1154, 436),
    "Reference": (534, 490),
    "Welingak Website": (142, 140),
    "": (36, 29),
}
BY_ORIGIN = {
    "landing-page-submission": (4886, 1768),
    "api": (3580, 1115),
    "lead-add-form": (718, 664),
    "lead-import": (55, 13),
    "quick-add-form": (1, 1),
}
ANSWERED = {  # rows whose column is neither blank nor "Select"
    "specialization": 5860,
    "occupation": 6550,
    "course_motive": 6531,
    "heard_by": 1990,
    "region": 5571,
    "wants_interview_book": 9240,
}


@pytest.fixture(scope="module")
def run(shared_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[[], dict[str, Any]]:
    return lambda: import_leads(
        file=shared_data("xeducation/Leads.csv"),
        mapping_file=EXAMPLES / "xeducation.mapping.json",
        refused_file=tmp_path_factory.mktemp("xeducation") / "refused.csv",
        now=timezone.now(),
    )


@pytest.fixture(scope="module")
def imported(run: Callable[[], dict[str, Any]], kept_for_module: None) -> dict[str, Any]:
    install_defaults(now=NOW)
    summary = run()
    count_rows()
    return summary


def close_rates(by: str) -> dict[str, tuple[int, int]]:
    out = StringIO()
    call_command("report", "close-rates", "--by", by, "--format", "json", stdout=out)
    return {row["key"]: (row["leads"], row["won"]) for row in json.loads(out.getvalue())["rows"]}


def test_xeducation_is_imported_whole(imported: dict[str, Any]) -> None:
    assert (imported["read"], imported["created"], imported["refused"]) == (9240, 9240, 0)
    assert (imported["converted"], imported["won"]) == (3561, 3561)
    assert (Decision.objects.count(), Conversion.objects.count()) == (9240, 3561)
    assert Lead.objects.annotate(n=Count("decisions")).exclude(n=1).count() == 0


def test_xeducation_close_rates_by_source(imported: dict[str, Any]) -> None:
    found = close_rates("source")
    assert {key: found[key] for key in BY_SOURCE} == BY_SOURCE
    assert (sum(leads for leads, _ in found.values()), sum(won for _, won in found.values())) == (9240, 3561)


def test_xeducation_close_rates_by_origin(imported: dict[str, Any]) -> None:
    assert close_rates("campaign") == BY_ORIGIN


def test_xeducation_answers_are_what_was_answered(imported: dict[str, Any]) -> None:
    found = Answer.objects.values_list("question__key").annotate(n=Count("pk"))
    assert dict(found) == ANSWERED
    assert not Answer.objects.filter(value="Select").exists()


def test_xeducation_never_asks_what_was_filled_in_after_the_outcome(imported: dict[str, Any]) -> None:
    mapping = (EXAMPLES / "xeducation.mapping.json").read_text()
    assert [
        name for name in ("Tags", "Lead Quality", "Last Activity", "Last Notable Activity") if name in mapping
    ] == []
    assert set(ANSWERED) <= set(Question.objects.values_list("key", flat=True))


def test_xeducation_opt_outs(imported: dict[str, Any]) -> None:
    opted_out = Lead.objects.filter(email_opt_out=True)
    assert (opted_out.count(), opted_out.filter(stage="converted").count()) == (734, 118)
    assert Lead.objects.filter(do_not_call=True).count() == 2


def test_xeducation_imported_again_adds_nothing(imported: dict[str, Any], run: Callable[[], dict[str, Any]]) -> None:
    before = table_counts()
    again = run()
    assert (again["known"], again["created"], again["converted"], again["won"]) == (9240, 0, 0, 0)
    assert table_counts() == before


EMPLOYED = {"Working Professional", "Businessman"}
REFERRED = {"Reference", "Welingak Website"}


@pytest.fixture
def employed_only(imported: dict[str, Any]) -> Policy:
    """In force: whoever said that they earn money."""
    policy = write_policy("Employed", 10, ("occupation", "in", ["employed", "business"], 10))
    return activate_policy(policy=policy, by=None, now=NOW)


@pytest.fixture
def draft(employed_only: Policy) -> Policy:
    """From what was known at inquiry alone; Tags and Lead Quality came after the outcome."""
    return write_policy(
        "Said enough",
        30,
        ("occupation", "in", ["employed", "business"], 30),
        ("occupation", "answered", [], 10),
        ("specialization", "answered", [], 10),
        ("course_motive", "answered", [], 10),
        ("source", "in", sorted(REFERRED), 30),
    )


def write_policy(name: str, threshold: int, *criteria: tuple[str, str, list[str], int]) -> Policy:
    policy = Policy.objects.create(name=name, threshold=threshold, version=next_version(PolicyPurpose.MARKETING))
    for subject, operator, value, points in criteria:
        looks_at = {"field": subject} if subject == "source" else {"question": Question.objects.get(key=subject)}
        Criterion.objects.create(
            policy=policy, label=subject, operator=operator, value=value, points=points, **looks_at
        )
    return policy


def answered(cell: str) -> bool:
    return cell not in ("", "Select")


def would_qualify(row: dict[str, str]) -> bool:
    occupation = row["What is your current occupation"]
    points = 30 * (occupation in EMPLOYED) + 10 * answered(occupation) + 10 * answered(row["Specialization"])
    points += 10 * answered(row["What matters most to you in choosing a course"]) + 30 * (
        row["Lead Source"] in REFERRED
    )
    return points >= 30


@pytest.fixture(scope="module")
def expected(shared_data: Callable[[str], Path]) -> Counter[tuple[bool, bool, bool]]:
    """Straight from the file: leads by (draft, employed, converted)."""
    with shared_data("xeducation/Leads.csv").open() as file:
        return Counter(
            (would_qualify(row), row["What is your current occupation"] in EMPLOYED, row["Converted"] == "1")
            for row in csv.DictReader(file)
        )


def test_xeducation_back_test_reproduces_the_file(
    draft: Policy, expected: Counter[tuple[bool, bool, bool]], client: Client
) -> None:
    client.force_login(UserFactory(marketing_manager=True))
    asked = request_back_test(policy=draft, by=None, now=timezone.now())
    run_back_test(back_test_id=asked.pk, clock=timezone.now)
    asked.refresh_from_db()
    assert Tally.from_json(asked.figures or {}).cells == expected
    page = client.get(reverse("reports:back_test", args=[asked.pk])).content.decode()
    for place, name in enumerate(("draft", "active")):
        qualified = sum(count for cell, count in expected.items() if cell[place])
        converted = sum(count for cell, count in expected.items() if cell[place] and cell[2])
        assert f"{qualified:,} ({qualified / 9240:.1%}".replace("%", " %") in page, name
        for share, of in ((converted / qualified, qualified), (converted / 3561, 3561)):
            low, high = proportion_confint(converted, of, method="wilson")
            assert f"{100 * share:.1f} % ({100 * low:.1f} to {100 * high:.1f})" in page, name
        assert f"{converted / qualified / (3561 / 9240):.2f} times" in page, name


def test_xeducation_back_test_lists_who_would_flip(
    draft: Policy, expected: Counter[tuple[bool, bool, bool]], client: Client
) -> None:
    client.force_login(UserFactory(marketing_manager=True))
    asked = request_back_test(policy=draft, by=None, now=timezone.now())
    run_back_test(back_test_id=asked.pk, clock=timezone.now)
    gained = {won: expected[True, False, won] for won in (True, False)}
    assert {won: asked.flips.filter(gained=True, won=won).count() for won in gained} == gained
    rows = b"".join(client.get(reverse("reports:back_test_flips_csv", args=[asked.pk, "gained"])).streaming_content)
    assert len(rows.splitlines()) == 1 + sum(gained.values())
