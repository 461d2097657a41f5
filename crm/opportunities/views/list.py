"""The list of opportunities with its totals, and the same rows for a spreadsheet."""

from typing import Any

from crm.fields.lists import CustomList, RecordExport
from crm.opportunities.filters import VIEWS, OpportunityFilter
from crm.opportunities.models import Opportunity
from crm.opportunities.queries import totals
from crm.opportunities.tables import OpportunityTable
from crm.people.handover_lists import HandsOver
from crm.web.filters import tabs

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


class OpportunityList(HandsOver, CustomList):
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


class OpportunityExport(RecordExport):
    queryset = Opportunity.objects.all()
    filterset_class = OpportunityFilter
    columns = EXPORTED
    order = ("close_date", "pk")
    name = "opportunities"
