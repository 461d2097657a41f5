from datetime import UTC, datetime, timedelta

from nurture.simulating.clock import EventQueue

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_things_happen_in_the_order_of_their_times():
    queue, seen = EventQueue(START), []
    for hours in (3, 1, 2):
        queue.at(START + hours * HOUR, seen.append)
    assert queue.run(START + 2 * HOUR) == 2
    assert seen == [START + HOUR, START + 2 * HOUR]
    assert queue.now == START + 2 * HOUR


def test_things_of_the_same_time_happen_in_the_order_they_were_put_in():
    queue, seen = EventQueue(START), []
    for name in "abc":
        queue.at(START, lambda now, name=name: seen.append(name))
    queue.run(START)
    assert seen == ["a", "b", "c"]


def test_what_is_put_into_the_past_happens_now():
    queue, seen = EventQueue(START), []
    queue.at(START + HOUR, lambda now: queue.at(START, seen.append))
    queue.run(START + 2 * HOUR)
    assert seen == [START + HOUR]
