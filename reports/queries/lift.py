"""What became of the arms of an experiment, each lead in the arm that it was drawn into. One query."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, Q, Value, When

from crm.people.models import User
from leads.models import Draw, Experiment
from leads.populations import REACHED, WON, Reached
from reports.filters import LeadFilters
from reports.queries.population import counted_leads

OPPORTUNITY = "lead__conversion__opportunity"


@dataclass
class ArmFigures:
    """``amounts``: what each lead brought, 0 for most, to how many leads."""

    arm: Any
    leads: int = 0
    engaged: int = 0
    qualified: int = 0
    won: int = 0
    amounts: dict[Decimal, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, other: "ArmFigures") -> None:
        for name in ("leads", "engaged", "qualified", "won"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for amount, count in other.amounts.items():
            self.amounts[amount] += count


def experiment_of(filters: LeadFilters) -> Experiment | None:
    """The chosen one, else the newest that has leads in it."""
    chosen = filters.setting("experiment")
    found = Experiment.objects.filter(pk=chosen) if chosen else Experiment.objects.filter(draws__isnull=False)
    return found.order_by("-started_at", "-pk").first()


def arms(experiment: Experiment, *, user: User | None, filters: LeadFilters, currency: str) -> list[ArmFigures]:
    """The control first. Amounts that are not in the company's currency, nor have a rate, count as 0."""
    leads = counted_leads(user=user, filters=filters).order_by().values("pk")
    found = {arm.pk: ArmFigures(arm) for arm in experiment.arms.all()}
    won = prefixed(WON, "lead__")
    worth = Case(
        When(won & Q(**{f"{OPPORTUNITY}__currency": currency}), then=F(f"{OPPORTUNITY}__amount")),
        When(won & Q(**{f"{OPPORTUNITY}__company_currency": currency}), then=F(f"{OPPORTUNITY}__company_amount")),
        default=Value(Decimal(0)),
        output_field=DecimalField(max_digits=14, decimal_places=2),
    )
    rows = (
        Draw.objects.filter(experiment=experiment, lead__in=leads)
        .order_by()
        .values("arm", worth=worth)
        .annotate(
            leads=Count("pk"),
            engaged=Count("pk", filter=prefixed(REACHED[Reached.ENGAGED], "lead__")),
            qualified=Count("pk", filter=prefixed(REACHED[Reached.QUALIFIED], "lead__")),
            won=Count("pk", filter=won),
        )
    )
    for row in rows:
        amount = row["worth"] or Decimal(0)
        one = ArmFigures(None, row["leads"], row["engaged"], row["qualified"], row["won"], {amount: row["leads"]})
        found[row["arm"]].add(one)
    return list(found.values())


def prefixed(condition: Q, prefix: str) -> Q:
    """The same condition of a lead, seen from a record that leads to it."""
    moved = Q(_connector=condition.connector, _negated=condition.negated)
    children: list[Any] = list(condition.children)
    moved.children = [
        prefixed(child, prefix) if isinstance(child, Q) else (f"{prefix}{child[0]}", child[1]) for child in children
    ]
    return moved
