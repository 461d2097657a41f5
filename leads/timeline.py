"""What a lead's own records say on timelines, and which records tell one story."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Model, Q, QuerySet

from crm.accounts.models import Account, IdentifiedProject
from crm.contacts.models import Contact
from crm.opportunities.models import Opportunity
from crm.people.models import User
from crm.web.slots import TimelineEntry
from crm.web.timeline import Source, Story
from leads.answers import display
from leads.models import (
    Answer,
    Assignment,
    AssignmentKind,
    Conversion,
    Escalation,
    Inquiry,
    Lead,
    LeadMerge,
    StageChange,
)

Keys = tuple[type[Model], QuerySet[Any]]


def story(record: object, *, user: User) -> Iterator[Keys]:
    """From inquiry to renewal: a lead goes on as the contact it became and that contact's opportunities; a contact
    began as its leads; an opportunity has the leads it came from; an account all of its people, leads, opportunities
    and projects. What was merged into one tells on."""
    if isinstance(record, Lead):
        yield Lead, Lead.objects.filter(merged_into=record).values("pk")
        contacts = Contact.objects.filter(conversions__lead=record) | Contact.objects.filter(
            merged__conversions__lead=record
        )
        yield Contact, contacts.visible_to(user).values("pk")
        yield Opportunity, _deals(user, Q(conversions__lead=record) | Q(contacts__in=contacts.values("pk")))
        yield IdentifiedProject, IdentifiedProject.objects.filter(lead_link__lead=record).values("pk")
    elif isinstance(record, Contact):
        people = Contact.objects.filter(Q(pk=record.pk) | Q(merged_into=record)).values("pk")
        yield Contact, people
        yield Lead, _leads(user, contact__in=people)
        yield Opportunity, _deals(user, Q(contacts__in=people))
    elif isinstance(record, Opportunity):
        yield Lead, _leads(user, opportunity=record)
    elif isinstance(record, Account):
        accounts = Account.objects.filter(Q(pk=record.pk) | Q(merged_into=record)).values("pk")
        yield Account, accounts
        yield Lead, _leads(user, account__in=accounts)
        yield Contact, Contact.objects.visible_to(user).filter(account__in=accounts).values("pk")
        yield Opportunity, _deals(user, Q(account__in=accounts))
        yield IdentifiedProject, IdentifiedProject.objects.filter(account__in=accounts).values("pk")


def _deals(user: User, which: Q) -> QuerySet[Any]:
    return Opportunity.objects.visible_to(user).filter(which).values("pk")


def _leads(user: User, **into: Any) -> QuerySet[Any]:
    """Those that were converted into it, with their tombstones."""
    converted = Conversion.objects.filter(**into).values("lead")
    leads = Lead.objects.visible_to(user).filter(pk__in=converted).values("pk")
    return Lead.objects.filter(Q(pk__in=leads) | Q(merged_into__in=leads)).values("pk")


def _inquiry(inquiry: Inquiry, story: Story) -> TimelineEntry:
    where = inquiry.form or inquiry.campaign or inquiry.source
    title = f"Inquiry: {inquiry.get_channel_display().lower()}" + (f", {where}" if where else "")
    return TimelineEntry(inquiry.received_at, "inquiry", title, icon="inbox", extra={"inquiry": inquiry})


def _answer(answer: Answer, story: Story) -> TimelineEntry:
    return TimelineEntry(
        answer.answered_at,
        "answer",
        answer.question.text,
        icon="message",
        by=str(answer.by or answer.get_provenance_display()),
        body=display(answer.question, answer.value),
    )


def _stage(change: StageChange, story: Story) -> TimelineEntry:
    because = ": ".join(part for part in (str(change.reason or ""), change.note) if part)
    title = f"{change.get_from_stage_display()} → {change.get_to_stage_display()}"
    return TimelineEntry(change.at, "stage", title, icon="arrow-right", by=str(change.by or ""), body=because)


def _assignments(story: Story) -> QuerySet[Assignment] | None:
    """Who took it over or gave it back is told by the stage that changed."""
    found = story.about(Assignment, lead=Lead)
    told = [AssignmentKind.ACCEPTED, AssignmentKind.REJECTED]
    return None if found is None else found.exclude(kind__in=told)


def _assignment(assignment: Assignment, story: Story) -> TimelineEntry:
    rule = f"Rule “{assignment.rule}”." if assignment.rule else ""
    body = " ".join(part for part in (rule, assignment.note) if part)
    by = str(assignment.by or "")
    return TimelineEntry(assignment.at, "assignment", _assigned(assignment), icon="user", by=by, body=body)


def _escalations(story: Story) -> QuerySet[Escalation] | None:
    found = story.about(Escalation, lead=Lead)
    return None if found is None else found.filter(manager__isnull=False)


def _escalation(row: Escalation, story: Story) -> TimelineEntry:
    return TimelineEntry(row.at, "assignment", "Not accepted in time", icon="alarm", body=f"{row.manager} was told.")


def _assigned(assignment: Assignment) -> str:
    if assignment.to is None:
        return "In the open queue"
    return f"{'Passed on' if assignment.kind == AssignmentKind.REASSIGNED else 'Assigned'} to {assignment.to}"


def _other_end(merge: LeadMerge, story: Story) -> Lead:
    return merge.survivor if merge.duplicate_id == story.record.pk else merge.duplicate


def _merge(merge: LeadMerge, story: Story) -> TimelineEntry:
    title = f"Merged with {_other_end(merge, story)}"
    return TimelineEntry(merge.merged_at, "merge", title, icon="arrow-merge", by=str(merge.by or ""))


def _undone(merge: LeadMerge, story: Story) -> TimelineEntry:
    title = f"No longer merged with {_other_end(merge, story)}"
    assert merge.undone_at  # noqa: S101 - only those are asked for
    return TimelineEntry(merge.undone_at, "merge", title, icon="arrows-split-2", by=str(merge.undone_by or ""))


def _merges(story: Story) -> QuerySet[LeadMerge] | None:
    """On a lead's page both ends of each: also what it was merged into until that was undone."""
    if isinstance(story.record, Lead):
        return story.about(LeadMerge, survivor=Lead, duplicate=Lead)
    return story.about(LeadMerge, survivor=Lead)


def _undone_merges(story: Story) -> QuerySet[LeadMerge] | None:
    found = _merges(story)
    return None if found is None else found.filter(undone_at__isnull=False)


SOURCES = (
    Source(
        "inquiry",
        "Inquiries",
        lambda story: story.about(Inquiry, lead=Lead, contact=Contact),
        _inquiry,
        at="received_at",
        read_with=("form", "source", "campaign"),
    ),
    Source(
        "answer",
        "Answers",
        lambda story: story.about(Answer, lead=Lead),
        _answer,
        at="answered_at",
        read_with=("question", "by"),
        prefetch=("question__choices",),
    ),
    Source("stage", "Stages", lambda story: story.about(StageChange, lead=Lead), _stage, read_with=("by", "reason")),
    Source(
        "assignment",
        "Assignments",
        _assignments,
        _assignment,
        read_with=("to", "rule", "by"),
    ),
    Source("assignment", "Assignments", _escalations, _escalation, read_with=("manager",)),
    Source("merge", "Merges", _merges, _merge, at="merged_at", read_with=("survivor", "duplicate", "by")),
    Source(
        "merge", "Merges", _undone_merges, _undone, at="undone_at", read_with=("survivor", "duplicate", "undone_by")
    ),
)
