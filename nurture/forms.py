"""What a rep fills in while talking."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.urls import reverse
from django.utils import timezone

from leads.forms.public import QuestionsForm
from leads.models import Question
from nurture.call_forms import moment, time_to_come
from nurture.models import CallOutcome, CallTask


class CallForm(QuestionsForm):
    """The open questions, and how the call went. ``outcome`` is the button that was pressed."""

    outcome = forms.ChoiceField(choices=CallOutcome, error_messages={"required": "Say how the call went."})
    note = forms.CharField(max_length=5_000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    minutes = forms.IntegerField(
        min_value=0, max_value=600, required=False, label="Minutes on the phone", help_text="Empty: since you dialed."
    )
    call_back_at = moment("Call back at", required=False)

    def __init__(self, *args: Any, questions: Iterable[tuple[Question, bool]], task: CallTask, **kwargs: Any) -> None:
        super().__init__(*args, questions=questions, **kwargs)
        when = self.fields["call_back_at"]
        when.help_text = f"In your own time ({timezone.get_current_timezone_name()})."
        when.widget.attrs |= {
            "hx-get": reverse("nurture:their-time", args=[task.pk]),
            "hx-trigger": "change",
            "hx-target": "#id_call_back_at_helptext",
        }
        self.helper.layout = Layout(*self.question_names, "note", "minutes", "call_back_at")

    def clean_call_back_at(self) -> datetime | None:
        """Looked at only where the button asks for it."""
        at: datetime | None = self.cleaned_data["call_back_at"]
        return time_to_come(at) if self.cleaned_data.get("outcome") == CallOutcome.CALL_BACK else None

    @property
    def call(self) -> dict[str, Any]:
        """For ``record_call``."""
        cleaned = self.cleaned_data
        minutes = cleaned["minutes"]
        return {
            "outcome": cleaned["outcome"],
            "note": cleaned["note"],
            "duration": None if minutes is None else int(timedelta(minutes=minutes).total_seconds()),
            "call_back_at": cleaned["call_back_at"],
            "answers": self.answers,
        }
