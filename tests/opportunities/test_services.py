from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from crm.opportunities import services
from crm.opportunities.models import Opportunity, Pipeline, PipelineStage
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
