"""The list of leads, and the same rows for a spreadsheet."""

from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from crm.people.requests import UserRequest
from crm.web.exports import csv_response
from crm.web.filters import tabs
from crm.web.lists import RecordList
from leads.filters import VIEWS, LeadFilter
from leads.forms.bulk import bulk_form
from leads.models import Lead
from leads.tables import LeadTable

EXPORTED = {
    "id": "pk",
    "first name": "first_name",
    "last name": "last_name",
    "company": "company",
    "job title": "job_title",
    "email": "email",
    "phone": "phone",
    "city": "city",
    "country": "country",
    "stage": "stage",
    "path": "path",
    "score": "score",
    "source": "source__name",
    "campaign": "campaign__name",
    "owner": "owner__email",
    "first inquiry": "first_inquiry_at",
    "last inquiry": "last_inquiry_at",
}


class LeadList(RecordList):
    queryset = Lead.objects.live().select_related("source", "owner__team", "team")
    filterset_class = LeadFilter
    table_class = LeadTable
    template_name = "leads/lead_list.html"
    fragment_template = "leads/lead_results.html"

    def get_table_kwargs(self) -> dict[str, Any]:
        can_change = self.request.user.has_perm("leads.change_lead")
        return {} if can_change else {"exclude": ("chosen",)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        user, view = self.request.user, self.request.GET.get("view", "")
        records = self.get_queryset()
        return context | {
            "tabs": tabs(VIEWS, records, user=user, current=view),
            "bulk_form": bulk_form(user),
        }


@require_safe
def export(request: UserRequest) -> HttpResponseBase:
    """Exactly the rows that the filtered list shows on all its pages."""
    leads: QuerySet[Lead] = Lead.objects.live().visible_to(request.user)
    filtered = LeadFilter(request.GET, queryset=leads, request=request)
    found = filtered.qs if filtered.is_valid() else leads.none()
    rows = found.order_by("-last_inquiry_at", "-pk").values_list(*EXPORTED.values())
    return csv_response(name="leads", header=EXPORTED, rows=rows.iterator(chunk_size=2000))
