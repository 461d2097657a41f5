"""What nurture adds beside a lead: its calls and its sequence."""

from collections.abc import Iterator

from crm.people.models import User
from crm.web.slots import Section
from leads.models import Lead
from nurture.models import CallTask, EnrollmentState, TouchState


def sections(lead: Lead, *, user: User) -> Iterator[Section]:
    if user.has_perm("nurture.make_call") and lead.phone:
        call = CallTask.objects.visible_to(user).open().filter(lead=lead).select_related("assignee").first()
        yield Section(29, "nurture/call_panel.html", {"lead": lead, "call": call})
    yield from _nurture(lead, user)


def _nurture(lead: Lead, user: User) -> Iterator[Section]:
    enrollment = lead.enrollments.select_related("sequence").order_by("-enrolled_at").first()
    if enrollment is None:
        return
    active = enrollment.state == EnrollmentState.ACTIVE
    coming = enrollment.touches.filter(state__in=[TouchState.PLANNED, TouchState.CLAIMED]).select_related("step")
    context = {
        "enrollment": enrollment,
        "active": active,
        "coming": coming.order_by("due_at").first() if active else None,
        "may_stop": active and user.has_perm("nurture.stop_enrollment"),
    }
    yield Section(30, "nurture/panel.html", context)
