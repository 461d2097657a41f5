"""What everybody in a simulation shares: the dice, the clock, the company, the people."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from crm.people.models import User
from leads.models import Lead
from nurture.simulating.clock import EventQueue
from nurture.windows import Window
from simulation.company import ZONE, DemoCompany
from simulation.prospects import Population, Prospect

OFFICE = Window(ZoneInfo(ZONE), time(9), time(17, 30), (0, 1, 2, 3, 4))


@dataclass
class World:
    rng: Random
    queue: EventQueue
    company: DemoCompany
    population: Population
    nurture_from: datetime
    until: datetime
    prospects: dict[int, Prospect] = field(default_factory=dict)  # by the id of their lead
    last_call_task: int = 0

    def rep(self) -> User:
        return self.rng.choice(self.company.reps)

    def owner_of(self, lead: Lead) -> User:
        return next((rep for rep in self.company.reps if rep.pk == lead.owner_id), self.company.manager)

    def after(self, now: datetime, *, hours: float) -> datetime:
        """About so many hours later: mostly sooner, sometimes much later."""
        return now + timedelta(hours=hours * self.rng.lognormvariate(0, 0.8))

    def in_office(self, now: datetime, *, hours: float) -> datetime:
        """The same, at a time at which reps work."""
        when = self.after(now, hours=hours)
        opens = OFFICE.next(when)
        return opens if opens == when else opens + timedelta(minutes=self.rng.uniform(2, 90))
