"""Why a lead was qualified or not, at each time that it was decided."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.people.requests import UserRequest
from leads.decision_history import history_of
from leads.views.access import visible_lead


@require_safe
def decisions(request: UserRequest, pk: int) -> HttpResponse:
    lead = visible_lead(request, pk)
    name = "leads/decisions.html" if request.htmx else "leads/decisions_page.html"  # type: ignore[attr-defined]
    return render(request, name, {"lead": lead, "history": history_of(lead)})
