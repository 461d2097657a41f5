"""The call queue."""

import django_tables2 as tables

from nurture.models import CallTask

NUMBER = {"td": {"class": "number"}, "th": {"class": "number"}}


class CallTable(tables.Table):
    lead = tables.TemplateColumn(template_name="nurture/cells/call.html", orderable=False, verbose_name="Lead")
    local_time = tables.TemplateColumn(
        "{% load clock %}{% if record.lead.time_zone %}{% local_clock record.lead.time_zone %}{% endif %}",
        orderable=False,
        verbose_name="Their time",
    )
    tries = tables.Column(
        accessor="tried", orderable=False, attrs={"td": {"class": "number"}, "th": {"class": "number"}}
    )
    assignee = tables.TemplateColumn("{% load ui %}{% person record.assignee %}", orderable=False)
    due_at = tables.TemplateColumn("{% load ui %}{% deadline record.due_at %}", orderable=False, verbose_name="Due")

    class Meta:
        model = CallTask
        fields: tuple[str, ...] = ()
        sequence = ("lead", "local_time", "tries", "assignee", "due_at")
        caption = "Calls"
