"""How long an opportunity was in each stage."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from crm.opportunities.models import Opportunity, OpportunityStageChange, PipelineStage, Status


@dataclass(frozen=True)
class Stay:
    """In ``stage``, all visits together."""

    stage: PipelineStage
    lasted: timedelta
    visits: int
    current: bool

    @property
    def days(self) -> int:
        return self.lasted.days


def stays(opportunity: Opportunity, changes: list[OpportunityStageChange], *, now: datetime) -> list[Stay]:
    """In the order of the first visit; the end of it, won or lost, lasts no time."""
    visits = [(change, later.at) for change, later in pairwise(changes)]
    if changes and opportunity.status == Status.OPEN:
        visits.append((changes[-1], now))
    found: dict[int, Stay] = {}
    for change, until in visits:
        stage = change.to_stage
        if stage.status != Status.OPEN:
            continue
        before = found.get(stage.pk, Stay(stage, timedelta(0), 0, current=False))
        lasted = before.lasted + max(until - change.at, timedelta(0))
        found[stage.pk] = Stay(stage, lasted, before.visits + 1, current=stage.pk == opportunity.stage_id)
    return list(found.values())
