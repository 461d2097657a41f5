"""What a stage demands and an opportunity does not say yet: asked before a move, on pages and in the service."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from crm.fields.models import CustomField
from crm.opportunities.models import (
    DECIDES,
    BuyingRole,
    DemandedField,
    Opportunity,
    OpportunityCompetitor,
    OpportunityContact,
    OpportunityFieldValue,
    PipelineStage,
    StageDemand,
    Status,
)
from crm.web.holding import held


@dataclass
class Known:
    """What is known of an opportunity beside its own columns; ``custom``: ids of the custom fields with a value."""

    roles: set[str] = field(default_factory=set)
    competitors: bool = False
    custom: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Move:
    """A stage and what it still needs, for a person; "" where the way is free."""

    stage: PipelineStage
    needs: str


def who_moves_must_see(custom: CustomField) -> Iterator[str]:
    """Nobody fills in what they may not see."""
    for demand in custom.stage_demands.select_related("stage"):
        yield f"Whoever moves an opportunity must see it: the stage “{demand.stage}” asks for it."


@held
def demands_of(pipeline_id: int) -> list[StageDemand]:
    """Of all stages of the pipeline, in their order."""
    demands = StageDemand.objects.filter(stage__pipeline=pipeline_id).exclude(stage__status=Status.LOST)
    in_use = demands.exclude(custom_field__active=False)
    return list(in_use.select_related("stage", "custom_field").order_by("stage__position", "pk"))


def known_of(opportunities: Iterable[Opportunity], demands: Iterable[StageDemand]) -> dict[int, Known]:
    """By primary key; at most three queries, none where nothing is demanded."""
    known: dict[int, Known] = defaultdict(Known)
    pks = [opportunity.pk for opportunity in opportunities]
    if any(demand.role for demand in demands):
        roles = OpportunityContact.objects.filter(opportunity__in=pks).exclude(role="")
        for pk, role in roles.values_list("opportunity", "role"):
            known[pk].roles.add(role)
    if any(demand.field == DemandedField.COMPETITORS for demand in demands):
        for pk in OpportunityCompetitor.objects.filter(opportunity__in=pks).values_list("opportunity", flat=True):
            known[pk].competitors = True
    for pk, custom in custom_known(pks, demands):
        known[pk].custom.add(custom)
    return known


def custom_known(pks: Iterable[int], demands: Iterable[StageDemand]) -> Iterable[tuple[int, int]]:
    """Opportunity and custom field, of those that are demanded."""
    wanted = {demand.custom_field_id for demand in demands if demand.custom_field_id}
    if not wanted:
        return ()
    return OpportunityFieldValue.objects.filter(record__in=pks, field__in=wanted).values_list("record_id", "field_id")


def missing_for(opportunity: Opportunity, stage: PipelineStage) -> list[StageDemand]:
    """What has to be known before it moves to ``stage``."""
    demands = demands_of(stage.pipeline_id)
    return unmet(opportunity, stage, demands, known_of([opportunity], demands)[opportunity.pk])


def unmet(
    opportunity: Opportunity, stage: PipelineStage, demands: list[StageDemand], known: Known
) -> list[StageDemand]:
    """A stage asks for what it and all before it demand, winning for what any stage demands, losing for nothing; a move
    back in the same pipeline asks for nothing either."""
    if stage.status == Status.LOST or _is_back(opportunity, stage):
        return []
    won = stage.status == Status.WON
    asked = [demand for demand in demands if won or demand.stage.position <= stage.position]
    return _each_once(demand for demand in asked if not is_met(demand, opportunity, known))


def _is_back(opportunity: Opportunity, stage: PipelineStage) -> bool:
    """From lost nothing is back: it may never have been asked."""
    now = opportunity.stage
    same = now.pipeline_id == stage.pipeline_id
    return same and stage.status == Status.OPEN and now.status != Status.LOST and stage.position <= now.position


def is_met(demand: StageDemand, opportunity: Opportunity, known: Known) -> bool:
    if demand.role == BuyingRole.DECISION_MAKER:
        return not known.roles.isdisjoint(DECIDES)
    if demand.role:
        return demand.role in known.roles
    if demand.custom_field_id:
        return demand.custom_field_id in known.custom
    if demand.field == DemandedField.COMPETITORS:
        return known.competitors
    return getattr(opportunity, demand.field, None) not in (None, "")


def _each_once(demands: Iterable[StageDemand]) -> list[StageDemand]:
    return list({(demand.role, demand.field, demand.custom_field_id): demand for demand in demands}.values())


def moves_of(
    opportunity: Opportunity, stages: Iterable[PipelineStage], demands: list[StageDemand], known: Known
) -> list[Move]:
    """One for each stage, its own too."""
    return [Move(stage, _in_words(unmet(opportunity, stage, demands, known))) for stage in stages]


def lacking(opportunity: Opportunity, demands: list[StageDemand], known: Known) -> list[StageDemand]:
    """What its stage demands, or one before it, and is not known (any more)."""
    reached = [demand for demand in demands if demand.stage.position <= opportunity.stage.position]
    return _each_once(demand for demand in reached if not is_met(demand, opportunity, known))


def _in_words(demands: list[StageDemand]) -> str:
    return ", ".join(str(demand) for demand in demands)
