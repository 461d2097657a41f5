"""Addresses and numbers that nobody writes to or calls again."""

from django.db import models
from django.db.models import Q

from crm.people.models import User


class SuppressionKind(models.TextChoices):
    EMAIL = "email", "E-mail address"
    PHONE = "phone", "Phone number"


class SuppressionReason(models.TextChoices):
    OPT_OUT = "opt_out", "Opted out"
    BOUNCE = "bounce", "Bounced"
    COMPLAINT = "complaint", "Complained"
    DO_NOT_CALL = "do_not_call", "Do not call"
    MANUAL = "manual", "By hand"


class Suppression(models.Model):
    """By address or number, not by lead: it survives merging, conversion and re-import. ``key`` is the normalised
    e-mail key or the E.164 number."""

    kind = models.CharField(max_length=5, choices=SuppressionKind)
    key = models.CharField(max_length=254)
    reason = models.CharField(max_length=12, choices=SuppressionReason)
    created_at = models.DateTimeField("since")
    note = models.CharField(max_length=300, blank=True, help_text="What happened, or where the list came from.")
    by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(name="suppressed_once", fields=["kind", "key"]),
            models.CheckConstraint(name="suppression_has_a_key", condition=~Q(key="")),
        ]

    def __str__(self) -> str:
        return self.key
