"""What takes too long for a page: counted by a worker, kept as figures."""

from django.db import models
from django.db.models import Q

from crm.people.models import User
from leads.models import Lead, Policy


class BackTestState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    FINISHED = "finished", "Finished"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Failed"


UNDER_WAY = (BackTestState.WAITING, BackTestState.RUNNING)


class BackTest(models.Model):
    """What ``policy`` would have decided about past leads, against ``compared_with``, which decides today.

    ``definition`` is what was tested: a draft may be changed afterwards. The worker that runs it holds ``token`` until
    ``lease_until``; one that does not come back in time is taken over from. ``figures``: see ``Tally.as_json``."""

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="back_tests")
    compared_with = models.ForeignKey(Policy, models.CASCADE, null=True, related_name="+")
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=BackTestState, default=BackTestState.WAITING)
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    definition = models.JSONField(null=True)
    figures = models.JSONField(null=True)
    error = models.CharField(max_length=500, blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_back_test_under_way_per_policy", fields=["policy"], condition=Q(state__in=UNDER_WAY)
            ),
            models.CheckConstraint(
                name="running_back_test_has_token_and_lease",
                condition=~Q(state="running") | Q(token__isnull=False, lease_until__isnull=False),
            ),
            models.CheckConstraint(
                name="finished_back_test_has_figures", condition=~Q(state="finished") | Q(figures__isnull=False)
            ),
            models.CheckConstraint(
                name="ended_back_test_says_when",
                condition=Q(state__in=UNDER_WAY, finished_at=None)
                | (~Q(state__in=UNDER_WAY) & Q(finished_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"Back-test of {self.policy}"

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY


class Flip(models.Model):
    """A lead about which the two policies disagree: ``gained`` by the draft, or lost."""

    back_test = models.ForeignKey(BackTest, models.CASCADE, related_name="flips")
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="+")
    gained = models.BooleanField()
    won = models.BooleanField()

    class Meta:
        ordering = ["-won", "-lead_id"]
        constraints = [models.UniqueConstraint(name="lead_flips_once", fields=["back_test", "lead"])]
        indexes = [models.Index(name="flip_list", fields=["back_test", "gained", "-won", "-lead"])]

    def __str__(self) -> str:
        return f"{self.lead}: {'gained' if self.gained else 'lost'}"
