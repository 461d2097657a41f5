"""The pipeline as a board: a column per open stage."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.opportunities.models import Opportunity, Pipeline, PipelineStage, Status
from crm.opportunities.queries import Total, totals, totals_by_stage
from crm.people.requests import UserRequest
from crm.web.records import record_page

SHOWN = 50


@dataclass(frozen=True)
class Column:
    stage: PipelineStage
    cards: list[Opportunity]
    totals: list[Total]

    @property
    def count(self) -> int:
        return sum(total.count for total in self.totals)

    @property
    def left_out(self) -> int:
        return self.count - len(self.cards)


@require_safe
def board(request: UserRequest) -> HttpResponse:
    """``?pipeline=`` another one than the default; ``?mine=1`` only own ones."""
    pipelines = list(Pipeline.objects.all())
    chosen = request.GET.get("pipeline", "")
    pipeline = get_object_or_404(Pipeline, pk=chosen) if chosen.isdecimal() else next(iter(pipelines), None)
    found = Opportunity.objects.visible_to(request.user).open().filter(pipeline=pipeline)
    if request.GET.get("mine"):
        found = found.owned_by(request.user)
    stages = list(pipeline.stages.filter(status=Status.OPEN)) if pipeline else []
    context = {
        "columns": _columns(stages, found),
        "stages": stages,
        "pipeline": pipeline,
        "pipelines": pipelines,
        "totals": totals(found),
        "today": timezone.localdate(),
        "mine": bool(request.GET.get("mine")),
        "can_change": request.user.has_perm("opportunities.change_opportunity"),
    }
    return record_page(request, "opportunities/board.html", "opportunities/board_columns.html", context)


def _columns(stages: list[PipelineStage], found: QuerySet[Opportunity]) -> list[Column]:
    by_stage = totals_by_stage(found)
    cards: dict[int, list[Opportunity]] = defaultdict(list)
    place = Window(RowNumber(), partition_by=F("stage"), order_by=["close_date", "pk"])
    for opportunity in found.select_related("account", "owner").annotate(place=place).filter(place__lte=SHOWN):
        cards[opportunity.stage_id].append(opportunity)
    return [Column(stage, cards[stage.pk], by_stage.get(stage.pk, [])) for stage in stages]
