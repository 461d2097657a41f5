"""Notes on the pages of records: the box to write one, and their lines on the timeline."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from activities.forms import NoteForm
from activities.models import Note
from activities.services import FIELDS
from crm.people.models import User
from crm.web.slots import Section, TimelineEntry
from leads.models import Lead


def writer(record: object, *, user: User) -> Iterator[Section]:
    kind = FIELDS[type(record)]
    if user.has_perm(f"{record._meta.app_label}.change_{kind}"):  # type: ignore[attr-defined]
        action = reverse("activities:add_note", args=[kind, record.pk])  # type: ignore[attr-defined]
        yield Section(10, "activities/note_form.html", {"form": NoteForm(), "action": action})


def entries(record: object, *, user: User) -> Iterator[TimelineEntry]:
    """The record's own notes; an account, contact or opportunity has those of the leads it came from too, and a lead
    those of the leads that were merged into it."""
    kind = FIELDS[type(record)]
    about = Q(**{kind: record})
    if isinstance(record, Lead):
        about |= Q(lead__merged_into=record)
    else:
        leads = Lead.objects.visible_to(user).filter(**{f"conversion__{kind}": record})
        about |= Q(lead__in=leads) | Q(lead__merged_into__in=leads)
    for note in Note.objects.filter(about).select_related("by"):
        yield TimelineEntry(note.at, "note", "Note", icon="note", by=str(note.by), body=note.body)
