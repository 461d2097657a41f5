"""One engine: a company, a market and a clock. The same plan gives the same figures."""

import gc
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import connection, transaction

from crm.web.holding import holding
from nurture.simulating.clock import EventQueue
from simulation.company import found_company, give_log_in_to_the_busiest
from simulation.inquiring import inquire
from simulation.mail import no_real_mail
from simulation.nurturing import begin_nurture
from simulation.prospects import Population
from simulation.world import World

MONTH = timedelta(days=30.44)
CHUNK = timedelta(days=14)  # of simulated time between two looks at the definitions
KEPT_MAIL = timedelta(days=21)
GROWTH = 3.0  # inquiries a day at the end, for one a day at the start
WEEKEND = 0.3  # of a weekday's inquiries


@dataclass(frozen=True)
class Plan:
    """``until`` is the last moment that is simulated: the present of the company that comes out of it."""

    until: datetime
    seed: int = 1
    months: int = 18
    leads: int = 3_000
    reps: int = 16
    nurtured: float = 1 / 3  # the share of the time, at the end, in which there is a sequence

    @property
    def start(self) -> datetime:
        return self.until - self.months * MONTH


def simulate(plan: Plan, *, progress: Callable[[float], None] = lambda share: None) -> World:
    """Needs a database without people. No mail leaves the machine, whatever the settings say. One transaction: whoever
    stops it finds the database as it was."""
    with no_real_mail(keep_from=plan.until - KEPT_MAIL), transaction.atomic(), _without_savepoints():
        world = _begin(plan)
        while world.queue.now < plan.until:
            with holding(), _without_garbage():
                world.queue.run(min(world.queue.now + CHUNK, plan.until))
            progress((world.queue.now - plan.start) / (plan.until - plan.start))
        give_log_in_to_the_busiest(world.company.reps)
    return world


@contextmanager
def _without_savepoints() -> Iterator[None]:
    """All or nothing: what fails within takes everything back, so the services need not mark where they began. That is
    every third statement."""
    # Django's setting for databases without them does not count on SQLite.
    connection.savepoint = lambda: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        del connection.savepoint


@contextmanager
def _without_garbage() -> Iterator[None]:
    """Collected afterwards, at once: many short-lived objects make the collector run all the time. What is there before
    stays out of it."""
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()
        gc.unfreeze()


def _begin(plan: Plan) -> World:
    rng = Random(plan.seed)  # noqa: S311 - dice, not secrets
    company = found_company(rng=rng, reps=plan.reps, start=plan.start, until=plan.until)
    nurture_from = plan.until - (plan.until - plan.start) * plan.nurtured
    world = World(rng, EventQueue(plan.start), company, Population(rng), nurture_from, plan.until)
    for _ in range(plan.leads):
        world.queue.at(_arrival(rng, plan), lambda now: inquire(world, now))
    begin_nurture(world)
    return world


def _arrival(rng: Random, plan: Plan) -> datetime:
    """More and more as time goes by, mostly on weekdays, mostly by day."""
    while True:
        moment = plan.start + (plan.until - plan.start) * _share_of_time(rng.random())
        likely = (WEEKEND if moment.weekday() >= 5 else 1) * (1 if 12 <= moment.hour < 23 else 0.25)
        if rng.random() < likely:
            return moment


def _share_of_time(share_of_inquiries: float) -> float:
    """Inverse of the growing sum of inquiries, whose rate goes in a line from 1 to GROWTH."""
    slope = GROWTH - 1
    return (math.sqrt(1 + share_of_inquiries * slope * (2 + slope)) - 1) / slope
