"""How contacts look in a list."""

import django_tables2 as tables

from crm.contacts.models import Contact
from crm.fields.tables import CustomTable
from crm.people.handover_lists import chosen_column


class ContactTable(CustomTable):
    chosen = chosen_column()
    name = tables.TemplateColumn(
        template_name="contacts/cells/name.html", order_by=("last_name", "first_name"), verbose_name="Contact"
    )
    account = tables.TemplateColumn(
        "<a href=\"{% url 'accounts:detail' record.account_id %}\">{{ record.account }}</a>", order_by="account__name"
    )
    email = tables.TemplateColumn(template_name="contacts/cells/email.html", verbose_name="E-mail")
    phone = tables.TemplateColumn(template_name="contacts/cells/phone.html")
    owner = tables.TemplateColumn(
        "{% load ui %}{% person record.owner %}", order_by=("owner__first_name", "owner__last_name")
    )

    class Meta:
        model = Contact
        fields: tuple[str, ...] = ()
        sequence = ("chosen", "name", "account", "email", "phone", "owner")
        caption = "Contacts"
        order_by = "name"
