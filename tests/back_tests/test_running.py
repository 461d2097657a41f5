"""A back-test is run once, by one worker, to an end that everybody can see."""

import json
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from leads import past
from leads.models import Criterion, Decision, Policy, StageChange
from leads.services.policies import activate_policy
from reports import tasks
from reports.back_tests import running
from reports.back_tests.running import LEASE, run_back_test
from reports.back_tests.services import BackTestRefused, cancel_back_test, request_back_test, sweep_back_tests
from reports.back_tests.tally import Tally
from reports.models import BackTest, Flip
from tests.back_tests.conftest import LATER, NEED, QUALIFYING
from tests.factories import NOW, CampaignFactory


@pytest.fixture
def history(inquire):
    """Two that both policies qualify, one of them won; three that only a need qualifies, one won; two that nobody."""
    made = [inquire(answers=QUALIFYING, won=won) for won in (True, False)]
    made += [inquire(answers=NEED, won=won) for won in (True, False, False)]
    return [*made, inquire(), inquire(answers={"need": "looking"}, won=True)]


@pytest.fixture
def by_ones(monkeypatch):
    monkeypatch.setattr(past, "CHUNK", 1)


def test_both_policies_are_counted_against_what_was_won(history, draft, back_test):
    done = back_test(draft(need=["new"]))
    assert (done.state, done.done, done.total, done.finished_at) == ("finished", 7, 7, LATER)
    assert Tally.from_json(done.figures).cells == {
        (True, True, True): 1,
        (True, True, False): 1,
        (True, False, True): 1,
        (True, False, False): 2,
        (False, False, True): 1,
        (False, False, False): 1,
    }
    gained = [(flip.lead_id, flip.gained, flip.won) for flip in Flip.objects.order_by("lead_id")]
    assert gained == [(lead.pk, True, won) for lead, won in zip(history[2:5], (True, False, False), strict=True)]


def test_leads_that_would_be_lost_are_listed_as_well(history, draft, back_test):
    back_test(draft(phone=None))
    assert [(flip.lead_id, flip.gained) for flip in Flip.objects.order_by("lead_id")] == [
        (history[0].pk, False),
        (history[1].pk, False),
    ]


def test_nothing_but_the_back_test_is_written(history, draft, back_test):
    before = (Decision.objects.count(), StageChange.objects.count())
    back_test(draft(need=["new"]))
    assert (Decision.objects.count(), StageChange.objects.count()) == before


def test_leads_that_came_after_it_was_asked_for_are_left_out(history, inquire, draft, back_test):
    inquire(answers=NEED, at=LATER + timedelta(days=1))
    assert back_test(draft(need=["new"])).total == 7


def test_without_an_active_policy_there_is_nothing_to_flip(inquire, draft, back_test, active):
    inquire(answers=NEED)
    policy = draft(need=["new"])
    Policy.objects.filter(pk=active.pk).update(status="retired")
    done = back_test(policy)
    assert (done.compared_with, done.figures["cells"], Flip.objects.count()) == (None, [[1, 0, 0, 1]], 0)


def test_lists_are_bounded_and_counts_are_not(history, draft, back_test, monkeypatch):
    monkeypatch.setattr(running, "MAX_FLIPS", 2)
    done = back_test(draft(need=["new"]))
    assert (Flip.objects.count(), Tally.from_json(done.figures).count(draft=True, other=False)) == (2, 3)


def test_a_new_back_test_of_the_policy_takes_the_place_of_the_older_lists(history, draft, back_test):
    policy = draft(need=["new"])
    first, second = back_test(policy), back_test(policy)
    assert set(Flip.objects.values_list("back_test", flat=True)) == {second.pk}
    assert first.figures == second.figures


def test_asked_for_twice_there_is_one(draft):
    policy = draft(need=["new"])
    first = request_back_test(policy=policy, by=None, now=NOW)
    assert request_back_test(policy=policy, by=None, now=NOW) == first
    assert BackTest.objects.count() == 1


def test_what_cannot_be_tested_is_refused(active, draft):
    sales = Policy.objects.get(purpose="sales")
    with pytest.raises(BackTestRefused, match="Only marketing policies"):
        request_back_test(policy=sales, by=None, now=NOW)
    with pytest.raises(BackTestRefused, match="without criteria"):
        request_back_test(policy=draft(), by=None, now=NOW)


class Killed(BaseException):
    """What a worker is when it gets SIGKILL: gone, without a word."""


def test_a_killed_worker_is_taken_over_from(history, draft, by_ones):
    asked = request_back_test(policy=draft(need=["new"]), by=None, now=LATER)
    ticks = iter([LATER] * 4)

    def clock():
        for tick in ticks:
            return tick
        raise Killed

    with pytest.raises(Killed):
        run_back_test(back_test_id=asked.pk, clock=clock)
    asked.refresh_from_db()
    assert (asked.state, asked.done, asked.figures) == ("running", 3, None)
    assert sweep_back_tests(now=LATER + LEASE) == []
    assert sweep_back_tests(now=LATER + LEASE + timedelta(seconds=1)) == [asked.pk]
    run_back_test(back_test_id=asked.pk, clock=lambda: LATER)
    asked.refresh_from_db()
    assert (asked.state, asked.done, asked.attempts, Flip.objects.count()) == ("finished", 7, 1, 3)


