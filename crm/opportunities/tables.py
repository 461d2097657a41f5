"""How opportunities look in a list."""

import django_tables2 as tables

from crm.fields.tables import CustomTable
from crm.opportunities.models import Opportunity
from crm.people.handover_lists import chosen_column

NUMBER = {"td": {"class": "number"}, "th": {"class": "number"}}


class OpportunityTable(CustomTable):
    chosen = chosen_column()
    name = tables.TemplateColumn(template_name="opportunities/cells/name.html", verbose_name="Opportunity")
    stage = tables.TemplateColumn(template_name="opportunities/cells/stage.html", order_by=("stage__position", "pk"))
    amount = tables.TemplateColumn("{% load ui %}{% money record.amount record.currency %}", attrs=NUMBER)
    close_date = tables.DateColumn(format="j M Y", verbose_name="Closes")
    next_step = tables.TemplateColumn(template_name="opportunities/cells/next_step.html", order_by=("next_step_on",))
    owner = tables.TemplateColumn(
        "{% load ui %}{% person record.owner %}", order_by=("owner__first_name", "owner__last_name")
    )
    path = tables.TemplateColumn("{% load ui %}{% path_badge record %}")

    class Meta:
        model = Opportunity
        fields: tuple[str, ...] = ()
        sequence = ("chosen", "name", "stage", "amount", "close_date", "next_step", "owner", "path")
        caption = "Opportunities"
        order_by = "close_date"
