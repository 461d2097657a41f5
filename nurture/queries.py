"""What the sweeps look for."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from leads.models import Lead, Stage
from nurture.models import Enrollment, ExitReason, Sequence
from nurture.reach import can_be_reached, opted_out_of_everything

# A sequence that begins at once would skip its e-mails for an address that is just about to be confirmed.
TIME_TO_CONFIRM = timedelta(days=1)


def leads_to_enroll(sequence: Sequence, *, now: datetime) -> QuerySet[Lead]:
    """Recent unqualified leads that no sequence works on, that never went through a version of this one, and that
    never told nurture to stop, neither as themselves nor as a lead that was merged into them; those who asked last
    first."""
    here = Q(state="active") | Q(sequence__key=sequence.key) | Q(exit_reason=ExitReason.OPTED_OUT)
    # Two questions instead of one with OR, which no index answers: each lead would look through all enrollments.
    been_here, merged_one_has = (
        Exists(Enrollment.objects.filter(here, **{path: OuterRef("pk")})) for path in ("lead", "lead__merged_into")
    )
    return (
        Lead.objects.unqualified()
        .filter(last_inquiry_at__gte=now - timedelta(days=sequence.enroll_within_days), last_inquiry_at__lte=now)
        .filter(Q(email_unconfirmed=False) | Q(last_inquiry_at__lte=now - TIME_TO_CONFIRM))
        .filter(can_be_reached(), ~been_here, ~merged_one_has)
        .order_by("-last_inquiry_at", "pk")
    )


def enrollments_to_end() -> QuerySet[Enrollment]:
    """Active ones whose lead has left nurture."""
    gone = ~Q(lead__stage=Stage.UNQUALIFIED) | Q(lead__merged_into__isnull=False) | opted_out_of_everything("lead__")
    return Enrollment.objects.active().filter(gone).order_by("pk")
