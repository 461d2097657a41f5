"""What a lead's own records say on its timeline."""

from collections.abc import Iterator

from crm.people.models import User
from crm.web.slots import TimelineEntry
from leads.answers import display
from leads.models import Lead


def entries(lead: Lead, *, user: User) -> Iterator[TimelineEntry]:
    yield from _inquiries(lead)
    yield from _answers(lead)
    yield from _stages(lead)
    yield from _assignments(lead)


def _inquiries(lead: Lead) -> Iterator[TimelineEntry]:
    for inquiry in lead.inquiries.select_related("form", "source", "campaign"):
        where = inquiry.form or inquiry.campaign or inquiry.source
        title = f"Inquiry: {inquiry.get_channel_display().lower()}" + (f", {where}" if where else "")
        yield TimelineEntry(inquiry.received_at, "inquiry", title, icon="inbox", extra={"inquiry": inquiry})


def _answers(lead: Lead) -> Iterator[TimelineEntry]:
    answers = lead.answers.select_related("question", "by").prefetch_related("question__choices")
    for answer in answers:
        yield TimelineEntry(
            answer.answered_at,
            "answer",
            answer.question.text,
            icon="message",
            by=str(answer.by or answer.get_provenance_display()),
            body=display(answer.question, answer.value),
        )


def _stages(lead: Lead) -> Iterator[TimelineEntry]:
    for change in lead.stage_changes.select_related("by", "reason"):
        because = ": ".join(part for part in (str(change.reason or ""), change.note) if part)
        title = f"{change.get_from_stage_display()} → {change.get_to_stage_display()}"
        yield TimelineEntry(change.at, "stage", title, icon="arrow-right", by=str(change.by or ""), body=because)


def _assignments(lead: Lead) -> Iterator[TimelineEntry]:
    for assignment in lead.assignments.select_related("to", "rule", "by"):
        title = f"Assigned to {assignment.to}" if assignment.to else "Back in the open queue"
        how = f"by rule “{assignment.rule}”" if assignment.rule else ""
        body = assignment.note or how
        yield TimelineEntry(assignment.at, "assignment", title, icon="user", by=str(assignment.by or ""), body=body)
