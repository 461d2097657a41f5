"""What the home page of the admin shows: the last weeks, and what waits for somebody."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from crm.people.models import User
from crm.people.requests import user_of
from leads.models import Inquiry, Lead
from nurture.models import Enrollment, EnrollmentState, InboundMail, Mailbox, RefusedPost, Touch, TouchState
from reports.declarations.repeat_or_delete import REPORT
from reports.declarations.verdicts import DELETE, REPEAT
from reports.results import Line

WEEKS = 6
MOST = 8


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    now = timezone.now()
    leads = Lead.objects.live().visible_to(user_of(request))
    user = user_of(request)
    return context | {"weeks": weeks(leads, now), "waiting": waiting(leads, now), "decide": to_decide(user, now)}


def to_decide(user: User, now: datetime) -> list[Line]:
    """What the report says to repeat or delete, and runs still."""
    result = REPORT.run(user=user, filters=REPORT.filters({}, user=user), now=now)
    found = [line for line in result.found.main.lines if line.cells["verdict"] in (DELETE, REPEAT)]
    return [line for line in found if line.action or not line.cells["state"]][:MOST]


def weeks(leads: Any, now: datetime) -> list[dict[str, Any]]:
    """Newest first, each of seven days that end now."""
    bounds = [(now - timedelta(weeks=i + 1), now - timedelta(weeks=i)) for i in range(WEEKS)]
    inquiries = _counts(Inquiry.objects.filter(lead__in=leads), "received_at", bounds)
    qualified = _counts(leads.exclude(path="unqualified"), "reached_sales_at", bounds)
    sent = _counts(Touch.objects.filter(state=TouchState.SENT, enrollment__lead__in=leads), "sent_at", bounds)
    return [
        {"start": start, "end": end, "inquiries": inquiries[i], "qualified": qualified[i], "mails": sent[i]}
        for i, (start, end) in enumerate(bounds)
    ]


def _counts(rows: Any, field: str, bounds: list[tuple[datetime, datetime]]) -> list[int]:
    rows = rows.filter(**{f"{field}__gte": bounds[-1][0]})
    counts = {
        str(i): Count("pk", filter=Q(**{f"{field}__gte": start, f"{field}__lt": end}))
        for i, (start, end) in enumerate(bounds)
    }
    found = rows.aggregate(**{f"week_{i}": count for i, count in counts.items()})
    return [found[f"week_{i}"] for i in range(len(bounds))]


def waiting(leads: Any, now: datetime) -> list[dict[str, Any]]:
    touches = Touch.objects.filter(enrollment__lead__in=leads)
    touch_list, lead_list = reverse("admin:nurture_touch_changelist"), reverse("admin:leads_lead_changelist")
    return [
        _card("Leads to accept", leads.awaiting_acceptance().count(), f"{lead_list}?stage__exact=mql"),
        _card("Past the time to accept", leads.awaiting_acceptance().past_sla(now).count(), lead_list, urgent=True),
        _card(
            "Leads in nurture",
            Enrollment.objects.filter(state=EnrollmentState.ACTIVE, lead__in=leads).count(),
            f"{reverse('admin:nurture_enrollment_changelist')}?state__exact=active",
        ),
        _card(
            "Failed touches",
            touches.filter(state=TouchState.FAILED).count(),
            f"{touch_list}?state__exact=failed",
            urgent=True,
        ),
        _card(
            "Touches not known to be sent",
            touches.filter(state=TouchState.UNKNOWN).count(),
            f"{touch_list}?state__exact=unknown",
            urgent=True,
        ),
        _card(
            "Mail from nobody we know",
            InboundMail.objects.to_look_at().count(),
            f"{reverse('admin:nurture_inboundmail_changelist')}?kind__exact=unmatched",
        ),
        _card(
            "Mailboxes that cannot be read",
            Mailbox.objects.filter(active=True).exclude(error="").count(),
            reverse("admin:nurture_mailbox_changelist"),
            urgent=True,
        ),
        _card(
            "Posts refused since yesterday",
            RefusedPost.objects.filter(last_at__gte=now - timedelta(days=1)).count(),
            reverse("admin:nurture_refusedpost_changelist"),
            urgent=True,
        ),
    ]


def _card(title: str, count: int, link: str, *, urgent: bool = False) -> dict[str, Any]:
    return {"title": title, "count": count, "link": link, "urgent": urgent and count > 0}
