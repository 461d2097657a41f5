"""What was taken for a robot's: kept for a while for a person to look at, never a lead by itself."""

from datetime import timedelta

from django.db import models

from leads.models.form import InquiryForm
from leads.models.inquiry import Inquiry

KEPT_ROWS = 500
KEPT_FOR = timedelta(days=30)


class Caught(models.TextChoices):
    TRAP = "trap", "Filled the hidden field"
    PROOF = "proof", "Proof of work reused or made up"


class CaughtSubmission(models.Model):
    """The newest ``KEPT_ROWS``, for ``KEPT_FOR``. ``inquiry`` once a person said that it was no robot."""

    form = models.ForeignKey(InquiryForm, models.CASCADE, related_name="caught")
    why = models.CharField(max_length=10, choices=Caught)
    caught_at = models.DateTimeField(db_index=True)
    ip = models.GenericIPAddressField(null=True)
    payload = models.JSONField()
    inquiry = models.ForeignKey(Inquiry, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-caught_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_why_display()}, {self.caught_at:%Y-%m-%d %H:%M}"
