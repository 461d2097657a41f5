"""The nurture panel beside a lead."""

from collections.abc import Iterator

from crm.people.models import User
from crm.web.slots import Section
from leads.models import Lead
from nurture.models import CallTaskState, EnrollmentState, TouchState


def sections(lead: Lead, *, user: User) -> Iterator[Section]:
    enrollment = lead.enrollments.select_related("sequence").order_by("-enrolled_at").first()
    if enrollment is None:
        return
    active = enrollment.state == EnrollmentState.ACTIVE
    coming = enrollment.touches.filter(state__in=[TouchState.PLANNED, TouchState.CLAIMED]).select_related("step")
    context = {
        "enrollment": enrollment,
        "active": active,
        "coming": coming.order_by("due_at").first() if active else None,
        "call": lead.call_tasks.filter(state=CallTaskState.OPEN).first(),
        "may_call": user.has_perm("nurture.make_call"),
        "may_stop": active and user.has_perm("nurture.stop_enrollment"),
    }
    yield Section(30, "nurture/panel.html", context)
