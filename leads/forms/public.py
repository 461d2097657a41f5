"""What a prospect fills in: the inquiry form, and the questions that are still open."""

from collections.abc import Iterable, Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Layout
from django import forms

from leads.answer_fields import form_field
from leads.forms.answers import PREFIX
from leads.models import InquiryForm, Lead, Question

# People leave it empty, simple robots do not.
TRAP = "fax_number"


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


def _text(name: str, label: str, *, autocomplete: str, required: bool = False, kind: str = "text") -> forms.CharField:
    attrs = {"autocomplete": autocomplete, "type": kind}
    limit = Lead._meta.get_field(name).max_length  # type: ignore[union-attr]
    return forms.CharField(label=label, max_length=limit, required=required, widget=forms.TextInput(attrs=attrs))


class PublicInquiryForm(QuestionsForm):
    """Takes nothing but who somebody is, their answers and their consent: never owner, stage, score or dates."""

    first_name = _text("first_name", "First name", autocomplete="given-name")
    last_name = _text("last_name", "Last name", autocomplete="family-name")
    email = _text("email", "E-mail address", autocomplete="email", required=True, kind="email")
    phone = _text("phone", "Phone", autocomplete="tel", kind="tel")
    company = _text("company", "Company", autocomplete="organization")
    fax_number = forms.CharField(
        label="Leave this field empty",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    referrer = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)
    consent = forms.BooleanField(required=False)

    PERSON = ("first_name", "last_name", "email", "phone", "company")

    def __init__(self, *args: Any, inquiry_form: InquiryForm, **kwargs: Any) -> None:
        asked = inquiry_form.form_questions.filter(question__active=True).prefetch_related("question__choices")
        super().__init__(*args, questions=[(row.question, row.required) for row in asked], **kwargs)
        if inquiry_form.consent_text:
            self.fields["consent"].label = inquiry_form.consent_text
        else:
            del self.fields["consent"]
        self.helper.layout = self._layout()

    def _layout(self) -> Layout:
        return Layout(
            Div("first_name", "last_name", css_class="field-pair"),
            Div("email", "phone", css_class="field-pair"),
            "company",
            *self.question_names,
            *(["consent"] if "consent" in self.fields else []),
            HTML('<div class="trap" aria-hidden="true">'),
            TRAP,
            HTML("</div>"),
            "referrer",
        )

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get(TRAP))

    @property
    def person(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.PERSON}

    @property
    def payload(self) -> dict[str, Any]:
        """Word for word what was sent in the fields that were asked."""
        asked = [name for name in self.fields if name not in (TRAP, "referrer") and name in self.data]
        sent = {name: self.fields[name].widget.value_from_datadict(self.data, self.files, name) for name in asked}
        return {name: value for name, value in sent.items() if value not in ("", None, [])}
