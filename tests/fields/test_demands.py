"""A stage can ask for a custom field of opportunities: shown before the move, filled in on the way."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from crm.fields.definitions import definition_of
from crm.fields.models import CustomField
from crm.fields.services.values import values_of_one
from crm.opportunities.models import PipelineStage, StageDemand
from crm.opportunities.services import DemandsNotMet, move_opportunity, win_opportunity
from tests.admin.conftest import admin_as
from tests.factories import NOW, CustomFieldFactory, UserFactory
from tests.fields.records import make_opportunity, page

__all__ = ["admin_as"]
pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture
def rep(client, defaults):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def months(defaults):
    """“Proposal” asks for how long the contract runs."""
    field = CustomFieldFactory(record_kind="opportunity", key="months", label="Months", kind="number")
    StageDemand.objects.create(stage=stage("Proposal"), custom_field=field)
    return field


def stage(name):
    return PipelineStage.objects.get(name=name)


def test_move_is_refused_until_it_is_known(rep, months, say):
    deal = make_opportunity(rep)
    for verb in (
        lambda: move_opportunity(opportunity=deal, stage=stage("Negotiation"), by=rep, now=NOW),
        lambda: win_opportunity(opportunity=deal, by=rep, now=NOW),
    ):
        with pytest.raises(DemandsNotMet, match="months"):
            verb()
    move_opportunity(opportunity=deal, stage=stage("Meeting"), by=rep, now=NOW)
    say(deal, months="12")
    move_opportunity(opportunity=deal, stage=stage("Proposal"), by=rep, now=NOW)
    assert deal.stage.name == "Proposal"


def test_page_and_board_say_so_before(client, rep, months):
    deal = make_opportunity(rep)
    needs = {move.stage.name: move.needs for move in client.get(page(deal)).context["moves"]}
    assert needs == {"New": "", "Meeting": "", "Proposal": "Months", "Negotiation": "Months"}
    moves = client.get(reverse("opportunities:board")).context["moves"][deal.pk]
    assert {move.stage.name: move.needs for move in moves} == needs


def test_form_asks_for_it_and_moves(client, rep, months):
    deal = make_opportunity(rep)
    address = f"{reverse('opportunities:move', args=[deal.pk])}?stage={stage('Proposal').pk}&version={deal.version}"
    assert set(client.get(address).context["form"].fields) == {"custom_months"}
    wrong = client.post(address, {"custom_months": "many"})
    assert (wrong.status_code, set(wrong.context["form"].errors)) == (422, {"custom_months"})
    client.post(address, {"custom_months": "24"})
    deal.refresh_from_db()
    known = {field.key: value for field, value in values_of_one(deal, [definition_of(months)]).items()}
    assert (deal.stage.name, known) == ("Proposal", {"months": "24"})
    assert deal.custom_changes.get().by == rep


def test_what_was_taken_out_is_warned_about(client, rep, months, say):
    deal = make_opportunity(rep)
    say(deal, months="12")
    move_opportunity(opportunity=deal, stage=stage("Proposal"), by=rep, now=NOW)
    say(deal, months="")
    assert [str(demand) for demand in client.get(page(deal)).context["lacking"]] == ["Months"]


def test_retired_field_is_asked_for_no_more(rep, months):
    CustomField.objects.update(active=False)
    deal = make_opportunity(rep)
    move_opportunity(opportunity=deal, stage=stage("Proposal"), by=rep, now=NOW)
    assert deal.stage.name == "Proposal"


def test_database_holds_that_a_demand_is_for_one_thing(months):
    for wrong in ({"custom_field": months, "role": "user"}, {"custom_field": months, "field": "amount"}, {}):
        with pytest.raises(IntegrityError), transaction.atomic():
            StageDemand.objects.create(stage=stage("New"), **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        StageDemand.objects.create(stage=stage("Proposal"), custom_field=months)


def stage_page(one):
    return reverse("admin:opportunities_pipelinestage_change", args=[one.pk])


def test_marketing_chooses_it_in_the_admin(admin_as, months):
    hidden = CustomFieldFactory(record_kind="opportunity", label="Margin", reps_see=False)
    client, meeting = admin_as("marketing_manager"), stage("Meeting")
    html = client.get(stage_page(meeting)).content.decode()
    assert (f"custom:{months.pk}" in html, f"custom:{hidden.pk}" in html) == (True, False)
    given = {"name": "Meeting", "probability": 25, "forecast_category": "pipeline"}
    rows = {"demands-TOTAL_FORMS": 1, "demands-INITIAL_FORMS": 0, "demands-0-what": f"custom:{months.pk}"}
    assert client.post(stage_page(meeting), given | rows).status_code == 302
    assert [demand.custom_field for demand in meeting.demands.all()] == [months]


def test_field_that_is_asked_for_cannot_be_hidden_or_deleted(admin_as, months):
    client = admin_as("marketing_manager")
    given = {
        "label": "Months",
        "position": 0,
        "active": "on",
        "sales_managers_see": "on",
        "marketing_managers_see": "on",
    }
    rows = {"choices-TOTAL_FORMS": 0, "choices-INITIAL_FORMS": 0}
    response = client.post(reverse("admin:fields_customfield_change", args=[months.pk]), given | rows)
    assert "the stage “Proposal” asks for it" in str(response.context["adminform"].form.errors["reps_see"])
    delete = reverse("admin:fields_customfield_delete", args=[months.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403


def test_demands_cost_one_query_more_however_many_cards(rep, months, client, django_assert_num_queries):
    for _ in range(5):
        make_opportunity(rep)
    with django_assert_num_queries(10):
        client.get(reverse("opportunities:board"))
