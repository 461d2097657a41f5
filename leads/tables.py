"""How leads look in a list."""

import django_tables2 as tables
from django.http import HttpRequest
from django.utils import timezone

from crm.fields.tables import CustomTable
from leads.clocks import set_clocks
from leads.models import Lead


class LeadTable(CustomTable):
    chosen = tables.TemplateColumn(
        template_name="leads/cells/chosen.html",
        orderable=False,
        verbose_name="",
        attrs={"td": {"class": "cell-check"}, "th": {"class": "cell-check"}},
    )
    lead = tables.TemplateColumn(
        template_name="leads/cells/lead.html", order_by=("last_name", "first_name", "email"), verbose_name="Lead"
    )
    stage = tables.TemplateColumn(template_name="leads/cells/stage.html", order_by=("stage", "accept_by"))
    path = tables.TemplateColumn("{% load ui %}{% path_badge record %}")
    score = tables.Column(attrs={"td": {"class": "number"}, "th": {"class": "number"}})
    source = tables.Column(order_by="source__name", default="")
    owner = tables.TemplateColumn(
        "{% load ui %}{% person record.owner %}", order_by=("owner__first_name", "owner__last_name")
    )
    last_inquiry_at = tables.TemplateColumn(
        "{% load ui %}{% relative_time record.last_inquiry_at %}", verbose_name="Last inquiry"
    )

    class Meta:
        model = Lead
        fields: tuple[str, ...] = ()
        sequence = ("chosen", "lead", "stage", "path", "score", "source", "owner", "last_inquiry_at")
        caption = "Leads"
        order_by = "-last_inquiry_at"

    def before_render(self, request: HttpRequest) -> None:
        super().before_render(request)
        set_clocks([row.record for row in self.paginated_rows], now=timezone.now())
