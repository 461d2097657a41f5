"""The call queue."""

from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.people.calling import may_call
from nurture.models import CallTask

NUMBER = {"td": {"class": "number"}, "th": {"class": "number"}}


class CallTable(tables.Table):
    lead = tables.TemplateColumn(template_name="nurture/cells/call.html", orderable=False, verbose_name="Lead")
    value = tables.Column(orderable=False, attrs=NUMBER)
    local_time = tables.Column(accessor="lead", orderable=False, verbose_name="Their time")
    tries = tables.Column(accessor="tried", orderable=False, attrs=NUMBER)
    assignee = tables.TemplateColumn("{% load ui %}{% person record.assignee %}", orderable=False)
    due_at = tables.TemplateColumn("{% load ui %}{% deadline record.due_at %}", orderable=False, verbose_name="Due")

    class Meta:
        model = CallTask
        fields: tuple[str, ...] = ()
        sequence = ("lead", "value", "local_time", "tries", "assignee", "due_at")
        caption = "Calls"

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def render_local_time(self, record: CallTask) -> SafeString:
        """Their clock, and whether it lets us call."""
        zone = record.lead.zone
        clock = f"{self.now.astimezone(zone):%H:%M}"
        closed = "" if may_call(self.now, zone) else SafeString(' <span class="flag">not now</span>')
        return format_html('<span class="number" title="{}">{}</span>{}', zone.key, clock, closed)
