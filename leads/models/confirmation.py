"""Double opt-in: an address is asked whether it is the one that inquired."""

import uuid

from django.db import models
from django.db.models import Q

from leads.models.inquiry import Inquiry
from leads.models.lead import Lead


class EmailConfirmation(models.Model):
    """One mail that asks for it. The sweep sends what has no ``sent_at``; ``email`` is the address as it was then."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="confirmations")
    inquiry = models.ForeignKey(Inquiry, models.CASCADE, related_name="confirmations")
    email = models.EmailField()
    email_key = models.CharField(max_length=254)
    asked_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    ip = models.GenericIPAddressField(null=True, help_text="Where it was confirmed from.")
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["asked_at", "pk"]
        indexes = [
            models.Index(name="confirmation_of_address", fields=["email_key", "asked_at"]),
            models.Index(name="confirmation_to_send", fields=["asked_at"], condition=Q(sent_at=None)),
        ]

    def __str__(self) -> str:
        return self.email
