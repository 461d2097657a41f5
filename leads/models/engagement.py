"""What a lead did with what we sent, showed or said: only what a human did is kept, never a machine's clicks."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from crm.people.models import User
from crm.web.models import AppendOnly
from leads.models.lead import Lead


class EngagementKind(models.TextChoices):
    REPLY = "reply", "Reply"
    CALL_CONNECTED = "call_connected", "Call connected"
    CLICK = "click", "Click"
    VISIT = "visit", "Visit"
    MEETING = "meeting", "Meeting"


# Both sides spoke: from the first on, the lead is a prospect.
TWO_WAY = (EngagementKind.REPLY, EngagementKind.CALL_CONNECTED, EngagementKind.MEETING)
validate_page = RegexValidator(r"^[a-z0-9][a-z0-9_-]*\Z", "Use small letters, digits, - and _. Example: pricing.")


class Engagement(AppendOnly):
    """``page``: the key of the page that was visited, else blank. ``external_id`` makes a report repeatable."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="engagements")
    kind = models.CharField(max_length=14, choices=EngagementKind)
    page = models.CharField(max_length=64, blank=True, validators=[validate_page])
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    external_id = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(name="engagement_kind_is_known", condition=Q(kind__in=EngagementKind.values)),
            models.CheckConstraint(
                name="engagement_visit_names_its_page",
                condition=Q(kind="visit") & ~Q(page="") | ~Q(kind="visit") & Q(page=""),
            ),
            models.UniqueConstraint(
                name="engagement_external_id_is_unique", fields=["external_id"], condition=~Q(external_id="")
            ),
        ]
        indexes = [
            models.Index(name="engagement_newest", fields=["lead", "kind", "-at"]),
            models.Index(name="engagement_when", fields=["at"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}{f' of {self.page}' if self.page else ''}"

    @property
    def subjects(self) -> list[str]:
        """What criteria call it: its kind, and of a visit also the page."""
        return [subject_of(self.kind), *([subject_of(self.kind, self.page)] if self.page else [])]


def subject_of(kind: str, page: str = "") -> str:
    return f"engagement:{kind}:{page}" if page else f"engagement:{kind}"
