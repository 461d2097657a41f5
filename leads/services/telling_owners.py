"""Tells a rep that a lead became theirs, or that one of theirs qualified: in the bell, and from there by e-mail."""

from datetime import datetime

from crm.people.models import NoticeKind, User
from crm.people.notifying import notify
from leads.models import Assignment, AssignmentKind, Lead, Stage

# Who took a lead over, or gave it back, knows.
TOLD = (AssignmentKind.ROUTED, AssignmentKind.REASSIGNED, AssignmentKind.MANUAL)


def tell_of_assignment(assignment: Assignment, *, now: datetime) -> None:
    """Nothing where the new owner did it."""
    lead, to = assignment.lead, assignment.to
    if to is None or to == assignment.by or assignment.kind not in TOLD:
        return
    title = f"Qualified lead: {lead}" if lead.stage == Stage.MQL else f"A lead for you: {lead}"
    why = f"Assigned by {assignment.by}." if assignment.by else assignment.note
    _tell(lead, to, f"assignment:{lead.pk}:{now.isoformat()}", title, why, now)


def tell_of_qualifying(lead: Lead, *, by: User | None, now: datetime) -> None:
    """The lead had an owner before."""
    if lead.owner and lead.owner != by:
        _tell(lead, lead.owner, f"qualified:{lead.pk}:{now.isoformat()}", f"Your lead qualified: {lead}", "", now)


def _tell(lead: Lead, user: User, key: str, title: str, why: str, now: datetime) -> None:
    body = " · ".join(part for part in (lead.company, why) if part)
    url = lead.get_absolute_url()
    notify(users=[user], kind=NoticeKind.LEAD, key=key, title=title, body=body, url=url, now=now)
