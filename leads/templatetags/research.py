"""How research is shown: ``{% load research %}``."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.people.recorded import Recorded
from crm.web.links import host_of
from crm.web.templatetags.ui import icon, relative_time
from leads.models import Finding
from leads.networks import network_icon as icon_of

register = template.Library()
register.filter("host", host_of)


@register.simple_tag
def network_icon(profile: Finding) -> SafeString:
    return icon(icon_of(profile.url))


@register.simple_tag
def found_by(row: Recorded) -> SafeString:
    """Who said so last, and when."""
    who, at = (row.changed_by, row.changed_at) if row.changed_at else (row.by, row.at)
    return format_html("{} {}", who or "Imported", relative_time(at))
