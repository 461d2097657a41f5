"""Never again: suppression by address and number, and what follows from it for the leads that have them."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from crm.people.emails import email_key
from leads.models import Lead
from leads.services.marks import opt_out_of_calls, opt_out_of_email
from nurture.models import (
    CallTask,
    CallTaskState,
    Enrollment,
    ExitReason,
    SkipReason,
    Suppression,
    SuppressionKind,
    SuppressionReason,
    Touch,
    TouchState,
)
from nurture.services.exits import stop_enrollment

EXIT_REASONS = {SuppressionReason.BOUNCE: ExitReason.BOUNCED}


@transaction.atomic
def suppress(*, kind: str, key: str, reason: str, now: datetime) -> Suppression:
    """Nobody writes to this address, or calls this number, again. Flags every lead that has it and cancels what is
    pending for it. ``key`` may be an address as typed. Repeating it changes nothing."""
    key = email_key(key) if kind == SuppressionKind.EMAIL else key
    leads = list(_leads_with(kind, key).select_for_update().order_by("pk"))
    suppression, _ = Suppression.objects.get_or_create(
        kind=kind, key=key, defaults={"reason": reason, "created_at": now}
    )
    for lead in leads:
        if kind == SuppressionKind.EMAIL:
            _no_more_mail(lead, EXIT_REASONS.get(SuppressionReason(reason), ExitReason.OPTED_OUT), now)
        else:
            _no_more_calls(lead, now)
    return suppression


@transaction.atomic
def unsubscribe(*, touch: Touch, now: datetime) -> None:
    """The recipient of this mail wants no more: their address, the one written to, and the lead's enrollment."""
    lead = touch.live_lead
    for address in sorted({touch.recipient, lead.email} - {""}):
        suppress(kind=SuppressionKind.EMAIL, key=address, reason=SuppressionReason.OPT_OUT, now=now)
    _no_more_mail(lead, ExitReason.OPTED_OUT, now)


def _leads_with(kind: str, key: str) -> QuerySet[Lead]:
    return Lead.objects.filter(email_key=key) if kind == SuppressionKind.EMAIL else Lead.objects.filter(phone=key)


def _no_more_mail(lead: Lead, reason: str, now: datetime) -> None:
    opt_out_of_email(lead=lead)
    for enrollment in lead.enrollments.active():
        stop_enrollment(enrollment=enrollment, reason=reason, now=now)


def _no_more_calls(lead: Lead, now: datetime) -> None:
    """Mails go on: the enrollment is looked at by the next sweep, which finds its call skipped."""
    opt_out_of_calls(lead=lead)
    tasks = CallTask.objects.filter(lead=lead, state=CallTaskState.OPEN)
    touches = Touch.objects.filter(call_task__in=tasks).pending()
    Enrollment.objects.active().filter(touches__in=touches).update(due_at=now)
    touches.update(state=TouchState.SKIPPED, skip_reason=SkipReason.DO_NOT_CALL)
    tasks.update(state=CallTaskState.CANCELLED)
