"""What people say about what they did or will do."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from activities.models import Activity, ActivityKind
from crm.people.models import User
from crm.web.edits import VersionedForm

LONGEST = 24 * 60
LATEST = 5 * 60  # seconds that a browser's clock may be ahead
DAY = {"type": "date"}
TIMED = (ActivityKind.CALL, ActivityKind.EMAIL, ActivityKind.MEETING)


def _minutes() -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"placeholder": "min", "aria-label": "Minutes"})
    return forms.IntegerField(min_value=0, max_value=LONGEST, required=False, label="Minutes", widget=widget)


def _day(label: str) -> forms.DateField:
    return forms.DateField(required=False, label=label, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))


def _body(rows: int = 2) -> forms.CharField:
    attrs = {"rows": rows, "placeholder": "What happened, or what is to do", "aria-label": "Text"}
    return forms.CharField(label="Text", max_length=10_000, widget=forms.Textarea(attrs=attrs))


class ActivityForm(forms.Form):
    kind = forms.ChoiceField(choices=ActivityKind.choices, required=False, widget=forms.RadioSelect)
    body = _body()
    at = forms.DateTimeField(
        required=False,
        label="When",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    minutes = _minutes()
    due_on = _day("Due")
    remind_on = _day("Remind me")

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or ActivityKind.NOTE

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        if at and (at - timezone.now()).total_seconds() > LATEST:
            raise forms.ValidationError("That is in the future. Write a task for what is to come.")
        return at

    def clean(self) -> dict[str, Any]:
        """What does not belong to the kind is not taken."""
        cleaned = super().clean() or {}
        kind = cleaned.get("kind")
        unused = {"due_on", "remind_on"} if kind != ActivityKind.TASK else {"at", "minutes"}
        if kind == ActivityKind.NOTE:
            unused |= {"minutes"}
        return cleaned | dict.fromkeys(unused)


class EditActivityForm(VersionedForm):
    """Without the fields that its kind does not have."""

    body = _body(rows=5)
    minutes = _minutes()
    due_on = _day("Due")
    remind_on = _day("Remind")

    class Meta:
        model = Activity
        fields = ["body", "minutes", "due_on", "remind_on", "owner"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.instance.kind
        unused = [] if kind in TIMED else ["minutes"]
        if kind != ActivityKind.TASK:
            unused += ["due_on", "remind_on", "owner"]
        for name in unused:
            del self.fields[name]
        if "owner" in self.fields:
            team = User.objects.filter(is_active=True)
            mine = team if user.is_manager else team.filter(pk__in=[user.pk, self.instance.owner_id])
            self.fields["owner"].queryset = mine  # type: ignore[attr-defined]
            self.fields["owner"].required = True
        self.initial = {**self.initial, **self._state_of(self.instance)}

    def clean_body(self) -> str:
        return str(self.cleaned_data["body"]).strip()
