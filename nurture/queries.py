"""What the sweeps look for."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from leads.models import Draw, Lead, Stage
from nurture.eligibility import fits
from nurture.models import Enrollment, ExitReason, Sequence
from nurture.preferences import wants_it_now
from nurture.reach import can_be_reached, opted_out_of_everything

# A sequence that begins at once would skip its e-mails for an address that is just about to be confirmed.
TIME_TO_CONFIRM = timedelta(days=1)
# Who answered is talked to by a person, not by the next sequence.
TIME_TO_TALK = timedelta(days=30)
HELD_OUT = "hold-out"


def leads_to_enroll(sequence: Sequence, *, now: datetime) -> QuerySet[Lead]:
    """Recent unqualified leads that fit the sequence, that none works on, whose time for this one has come, that were
    never held out, and that never told nurture to stop, neither as themselves nor as a lead that was merged into them;
    those who asked last first."""
    talking = Q(exit_reason=ExitReason.REPLIED, ended_at__gt=now - TIME_TO_TALK)
    busy = Q(state="active") | Q(exit_reason=ExitReason.OPTED_OUT) | talking | _had_it(sequence, now)
    # Two questions instead of one with OR, which no index answers: each lead would look through all enrollments.
    been_here, merged_one_has = _own_and_merged(Enrollment.objects.filter(busy))
    held_out, merged_one_is = _own_and_merged(held_out_draws())
    return (
        Lead.objects.unqualified()
        .filter(last_inquiry_at__gte=now - timedelta(days=sequence.enroll_within_days), last_inquiry_at__lte=now)
        .filter(Q(email_unconfirmed=False) | Q(last_inquiry_at__lte=now - TIME_TO_CONFIRM))
        .filter(can_be_reached(), ~been_here, ~merged_one_has, ~held_out, ~merged_one_is)
        .filter(fits(sequence), wants_it_now(sequence, now))
        .order_by("-last_inquiry_at", "pk")
    )


def _had_it(sequence: Sequence, now: datetime) -> Q:
    """Enrollments after which the lead does not go through the sequence again, or not yet."""
    here = Q(sequence__key=sequence.key)
    if sequence.enroll_again_after_days is None:
        return here
    since = now - timedelta(days=sequence.enroll_again_after_days)
    return here & (Q(ended_at__gt=since) | Q(number__gte=sequence.max_times))


def _own_and_merged(rows: QuerySet) -> list[Exists]:
    return [Exists(rows.filter(**{path: OuterRef("pk")})) for path in ("lead", "lead__merged_into")]


def held_out_draws() -> QuerySet[Draw]:
    """Of leads that are kept out of all nurture for ever (``nurture.services.holdout``)."""
    return Draw.objects.filter(arm__key=HELD_OUT, experiment__key__startswith="nurture:")


def enrollments_to_end() -> QuerySet[Enrollment]:
    """Active ones whose lead has left nurture."""
    gone = ~Q(lead__stage=Stage.UNQUALIFIED) | Q(lead__merged_into__isnull=False) | opted_out_of_everything("lead__")
    return Enrollment.objects.active().filter(gone).order_by("pk")
