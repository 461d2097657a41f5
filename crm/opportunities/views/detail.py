"""The page of one opportunity: where it stands, who is involved, what happened."""

from collections.abc import Iterator
from operator import attrgetter
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.opportunities.forms import NextStepForm
from crm.opportunities.models import BuyingRole, Opportunity, Status
from crm.opportunities.views.access import visible_opportunity
from crm.people.requests import UserRequest
from crm.web.records import newest_first, record_page
from crm.web.slots import TimelineEntry, record_panels, record_timeline, record_writers

DECIDES = (BuyingRole.DECISION_MAKER, BuyingRole.ECONOMIC_BUYER)


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
    happened = [*stage_entries(opportunity), *record_timeline.collect(opportunity, user=user)]
    return {
        "opportunity": opportunity,
        "stages": list(opportunity.pipeline.stages.filter(status=Status.OPEN)),
        "today": timezone.localdate(),
        "roles": roles,
        "decider_missing": not any(role.role in DECIDES for role in roles),
        "can_change": can_change,
        "next_step_form": NextStepForm(instance=opportunity) if can_change else None,
        "timeline": newest_first(happened),
        "writers": record_writers.collect(opportunity, user=user),
        "panels": sorted(record_panels.collect(opportunity, user=user), key=attrgetter("order")),
    }


def stage_entries(opportunity: Opportunity) -> Iterator[TimelineEntry]:
    for change in opportunity.stage_changes.select_related("from_stage", "to_stage", "by"):
        title = f"{change.from_stage} → {change.to_stage}" if change.from_stage else f"Opened in {change.to_stage}"
        who = str(change.by or "")
        yield TimelineEntry(change.at, "stage", title, icon="arrow-right", by=who, body=change.reason)
