"""The list of opportunities with its totals, and the same rows for a spreadsheet."""

from typing import Any

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from crm.opportunities.filters import VIEWS, OpportunityFilter
from crm.opportunities.models import Opportunity
from crm.opportunities.queries import totals
from crm.opportunities.tables import OpportunityTable
from crm.people.requests import UserRequest
from crm.web.exports import csv_response
from crm.web.filters import tabs
from crm.web.lists import RecordList

EXPORTED = {
    "id": "pk",
    "name": "name",
    "account": "account__name",
    "stage": "stage__name",
    "status": "status",
    "amount": "amount",
    "currency": "currency",
    "amount in company currency": "company_amount",
    "company currency": "company_currency",
    "rate": "rate",
    "rate of": "rate_on",
    "forecast": "forecast_category",
    "close date": "close_date",
    "closed because": "closed_because__name",
    "close reason": "close_reason",
    "lost to": "lost_to__name",
    "next step": "next_step",
    "next step on": "next_step_on",
    "path": "path",
    "source": "source__name",
    "owner": "owner__email",
}


class OpportunityList(RecordList):
    queryset = Opportunity.objects.select_related("account", "stage", "owner")
    filterset_class = OpportunityFilter
    table_class = OpportunityTable
    template_name = "opportunities/opportunity_list.html"
    fragment_template = "opportunities/opportunity_results.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        user, view = self.request.user, self.request.GET.get("view", "")
        return context | {
            "tabs": tabs(VIEWS, self.get_queryset(), user=user, current=view),
            "totals": totals(context["filter"].qs),
        }


@require_safe
def export(request: UserRequest) -> HttpResponseBase:
    """Exactly the rows that the filtered list shows on all its pages."""
    visible = Opportunity.objects.visible_to(request.user)
    filtered = OpportunityFilter(request.GET, queryset=visible, request=request)
    found = filtered.qs if filtered.is_valid() else visible.none()
    rows = found.order_by("close_date", "pk").values_list(*EXPORTED.values())
    return csv_response(name="opportunities", header=EXPORTED, rows=rows.iterator(chunk_size=2000))
