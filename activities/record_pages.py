"""Activities on the pages of records: the box to log one, and their lines on the timeline."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse

from activities.forms import ActivityForm
from activities.models import ABOUT, Activity, ActivityKind
from activities.services import FIELDS, may_change
from crm.people.models import User
from crm.web.slots import Section, TimelineEntry
from crm.web.timeline import Source, Story

ICONS = {
    ActivityKind.NOTE: "note",
    ActivityKind.CALL: "phone",
    ActivityKind.EMAIL: "mail",
    ActivityKind.MEETING: "calendar",
    ActivityKind.TASK: "checkbox",
}
# As people filter by: calls and e-mails of nurture belong to the same kinds.
LABELS = {
    ActivityKind.NOTE: "Notes",
    ActivityKind.CALL: "Calls",
    ActivityKind.EMAIL: "E-mails",
    ActivityKind.MEETING: "Meetings",
    ActivityKind.TASK: "Tasks",
}


def writer(record: object, *, user: User) -> Iterator[Section]:
    kind = FIELDS[type(record)]
    if user.has_perm(f"{record._meta.app_label}.change_{record._meta.model_name}"):  # type: ignore[attr-defined]
        action = reverse("activities:add", args=[kind, record.pk])  # type: ignore[attr-defined]
        yield Section(10, "activities/form.html", {"form": ActivityForm(initial={"kind": "note"}), "action": action})


def _rows(story: Story, kind: ActivityKind) -> QuerySet[Activity] | None:
    found = story.about(Activity, **ABOUT)
    return None if found is None else found.filter(kind=kind)


def _entry(activity: Activity, story: Story) -> TimelineEntry:
    about = activity.about
    return TimelineEntry(
        activity.at,
        activity.kind,
        activity.get_kind_display(),
        icon=ICONS[ActivityKind(activity.kind)],
        by=str(activity.by),
        body=activity.body,
        template="activities/entry.html",
        extra={
            "activity": activity,
            "about": "" if about == story.record else str(about),
            "may_change": may_change(activity, story.user),
        },
    )


def _source(kind: ActivityKind) -> Source:
    return Source(kind.value, LABELS[kind], lambda story: _rows(story, kind), _entry, read_with=("by", "owner", *ABOUT))


SOURCES = tuple(_source(kind) for kind in ActivityKind)
