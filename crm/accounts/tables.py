"""How accounts look in a list."""

import django_tables2 as tables

from crm.accounts.models import Account
from crm.fields.tables import CustomTable
from crm.people.handover_lists import chosen_column


class AccountTable(CustomTable):
    chosen = chosen_column()
    name = tables.TemplateColumn(template_name="accounts/cells/name.html", verbose_name="Account")
    industry = tables.Column(default="")
    employees = tables.Column(default="", attrs={"td": {"class": "number"}, "th": {"class": "number"}})
    city = tables.TemplateColumn(
        "{{ record.city }}{% if record.city and record.country %}, {% endif %}{{ record.country }}",
        order_by=("country", "city"),
        verbose_name="Place",
    )
    owner = tables.TemplateColumn(
        "{% load ui %}{% person record.owner %}", order_by=("owner__first_name", "owner__last_name")
    )
    created_at = tables.TemplateColumn("{% load ui %}{% relative_time record.created_at %}", verbose_name="Added")

    class Meta:
        model = Account
        fields: tuple[str, ...] = ()
        sequence = ("chosen", "name", "industry", "employees", "city", "owner", "created_at")
        caption = "Accounts"
        order_by = "name"
