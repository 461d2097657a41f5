"""A year of nurture: whatever happens in whatever order, nobody is written to at the wrong time, twice, or after they
said no; nothing that is due is missed; nothing goes round for ever.

``RIPEN_YEARS`` years (1 by default, which takes about a minute) of ``RIPEN_STEPS`` events.
"""

import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from nurture.models import Touch
from nurture.services import dispatch, exits, last_look, steps, suppression
from nurture.windows import Window
from tests.nurture.year.world import Undone, World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("postbox")]
YEARS, STEPS = int(os.environ.get("RIPEN_YEARS", "1")), int(os.environ.get("RIPEN_STEPS", "80"))
YEAR = timedelta(days=365)
SETTINGS = settings(
    max_examples=YEARS,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)


EVENTS: dict[str, Callable[[World], None]] = {
    "answer": World.answer,
    "bounce": World.bounce,
    "inquire": World.inquire,
    "lose a worker before it began": lambda world: world.lose_a_worker(begun=False),
    "lose a worker while it sends": lambda world: world.lose_a_worker(begun=True),
    "opt out": World.opt_out,
    "pause or resume": World.pause_or_resume,
    "publish again": World.publish_again,
    "reply": World.reply,
    "sell": World.sell,
}


@pytest.fixture
def postbox(settings, mailoutbox):
    settings.EMAIL_BACKEND = "tests.nurture.year.world.Postbox"


class Year(RuleBasedStateMachine):
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.undo = Undone()

    @initialize(seed=st.integers(0, 10_000))
    def begin(self, seed: int) -> None:
        self.world = World(seed)
        self.world.pass_time(timedelta())

    @rule(hours=st.integers(0, 24 * 12), what=st.sampled_from(sorted(EVENTS)))
    def something_happens(self, hours: int, what: str) -> None:
        self.world.pass_time(timedelta(hours=hours))
        EVENTS[what](self.world)

    @rule(minutes=st.integers(1, 600), times=st.integers(1, 4))
    def a_rep_calls(self, minutes: int, times: int) -> None:
        self.world.pass_time(timedelta(minutes=minutes))
        for _ in range(times):
            self.world.call()

    @invariant()
    def nothing_else_goes_out(self) -> None:
        """Whatever is done, mails leave only by a delivery."""
        if hasattr(self, "world"):
            self.world.look()

    def teardown(self) -> None:
        try:
            if hasattr(self, "world"):
                self.world.pass_time(max(YEAR - (self.world.now - self.world.leads[0].created_at), timedelta()))
        finally:
            self.undo()


@pytest.mark.timeout(300 + 900 * YEARS)
def test_a_year_of_nurture_is_as_it_should_be():
    run_state_machine_as_test(Year, settings=SETTINGS)


def some_weeks() -> World:
    """The same for every protection: enough of everything to notice that it is gone."""
    world = World(seed=7)
    for _ in range(6):
        world.lose_a_worker(begun=True)
        for event in (World.opt_out, World.bounce, World.answer, World.sell, World.call, World.call):
            world.pass_time(timedelta(hours=13))
            event(world)
    return world


def test_some_weeks_are_as_they_should_be():
    world = some_weeks()
    assert len(world.message_ids) > 20
    assert Touch.objects.filter(state="unknown").exists()


def _sent_again(*, now, limit=1_000):
    """What may have been sent is planned again."""
    return Touch.objects.expired(now).update(state="planned", token=None, lease_until=None, send_started_at=None)


# What is taken out, and what the oracle then says.
BROKEN = {
    "window": (Window, "next", lambda window, moment: moment, "out of its window"),
    "unknown": (dispatch, "recover_expired", _sent_again, "sent twice"),
    "opt-out": (last_look, "email_obstacle", lambda *args: "", "after an opt-out"),
    "exit": (exits, "reason_to_leave", lambda lead: "", "to a lead that left|is still nurtured"),
}


@pytest.mark.parametrize("protection", BROKEN)
def test_a_protection_that_is_taken_out_is_noticed(monkeypatch, protection):
    target, name, broken, said = BROKEN[protection]
    monkeypatch.setattr(target, name, broken)
    if protection == "opt-out":
        monkeypatch.setattr(steps, "email_obstacle", broken)
        monkeypatch.setattr(suppression, "_no_more_mail", lambda *args: None)
    with pytest.raises(AssertionError, match=said):
        some_weeks()
