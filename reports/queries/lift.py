"""What became of the arms of an experiment, each lead in the arm that it was drawn into. One query."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q

from crm.people.models import User
from leads.models import Arm, Draw, Experiment
from nurture.queries import HELD_OUT
from reports.facts.counts import ENGAGED, LEADS, QUALIFIED, WON
from reports.facts.reading import counted
from reports.facts.tokens import tokens
from reports.filters import LeadFilters
from reports.queries.money import BROUGHT
from reports.statistics.money import Amounts

COUNTED: dict[str, Any] = {"leads": LEADS, "engaged": ENGAGED, "qualified": QUALIFIED, "won": WON}


@dataclass
class ArmFigures:
    arm: Any
    leads: int = 0
    engaged: int = 0
    qualified: int = 0
    won: int = 0
    amounts: Amounts = field(default_factory=Amounts)

    def add(self, other: "ArmFigures") -> None:
        for name in (*COUNTED, "amounts"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def experiment_of(filters: LeadFilters) -> Experiment | None:
    """The chosen one, else the newest with leads in it: of hold-outs from nurture, where there are any."""
    if chosen := filters.setting("experiment"):
        return Experiment.objects.filter(pk=chosen).first()
    drawn = Exists(Draw.objects.filter(experiment=OuterRef("pk")))
    of_nurture = Exists(Arm.objects.filter(experiment=OuterRef("pk"), key=HELD_OUT))
    return Experiment.objects.filter(drawn).order_by(of_nurture.desc(), "-started_at", "-pk").first()


def arms(experiment: Experiment, *, user: User | None, filters: LeadFilters) -> list[ArmFigures]:
    """The control first. Amounts that are not in the company's currency, nor have a rate, count as 0."""
    found = {f"a{arm.pk}": ArmFigures(arm) for arm in experiment.arms.all()}
    for row in counted("arms", user=user, filters=filters, only=~Q(arms=""), **COUNTED, **BROUGHT):
        amounts = Amounts.of(row["leads"], row["total"], row["squares"])
        one = ArmFigures(None, **{name: row[name] for name in COUNTED}, amounts=amounts)
        for token in tokens(row["arms"]):
            if token in found:
                found[token].add(one)
    return list(found.values())
