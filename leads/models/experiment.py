"""Random splits of leads: the only ground that reports have for causal words."""

from django.db import models
from django.db.models import F, Q

from crm.web.models import AppendOnly
from leads.models.lead import Lead


class Experiment(models.Model):
    """A question put to chance: who gets what is drawn once for each lead and never changed."""

    key = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="experiment_ends_after_it_starts", condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at"))
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Arm(models.Model):
    """One of the treatments. ``weight``: its planned share, relative to the other arms'. The hold-out is
    the control."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="arms")
    key = models.SlugField(max_length=100)
    name = models.CharField(max_length=100)
    weight = models.PositiveIntegerField(default=1)
    control = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["experiment", "-control", "position", "pk"]
        constraints = [
            models.UniqueConstraint(name="arm_key_is_unique_in_experiment", fields=["experiment", "key"]),
            models.UniqueConstraint(
                name="one_control_arm_per_experiment", fields=["experiment"], condition=Q(control=True)
            ),
            models.CheckConstraint(name="arm_has_a_share", condition=Q(weight__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name


class Draw(AppendOnly):
    """Which arm a lead was drawn into."""

    experiment = models.ForeignKey(Experiment, models.PROTECT, related_name="draws")
    arm = models.ForeignKey(Arm, models.PROTECT, related_name="draws")
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="draws")
    drawn_at = models.DateTimeField()

    class Meta:
        ordering = ["drawn_at", "pk"]
        constraints = [models.UniqueConstraint(name="lead_is_drawn_once", fields=["experiment", "lead"])]

    def __str__(self) -> str:
        return f"{self.lead}: {self.arm}"
