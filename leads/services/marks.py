"""What happened between us and a lead: touches, two-way contact, opting out. Each is marked once, the first time."""

from datetime import datetime

from crm.web.quick import Statement, run, updating
from leads.models import Lead


def mark_touched(*, lead: Lead, now: datetime) -> None:
    """The first nurture touch or call: who qualifies after it is ``nurtured``."""
    _mark_first(lead, "touched_at", now)


def marking_touched(*, lead: Lead, now: datetime) -> list[Statement]:
    """As ``mark_touched``, for who sends it along with others; none where it was marked before."""
    return [_marking(lead, "touched_at", now)] if lead.touched_at is None else []


def mark_engaged(*, lead: Lead, now: datetime) -> None:
    """Two-way contact: the lead is a prospect."""
    _mark_first(lead, "engaged_at", now)


def opt_out_of_email(*, lead: Lead) -> None:
    Lead.objects.filter(pk=lead.pk).update(email_opt_out=True)
    lead.email_opt_out = True


def opt_out_of_calls(*, lead: Lead) -> None:
    Lead.objects.filter(pk=lead.pk).update(do_not_call=True)
    lead.do_not_call = True


def _mark_first(lead: Lead, field: str, now: datetime) -> None:
    if getattr(lead, field) is None and run([_marking(lead, field, now)])[0].count:
        setattr(lead, field, now)


def _marking(lead: Lead, field: str, now: datetime) -> Statement:
    return updating(Lead, {"pk": lead.pk, field: None}, {field: now})
