"""Custom fields: what a company wants to know of its records besides what everybody does."""

from typing import Any, Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from crm.fields.kinds import FieldKind
from crm.people.models import Role, User


class RecordKind(models.TextChoices):
    """Of what there can be custom fields; the values are the names of the models."""

    LEAD = "lead", "Lead"
    CONTACT = "contact", "Contact"
    ACCOUNT = "account", "Account"
    OPPORTUNITY = "opportunity", "Opportunity"


# Administrators see all of them.
SEEN_BY: dict[str, str] = {
    Role.REP: "reps_see",
    Role.SALES_MANAGER: "sales_managers_see",
    Role.MARKETING_MANAGER: "marketing_managers_see",
}


class CustomFieldQuerySet(models.QuerySet[Any]):
    def seen_by(self, user: User | None) -> Self:
        """Every list, filter, column, export and history starts from it. Nobody: the system itself, which sees all."""
        if user is None or user.role == Role.ADMINISTRATOR:
            return self
        return self.filter(**{SEEN_BY[user.role]: True})


class CustomField(models.Model):
    """Kind, key and record kind stay for ever, because values have their shape: the database refuses a change. A field
    that is no longer wanted is retired (inactive), and its values stay. ``target``: the field of account, contact or
    opportunity that a lead's field fills on conversion."""

    record_kind = models.CharField("of", max_length=11, choices=RecordKind)
    key = models.CharField(
        max_length=40,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*$", "Use small letters, digits and _. Example: contract_end.")],
        help_text="Stays the same for ever: imports, addresses and forms use it.",
    )
    label = models.CharField(max_length=100)
    help_text = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=10, choices=FieldKind, default=FieldKind.CHOICE)
    required = models.BooleanField("needed", default=False, help_text="Whoever saves the record's form fills it in.")
    listed = models.BooleanField("in the list", default=False, help_text="Shown as a column of the list.")
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True, help_text="Switched off it is retired: shown nowhere, its values stay.")
    reps_see = models.BooleanField("sales reps", default=True)
    sales_managers_see = models.BooleanField("sales managers", default=True)
    marketing_managers_see = models.BooleanField("marketing managers", default=True)
    target = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sources",
        verbose_name="on conversion it fills",
        help_text="A field of account, contact or opportunity. Without one the value stays on the lead.",
    )

    objects = CustomFieldQuerySet.as_manager()

    class Meta:
        ordering = ["record_kind", "position", "pk"]
        constraints = [
            models.UniqueConstraint(name="custom_field_key_is_unique", fields=["record_kind", "key"]),
            models.UniqueConstraint(name="custom_field_is_filled_by_one", fields=["target"]),
            models.CheckConstraint(name="custom_field_kind_is_known", condition=Q(kind__in=FieldKind.values)),
            models.CheckConstraint(name="custom_field_is_of_a_record", condition=Q(record_kind__in=RecordKind.values)),
            models.CheckConstraint(
                name="only_a_lead_field_has_a_target", condition=Q(target=None) | Q(record_kind="lead")
            ),
            models.CheckConstraint(name="custom_field_has_a_label", condition=~Q(label="") & ~Q(key="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_record_kind_display()}: {self.label}"


class FieldChoice(models.Model):
    """One of the choices of a field; ``value`` stays once it was chosen."""

    field = models.ForeignKey(CustomField, models.CASCADE, related_name="choices")
    value = models.CharField(max_length=100)
    label = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField("offered", default=True, help_text="Where it was chosen it stays either way.")

    class Meta:
        ordering = ["field", "position", "pk"]
        constraints = [
            models.UniqueConstraint(name="field_choice_is_unique", fields=["field", "value"]),
            models.CheckConstraint(name="field_choice_has_a_value", condition=~Q(value__in=["", "-"]) & ~Q(label="")),
        ]

    def __str__(self) -> str:
        return self.label
