"""The record of a merge: what became one, what moved and was filled, so that it can be undone."""

from typing import Any

from django.db import models

from crm.people.models import User


class Merge(models.Model):
    """``filled``: the survivor's fields that it changed, each with ``before`` and ``after``. ``moved``: ids of what
    points to the survivor since, by kind. ``flags``: the survivor's opt-outs right after it. A subclass adds
    ``survivor`` and ``duplicate``."""

    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    merged_at = models.DateTimeField(db_index=True)
    filled = models.JSONField(default=dict)
    moved = models.JSONField(default=dict)
    flags = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    survivor: Any
    duplicate: Any

    class Meta:
        abstract = True
        ordering = ["-merged_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.duplicate} → {self.survivor}"
