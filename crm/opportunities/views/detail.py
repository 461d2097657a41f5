"""The page of one opportunity: where it stands, who is involved, what happened."""

from operator import attrgetter
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.opportunities.demands import Known, custom_known, demands_of, lacking, moves_of
from crm.opportunities.forms import NextStepForm
from crm.opportunities.history import stays
from crm.opportunities.models import DECIDES, Opportunity, Status
from crm.opportunities.views.access import visible_opportunity
from crm.people.requests import UserRequest
from crm.web.records import record_page
from crm.web.slots import record_facts, record_panels, record_writers
from crm.web.timeline import timeline


@require_safe
def detail(request: UserRequest, pk: int) -> HttpResponse:
    context = opportunity_context(request, visible_opportunity(request, pk))
    return record_page(
        request, "opportunities/opportunity_detail.html", "opportunities/opportunity_record.html", context
    )


def opportunity_context(request: UserRequest, opportunity: Opportunity) -> dict[str, Any]:
    user = request.user
    roles = list(opportunity.roles.select_related("contact"))
    can_change = user.has_perm("opportunities.change_opportunity")
    stages = list(opportunity.pipeline.stages.filter(status=Status.OPEN))
    demands = demands_of(opportunity.pipeline_id)
    competitors = list(opportunity.competitors.all()) if opportunity.has_competitors else []  # type: ignore[attr-defined]
    custom = {field for _, field in custom_known([opportunity.pk], demands)}
    known = Known({role.role for role in roles}, bool(competitors), custom)
    changes = list(opportunity.stage_changes.select_related("to_stage"))
    return {
        "opportunity": opportunity,
        "moves": moves_of(opportunity, stages, demands, known),
        "lacking": lacking(opportunity, demands, known) if opportunity.status == Status.OPEN else [],
        "competitors": competitors,
        "stays": stays(opportunity, changes, now=timezone.now()),
        "today": timezone.localdate(),
        "roles": roles,
        "decider_missing": not any(role.role in DECIDES for role in roles),
        "can_change": can_change,
        "can_assign": user.has_perm("opportunities.assign_opportunity"),
        "next_step_form": NextStepForm(instance=opportunity) if can_change else None,
        "timeline": (story := timeline(request, opportunity)).entries,
        "story": story,
        "facts": record_facts.collect(opportunity, user=user),
        "writers": record_writers.collect(opportunity, user=user),
        "panels": sorted(record_panels.collect(opportunity, user=user), key=attrgetter("order")),
    }