def test_whoever_was_taken_over_from_writes_nothing_more(history, draft, by_ones):
    asked = request_back_test(policy=draft(need=["new"]), by=None, now=LATER)
    taken_over = []

    def clock():
        if not taken_over and BackTest.objects.get().done == 2:
            taken_over.append(sweep_back_tests(now=LATER + 2 * LEASE))
            run_back_test(back_test_id=asked.pk, clock=lambda: LATER + timedelta(hours=1))
        return LATER

    run_back_test(back_test_id=asked.pk, clock=clock)
    asked.refresh_from_db()
    assert taken_over == [[asked.pk]]
    assert (asked.state, asked.finished_at, asked.done) == ("finished", LATER + timedelta(hours=1), 7)
    assert Flip.objects.count() == 3


def test_lost_three_times_it_has_failed(history, draft):
    asked = request_back_test(policy=draft(need=["new"]), by=None, now=LATER)
    for _ in range(3):
        assert BackTest.objects.get().state == "waiting"
        with pytest.raises(Killed):
            run_back_test(back_test_id=asked.pk, clock=iter_then_killed())
        sweep_back_tests(now=LATER + 2 * LEASE)
    asked.refresh_from_db()
    assert (asked.state, asked.error) == ("failed", "The worker was lost 3 times while it counted.")
    assert sweep_back_tests(now=LATER + 9 * LEASE) == []


def iter_then_killed():
    ticks = iter([LATER])

    def clock():
        for tick in ticks:
            return tick
        raise Killed

    return clock


def test_an_error_ends_it_as_failed_and_is_logged(history, draft, caplog):
    policy = draft(need=["new"])
    Criterion.objects.filter(policy=policy).update(operator="unheard_of")
    asked = request_back_test(policy=policy, by=None, now=LATER)
    run_back_test(back_test_id=asked.pk, clock=lambda: LATER)
    asked.refresh_from_db()
    assert (asked.state, asked.error.partition(".")[0]) == ("failed", "It could not be counted: ValueError")
    assert "unheard_of" in caplog.text


def test_cancelled_in_the_middle_it_stops(history, draft, by_ones):
    asked = request_back_test(policy=draft(need=["new"]), by=None, now=LATER)

    def clock():
        if BackTest.objects.get().done == 4:
            cancel_back_test(back_test=asked, now=LATER)
        return LATER

    run_back_test(back_test_id=asked.pk, clock=clock)
    asked.refresh_from_db()
    assert (asked.state, asked.done, asked.figures, Flip.objects.count()) == ("cancelled", 4, None, 0)
    assert not cancel_back_test(back_test=asked, now=LATER)
    run_back_test(back_test_id=asked.pk, clock=lambda: LATER)
    assert BackTest.objects.get().state == "cancelled"


def test_database_refuses_a_back_test_that_ended_without_figures(draft):
    asked = request_back_test(policy=draft(need=["new"]), by=None, now=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        BackTest.objects.filter(pk=asked.pk).update(state="finished", finished_at=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        BackTest.objects.filter(pk=asked.pk).update(state="running")


def test_sweep_wakes_up_workers_for_what_waits(history, draft, monkeypatch):
    asked = request_back_test(policy=draft(need=["new"]), by=None, now=LATER)
    monkeypatch.setattr("django.conf.settings.CELERY_TASK_ALWAYS_EAGER", True, raising=False)
    sent = []
    monkeypatch.setattr(tasks.run_back_test, "apply_async", lambda arguments, **options: sent.append(arguments))
    tasks.sweep_back_tests()
    assert sent == [[asked.pk]]
    tasks.run_back_test(asked.pk)
    assert BackTest.objects.get().state == "finished"


def test_figures_are_plain_json(history, draft, back_test):
    done = back_test(draft(need=["new"], phone=None))
    assert json.loads(json.dumps(done.figures)) == done.figures
    assert done.definition["threshold"] == 10


def test_active_policy_is_that_of_the_moment_it_was_asked_for(history, draft, active):
    policy = draft(need=["new"])
    asked = request_back_test(policy=policy, by=None, now=LATER)
    activate_policy(policy=policy, by=None, now=LATER)
    run_back_test(back_test_id=asked.pk, clock=lambda: LATER)
    asked.refresh_from_db()
    assert (asked.compared_with, asked.state) == (active, "finished")


def test_draft_of_a_campaign_is_tested_on_its_leads(history, inquire, draft, back_test, active):
    campaign = CampaignFactory()
    mine = [inquire(answers=NEED, campaign=campaign) for _ in range(2)]
    policy = draft(need=["new"])
    Policy.objects.filter(pk=policy.pk).update(campaign=campaign, version=1)
    policy.refresh_from_db()
    done = back_test(policy)
    assert (done.total, done.compared_with) == (2, active)
    assert set(Flip.objects.values_list("lead", flat=True)) == {lead.pk for lead in mine}


def test_general_draft_leaves_campaigns_with_their_own_policy_alone(history, inquire, draft, back_test, active):
    campaign, other = CampaignFactory(), CampaignFactory()
    inquire(answers=NEED, campaign=campaign)
    inquire(answers=NEED, campaign=other)
    own = draft(need=["new"])
    Policy.objects.filter(pk=own.pk).update(campaign=campaign, version=1, status="active", activated_at=NOW)
    done = back_test(draft(need=["new"]))
    assert (done.total, done.compared_with) == (8, active)


@pytest.mark.django_db(transaction=True)
def test_five_workers_at_once_run_it_once(history, draft, monkeypatch):
    asked = request_back_test(policy=draft(need=["new"]), by=None, now=LATER)
    barrier, ran = Barrier(5), []
    monkeypatch.setattr(running, "_go_through", lambda run: ran.append(run.back_test.token))

    def work():
        barrier.wait()
        try:
            run_back_test(back_test_id=asked.pk, clock=lambda: LATER)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ran) == 1
