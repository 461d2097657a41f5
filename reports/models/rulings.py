"""What was decided on a report."""

from django.db import models

from crm.people.models import User
from crm.web.models import AppendOnly


class Ruling(AppendOnly):
    """Something was stopped because of what the report said then: ``figures`` are the line it rested on."""

    kind = models.CharField(max_length=20)
    subject_id = models.PositiveBigIntegerField()
    label = models.CharField(max_length=200)
    verdict = models.CharField(max_length=20)
    figures = models.JSONField()
    by = models.ForeignKey(User, models.PROTECT, related_name="rulings")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(name="ruling_subject", fields=["kind", "subject_id"])]

    def __str__(self) -> str:
        return f"Stopped: {self.label}"
