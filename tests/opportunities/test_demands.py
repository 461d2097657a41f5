"""What a stage asks for: shown before the move, and refused in the service."""

import json
import threading
from decimal import Decimal
from html import unescape

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from crm.opportunities.demands import missing_for
from crm.opportunities.editing import set_buying_role
from crm.opportunities.models import Competitor, Opportunity, Pipeline, PipelineStage, StageDemand
from crm.opportunities.services import DemandsNotMet, Told, lose_opportunity, move_opportunity, win_opportunity
from tests.factories import NOW, ContactFactory

HX = {"HX-Request": "true"}


def stage(name):
    return PipelineStage.objects.get(name=name, pipeline__is_default=True)


@pytest.fixture
def demanding(defaults):
    """No proposal without a decision-maker and an amount."""
    StageDemand.objects.create(stage=stage("Proposal"), role="decision_maker")
    StageDemand.objects.create(stage=stage("Proposal"), field="amount")


@pytest.fixture
def deal(rep, open_deal, demanding):
    return open_deal(rep)


def missing(deal, name):
    return [str(demand) for demand in missing_for(deal, stage(name))]


@pytest.mark.parametrize(
    ("name", "asked"),
    [("Meeting", 0), ("Proposal", 2), ("Negotiation", 2), ("Won", 2), ("Lost", 0)],
)
def test_a_stage_asks_for_what_it_and_all_before_it_demand(deal, name, asked):
    assert len(missing(deal, name)) == asked


@pytest.mark.parametrize("role", ["decision_maker", "economic_buyer"])
def test_whoever_holds_the_money_decides(deal, rep, role):
    set_buying_role(opportunity=deal, contact=deal.contacts.get(), role=role, by=rep)
    assert missing(deal, "Proposal") == ["Amount"]


def test_service_refuses_and_nothing_changes(deal, rep):
    before = Opportunity.objects.values().get(pk=deal.pk)
    with pytest.raises(DemandsNotMet, match="Proposal needs: decision-maker, amount"):
        move_opportunity(opportunity=deal, stage=stage("Proposal"), by=rep, now=NOW)
    with pytest.raises(DemandsNotMet):
        win_opportunity(opportunity=deal, by=rep, now=NOW, amount=Decimal(5))
    assert Opportunity.objects.values().get(pk=deal.pk) == before
    assert deal.stage_changes.count() == 1


def test_told_on_the_way_it_moves_and_keeps_what_was_told(deal, rep):
    boss = ContactFactory(account=deal.account)
    told = Told(fields={"amount": Decimal(9)}, roles={"decision_maker": boss})
    moved = move_opportunity(opportunity=deal, stage=stage("Proposal"), by=rep, now=NOW, told=told)
    assert (moved.stage.name, moved.amount) == ("Proposal", 9)
    assert moved.roles.get(contact=boss).role == "decision_maker"


def test_told_too_little_nothing_is_kept(deal, rep):
    boss = ContactFactory(account=deal.account)
    told = Told(roles={"decision_maker": boss})
    with pytest.raises(DemandsNotMet):
        move_opportunity(opportunity=deal, stage=stage("Proposal"), by=rep, now=NOW, told=told)
    assert not deal.roles.filter(contact=boss).exists()


def test_losing_moving_back_and_imports_are_not_asked(deal, rep, open_deal):
    lose_opportunity(opportunity=deal, reason="Price", by=rep, now=NOW)
    imported = open_deal(rep)
    move_opportunity(opportunity=imported, stage=stage("Negotiation"), by=None, now=NOW)
    moved = move_opportunity(opportunity=imported, stage=stage("Proposal"), by=rep, now=NOW)
    assert moved.stage.name == "Proposal"


def test_a_lost_one_is_asked_when_it_comes_back(deal, rep):
    lost = lose_opportunity(opportunity=deal, reason="Price", by=rep, now=NOW)
    with pytest.raises(DemandsNotMet):
        move_opportunity(opportunity=lost, stage=stage("Proposal"), by=rep, now=NOW)


def test_another_pipeline_asks_for_its_own(deal, rep):
    partners = Pipeline.objects.create(name="Partners")
    first = PipelineStage.objects.create(pipeline=partners, name="Signed up", position=0)
    StageDemand.objects.create(stage=first, field="competitors")
    with pytest.raises(DemandsNotMet, match="competitors"):
        move_opportunity(opportunity=deal, stage=first, by=rep, now=NOW)
    told = Told(competitors=[Competitor.objects.create(name="Acme")])
    assert move_opportunity(opportunity=deal, stage=first, by=rep, now=NOW, told=told).pipeline == partners


