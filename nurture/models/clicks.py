"""Requests for the links of a mail, by people and by the programs that look mails through before people get them."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q

from nurture.models.links import Attachment, TrackedLink
from nurture.models.touch import Touch

MAX_AGENT = 300


class ClickOn(models.TextChoices):
    """What was asked for. An answer counts when it is sent, not when its page is opened; the trap is a link that no
    person sees."""

    LINK = "link", "Link"
    ATTACHMENT = "attachment", "Attachment"
    ANSWER = "answer", "Answer"
    UNSUBSCRIBE = "unsubscribe", "Unsubscribe"
    TRAP = "trap", "Hidden link"


# What a person looked at by it. The other pages count when their button is pressed.
LOOKED_AT = (ClickOn.LINK, ClickOn.ATTACHMENT)


class Verdict(models.TextChoices):
    PENDING = "pending", "Not judged yet"
    HUMAN = "human", "Human"
    MACHINE = "machine", "Machine"


class MachineSign(models.TextChoices):
    HEAD = "head", "Asked for the head only"
    PREFETCH = "prefetch", "Fetched in advance"
    AGENT = "agent", "Program by its own account"
    TRAP = "trap", "Followed the hidden link"
    TOO_SOON = "too_soon", "Within seconds of sending"
    ALL_AT_ONCE = "all_at_once", "Several links at once"


class ClickQuerySet(models.QuerySet["Click"]):
    def human(self) -> Self:
        return self.filter(verdict=Verdict.HUMAN)

    def pending(self) -> Self:
        return self.filter(verdict=Verdict.PENDING)

    def around(self, at: datetime, span: timedelta) -> Self:
        return self.filter(at__gte=at - span, at__lte=at + span)


class Click(models.Model):
    """``verdict`` is passed some time later, when it is known what else the same visitor asked for; what shows itself
    as a machine is one at once. ``agent`` is what the visitor calls itself; their address is not kept."""

    touch = models.ForeignKey(Touch, models.PROTECT, related_name="clicks")
    on = models.CharField(max_length=11, choices=ClickOn)
    link = models.ForeignKey(TrackedLink, models.PROTECT, null=True, related_name="clicks")
    attachment = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="clicks")
    at = models.DateTimeField()
    agent = models.CharField(max_length=MAX_AGENT, blank=True)
    verdict = models.CharField(max_length=7, choices=Verdict, default=Verdict.PENDING)
    sign = models.CharField(max_length=11, choices=MachineSign, blank=True)

    objects = ClickQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="click_is_on_what_it_says",
                condition=Q(on="link", link__isnull=False, attachment=None)
                | Q(on="attachment", link=None, attachment__isnull=False)
                | Q(on__in=["answer", "unsubscribe", "trap"], link=None, attachment=None),
            ),
            models.CheckConstraint(name="machine_click_has_a_sign", condition=Q(verdict="machine") ^ Q(sign="")),
        ]
        indexes = [
            models.Index(name="click_pending", fields=["at"], condition=Q(verdict="pending")),
            models.Index(name="click_of_touch", fields=["touch", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_on_display()}: {self.get_verdict_display().lower()}"

    @property
    def what(self) -> tuple[str, int | None]:
        """Two clicks with the same are on the same thing; all answers of a mail are one."""
        return self.on, self.link_id or self.attachment_id
