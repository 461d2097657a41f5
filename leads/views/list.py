"""The list of leads, and the same rows for a spreadsheet."""

from typing import Any

from crm.fields.lists import CustomList, RecordExport
from crm.web.filters import tabs
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


class LeadList(CustomList):
    queryset = Lead.objects.live().select_related("source", "owner__team", "team")
    filterset_class = LeadFilter
    table_class = LeadTable
    template_name = "leads/lead_list.html"
    fragment_template = "leads/lead_results.html"

    def get_table_kwargs(self) -> dict[str, Any]:
        can_change = self.request.user.has_perm("leads.change_lead")
        return super().get_table_kwargs() | ({} if can_change else {"exclude": ("chosen",)})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        user, view = self.request.user, self.request.GET.get("view", "")
        records = self.get_queryset()
        return context | {
            "tabs": tabs(VIEWS, records, user=user, current=view),
            "bulk_form": bulk_form(user),
        }


class LeadExport(RecordExport):
    queryset = Lead.objects.live()
    filterset_class = LeadFilter
    columns = EXPORTED
    order = ("-last_inquiry_at", "-pk")
    name = "leads"