def test_board_and_page_say_what_is_missing_before_the_move(as_rep, deal):
    board = unescape(as_rep.get(reverse("opportunities:board")).content.decode())
    needs = json.dumps({stage(name).pk: "Decision-maker, Amount" for name in ("Proposal", "Negotiation")})
    assert f'data-needs="{needs}"' in board
    assert "needs: Decision-maker, Amount" in board
    page = as_rep.get(reverse("opportunities:detail", args=[deal.pk])).content.decode()
    assert page.count("Decision-maker, Amount") == 2


def move_url(deal, **query):
    return reverse("opportunities:move", args=[deal.pk], query=query)


def test_dialog_asks_for_what_is_missing_and_moves(as_rep, deal):
    address = move_url(deal, stage=stage("Proposal").pk, version=deal.version)
    form = as_rep.get(address, headers=HX).context["form"]
    assert list(form.fields) == ["role_decision_maker", "amount"]
    contact = deal.contacts.get()
    assert as_rep.post(address, {"amount": "12"}, headers=HX).status_code == 422
    assert as_rep.post(address, {"amount": "12", "role_decision_maker": contact.pk}, headers=HX).status_code == 200
    deal.refresh_from_db()
    assert (deal.stage.name, deal.amount, deal.roles.get().role) == ("Proposal", 12, "decision_maker")


def test_stranger_cannot_be_made_the_decision_maker(as_rep, deal):
    address = move_url(deal, stage=stage("Proposal").pk)
    response = as_rep.post(address, {"amount": "12", "role_decision_maker": ContactFactory().pk})
    assert response.status_code == 422
    assert Opportunity.objects.get(pk=deal.pk).stage.name == "New"


def test_a_move_past_the_dialog_is_refused_with_the_reason(as_rep, deal):
    response = as_rep.post(move_url(deal), {"stage": stage("Proposal").pk}, headers=HX)
    assert response.status_code == 409
    page = as_rep.get(reverse("opportunities:detail", args=[deal.pk]), headers=HX)
    assert "Proposal needs: decision-maker, amount." in page.content.decode()


def test_winning_asks_too(as_rep, deal):
    address = reverse("opportunities:win", args=[deal.pk])
    assert as_rep.post(address, {"amount": "5"}).status_code == 422
    as_rep.post(address, {"amount": "5", "role_decision_maker": deal.contacts.get().pk})
    assert Opportunity.objects.get(pk=deal.pk).status == "won"


def test_what_became_unknown_is_warned_about(as_rep, deal, rep):
    contact = deal.contacts.get()
    told = Told(fields={"amount": Decimal(9)}, roles={"decision_maker": contact})
    moved = move_opportunity(opportunity=deal, stage=stage("Proposal"), by=rep, now=NOW, told=told)
    set_buying_role(opportunity=moved, contact=contact, role="user", by=rep)
    page = as_rep.get(reverse("opportunities:detail", args=[deal.pk])).content.decode()
    assert "Proposal asks for what is not known here: Decision-maker." in page


@pytest.mark.parametrize("wrong", [{}, {"role": "user", "field": "amount"}])
def test_database_wants_one_thing_per_demand(defaults, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        StageDemand.objects.create(stage=stage("Meeting"), **wrong)


@pytest.mark.django_db(transaction=True)
def test_a_role_taken_away_during_the_move_comes_before_or_after(deal, rep):
    """Of the two at once: either the move sees no decision-maker, or the role went after it."""
    contact = deal.contacts.get()
    Opportunity.objects.filter(pk=deal.pk).update(amount=1)
    set_buying_role(opportunity=deal, contact=contact, role="decision_maker", by=rep)
    barrier, results = threading.Barrier(2), {}

    def run(name, verb):
        barrier.wait()
        try:
            verb()
            results[name] = "done"
        except DemandsNotMet:
            results[name] = "refused"
        finally:
            connection.close()

    fresh = Opportunity.objects.get(pk=deal.pk)
    move = lambda: move_opportunity(opportunity=fresh, stage=stage("Proposal"), by=rep, now=NOW)  # noqa: E731
    take = lambda: set_buying_role(opportunity=deal, contact=contact, role="user", by=rep)  # noqa: E731
    threads = [threading.Thread(target=run, args=item) for item in (("move", move), ("take", take))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results["take"] == "done"
    assert (Opportunity.objects.get(pk=deal.pk).stage.name == "Proposal") == (results["move"] == "done")
