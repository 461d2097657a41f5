"""What time it is where somebody is: ``{% load clock %}``."""

from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def local_clock(zone: str) -> SafeString:
    """``{% local_clock lead.time_zone %}``: 14:05, and the zone on hover."""
    local = timezone.now().astimezone(ZoneInfo(zone))
    return format_html('<span class="number" title="{}">{}</span>', zone, f"{local:%H:%M}")
