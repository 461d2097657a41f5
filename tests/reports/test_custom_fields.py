"""Reports are narrowed by custom fields of the lead: on the page, by the API and by the command, by the same names."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from crm.fields.definitions import definition_of
from crm.fields.services.values import begin_with
from leads.models import Lead
from reports.catalog import REPORTS
from tests.factories import CustomFieldFactory, UserFactory
from tests.reports.records import make_lead
from tests.reports.test_every_report import leads, url

__all__ = ["leads"]
pytestmark = pytest.mark.django_db
NARROWED = {
    "segment=large": [0, 2], "segment=small": [1], "segment=-": [3], "plants_min=2": [1, 2], "plants_max=0": [0],
    "plants_min=0": [0, 1, 2], "since_until=2025-12-31": [1], "since=-": None,
}  # fmt: skip


@pytest.fixture
def known():
    """Three leads with values and one without; the second was won."""
    fields = [
        CustomFieldFactory(key="segment", kind="choice", choices=["small", "large"]),
        CustomFieldFactory(key="plants", kind="number"),
        CustomFieldFactory(key="since", kind="date"),
    ]
    segment, plants, since = map(definition_of, fields)
    found = [make_lead("nurtured", outcome="won" if number == 1 else "") for number in range(4)]
    begin_with(record=found[0], values={segment: "large", plants: "0", since: "2026-05-01"})
    begin_with(record=found[1], values={segment: "small", plants: "2", since: "2025-05-01"})
    begin_with(record=found[2], values={segment: "large", plants: "3"})
    return found


def printed(name, *options):
    out = StringIO()
    call_command("report", name, "--format", "json", *options, stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("text", [text for text, expected in NARROWED.items() if expected is not None])
def test_counts_are_of_the_leads_that_the_list_shows(manager, known, text):
    key, value = text.split("=")
    page = manager.get(url("close-rates"), {f"custom_{key}": value})
    (line,) = page.context["result"].found.main.lines
    assert (line.cells["leads"], line.cells["won"]) == (len(NARROWED[text]), int(1 in NARROWED[text]))
    link = page.context["result"].found.main.lines[0]
    shown = manager.get(f"/leads/?custom_{key}={value}").context["table"].rows
    assert {row.record.pk for row in shown} == {known[place].pk for place in NARROWED[text]}
    assert f"custom_{key}={value}" in page.content.decode()
    assert link.few


@pytest.mark.parametrize("name", REPORTS)
def test_page_api_and_command_narrow_alike(manager, leads, name, django_assert_max_num_queries):
    field = CustomFieldFactory(key="segment", kind="choice", choices=["small", "large"])
    for number, lead in enumerate(Lead.objects.order_by("pk")):
        begin_with(record=lead, values={definition_of(field): ["small", "large"][number % 2]})
    asked = {"custom_segment": "large"}
    narrowed = printed(name, "--custom", "segment=large")
    assert manager.get(url(name, "json"), asked).json() == narrowed
    assert narrowed["filters"] == asked
    with django_assert_max_num_queries(10):
        assert manager.get(url(name), asked).status_code == 200
    if name in ("close-rates", "mix", "funnel"):
        assert narrowed["total"]["leads"] == len(leads) / 2


@pytest.mark.parametrize("asked", ["segment=none", "plants_min=x", "since=-", "nothing=1", "segment"])
def test_what_cannot_be_is_refused(manager, known, asked):
    key, _, value = asked.partition("=")
    if asked != "segment":
        assert manager.get(url("mix", "json"), {f"custom_{key}": value}).status_code == 400
        with pytest.raises(CommandError):
            printed("mix", "--custom", asked)


def test_who_may_not_see_a_field_cannot_count_by_it(client):
    field = CustomFieldFactory(key="margin", kind="number", reps_see=False)
    rep = UserFactory()
    begin_with(record=make_lead("nurtured", owner=rep), values={definition_of(field): "7"})
    client.force_login(rep)
    refused = client.get(url("mix", "json"), {"custom_margin_min": "7"})
    unknown = client.get(url("mix", "json"), {"custom_nothing_min": "7"})
    assert (refused.status_code, unknown.status_code) == (400, 400)
    assert refused.content.decode().replace("margin", "nothing") == unknown.content.decode()
    assert "margin" not in client.get(url("mix")).content.decode().casefold().replace("margin and", "")
