"""How custom fields changed, on timelines: of what the user may see."""

from functools import partial
from typing import Any

from django.db.models import QuerySet

from crm.fields.definitions import definition_of
from crm.fields.models import CustomField, FieldChange
from crm.fields.values import display
from crm.web.slots import TimelineEntry
from crm.web.timeline import Source, Story


def changes(model: type[FieldChange]) -> Source:
    """``model``: the changes of one kind of record."""
    return Source(
        "field",
        "Fields",
        partial(_rows, model),
        _entry,
        read_with=("field", "by", "record"),
        prefetch=("field__choices",),
    )


def _rows(model: Any, story: Story) -> QuerySet[Any] | None:
    found = story.about(model, record=model._meta.get_field("record").related_model)
    seen = CustomField.objects.seen_by(story.user).filter(active=True)
    return None if found is None else found.filter(field__in=seen.values("pk"))


def _entry(change: FieldChange, story: Story) -> TimelineEntry:
    definition = definition_of(change.field)
    before, after = ("" if value is None else display(definition, value) for value in (change.before, change.after))
    title = f"{definition.label}: {after}" if after else f"{definition.label}: taken out"
    if change.record != story.record:
        title = f"{change.record}, {title}"
    body = f"Before: {before}" if before else ""
    return TimelineEntry(change.at, "field", title, icon="list-details", by=str(change.by or ""), body=body)
