"""What people did or mean to do with a record: notes, calls, e-mails, meetings, tasks."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q

from crm.accounts.models import Account, IdentifiedProject
from crm.contacts.models import Contact
from crm.opportunities.models import Opportunity
from crm.people.models import User
from crm.web.models import Versioned
from leads.models import Lead


class ActivityKind(models.TextChoices):
    NOTE = "note", "Note"
    CALL = "call", "Call"
    EMAIL = "email", "E-mail"
    MEETING = "meeting", "Meeting"
    TASK = "task", "Task"


# What an activity can be about, by the name of its field.
ABOUT: dict[str, type[models.Model]] = {
    "lead": Lead,
    "account": Account,
    "contact": Contact,
    "opportunity": Opportunity,
    "project": IdentifiedProject,
}


def _about_one_record() -> Q:
    condition = Q()
    for name in ABOUT:
        others = {other: None for other in ABOUT if other != name}
        condition |= Q(**{f"{name}__isnull": False}, **others)
    return condition


class ActivityQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """With the record it is about, and a task with whoever has to do it."""
        if user.is_manager:
            return self
        seen = Q(owner=user)
        for name, model in ABOUT.items():
            records: Any = model._default_manager
            seen |= Q(**{f"{name}__in": records.visible_to(user).values("pk")})
        return self.filter(seen)

    def open_tasks(self) -> Self:
        return self.filter(kind=ActivityKind.TASK, done_at=None)

    def to_remind(self, today: date) -> Self:
        """Open tasks that are due, or that wanted to be seen from today on."""
        return self.open_tasks().filter(Q(due_on__lte=today) | Q(remind_on__lte=today))


class Activity(Versioned):
    """About exactly one record, and read from whatever that became. ``at`` is when it happened, of a task when it was
    written down; ``minutes`` count as prospecting time. ``owner`` has to do a task."""

    kind = models.CharField(max_length=7, choices=ActivityKind, default=ActivityKind.NOTE)
    body = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="activities")
    at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    owner = models.ForeignKey(User, models.PROTECT, null=True, related_name="tasks")
    due_on = models.DateField(null=True, blank=True)
    remind_on = models.DateField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    lead = models.ForeignKey(Lead, models.CASCADE, null=True, related_name="activities")
    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="activities")
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="activities")
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, null=True, related_name="activities")
    project = models.ForeignKey(IdentifiedProject, models.CASCADE, null=True, related_name="activities")

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name_plural = "activities"
        constraints = [
            models.CheckConstraint(name="activity_says_something", condition=~Q(body="")),
            models.CheckConstraint(name="activity_kind_is_known", condition=Q(kind__in=ActivityKind.values)),
            models.CheckConstraint(name="activity_is_about_one_record", condition=_about_one_record()),
            models.CheckConstraint(
                name="only_a_task_is_due_and_done_and_it_has_an_owner",
                condition=Q(kind="task", owner__isnull=False)
                | (~Q(kind="task") & Q(owner=None, due_on=None, remind_on=None, done_at=None)),
            ),
        ]
        indexes = [
            models.Index(name="open_task_of_owner", fields=["owner", "due_on"], condition=Q(kind="task", done_at=None)),
        ]

    def __str__(self) -> str:
        return self.body[:50]

    @property
    def about(self) -> Any:
        return next(record for name in ABOUT if (record := getattr(self, name)))
