"""The pipeline as a board: a column per open stage."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.opportunities.demands import Move, demands_of, known_of, moves_of
from crm.opportunities.models import Opportunity, Pipeline, PipelineStage, Status
from crm.opportunities.queries import Totals, totals, totals_by_stage
from crm.people.models import Company
from crm.people.requests import UserRequest
from crm.web.holding import holding
from crm.web.records import record_page

SHOWN = 50


@dataclass(frozen=True)
class Column:
    stage: PipelineStage
    cards: list[Opportunity]
    totals: Totals

    @property
    def left_out(self) -> int:
        return self.totals.count - len(self.cards)


@require_safe
def board(request: UserRequest) -> HttpResponse:
    """``?pipeline=`` another one than the default; ``?mine=1`` only own ones."""
    with holding():
        return record_page(request, "opportunities/board.html", "opportunities/board_columns.html", _context(request))


def _context(request: UserRequest) -> dict[str, Any]:
    pipelines = list(Pipeline.objects.all())
    chosen = request.GET.get("pipeline", "")
    pipeline = get_object_or_404(Pipeline, pk=chosen) if chosen.isdecimal() else next(iter(pipelines), None)
    found = Opportunity.objects.visible_to(request.user).open().filter(pipeline=pipeline)
    if request.GET.get("mine"):
        found = found.owned_by(request.user)
    stages = list(pipeline.stages.filter(status=Status.OPEN)) if pipeline else []
    columns = _columns(stages, found)
    return {
        "columns": columns,
        "moves": _moves(columns, pipeline),
        "stages": stages,
        "pipeline": pipeline,
        "pipelines": pipelines,
        "totals": totals(found),
        "today": timezone.localdate(),
        "mine": bool(request.GET.get("mine")),
        "can_change": request.user.has_perm("opportunities.change_opportunity"),
    }


def _columns(stages: list[PipelineStage], found: QuerySet[Opportunity]) -> list[Column]:
    by_stage = totals_by_stage(found)
    cards: dict[int, list[Opportunity]] = defaultdict(list)
    place = Window(RowNumber(), partition_by=F("stage"), order_by=["close_date", "pk"])
    shown = found.select_related("account", "owner", "stage")
    for opportunity in shown.annotate(place=place).filter(place__lte=SHOWN):
        cards[opportunity.stage_id].append(opportunity)
    nothing = Totals(Company.current().currency)
    return [Column(stage, cards[stage.pk], by_stage.get(stage.pk, nothing)) for stage in stages]


def _moves(columns: list[Column], pipeline: Pipeline | None) -> dict[int, list[Move]]:
    """Where each card can go, by its primary key."""
    cards = [card for column in columns for card in column.cards]
    if not (pipeline and cards):
        return {}
    stages = [column.stage for column in columns]
    demands = demands_of(pipeline.pk)
    known = known_of(cards, demands)
    return {card.pk: moves_of(card, stages, demands, known[card.pk]) for card in cards}
