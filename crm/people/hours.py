"""When people work: weekly hours, absences, free days. How they add up is in ``crm.people.calendars``."""

from datetime import time

from django.db import models
from django.db.models import F, Q

from crm.web.weekdays import day_names, validate_weekdays, working_week


class WorkingHours(models.Model):
    """A shift of the week, by the clock of whoever works it. A rep with shifts of their own does not work the team's,
    a team with shifts not the company's; where nobody has any, work never stops."""

    company = models.ForeignKey(
        "people.Company", models.CASCADE, null=True, blank=True, editable=False, related_name="working_hours"
    )
    team = models.ForeignKey(
        "people.Team", models.CASCADE, null=True, blank=True, editable=False, related_name="working_hours"
    )
    user = models.ForeignKey(
        "people.User", models.CASCADE, null=True, blank=True, editable=False, related_name="working_hours"
    )
    weekdays = models.JSONField(default=working_week, validators=[validate_weekdays])
    opens = models.TimeField(default=time(9))
    closes = models.TimeField(
        default=time(17), help_text="At or before the opening: on the next day. 00:00 to 00:00 is all day."
    )

    class Meta:
        ordering = ["opens", "pk"]
        verbose_name = verbose_name_plural = "working hours"
        constraints = [
            models.CheckConstraint(
                name="working_hours_belong_to_one",
                condition=Q(company__isnull=False, team=None, user=None)
                | Q(company=None, team__isnull=False, user=None)
                | Q(company=None, team=None, user__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{day_names(self.weekdays)} {self.opens:%H:%M} to {self.closes:%H:%M}"


class Absence(models.Model):
    """Days on which somebody does not work: they get no leads, and their clocks stand still."""

    user = models.ForeignKey("people.User", models.CASCADE, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField(help_text="The last day away.")
    note = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["-first_day"]
        constraints = [
            models.CheckConstraint(
                name="absence_ends_after_it_starts",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message="The last day comes before the first.",
            ),
        ]
        indexes = [models.Index(name="absence_user_last_day", fields=["user", "last_day"])]

    def __str__(self) -> str:
        return f"{self.user}: {self.first_day} to {self.last_day}"


class FreeDay(models.Model):
    """A day off besides public holidays: of a team, or of the whole company."""

    day = models.DateField()
    name = models.CharField(max_length=100)
    team = models.ForeignKey(
        "people.Team",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="free_days",
        help_text="Empty: the whole company.",
    )

    class Meta:
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(name="free_day_of_the_company_once", fields=["day"], condition=Q(team=None)),
            models.UniqueConstraint(name="free_day_of_a_team_once", fields=["day", "team"]),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.day}"
