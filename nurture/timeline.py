"""What nurture says on a lead's timeline: enrollments, e-mails and calls."""

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from crm.web.slots import TimelineEntry
from crm.web.timeline import Source, Story
from leads.models import Lead
from nurture.models import (
    CallAttempt,
    CallChange,
    Click,
    Enrollment,
    EnrollmentState,
    InboundKind,
    InboundMail,
    Touch,
    TouchKind,
    TouchState,
    Verdict,
)
from nurture.models.clicks import LOOKED_AT
from nurture.times import in_words

LONGEST = 2_000  # signs of a mail
TITLES = {
    TouchState.SENT: "E-mail sent",
    TouchState.FAILED: "E-mail failed",
    TouchState.UNKNOWN: "E-mail: not known whether it was sent",
}


def _began(enrollment: Enrollment, story: Story) -> TimelineEntry:
    title = f"Nurture began: {enrollment.sequence.name}"
    return TimelineEntry(enrollment.enrolled_at, "enrollment", title, icon="seedling")


def _ended(enrollment: Enrollment, story: Story) -> TimelineEntry:
    exited = enrollment.state == EnrollmentState.EXITED
    why = enrollment.get_exit_reason_display() if exited else "All steps done"
    title = f"Nurture ended: {enrollment.sequence.name}"
    assert enrollment.ended_at  # noqa: S101 - only those are asked for
    return TimelineEntry(enrollment.ended_at, "enrollment", title, icon="flag", body=why)


def _ended_ones(story: Story) -> QuerySet[Enrollment] | None:
    found = story.about(Enrollment, lead=Lead)
    return None if found is None else found.filter(ended_at__isnull=False)


def _emails(story: Story) -> QuerySet[Touch] | None:
    found = story.about(Touch, enrollment__lead=Lead)
    return None if found is None else found.filter(kind=TouchKind.EMAIL, state__in=TITLES)


def _email(touch: Touch, story: Story) -> TimelineEntry:
    body = "\n".join(part for part in (touch.subject, touch.error) if part)
    at = touch.sent_at or touch.send_started_at or touch.due_at
    return TimelineEntry(at, "email", TITLES[TouchState(touch.state)], icon="mail", body=body)


def _clicks(story: Story) -> QuerySet[Click] | None:
    """What people looked at; what programs did is no part of the lead's story."""
    found = story.about(Click, touch__enrollment__lead=Lead)
    return None if found is None else found.filter(verdict=Verdict.HUMAN, on__in=LOOKED_AT)


def _click(click: Click, story: Story) -> TimelineEntry:
    title = "Downloaded a file" if click.attachment else "Clicked in an e-mail"
    return TimelineEntry(click.at, "click", title, icon="click", body=str(click.attachment or click.link))


def _call(attempt: CallAttempt, story: Story) -> TimelineEntry:
    title = f"Call: {attempt.get_outcome_display().lower()}"
    return TimelineEntry(attempt.at, "call", title, icon="phone", by=str(attempt.by), body=attempt.note)


def _call_change(change: CallChange, story: Story) -> TimelineEntry:
    title = f"{change} {in_words(change.until, there=change.task.lead.zone)}" if change.until else str(change)
    return TimelineEntry(change.at, "call", title, icon="phone", by=str(change.by), body=change.reason)


INBOUND = {
    InboundKind.REPLY: ("Replied by e-mail", "message-reply"),
    InboundKind.AUTOMATIC: ("Automatic reply", "mail-pause"),
    InboundKind.OPT_OUT: ("Wants no more mails", "mail-off"),
    InboundKind.BOUNCE: ("E-mail came back", "mail-x"),
    InboundKind.COMPLAINT: ("Complained about an e-mail", "mail-exclamation"),
}


def _came_in(mail: InboundMail, story: Story) -> TimelineEntry:
    title, icon = INBOUND.get(InboundKind(mail.kind), ("E-mail came in", "mail"))
    body = "\n".join(part for part in (mail.subject, (mail.own_words or mail.text)[:LONGEST]) if part)
    return TimelineEntry(mail.received_at, "email", title, icon=icon, by=mail.sender_name or mail.sender, body=body)


def _enrollments(story: Story) -> QuerySet[Enrollment] | None:
    return story.about(Enrollment, lead=Lead)


SOURCES = (
    Source("enrollment", "Nurture", _enrollments, _began, at="enrolled_at", read_with=("sequence",)),
    Source("enrollment", "Nurture", _ended_ones, _ended, at="ended_at", read_with=("sequence",)),
    Source("email", "E-mails", _emails, _email, at=Coalesce("sent_at", "send_started_at", "due_at")),
    Source("click", "Clicks", _clicks, _click, read_with=("link", "attachment")),
    Source("email", "E-mails", lambda story: story.about(InboundMail, lead=Lead), _came_in, at="received_at"),
    Source("call", "Calls", lambda story: story.about(CallAttempt, task__lead=Lead), _call, read_with=("by",)),
    Source(
        "call",
        "Calls",
        lambda story: story.about(CallChange, task__lead=Lead),
        _call_change,
        read_with=("by", "to", "task__lead"),
    ),
)
