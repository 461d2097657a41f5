from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from crm.opportunities import services
from crm.opportunities.editing import remove_contact, set_buying_role, set_competitors
from crm.opportunities.history import stays
from crm.opportunities.models import CloseReason, Competitor, Opportunity, Pipeline, PipelineStage
from tests.factories import NOW, ContactFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def opportunity(defaults):
    contact, rep = ContactFactory(), UserFactory()
    return services.open_opportunity(
        name="Engine", account=contact.account, contact=contact, by=rep, now=NOW, owner=rep,
        close_date=(NOW + timedelta(days=30)).date(), amount=Decimal(1000), currency="EUR",
    )  # fmt: skip


def stage(name):
    return PipelineStage.objects.get(name=name)


def test_a_new_opportunity_is_in_the_first_stage_with_its_history(opportunity):
    assert (opportunity.stage, opportunity.status) == (stage("New"), "open")
    assert [c.to_stage for c in opportunity.stage_changes.all()] == [stage("New")]


def test_winning_closes_it_at_that_moment(opportunity):
    later = NOW + timedelta(days=5)
    won = services.win_opportunity(opportunity=opportunity, by=None, now=later, amount=Decimal(900))
    assert (won.status, won.closed_at, won.close_date, won.amount) == ("won", later, later.date(), Decimal(900))


def test_losing_needs_a_reason(opportunity):
    with pytest.raises(services.OpportunityRefused):
        services.lose_opportunity(opportunity=opportunity, reason=" ", by=None, now=NOW)
    lost = services.lose_opportunity(opportunity=opportunity, reason="Price", by=None, now=NOW)
    assert (lost.status, lost.close_reason) == ("lost", "Price")


def test_a_managed_reason_and_the_winner_are_kept(opportunity):
    price = CloseReason.objects.get(status="lost", name="Price")
    acme = Competitor.objects.create(name="Acme")
    lost = services.lose_opportunity(
        opportunity=opportunity, because=price, reason="half of ours", lost_to=acme, by=None, now=NOW
    )
    assert (lost.why_closed, lost.lost_to, list(lost.competitors.all())) == ("Price: half of ours", acme, [acme])
    reopened = services.move_opportunity(opportunity=lost, stage=stage("New"), by=None, now=NOW)
    assert (reopened.closed_because, reopened.lost_to, reopened.why_closed) == (None, None, "")
    assert list(reopened.competitors.all()) == [acme]


def test_the_same_words_are_said_once(opportunity):
    price = CloseReason.objects.get(status="lost", name="Price")
    lost = services.lose_opportunity(opportunity=opportunity, because=price, reason="Price", by=None, now=NOW)
    assert lost.why_closed == "Price"


def test_a_competitor_it_was_lost_to_stays(opportunity):
    acme = Competitor.objects.create(name="Acme")
    lost = services.lose_opportunity(opportunity=opportunity, reason="Price", lost_to=acme, by=None, now=NOW)
    with pytest.raises(services.OpportunityRefused):
        set_competitors(opportunity=lost, competitors=[], by=UserFactory())
    assert list(lost.competitors.all()) == [acme]


def test_the_last_contact_stays(opportunity):
    boss, first = ContactFactory(account=opportunity.account), opportunity.contacts.get()
    set_buying_role(opportunity=opportunity, contact=boss, role="decision_maker", by=UserFactory())
    remove_contact(opportunity=opportunity, contact=first, by=UserFactory())
    with pytest.raises(services.OpportunityRefused):
        remove_contact(opportunity=opportunity, contact=boss, by=UserFactory())
    assert list(opportunity.contacts.all()) == [boss]


def test_time_in_stages_counts_each_visit(opportunity):
    for days, name in ((2, "Meeting"), (5, "New"), (6, "Meeting"), (10, "Won")):
        at = NOW + timedelta(days=days)
        services.move_opportunity(opportunity=opportunity, stage=stage(name), by=None, now=at)
    changes = list(opportunity.stage_changes.select_related("to_stage"))
    found = stays(opportunity, changes, now=NOW + timedelta(days=99))
    assert [(stay.stage.name, stay.days, stay.visits, stay.current) for stay in found] == [
        ("New", 3, 2, False),
        ("Meeting", 7, 2, False),
    ]


def test_a_stale_opportunity_does_not_move(opportunity):
    stale = Opportunity.objects.get(pk=opportunity.pk)
    services.move_opportunity(opportunity=opportunity, stage=stage("Meeting"), by=None, now=NOW)
    with pytest.raises(services.OpportunityChanged):
        services.move_opportunity(opportunity=stale, stage=stage("Proposal"), by=None, now=NOW)
    assert opportunity.stage_changes.count() == 2


def test_a_move_to_another_pipeline_is_kept_in_the_history(opportunity):
    other = PipelineStage.objects.create(pipeline=Pipeline.objects.create(name="Other"), name="X", position=0)
    moved = services.move_opportunity(opportunity=opportunity, stage=other, by=None, now=NOW)
    assert (moved.pipeline, moved.stage) == (other.pipeline, other)
    assert [change.to_stage for change in moved.stage_changes.all()] == [stage("New"), other]


def test_reopening_a_won_opportunity_is_kept_in_the_history(opportunity):
    services.win_opportunity(opportunity=opportunity, by=None, now=NOW)
    reopened = services.move_opportunity(opportunity=opportunity, stage=stage("Negotiation"), by=None, now=NOW)
    assert (reopened.status, reopened.closed_at) == ("open", None)
    assert [c.to_stage.name for c in reopened.stage_changes.all()] == ["New", "Won", "Negotiation"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "won"},
        {"closed_at": NOW},
        {"status": "lost", "closed_at": NOW, "close_reason": ""},
        {"amount": Decimal(-1)},
    ],
)
def test_the_database_refuses_what_the_business_forbids(opportunity, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Opportunity.objects.filter(pk=opportunity.pk).update(**wrong)


def test_weighted_amount_uses_the_probability_of_the_stage(opportunity):
    assert opportunity.weighted_amount == Decimal(100)
