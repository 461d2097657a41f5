"""What a lead's own records say on its timeline."""

from collections.abc import Iterator

from django.db.models import Q

from crm.people.models import User
from crm.web.slots import TimelineEntry
from leads.answers import display
from leads.facts import all_answers
from leads.models import Assignment, AssignmentKind, Lead, LeadMerge, StageChange


def entries(lead: Lead, *, user: User) -> Iterator[TimelineEntry]:
    yield from _inquiries(lead)
    yield from _answers(lead)
    yield from _stages(lead)
    yield from _assignments(lead)
    yield from _merges(lead)


def _inquiries(lead: Lead) -> Iterator[TimelineEntry]:
    for inquiry in lead.inquiries.select_related("form", "source", "campaign"):
        where = inquiry.form or inquiry.campaign or inquiry.source
        title = f"Inquiry: {inquiry.get_channel_display().lower()}" + (f", {where}" if where else "")
        yield TimelineEntry(inquiry.received_at, "inquiry", title, icon="inbox", extra={"inquiry": inquiry})


def _answers(lead: Lead) -> Iterator[TimelineEntry]:
    for answer in all_answers(lead):
        yield TimelineEntry(
            answer.answered_at,
            "answer",
            answer.question.text,
            icon="message",
            by=str(answer.by or answer.get_provenance_display()),
            body=display(answer.question, answer.value),
        )


def _stages(lead: Lead) -> Iterator[TimelineEntry]:
    changes = StageChange.objects.filter(lead__in=Lead.objects.same_person(lead))
    for change in changes.select_related("by", "reason"):
        because = ": ".join(part for part in (str(change.reason or ""), change.note) if part)
        title = f"{change.get_from_stage_display()} → {change.get_to_stage_display()}"
        yield TimelineEntry(change.at, "stage", title, icon="arrow-right", by=str(change.by or ""), body=because)


def _assignments(lead: Lead) -> Iterator[TimelineEntry]:
    """Who took it over or gave it back is told by the stage that changed."""
    assignments = Assignment.objects.filter(lead__in=Lead.objects.same_person(lead)).exclude(
        kind__in=[AssignmentKind.ACCEPTED, AssignmentKind.REJECTED]
    )
    for assignment in assignments.select_related("to", "rule", "by"):
        title = _assigned(assignment)
        rule = f"Rule “{assignment.rule}”." if assignment.rule else ""
        body = " ".join(part for part in (rule, assignment.note) if part)
        yield TimelineEntry(assignment.at, "assignment", title, icon="user", by=str(assignment.by or ""), body=body)


def _assigned(assignment: Assignment) -> str:
    if assignment.to is None:
        return "In the open queue"
    return f"{'Passed on' if assignment.kind == AssignmentKind.REASSIGNED else 'Assigned'} to {assignment.to}"


def _merges(lead: Lead) -> Iterator[TimelineEntry]:
    """Both ends of each: what was merged into this lead, and whether it was taken back."""
    merges = LeadMerge.objects.filter(Q(survivor__in=Lead.objects.same_person(lead)) | Q(duplicate=lead))
    for merge in merges.select_related("survivor", "duplicate", "by", "undone_by"):
        other = merge.survivor if merge.duplicate_id == lead.pk else merge.duplicate
        title, by = f"Merged with {other}", str(merge.by or "")
        yield TimelineEntry(merge.merged_at, "merge", title, icon="arrow-merge", by=by)
        if merge.undone_at:
            title, by = f"No longer merged with {other}", str(merge.undone_by or "")
            yield TimelineEntry(merge.undone_at, "merge", title, icon="arrows-split-2", by=by)
