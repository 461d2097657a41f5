"""What a rep fills in while talking."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from crispy_forms.layout import Layout
from django import forms

from leads.forms.public import QuestionsForm
from leads.models import Question
from nurture.models import CallOutcome


class CallForm(QuestionsForm):
    """The open questions, and how the call went. ``outcome`` is the button that was pressed."""

    outcome = forms.ChoiceField(choices=CallOutcome, error_messages={"required": "Say how the call went."})
    note = forms.CharField(max_length=5_000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    minutes = forms.IntegerField(min_value=0, max_value=600, required=False, label="Minutes on the phone")
    call_back_at = forms.DateTimeField(
        required=False,
        label="Call back at",
        help_text="Your own time.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, questions: Iterable[tuple[Question, bool]], **kwargs: Any) -> None:
        super().__init__(*args, questions=questions, **kwargs)
        self.helper.layout = Layout(*self.question_names, "note", "minutes", "call_back_at")

    @property
    def call(self) -> dict[str, Any]:
        """For ``record_call``."""
        cleaned = self.cleaned_data
        return {
            "outcome": cleaned["outcome"],
            "note": cleaned["note"],
            "duration": int(timedelta(minutes=cleaned["minutes"] or 0).total_seconds()),
            "call_back_at": cleaned["call_back_at"],
            "answers": self.answers,
        }
