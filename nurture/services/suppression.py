"""Never again: suppression by address and number, and what follows from it for the leads that have them."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from crm.people.emails import email_key
from crm.people.models import User
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
def suppress(
    *,
    kind: str,
    key: str,
    reason: str,
    now: datetime,
    since: datetime | None = None,
    note: str = "",
    by: User | None = None,
) -> Suppression:
    """Nobody writes to this address, or calls this number, again. Flags every lead that has it and cancels what is
    pending for it. ``key`` may be an address as typed. ``since``: when it happened, if we hear of it only now. The
    first reason is kept, by when it happened, in whatever order we hear; repeating changes nothing."""
    key = email_key(key) if kind == SuppressionKind.EMAIL else key
    leads = list(_leads_with(kind, key).select_for_update().order_by("pk"))
    first = {"reason": reason, "created_at": since or now, "note": note[:300], "by": by}
    suppression, new = Suppression.objects.get_or_create(kind=kind, key=key, defaults=first)
    came_first = (first["created_at"], reason) < (suppression.created_at, suppression.reason)
    if not new and came_first:
        Suppression.objects.filter(pk=suppression.pk).update(**first)
        suppression.refresh_from_db()
        _say_why(leads, suppression)
    for lead in leads:
        if kind == SuppressionKind.EMAIL:
            _no_more_mail(lead, _exit_reason(reason), now)
        else:
            _no_more_calls(lead, now)
    return suppression


def _exit_reason(reason: str) -> str:
    return EXIT_REASONS.get(SuppressionReason(reason), ExitReason.OPTED_OUT)


def _say_why(leads: list[Lead], suppression: Suppression) -> None:
    """Enrollments that ended by what we heard first say what came first."""
    ended = Enrollment.objects.filter(lead__in=leads, exit_reason__in=[ExitReason.OPTED_OUT, ExitReason.BOUNCED])
    ended.filter(ended_at__gte=suppression.created_at).update(exit_reason=_exit_reason(suppression.reason))


@transaction.atomic
def unsubscribe(*, touch: Touch, now: datetime) -> None:
    """The recipient of this mail wants no more: their address, the one written to, and the lead's enrollment."""
    lead = touch.live_lead
    for address in sorted({touch.recipient, lead.email} - {""}):
        suppress(kind=SuppressionKind.EMAIL, key=address, reason=SuppressionReason.OPT_OUT, now=now)
    _no_more_mail(lead, ExitReason.OPTED_OUT, now)


@transaction.atomic
def opt_out_by_reply(*, lead: Lead, touch: Touch | None, sender: str, now: datetime) -> None:
    """Somebody answered that they want no more: the address they wrote from, and the one that was written to."""
    for address in sorted({touch.recipient if touch else lead.email, sender} - {""}):
        suppress(
            kind=SuppressionKind.EMAIL, key=address, reason=SuppressionReason.OPT_OUT, now=now, note="Said so by e-mail"
        )
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
