"""What people want of our mails: which topics, how often, and when not. By address, as suppressions are."""

from django.db import models
from django.db.models import Q


class Topic(models.Model):
    """What a sequence writes about. People choose topics on the page that each mail links to."""

    name = models.CharField(max_length=100, unique=True, help_text="As people will read it, such as Events.")
    description = models.CharField(max_length=200, blank=True, help_text="One sentence below the name.")
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True, help_text="People can choose it.")

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Pace(models.TextChoices):
    AS_SENT = "as_sent", "As they come"
    WEEKLY = "weekly", "At most one a week"
    MONTHLY = "monthly", "At most one a month"


DAYS_BETWEEN = {Pace.AS_SENT: 0, Pace.WEEKLY: 7, Pace.MONTHLY: 30}


class MailPreference(models.Model):
    """``paused_until``: nothing is sent before. To stop everything is a suppression, not a preference."""

    email_key = models.CharField(max_length=254, unique=True)
    pace = models.CharField(max_length=10, choices=Pace, default=Pace.AS_SENT)
    paused_until = models.DateTimeField(null=True, blank=True)
    left_topics = models.ManyToManyField(Topic, blank=True, related_name="left_by")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-changed_at"]
        constraints = [
            models.CheckConstraint(name="preference_has_an_address", condition=~Q(email_key="")),
            models.CheckConstraint(name="preference_pace_is_known", condition=Q(pace__in=Pace.values)),
        ]

    def __str__(self) -> str:
        return self.email_key

    @property
    def days_between(self) -> int:
        return DAYS_BETWEEN[Pace(self.pace)]
