"""Questions as a form: for a rep who found out, or was told on a call."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from leads.answer_fields import form_field
from leads.models import Provenance, Question

BY_REP = [(Provenance.CALL, "They told me"), (Provenance.RESEARCH, "I found out")]
PREFIX = "answer-"


class AnswersForm(forms.Form):
    """One field per question. ``answers`` after cleaning: question key to value, blanks left out."""

    provenance = forms.ChoiceField(
        label="How do you know?", choices=BY_REP, initial=Provenance.CALL, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, questions: Iterable[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = {f"{PREFIX}{question.key}": form_field(question) for question in questions}
        self.fields = asked | self.fields  # the questions first, then where the answers are from

    @property
    def answers(self) -> dict[str, Any]:
        given = ((name, value) for name, value in self.cleaned_data.items() if name.startswith(PREFIX))
        return {name.removeprefix(PREFIX): value for name, value in given if value not in ("", None, [])}

    def clean(self) -> None:
        if not self.errors and not self.answers:
            raise forms.ValidationError("Answer at least one question.")

    def add_answer_errors(self, errors: Mapping[str, str]) -> None:
        """What the service refused, at its question."""
        for key, message in errors.items():
            self.add_error(f"{PREFIX}{key}" if f"{PREFIX}{key}" in self.fields else None, message)
