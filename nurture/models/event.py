"""What became of mails after they were handed over, as providers and mail servers report it."""

from django.db import models
from django.db.models import Q

from crm.web.models import AppendOnly
from nurture.models.touch import Touch


class MailEventKind(models.TextChoices):
    SENT = "sent", "Sent on"
    DELIVERED = "delivered", "Delivered"
    DEFERRED = "deferred", "Delayed"
    SOFT_BOUNCE = "soft_bounce", "Bounced, perhaps for now"
    HARD_BOUNCE = "hard_bounce", "Bounced for good"
    COMPLAINT = "complaint", "Complained"
    UNSUBSCRIBED = "unsubscribed", "Unsubscribed"
    REJECTED = "rejected", "Not sent by the provider"


class MailEvent(AppendOnly):
    """Reported once, however often it comes. ``touch`` is null where message and address together fit none: then
    nothing follows from it. ``at`` is when it happened, ``received_at`` when we heard."""

    provider = models.CharField(max_length=40)
    event_id = models.CharField(max_length=255)
    kind = models.CharField(max_length=12, choices=MailEventKind)
    touch = models.ForeignKey(Touch, models.PROTECT, null=True, related_name="events")
    address = models.CharField(max_length=320, blank=True)
    address_key = models.CharField(max_length=254, blank=True)
    message_id = models.CharField(max_length=998, blank=True)
    detail = models.TextField(blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="mail_event_counts_once", fields=["provider", "event_id"]),
            models.CheckConstraint(name="mail_event_kind_is_known", condition=Q(kind__in=MailEventKind.values)),
            models.CheckConstraint(name="mail_event_has_an_id", condition=~Q(event_id="")),
        ]
        indexes = [
            models.Index(name="mail_event_of_touch", fields=["touch", "kind"]),
            models.Index(name="mail_event_soft", fields=["address_key", "at"], condition=Q(kind="soft_bounce")),
            models.Index(name="mail_event_unmatched", fields=["-received_at"], condition=Q(touch=None)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.address}"


class RefusedPost(models.Model):
    """Posts to our webhooks that were not taken: counted by source, reason and day, so that a flood is one row."""

    source = models.CharField(max_length=40)
    reason = models.CharField(max_length=200)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        ordering = ["-last_at"]
        constraints = [models.UniqueConstraint(name="refused_posts_by_day", fields=["source", "reason", "day"])]

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"
