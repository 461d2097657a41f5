"""Against whom we sell, and why we win and lose: lists that the marketing manager keeps."""

from django.db import models
from django.db.models import Q

from crm.opportunities.models.pipeline import Status


class Competitor(models.Model):
    name = models.CharField(max_length=100, unique=True)
    website = models.URLField(blank=True)
    how_to_win = models.TextField(blank=True, help_text="What speaks for us against them. Reps read it on the deal.")
    active = models.BooleanField(default=True, help_text="An inactive one is no longer offered.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CloseReason(models.Model):
    """Why an opportunity was won or lost; an inactive one is no longer offered."""

    status = models.CharField(max_length=4, choices=[(Status.WON, "Won"), (Status.LOST, "Lost")])
    name = models.CharField(max_length=100)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["status", "name"]
        constraints = [
            models.UniqueConstraint(name="close_reason_is_unique", fields=["status", "name"]),
            models.CheckConstraint(name="close_reason_is_of_won_or_lost", condition=Q(status__in=["won", "lost"])),
        ]

    def __str__(self) -> str:
        return self.name


def in_words(because: CloseReason | None, reason: str) -> str:
    """The managed reason and the rep's own words, where they say more than it."""
    return ": ".join(dict.fromkeys(part for part in (str(because or ""), reason.strip()) if part))
