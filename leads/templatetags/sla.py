"""The time to accept a lead: ``{% load sla %}``."""

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from leads.models import Lead

register = template.Library()


@register.simple_tag
def sla_clock(lead: Lead) -> SafeString:
    """``{% sla_clock lead %}``, after ``leads.clocks.set_clocks``: “3 h 20 min left”, the exact time on hover."""
    clock = lead.clock
    if clock is None:
        return SafeString("")
    local = timezone.localtime(clock.deadline)
    exact = f"Accept by {local:%a %d %b %Y, %H:%M} {local.tzname()}; counted is working time"
    pause = f", runs from {timezone.localtime(clock.runs_from):%a %H:%M}" if clock.runs_from else ""
    return format_html(
        '<time class="deadline deadline-{}" datetime="{}" title="{}">{}{}</time>',
        clock.state,
        clock.deadline.isoformat(),
        exact,
        clock.text,
        pause,
    )
