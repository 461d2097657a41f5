"""A dry run: which leads, for how long, with which dice, and what came out."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from crm.people.models import Company
from crm.web.holding import holding
from leads.models import Lead
from leads.services.experiments import arm_for
from nurture.checks import problems_in
from nurture.models import SendingLimits, Sequence, Step
from nurture.plan import plan_of
from nurture.queries import HELD_OUT
from nurture.services.holdout import arms_of
from nurture.simulating.behavior import Behavior, Rates
from nurture.simulating.ledger import Ledger
from nurture.simulating.people import People
from nurture.simulating.sample import leads_to_try
from nurture.simulating.tally import WAITS, Tally
from nurture.simulating.walk import Walk

MOST_LEADS, MOST_DAYS = 1_000, 365
OF_DAYS = ("planned", "sent", "called", "answer", "qualified", "left")
OF_STEPS = (
    "planned", "sent", "skipped", "cancelled", "called", "reached", "bounce", "click", "answer", "reply", "opt_out",
    "qualified",
)  # fmt: skip


class DryRunRefused(Exception):
    """For a person: what is wrong with the sequence."""


@dataclass(frozen=True)
class WhatIf:
    """What would happen to so many leads over so many days?"""

    leads: int = 100
    days: int = 30
    seed: int = 1
    rates: Rates = field(default_factory=Rates)


@dataclass(frozen=True)
class DryRun:
    what_if: WhatIf
    began: datetime
    leads: int
    held_out: int
    tally: Tally
    steps: tuple[Step, ...]

    @property
    def days(self) -> list[dict[str, Any]]:
        """One row a day, also where nothing happens."""
        first = self.tally.day(self.began)
        days = (first + timedelta(days=n) for n in range(self.what_if.days + 1))
        return [{"day": day, **_row(self.tally.days.get(day, {}), OF_DAYS)} for day in days]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One for each step with a touch and each of its texts."""
        by_position = {step.position: step for step in self.steps}
        return [
            {"step": position + 1, "name": str(by_position[position]), "variant": variant, **_row(counts, OF_STEPS)}
            for (position, variant), counts in sorted(self.tally.steps.items())
        ]

    @property
    def busiest_hour(self) -> int:
        """Mails in one hour, at most."""
        return max(self.tally.hours.values(), default=0)

    @property
    def waits(self) -> dict[str, int]:
        """Mails and calls that had to wait, by what for, in words."""
        return {WAITS[what]: count for what, count in self.tally.put_off.items() if count}

    @property
    def skips(self) -> dict[str, int]:
        """Mails and calls that were skipped, by why, in words."""
        return dict(self.tally.skipped.most_common())

    @property
    def ends(self) -> dict[str, int]:
        """How many leads ended how; the rest are still going through it."""
        ended = dict(self.tally.ends.most_common())
        return ended | {"still in it": self.leads - self.held_out - sum(ended.values())}

    def as_json(self) -> dict[str, Any]:
        return {
            "leads": self.leads,
            "held_out": self.held_out,
            "from": self.began.isoformat(),
            "days": [row | {"day": row["day"].isoformat()} for row in self.days],
            "steps": self.rows,
            "ends": self.ends,
            "busiest_hour": self.busiest_hour,
            "put_off": self.tally.put_off,
            "skipped": self.skips,
        }


@holding()
def dry_run(*, sequence: Sequence, what_if: WhatIf, now: datetime) -> DryRun:
    """Nothing is sent or stored. Raises DryRunRefused for a sequence that could not be published."""
    if errors := problems_in(sequence):
        raise DryRunRefused(" ".join(errors))
    leads = leads_to_try(sequence, count=what_if.leads, now=now)
    nurtured = [lead for lead in leads if not _held_out(lead, sequence)]
    tally = Tally(Company.current().zone)
    ledger = Ledger(nurtured, SendingLimits.current(), now=now, seed=what_if.seed)
    walk = Walk(sequence, People(nurtured), Behavior(what_if.rates, what_if.seed), tally, ledger, now)
    walk.run(now + timedelta(days=what_if.days))
    return DryRun(what_if, now, len(leads), len(leads) - len(nurtured), tally, plan_of(sequence.pk).steps)


def _held_out(lead: Lead, sequence: Sequence) -> bool:
    """As it would be drawn."""
    if not sequence.holdout_percent:
        return False
    arm = arm_for(lead.pk, f"nurture:{sequence.key}", arms_of(sequence.holdout_percent))
    return arm.key == HELD_OUT


def _row(counts: Any, names: tuple[str, ...]) -> dict[str, int]:
    return {name: counts.get(name, 0) for name in names}
