"""What is known of a record by its custom fields: typed rows that the database can check, filter and sort. Each room
that has such records makes its own tables of these (docs/adr/0008)."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from crm.fields.kinds import FieldKind
from crm.fields.models.field import CustomField, FieldChoice
from crm.fields.time_frames import MAX_DAYS
from crm.people.models import User
from crm.web.models import AppendOnly

NO_PLAN = MAX_DAYS + 1  # days of a time frame that is no plan: later than any
KEY_LENGTH = 100
# What each column holds while it is not used.
_UNUSED = {
    "choice": Q(choice=None),
    "slot": Q(slot=0),
    "number": Q(number=None),
    "currency": Q(currency=""),
    "day": Q(day=None),
    "text": Q(text="", text_key=""),
}


def _of(kind: str, condition: Q, *columns: str) -> Q:
    unused = Q(*(empty for column, empty in _UNUSED.items() if column not in columns))
    return Q(kind=kind) & condition & unused


_FITS_ITS_KIND = (
    _of(FieldKind.CHOICE, Q(choice__isnull=False), "choice")
    | _of(FieldKind.CHOICES, Q(choice__isnull=False, slot=F("choice")), "choice", "slot")
    | _of(FieldKind.BOOLEAN, Q(number__in=[0, 1]), "number")
    | _of(FieldKind.NUMBER, Q(number__isnull=False), "number")
    | _of(FieldKind.MONEY, Q(number__gte=0) & ~Q(currency=""), "number", "currency")
    | _of(FieldKind.DATE, Q(day__isnull=False), "day")
    | _of(FieldKind.TIME_FRAME, Q(number__gte=0, number__lte=NO_PLAN), "number")
    | _of(FieldKind.TEXT, ~Q(text="") & ~Q(text_key=""), "text")
)


class FieldValue(models.Model):
    """One value of one field of ``record``, which the subclass adds; of several choices a row each, told apart by
    ``slot``. ``kind`` repeats the field's, and a trigger holds the two together (``crm.fields.guards``). ``number``:
    also an amount of ``currency``, days of a time frame, and 1 for yes. ``text_key``: how a text begins, folded."""

    field = models.ForeignKey(CustomField, models.PROTECT, related_name="%(app_label)s_values", db_index=False)
    kind = models.CharField(max_length=10, choices=FieldKind)
    slot = models.BigIntegerField(default=0)
    choice = models.ForeignKey(FieldChoice, models.PROTECT, null=True, related_name="+", db_index=False)
    number = models.DecimalField(max_digits=15, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, blank=True)
    day = models.DateField(null=True)
    text = models.TextField(blank=True)
    text_key = models.CharField(max_length=KEY_LENGTH, blank=True)

    record: Any

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(name="%(class)s_is_one", fields=["record", "field", "slot"]),
            models.CheckConstraint(name="%(class)s_fits_its_kind", condition=_FITS_ITS_KIND),
        ]
        indexes = [
            models.Index(
                name="%(class)s_choice", fields=["field", "choice", "record"], condition=Q(choice__isnull=False)
            ),
            models.Index(
                name="%(class)s_number", fields=["field", "number", "record"], condition=Q(number__isnull=False)
            ),
            models.Index(name="%(class)s_day", fields=["field", "day", "record"], condition=Q(day__isnull=False)),
            models.Index(name="%(class)s_text", fields=["field", "text_key", "record"], condition=~Q(text_key="")),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.pk}"


class FieldChange(AppendOnly):
    """A value of ``record``, which the subclass adds, became another one; JSON as ``crm.fields.values`` has it, None
    where there was or is none. What a record began with is no change."""

    field = models.ForeignKey(CustomField, models.PROTECT, related_name="%(app_label)s_changes")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    record: Any

    class Meta:
        abstract = True
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.field}: {self.before} → {self.after}"
