"""Touches: one planned e-mail or call of an enrollment, with its outcome."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from leads.models import Lead
from nurture.models.enrollment import Enrollment
from nurture.models.sequence import SequenceStatus
from nurture.models.step import Step, Variant


class TouchKind(models.TextChoices):
    EMAIL = "email", "E-mail"
    CALL = "call", "Call"


class TouchState(models.TextChoices):
    PLANNED = "planned", "Planned"
    CLAIMED = "claimed", "Claimed"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Skipped"
    CANCELLED = "cancelled", "Cancelled"
    UNKNOWN = "unknown", "Unknown"


class SkipReason(models.TextChoices):
    NO_ADDRESS = "no_address", "No address"
    OPTED_OUT = "opted_out", "Opted out"
    SUPPRESSED = "suppressed", "Suppressed"
    UNCONFIRMED = "unconfirmed", "Address not confirmed"
    DO_NOT_CALL = "do_not_call", "Do not call"
    LEFT_TOPIC = "left_topic", "Does not want the topic"
    REFUSED = "refused", "Refused by the mail server"


WAITING = Q(state="planned", kind="email")


class TouchQuerySet(models.QuerySet["Touch"]):
    def due(self, now: datetime) -> Self:
        planned = self.filter(kind=TouchKind.EMAIL, state=TouchState.PLANNED, due_at__lte=now)
        return planned.exclude(enrollment__sequence__status=SequenceStatus.PAUSED)

    def expired(self, now: datetime) -> Self:
        """Claimed by a worker that did not come back in time."""
        return self.filter(state=TouchState.CLAIMED, lease_until__lt=now)

    def give_back(self) -> int:
        """Of these, those that a worker has and has not begun: they are planned again. How many."""
        unbegun = self.filter(state=TouchState.CLAIMED, send_started_at=None)
        return unbegun.update(state=TouchState.PLANNED, token=None, lease_until=None)

    def pending(self) -> Self:
        """Still to come, and not yet on the way: these can be cancelled."""
        return self.filter(state__in=[TouchState.PLANNED, TouchState.CLAIMED], send_started_at=None)


class Touch(models.Model):
    """The row is the truth about a send; Celery only wakes workers up.

    ``planned`` → ``claimed`` (lease and token) → send_started_at is committed → the mail goes out → ``sent``. A lease
    that runs out before ``send_started_at`` goes back to planned; one that runs out after it is ``unknown`` and never
    sent again on a guess. ``uuid`` seeds the Message-ID. A call is ``sent`` when it was made."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="touches", db_index=False)
    step = models.ForeignKey(Step, models.PROTECT, related_name="touches")
    variant = models.ForeignKey(
        Variant, models.PROTECT, null=True, blank=True, related_name="touches", help_text="Empty: the step's own text."
    )
    round = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=5, choices=TouchKind)
    state = models.CharField(max_length=9, choices=TouchState, default=TouchState.PLANNED)
    due_at = models.DateTimeField()
    token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    send_started_at = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    skip_reason = models.CharField(max_length=12, choices=SkipReason, blank=True, editable=False)
    error = models.TextField(blank=True, editable=False)
    recipient = models.EmailField(blank=True, editable=False, help_text="The address that was written to.")
    mailbox = models.EmailField(blank=True, editable=False, help_text="The address that it was written from.")
    domain = models.CharField(max_length=254, blank=True, editable=False, help_text="Of the recipient.")
    subject = models.CharField(max_length=998, blank=True, editable=False)
    message_id = models.CharField(max_length=320, blank=True, editable=False)
    provider_id = models.CharField(
        max_length=255, blank=True, editable=False, help_text="What the provider that sent the mail calls it."
    )

    objects = TouchQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        verbose_name_plural = "touches"
        constraints = [
            models.UniqueConstraint(name="one_touch_per_step_and_round", fields=["enrollment", "step", "round"]),
            models.CheckConstraint(
                name="claimed_touch_has_token_and_lease",
                condition=~Q(state="claimed") | Q(token__isnull=False, lease_until__isnull=False),
            ),
            models.CheckConstraint(name="sent_touch_says_when", condition=~Q(state="sent") | Q(sent_at__isnull=False)),
            models.CheckConstraint(name="skipped_touch_has_a_reason", condition=Q(state="skipped") ^ Q(skip_reason="")),
        ]
        indexes = [
            models.Index(name="touch_due", fields=["due_at"], condition=WAITING),
            models.Index(name="touch_lease", fields=["lease_until"], condition=Q(state="claimed")),
            models.Index(name="touch_due_of_step", fields=["step", "due_at"], condition=WAITING),
            *(
                models.Index(
                    name=f"touch_by_{sender}",
                    fields=[sender, "send_started_at"],
                    condition=Q(send_started_at__isnull=False) & ~Q(**{sender: ""}),
                )
                for sender in ("mailbox", "domain")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_state_display()}"

    @property
    def text(self) -> Step | Variant:
        """What its ``subject`` and ``body`` are made from."""
        return self.variant or self.step

    @property
    def live_lead(self) -> Lead:
        """Whom it was to reach; after a merge the survivor."""
        lead = self.enrollment.lead
        while lead.merged_into:
            lead = lead.merged_into
        return lead
