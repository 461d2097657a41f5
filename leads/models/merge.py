"""Two leads that were one person: what the merge moved and filled, so that it can be undone."""

from django.db import models
from django.db.models import F, Q

from crm.people.models import User
from leads.models.lead import Lead


class NotDuplicate(models.Model):
    """Somebody said that two leads are two people: they are not suggested to each other any more. ``one`` has the
    lower id."""

    one = models.ForeignKey(Lead, models.CASCADE, related_name="+")
    other = models.ForeignKey(Lead, models.CASCADE, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="not_duplicate_once", fields=["one", "other"]),
            models.CheckConstraint(name="not_duplicate_lower_id_first", condition=Q(one__lt=F("other"))),
        ]
        indexes = [models.Index(name="not_duplicate_other", fields=["other"])]

    def __str__(self) -> str:
        return f"{self.one} is not {self.other}"


class LeadMerge(models.Model):
    """``filled``: the survivor's fields that it changed, each with ``before`` and ``after``. ``moved``: ids of what
    points to the survivor since, by kind. ``flags``: the survivor's opt-outs right after it."""

    survivor = models.ForeignKey(Lead, models.PROTECT, related_name="merges")
    duplicate = models.ForeignKey(Lead, models.PROTECT, related_name="merged_away")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    merged_at = models.DateTimeField(db_index=True)
    filled = models.JSONField(default=dict)
    moved = models.JSONField(default=dict)
    flags = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-merged_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="lead_is_merged_away_once", fields=["duplicate"], condition=Q(undone_at=None)),
            models.CheckConstraint(name="merge_is_of_two_leads", condition=~Q(survivor=F("duplicate"))),
            models.CheckConstraint(
                name="merge_undone_by_somebody_says_when",
                condition=Q(undone_by=None) | Q(undone_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duplicate} → {self.survivor}"
