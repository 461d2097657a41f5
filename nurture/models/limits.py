"""How much may be sent: to one person, from one mailbox, to one domain."""

from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from crm.web.holding import held


def _at_most(name: str, **options: Any) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(name, null=True, blank=True, validators=[MinValueValidator(1)], **options)


class SendingLimits(models.Model):
    """One row. An empty limit is none. Each holds over any seven days, 24 hours or 60 minutes, not by the calendar.
    What is over a limit is planned later, never dropped.

    ``era`` goes up when mails were counted by the database while the broker was away: what the broker counted before is
    then not the whole count any more."""

    person_week = _at_most("to one person a week", default=5, help_text="E-mails, of whatever sequence.")
    mailbox_hour = _at_most("from one mailbox an hour")
    mailbox_day = _at_most("from one mailbox a day", help_text="What your mail provider allows, or a bit less.")
    domain_hour = _at_most("to one domain an hour", help_text="Big providers block who writes too fast.")
    era = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name_plural = "sending limits"
        constraints = [
            models.CheckConstraint(name="sending_limits_are_one_row", condition=Q(pk=1)),
            *(
                models.CheckConstraint(name=f"{field}_lets_something_through", condition=~Q(**{field: 0}))
                for field in ("person_week", "mailbox_hour", "mailbox_day", "domain_hour")
            ),
        ]

    def __str__(self) -> str:
        return "Sending limits"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    @held
    def current(cls) -> Self:
        return cls.objects.get_or_create(pk=1)[0]
