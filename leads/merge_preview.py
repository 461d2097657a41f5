"""Two leads side by side before they are merged."""

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

from crm.fields.merge_lines import lines as custom_lines
from crm.people.merge_views import Line
from crm.people.models import User
from leads.models import Lead
from leads.services.merge_fields import changes_for

SHOWN = {
    "first_name": "First name",
    "last_name": "Last name",
    "company": "Company",
    "job_title": "Job title",
    "email": "E-mail",
    "phone": "Phone",
    "website": "Website",
    "postcode": "Postcode",
    "city": "City",
    "region": "Region",
    "country": "Country",
    "industry": "Industry",
    "employees": "Employees",
    "source": "Source",
    "campaign": "Campaign",
    "owner": "Owner",
    "stage": "Stage",
    "path": "Path",
    "first_inquiry_at": "First inquiry",
    "email_opt_out": "Opted out of e-mail",
    "do_not_call": "Do not call",
}


def preview(survivor: Lead, duplicate: Lead, *, user: User) -> list[Line]:
    """Without the fields that both leave empty, and without custom ones that the user may not see."""
    changes = changes_for(survivor, duplicate)
    lines = [_line(name, survivor, duplicate, changes) for name in SHOWN]
    known = [line for line in lines if line.kept or line.given_up]
    return [*known, *custom_lines(survivor, duplicate, user)]


def _line(name: str, survivor: Lead, duplicate: Lead, changes: dict[str, Any]) -> Line:
    filled = name in changes or f"{name}_id" in changes
    kept, given_up = _shown(survivor, name), _shown(duplicate, name)
    return Line(SHOWN[name], kept, given_up, given_up if filled else kept, filled)


def _shown(lead: Lead, name: str) -> str:
    value = getattr(lead, name)
    if isinstance(value, datetime):
        return date_format(localtime(value), "j M Y, H:i")
    if isinstance(value, bool):
        return "Yes" if value else ""
    display = getattr(lead, f"get_{name}_display", None)
    return str(display() if display else value or "")
