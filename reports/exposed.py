"""The leads behind what the list of leads has no filter for: who answered a question, was in a sequence, got a step."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig, TemplateColumn
from django_tables2 import Table as ListTable

from crm.people.requests import UserRequest
from leads.filters import LeadFilter
from leads.models import Answer, Lead, Question
from nurture.models import Enrollment, Sequence, Step, Touch, TouchState
from reports.filters import LeadFilters

# What is exposed to, and the rows by which a lead was: the same as ``reports.facts.columns`` counts.
ROWS: dict[str, tuple[Any, Any, str, str]] = {
    "question": (Question, Answer.objects.all(), "question", "lead"),
    "sequence": (Sequence, Enrollment.objects.all(), "sequence", "lead"),
    "step": (Step, Touch.objects.filter(state=TouchState.SENT), "step", "enrollment__lead"),
}


class ExposedTable(ListTable):
    lead = TemplateColumn(
        '<a class="row-link" href="{{ record.get_absolute_url }}">{{ record }}</a>'
        "{% if record.company %}<br><small>{{ record.company }}</small>{% endif %}",
        order_by=("last_name", "first_name"),
    )
    stage = TemplateColumn("{% load ui %}{% stage_badge record %}", order_by="stage")
    path = TemplateColumn("{% load ui %}{% path_badge record %}", order_by="path")
    first_inquiry_at = TemplateColumn(
        "{% load ui %}{% relative_time record.first_inquiry_at %}", verbose_name="First inquiry"
    )

    class Meta:
        model = Lead
        fields: tuple[str, ...] = ()
        sequence = ("lead", "stage", "path", "first_inquiry_at")
        order_by = "-first_inquiry_at"
        caption = "Leads"


def link(filters: LeadFilters, kind: str, pk: int) -> str:
    """With the filters of the report; "" where the list of leads shows them."""
    if kind not in ROWS:
        return ""
    chosen = urlencode({name: str(value) for name, value in filters.chosen.items()})
    return f"{reverse('reports:exposed', args=[kind, pk])}{f'?{chosen}' if chosen else ''}"


@require_safe
def page(request: UserRequest, kind: str, pk: int) -> HttpResponse:
    if kind not in ROWS:
        raise Http404
    model, rows, field, lead = ROWS[kind]
    thing = get_object_or_404(model, pk=pk)
    mine = Exists(rows.filter(**{field: pk, lead: OuterRef("pk")}))
    leads = Lead.objects.live().visible_to(request.user).filter(mine)
    asked = LeadFilter(request.GET, queryset=leads, request=request)
    table = ExposedTable(asked.qs if asked.is_valid() else leads.none())
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    context = {"thing": thing, "kind": kind, "table": table, "found": table.paginator.count}
    return render(request, "reports/exposed.html", context, status=200 if asked.is_valid() else 400)
