"""Visits to named pages of the company's own site, by people who agreed to it there."""

from django.core.validators import RegexValidator
from django.db import models

from leads.models.engagement import validate_page
from leads.models.lead import Lead

validate_visitor = RegexValidator(r"^[0-9a-f]{32}\Z")


class NamedPage(models.Model):
    """A page whose visits are told apart: policies ask for its key."""

    key = models.CharField(
        max_length=64, unique=True, validators=[validate_page], help_text="Stays the same for ever. Example: pricing."
    )
    name = models.CharField(max_length=100)
    active = models.BooleanField(default=True, help_text="Switched off, its visits are no longer counted.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Visitor(models.Model):
    """A browser, by a random number that the company's own site keeps. ``lead`` once somebody sent a form from it."""

    key = models.CharField(max_length=32, unique=True, validators=[validate_visitor])
    lead = models.ForeignKey(Lead, models.CASCADE, null=True, related_name="visitors")
    last_seen_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key


class PageVisit(models.Model):
    """One that nobody has a name for yet; it becomes an ``Engagement`` of the lead, or is forgotten."""

    visitor = models.ForeignKey(Visitor, models.CASCADE, related_name="visits")
    page = models.ForeignKey(NamedPage, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.page}, {self.at:%Y-%m-%d %H:%M}"
