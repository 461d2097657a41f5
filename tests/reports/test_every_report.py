"""What holds for each report there is: page, exports, API and command, with records and without."""

import json
from io import BytesIO, StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from crm.campaigns.models import Path
from crm.people.models import Company
from leads.models import Arm, Draw, Experiment
from reports.catalog import REPORTS
from tests.factories import NOW, CampaignFactory, SourceFactory, UserFactory
from tests.reports.records import make_lead, make_leads

pytestmark = pytest.mark.django_db

NAMES = list(REPORTS)
OPEN_TO_REPS = [name for name, report in REPORTS.items() if not report.managers_only]


def url(name, form=""):
    return reverse(f"{REPORTS[name].url_name}{f'_{form}' if form else ''}")


@pytest.fixture
def leads():
    Company().save()
    experiment = Experiment.objects.create(key="mail", name="Mail or none", started_at=NOW)
    arms = [
        Arm.objects.create(experiment=experiment, key=key, name=key, control=key == "none") for key in ("none", "mail")
    ]
    made = []
    for number, path in enumerate(["", *Path.values] * 4):
        campaign = CampaignFactory(source=SourceFactory(), cost=100)
        outcome = ["won", "lost", "open", ""][number % 4] if path else ""
        lead = make_lead(path, outcome=outcome, source=campaign.source, campaign=campaign, owner=UserFactory())
        Draw.objects.create(experiment=experiment, arm=arms[number % 2], lead=lead, drawn_at=NOW)
        made.append(lead)
    return made


@pytest.mark.parametrize("name", NAMES)
def test_page_has_at_most_ten_queries(manager, leads, name, django_assert_max_num_queries):
    for query in [{}, {"by": REPORTS[name].filters.groupings[-1].value, "source": leads[0].source_id}]:
        with django_assert_max_num_queries(10):
            assert manager.get(url(name), query).status_code == 200


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("role", ["rep", "sales_manager", "marketing_manager", "administrator"])
def test_page_without_records_says_so_and_what_to_do(client, name, role):
    """A button leads to a page that is open to the reader, or there is none."""
    if role == "rep" and name not in OPEN_TO_REPS:
        return
    client.force_login(UserFactory(**({} if role == "rep" else {role: True})))
    response = client.get(url(name))
    assert response.status_code == 200
    assert response.context["result"].empty
    assert REPORTS[name].nothing[0] in response.content.decode()
    remedy = response.context["remedy"]
    assert remedy or role in ("rep", "sales_manager") or name == "quota"
    if remedy:
        href = reverse(remedy.url_name)
        assert f'href="{href}">{remedy.label}</a>' in response.content.decode()
        assert client.get(href).status_code == 200


FILTERED = {
    "everything": ({}, []),
    "period": ({"since": "2020-01-01", "until": "2100-01-01"}, ["--since", "2020-01-01", "--until", "2100-01-01"]),
    "closed": ({"basis": "close"}, ["--basis", "close"]),
    "path": ({"path": "nurtured"}, ["--path", "nurtured"]),
    "nobody's": ({"owner": "none"}, ["--owner", ""]),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("filtered", FILTERED)
def test_page_api_and_command_say_the_same(manager, leads, name, filtered):
    query, options = FILTERED[filtered]
    out = StringIO()
    call_command("report", name, "--format", "json", *options, stdout=out)
    printed = json.loads(out.getvalue())
    assert manager.get(url(name, "json"), query).json() == printed


@pytest.mark.parametrize("name", NAMES)
def test_spreadsheet_has_every_table_and_what_it_counts(manager, leads, name):
    response = manager.get(url(name, "xlsx"))
    assert response.status_code == 200
    book = load_workbook(BytesIO(response.content))
    result = manager.get(url(name)).context["result"]
    assert len(book.sheetnames) == len(result.found.tables) + 1
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == [result.found.main.by, "name", *result.found.main.names]
    assert sheet.max_row == 1 + len(result.found.main.all_lines)


@pytest.mark.parametrize("name", NAMES)
def test_chart_is_a_picture_too(manager, leads, name):
    response = manager.get(url(name, "png"))
    has_chart = bool((manager.get(url(name)).context["chart"] or {}).get("rows"))
    assert response.status_code == (200 if has_chart else 404)
    assert not has_chart or response.content.startswith(b"\x89PNG")


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
@pytest.mark.parametrize("name", NAMES)
def test_exports_refuse_what_they_do_not_know(manager, name, form):
    assert manager.get(url(name, form), {"owner__password__startswith": "p"}).status_code == 400


@pytest.mark.parametrize("name", OPEN_TO_REPS)
def test_rep_gets_own_figures_by_the_api(client, leads, name):
    client.force_login(UserFactory())
    assert client.get(url(name, "json")).status_code == 200


@pytest.mark.parametrize("form", ["", "csv", "json", "xlsx", "png"])
@pytest.mark.parametrize("name", sorted(set(NAMES) - set(OPEN_TO_REPS)))
def test_figures_of_colleagues_are_for_managers(client, name, form):
    client.force_login(UserFactory())
    assert client.get(url(name, form)).status_code == 404


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "-2+3"])
def test_spreadsheet_neutralises_formulas(manager, name):
    make_lead(source=SourceFactory(key=name))
    book = load_workbook(BytesIO(manager.get(url("mix", "xlsx"), {"by": "source"}).content))
    cell = book.worksheets[0]["B2"]
    assert (cell.value, cell.data_type) == (f"'{name}", "s")


def test_picture_of_any_name_is_drawn(manager):
    for name in ("$x^{", "\u202eabc", "🐸", "<b>"):
        make_leads(2, source=SourceFactory(key=name))
    assert manager.get(url("close-rates", "png"), {"by": "source"}).status_code == 200


def test_every_path_has_the_rows_it_links_to(manager, leads):
    page = manager.get(url("funnel"), {"by": "source"})
    for line in page.context["result"].found.main.lines:
        assert (
            line.cells["leads"]
            >= line.cells["mql"]
            >= line.cells["sal"]
            >= line.cells["opportunity"]
            >= line.cells["won"]
        )
