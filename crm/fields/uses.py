"""Where custom fields and their choices are used: what is used is retired and never deleted."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from crm.fields.models import CustomField, FieldChange, FieldChoice, FieldValue


def _rows_of(field: CustomField, base: type[Any]) -> Iterator[QuerySet[Any]]:
    """Of each kind of record."""
    for relation in CustomField._meta.related_objects:
        model: Any = relation.related_model
        if issubclass(model, base):
            yield model._default_manager.filter(field=field)


def records_with(field: CustomField) -> int:
    """How many records have a value."""
    return sum(rows.values("record").distinct().count() for rows in _rows_of(field, FieldValue))


def is_used(field: CustomField) -> bool:
    """By a value, a change of one, a form, a pipeline or a conversion."""
    return any(
        relation.related_model._default_manager.filter(**{relation.field.name: field}).exists()
        for relation in CustomField._meta.related_objects
        if relation.related_model is not FieldChoice
    )


def was_chosen(choice: FieldChoice) -> bool:
    """Now or before."""
    if any(rows.filter(choice=choice).exists() for rows in _rows_of(choice.field, FieldValue)):
        return True
    return any(choice.value in _named(rows) for rows in _rows_of(choice.field, FieldChange))


def _named(changes: QuerySet[Any]) -> set[str]:
    found = changes.values_list("before", "after").distinct()
    values = [value for pair in found for value in pair if value is not None]
    return {one for value in values for one in (value if isinstance(value, list) else [value])}
