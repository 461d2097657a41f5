"""Numbers to press: ``{% load phones %}``."""

from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.people.calling import may_call
from crm.people.phones import zone_of

register = template.Library()


@register.simple_tag
def call_link(phone: str, *, zone: str = "", do_not_call: bool = False) -> SafeString:
    """``{% call_link lead.phone zone=lead.time_zone do_not_call=lead.do_not_call %}``: a link only while calling is
    allowed. Without ``zone`` it is the number's, else the reader's."""
    if do_not_call:
        return format_html('{} <span class="flag">Do not call</span>', phone)
    name = zone or zone_of(phone)
    there = ZoneInfo(name) if name else timezone.get_current_timezone()
    if may_call(timezone.now(), there):
        return format_html('<a href="tel:{0}">{0}</a>', phone)
    local = f"{timezone.now().astimezone(there):%H:%M}"
    return format_html(
        '<span title="Call between 8:00 and 21:00 their time: it is {1} there.">{0}</span>', phone, local
    )
