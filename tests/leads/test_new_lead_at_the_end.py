"""An inquiry in a transaction of its own looks for its lead before it, and inserts a new one with all the rest at its
end. Real commits: within another transaction the lead is inserted at once."""

from threading import Event
from time import sleep

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.people.models import Notice
from leads.models import (
    Answer,
    Assignment,
    Decision,
    Inquiry,
    Lead,
    Question,
    Rotation,
    RotationTurn,
    RoutingCondition,
    RoutingRule,
    StageChange,
)
from leads.services import intake as intakes
from leads.services.finding import look_ahead
from leads.services.intake import take_inquiry
from leads.services.setup import install_defaults
from tests.factories import NOW, RoutingRuleFactory, UserFactory
from tests.leads.conftest import QUALIFYING, VAGUE
from tests.leads.test_races import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer, and is not far away"),
]
WRITTEN = (Lead, Inquiry, Answer, Decision, StageChange, Assignment, Notice, RotationTurn)
NAMES_A_LEAD = ("id", "lead_id", "inquiry_id", "key", "url")
ADA = "ada@lovelace.example"
TURN, INSERT = "FOR NO KEY UPDATE", 'INSERT INTO "leads_lead"'


@pytest.fixture
def qualify(submission):
    """qualify(...): somebody whose answers qualify them, which takes a turn of the one pool."""
    install_defaults(now=NOW)
    RoutingRule.objects.all().delete()
    RoutingRuleFactory(members=UserFactory.create_batch(2))

    def take(**fields):
        return take_inquiry(submission=submission(**{"answers": QUALIFYING, **fields}), now=NOW)

    take(email="first@one.example")  # now the pool has the row that its turns are locked by
    return take


def rows():
    """What an inquiry writes, without what is numbered anew each time."""
    return {
        model: [{name: value for name, value in row.items() if name not in NAMES_A_LEAD} for row in found]
        for model in WRITTEN
        if (found := model.objects.order_by("pk").values())
    }


def test_both_ways_write_the_same(qualify):
    given = {"phone": "+49 30 1234567", "city": "Ulm", "landing_page": "https://a.example/", "utm": {"source": "x"}}
    with transaction.atomic():
        qualify(**given)
        at_once_written = rows()
        transaction.set_rollback(True)
    assert qualify(**given).created
    assert rows() == at_once_written
    assert len(at_once_written[Lead]) == 2


def test_what_comes_back_is_what_is_there(qualify):
    intake = qualify()
    assert intake.lead.version == Lead.objects.get(pk=intake.lead.pk).version
    assert (intake.inquiry.lead, intake.decision.lead) == (intake.lead, intake.lead)
    assert Inquiry.objects.get(pk=intake.inquiry.pk).lead == intake.lead


def test_rule_that_looks_at_answers_does_not_send_it_early(qualify):
    asks = {"rule": RoutingRule.objects.get(), "question": Question.objects.get(key="need")}
    RoutingCondition.objects.create(**asks, operator="in", value=[QUALIFYING["need"]])
    with CaptureQueriesContext(connection) as queries:
        assert qualify().lead.owner
    turn, lead = (next(n for n, query in enumerate(queries) if what in query["sql"]) for what in (TURN, INSERT))
    assert (turn < lead, queries[lead]["sql"].endswith("; COMMIT")) == (True, True)


def test_lead_that_came_meanwhile_gets_the_inquiry(qualify):
    ahead = look_ahead(email=ADA, phone="")
    there = qualify().lead
    intake = qualify(ahead=ahead)
    assert (intake.lead, intake.created, there.inquiries.count(), there.assignments.count()) == (there, False, 2, 1)


def test_what_was_looked_up_for_somebody_else_is_not_taken(qualify):
    there = qualify().lead
    assert qualify(ahead=look_ahead(email="other@one.example", phone="")).lead == there


def test_it_does_not_wait_for_an_address_while_it_has_the_turn(qualify, monkeypatch):
    """An import has the address and wants the turn; the inquiry has the turn and wants the address."""
    inserted, ahead, lost = Event(), look_ahead(email=ADA, phone=""), []
    monkeypatch.setattr(intakes, "lost_race", lambda error: lost.append(type(error.__cause__).__name__) or True)

    def importing():
        with transaction.atomic():
            first = qualify(answers=VAGUE)
            inserted.set()
            assert is_taken(), "the inquiry does not have the turn"
            qualify(email="second@one.example")
        return first

    def inquiring():
        assert inserted.wait(timeout=30)
        return qualify(ahead=ahead)

    imported, inquired = at_once(lambda n: (importing, inquiring)[n](), count=2)
    assert (inquired.lead, inquired.created, imported.created) == (imported.lead, False, True)
    assert (lost, imported.lead.inquiries.count()) == (["LockNotAvailable"], 2)


def is_taken():
    """Whether somebody takes the turn soon; it is asked for without waiting, and let go of."""
    for _ in range(100):
        try:
            with transaction.atomic():
                list(Rotation.objects.select_for_update(nowait=True))
                transaction.set_rollback(True)
        except OperationalError:
            return True
        sleep(0.01)
    return False
