"""What nurture says on a lead's timeline: enrollments, e-mails and calls."""

from collections.abc import Iterator

from crm.people.models import User
from crm.web.slots import TimelineEntry
from leads.models import Lead
from nurture.models import CallAttempt, Enrollment, EnrollmentState, Touch, TouchKind, TouchState

TITLES = {
    TouchState.SENT: "E-mail sent",
    TouchState.FAILED: "E-mail failed",
    TouchState.UNKNOWN: "E-mail: not known whether it was sent",
}


def entries(lead: Lead, *, user: User) -> Iterator[TimelineEntry]:
    yield from _enrollments(lead)
    yield from _emails(lead)
    yield from _calls(lead)


def _enrollments(lead: Lead) -> Iterator[TimelineEntry]:
    enrollments = Enrollment.objects.filter(lead__in=Lead.objects.same_person(lead))
    for enrollment in enrollments.select_related("sequence"):
        name = enrollment.sequence.name
        yield TimelineEntry(enrollment.enrolled_at, "enrollment", f"Nurture began: {name}", icon="seedling")
        if enrollment.ended_at:
            exited = enrollment.state == EnrollmentState.EXITED
            why = enrollment.get_exit_reason_display() if exited else "All steps done"
            yield TimelineEntry(enrollment.ended_at, "enrollment", f"Nurture ended: {name}", icon="flag", body=why)


def _emails(lead: Lead) -> Iterator[TimelineEntry]:
    people = Lead.objects.same_person(lead)
    for touch in Touch.objects.filter(enrollment__lead__in=people, kind=TouchKind.EMAIL, state__in=TITLES):
        body = "\n".join(part for part in (touch.subject, touch.error) if part)
        at = touch.sent_at or touch.send_started_at or touch.due_at
        yield TimelineEntry(at, "email", TITLES[TouchState(touch.state)], icon="mail", body=body)


def _calls(lead: Lead) -> Iterator[TimelineEntry]:
    attempts = CallAttempt.objects.filter(task__lead__in=Lead.objects.same_person(lead))
    for attempt in attempts.select_related("by"):
        title = f"Call: {attempt.get_outcome_display().lower()}"
        yield TimelineEntry(attempt.at, "call", title, icon="phone", by=str(attempt.by), body=attempt.note)
