"""Questions as a form: those that are still open, on the thank-you page and behind answer links."""

from collections.abc import Iterable, Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from leads.answer_fields import form_field
from leads.forms.answers import PREFIX
from leads.models import Question


class QuestionsForm(forms.Form):
    """One field per question. ``answers`` after cleaning: question key to value, blanks left out."""

    def __init__(self, *args: Any, questions: Iterable[tuple[Question, bool]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.question_names = []
        for question, required in questions:
            name = f"{PREFIX}{question.key}"
            self.fields[name] = form_field(question, required=required)
            self.question_names.append(name)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True  # the template has the token

    @property
    def answers(self) -> dict[str, Any]:
        given = {name.removeprefix(PREFIX): self.cleaned_data.get(name) for name in self.question_names}
        return {key: value for key, value in given.items() if value not in ("", None, [])}

    def add_refusals(self, errors: Mapping[str, str]) -> None:
        """What the service refused, at its field."""
        for key, message in errors.items():
            name = next((name for name in (key, f"{PREFIX}{key}") if name in self.fields), None)
            self.add_error(name, message)
